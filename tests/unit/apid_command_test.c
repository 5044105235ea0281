/* Commands: every form of answer of reference/api.md sections 1.10, 2 and 3. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/apid_util.h"

static const char conf[] = "process h1 { run /bin/true; encoder json; }\n"
			   "process h2 { run /bin/true; }\n" //
	UTIL_NEIGHBOR("127.0.0.1", "api { processes [ h1 ]; }")
		UTIL_NEIGHBOR("127.0.0.2", "api { processes [ h1 h2 ]; }");

#define NAME(ip)                                                                             \
	"neighbor " ip " local-ip 127.0.0.1 local-as 65000 peer-as 65001 router-id 1.2.3.4 " \
	"family-allowed in-open"

struct exchange {
	const char *line, *answer;
};

static void
check(int version, const struct exchange *rows, size_t n)
{
	struct apid *a = util_apid(conf, version);
	struct client *c = &helper_find(a, "h1")->client;

	for (size_t i = 0; i < n; i++) {
		const char *answer = util_answer(c, rows[i].line);

		if (strcmp(answer, rows[i].answer) != 0)
			print_message("command: %s\n", rows[i].line);
		assert_string_equal(answer, rows[i].answer);
	}
	util_free(a);
}
#define CHECK(version, rows) check((version), (rows), sizeof(rows) / sizeof((rows)[0]))

static void
version_6(void **state)
{
	static const struct exchange rows[] = {
		{ "system version",
			"{\"version\": \"6.0.0\", \"application\": \"exabgp\"}\ndone\n" },
		{ "system version foo",
			"{\"version\": \"6.0.0\", \"application\": \"exabgp\"}\ndone\n" },
		{ "system\x0bversion",
			"{\"version\": \"6.0.0\", \"application\": \"exabgp\"}\ndone\n" },
		{ "system api version",
			"{\"api_version\": 6, \"description\": \"json-only\"}\ndone\n" },
		{ "system api version 5", "{\"error\": \"API version must be 4 or 6\"}\nerror\n" },
		{ "system api version x", "{\"error\": \"Invalid version: x\"}\nerror\n" },
		{ "System Version", "error\n" },
		{ "session ping", "{\"pong\": \"4fd8075d-29e0-41ec-8b61-20a187f31b72\", "
				  "\"active\": true}\ndone\n" },
		{ "session ping abc 12.5 text",
			"pong 4fd8075d-29e0-41ec-8b61-20a187f31b72 active=true\ndone\n" },
		{ "session bye abc", "done\n" },
		{ "session reset", "{\"status\": \"asynchronous queue cleared\"}\ndone\n" },
		{ "# a comment", "done\n" },
		{ "", "done\n" },
		{ "   \t", "done\n" },
		{ "bogus command", "error\n" },
		{ "system", "error\n" },
		/* the words of version 4 are answered as version 4 does */
		{ "version", "exabgp 6.0.0\ndone\n" },
		{ "system crash", "done\nerror\n" },
		{ "debug something to say", "" },
		{ "peer list", "[{\"peer-address\": \"127.0.0.1\", \"peer-as\": 65001, \"state\": "
			       "\"IDLE\"}, "
			       "{\"peer-address\": \"127.0.0.2\", \"peer-as\": 65001, \"state\": "
			       "\"IDLE\"}]\ndone\n" },
		{ "system queue-status", "{\"h1\": {\"items\": 0, \"bytes\": 0}, \"h2\": "
					 "{\"items\": 0, \"bytes\": 0}}\ndone\n" },
	};

	(void)state;
	CHECK(6, rows);
}

static void
version_4(void **state)
{
	static const struct exchange rows[] = {
		{ "version", "exabgp 6.0.0\ndone\n" },
		{ "version json", "{\"version\": \"6.0.0\", \"application\": \"exabgp\"}\ndone\n" },
		{ "api version", "API version: 4 (legacy (text/json))\ndone\n" },
		{ "announce route 10.0.0.0/24 next-hop 1.2.3.4", "done\n" },
		{ "neighbor 127.0.0.1 announce route 10.0.1.0/24 next-hop 1.2.3.4 med 10 community "
		  "[65000:1 65000:2]",
			"done\n" },
		{ "neighbor 1.1.1.1 announce route 10.0.0.0/24 next-hop 1.2.3.4", "error\n" },
		{ "neighbor 127.0.0.1 show summary", "error\n" },
		{ "neighbor 127.0.0.1 announce foo", "error\n" },
		{ "announce foo", "error: unknown announce type: foo\nerror\n" },
		{ "group start", "error\n" },
		{ "peer * group announce route 1.0.0.0/24 next-hop 1.2.3.4 ; bogus",
			"group processed: 1 announced, 0 withdrawn, 1 errors\ndone\n" },
		{ "reset", "asynchronous queue cleared\ndone\n" },
		{ "ping", "{\"pong\": \"4fd8075d-29e0-41ec-8b61-20a187f31b72\", \"active\": "
			  "true}\ndone\n" },
		{ "show neighbor",
			"usage: peer <ip> show [summary|extensive|configuration]\ndone\n" },
		{ "show adj-rib sideways", "error\n" },
		{ "flush adj-rib out", "done\n" },
		{ "flush adj-rib in", "error\n" },
		{ "clear adj-rib out", "done\n" },
		{ "clear adj-rib in", "done\n" },
		{ "teardown 4", "done\n" },
		{ "teardown", "error\n" },
		{ "teardown 256", "error\n" },
		{ "announce eor", "error\n" }, /* nobody is established */
		{ "withdraw watchdog dog", "done\n" },
	};

	(void)state;
	CHECK(4, rows);
}

static void
routes(void **state)
{
	static const struct exchange rows[] = {
		{ "peer 127.0.0.1 announce route 10.0.0.0/24 next-hop 1.2.3.4", "done\n" },
		{ "peer 127.0.0.1 announce route 10.0.0.0/24 next-hop 1.2.3.4", "done\n" },
		{ "peer * announce ipv4 unicast 10.0.0.0/24 next-hop 1.2.3.4", "done\n" },
		{ "peer * announce ipv6 unicast 2001:db8:1::/48 next-hop 2001:db8::1", "done\n" },
		{ "peer * announce route 1.0.0.0/24 next-hop 1.2.3.4; route 2.0.0.0/24 next-hop "
		  "1.2.3.4;",
			"done\n" },
		{ "peer * announce attributes next-hop 1.2.3.4 med 5 nlri 10.3.0.0/24 10.3.1.0/24",
			"done\n" },
		{ "peer * announce route 3.0.0.0/24 { next-hop 1.2.3.4; med 5; }", "done\n" },
		{ "peer * withdraw route 10.0.0.0/24", "done\n" },
		{ "peer * announce route 10.0.0.0/24 next-hop 1.2.3.4 sync json", "" }, /* waits */
		{ "peer 127.0.0.1 announce route 10.0.0.0/24",
			"error: announce requires nexthop: 10.0.0.0/24\nerror\n" },
		{ "peer 127.0.0.1 announce foo 1", "error: unknown announce type: foo\nerror\n" },
		{ "peer 127.0.0.1 withdraw foo", "error: unknown withdraw type: foo\nerror\n" },
		{ "peer 127.0.0.1 announce", "error\n" },
	};

	(void)state;
	/* The command in sync mode keeps the client busy: it is last on its own client. */
	check(6, rows, 8);
	check(6, rows + 9, 4);
	check(6, rows + 8, 1);
}

static void
a_bad_line_changes_nothing(void **state)
{
	struct apid *a = util_apid(conf, 6);
	struct client *c = &helper_find(a, "h1")->client;
	uint64_t before = batch_last(&a->batch);

	(void)state;
	assert_non_null(strstr(util_answer(c, "peer * announce route 10.0.0.1/24 next-hop 1.2.3.4"),
		"error: Could not parse route: route 10.0.0.1/24 next-hop 1.2.3.4"));
	assert_non_null(strstr(
		util_answer(c, "peer * announce route caf\xc3\xa9 next-hop 1.2.3.4"), "error\n"));
	assert_string_equal(
		util_answer(c, "peer 9.9.9.9 announce route 10.0.0.0/24 next-hop 1.2.3.4"),
		"error: no neighbor matches: 127.0.0.1: its address is 127.0.0.1, not 9.9.9.9; "
		"127.0.0.2: its address is 127.0.0.2, not 9.9.9.9\nerror\n");
	assert_int_equal(batch_last(&a->batch), before);
	util_free(a);
}

static void
acknowledgements(void **state)
{
	static const struct exchange rows[] = {
		{ "session ack disable", "done\n" },
		{ "bogus", "" },
		{ "system version", "{\"version\": \"6.0.0\", \"application\": \"exabgp\"}\n" },
		{ "peer * announce route 1.0.0.0/24 next-hop 1.2.3.4", "" },
		{ "group end", "{\"error\": \"not in group block\"}\n" },
		{ "session ack disable", "done\n" },
		{ "session ack enable", "done\n" },
		{ "session ack silence", "" },
		{ "", "" },
		{ "session ack enable\nbogus", "done\nerror\n" },
		{ "session ack", "error\n" },
	};

	(void)state;
	CHECK(6, rows);
}

static void
groups(void **state)
{
	static const struct exchange rows[] = {
		{ "group end", "{\"error\": \"not in group block\"}\nerror\n" },
		{ "group start", "{\"status\": \"group started\"}\ndone\n" },
		{ "group start", "{\"error\": \"already in group block (nested groups not "
				 "allowed)\"}\nerror\n" },
		{ "group end", "{\"status\": \"group ended\", \"commands\": 0}\ndone\n" },
		{ "group start\nannounce route 2.0.0.0/24 next-hop 1.2.3.4\nAnnounce ipv4 unicast "
		  "4.0.0.0/24 next-hop 1.2.3.4",
			"{\"status\": \"group started\"}\ndone\ndone\ndone\n" },
		{ "peer * announce route 5.0.0.0/24 next-hop 1.2.3.4", "done\n" },
		{ "withdraw route 1.0.0.0/24\nannounce bogus\ngroup end",
			"done\ndone\n{\"status\": \"group processed\", \"announced\": 2, "
			"\"withdrawn\": 1, "
			"\"errors\": [\"could not parse: announce bogus\"]}\ndone\n" },
		{ "group", "error\n" },
		{ "group bogus", "error\n" },
		{ "peer * group", "{\"error\": \"empty group\"}\nerror\n" },
		{ "peer * group attributes med 9 ; announce route 5.0.0.0/24 next-hop 1.2.3.4 med "
		  "3 ; withdraw route 6.0.0.0/24",
			"{\"status\": \"group processed\", \"announced\": 1, \"withdrawn\": "
			"1}\ndone\n" },
		{ "peer * group show",
			"{\"status\": \"group processed\", \"announced\": 0, \"withdrawn\": 0, "
			"\"errors\": [\"unknown action in group: show\"]}\ndone\n" },
	};

	(void)state;
	CHECK(6, rows);
}

static void
peers(void **state)
{
	static const struct exchange rows[] = {
		{ "peer create 127.0.0.3 local-address 127.0.0.1 local-as 65000 peer-as 65001 "
		  "router-id 5.5.5.5 api h1",
			"done\n" },
		{ "peer create 127.0.0.3 local-address 127.0.0.1 local-as 65000 peer-as 65001 "
		  "router-id 5.5.5.5 api h1",
			"error: peer already exists: neighbor 127.0.0.3 local-ip 127.0.0.1 "
			"local-as 65000 peer-as 65001 router-id 5.5.5.5 family-allowed "
			"in-open\nerror\n" },
		{ "peer 127.0.0.3 announce route 1.0.0.0/24 next-hop 1.2.3.4", "done\n" },
		{ "peer delete 127.0.0.3", "done\n" },
		{ "peer delete 127.0.0.3", "error: no neighbors match the selector\nerror\n" },
		{ "peer 127.0.0.1 peer-as 7 announce route 1.0.0.0/24 next-hop 1.2.3.4",
			"error: no neighbor matches: 127.0.0.1: peer-as is 65001, not 7; "
			"127.0.0.2: its address is 127.0.0.2, not 127.0.0.1\nerror\n" },
		{ "peer create",
			"error: Unexpected error: ValueError: no neighbor selector\nerror\n" },
		{ "peer create 127.0.0.3 local-as 1",
			"error: Unexpected error: ValueError: missing required parameters: "
			"local-address, peer-as\nerror\n" },
		{ "peer create 127.0.0.3 foo 1",
			"error: Unexpected error: ValueError: unknown parameter: foo\nerror\n" },
		{ "peer create 127.0.0.3 local-as 1 local-as 2",
			"error: Unexpected error: ValueError: duplicate parameter: "
			"local-as\nerror\n" },
		{ "peer create bogus local-as 1",
			"error: Unexpected error: ValueError: invalid IP address bogus: "
			"unrecognised ip address bogus\nerror\n" },
	};

	(void)state;
	CHECK(6, rows);
}

static void
indexes(void **state)
{
	static const struct exchange rows[] = {
		{ "peer * routes add route 8.0.0.0/24 next-hop 1.2.3.4",
			"{\"index\": \"303130313031303164697361626c656418080000\", \"route\": "
			"\"8.0.0.0/24 next-hop 1.2.3.4\", \"success\": true}\ndone\n" },
		{ "peer 9.9.9.9 routes add route 8.0.0.0/24 next-hop 1.2.3.4",
			"{\"index\": \"303130313031303164697361626c656418080000\", \"route\": "
			"\"8.0.0.0/24 next-hop 1.2.3.4\", \"success\": false}\ndone\n" },
		{ "peer * routes add route 9.0.0.0/24",
			"{\"route\": \"9.0.0.0/24\", \"success\": false, \"error\": \"announce "
			"requires nexthop: 9.0.0.0/24\"}\ndone\n" },
		{ "peer * routes remove route 77.0.0.0/24",
			"{\"removed\": true, \"route\": \"77.0.0.0/24\", \"index\": "
			"\"303130313031303164697361626c6564184d0000\"}\ndone\n" },
		{ "peer * routes remove index 303130313031303164697361626c656418080000",
			"{\"removed\": true, \"index\": "
			"\"303130313031303164697361626c656418080000\"}\ndone\n" },
		{ "peer * routes remove index zz", "error: Invalid hex index: zz\nerror\n" },
		{ "peer * routes remove index 303130313031303164697361626c6564ff080000",
			"error: Invalid hex index: "
			"303130313031303164697361626c6564ff080000\nerror\n" },
		{ "peer * routes", "error: routes requires action: list, add, or remove\nerror\n" },
		{ "peer * routes add", "error: routes add requires route specification\nerror\n" },
		{ "peer * routes remove",
			"error: routes remove requires route spec or index\nerror\n" },
	};

	(void)state;
	CHECK(6, rows);
}

/* Every entry that a helper can call is found by its own words; help lists what the table has. */
static void
the_table_is_complete(void **state)
{
	struct buf help = { 0 };

	(void)state;
	command_help_text(&help);
	for (size_t i = 0; i < command_count; i++) {
		const struct command *c = &command_table[i];

		assert_true(c->run != NULL || (c->flags & COMMAND_HIDDEN) == 0);
		if ((c->flags & COMMAND_HIDDEN) == 0)
			assert_non_null(
				strstr(buf_cstr(&help), c->help != NULL ? c->help : c->words));
	}
	assert_non_null(
		strstr(buf_cstr(&help), "\npeer show [ summary | extensive | configuration ] \n"));
	assert_non_null(strstr(buf_cstr(&help), "\n[peer <ip> [filters]] rib flush out\n"));
	assert_non_null(strstr(buf_cstr(&help), "\n# \n"));
	buf_fini(&help);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(version_6),
		cmocka_unit_test(version_4),
		cmocka_unit_test(routes),
		cmocka_unit_test(a_bad_line_changes_nothing),
		cmocka_unit_test(acknowledgements),
		cmocka_unit_test(groups),
		cmocka_unit_test(peers),
		cmocka_unit_test(indexes),
		cmocka_unit_test(the_table_is_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
