/* Rewriting of configurations and of what programs and the service tell each other (api.md 6.9). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "apid/migrate.h"

static void
conf(enum migrate_version from, enum migrate_version to, bool wrap, const char *text,
	const char *expected)
{
	struct buf out = { 0 };
	unsigned changes = migrate_conf(&out, text, strlen(text), from, to, wrap, NULL);

	assert_string_equal(buf_cstr(&out), expected);
	assert_int_equal(changes != 0, strcmp(text, expected) != 0);
	buf_fini(&out);
}

static void
line(enum migrate_version from, enum migrate_version to, bool back, const char *text,
	const char *expected)
{
	struct buf out = { 0 };

	migrate_api_line(&out, text, strlen(text), from, to, back);
	assert_string_equal(buf_cstr(&out), expected);
	buf_fini(&out);
}

static void
configurations(void **state)
{
	static const char all[] =
		"neighbor 1.2.3.4 {\n\tprocess one;\n\tcapability { route-refresh; "
		"}\n\t# route-refresh;\n}\nprocess one {\n\trun /x;\n}\n"
		"process two { run /y; encoder json; }\n";

	(void)state;
	conf(MIGRATE_3_4, MIGRATE_4, false, all,
		"neighbor 1.2.3.4 {\n\tapi { processes [ one ]; }\n\tcapability { route-refresh "
		"enable; }\n\t# route-refresh;\n}\nprocess one {\n\trun /x;\nencoder text; }\n"
		"process two { run /y; encoder json; }\n");
	conf(MIGRATE_4, MIGRATE_5, false,
		"a { route refresh; } tcp.once true; tcp.once  false; facility syslog; fragment [ "
		"not-a-fragment ]; description \"route refresh\";",
		"a { route-refresh; } tcp.attempts 1; tcp.attempts 0; facility daemon; fragment [ "
		"!is-fragment ]; description \"route refresh\";");
	conf(MIGRATE_5, MIGRATE_MAIN, false, "family { ipv4 nlri-mpls; }",
		"family { ipv4 labeled-unicast; }");
	conf(MIGRATE_4, MIGRATE_MAIN, true,
		"process x { run ./a.py -b; encoder text; } neighbor 1.1.1.1 { description run; }",
		"process x { run troupe migrate api -f 4 -t main --exec ./a.py -b; encoder text; } "
		"neighbor 1.1.1.1 { description run; }");
	conf(MIGRATE_3_4, MIGRATE_MAIN, false, "", "");
	conf(MIGRATE_3_4, MIGRATE_MAIN, false, "process", "process");
	conf(MIGRATE_3_4, MIGRATE_MAIN, false, "}}} \"open", "}}} \"open");
}

static void
commands(void **state)
{
	static const char *const rows[][2] = {
		{ "shutdown", "daemon shutdown" },
		{ "enable-ack", "session ack enable" },
		{ "ping", "session ping" },
		{ "show adj-rib out extensive", "rib show out extensive" },
		{ "show neighbor summary", "peer show summary" },
		{ "show neighbor", "peer show" },
		{ "teardown 6", "peer * teardown 6" },
		{ "announce route 10.0.0.0/8 next-hop self",
			"peer * announce route 10.0.0.0/8 next-hop self" },
		{ "neighbor 10.0.0.1 announce eor", "peer 10.0.0.1 announce eor" },
		{ "neighbors", "neighbors" },
		{ "silence-ack", "silence-ack" },
		{ "show adj-rib", "show adj-rib" },
		{ "version", "version" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		line(MIGRATE_4, MIGRATE_MAIN, false, rows[i][0], rows[i][1]);
		line(MIGRATE_4, MIGRATE_5, false, rows[i][0], rows[i][0]);
	}
}

static void
events(void **state)
{
	static const char old[] =
		"{ \"interface-address\": 1, \"bgp-ls bgp-ls\": [ { \"interface-address\": { } , "
		"\"ip-reachability-tlv\": { \"ip\": \"ip\" }, \"sr_capability_flags\": \"a\\\"ip\" "
		"} ] }";
	static const char now[] =
		"{ \"interface-address\": 1, \"bgp-ls bgp-ls\": [ { \"interface-addresses\": { } , "
		"\"ip-reachability-tlv\": { \"prefix\": \"ip\" }, \"sr-capability-flags\": "
		"\"a\\\"ip\" } ] }";

	(void)state;
	line(MIGRATE_4, MIGRATE_MAIN, false, old, now);
	line(MIGRATE_4, MIGRATE_MAIN, true, now, old);
	line(MIGRATE_5, MIGRATE_MAIN, false, "{\"ip-reachability-tlv\":{\"ip\":1}}",
		"{\"ip-reachability-tlv\":{\"prefix\":1}}");
	line(MIGRATE_4, MIGRATE_5, false, "{\"ip-reachability-tlv\":{\"ip\":1}}",
		"{\"ip-reachability-tlv\":{\"ip\":1}}");
	line(MIGRATE_4, MIGRATE_MAIN, false, "{]]}}\"x", "{]]}}\"x");
}

static void
versions(void **state)
{
	(void)state;
	assert_int_equal(migrate_version("3.4"), MIGRATE_3_4);
	assert_int_equal(migrate_version("main"), MIGRATE_MAIN);
	assert_int_equal(migrate_version("6"), -1);
	assert_string_equal(migrate_version_name(MIGRATE_5), "5");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(configurations),
		cmocka_unit_test(commands),
		cmocka_unit_test(events),
		cmocka_unit_test(versions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
