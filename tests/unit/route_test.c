/* Route statements of commands: NLRI, attributes, completeness, the remembered tail. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "common/buf.h"
#include "proto/text/route.h"
#include "proto/wire/family.h"

enum { WORDS = 256 };

static struct route_parser *parser;
static struct route_statement st;
static struct text_error error;

static int
setup(void **state)
{
	(void)state;
	parser = route_parser_new();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	route_parser_free(parser);
	return 0;
}

static int
parse(const char *line, enum route_purpose purpose)
{
	static struct token v[WORDS];
	int n = tokens_split(line, strlen(line), v, WORDS, &error);

	assert_true(n >= 0);
	struct tokens t = { .v = v, .n = (uint32_t)n };
	return route_parse(parser, &t, purpose, &st, &error);
}

static void
announces(const char *line)
{
	if (parse(line, ROUTE_ANNOUNCE) != 0)
		fail_msg("%s: column %u: %s", line, error.col, error.text);
}

static void
refuses(const char *line, const char *message)
{
	if (parse(line, ROUTE_ANNOUNCE) == 0)
		fail_msg("accepted: %s", line);
	if (strstr(error.text, message) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", message, error.text);
}

static void
nlri_is(unsigned i, uint32_t family, const char *hex)
{
	struct buf b = { 0 };

	assert_true(i < st.n_nlri);
	assert_int_equal(st.nlri[i].family, family);
	buf_hex_lower(&b, st.nlri[i].bytes, st.nlri[i].len);
	assert_string_equal(buf_cstr(&b), hex);
	buf_fini(&b);
}

static void
block_is(const char *hex)
{
	struct buf b = { 0 };

	buf_hex_lower(&b, st.attrs.block, st.attrs.len);
	assert_string_equal(buf_cstr(&b), hex);
	buf_fini(&b);
}

static void
unicast_and_multicast(void **state)
{
	(void)state;
	announces("route 10.0.0.0/24 next-hop 1.2.3.4");
	nlri_is(0, IPV4_UNICAST, "180a0000");
	assert_int_equal(st.attrs.nh_len, 4);
	block_is("");
	announces("route 224.0.0.0/8 next-hop 1.2.3.4 med 5");
	nlri_is(0, IPV4_MULTICAST, "08e0");
	block_is("80040400000005");
	announces("route 2001:DB8::/33 next-hop self");
	nlri_is(0, IPV6_UNICAST, "2120010db800");
	assert_int_equal(st.attrs.nh_len, NEXTHOP_SELF);
	announces("route 0.0.0.0/0 next-hop ::1");
	nlri_is(0, IPV4_UNICAST, "00");
	assert_int_equal(st.attrs.nh_len, 16);
	announces("ipv4 unicast 224.0.0.0/8 next-hop 1.2.3.4");
	nlri_is(0, IPV4_UNICAST, "08e0");
	announces("route 1.2.3.4 next-hop 1.1.1.1");
	nlri_is(0, IPV4_UNICAST, "2001020304");
}

static void
labels_and_rd(void **state)
{
	(void)state;
	announces("route 10.0.0.0/24 next-hop 1.2.3.4 label [100 200 300]");
	nlri_is(0, FAMILY(AFI_IPV4, SAFI_NLRI_MPLS), "60000640000c800012c10a0000");
	announces("route 10.0.0.0/24 next-hop 1.2.3.4 rd 65000:1 label 100");
	nlri_is(0, FAMILY(AFI_IPV4, SAFI_MPLS_VPN), "700006410000fde8000000010a0000");
	announces("route 10.0.0.0/24 next-hop 1.2.3.4 rd 1.2.3.4:5 label 100");
	nlri_is(0, FAMILY(AFI_IPV4, SAFI_MPLS_VPN), "7000064100010102030400050a0000");
	announces("ipv4 mpls-vpn 10.0.0.0/24 route-distinguisher 70000:5 label 1 next-hop 1.1.1.1");
	nlri_is(0, FAMILY(AFI_IPV4, SAFI_MPLS_VPN), "7000001100020001117000050a0000");
	announces("ipv4 labeled-unicast 10.0.0.0/24 label 1 next-hop 1.1.1.1");
	announces("route 10.0.0.0/24 next-hop 1.2.3.4 label [ ]");
	nlri_is(0, IPV4_UNICAST, "180a0000");
	refuses("route 10.0.0.0/24 next-hop 1.2.3.4 rd 70000:70000 label 1", "route distinguisher");
	refuses("route 10.0.0.0/24 next-hop 1.2.3.4 label 1048576", "a label");
	refuses("ipv4 unicast 10.0.0.0/24 next-hop 1.2.3.4 label 1", "neither label nor rd");
}

static void
incomplete_routes(void **state)
{
	(void)state;
	refuses("route 10.0.0.0/24", "announce requires nexthop: 10.0.0.0/24");
	assert_true(error.incomplete);
	refuses("route 10.0.0.0/24 rd 1:1 next-hop 1.1.1.1",
		"labeled route announce requires labels: ");
	refuses("ipv4 mpls-vpn 10.0.0.0/24 label 1 next-hop 1.1.1.1",
		"VPN route announce requires RD: 10.0.0.0/24");
	refuses("route 10.0.0.1/24 next-hop 1.2.3.4", "expected");
	assert_false(error.incomplete);
	assert_int_equal(parse("route 10.0.0.0/24", ROUTE_WITHDRAW), 0);
	nlri_is(0, IPV4_UNICAST, "180a0000");
	assert_int_equal(parse("route 10.0.0.0/24 rd 1:1", ROUTE_WITHDRAW), 0);
	nlri_is(0, FAMILY(AFI_IPV4, SAFI_MPLS_VPN), "5800000001000000010a0000");
}

static void
blocks_and_path_id(void **state)
{
	(void)state;
	announces("route 10.0.0.0/24 { next-hop 1.2.3.4; med 5 local-preference 6; name x; }");
	assert_true(token_is(&st.ignored, "local-preference"));
	assert_int_equal(st.name.n, 1);
	block_is("80040400000005");
	announces("route 10.0.0.0/24 next-hop 1.2.3.4 path-information 1.2.3.4;");
	assert_true(st.nlri[0].has_path_id);
	assert_int_equal(st.nlri[0].path_id, 0x01020304);
	refuses("route 10.0.0.0/24 { next-hop 1.2.3.4 }", "\";\"");
	refuses("route 10.0.0.0/24 { next-hop 1.2.3.4;", "\"}\"");
	refuses("route 10.0.0.0/24 { next-hop 1.2.3.4; } med 5", "the end of the statement");
}

static void
splits(void **state)
{
	(void)state;
	announces("route 10.0.0.0/24 next-hop 1.2.3.4 split /25");
	assert_int_equal(st.n_nlri, 2);
	nlri_is(0, IPV4_UNICAST, "190a000000");
	nlri_is(1, IPV4_UNICAST, "190a000080");
	announces("route 10.0.0.0/24 next-hop 1.2.3.4 split /24");
	assert_int_equal(st.n_nlri, 1);
	announces("route 0.0.0.0/0 next-hop 1.2.3.4 split /16");
	assert_int_equal(st.n_nlri, 65536);
	nlri_is(65535, IPV4_UNICAST, "10ffff");
	nlri_is(256, IPV4_UNICAST, "100100");
	refuses("route 10.0.0.0/24 next-hop 1.2.3.4 split /33", "longer");
	refuses("route ::/0 next-hop ::1 split /21", "more than");
	refuses("attributes next-hop 1.1.1.1 split /20 nlri 0.0.0.0/0 1.0.0.0/8", "more than");
}

static void
attributes_and_nlri(void **state)
{
	(void)state;
	announces("attributes next-hop 1.2.3.4 med 5 nlri 10.3.0.0/24 2001:db8::/32");
	assert_int_equal(st.n_nlri, 2);
	nlri_is(0, IPV4_UNICAST, "180a0300");
	nlri_is(1, IPV6_UNICAST, "2020010db8");
	announces("attribute next-hop 1.2.3.4 med 5");
	assert_true(st.attributes_only);
	assert_int_equal(st.n_nlri, 0);
	announces("attributes next-hop 1.2.3.4 nlri");
	assert_true(st.attributes_only);
	announces("attributes");
	assert_false(st.attributes_only);
	refuses("attributes next-hop 1.2.3.4 nlri 10.0.0.0/24 , 10.1.0.0/24", "expected");
	refuses("attributes next-hop 1.2.3.4 10.0.0.0/24", "route item");
}

static int
parse_line(const char *line)
{
	return route_parse_line(parser, line, strlen(line), ROUTE_ANNOUNCE, &st, &error);
}

static void
the_tail_is_remembered(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(parse_line(" 10.0.0.0/24 next-hop 1.2.3.4 med 5"), 0);
		nlri_is(0, IPV4_UNICAST, "180a0000");
		assert_int_equal(parse_line(" 10.0.1.0/24 next-hop 1.2.3.4 med 5"), 0);
		nlri_is(0, IPV4_UNICAST, "180a0001");
		block_is("80040400000005");
		assert_int_equal(parse_line("2001:db8::/32 next-hop 1.2.3.4 med 5"), 0);
		nlri_is(0, IPV6_UNICAST, "2020010db8");
		assert_int_equal(parse_line("10.0.0.0/24 next-hop 1.2.3.4 med 6"), 0);
		block_is("80040400000006");
		assert_int_equal(parse_line("10.0.0.0/33 next-hop 1.2.3.4 med 6"), -1);
		assert_int_equal(parse_line("10.0.0.0/24 next-hop 1.2.3.4 med 6 label 5"), 0);
		nlri_is(0, FAMILY(AFI_IPV4, SAFI_NLRI_MPLS), "300000510a0000");
		assert_int_equal(parse_line("10.0.1.0/24 next-hop 1.2.3.4 med 6 label 5"), 0);
		nlri_is(0, FAMILY(AFI_IPV4, SAFI_NLRI_MPLS), "300000510a0001");
	}
	announces("route 10.0.0.0/24 next-hop 1.1.1.1 med 9");
	announces("attributes next-hop 2.2.2.2 med 7 nlri 1.0.0.0/8");
	announces("route 10.0.2.0/24 next-hop 1.1.1.1 med 9");
	block_is("80040400000009");
	assert_int_equal(parse_line("10.0.0.0/24"), -1);
	assert_int_equal(parse_line(""), -1);
	assert_int_equal(parse_line("next-hop 1.1.1.1"), -1);
	assert_int_equal(parse("route 10.0.0.0/24", ROUTE_WITHDRAW), 0);
	assert_int_equal(parse_line("10.0.0.0/24"), -1);
	assert_true(error.incomplete);
}

static void
unknown_statements(void **state)
{
	(void)state;
	refuses("rute 10.0.0.0/24", "did you mean \"route\"?");
	refuses("ipv4", "a kind of route");
	refuses("bgp-ls;", "a kind of route");
	refuses("l2vpn;", "a kind of route");
	refuses("ipv4 unicast", "expected");
	refuses("ipv4 unicast ::/0 next-hop ::1", "an IPv4 prefix");
	refuses("ipv6 unicast 10.0.0.0/8 next-hop ::1", "an IPv6 prefix");
	refuses("route 10.0.0.0/24 next-hop 1.2.3.4 foo", "route item");
	assert_int_equal(error.col, 36);
}

static void
raw_nlri(void **state)
{
	(void)state;
	announces("ipv4 troupe-nlri unicast 0x180a0000 next-hop 1.2.3.4");
	nlri_is(0, IPV4_UNICAST, "180a0000");
	refuses("ipv4 troupe-nlri unicast 0x180a00 next-hop 1.2.3.4", "expected one NLRI");
	refuses("ipv4 troupe-nlri unicast 0x180a000000 next-hop 1.2.3.4", "more");
	refuses("ipv4 troupe-nlri unicast 0x180a0000", "requires nexthop");
	refuses("ipv4 troupe-nlri vpls 0x00", "a SAFI");
	refuses("ipv4 troupe-nlri unicast 18", "0x");
}

static void
routes_are_printed(void **state)
{
	struct buf b = { 0 };

	(void)state;
	announces("route 10.0.0.0/24 next-hop 1.2.3.4 med 5");
	route_print(&b, &st.nlri[0], &st.attrs, true);
	assert_string_equal(buf_cstr(&b), "10.0.0.0/24 next-hop 1.2.3.4 med 5");
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unicast_and_multicast),
		cmocka_unit_test(labels_and_rd),
		cmocka_unit_test(incomplete_routes),
		cmocka_unit_test(blocks_and_path_id),
		cmocka_unit_test(splits),
		cmocka_unit_test(attributes_and_nlri),
		cmocka_unit_test(the_tail_is_remembered),
		cmocka_unit_test(unknown_statements),
		cmocka_unit_test(raw_nlri),
		cmocka_unit_test(routes_are_printed),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
