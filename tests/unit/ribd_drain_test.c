/* What is sent when, and in which order (reference/wire.md section 10). */
#include "tests/unit/ribd_bench.h"

static struct bench bench;
static struct bench_ops ops;

static void
begin(void)
{
	ops_begin(&ops);
	ops_peers(&ops, 1);
}

/* "+N:M" announces prefix N with MED M, "-N" withdraws it. */
static void
commands(const char *text)
{
	char *copy = strdup(text), *save = NULL;

	begin();
	for (char *w = strtok_r(copy, " ", &save); w != NULL; w = strtok_r(NULL, " ", &save)) {
		char *colon = strchr(w, ':');

		if (colon != NULL)
			ops_attrs(&ops, (uint32_t)atoi(colon + 1));
		ops_route(&ops, *w == '+', (unsigned)atoi(w + 1));
	}
	free(copy);
	ops_apply(&bench, &ops);
}

static void
expect(const char *want)
{
	bench_settle(&bench);
	bench_expect(&bench, want);
}

/* One neighbor, its session up and past its first drain. */
static void
warm(const struct bench_options *o)
{
	bench_init(&bench, 1, o);
	bench_up(&bench, 0, o != NULL && o->refresh);
	expect("100: eor\n");
	commands("+255:9");
	expect("100: med9 255\n");
}

static void
test_operations(void **state)
{
	(void)state;
	warm(NULL);
	commands("+0:1");
	expect("100: med1 0\n");
	commands("+0:1");
	expect("");
	commands("+0:2");
	expect("100: med2 0\n");
	commands("-0");
	expect("100: -0\n");
	commands("-0");
	expect("100: -0\n");
	commands("-7");
	expect("100: -7\n");
	bench_fini(&bench);
}

static void
test_order_in_a_drain(void **state)
{
	(void)state;
	warm(NULL);
	commands("+0:1 +1:5 +2:1 -9 +3:1");
	expect("100: -9\n100: med1 0 2 3\n100: med5 1\n");
	commands("+20:1 -20");
	expect("100: -20\n");
	commands("-0 +0:1");
	expect("100: -0\n100: med1 0\n");
	commands("+30:1 +31:1 +30:7");
	expect("100: med1 31\n100: med7 30\n");
	commands("+40:5 +40:6 +40:5");
	expect("100: med5 40\n");
	/* Sorted within a message. */
	commands("+55:3 +53:3 +54:3");
	expect("100: med3 53 54 55\n");
	bench_fini(&bench);
}

static void
test_no_group(void **state)
{
	const struct bench_options o = { .no_group = true };

	(void)state;
	warm(&o);
	commands("+5:1 +3:1 +4:1");
	expect("100: med1 5\n100: med1 3\n100: med1 4\n");
	bench_fini(&bench);
}

static void
test_session_start(void **state)
{
	(void)state;
	bench_init(&bench, 1, NULL);
	commands("+1:1 +2:2 -1 -3");
	bench_up(&bench, 0, false);
	expect("100: med2 2\n100: eor\n");
	rib_session_down(&bench.rib, 100);
	bench.peers[0].up = false;
	commands("+4:2 -2");
	bench_up(&bench, 0, false);
	expect("100: med2 4\n100: eor\n");
	bench_fini(&bench);
}

/* The first drain of a session leaves out withdraws of what was never sent on it. */
static void
test_first_drain(void **state)
{
	(void)state;
	bench_init(&bench, 1, NULL);
	bench_up(&bench, 0, false);
	expect("100: eor\n");
	commands("-1");
	expect("");
	commands("-1");
	expect("100: -1\n");
	bench_fini(&bench);
	/* What was sent is withdrawn. */
	bench_init(&bench, 1, NULL);
	commands("+1:1 +2:1");
	bench_up(&bench, 0, false);
	bench_credit(&bench, 0, 100000);
	(void)rib_drain(&bench.rib, INT64_MAX);
	commands("-1");
	expect("100: med1 1 2\n100: eor\n100: -1\n");
	bench_fini(&bench);
}

static void
test_eor(void **state)
{
	const struct bench_options o = { .manual_eor = true };

	(void)state;
	bench_init(&bench, 1, &o);
	bench_up(&bench, 0, false);
	commands("+1:1");
	begin();
	route_op_eor(&ops.w, IPV4_UNICAST);
	ops_apply(&bench, &ops);
	commands("+2:1");
	expect("100: med1 1 2\n100: eor\n");
	bench_fini(&bench);
}

static void
flush(uint32_t family)
{
	begin();
	route_op_flush(&ops.w, family);
	ops_apply(&bench, &ops);
}

static void
test_flush(void **state)
{
	const struct bench_options o = { .refresh = true };

	(void)state;
	warm(&o);
	commands("+1:1 +2:1");
	expect("100: med1 1 2\n");
	commands("+3:1");
	flush(0);
	expect("100: refresh1\n100: med9 255\n100: med1 1\n100: med1 2\n100: med1 3\n100: "
	       "refresh2\n"
	       "100: med1 3\n");
	flush(IPV6_UNICAST);
	expect("");
	rib_refresh_received(&bench.rib, 100, IPV4_UNICAST, 0);
	commands("-255 -1 -2");
	expect("100: refresh1\n100: med1 3\n100: refresh2\n100: -255\n100: -1\n100: -2\n");
	begin();
	route_op_clear(&ops.w, false);
	ops_apply(&bench, &ops);
	expect("100: -3\n");
	flush(0);
	expect("100: refresh1\n100: refresh2\n");
	bench_fini(&bench);
}

static void
test_flush_plain(void **state)
{
	(void)state;
	warm(NULL);
	flush(0);
	expect("100: med9 255\n");
	rib_refresh_received(&bench.rib, 100, IPV4_UNICAST, 0);
	expect("100: med9 255\n");
	bench_fini(&bench);
}

static void
test_no_adj_rib_out(void **state)
{
	const struct bench_options o = { .no_adj_rib_out = true };

	(void)state;
	warm(&o);
	commands("+1:1");
	expect("100: med1 1\n");
	commands("+1:1");
	expect("100: med1 1\n");
	flush(0);
	begin();
	route_op_clear(&ops.w, false);
	ops_apply(&bench, &ops);
	expect("");
	assert_int_equal(bench.rib.table.live, 0);
	rib_session_down(&bench.rib, 100);
	bench.peers[0].up = false;
	commands("+2:1");
	bench_up(&bench, 0, false);
	expect("100: med1 2\n100: eor\n");
	rib_session_down(&bench.rib, 100);
	bench_up(&bench, 0, false);
	expect("100: eor\n");
	bench_fini(&bench);
}

static void
test_settle(void **state)
{
	const struct bench_options o = { .settle_ms = 100 };

	(void)state;
	bench_init(&bench, 1, &o);
	commands("+9:9");
	bench_up(&bench, 0, false);
	expect("");
	assert_int_equal(bench.rib.wake_us, bench.rib.now_us + 2000);
	bench.rib.now_us += 2000;
	expect("100: med9 9\n");
	assert_int_equal(bench.rib.wake_us, bench.rib.now_us + 98000);
	bench.rib.now_us += 98000;
	expect("100: eor\n");
	assert_int_equal(bench.rib.wake_us, 0);
	commands("+1:1");
	expect("");
	assert_int_equal(bench.rib.wake_us, bench.rib.now_us + 100000);
	bench.rib.now_us += 60000;
	commands("+1:2");
	bench.rib.now_us += 60000;
	expect("");
	bench.rib.now_us += 40000;
	expect("100: med2 1\n");
	/* Never quiet: ten times the settle time at most. */
	for (unsigned i = 0; i < 25; i++) {
		char text[16];

		snprintf(text, sizeof(text), "+1:%u", 3 + i);
		commands(text);
		bench.rib.now_us += 50000;
		bench_settle(&bench);
	}
	assert_int_equal(bench.peers[0].announces, 2 + 1);
	bench_fini(&bench);
}

static void
test_rate_limit(void **state)
{
	const struct bench_options o = { .rate_limit = 10, .no_group = true };
	int64_t start;

	(void)state;
	bench_init(&bench, 1, &o);
	bench_up(&bench, 0, false);
	bench_settle(&bench);
	commands("+1:1 +2:1 +3:1 +4:1 +5:1 +6:1");
	start = bench.rib.now_us;
	while (bench.peers[0].announces < 6) {
		bench_settle(&bench);
		if (bench.rib.wake_us != 0)
			bench.rib.now_us = bench.rib.wake_us;
	}
	assert_in_range(bench.rib.now_us - start, 400000, 610000);
	bench_fini(&bench);
}

/* One peer without credit holds up nobody, and catches up in one go. */
static void
test_slow_peer(void **state)
{
	(void)state;
	bench_init(&bench, 2, NULL);
	bench_up(&bench, 0, false);
	bench_up(&bench, 1, false);
	bench_settle(&bench);
	buf_reset(&bench.log);
	rib_credit(&bench.rib, 101, rib_session(&bench.rib, 101)->sent, bench.peers[1].taken);
	for (unsigned i = 1; i <= 5; i++) {
		ops_begin(&ops);
		ops_peers(&ops, 3);
		ops_attrs(&ops, i);
		ops_route(&ops, true, 7);
		ops_apply(&bench, &ops);
		(void)rib_drain(&bench.rib, INT64_MAX);
		while (bench_take(&bench))
			;
	}
	bench_expect(&bench, "100: med1 7\n100: med2 7\n100: med3 7\n100: med4 7\n100: med5 7\n");
	rib_credit(&bench.rib, 101, 1000000, bench.peers[1].taken);
	expect("101: med5 7\n");
	assert_int_equal(bench.rib.table.kinds[ENTRY_MARK], 1);
	bench_fini(&bench);
}

/* Equal peers get the same chunk. */
static void
test_shared_chunk(void **state)
{
	(void)state;
	bench_init(&bench, 4, NULL);
	for (unsigned i = 0; i < 4; i++)
		bench_up(&bench, i, false);
	bench_settle(&bench);
	ops_begin(&ops);
	ops_attrs(&ops, 1);
	ops_route(&ops, true, 1);
	ops_apply(&bench, &ops);
	(void)rib_drain(&bench.rib, INT64_MAX);
	assert_int_equal(bench.first->n, 4);
	assert_null(bench.first->next);
	bench_fini(&bench);
}

static void
watchdog_config(uint64_t generation, bool withheld, unsigned routes)
{
	const struct bench_options o = { 0 };

	rib_neighbors_begin(&bench.rib, generation, generation != 2);
	bench_neighbor(&bench, 1, &o);
	begin();
	route_op_owner(&ops.w, ROUTE_OWNER_CONFIG);
	ops_attrs(&ops, 4);
	route_op_watchdog(&ops.w, withheld, "dog", 3);
	for (unsigned i = 0; i < routes; i++)
		ops_route(&ops, true, i);
	ops_apply(&bench, &ops);
	rib_neighbors_end(&bench.rib);
}

static void
dog(bool announce)
{
	begin();
	route_op_dog(&ops.w, announce, "dog", 3);
	ops_apply(&bench, &ops);
}

static void
test_watchdog(void **state)
{
	(void)state;
	warm(NULL);
	watchdog_config(2, true, 2);
	expect("");
	dog(true);
	expect("100: med4 0 1\n");
	dog(true);
	expect("");
	dog(false);
	expect("100: -0\n100: -1\n");
	dog(true);
	expect("100: med4 0 1\n");
	/* A reload keeps the state, and drops what is not mentioned. */
	watchdog_config(3, true, 1);
	expect("100: -1\n");
	dog(false);
	expect("100: -0\n");
	bench_fini(&bench);
}

static void
config(uint64_t generation, bool reload, const char *routes)
{
	const struct bench_options o = { 0 };
	char *copy = strdup(routes), *save = NULL;

	rib_neighbors_begin(&bench.rib, generation, reload);
	bench_neighbor(&bench, 1, &o);
	begin();
	route_op_owner(&ops.w, ROUTE_OWNER_CONFIG);
	for (char *w = strtok_r(copy, " ", &save); w != NULL; w = strtok_r(NULL, " ", &save)) {
		ops_attrs(&ops, (uint32_t)atoi(strchr(w, ':') + 1));
		ops_route(&ops, true, (unsigned)atoi(w));
	}
	free(copy);
	ops_apply(&bench, &ops);
	rib_neighbors_end(&bench.rib);
}

static void
test_reload(void **state)
{
	(void)state;
	warm(NULL);
	config(2, true, "0:1 1:1 2:1");
	expect("100: med1 0 1 2\n");
	config(3, true, "0:1 2:2 3:1");
	expect("100: -1\n100: med2 2\n100: med1 3\n");
	/* The same configuration from a restarted apid: commands since then stay. */
	commands("-0");
	expect("100: -0\n");
	config(3, false, "0:1 2:2 3:1");
	expect("");
	/* A reload takes it up again; the route of the API (255) was never touched. */
	config(3, true, "0:1 2:2 3:1");
	expect("100: med1 0\n");
	config(4, true, "");
	expect("100: -2\n100: -3\n100: -0\n");
	assert_int_equal(bench.rib.table.kinds[ENTRY_ROUTE], 1);
	bench_fini(&bench);
}

static void
test_neighbor_removed(void **state)
{
	(void)state;
	bench_init(&bench, 3, NULL);
	ops_begin(&ops);
	ops_peers(&ops, 7);
	ops_attrs(&ops, 1);
	for (unsigned i = 0; i < 10; i++)
		ops_route(&ops, true, i);
	ops_peers(&ops, 2);
	ops_route(&ops, true, 20);
	ops_apply(&bench, &ops);
	assert_int_equal(bench.rib.table.kinds[ENTRY_ROUTE], 11);
	config(2, true, "");
	assert_int_equal(bench.rib.table.kinds[ENTRY_ROUTE], 10);
	assert_null(rib_peer(&bench.rib, 2));
	bench_up(&bench, 0, false);
	bench_settle(&bench);
	assert_int_equal(bench.peers[0].announces, 10);
	bench_fini(&bench);
}

static void
test_instance(void **state)
{
	(void)state;
	bench_init(&bench, 1, NULL);
	commands("+1:1");
	rib_instance(&bench.rib, 2, 1, false);
	bench_up(&bench, 1, false);
	expect("101: med1 1\n101: eor\n");
	rib_instance(&bench.rib, 2, 1, true);
	assert_null(rib_peer(&bench.rib, 2));
	assert_int_equal(bench.rib.n_sessions, 0);
	bench_fini(&bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_operations),
		cmocka_unit_test(test_order_in_a_drain),
		cmocka_unit_test(test_no_group),
		cmocka_unit_test(test_session_start),
		cmocka_unit_test(test_first_drain),
		cmocka_unit_test(test_eor),
		cmocka_unit_test(test_flush),
		cmocka_unit_test(test_flush_plain),
		cmocka_unit_test(test_no_adj_rib_out),
		cmocka_unit_test(test_settle),
		cmocka_unit_test(test_rate_limit),
		cmocka_unit_test(test_slow_peer),
		cmocka_unit_test(test_shared_chunk),
		cmocka_unit_test(test_watchdog),
		cmocka_unit_test(test_reload),
		cmocka_unit_test(test_neighbor_removed),
		cmocka_unit_test(test_instance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
