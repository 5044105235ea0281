/* Refused configurations: the cases of reference/config.md 1.6, the defects of section 11 as Troupe
 * treats them, and the places errors point at. */
#include "tests/unit/conf_util.h"

#include "proto/ipc/route_ops.h"
#include "proto/wire/attr.h"

/* Routes in `static` of a neighbor. */
static struct config *
load_static(const char *statements)
{
	char text[4096];

	snprintf(text, sizeof(text), "static {\n%s\n}", statements);
	return load_neighbor(text);
}

static void
accepted(struct config *c)
{
	config_free(good(c));
}

static void
lexical_cases_of_1_6(void **state)
{
	(void)state;
	refused(load_neighbor("hold-time 30 # c"), "f:2:13: expected \";\" or \"{\"");
	refused(load_neighbor("hold-time\n30;"), "f:2:10:");
	refused(load_neighbor("HOLD-TIME 30;"), "f:2:1: expected a statement of \"neighbor\"");
	refused(load_neighbor("description \"it's fine\";"), "not closed");
	refused(load_neighbor("description x; // text"), "f:2:23:");
	refused(load("neighbor 127.0.0.1\n{ }"), "f:1:19:");
	refused(load_neighbor("hold-time 30"), "f:2:13:");
	accepted(load_neighbor("hold-time \\\n30;"));
	accepted(load("neighbor 127.0.0.1 foo bar { " BASIC "}"));
}

static void
places_and_suggestions(void **state)
{
	(void)state;
	refused(load_neighbor("\thold-tme 30;"),
		"f:2:2: expected a statement of \"neighbor\", "
		"found \"hold-tme\" (did you mean \"hold-time\"?)");
	refused(load_neighbor("hold-time 2;"), "f:2:11: expected a hold-time of 0 or at least 3");
	refused(load_neighbor("hold-time x;"),
		"f:2:11: expected a hold-time (0 to 65535), found \"x\"");
	refused(load_neighbor("hold-time;"), "f:2:10: expected a hold-time (0 to 65535), found the "
					     "end of the statement");
	refused(load_neighbor("family;"), "expected \"{\" after \"family\", found \";\"");
	refused(load_neighbor("hold-time { }"), "expected a section");
	refused(load_static("route 10.0.0.0/24 next-hop 1.2.3.4 med x;"), "f:3:40:");
	refused(load_static("route 10.0.0.0/24 next-hop 1.2.3.4 mde 5;"),
		"f:3:36: expected a route item, found \"mde\" (did you mean \"med\"?)");
	refused(load_static("route 10.0.0.1/24 next-hop 1.2.3.4;"), "f:3:7:");
	refused(load_static("route 10.0.0.0/24 {\n  next-hop 1.2.3.4;\n  med x;\n}"), "f:5:7:");
	refused(load("peer 1.2.3.4 { }"), "f:1:1: expected a section of the configuration");
}

static void
d1_d2_d3(void **state)
{
	struct config *c = good(
		load("template { neighbor t { hold-time 90; } neighbor u { hold-time "
		     "60; } }\nneighbor 127.0.0.1 { inherit [ t u ]; " BASIC "hold-time 30; }"));

	(void)state;
	assert_int_equal(c->neighbors[0].hold_time, 60);
	config_free(c);
	refused(load("template { neighbor t { local-as auto; } }\nneighbor 127.0.0.1 { inherit "
		     "t; " BASIC "}"),
		"auto");
	refused(load_neighbor("family { ipv4 unicast }"), "f:2:23: expected \";\", found \"}\"");
	refused(load_static("route 10.0.0.0/24 { next-hop 1.2.3.4 }"), "expected \";\"");
	refused(load("neighbor 127.0.0.1 { " BASIC), "never closed");
	refused(load("neighbor 127.0.0.1 { " BASIC "} }"), "closes nothing");
}

static void
d4_d5_templates(void **state)
{
	struct config *c;

	(void)state;
	refused(load_neighbor("inherit nobody;"), "f:2:9: expected a template defined before");
	refused(load("neighbor 127.0.0.1 { " BASIC "inherit t; }\ntemplate { neighbor t { } }"),
		"template");
	refused(load("template { neighbor t { } neighbor u { inherit t; } }"), "can not inherit");
	refused(load("template { neighbor t { } neighbor t { } }"), "again");
	refused(load_neighbor("inherit a b;"), "\";\"");
	refused(load_neighbor("inherit [ ];"), "the name of a template");
	c = good(load("template { neighbor a { family { ipv4 unicast; } } neighbor b { family { "
		      "ipv6 unicast; } } }\nneighbor 10.0.0.1 { inherit [ a b ]; " BASIC
		      "}\nneighbor 10.0.0.2 { inherit a; " BASIC "}"));
	assert_int_equal(c->neighbors[0].caps.n_families, 2);
	assert_int_equal(c->neighbors[1].caps.n_families, 1);
	config_free(c);
}

static void
d8_lengths_are_not_shared(void **state)
{
	(void)state;
	accepted(load_static("route 2001:db8::/32 next-hop ::1;"));
}

static void
d9_d10_as_paths(void **state)
{
	(void)state;
	accepted(load_static("route 10.0.0.0/24 next-hop 1.2.3.4 as-path [ 4200000000 1.1 ];"));
	refused(load_static("route 10.0.0.0/24 next-hop 1.2.3.4 as-path [ \"{\" 1 2 \"}\" ];"),
		"f:3:");
}

static void
d11_d12_announce(void **state)
{
	(void)state;
	accepted(load_neighbor("announce { ipv4 { unicast 10.0.0.0/24 next-hop 1.2.3.4 "
			       "atomic-aggregate originator-id 1.1.1.1 cluster-list [ 1.1.1.1 ] "
			       "aigp 5 attribute [ 0x20 0xc0 0x00 ] name x split /25 watchdog w "
			       "withdraw path-information 5; } }"));
	accepted(load_neighbor("announce { ipv4 { multicast 10.0.0.0/24 next-hop 1.2.3.4; } ipv6 { "
			       "multicast ff00::/8 next-hop ::1; } }"));
}

static void
d13_operational(void **state)
{
	struct config *c = good(load_neighbor(
		"family { ipv4 unicast; } operational { asm afi ipv4 safi unicast advisory \"some "
		"text\";\nrpcp AFI ipv4 SAFI unicast sequence 5 counter 6; adm afi ipv6 safi "
		"unicast advisory x; }"));

	(void)state;
	assert_int_equal(c->neighbors[0].n_operational, 2);
	assert_string_equal(c->neighbors[0].operational[0].advisory, "some text");
	assert_int_equal(c->neighbors[0].operational[1].counter, 6);
	config_free(c);
	refused(load_neighbor("operational { asm safi unicast afi ipv4 advisory x; }"), "\"afi\"");
}

static void
d16_watchdog_of_every_route(void **state)
{
	struct config *c = good(
		load_static("route 10.0.0.0/24 next-hop 1.2.3.4 split /25 watchdog w withdraw;"));
	struct rd r = rd_init(c->neighbors[0].routes.data, c->neighbors[0].routes.len);
	struct route_op op;
	bool withheld = false;
	unsigned n = 0;

	(void)state;
	while (route_op_next(&r, &op) == 1) {
		if (op.kind == ROUTE_OP_WATCHDOG)
			withheld = op.flag;
		if (op.kind == ROUTE_OP_ANNOUNCE) {
			assert_true(withheld);
			n++;
		}
	}
	assert_int_equal(n, 2);
	config_free(c);
	refused(load_static("route 10.0.0.0/24 next-hop 1.2.3.4 watchdog Announce;"), "watchdog");
}

static void
d19_to_d21(void **state)
{
	struct config *c;

	(void)state;
	accepted(load_neighbor("md5-password \"x\"; md5-base64 auto;"));
	accepted(load_neighbor("rate-limit disable;"));
	refused(load_neighbor("rate-limit -1;"), "rate-limit");
	refused(load_neighbor("family { ipv4 unicast; all; }"), "\"all\"");
	refused(load_neighbor("family { all; ipv4 unicast; }"), "\"all\"");
	refused(load_neighbor("family { ipv4 nlri-mpls; ipv4 labeled-unicast; }"), "again");
	refused(load_neighbor("add-path { ipv4 Unicast; }"), "SAFI");
	c = good(load_neighbor("capability { add-path send; } add-path { all; } family { ipv4 "
			       "unicast; ipv6 unicast; }"));
	assert_int_equal(c->neighbors[0].caps.add_path_families,
		family_bit(IPV4_UNICAST) | family_bit(IPV6_UNICAST));
	config_free(c);
}

static void
d26_d27_numbers(void **state)
{
	(void)state;
	refused(load_static("route 10.0.0.0/ next-hop 1.2.3.4;"), "f:3:7:");
	refused(load_static("route 10.0.0.0/x next-hop 1.2.3.4;"), "f:3:7:");
	refused(load_static("route 10.0.0.0/255.255.255.0 next-hop 1.2.3.4;"), "f:3:7:");
	refused(load_static("route 10.0.0.0/24 next-hop 1.2.3.4 community 1:65536;"), "f:3:");
	refused(load_static("route 10.0.0.0/24 next-hop 1.2.3.4 path-information 4294967296;"),
		"f:3:53:");
}

static void
d28_same_key(void **state)
{
	(void)state;
	refused(load("neighbor 127.0.0.1 { " BASIC "listen 1179; }\nneighbor 127.0.0.1 { " BASIC
		     "listen 2179; }"),
		"f:2:1: expected a new neighbor");
	accepted(load("neighbor 127.0.0.1 { " BASIC "}\nneighbor 127.0.0.2 { " BASIC "}"));
}

static void
d30_d31_lists(void **state)
{
	(void)state;
	refused(load_static("route 10.0.0.0/24 next-hop 1.2.3.4 bgp-prefix-sid [ 1;"), "f:3:");
	refused(load_static("route 10.0.0.0/24 next-hop 1.2.3.4 bgp-prefix-sid [ ];"), "f:3:");
	refused(load_static("route 10.0.0.0/24 next-hop 1.2.3.4 \"\" med 5;"), "found \"\"");
}

static void
d34_incomplete_routes(void **state)
{
	(void)state;
	refused(load_static("route 10.0.0.0/24 med 5;"), "announce requires nexthop: 10.0.0.0/24");
	refused(load_static("route 10.0.0.0/24 next-hop 1.2.3.4 attribute [ 0x100 0xc0 0x00 ];"),
		"f:3:");
	accepted(load_static("attributes next-hop 1.2.3.4 med 5;"));
	accepted(load_static("attributes med 5;"));
	accepted(load_static("attributes;"));
}

static void
d36_graceful_restart_is_capped(void **state)
{
	struct config *c =
		good(load_neighbor("hold-time 5000; capability { graceful-restart 0; }"));

	(void)state;
	assert_int_equal(c->neighbors[0].caps.graceful_restart, 4095);
	config_free(c);
	refused(load_neighbor("capability { graceful-restart 4096; }"), "restart time");
	refused(load_neighbor("capability { graceful-restart enable; }"), "restart time");
}

static void
d37_d38(void **state)
{
	struct config *c;

	(void)state;
	refused(load("process { run /bin/true; }"), "the name of a process");
	refused(load("process p { run; }"), "a program");
	refused(load("process p { }"), "expected \"run\"");
	refused(load("process p { run /a; }\nprocess p { run /a; }"), "f:2:9:");
	c = good(load_neighbor("nexthop { ipv6 unicast ipv4; }"));
	assert_true(c->neighbors[0].caps.nexthop);
	assert_int_equal(c->neighbors[0].caps.nexthop_families, 0);
	config_free(c);
}

static void
d41_and_section_6(void **state)
{
	(void)state;
	refused(load_neighbor("static { route 10.0.0.0/24 next-hop 1.2.3.4; } l2vpn { med 5; }"),
		"\"l2vpn\"");
	refused(load("neighbor 127.0.0.1 { local-as 1; local-address 127.0.0.1; }"), "\"peer-as\"");
	refused(load("neighbor ::1 { " BASIC "}"), "IP version");
	refused(load("neighbor 127.0.0.1 { router-id 1.1.1.1; local-as 1; peer-as 1; listen 5; }"),
		"local-address");
	refused(load_static("route ::/0 next-hop self;"), "next-hop self");
	refused(load_static("attributes next-hop 1.2.3.4 nlri 10.0.0.0/24 ::/0;"),
		"one IP version");
	refused(load_neighbor("local-link-local 1.2.3.4;"), "fe80::/10");
	refused(load_neighbor("api x/y { }"), "a name of letters");
	refused(load_neighbor("api x { } api x { }"), "again");
	refused(load_neighbor("api { processes p; }"), "\"[\"");
	refused(load_neighbor("api { processes-match [ \"(a\" ]; }"), "regular expressions");
	refused(load_neighbor("passive on;"), "\"true\" or \"false\"");
	refused(load_neighbor("group-updates maybe;"), "\"true\" or \"false\"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lexical_cases_of_1_6),
		cmocka_unit_test(places_and_suggestions),
		cmocka_unit_test(d1_d2_d3),
		cmocka_unit_test(d4_d5_templates),
		cmocka_unit_test(d8_lengths_are_not_shared),
		cmocka_unit_test(d9_d10_as_paths),
		cmocka_unit_test(d11_d12_announce),
		cmocka_unit_test(d13_operational),
		cmocka_unit_test(d16_watchdog_of_every_route),
		cmocka_unit_test(d19_to_d21),
		cmocka_unit_test(d26_d27_numbers),
		cmocka_unit_test(d28_same_key),
		cmocka_unit_test(d30_d31_lists),
		cmocka_unit_test(d34_incomplete_routes),
		cmocka_unit_test(d36_graceful_restart_is_capped),
		cmocka_unit_test(d37_d38),
		cmocka_unit_test(d41_and_section_6),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
