/* Configurations as text: the shape of reference/api.md 3.5, and that what is printed can be read
 * again to the same state. */
#include "tests/unit/conf_util.h"

#include "proto/ipc/route_ops.h"

static void
the_shape_of_show_configuration(void **state)
{
	struct config *c = good(load("process h1 { run /bin/cat; }\nneighbor 127.0.0.1 { router-id "
				     "1.2.3.4; local-address "
				     "127.0.0.1; local-as 65000; peer-as 65001; family { ipv4 "
				     "unicast; } api { processes "
				     "[ h1 ]; } static { route 10.0.0.0/24 next-hop self; } }"));
	struct buf b = { 0 };

	(void)state;
	config_print_neighbor(&b, &c->neighbors[0]);
	assert_string_equal(buf_cstr(&b),
		"neighbor 127.0.0.1 {\n  description \"\";\n  router-id 1.2.3.4;\n  host-name ;\n"
		"  domain-name ;\n  local-address 127.0.0.1;\n  source-interface ;\n"
		"  local-as 65000;\n  peer-as 65001;\n  hold-time 180;\n  rate-limit disable;\n"
		"  manual-eor false;\n\n  passive false;\n  group-updates true;\n"
		"  auto-flush true;\n  adj-rib-in true;\n  adj-rib-out true;\n"
		"  md5-base64 false;\n  md5-ip \"127.0.0.1\";\n  capability {\n    asn4 enable;\n"
		"    route-refresh disable;\n    graceful-restart disable;\n"
		"    software-version disable;\n    nexthop disable;\n    add-path disable;\n"
		"    multi-session disable;\n    operational disable;\n    aigp disable;\n  }\n"
		"  family {\n    ipv4 unicast;\n  }\n  nexthop {\n  }\n  add-path {\n  }\n"
		"  api {\n    processes [ h1 ];\n  }\n}\n");
	buf_fini(&b);
	config_free(c);
}

/* Printed, read again, and compared in everything that has a printed form. */
static void
round_trip(const char *text)
{
	struct config *a = good(load(text)), *b;
	struct buf once = { 0 }, twice = { 0 };

	config_print(&once, a);
	b = config_parse(
		"printed", (const char *)once.data, once.len, NULL, conf_error, sizeof(conf_error));
	if (b == NULL) {
		print_error("%s in\n%s", conf_error, buf_cstr(&once));
		fail();
		return;
	}
	config_print(&twice, b);
	assert_string_equal(buf_cstr(&once), buf_cstr(&twice));
	assert_int_equal(a->n_neighbors, b->n_neighbors);
	for (unsigned i = 0; i < a->n_neighbors; i++) {
		const struct neighbor_conf *n = &a->neighbors[i], *m = &b->neighbors[i];

		assert_string_equal(n->key, m->key);
		assert_true(neighbor_conf_same_session(n, m));
		assert_int_equal(n->routes.len, m->routes.len);
		if (n->routes.len > 0)
			assert_memory_equal(n->routes.data, m->routes.data, n->routes.len);
	}
	buf_fini(&once);
	buf_fini(&twice);
	config_free(a);
	config_free(b);
}

static void
sessions_are_read_again(void **state)
{
	(void)state;
	round_trip(
		"neighbor 10.0.0.0/24 { "
		"local-as auto; peer-as 4200000000; router-id "
		"1.1.1.1; passive; description \"a; b # c\\\\d\"; host-name \"x y\"; md5-password "
		"\"p w\"; local-link-local fe80::1; outgoing-ttl 3; rate-limit 5; "
		"troupe-rib-settle 100; capability { add-path send/receive; extended-message "
		"false; link-local-nexthop true; graceful-restart 7; } add-path { ipv4 unicast "
		"limit 5; ipv6 unicast; } nexthop { ipv4 unicast ipv6; ipv6 unicast ipv4; } "
		"family { ipv4 unicast; ipv6 unicast; } operational { asm afi ipv4 safi unicast "
		"advisory \"a b\"; rpcp afi ipv4 safi unicast sequence 5 counter 6; } }");
	round_trip(
		"process \"p q\" { run /bin/echo \"a b\" c; encoder json; respawn false; }\n"
		"neighbor ::1 { local-address ::2; local-as 1; peer-as 2; router-id 1.1.1.1; "
		"listen 1179; connect 2179; tcp-ao { keyid 3; algorithm aes-128-cmac-96; password "
		"x; } api { processes-match [ \"^p q\" ]; fsm; receive { parsed; open; } send { "
		"packets; consolidate; update; operational; } } }");
}

static void
routes_are_read_again(void **state)
{
	(void)state;
	round_trip(
		"neighbor 127.0.0.1 { " BASIC
		"announce { ipv4 { multicast 10.9.0.0/16 next-hop 1.2.3.4; unicast 224.1.0.0/16 "
		"next-hop 1.2.3.4; } }\nstatic { route 10.0.0.0/24 next-hop 1.2.3.4 origin egp "
		"as-path [ 1 2 ] ( 3 4 ) [ 70000 ] med 5 local-preference 6 community [ 1:2 "
		"no-export ] large-community [ 1:2:3 ] extended-community [ target:1:2 ] "
		"aggregator ( 70000:1.2.3.4 ) originator-id 1.1.1.1 cluster-list [ 1.1.1.1 ] aigp "
		"5 atomic-aggregate attribute [ 0x63 0xc0 0x0102 ];\n"
		"route 10.1.0.0/16 next-hop self path-information 7 watchdog w withdraw;\n"
		"route 10.2.0.0/16 next-hop ::1 label [ 1 2 ] rd 1.2.3.4:5;\n"
		"route 10.3.0.0/16 next-hop 1.1.1.1 label 3 as-path [ ];\n"
		"attributes next-hop 1.2.3.4 med 5;\nroute 224.0.0.0/8 next-hop 1.2.3.4; } }");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_shape_of_show_configuration),
		cmocka_unit_test(sessions_are_read_again),
		cmocka_unit_test(routes_are_read_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
