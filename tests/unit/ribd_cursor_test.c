/*
 * Random changes, credits, losses of sessions and of bgpd: whatever happens, every peer ends with
 * exactly what the commands said, and nothing is left over that nobody needs.
 */
#include "tests/unit/ribd_bench.h"

enum { ROUNDS = 60, STEPS = 400, PEERS = 6 };

/* What each peer is to have. */
static uint32_t model[BENCH_PEERS][BENCH_PREFIXES];
static struct bench bench;
static struct bench_ops ops;
static uint32_t next_number;

static void
random_routes(struct rng *r)
{
	uint32_t peers = rng_next(r, 3) == 0 ? (1u << PEERS) - 1 : rng_next(r, 1u << PEERS);
	unsigned n = 1 + rng_next(r, 12);

	ops_begin(&ops);
	ops_peers(&ops, peers);
	for (unsigned i = 0; i < n; i++) {
		unsigned prefix = rng_next(r, BENCH_PREFIXES);
		uint32_t med = 1 + rng_next(r, 5);
		bool announce = rng_next(r, 3) != 0;

		ops_attrs(&ops, med);
		ops_route(&ops, announce, prefix);
		for (unsigned p = 0; p < PEERS; p++)
			if ((peers >> p & 1) != 0)
				model[p][prefix] = announce ? med : BENCH_ABSENT;
	}
	ops_apply(&bench, &ops);
}

static void
random_clear(struct rng *r)
{
	unsigned p = rng_next(r, PEERS);

	ops_begin(&ops);
	ops_peers(&ops, 1u << p);
	route_op_clear(&ops.w, false);
	ops_apply(&bench, &ops);
	memset(model[p], 0, sizeof(model[p]));
}

static void
random_flush(struct rng *r)
{
	ops_begin(&ops);
	ops_peers(&ops, 1 + rng_next(r, (1u << PEERS) - 1));
	route_op_flush(&ops.w, rng_next(r, 2) == 0 ? 0 : IPV4_UNICAST);
	ops_apply(&bench, &ops);
}

static void
random_session(struct rng *r)
{
	unsigned p = rng_next(r, PEERS);

	if (bench.peers[p].up) {
		rib_session_down(&bench.rib, bench.peers[p].number);
		bench.peers[p].up = false;
	} else {
		bench_up_as(&bench, p, ++next_number, false, false);
	}
}

/* bgpd dies and comes back; some sessions survived. Chunks on their way are lost. */
static void
random_restart(struct rng *r)
{
	for (unsigned i = rng_next(r, 4); i > 0; i--)
		bench_take(&bench);
	bench_lose(&bench);
	rib_detach(&bench.rib);
	if (rng_next(r, 2) == 0)
		random_routes(r);
	for (unsigned p = 0; p < PEERS; p++) {
		if (bench.peers[p].up && rng_next(r, 4) != 0)
			bench_up_as(&bench, p, bench.peers[p].number, true, false);
		else
			bench.peers[p].up = false;
	}
	rib_drop_detached(&bench.rib);
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
	rib_reap(&bench.rib);
}

static void
check_end(void)
{
	for (unsigned p = 0; p < PEERS; p++)
		if (!bench.peers[p].up)
			bench_up_as(&bench, p, ++next_number, false, false);
	bench_settle(&bench);
	rib_reap(&bench.rib);
	for (unsigned p = 0; p < PEERS; p++)
		for (unsigned i = 0; i < BENCH_PREFIXES; i++)
			if (bench.peers[p].table[i] != model[p][i])
				fail_msg("peer %u prefix %u: has %u, should have %u", p, i,
					bench.peers[p].table[i], model[p][i]);
	assert_int_equal(bench.rib.table.kinds[ENTRY_WITHDRAW], 0);
	assert_int_equal(bench.rib.table.kinds[ENTRY_PENDING], 0);
	/* Everybody stands together again: one cursor. */
	assert_int_equal(bench.rib.table.kinds[ENTRY_MARK], 1);
	assert_true(bench.rib.table.kinds[ENTRY_ROUTE] <= BENCH_PREFIXES * PEERS);
}

static void
run(uint64_t seed)
{
	struct rng r = { .state = seed };

	memset(model, 0, sizeof(model));
	bench_init(&bench, PEERS, NULL);
	for (unsigned i = 0; i < STEPS; i++) {
		uint32_t what = rng_next(&r, 100);

		if (what < 50)
			random_routes(&r);
		else if (what < 52)
			random_clear(&r);
		else if (what < 55)
			random_flush(&r);
		else if (what < 60)
			random_session(&r);
		else if (what < 62)
			random_restart(&r);
		else
			random_traffic(&r);
		bench.rib.now_us += 1000;
	}
	check_end();
	bench_fini(&bench);
}

static void
test_random(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= ROUNDS; seed++)
		run(seed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
