/* `@ID` commands, `ttl`, synchronisations and versions per process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/apid_util.h"

static const char conf[] =
	"process h1 { run /bin/true; encoder json; }\n"
	"process h4 { run /bin/true; api-version 4; on-exit withdraw; }\n"
	"process h6 { run /bin/true; api-version 6; on-exit withdraw-after 9; }\n" //
	UTIL_NEIGHBOR("127.0.0.1", "api { processes [ h1 h4 h6 ]; }")
		UTIL_NEIGHBOR("127.0.0.2", "api { processes [ h1 ]; }");

struct exchange {
	const char *line, *answer;
};

static void
check(struct client *c, const struct exchange *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *answer = util_answer(c, rows[i].line);

		if (strcmp(answer, rows[i].answer) != 0)
			print_message("command: %s\n", rows[i].line);
		assert_string_equal(answer, rows[i].answer);
	}
}
#define CHECK(client, rows) check((client), (rows), sizeof(rows) / sizeof((rows)[0]))

static void
answers_carry_the_id(void **state)
{
	static const struct exchange rows[] = {
		{ "@1 system version", "@1 {\"version\": \"6.0.0\", \"application\": \"exabgp\"}\n"
				       "@1 accepted\n" },
		{ "@x accepted announce route 10.0.0.0/24 next-hop 1.2.3.4", "@x accepted\n" },
		{ "@x sent session ping x text",
			"@x pong 4fd8075d-29e0-41ec-8b61-20a187f31b72 active=true\n"
			"@x accepted\n@x complete\n" },
		{ "announce route 10.0.1.0/24 next-hop 1.2.3.4", "done\n" },
		{ "@2 announce route 10.0.0.1/24 next-hop 1.2.3.4",
			"@2 refused Could not parse route: route 10.0.0.1/24 next-hop 1.2.3.4 "
			"(expected host bits must be zero, found \"10.0.0.1/24\")\n" },
		{ "@3 bogus", "@3 refused not a command that can be executed\n" },
		{ "@4", "@4 refused a command is expected after the id\n" },
		{ "@ version", "error: after @ an id of 1 to 64 characters is expected\nerror\n" },
		{ "@5 peer 127.0.0.9 announce route 10.0.0.0/24 next-hop 1.2.3.4",
			"@5 refused no neighbor matches: 127.0.0.1: its address is 127.0.0.1, not "
			"127.0.0.9; 127.0.0.2: its address is 127.0.0.2, not 127.0.0.9\n" },
		{ "@6 sent announce route 10.0.2.0/24 next-hop 1.2.3.4",
			"@6 accepted\n@6 held 127.0.0.1 peer down: held until up\n"
			"@6 held 127.0.0.2 peer down: held until up\n@6 complete\n" },
		{ "session ack disable", "done\n" },
		{ "bogus", "" },
		{ "@7 bogus", "@7 refused not a command that can be executed\n" },
	};
	struct apid *a = util_apid(conf, 6);

	(void)state;
	CHECK(&helper_find(a, "h1")->client, rows);
	util_free(a);
}

/* An accepted that waits for the journal comes in its place. */
static void
order_is_kept(void **state)
{
	struct apid *a = util_apid(conf, 6);
	struct client *c = &helper_find(a, "h1")->client;
	char line[80];
	struct buf want = { 0 }, got = { 0 };

	(void)state;
	for (int i = 0; i < 100; i++) {
		int n = snprintf(line, sizeof(line),
			"%sannounce route 10.0.%d.0/24 next-hop 1.2.3.4", i % 3 == 0 ? "@a " : "",
			i);

		command_execute(c, line, (size_t)n);
		buf_str(&want, i % 3 == 0 ? "@a accepted\n" : "done\n");
		if (i % 7 == 0) {
			strcpy(line, "bogus");
			command_execute(c, line, 5);
			BUF_LIT(&want, "error\n");
		}
		if (i == 50)
			util_commit(a);
	}
	util_commit(a);
	outq_take(&c->out, &got, SIZE_MAX);
	assert_string_equal(buf_cstr(&got), buf_cstr(&want));
	buf_fini(&got);
	buf_fini(&want);
	util_free(a);
}

static unsigned
count_ops(struct apid *a, enum route_op_kind kind, struct route_op *last)
{
	struct rd r = rd_init(a->batch.buffer, wr_len(&a->batch.w));
	struct route_op op;
	unsigned n = 0;

	while (route_op_next(&r, &op) == 1) {
		if (op.kind != kind)
			continue;
		*last = op;
		n++;
	}
	return n;
}

static void
execute(struct client *c, const char *text)
{
	char *line = xstrdup(text);

	command_execute(c, line, strlen(line));
	free(line);
}

static void
ttl(void **state)
{
	static const struct exchange rows[] = {
		{ "announce route 10.0.0.0/24 next-hop 1.2.3.4 ttl 0",
			"error: a ttl is a number of seconds from 1 to 315360000\nerror\n" },
		{ "announce route 10.0.0.0/24 next-hop 1.2.3.4 ttl soon",
			"error: a ttl is a number of seconds from 1 to 315360000\nerror\n" },
		{ "announce flow route { match { source 10.0.0.1/32; } then { discard; } } ttl 5",
			"done\n" },
		{ "peer * group announce ipv4 unicast 1.0.0.0/8 next-hop 1.2.3.4 ttl 5 ; withdraw "
		  "route 2.0.0.0/8",
			"{\"status\": \"group processed\", \"announced\": 1, \"withdrawn\": "
			"1}\ndone\n" },
	};
	struct apid *a = util_apid(conf, 6);
	struct client *c = &helper_find(a, "h1")->client;
	struct route_op op = { 0 };

	(void)state;
	CHECK(c, rows);
	execute(c, "announce route 10.0.0.0/24 next-hop 1.2.3.4 ttl 30");
	assert_int_equal(count_ops(a, ROUTE_OP_TTL, &op), 1);
	assert_in_range(op.deadline_us, loop_clock().us + 29000000, loop_clock().us + 30000000);
	execute(c, "announce route 10.0.1.0/24 next-hop 1.2.3.4");
	assert_int_equal(count_ops(a, ROUTE_OP_TTL, &op), 2);
	assert_int_equal(op.deadline_us, 0);
	util_free(a);
}

static void
synchronisation(void **state)
{
	static const struct exchange rows[] = {
		{ "session sync-end", "error: sync-end without sync-begin\nerror\n" },
		{ "session sync-begin", "done\n" },
		{ "sync-end", "done\n" },
		{ "sync-begin", "done\n" },
	};
	struct apid *a = util_apid(conf, 6);
	struct client *c = &helper_find(a, "h1")->client;
	struct route_op op = { 0 };

	(void)state;
	CHECK(c, rows);
	/* Its helper starts anew: what it said was not all. */
	client_reset(c);
	assert_int_equal(count_ops(a, ROUTE_OP_SYNC, &op), 1);
	assert_int_equal(op.sync, ROUTE_SYNC_ABORT);
	util_free(a);
}

static void
versions_per_process(void **state)
{
	struct apid *a = util_apid(conf, 4);
	struct helper *h4 = helper_find(a, "h4"), *h6 = helper_find(a, "h6");

	(void)state;
	h4->client.version = h4->api_version;
	h6->client.version = h6->api_version;
	assert_string_equal(util_answer(&h4->client, "system version"), "exabgp 6.0.0\ndone\n");
	assert_string_equal(util_answer(&h6->client, "system version"),
		"{\"version\": \"6.0.0\", \"application\": \"exabgp\"}\ndone\n");
	assert_int_equal(h4->on_exit_s, 0);
	assert_int_equal(h6->on_exit_s, 9);
	assert_int_equal(helper_find(a, "h1")->on_exit_s, -1);
	util_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_carry_the_id),
		cmocka_unit_test(order_is_kept),
		cmocka_unit_test(ttl),
		cmocka_unit_test(synchronisation),
		cmocka_unit_test(versions_per_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
