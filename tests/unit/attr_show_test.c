/* Attributes: bytes to JSON and text (reference/events.md sections 9, 10, 12, 13), and headers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "common/buf.h"
#include "common/hex.h"
#include "proto/wire/attr.h"

static const struct attr_context context = {
	.asn4 = true, .ibgp = true, .aigp = true, .generic = true
};

/* Value and what it is shown as; {code, flags, hex, json, text}. */
static const struct shown {
	uint8_t code, flags;
	const char *hex, *json, *text;
} shown[] = {
	{ 2, 0x40, "02020000FC00FA56EA00",
		"\"as-path\": {\"0\": {\"element\": \"as-sequence\", \"value\": [64512, "
		"4200000000]}}",
		" as-path ( 64512 4200000000 )" },
	{ 2, 0x40, "0301000000010402000000020000000302020000000400000005010100000006",
		"\"as-path\": {\"0\": {\"element\": \"as-confed-sequence\", \"value\": [1]}, "
		"\"1\": {\"element\": \"as-confed-set\", \"value\": [2, 3]}, \"2\": {\"element\": "
		"\"as-sequence\", \"value\": [4, 5]}, \"3\": {\"element\": \"as-set\", \"value\": "
		"[6]}}",
		" as-path {( 1 )} {[ 2 3 ]} ( 4 5 ) [ 6 ]" },
	{ 2, 0x40, "0200", "\"as-path\": {\"0\": {\"element\": \"as-sequence\", \"value\": []}}",
		" as-path (  )" },
	{ 2, 0x40, "", "", "" },
	{ 7, 0xc0, "FA56EA010A090807", "\"aggregator\": \"4200000001:10.9.8.7\"",
		" aggregator ( 4200000001:10.9.8.7 )" },
	{ 8, 0xc0, "FDE80003FC000064FDE80001",
		"\"community\": [ [ 65000, 3 ], [ 64512, 100 ], [ 65000, 1 ] ]",
		" community [ 64512:100 65000:1 65000:3 ]" },
	{ 8, 0xc0, "FFFFFF01FFFFFF02FFFFFF03FFFFFF04FFFF029AFFFF0000",
		"\"community\": [ [ 65535, 65281 ], [ 65535, 65282 ], [ 65535, 65283 ], [ 65535, "
		"65284 ], [ 65535, 666 ], [ 65535, 0 ] ]",
		" community [ 65535:0 blackhole no-export no-advertise no-export-subconfed no-peer "
		"]" },
	{ 16, 0xc0, "0003FC000A000001",
		"\"extended-community\": [ { \"value\": 1121502028103681, \"string\": "
		"\"origin:64512:10.0.0.1\" } ]",
		" extended-community origin:64512:10.0.0.1" },
	{ 16, 0xc0, "8006000060AD78EC",
		"\"extended-community\": [ { \"value\": 9225060888337021164, \"string\": "
		"\"rate-limit:100000002004087734272\" } ]",
		" extended-community rate-limit:100000002004087734272" },
	{ 16, 0xc0, "800600007F7FFFFF",
		"\"extended-community\": [ { \"value\": 9225060888854134783, \"string\": "
		"\"rate-limit:340282346638528859811704183484516925440\" } ]",
		" extended-community rate-limit:340282346638528859811704183484516925440" },
	{ 16, 0xc0, "800600007F800000",
		"\"extended-community\": [ { \"value\": 9225060888854134784, \"string\": "
		"\"rate-limit:inf\" } ]",
		" extended-community rate-limit:inf" },
	{ 16, 0xc0, "800600007FC00000",
		"\"extended-community\": [ { \"value\": 9225060888858329088, \"string\": "
		"\"rate-limit:nan\" } ]",
		" extended-community rate-limit:nan" },
	{ 16, 0xc0, "80060000FF800000",
		"\"extended-community\": [ { \"value\": 9225060891001618432, \"string\": "
		"\"rate-limit:-inf\" } ]",
		" extended-community rate-limit:-inf" },
	{ 16, 0xc0, "8007000000000000",
		"\"extended-community\": [ { \"value\": 9225342361691750400, \"string\": \"action "
		"\" } ]",
		" extended-community action " },
	{ 16, 0xc0, "47020000FC004005",
		"\"extended-community\": [ { \"value\": 5116652130874179589, \"string\": "
		"\"interface-set:input:64512:5\", \"transitive\": false } ]",
		" extended-community interface-set:input:64512:5" },
	{ 22, 0xc0, "00060000640A000009", "\"pmsi\": \"pmsi:ingressreplication:0:6(100):10.0.0.9\"",
		" pmsi pmsi:ingressreplication:0:6(100):10.0.0.9" },
	{ 25, 0xc0, "000C20010DB80000000000000000000000010001",
		"\"extended-community-ipv6\": [ { \"value\": "
		"270396894049897293703898678829571923249266689, \"string\": \"copy-to-nexthop-ietf "
		"2001:db8::1 (with copy)\" } ]",
		" extended-community-ipv6 copy-to-nexthop-ietf 2001:db8::1 (with copy)" },
	{ 26, 0x80, "0200040101000B0000000000000064", "\"aigp\": \"0x0000000000000064\"",
		" aigp 0x0000000000000064" },
	{ 32, 0xc0, "000000030000000200000001000000010000000200000003000000030000000200000001",
		"\"large-community\": [ [ 3, 2 , 1 ], [ 1, 2 , 3 ] ]",
		" large-community [ 1:2:3 3:2:1 ]" },
	{ 35, 0xc0, "0000FBF4", "\"attribute-0x23-0xC0\": \"0x0000fbf4\"",
		" attribute [ 0x23 0xC0 0x0000fbf4 ]" },
	{ 40, 0xc0, "0100070000000000012C03000E00000C35000013880F4240001388",
		"\"bgp-prefix-sid\": { \"sr-label-index\": 300, \"sr-srgbs\": [[800000, 5000], "
		"[1000000, 5000]] }",
		" bgp-prefix-sid [ 300, [ ( 800000,5000 ), ( 1000000,5000 ) ] ]" },
	{ 40, 0xc0, "05001E0001001A0020010DB8000000010000000000000000000013000900020102",
		"\"bgp-prefix-sid\": { \"l3-service\": [ { \"sid\": \"2001:db8:0:1::\", \"flags\": "
		"0, \"endpoint_behavior\": 19, \"sub-sub-tlv-9\": {\"type\": 9, \"raw\": \"0102\"} "
		"} ] }",
		" bgp-prefix-sid [ l3-service [ sid-information [ sid:2001:db8:0:1:: flags:0 "
		"endpoint_behavior:0x13  [ SRv6 Service Data Sub-Sub-TLV type 9 not implemented ] "
		"] ]" },
	{ 23, 0xc0, "000F00140D12000020010DB800000000000000000000000B",
		"\"tunnel-encap\": {\"sr-policy\": {\"binding-sid\": {\"type\": \"srv6\", \"sid\": "
		"\"2001:db8::b\"}}}",
		" tunnel-encap tunnel-encap [sr-policy {binding-sid srv6 2001:db8::b}]" },
	{ 23, 0xc0, "000F00098100060063702D310A",
		"\"tunnel-encap\": {\"sr-policy\": {\"candidate-path-name\": \"cp-1\\n\"}}",
		" tunnel-encap tunnel-encap [sr-policy {candidate-path-name \"cp-1\\n\"}]" },
	{ 0x63, 0xc0, "", "\"attribute-0x63-0xC0\": \"0x\"", " attribute [ 0x63 0xC0 0x ]" },
	{ 0x63, 0x80, "01", "", "" }, /* unknown and not transitive */
	/* what fails its check is not shown */
	{ 1, 0x40, "03", "", "" },
	{ 8, 0xc0, "000100", "", "" },
	{ 8, 0x40, "00010002", "", "" },
	{ 26, 0x80, "01", "", "" },
	{ 40, 0xc0, "0100060000000001", "", "" },
};

static void
values_are_shown(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		uint8_t value[256], list[300];
		struct wr w = wr_init(list, sizeof(list));
		struct buf json = { 0 }, text = { 0 };
		size_t n = strlen(shown[i].hex) / 2;

		assert_int_equal(hex_decode(shown[i].hex, n * 2, value), 0);
		attr_write(&w, shown[i].flags, shown[i].code, value, n);
		attrs_json(&json, list, wr_len(&w), &context, false);
		attrs_text(&text, list, wr_len(&w), &context);
		assert_string_equal(buf_cstr(&json), shown[i].json);
		assert_string_equal(buf_cstr(&text), shown[i].text);
		buf_fini(&json);
		buf_fini(&text);
	}
}

static void
attributes_are_shown_by_code(void **state)
{
	static const uint8_t list[] = { 0xc0, 8, 4, 0, 1, 0, 2, 0x80, 4, 4, 0, 0, 0, 5, 0x40, 3, 4,
		10, 0, 0, 1, 0x40, 1, 1, 0, 0x80, 4, 4, 0, 0, 0, 6 };
	struct buf out = { 0 };

	(void)state;
	attrs_json(&out, list, sizeof(list), &context, true);
	assert_string_equal(buf_cstr(&out), "\"origin\": \"igp\", \"next-hop\": \"10.0.0.1\", "
					    "\"med\": 5, \"community\": [ [ 1, 2 ] ]");
	buf_reset(&out);
	attrs_text(&out, list, sizeof(list), &context);
	assert_string_equal(buf_cstr(&out), " origin igp med 5 community 1:2");
	buf_fini(&out);
}

static void
header_forms(void **state)
{
	uint8_t out[400], value[300] = { 0 };
	struct wr w = wr_init(out, sizeof(out));
	struct attr a;
	struct attrset set;

	(void)state;
	attr_write(&w, 0x40, 1, value, 1);
	attr_write(&w, 0xc0, 0x63, value, 256);
	assert_int_equal(wr_len(&w), 4 + 4 + 256);
	assert_int_equal(out[4], 0xd0);
	set = (struct attrset){ .block = out, .len = (uint32_t)wr_len(&w) };
	assert_true(attr_find(&set, 0x63, &a));
	assert_int_equal(a.len, 256);
	assert_false(attr_find(&set, 2, &a));
	/* truncated at every byte: never past the end, always bad or at a boundary */
	for (size_t n = 0; n < wr_len(&w); n++) {
		struct rd r = rd_init(out, n);

		while (attr_next(&r, &a))
			assert_true(a.value + a.len <= out + n);
		assert_int_equal(rd_ok(&r), n == 0 || n == 4);
	}
	/* no room */
	w = wr_init(out, 10);
	attr_write(&w, 0xc0, 0x63, value, 20);
	assert_false(wr_ok(&w));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_shown),
		cmocka_unit_test(attributes_are_shown_by_code),
		cmocka_unit_test(header_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
