/* The BGP-LS attribute as JSON and text (reference/events.md section 11), and what drops it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "common/buf.h"
#include "proto/wire/attr.h"
#include "tests/unit/wire_hex.h"

static const struct attr_context context = { .asn4 = true, .generic = true };

static const struct {
	const char *value, *json, *text;
} samples[] = {
	{ "0102 0008 00000007 00000009",
		"\"link-local-remote-identifiers\": {\"local-id\": 7, \"remote-id\": 9}",
		"Link Local/Remote Identifiers: {'local-id': 7, 'remote-id': 9}" },
	{ "0400 0001 A8",
		"\"node-flags\": {\"O\": 1, \"T\": 0, \"E\": 1, \"B\": 0, \"R\": 1, \"V\": 0, "
		"\"RSV\": 0}",
		"Node Flags: {'O': 1, 'T': 0, 'E': 1, 'B': 0, 'R': 1, 'V': 0, 'RSV': 0}" },
	{ "0402 000C 636166C3A9202271225C200A", "\"node-name\": \"caf\\u00e9 \\\"q\\\"\\\\ \\n\"",
		"Node Name: caf\xc3\xa9 \"q\"\\ \\n" },
	{ "0441 0004 4CEE6B28", "\"maximum-link-bandwidth\": 125000000.0",
		"Maximum link bandwidth: 125000000.0" },
	{ "0441 0004 3DCCCCCD", "\"maximum-link-bandwidth\": 0.10000000149011612",
		"Maximum link bandwidth: 0.10000000149011612" },
	{ "0441 0004 5A0E1BCA", "\"maximum-link-bandwidth\": 1.0000000272564224e+16",
		"Maximum link bandwidth: 1.0000000272564224e+16" },
	{ "0441 0004 00000000", "\"maximum-link-bandwidth\": 0.0", "Maximum link bandwidth: 0.0" },
	{ "0441 0004 3727C5AC", "\"maximum-link-bandwidth\": 9.999999747378752e-06",
		"Maximum link bandwidth: 9.999999747378752e-06" },
	{ "0441 0004 7F800000", "\"maximum-link-bandwidth\": null", "Maximum link bandwidth: inf" },
	{ "0445 0002 0100",
		"\"link-protection-flags\": {\"ExtraTrafic\": 1, \"Unprotected\": 0, \"Shared\": "
		"0, \"Dedicated 1:1\": 0, \"Dedicated 1+1\": 0, \"Enhanced\": 0, \"RSV\": 0}",
		"Link protection mask: {'ExtraTrafic': 1, 'Unprotected': 0, 'Shared': 0, "
		"'Dedicated 1:1': 0, 'Dedicated 1+1': 0, 'Enhanced': 0, 'RSV': 0}" },
	{ "040E 0004 40000000", "\"srv6-capabilities\": {\"flags\": {\"O\": 1}}",
		"flags: {'O': 1}" },
	{ "044B 0007 20050000003E80",
		"\"sr-adjs\": [{\"flags\": {\"F\": 0, \"B\": 0, \"V\": 1, \"L\": 0, \"S\": 0, "
		"\"P\": 0, \"RSV\": 0}, \"sids\": [], \"weight\": 5, \"undecoded-sids\": "
		"[\"0x003E80\"]}]",
		"adj_flags: {'F': 0, 'B': 0, 'V': 1, 'L': 0, 'S': 0, 'P': 0, 'RSV': 0}, sids: [], "
		"undecoded_sid ('0x003E80',)" },
	{ "0454 001A 003B200005000A000002FC000000000000000000000000000001",
		"\"srv6-lan-endx-ospf\": [{\"flags\": {\"B\": 0, \"S\": 0, \"P\": 1, \"RSV\": 0}, "
		"\"neighbor-id\": \"10.0.0.2\", \"behavior\": 59, \"algorithm\": 0, \"weight\": 5, "
		"\"sid\": \"fc00::1\"}]",
		"behavior: 59, neighbor-id: 10.0.0.2, flags: {'B': 0, 'S': 0, 'P': 1, 'RSV': 0}, "
		"algorithm: 0, weight: 5, sid: fc00::1" },
	/* collected members come first, both router-id TLVs under one key */
	{ "0444 0004 0000000A 0404 0004 0A000001 0402 0002 7231 0405 0010 "
	  "20010DB8000000000000000000000001",
		"\"local-router-ids\": [\"10.0.0.1\", \"2001:db8::1\"], \"te-metric\": 10, "
		"\"node-name\": \"r1\"",
		"TE Default Metric: 10, Local Router IDs: 10.0.0.1, Node Name: r1, Local Router "
		"IDs: 2001:db8::1" },
	{ "0FA0 0001 01 0FA0 0001 02", "\"generic-lsid-4000\": [\"0x01\", \"0x02\"]",
		"Attribute with code [ 4000 ] not implemented, Attribute with code [ 4000 ] not "
		"implemented" },
	{ "0000 0000 0000 0001 02", "\"generic-lsid-0\": [\"0x\", \"0x02\"]",
		"Attribute with code [ 0 ] not implemented, Attribute with code [ 0 ] not "
		"implemented" },
};

static void
show(const char *hex, struct buf *json, struct buf *text)
{
	uint8_t value[512], list[600];
	size_t n = wire_hex(hex, value, sizeof(value));
	struct wr w = wr_init(list, sizeof(list));

	buf_reset(json);
	buf_reset(text);
	attr_write(&w, ATTR_F_OPTIONAL, ATTR_BGPLS, value, n);
	attrs_json(json, list, wr_len(&w), &context, false);
	attrs_text(text, list, wr_len(&w), &context);
}

static void
tlvs_are_shown(void **state)
{
	struct buf json = { 0 }, text = { 0 }, want = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		show(samples[i].value, &json, &text);
		buf_reset(&want);
		buf_printf(&want, "\"bgp-ls\": { %s }", samples[i].json);
		assert_string_equal(buf_cstr(&json), buf_cstr(&want));
		buf_reset(&want);
		buf_printf(&want, " bgp-ls %s", samples[i].text);
		assert_string_equal(buf_cstr(&text), buf_cstr(&want));
	}
	buf_fini(&json);
	buf_fini(&text);
	buf_fini(&want);
}

static void
malformed_ones_vanish(void **state)
{
	static const char *const bad[] = {
		"04",
		"0400 0002 A8",
		"0400 0002 A8A8",
		"0402 0002 7231 0402 0002 7231",
		"0447 0004 00000001",
		"0404 0005 0A00000100",
		"0448 0003 000001",
		"0403 0000",
		"040A 0001 C0",
		"040A 0009 C000001F4004890003",
		"0486 0007 40000000000007",
		"0452 0015 0039E0000500FC0000000001E00100000000000000",
		"0452 001B 0039E0000500FC0000000001E001000000000000000004E40001",
		"0452 001B 0039E0000500FC0000000001E001000000000000000004E4000120",
	};
	struct buf json = { 0 }, text = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		show(bad[i], &json, &text);
		assert_int_equal(json.len, 0);
		assert_int_equal(text.len, 0);
	}
	buf_fini(&json);
	buf_fini(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tlvs_are_shown),
		cmocka_unit_test(malformed_ones_vanish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
