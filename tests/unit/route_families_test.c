/*
 * Words of flow, VPLS, MVPN, MUP, SR policy, EVPN, RTC and BGP-LS routes to the bytes of their UPDATE
 * (the golden vectors of reference/config.md section 10 and wire.md section 6), and what is
 * refused (config.md section 11).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/buf.h"
#include "proto/text/route.h"
#include "proto/wire/export.h"
#include "proto/wire/family.h"
#include "proto/wire/message.h"

enum { WORDS = 4096, MESSAGE_ROOM = 65535 };

static const struct export_session ibgp = { .local_as = 65533,
	.asn4 = true,
	.ibgp = true,
	.aigp = true,
	.group_updates = true,
	.message_max = 65535,
	.families = UINT32_MAX,
	.self4_len = 4,
	.self4 = { 127, 0, 0, 1 } };

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
	struct tokens t = { .v = v, .n = n < 0 ? 0 : (uint32_t)n };

	assert_true(n >= 0);
	return route_parse(parser, &t, purpose, &st, &error);
}

/* The body of the UPDATE in lower case hexadecimal. */
static const char *
body(bool withdraw)
{
	static uint8_t message[MESSAGE_ROOM];
	static struct buf text;
	struct wr w = wr_init(message, sizeof(message));
	size_t skipped = 0;

	assert_true(st.n_nlri >= 1);
	(withdraw ? export_withdraw : export_announce)(
		&w, &ibgp, st.nlri[0].family, &st.attrs, st.nlri, st.n_nlri, &skipped);
	assert_int_equal(skipped, 0);
	buf_reset(&text);
	buf_hex_lower(&text, message + MESSAGE_HEADER, wr_len(&w) - MESSAGE_HEADER);
	return buf_cstr(&text);
}

/* The NLRI alone. */
static const char *
nlri_hex(const char *line)
{
	static struct buf text;

	if (parse(line, ROUTE_ANNOUNCE) != 0)
		fail_msg("%s: column %u: %s", line, error.col, error.text);
	assert_int_equal(st.n_nlri, 1);
	buf_reset(&text);
	buf_hex_lower(&text, st.nlri[0].bytes, st.nlri[0].len);
	return buf_cstr(&text);
}

/* The value of one attribute. */
static const char *
attr_hex(const char *line, uint8_t code)
{
	static struct buf text;
	struct attr a;

	if (parse(line, ROUTE_ANNOUNCE) != 0)
		fail_msg("%s: column %u: %s", line, error.col, error.text);
	buf_reset(&text);
	if (attr_find(&st.attrs, code, &a))
		buf_hex_lower(&text, a.value, a.len);
	return buf_cstr(&text);
}

#define PREFIX "4001010040020040050400000064"

static void
golden_bodies(void **state)
{
	static const struct {
		const char *line, *body;
	} rows[] = {
		{ "flow route { match { source 10.0.0.0/24; } then { discard; } }",
			"00000027" PREFIX "c010088006000000000000800e0b00018500000502180a0000" },
		{ "flow route x { rd 65000:1; match { source 10.0.0.0/24; } then { discard; } }",
			"0000002f" PREFIX
			"c010088006000000000000800e1300018600000d0000fde80000000102180a0000" },
		{ "flow route source 10.0.0.0/24 redirect 1.2.3.4",
			"0000002b" PREFIX
			"c010080800000000000000800e0f0001850401020304000502180a0000" },
		{ "flow route { match { source 10.0.0.0/24; } then { redirect-to-nexthop-ietf "
		  "2001:db8::1; } }",
			"00000033" PREFIX "c01914000c20010db80000000000000000000000010000"
			"800e0b00018500000502180a0000" },
		{ "ipv6 flow source 2001:db8::/64/32 discard",
			"0000002d" PREFIX
			"c010088006000000000000800e1100028500000b02402020010db800000000" },
		{ "ipv4 flow source 10.0.0.0/24 destination-port [ 80 443 ] protocol tcp "
		  "rate-limit 9600",
			"00000030" PREFIX "c010088006000046160000"
			"800e1400018500000e02180a00000381060501509101bb" },
		{ "flow route source 192.0.2.0/24 destination 198.51.100.0/24 protocol [ tcp udp ] "
		  "port [ =80 =443 >8080&<8088 ] discard",
			"0000003d" PREFIX "c010088006000000000000800e21000185"
			"00001b0118c633640218c000020301068111"
			"0401501101bb121f90d41f98" },
		{ "vpls rd 1:1 endpoint 5 base 10 offset 1 size 8 next-hop 1.2.3.4",
			"0000002d" PREFIX "800e1c0019410401020304000011"
			"00000001000000010005000100080000a1" },
		{ "l2vpn vpls rd 1:1 endpoint 5 base 10 offset 1 size 8 next-hop 1.2.3.4",
			"0000002d" PREFIX "800e1c0019410401020304000011"
			"00000001000000010005000100080000a1" },
		{ "vpls site5 { rd 1:1; endpoint 5; base 10; offset 1; size 8; next-hop 1.2.3.4; }",
			"0000002d" PREFIX "800e1c0019410401020304000011"
			"00000001000000010005000100080000a1" },
		{ "ipv4 mcast-vpn source-ad source 10.0.0.1 group 239.1.1.1 rd 65000:1 next-hop "
		  "1.2.3.4",
			"00000035400101004002004003040102030440050400000064"
			"800e1d00010504010203040005120000fde800000001200a00000120ef010101" },
		{ "ipv4 mup mup-isd 10.0.0.0/24 rd 100:100 next-hop 2001:db8::1",
			"00000036" PREFIX "800e250001551020010db8000000000000000000000001000100010c"
			"0000006400000064180a0000" },
		{ "ipv4 mup mup-t1st 192.168.0.2/32 rd 100:100 teid 12345 qfi 9 endpoint 10.0.0.1 "
		  "source 10.0.1.1 next-hop 10.0.0.2",
			"00000041400101004002004003040a00000240050400000064"
			"800e29000155040a000002000100031c000000640000006420c0a80002000030390920"
			"0a000001200a000101" },
		{ "sr-policy distinguisher 1 color 100 endpoint 1.2.3.4 next-hop 5.6.7.8",
			"00000027" PREFIX "800e1600014904050607080060000000010000006401020304" },
		{ "ipv4 sr-policy distinguisher 1 color 100 endpoint 1.2.3.4 next-hop 5.6.7.8 "
		  "preference 100",
			"00000036" PREFIX "c0170c000f00080c06000000000064"
			"800e1600014904050607080060000000010000006401020304" },
		{ "sr-policy distinguisher 1 color 100 endpoint 1.2.3.4 next-hop 5.6.7.8 "
		  "segment-list weight 1 segment type-a mpls 16001",
			"00000042" PREFIX "c01718000f00148000110009060000000000010106000003e81100"
			"800e1600014904050607080060000000010000006401020304" },
		{ "route 10.0.0.0/24 next-hop 1.2.3.4 label [ 100 200 300 ]",
			"0000002e400101004002004003040102030440050400000064"
			"800e1600010404010203040060000640000c800012c10a0000" },
		{ "ipv4 mpls-vpn 10.0.0.0/24 next-hop 1.2.3.4 rd 65000:1 label 100",
			"00000038400101004002004003040102030440050400000064"
			"800e200001800c00000000000000000102030400700006410000fde8000000010a0000" },
		{ "route 2001:db8::/33 next-hop 2001:db8::1 label 5",
			"0000002f" PREFIX
			"800e1e0002041020010db8000000000000000000000001003900005120010db800" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (parse(rows[i].line, ROUTE_ANNOUNCE) != 0)
			fail_msg("%s: column %u: %s", rows[i].line, error.col, error.text);
		if (strcmp(body(false), rows[i].body) != 0)
			fail_msg("%s:\n%s\nexpected\n%s", rows[i].line, body(false), rows[i].body);
	}
}

static void
flow_components_of_words(void **state)
{
	static const struct {
		const char *words, *bytes;
	} rows[] = {
		{ "port 25", "048119" },
		{ "port =25", "048119" },
		{ "port 0x19", "048119" },
		{ "port smtp", "048119" },
		{ "port >1024", "04920400" },
		{ "port [ =80 =8080 ]", "040150911f90" },
		{ "port [80 8080]", "040150911f90" },
		{ "port >8080&<8088", "04121f90d41f98" },
		{ "port [ =80 =3128 >8080&<8088 ]", "040150110c38121f90d41f98" },
		{ "port !=80", "048650" },
		{ "port >=80", "048350" },
		{ "port <=80", "048550" },
		{ "port <80", "048450" },
		{ "port [ 80&90 ]", "040150c15a" },
		{ "port 80 port 443", "0401509101bb" },
		{ "protocol [ tcp udp ]", "0301068111" },
		{ "tcp-flags syn", "098002" },
		{ "tcp-flags [ syn ack ]", "0900028010" },
		{ "tcp-flags syn+ack", "098012" },
		{ "tcp-flags =syn+ack", "098112" },
		{ "tcp-flags !syn", "098202" },
		{ "tcp-flags !=syn", "098302" },
		{ "tcp-flags [SYN RST&FIN&!=push]", "09000200044001c308" },
		{ "tcp-flags 0x20+0x8", "098028" },
		{ "tcp-flags ns", "09900100" },
		{ "tcp-flags [ !ece !=ns+fin =ece+cwr ]", "09024013010181c0" },
		{ "fragment [ first-fragment last-fragment ]", "0c00048008" },
		{ "fragment !is-fragment", "0c8202" },
		{ "fragment [ dont-fragment+is-fragment !=last-fragment ]", "0c00038308" },
		{ "packet-length [ >=728&<=1129 =799 ]", "0a1302d855046991031f" },
		{ "dscp [ >22&<39 ]", "0b0216c427" },
		{ "icmp-code host-unreachable icmp-type 8", "078108088101" },
		{ "flow-label [ 459381 >=527788 =572657 ]", "0d2100070275230008"
							    "0daca10008bcf1" },
		{ "next-header tcp", "038106" },
		{ "source 10.0.0.255/25", "02190a0000ff" },
		{ "source 10.0.0.0/8 source 11.0.0.0/8 destination 12.0.0.0/8",
			"01080c02080a02080b" },
		{ "source 2001:db8:1::/48/40", "02302820010db80001" },
		{ "source ::1/128/120 next-header udp traffic-class 101 flow-label 2013",
			"02807800000000000000000000000000000001"
			"0381110b81650d9107dd" },
	};
	char line[256], expected[256];

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(line, sizeof(line), "flow route %s discard", rows[i].words);
		snprintf(expected, sizeof(expected), "%02zx%s", strlen(rows[i].bytes) / 2,
			rows[i].bytes);
		assert_string_equal(nlri_hex(line), expected);
	}
}

static void
flow_actions(void **state)
{
	static const struct {
		const char *words, *bytes;
	} rows[] = {
		{ "accept", "" },
		{ "discard", "8006000000000000" },
		{ "rate-limit 9600", "8006000046160000" },
		{ "rate-limit 1000 packets", "800c0000447a0000" },
		{ "rate-limit 0 bytes", "8006000000000000" },
		{ "redirect 65000:9", "8008fde800000009" },
		{ "redirect 70000:9", "8208000111700009" },
		{ "redirect 1.2.3.4", "0800000000000000" },
		{ "redirect \"[2001:db8::1]\"", "0800000000000000" },
		{ "redirect-to-nexthop", "0800000000000000" },
		{ "redirect-to-nexthop-ietf 1.2.3.4", "010c010203040000" },
		{ "copy 1.2.3.4", "0800000000000001" },
		{ "mark 10", "800900000000000a" },
		{ "action sample", "8007000000000002" },
		{ "action sample-terminal", "8007000000000003" },
		{ "discard rate-limit 9600", "80060000000000008006000046160000" },
		{ "interface-set transitive:input:1234:1234", "0702000004d244d2" },
		{ "interface-set [ non-transitive:output:1234:1 ]", "4702000004d28001" },
		{ "discard extended-community target:1:2", "00020001000000028006000000000000" },
	};
	char line[256];

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(line, sizeof(line), "flow route source 10.0.0.0/24 %s", rows[i].words);
		assert_string_equal(attr_hex(line, ATTR_EXT_COMMUNITY), rows[i].bytes);
	}
	assert_string_equal(attr_hex("flow route source 10.0.0.0/24 redirect \"[2001:db8::1]:5\"",
				    ATTR_IPV6_EXT_COMMUNITY),
		"000d20010db80000000000000000000000010005");
	/* A target takes the place of a next-hop, an address sets it. */
	assert_int_equal(parse("flow route { next-hop 1.2.3.4; match { port 1; } then { redirect "
			       "1:2; } }",
				 ROUTE_ANNOUNCE),
		0);
	assert_int_equal(st.attrs.nh_len, 0);
	assert_int_equal(parse("flow route port 1 copy 2001:db8::1", ROUTE_ANNOUNCE), 0);
	assert_int_equal(st.attrs.nh_len, 16);
}

static void
flow_families(void **state)
{
	(void)state;
	nlri_hex("flow route port 1 discard");
	assert_int_equal(st.nlri[0].family, FAMILY(1, 133));
	nlri_hex("flow route port 1 source 2001:db8::/32 discard");
	assert_int_equal(st.nlri[0].family, FAMILY(2, 133));
	nlri_hex("ipv6 flow-vpn rd 1:2 port 1");
	assert_int_equal(st.nlri[0].family, FAMILY(2, 134));
	nlri_hex("ipv6 flow next-header tcp discard");
	assert_int_equal(st.nlri[0].family, FAMILY(2, 133));
	nlri_hex("flow route { route-distinguisher 1:2; match { port 1; } scope { interface-set "
		 "input:1:2; } then { } }");
	assert_int_equal(st.nlri[0].family, FAMILY(1, 134));
	/* An NLRI of 240 bytes and more has a length of two. */
	char line[8192] = "flow route port [";

	for (unsigned i = 1000; i < 1080; i++)
		snprintf(line + strlen(line), sizeof(line) - strlen(line), " =%u", i);
	strcat(line, " ] discard");
	assert_memory_equal(nlri_hex(line), "f0f1041103e8", 12);
}

static void
other_nlri(void **state)
{
	static const struct {
		const char *line, *nlri;
	} rows[] = {
		{ "ipv4 mcast-vpn source-join source 10.0.0.1 group 239.1.1.1 rd 65000:1 source-as "
		  "65000 next-hop 1.2.3.4",
			"07160000fde8000000010000fde8200a00000120ef010101" },
		{ "ipv4 mcast-vpn shared-join rp 10.0.0.1 group 239.1.1.1 rd 65000:1 source-as "
		  "65000 "
		  "next-hop 1.2.3.4",
			"06160000fde8000000010000fde8200a00000120ef010101" },
		{ "ipv4 mup mup-dsd 10.0.0.1 rd 100:100 next-hop 1.2.3.4",
			"0100020c00000064000000640a000001" },
		{ "ipv4 mup mup-t2st 10.0.0.1 rd 100:100 teid 12345/32 next-hop 1.2.3.4",
			"010004110000006400000064400a00000100003039" },
		{ "ipv4 mup mup-t2st 10.0.0.1 rd 100:100 teid 0/0 next-hop 1.2.3.4",
			"0100040d0000006400000064200a000001" },
		{ "ipv4 mup mup-t2st 23.78.250.18 rd 1:1 teid 219/8 next-hop 1.2.3.4",
			"0100040e000000010000000128174efa12db" },
		{ "l2vpn evpn ethernet-ad rd 10.0.0.1:100 esi 00:11:22:33:44:55:66:77:88:99 "
		  "ethernet-tag 10 label 800 next-hop 10.0.0.2",
			"011900010a0000010064001122334455667788990000000a003201" },
		{ "l2vpn evpn mac-ip AA:BB:CC:DD:EE:FF rd 10.0.0.1:100 label 800 next-hop 10.0.0.2",
			"022100010a0000010064000000000000000000000000000030aabbccddeeff00003201" },
		{ "l2vpn evpn mac-ip aa:bb:cc:dd:ee:ff ip 192.0.2.5 rd 10.0.0.1:100 esi "
		  "00:11:22:33:44:55:66:77:88:99 ethernet-tag 10 vni 10001 next-hop 10.0.0.2",
			"022500010a0000010064001122334455667788990000000a30aabbccddeeff20c0000205"
			"002711" },
		{ "l2vpn evpn inclusive-multicast 192.0.2.5 rd 10.0.0.1:100 ethernet-tag 10 "
		  "next-hop "
		  "10.0.0.2 pmsi-tunnel ( ingress-replication 192.0.2.5 vni 100 )",
			"031100010a00000100640000000a20c0000205" },
		{ "l2vpn evpn ethernet-segment 192.0.2.5 rd 10.0.0.1:100 esi "
		  "00:11:22:33:44:55:66:77:88:99 next-hop 10.0.0.2",
			"041700010a00000100640011223344556677889920c0000205" },
		{ "l2vpn evpn ip-prefix 192.0.2.0/24 rd 10.0.0.1:100 ethernet-tag 10 gateway "
		  "10.0.0.9 label 800 next-hop 10.0.0.2",
			"052200010a0000010064000000000000000000000000000a18c00002000a00000900320"
			"1" },
		{ "ipv4 rtc origin-as 65000 route-target target:64512:100 next-hop 1.2.3.4",
			"600000fde80002fc0000000064" },
		{ "ipv4 rtc default next-hop 1.2.3.4", "00" },
		{ "bgp-ls bgp-ls raw 0x0001000D02000000000000000001000000 next-hop 1.2.3.4",
			"0001000d02000000000000000001000000" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rd r;
		struct nlri again;

		assert_string_equal(nlri_hex(rows[i].line), rows[i].nlri);
		/* What was written can be read. */
		r = rd_init(st.nlri[0].bytes, st.nlri[0].len);
		assert_int_equal(nlri_next(&r, st.nlri[0].family, false, false, &again, NULL), 0);
		assert_true(rd_done(&r) && nlri_same(&again, &st.nlri[0]));
	}
	assert_string_equal(
		attr_hex("l2vpn evpn inclusive-multicast 192.0.2.5 rd 1:1 next-hop 10.0.0.2 "
			 "pmsi-tunnel ( ingress-replication 192.0.2.5 vni 100 )",
			ATTR_PMSI),
		"0006000064c0000205");
}

static void
sr_policy_values(void **state)
{
	static const char head[] =
		"sr-policy distinguisher 1 color 2 endpoint 1.2.3.4 next-hop 5.6.7.8 ";
	static const struct {
		const char *words, *value;
	} rows[] = {
		{ "policy-name p6 binding-sid null priority 147", "000f000e82000300703"
								  "60d0200000f029300" },
		{ "srv6-binding-sid 2001:db8::1", "000f0014"
						  "1412000020010db8000000000000000000000001" },
		{ "srv6-binding-sid 2001:db8::1 endpoint-behavior 65 32 0 16 0",
			"000f001c"
			"141a200020010db8000000000000000000000001"
			"0041000020001000" },
		{ "candidate-path-name \"a b\" binding-sid mpls 24000", "000f000f"
									"8100040061"
									"2062"
									"0d06100005dc0100" },
		{ "segment-list weight 19 segment type-a mpls 368102 segment type-d ipv6 "
		  "2001:db8:87:0:84:0:d100:1 algorithm 0",
			"000f0028"
			"80002500"
			"090600000000"
			"0013"
			"0106000059de6100"
			"0412000020010db80087000000840000d1000001" },
		{ "segment-list weight 1 segment type-c ipv4 82.7.199.207 algorithm 128 sid 10825",
			"000f0018"
			"80001500"
			"0906000000000001"
			"030a40805207c7cf02a49100" },
		{ "segment-list weight 2 segment type-b srv6 fc00::1 endpoint-behavior 0x41 32 0 "
		  "16 0",
			"000f0028"
			"80002500"
			"0906000000000002"
			"0d1a1000fc0000000000000000000000000000010041000020001000" },
		{ "segment-list weight 1 segment type-i ipv6 fc00::1 algorithm 1 sid fc00::2 "
		  "endpoint-behavior 1 2 3 4 5",
			"000f0038"
			"80003500"
			"0906000000000001"
			"0e2a5001fc000000000000000000000000000001fc00000000000000000000000000000200"
			"01000002"
			"030405" },
	};
	char line[512];

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(line, sizeof(line), "%s%s", head, rows[i].words);
		assert_string_equal(attr_hex(line, ATTR_TUNNEL_ENCAP), rows[i].value);
	}
}

static void
refusals(void **state)
{
	static const struct {
		const char *line, *text;
	} rows[] = {
		/* Nothing may widen a rule (D15). */
		{ "flow route source abc discard", "a prefix with its length" },
		{ "flow route source 2001:db8::1 discard", "a prefix with its length" },
		{ "flow route source 10.0.0.0/33 discard", "a prefix with its length" },
		{ "flow route port [ ] discard", "a value" },
		{ "flow route { match { port; } then { discard; } }", "a value" },
		{ "flow route discard", "matches everything" },
		{ "flow route { match { } then { discard; } }", "matches everything" },
		{ "flow route source 10.0.0.0/8 destination 2001:db8::/32 discard",
			"an IPv6 prefix in an IPv4 rule" },
		{ "flow route source 10.0.0.0/8 next-header tcp discard", "in an IPv4 rule" },
		{ "flow route source 2001:db8::/32 protocol tcp discard", "in an IPv6 rule" },
		{ "flow route protocol tcp flow-label 5 discard", "\"flow-label\" is for IPv6" },
		{ "ipv4 flow source 2001:db8::/32 discard", "an IPv6 prefix in an IPv4 rule" },
		{ "ipv4 flow rd 1:1 port 1", "flow-vpn" },
		{ "ipv4 flow-vpn port 1", "need an rd" },
		{ "flow route port > 80", "expected values" },
		{ "flow route port [ >80 &<90 ]", "expected values" },
		{ "flow route port [ 80, 90 ]", "a value" },
		{ "flow route port 80-90", "expected values" },
		{ "flow route port !80", "expected values" },
		{ "flow route port ==80", "expected values" },
		{ "flow route port 65536", "expected values" },
		{ "flow route protocol 256", "expected values" },
		{ "flow route dscp 64", "expected values" },
		{ "flow route packet-length 0x10", "expected values" },
		{ "flow route tcp-flags psh", "expected names of bits" },
		{ "flow route port 80&", "expected values" },
		{ "flow route port 80 90", "expected a route item" },
		{ "flow route { match { port 1; discard; } }", "expected a route item" },
		{ "flow route port 1 redirect 1.2.3.4:5678", "AS:number" },
		{ "flow route port 1 redirect 70000:65536", "AS:number" },
		{ "flow route port 1 rate-limit fast", "a rate" },
		{ "flow route port 1 rate-limit -1", "a rate" },
		{ "flow route port 1 mark 64", "a DSCP value" },
		{ "flow route port 1 action nothing", "sample, terminal" },
		{ "flow route port 1 interface-set input:1:16384", "an interface set" },
		{ "flow source 10.0.0.0/8", "\"route\"" },
		{ "flow route { match { port 1; } then { discard; }", "\"}\"" },
		{ "flow route prot 1", "did you mean \"port\"" },
		/* VPLS, MVPN, MUP. */
		{ "vpls rd 1:1 endpoint 5 base 10 offset 1 next-hop 1.2.3.4", "needs size" },
		{ "vpls endpoint 5 base 10 offset 1 size 1 next-hop 1.2.3.4", "needs rd" },
		{ "vpls rd 1:1 endpoint 65536 base 10 offset 1 size 8 next-hop 1.2.3.4",
			"endpoint (0 to 65535)" },
		{ "vpls rd 1:1 endpoint 5 base 10 offset 1 size 8", "announce requires nexthop" },
		{ "ipv4 mcast-vpn source-ad source 2001:db8::1 group 239.1.1.1 rd 1:1",
			"an IPv4 address" },
		{ "ipv4 mcast-vpn source-ad group 239.1.1.1", "\"source\"" },
		{ "ipv4 mup mup-isd 10.0.0.1 rd 1:1 next-hop 1.2.3.4", "an IPv4 prefix" },
		{ "ipv4 mup mup-t2st 10.0.0.1 rd 1:1 teid 8/3 next-hop 1.2.3.4", "a TEID" },
		{ "ipv4 mup mup-t2st 10.0.0.1 rd 1:1 teid 8 next-hop 1.2.3.4", "a TEID" },
		{ "ipv4 mup mup-t1st 10.0.0.0/8 rd 1:1 teid 1 qfi 64 endpoint 1.2.3.4", "a QFI" },
		/* Nothing of a policy is skipped, all numbers are checked (D32). */
		{ "sr-policy distinguisher 1 color 2 endpoint 1.2.3.4 next-hop 5.6.7.8 foo",
			"expected a route item" },
		{ "sr-policy distinguisher 1 color 2 endpoint 1.2.3.4 next-hop 5.6.7.8 origin egp",
			"expected a route item" },
		{ "sr-policy distinguisher 1 color 2 endpoint 1.2.3.4 next-hop 5.6.7.8 priority "
		  "256",
			"a priority (0 to 255)" },
		{ "sr-policy distinguisher 1 color 2 endpoint 1.2.3.4 next-hop 5.6.7.8 binding-sid "
		  "mpls 1048576",
			"an MPLS label" },
		{ "ipv6 sr-policy distinguisher 1 color 2 endpoint 1.2.3.4 next-hop 5.6.7.8",
			"an IPv6 address" },
		{ "sr-policy color 2 distinguisher 1", "\"distinguisher\"" },
		{ "sr-policy distinguisher 1 color 2 endpoint 1.2.3.4 next-hop 5.6.7.8 "
		  "segment-list "
		  "weight 1 segment type-z",
			"a segment type" },
		/* Ours. */
		{ "l2vpn evpn mac-ip aa:bb:cc:dd:ee rd 1:1 next-hop 1.2.3.4", "a MAC address" },
		{ "l2vpn evpn mac-ip aa:bb:cc:dd:ee:ff next-hop 1.2.3.4", "needs rd" },
		{ "l2vpn evpn ethernet-ad rd 1:1 next-hop 1.2.3.4", "needs esi" },
		{ "l2vpn evpn ip-prefix 10.0.0.0/8 rd 1:1 gateway ::1 next-hop 1.2.3.4",
			"gateway" },
		{ "ipv4 rtc origin-as 1 route-target nothing next-hop 1.2.3.4", "a route target" },
		{ "ipv6 rtc default", "a kind of route" },
		{ "bgp-ls bgp-ls raw 0x0001 next-hop 1.2.3.4", "too short" },
		{ "bgp-ls bgp-ls raw xyz next-hop 1.2.3.4", "hexadecimal" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (parse(rows[i].line, ROUTE_ANNOUNCE) == 0)
			fail_msg("accepted: %s", rows[i].line);
		if (strstr(error.text, rows[i].text) == NULL)
			fail_msg("%s:\n\"%s\" is not in \"%s\"", rows[i].line, rows[i].text,
				error.text);
		assert_true(error.col >= 1 && error.col <= strlen(rows[i].line) + 1);
	}
}

/* A withdraw needs neither next-hop nor actions. */
static void
withdraws(void **state)
{
	(void)state;
	assert_int_equal(parse("flow route { match { source 10.0.0.0/24; } }", ROUTE_WITHDRAW), 0);
	assert_string_equal(body(true), "0000001a800f090001850502180a0000" PREFIX);
	assert_int_equal(
		parse("vpls rd 1:1 endpoint 5 base 10 offset 1 size 8", ROUTE_WITHDRAW), 0);
	assert_int_equal(parse("ipv4 mup mup-dsd 10.0.0.1 rd 1:1", ROUTE_WITHDRAW), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_bodies),
		cmocka_unit_test(flow_components_of_words),
		cmocka_unit_test(flow_actions),
		cmocka_unit_test(flow_families),
		cmocka_unit_test(other_nlri),
		cmocka_unit_test(sr_policy_values),
		cmocka_unit_test(refusals),
		cmocka_unit_test(withdraws),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
