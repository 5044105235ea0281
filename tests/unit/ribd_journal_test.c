/*
 * The journal: what was committed is there after a crash, whatever is cut off or damaged behind it,
 * and sessions that stayed up go on without losing a withdraw.
 */
#include "tests/unit/ribd_bench.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/log.h"
#include "ribd/journal.h"

enum { PEERS = 4, PREFIXES = 60 };

static struct bench bench;
static struct bench_ops ops;
static struct journal journal;
static struct snapshot *snapshot;
static char dir[64];
static uint32_t model[PEERS][BENCH_PREFIXES];
static uint32_t next_number;

/* --- a private directory --- */

static void
make_dir(void)
{
	snprintf(dir, sizeof(dir), "/tmp/ribd_journal_test.XXXXXX");
	assert_non_null(mkdtemp(dir));
}

static void
clean_dir(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL)
		if (e->d_name[0] != '.')
			unlinkat(dirfd(d), e->d_name, 0);
	if (d != NULL)
		closedir(d);
}

static void
remove_dir(void)
{
	clean_dir(dir);
	rmdir(dir);
}

/* --- a ribd without links --- */

static void
open_journal(void)
{
	assert_int_equal(journal_open(&journal, dir, &bench.rib), 0);
}

static void
new_rib(void)
{
	struct rib_output out = { .owner = &bench, .room = bench_room, .chunk = bench_chunk };
	uint64_t chunk = bench.rib.next_chunk;

	rib_init(&bench.rib, &out);
	bench.rib.next_chunk = chunk + 1000;
	bench.rib.now_us = 1000000;
}

static void
tell_neighbors(uint64_t generation)
{
	const struct bench_options o = { 0 };

	rib_neighbors_begin(&bench.rib, generation, false);
	journal_neighbors_begin(&journal, &bench.rib, false);
	for (uint32_t i = 1; i <= PEERS; i++) {
		bench_neighbor(&bench, i, &o);
		journal_neighbor(&journal, &bench.rib, rib_peer(&bench.rib, i));
	}
	rib_neighbors_end(&bench.rib);
	journal_neighbors_end(&journal, &bench.rib);
}

static void
start(void)
{
	make_dir();
	memset(&bench, 0, sizeof(bench));
	memset(model, 0, sizeof(model));
	bench.last = &bench.first;
	bench.room = 512 * 1024;
	snapshot = NULL;
	next_number = 100;
	new_rib();
	open_journal();
	tell_neighbors(1);
	assert_true(journal_flush(&journal));
}

static void
stop(void)
{
	if (snapshot != NULL)
		snapshot_abort(snapshot);
	snapshot = NULL;
	journal_close(&journal);
	bench_fini(&bench);
}

static void
apply(void)
{
	ops_apply(&bench, &ops);
	journal_add(&journal, JOURNAL_ROUTES, bench.rib.table.seq, ops.bytes, wr_len(&ops.w));
}

static void
random_routes(struct rng *r)
{
	uint32_t peers = rng_next(r, 2) == 0 ? (1u << PEERS) - 1 : rng_next(r, 1u << PEERS);

	ops_begin(&ops);
	if (rng_next(r, 4) == 0)
		route_op_owner(&ops.w, ROUTE_OWNER_CONFIG);
	ops_peers(&ops, peers);
	for (unsigned i = 1 + rng_next(r, 8); i > 0; i--) {
		unsigned prefix = rng_next(r, PREFIXES);
		uint32_t med = 1 + rng_next(r, 5);
		bool announce = rng_next(r, 3) != 0;

		ops_attrs(&ops, med);
		ops_route(&ops, announce, prefix);
		for (unsigned p = 0; p < PEERS; p++)
			if ((peers >> p & 1) != 0)
				model[p][prefix] = announce ? med : BENCH_ABSENT;
	}
	apply();
}

/* What a peer is to have, from the table. */
static uint32_t
med_of(const struct rib *rib, uint32_t id, unsigned prefix)
{
	uint8_t bytes[4];
	struct nlri nlri = { .family = IPV4_UNICAST, .len = 4, .bytes = bytes };
	uint32_t slot = rib_peer_slot(rib, id), found = BENCH_ABSENT;

	bench_prefix(bytes, prefix);
	for (uint32_t i = table_find(&rib->table, &nlri, nlri_hash(&nlri)); i != TABLE_NONE;
		i = table_find_next(&rib->table, i, &nlri)) {
		const struct entry *e = table_at(&rib->table, i);
		struct attrset set = attrs_view(&rib->attrs, e->attrs);
		struct rd r = rd_init(set.block, set.len);

		if (e->kind == ENTRY_ROUTE && slot != UINT32_MAX &&
			peerset_has(&rib->sets, e->peers, slot)) {
			assert_int_equal(found, BENCH_ABSENT);
			found = bench_attributes(&r);
		}
	}
	return found;
}

static void
compare(const struct rib *rib, uint32_t want[PEERS][BENCH_PREFIXES])
{
	for (uint32_t p = 0; p < PEERS; p++)
		for (unsigned i = 0; i < PREFIXES; i++)
			if (med_of(rib, p + 1, i) != want[p][i])
				fail_msg("peer %u prefix %u: is %u, should be %u", p + 1, i,
					med_of(rib, p + 1, i), want[p][i]);
}

/* --- cut off anywhere --- */

static size_t
slurp(const char *path, uint8_t *out, size_t max)
{
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, out, max);

	close(fd);
	assert_true(n > 0 && (size_t)n < max);
	return (size_t)n;
}

static void
reopen_prefix(const uint8_t *p, size_t n, uint32_t want[PEERS][BENCH_PREFIXES], bool known)
{
	static struct rib rib;
	struct rib_output out = { .owner = &bench, .room = bench_room, .chunk = bench_chunk };
	struct journal j;
	char path[96];
	int fd;

	clean_dir(dir);
	snprintf(path, sizeof(path), "%s/journal.1", dir);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, p, n), n);
	close(fd);
	rib_init(&rib, &out);
	assert_int_equal(journal_open(&j, dir, &rib), 0);
	if (known)
		compare(&rib, want);
	journal_close(&j);
	rib_fini(&rib);
}

static void
test_prefixes(void **state)
{
	static uint8_t file[1 << 20];
	static uint32_t states[64][PEERS][BENCH_PREFIXES];
	struct rng r = { .state = 7 };
	size_t ends[64], n, k = 0;
	char path[96];

	(void)state;
	start();
	for (; k < 30; k++) {
		memcpy(states[k], model, sizeof(model));
		ends[k] = journal.size;
		random_routes(&r);
		assert_true(journal_flush(&journal));
	}
	snprintf(path, sizeof(path), "%s/journal.1", dir);
	n = slurp(path, file, sizeof(file));
	stop();
	for (size_t i = 0; i < k; i++) {
		size_t next = i + 1 < k ? ends[i + 1] : n;

		reopen_prefix(file, ends[i], states[i], true);
		for (unsigned cut = 0; cut < 3; cut++)
			reopen_prefix(file,
				ends[i] + 1 + rng_next(&r, (uint32_t)(next - ends[i] - 1)),
				states[i], true);
	}
	/* A flipped byte ends it at the record before. */
	for (unsigned i = 0; i < 60; i++) {
		size_t at = ends[3] + rng_next(&r, (uint32_t)(n - ends[3])), last = 3;

		while (last + 1 < k && ends[last + 1] <= at)
			last++;
		file[at] ^= 0x40;
		reopen_prefix(file, n, states[last], true);
		file[at] ^= 0x40;
	}
	/* Any bytes at all behind a good prefix, and nothing but garbage. */
	for (unsigned i = 0; i < 60; i++) {
		for (size_t at = ends[5]; at < ends[6]; at++)
			file[at] = (uint8_t)rng_next(&r, 256);
		reopen_prefix(file, ends[6], states[5], true);
		for (size_t at = 0; at < 200; at++)
			file[at + n] = (uint8_t)rng_next(&r, 256);
		reopen_prefix(file + n, 200, NULL, false);
	}
	remove_dir();
}

/* --- crashes of ribd, of bgpd, of sessions --- */

static void
random_session(struct rng *r)
{
	unsigned p = rng_next(r, PEERS);

	if (bench.peers[p].up) {
		rib_session_down(&bench.rib, bench.peers[p].number);
		journal_session_down(&journal, &bench.rib, bench.peers[p].number);
		bench.peers[p].up = false;
		return;
	}
	bench_up_as(&bench, p, ++next_number, false, false);
	journal_session(&journal, &bench.rib, rib_session(&bench.rib, next_number));
}

static void
random_clear(struct rng *r)
{
	unsigned p = rng_next(r, PEERS);

	if (snapshot != NULL)
		snapshot_abort(snapshot);
	snapshot = NULL;
	ops_begin(&ops);
	ops_peers(&ops, 1u << p);
	route_op_clear(&ops.w, false);
	apply();
	memset(model[p], 0, sizeof(model[p]));
}

static void
random_traffic(struct rng *r)
{
	for (unsigned p = 0; p < PEERS; p++)
		if (bench.peers[p].up && rng_next(r, 2) == 0)
			bench_credit(&bench, p, rng_next(r, 400));
	(void)rib_drain(&bench.rib, INT64_MAX);
	for (unsigned i = rng_next(r, 6); i > 0; i--)
		bench_take(&bench);
	if (rng_next(r, 3) == 0)
		journal_positions(&journal, &bench.rib, false);
	rib_reap(&bench.rib);
}

static void
random_snapshot(struct rng *r)
{
	int left = 0;

	if (snapshot == NULL)
		snapshot = snapshot_begin(&journal, &bench.rib);
	assert_non_null(snapshot);
	if (rng_next(r, 2) == 0)
		left = snapshot_step(snapshot, 0);
	else
		left = 1;
	assert_true(left >= 0);
	if (left == 0)
		snapshot = NULL;
}

/* ribd dies: what was not written is lost with it, and so is all it had in memory. */
static void
crash(struct rng *r)
{
	assert_true(journal_flush(&journal));
	for (unsigned i = rng_next(r, 4); i > 0; i--)
		bench_take(&bench);
	bench_lose(&bench);
	if (snapshot != NULL)
		snapshot_abort(snapshot);
	snapshot = NULL;
	journal_close(&journal);
	rib_fini(&bench.rib);
	new_rib();
	open_journal();
	compare(&bench.rib, model);
	tell_neighbors(1);
	if (rng_next(r, 2) == 0)
		random_routes(r);
	for (unsigned p = 0; p < PEERS; p++) {
		if (!bench.peers[p].up)
			continue;
		bench.peers[p].up = rng_next(r, 4) != 0;
		if (!bench.peers[p].up)
			continue;
		if (bench_up_as(&bench, p, bench.peers[p].number, true, false))
			journal_session(&journal, &bench.rib,
				rib_session(&bench.rib, bench.peers[p].number));
	}
	rib_drop_detached(&bench.rib);
}

static void
run(uint64_t seed)
{
	struct rng r = { .state = seed };

	start();
	for (unsigned i = 0; i < 300; i++) {
		uint32_t what = rng_next(&r, 100);

		if (what < 45)
			random_routes(&r);
		else if (what < 46)
			random_clear(&r);
		else if (what < 52)
			random_session(&r);
		else if (what < 55)
			crash(&r);
		else if (what < 60)
			random_snapshot(&r);
		else
			random_traffic(&r);
		if (rng_next(&r, 2) == 0)
			assert_true(journal_flush(&journal));
	}
	crash(&r);
	for (unsigned p = 0; p < PEERS; p++)
		if (!bench.peers[p].up)
			bench_up_as(&bench, p, ++next_number, false, false);
	bench_settle(&bench);
	for (unsigned p = 0; p < PEERS; p++)
		for (unsigned i = 0; i < PREFIXES; i++)
			if (bench.peers[p].table[i] != model[p][i])
				fail_msg("seed %llu peer %u prefix %u: has %u, should have %u",
					(unsigned long long)seed, p, i, bench.peers[p].table[i],
					model[p][i]);
	assert_int_equal(bench.rib.table.kinds[ENTRY_WITHDRAW], 0);
	stop();
	remove_dir();
}

static void
test_crashes(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 40; seed++)
		run(seed);
}

/* --- details --- */

static void
test_same_generation(void **state)
{
	struct rng r = { .state = 1 };

	(void)state;
	start();
	ops_begin(&ops);
	route_op_owner(&ops.w, ROUTE_OWNER_CONFIG);
	ops_peers(&ops, 1);
	ops_attrs(&ops, 5);
	ops_route(&ops, true, 1);
	apply();
	ops_begin(&ops);
	ops_peers(&ops, 1);
	ops_route(&ops, false, 1);
	apply();
	crash(&r);
	assert_true(bench.rib.has_generation);
	/* The configuration as it was: what a command withdrew stays withdrawn. */
	rib_neighbors_begin(&bench.rib, 1, false);
	assert_true(bench.rib.ignore_config);
	stop();
	remove_dir();
}

/* A list of neighbors that broke off does not count as taken over. */
static void
test_broken_list(void **state)
{
	(void)state;
	start();
	rib_neighbors_begin(&bench.rib, 2, true);
	journal_neighbors_begin(&journal, &bench.rib, true);
	assert_true(journal_flush(&journal));
	journal_close(&journal);
	rib_fini(&bench.rib);
	new_rib();
	open_journal();
	rib_neighbors_begin(&bench.rib, 2, false);
	assert_false(bench.rib.ignore_config);
	stop();
	remove_dir();
}

static void
test_write_error(void **state)
{
	struct rlimit old, small = { .rlim_cur = 2000 };
	struct rng r = { .state = 3 };

	(void)state;
	start();
	log_init("test", LOG_LEVEL_FATAL, LOG_FORMAT_TEXT);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	small.rlim_max = old.rlim_max;
	while (journal.size < 1800) {
		random_routes(&r);
		assert_true(journal_flush(&journal));
	}
	setrlimit(RLIMIT_FSIZE, &small);
	while (!journal.failed) {
		random_routes(&r);
		(void)journal_flush(&journal);
	}
	assert_true(journal.pending.len > 0);
	assert_false(journal_flush(&journal));
	setrlimit(RLIMIT_FSIZE, &old);
	assert_true(journal_flush(&journal));
	assert_int_equal(journal.pending.len, 0);
	crash(&r);
	stop();
	remove_dir();
	log_init("test", LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_crashes),
		cmocka_unit_test(test_same_generation),
		cmocka_unit_test(test_broken_list),
		cmocka_unit_test(test_write_error),
	};

	log_init("test", LOG_LEVEL_ERROR, LOG_FORMAT_TEXT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
