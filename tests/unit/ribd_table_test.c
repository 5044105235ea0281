/* The table against a naive model, interned sets and attributes, and what a million routes cost. */
#include "tests/unit/ribd_bench.h"

#include <time.h>
#include <unistd.h>

enum { MODEL = 600, MANY = 1000000 };

/* --- the table --- */

struct naive {
	bool used;
	uint32_t number;
	struct nlri nlri;
	uint8_t bytes[40];
	uint64_t seq;
};
static struct naive model[MODEL];
static struct table table;

static void
random_nlri(struct rng *r, struct naive *m)
{
	static const uint32_t families[] = { IPV4_UNICAST, IPV6_UNICAST, FAMILY(1, 133),
		FAMILY_NONE };

	m->nlri = (struct nlri){ .family = families[rng_next(r, 4)],
		.has_path_id = rng_next(r, 3) == 0,
		.path_id = rng_next(r, 3),
		.len = (uint16_t)rng_next(r, rng_next(r, 2) == 0 ? 4 : 40),
		.bytes = m->bytes };
	if (!m->nlri.has_path_id)
		m->nlri.path_id = 0;
	for (unsigned i = 0; i < m->nlri.len; i++)
		m->bytes[i] = (uint8_t)rng_next(r, 3);
}

static struct naive *
naive_find(const struct nlri *nlri)
{
	for (unsigned i = 0; i < MODEL; i++)
		if (model[i].used && nlri_same(&model[i].nlri, nlri))
			return &model[i];
	return NULL;
}

/* Everything in the model is found, and the list is the model in the order of changes. */
static void
compare_table(void)
{
	uint64_t last = 0;
	unsigned n = 0;

	for (unsigned i = 0; i < MODEL; i++) {
		uint32_t hash = nlri_hash(&model[i].nlri);

		if (!model[i].used)
			continue;
		n++;
		assert_int_equal(table_find(&table, &model[i].nlri, hash), model[i].number);
		assert_int_equal(
			table_find_next(&table, model[i].number, &model[i].nlri), TABLE_NONE);
		assert_int_equal(entry_seq(table_at(&table, model[i].number)), model[i].seq);
	}
	assert_int_equal(table.live, n);
	for (uint32_t i = table_at(&table, TABLE_NONE)->next; i != TABLE_NONE;
		i = table_at(&table, i)->next) {
		struct nlri nlri = entry_nlri(table_at(&table, i));
		const struct naive *m = naive_find(&nlri);

		assert_non_null(m);
		assert_int_equal(m->number, i);
		assert_true(m->seq > last);
		last = m->seq;
		n--;
	}
	assert_int_equal(n, 0);
}

static void
test_table(void **state)
{
	struct rng r = { .state = 11 };

	(void)state;
	table_init(&table);
	for (unsigned step = 0; step < 20000; step++) {
		struct naive *m = &model[rng_next(&r, MODEL)];

		if (!m->used) {
			random_nlri(&r, m);
			if (naive_find(&m->nlri) != NULL)
				continue;
			m->number =
				table_add(&table, ENTRY_ROUTE, &m->nlri, nlri_hash(&m->nlri), 0, 0);
			m->used = true;
		} else if (rng_next(&r, 2) == 0) {
			table_touch(&table, m->number);
		} else {
			table_remove(&table, m->number);
			m->used = false;
			continue;
		}
		m->seq = table.seq;
		if (step % 500 == 0)
			compare_table();
	}
	compare_table();
	table_fini(&table);
}

static void
test_marks(void **state)
{
	uint8_t bytes[3][4];
	uint32_t entries[3], mark;
	struct table t;

	(void)state;
	table_init(&t);
	for (unsigned i = 0; i < 3; i++) {
		struct nlri nlri = { .family = IPV4_UNICAST, .len = 4, .bytes = bytes[i] };

		bench_prefix(bytes[i], i);
		entries[i] = table_add(&t, ENTRY_ROUTE, &nlri, nlri_hash(&nlri), 0, 0);
	}
	mark = table_mark(&t, 7);
	assert_int_equal(table_at(&t, mark)->next, entries[0]);
	table_mark_move(&t, mark, entries[1]);
	assert_int_equal(table_at(&t, mark)->prev, entries[1]);
	assert_int_equal(table_at(&t, mark)->next, entries[2]);
	/* What stands around a mark may move and die. */
	table_touch(&t, entries[1]);
	table_remove(&t, entries[2]);
	assert_int_equal(table_at(&t, mark)->prev, entries[0]);
	assert_int_equal(table_at(&t, mark)->next, entries[1]);
	/* A twin stands on the same side. */
	assert_int_equal(table_at(&t, table_split(&t, entries[0], 0))->next, mark);
	table_mark_remove(&t, mark);
	table_fini(&t);
}

/* --- sets --- */

static uint64_t
naive_set(const struct peerset_pool *pool, uint32_t set)
{
	uint64_t bits = 0;

	for (int64_t p = peerset_next(pool, set, 0); p >= 0; p = peerset_next(pool, set, p + 1)) {
		assert_true(peerset_has(pool, set, (uint32_t)p));
		bits |= UINT64_C(1) << (p % 64);
	}
	return bits;
}

static void
test_peersets(void **state)
{
	static struct peerset_pool pool;
	uint32_t sets[16] = { 0 };
	uint64_t want[16] = { 0 };
	struct rng r = { .state = 5 };

	(void)state;
	peerset_init(&pool);
	for (unsigned step = 0; step < 50000; step++) {
		unsigned a = rng_next(&r, 16), b = rng_next(&r, 16), to = rng_next(&r, 16);
		uint32_t p = rng_next(&r, 64);

		switch (rng_next(&r, 5)) {
		case 0:
			peerset_assign(&pool, &sets[to], peerset_or(&pool, sets[a], sets[b]));
			want[to] = want[a] | want[b];
			break;
		case 1:
			peerset_assign(&pool, &sets[to], peerset_and(&pool, sets[a], sets[b]));
			want[to] = want[a] & want[b];
			break;
		case 2:
			peerset_assign(&pool, &sets[to], peerset_minus(&pool, sets[a], sets[b]));
			want[to] = want[a] & ~want[b];
			break;
		case 3:
			peerset_assign(&pool, &sets[to], peerset_with(&pool, sets[a], p));
			want[to] = want[a] | UINT64_C(1) << p;
			break;
		case 4:
			peerset_assign(&pool, &sets[to], peerset_without(&pool, sets[a], p));
			want[to] = want[a] & ~(UINT64_C(1) << p);
			break;
		}
		assert_int_equal(naive_set(&pool, sets[to]), want[to]);
		assert_int_equal(
			peerset_count(&pool, sets[to]), (uint32_t)__builtin_popcountll(want[to]));
		assert_int_equal(sets[a] == sets[b], want[a] == want[b]);
		assert_int_equal(peerset_relation(&pool, sets[a], sets[b]),
			(want[a] & want[b]) == 0    ? PEERSET_NONE
			: (want[b] & ~want[a]) == 0 ? PEERSET_ALL
						    : PEERSET_SOME);
	}
	for (unsigned i = 0; i < 16; i++)
		peerset_unref(&pool, sets[i]);
	assert_int_equal(pool.idle, pool.live - 1);
	peerset_fini(&pool);
}

static void
test_attrs(void **state)
{
	static struct attrs_pool pool;
	uint32_t numbers[500];
	uint8_t block[8] = { 0x80, 4, 4 };
	struct attrset set = { .nh_len = 4, .len = 7, .block = block };

	(void)state;
	attrs_init(&pool);
	for (unsigned i = 0; i < 500; i++) {
		block[6] = (uint8_t)i;
		set.nh[3] = (uint8_t)(i / 250);
		set.nh[9] = (uint8_t)i; /* behind the address: no difference */
		numbers[i] = attrs_intern(&pool, &set);
		assert_true(attrs_view(&pool, numbers[i]).nh[3] == set.nh[3]);
	}
	/* 250 different MEDs, 6 of which occur again with the same next-hop... */
	assert_int_equal(pool.live, 1 + 500);
	assert_int_equal(attrs_intern(&pool, &set), numbers[499]);
	attrs_unref(&pool, numbers[499]);
	for (unsigned i = 0; i < 500; i++)
		attrs_unref(&pool, numbers[i]);
	assert_int_equal(pool.live, 1);
	attrs_fini(&pool);
}

/* --- a million routes --- */

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t
resident(void)
{
	long total = 0, pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	assert_non_null(f);
	assert_int_equal(fscanf(f, "%ld %ld", &total, &pages), 2);
	fclose(f);
	return (size_t)pages * (size_t)sysconf(_SC_PAGESIZE);
}

static struct bench bench;
static uint64_t drained_bytes;

static void
count_chunk(void *owner, uint64_t number, const uint8_t *sessions, size_t n, const uint8_t *data,
	size_t len)
{
	(void)owner;
	(void)sessions;
	(void)n;
	(void)data;
	drained_bytes += len;
	rib_credit(&bench.rib, 100, UINT64_MAX, number);
}

static void
add_many(bool announce)
{
	static struct bench_ops ops;
	uint8_t bytes[5] = { 32 };
	struct nlri nlri = { .family = IPV4_UNICAST, .len = 5, .bytes = bytes };

	for (unsigned i = 0; i < MANY;) {
		ops_begin(&ops);
		ops_peers(&ops, 1);
		ops_attrs(&ops, 1);
		for (unsigned n = 0; n < 4096 && i < MANY; n++, i++) {
			bytes[1] = 10;
			bytes[2] = (uint8_t)(i >> 16);
			bytes[3] = (uint8_t)(i >> 8);
			bytes[4] = (uint8_t)i;
			route_op_route(&ops.w, announce, &nlri);
		}
		ops_apply(&bench, &ops);
	}
}

static void
report(const char *what, double start)
{
	print_message("%s: %.0f ns a route\n", what, (seconds() - start) * 1e9 / MANY);
}

static void
test_million(void **state)
{
	size_t before;
	double start;

	(void)state;
	bench_init(&bench, 1, NULL);
	bench.rib.out.chunk = count_chunk;
	before = resident();
	start = seconds();
	add_many(true);
	report("apply", start);
	print_message("memory: %.1f bytes a route (table %.1f)\n",
		(double)(resident() - before) / MANY,
		(double)table_memory(&bench.rib.table) / MANY);
	/* Under AddressSanitizer freed memory is kept; the table's own count is exact. */
	assert_true(table_memory(&bench.rib.table) < 64 * (size_t)MANY);
	bench_up(&bench, 0, false);
	rib_credit(&bench.rib, 100, UINT64_MAX, 0);
	start = seconds();
	while (rib_drain(&bench.rib, INT64_MAX))
		;
	report("send", start);
	assert_true(drained_bytes > 5 * (uint64_t)MANY);
	start = seconds();
	add_many(true);
	report("duplicates", start);
	start = seconds();
	add_many(false);
	report("withdraw", start);
	start = seconds();
	while (rib_drain(&bench.rib, INT64_MAX))
		;
	report("send withdraws", start);
	start = seconds();
	while (bench.rib.reap.n > 0)
		rib_reap(&bench.rib);
	report("reap", start);
	assert_int_equal(bench.rib.table.live, 0);
	bench_fini(&bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_peersets),
		cmocka_unit_test(test_attrs),
		cmocka_unit_test(test_million),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
