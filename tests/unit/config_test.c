/* Configurations that are accepted: values, defaults, inheritance, capabilities. */
#include "tests/unit/conf_util.h"

#include "proto/ipc/route_ops.h"

static void
defaults_of_section_5(void **state)
{
	struct config *c = good(load_neighbor(""));
	const struct neighbor_conf *n = &c->neighbors[0];

	(void)state;
	assert_int_equal(c->n_neighbors, 1);
	assert_string_equal(n->key, "neighbor 127.0.0.1 local-ip 127.0.0.1 local-as 65533 peer-as "
				    "65533 router-id 1.2.3.4 family-allowed in-open");
	assert_int_equal(n->hold_time, 180);
	assert_int_equal(n->caps.n_families, FAMILY_COUNT);
	assert_true(n->caps.asn4 && n->caps.extended_message);
	assert_false(n->caps.route_refresh || n->caps.nexthop || n->caps.add_path);
	assert_int_equal(n->caps.graceful_restart, -1);
	assert_true(n->group_updates && n->auto_flush && n->adj_rib_in && n->adj_rib_out);
	assert_false(n->passive || n->manual_eor);
	assert_int_equal(n->settle_ms, -1);
	assert_int_equal(n->md5_ip.len, 4);
	assert_int_equal(c->n_warnings, 0);
	config_free(c);
}

static void
router_id_is_derived(void **state)
{
	struct config *c = good(load("neighbor 10.0.0.1 { local-address 10.0.0.2; local-as 1.1; "
				     "peer-as auto; }"));

	(void)state;
	assert_int_equal(c->neighbors[0].router_id, 0x0a000002);
	assert_int_equal(c->neighbors[0].local_as, 65537);
	assert_int_equal(c->neighbors[0].peer_as, 0);
	config_free(c);
	refused(load("neighbor ::1 { local-address ::2; local-as 1; peer-as 1; }"), "router-id");
	refused(load("neighbor 10.0.0.1 { local-as 1; peer-as 1; }"), "router-id");
}

static void
link_local_addresses_have_a_zone(void **state)
{
	struct config *c =
		good(load("neighbor fe80::2%3 { local-address fe80::1%3; router-id 1.1.1.1; "
			  "local-as 1; peer-as 1; }"));

	(void)state;
	assert_int_equal(c->neighbors[0].peer.scope, 3);
	assert_int_equal(c->neighbors[0].local.scope, 3);
	config_free(c);
	refused(load("neighbor 2001:db8::2%3 { local-as 1; peer-as 1; }"), "1:10");
	refused(load("neighbor fe80::2% { local-as 1; peer-as 1; }"), "1:10");
}

static void
values_are_read(void **state)
{
	struct config *c = good(
		load_neighbor("hold-time 30; hold-time 40;\nrate-limit 1_000; passive; listen "
			      "1179; connect 2179;\n"
			      "outgoing-ttl 255; incoming-ttl disable; md5-password \"secret\"; "
			      "description \"a;b{c}d#e,f[g]\";\nhost-name h; domain-name d; "
			      "troupe-rib-settle 100;\nlocal-link-local fe80::1; manual-eor true; "
			      "source-interface eth0;"));
	const struct neighbor_conf *n = &c->neighbors[0];

	(void)state;
	assert_int_equal(n->hold_time, 40);
	assert_int_equal(n->rate_limit, 1000);
	assert_true(n->passive && n->manual_eor);
	assert_int_equal(n->listen, 1179);
	assert_int_equal(n->connect, 2179);
	assert_int_equal(n->ttl_out, 255);
	assert_int_equal(n->ttl_in, 0);
	assert_int_equal(n->md5_len, 6);
	assert_memory_equal(n->md5, "secret", 6);
	assert_string_equal(n->description, "a;b{c}d#e,f[g]");
	assert_string_equal(n->caps.hostname, "h");
	assert_string_equal(n->caps.domain, "d");
	assert_int_equal(n->settle_ms, 100);
	assert_int_equal(n->link_local.len, 16);
	assert_string_equal(n->source_interface, "eth0");
	config_free(c);
}

static void
surplus_words_are_ignored_with_a_warning(void **state)
{
	struct config *c = good(load_neighbor("description a b c; hold-time 30 foo bar;"));

	(void)state;
	assert_string_equal(c->neighbors[0].description, "a");
	assert_int_equal(c->neighbors[0].hold_time, 30);
	assert_int_equal(c->n_warnings, 2);
	assert_string_equal(c->warnings[0], "f:2:15: \"b\" and what follows is ignored");
	config_free(c);
}

static void
families(void **state)
{
	struct config *c = good(load_neighbor("family { ipv6 Unicast; ipv4 labeled-unicast; "
					      "ipv4 unicast; } family { ipv4 unicast; }"));
	const struct capability_config *caps = &c->neighbors[0].caps;

	(void)state;
	assert_int_equal(caps->n_families, 3);
	assert_int_equal(caps->families[0], IPV4_UNICAST);
	assert_int_equal(caps->families[1], FAMILY(AFI_IPV4, SAFI_NLRI_MPLS));
	assert_int_equal(caps->families[2], IPV6_UNICAST);
	config_free(c);
	c = good(load_neighbor("family { all; all; }"));
	assert_int_equal(c->neighbors[0].caps.n_families, FAMILY_COUNT);
	config_free(c);
}

static void
capabilities(void **state)
{
	struct config *c = good(load_neighbor(
		"hold-time 5000; capability { asn4 disable; route-refresh; graceful-restart; "
		"add-path receive; nexthop enable; aigp; software-version; link-local-nexthop "
		"true; }\nadd-path { ipv4 unicast limit 10; ipv4 flow limit 5; }"));
	const struct neighbor_conf *n = &c->neighbors[0];

	(void)state;
	assert_false(n->caps.asn4);
	assert_true(n->caps.route_refresh && n->caps.nexthop && n->caps.link_local_nexthop);
	assert_true(n->aigp && n->adj_rib_out);
	assert_false(n->caps.software_version);
	assert_int_equal(n->caps.add_path, 1);
	assert_int_equal(n->caps.add_path_families, family_bit(IPV4_UNICAST));
	assert_int_equal(n->caps.n_paths_limit, 1);
	assert_int_equal(n->caps.paths_limit[0].limit, 10);
	config_free(c);
	c = good(
		load_neighbor("capability { add-path send; } add-path { ipv4 unicast limit 10; }"));
	assert_int_equal(c->neighbors[0].caps.n_paths_limit, 0);
	config_free(c);
	c = good(load_neighbor("nexthop { ipv4 unicast ipv6; ipv6 unicast ipv4; }"));
	assert_true(c->neighbors[0].caps.nexthop);
	assert_int_equal(c->neighbors[0].caps.nexthop_families, family_bit(IPV4_UNICAST));
	config_free(c);
}

static void
software_version_is_cut(void **state)
{
	static const struct config_env env = {
		.version = "6.0.0-0123456789012345678901234567890123456789012345678901234567890"
	};
	const char *text = "neighbor 127.0.0.1 { " BASIC "capability { software-version true; } }";
	struct config *c =
		good(config_parse("f", text, strlen(text), &env, conf_error, sizeof(conf_error)));
	const char *version = c->neighbors[0].caps.version;

	(void)state;
	assert_int_equal(strlen(version), 64);
	assert_memory_equal(version, "ExaBGP/6.0.0-", 13);
	assert_string_equal(version + 61, "...");
	config_free(c);
}

static void
bare_values_of_d18(void **state)
{
	struct config *c = good(load_neighbor("adj-rib-in; adj-rib-out; manual-eor; md5-base64; "
					      "passive; group-updates; auto-flush;"));
	const struct neighbor_conf *n = &c->neighbors[0];

	(void)state;
	assert_false(n->adj_rib_in || n->adj_rib_out || n->manual_eor || n->md5_base64);
	assert_true(n->passive && n->group_updates && n->auto_flush);
	config_free(c);
	refused(load_neighbor("capability { link-local-nexthop; }"), "\"true\" or \"false\"");
}

static void
templates_merge(void **state)
{
	struct config *c = good(load(
		"template { neighbor t { hold-time 90; family { ipv6 unicast; } capability { asn4 "
		"disable; route-refresh enable; } static { route 2.0.0.0/8 next-hop 1.1.1.1; } } "
		"}\n"
		"neighbor 127.0.0.1 { " BASIC "inherit [ t ]; family { ipv4 unicast; } "
		"capability { asn4 enable; } static { route 1.0.0.0/8 next-hop 1.1.1.1; } }"));
	const struct neighbor_conf *n = &c->neighbors[0];

	(void)state;
	assert_int_equal(n->hold_time, 90);
	assert_int_equal(n->caps.n_families, 2);
	assert_false(n->caps.asn4);
	assert_true(n->caps.route_refresh);
	assert_int_equal(n->n_routes, 2);
	assert_int_equal(c->n_warnings, 1);
	config_free(c);
}

static void
static_routes_are_route_operations(void **state)
{
	struct config *c = good(load_neighbor(
		"static { route 10.0.0.0/24 next-hop 1.2.3.4; route 10.0.1.0/24 next-hop 1.2.3.4;\n"
		"route 10.0.2.0/24 { next-hop 1.2.3.4; med 5; watchdog dog; withdraw; }\n"
		"attributes next-hop 1.2.3.4 nlri 10.0.3.0/24 10.0.4.0/24; }"));
	static const enum route_op_kind kinds[] = { ROUTE_OP_ATTRS, ROUTE_OP_ANNOUNCE,
		ROUTE_OP_ANNOUNCE, ROUTE_OP_ATTRS, ROUTE_OP_WATCHDOG, ROUTE_OP_ANNOUNCE,
		ROUTE_OP_ATTRS, ROUTE_OP_WATCHDOG, ROUTE_OP_ANNOUNCE, ROUTE_OP_ANNOUNCE };
	const struct neighbor_conf *n = &c->neighbors[0];
	struct rd r = rd_init(n->routes.data, n->routes.len);
	struct route_op op;
	unsigned i = 0;

	(void)state;
	while (route_op_next(&r, &op) == 1) {
		assert_int_equal(op.kind, kinds[i++]);
		if (i == 5) {
			assert_true(op.flag);
			assert_memory_equal(op.name, "dog", 3);
		}
	}
	assert_int_equal(i, 10);
	assert_int_equal(n->n_routes, 5);
	config_free(c);
}

static void
ipv4_unicast_that_is_not_negotiated_is_left_out(void **state)
{
	struct config *c = good(load_neighbor("family { ipv6 unicast; } static { route 10.0.0.0/24 "
					      "next-hop 1.2.3.4; route ::/0 next-hop ::1; }"));

	(void)state;
	assert_int_equal(c->neighbors[0].n_routes, 1);
	assert_int_equal(c->n_warnings, 1);
	config_free(c);
	refused(load_neighbor("family { ipv4 unicast; } static { route ::/0 next-hop ::1; }"),
		"f:2:35: expected a family of this neighbor, found a route of ipv6 unicast");
}

static void
announce_sections(void **state)
{
	struct config *c = good(load_neighbor(
		"announce { ipv4 { unicast 10.0.0.0/24 next-hop self med 5 path-information 1; "
		"multicast 10.0.1.0/24 next-hop 1.2.3.4; } ipv6 { unicast 2001:db8::/32 next-hop "
		"::1; } l2vpn { } }"));

	(void)state;
	assert_int_equal(c->neighbors[0].n_routes, 3);
	config_free(c);
	refused(load_neighbor("announce { ipv4 { unicast ::/0 next-hop ::1; } }"),
		"an IPv4 prefix");
	refused(load_neighbor("announce { ipv4 { unicats 1.0.0.0/8 next-hop ::1; } }"),
		"did you mean \"unicast\"?");
}

static void
api_sections(void **state)
{
	struct config *c = good(load(
		"process a { run /bin/a \"x y\" z; encoder json; }\nneighbor 127.0.0.1 { " BASIC
		"api one { processes [ a, b ]; neighbor-changes; receive { parsed; update; open "
		"false; } send { packets; } } api { processes-match [ \"^a\" ]; } }"));
	const struct neighbor_conf *n = &c->neighbors[0];

	(void)state;
	assert_int_equal(c->n_processes, 1);
	assert_string_equal(c->processes[0].argv[1], "x y");
	assert_null(c->processes[0].argv[3]);
	assert_true(c->processes[0].json && c->processes[0].respawn);
	assert_int_equal(n->n_apis, 2);
	assert_int_equal(n->apis[0].n_processes, 2);
	assert_true(n->apis[0].neighbor_changes && !n->apis[0].fsm);
	assert_true(n->apis[0].receive.parsed && n->apis[0].send.packets);
	assert_int_equal(n->apis[0].receive.types, 1 << 2);
	assert_int_equal(n->apis[1].n_processes_match, 1);
	/* D6: b is not defined; both kinds of lists. */
	assert_int_equal(c->n_warnings, 2);
	config_free(c);
}

static void
ranges(void **state)
{
	struct config *c =
		good(load("neighbor 10.0.0.5/24 { passive true; local-as 1; peer-as 1; }"));

	(void)state;
	assert_int_equal(c->neighbors[0].peer_bits, 24);
	assert_int_equal(c->neighbors[0].peer.bytes[3], 0);
	assert_false(c->neighbors[0].have_router_id);
	config_free(c);
	refused(load("neighbor 10.0.0.0/24 { " BASIC " }"), "passive true");
}

static void
tcp_ao_and_md5(void **state)
{
	struct config *c = good(load_neighbor(
		"tcp-ao { keyid 7; algorithm HMAC-SHA-256; password \"c2VjcmV0\"; base64 true; }"));
	const struct neighbor_conf *n = &c->neighbors[0];

	(void)state;
	assert_string_equal(n->ao_algorithm, "hmac(sha256)");
	assert_int_equal(n->ao_key_len, 6);
	assert_memory_equal(n->ao_key, "secret", 6);
	config_free(c);
	refused(load_neighbor("tcp-ao { keyid 7; }"), "\"algorithm\"");
	refused(load_neighbor("md5-password x; tcp-ao { keyid 7; algorithm hmac-sha-256; password "
			      "y; }"),
		"found both");
	refused(load_neighbor("md5-password \"=x\"; md5-base64 true;"), "base64");
	good(c = load_neighbor("tcp-ao { }"));
	assert_null(c->neighbors[0].ao_algorithm);
	config_free(c);
}

static void
sessions_are_compared(void **state)
{
	struct config *a = good(load_neighbor("hold-time 30;"));
	struct config *b = good(load_neighbor("hold-time 30; description \"other\"; static { route "
					      "1.0.0.0/8 next-hop 1.1.1.1; }"));
	struct config *c = good(load_neighbor("hold-time 40;"));

	(void)state;
	assert_true(neighbor_conf_same_session(&a->neighbors[0], &b->neighbors[0]));
	assert_false(neighbor_conf_same_session(&a->neighbors[0], &c->neighbors[0]));
	assert_true(a->hash != b->hash);
	config_free(a);
	config_free(b);
	config_free(c);
}

static void
only_processes_is_a_configuration(void **state)
{
	struct config *c = good(load("process p { run /bin/true; respawn false; }"));

	(void)state;
	assert_int_equal(c->n_neighbors, 0);
	assert_false(c->processes[0].respawn);
	config_free(c);
	refused(load(""), "found nothing");
	refused(load("# nothing\n\n"), "found no statement");
}

static void
one_neighbor_per_family(void **state)
{
	static const char text[] =
		"family { ipv4 unicast; ipv6 unicast; } capability { multi-session; add-path send; "
		"} "
		"operational { asm afi ipv6 safi unicast advisory x; } static { "
		"route 10.0.0.0/8 next-hop 1.2.3.4; route 2001:db8::/32 next-hop ::1 med 7; "
		"route 2001:db8::/33 next-hop ::1 med 7; }";
	struct config *c = good(load_neighbor(text));

	(void)state;
	assert_int_equal(c->n_neighbors, 2);
	assert_non_null(strstr(c->neighbors[0].key, "family-allowed ipv4-unicast"));
	assert_non_null(strstr(c->neighbors[1].key, "family-allowed ipv6-unicast"));
	assert_int_equal(c->neighbors[0].n_routes, 1);
	assert_int_equal(c->neighbors[1].n_routes, 2);
	assert_int_equal(c->neighbors[0].n_operational, 0);
	assert_int_equal(c->neighbors[1].n_operational, 1);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(c->neighbors[i].caps.n_families, 1);
		assert_int_equal(c->neighbors[i].caps.add_path_families,
			family_bit(c->neighbors[i].caps.families[0]));
	}
	config_free(c);
	refused(load("neighbor 1.1.1.1 { " BASIC
		     "capability { multi-session; } family { ipv4 unicast; ipv6 unicast; } }\n"
		     "neighbor 1.1.1.1 { " BASIC
		     "capability { multi-session; } family { ipv6 unicast; } }"),
		"1.1.1.1");
}

static void
role_and_long_lived(void **state)
{
	struct config *c =
		good(load("neighbor 127.0.0.1 { router-id 1.2.3.4; local-as 1; peer-as 2; "
			  "capability { graceful-restart 60; long-lived-graceful-restart "
			  "86400; role rs-client strict; } family { ipv4 rtc; ipv6 multicast; "
			  "} }"));
	struct buf text = { 0 };

	(void)state;
	assert_int_equal(c->neighbors[0].caps.role, ROLE_RS_CLIENT);
	assert_true(c->neighbors[0].caps.role_strict);
	assert_int_equal(c->neighbors[0].caps.long_lived, 86400);
	config_print(&text, c);
	struct config *again = good(
		config_parse("p", buf_cstr(&text), text.len, NULL, conf_error, sizeof(conf_error)));
	assert_true(neighbor_conf_same_session(&c->neighbors[0], &again->neighbors[0]));
	config_free(again);
	config_free(c);
	buf_fini(&text);
	c = good(load_neighbor("capability { role peer; long-lived-graceful-restart 5; }"));
	assert_int_equal(c->neighbors[0].caps.role, ROLE_NONE);
	assert_int_equal(c->neighbors[0].caps.long_lived, 0);
	assert_int_equal(c->n_warnings, 2);
	config_free(c);
	refused(load_neighbor("capability { role leader; }"), "\"provider\", \"customer\"");
	refused(load_neighbor("capability { role peer loose; }"), "\"strict\"");
	refused(load_neighbor("capability { long-lived-graceful-restart 16777216; }"), "16777216");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_of_section_5),
		cmocka_unit_test(router_id_is_derived),
		cmocka_unit_test(link_local_addresses_have_a_zone),
		cmocka_unit_test(values_are_read),
		cmocka_unit_test(surplus_words_are_ignored_with_a_warning),
		cmocka_unit_test(families),
		cmocka_unit_test(capabilities),
		cmocka_unit_test(software_version_is_cut),
		cmocka_unit_test(bare_values_of_d18),
		cmocka_unit_test(templates_merge),
		cmocka_unit_test(static_routes_are_route_operations),
		cmocka_unit_test(ipv4_unicast_that_is_not_negotiated_is_left_out),
		cmocka_unit_test(announce_sections),
		cmocka_unit_test(api_sections),
		cmocka_unit_test(ranges),
		cmocka_unit_test(tcp_ao_and_md5),
		cmocka_unit_test(sessions_are_compared),
		cmocka_unit_test(only_processes_is_a_configuration),
		cmocka_unit_test(one_neighbor_per_family),
		cmocka_unit_test(role_and_long_lived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
