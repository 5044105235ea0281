/*
 * UPDATE as JSON and text, byte for byte (reference/events.md 5.6, 7.1-7.6, 9.10), and that both
 * are well-formed for messages with every byte changed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "proto/wire/family.h"
#include "proto/wire/update.h"
#include "tests/fuzz/json_check.h"
#include "tests/unit/wire_hex.h"

static const struct update_session session = {
	.attrs = { .asn4 = true, .ibgp = true, .generic = true },
	.families = UINT32_MAX,
};

#define ATTRS "40010100 400200 4003040A000001 40050400000064"
#define MP6   "800E1C0002011020010DB8000000000000000000000001003020010DB80001"

static const struct sample {
	const char *body, *json, *text;
} samples[] = {
	{ "0000 0015" ATTRS "18C00002",
		"\"update\": { \"attribute\": { \"origin\": \"igp\", \"local-preference\": 100 }, "
		"\"announce\": { \"ipv4 unicast\": { \"10.0.0.1\": [ { \"nlri\": \"192.0.2.0/24\" "
		"} ] } } }",
		"P announced 192.0.2.0/24 next-hop 10.0.0.1 origin igp local-preference 100\n" },
	{ "0000 0015" ATTRS "18C00002 19C6336480",
		"\"update\": { \"attribute\": { \"origin\": \"igp\", \"local-preference\": 100 }, "
		"\"announce\": { \"ipv4 unicast\": { \"10.0.0.1\": [ { \"nlri\": \"192.0.2.0/24\" "
		"}, { \"nlri\": \"198.51.100.128/25\" } ] } } }",
		"P announced 192.0.2.0/24 next-hop 10.0.0.1 origin igp local-preference 100\n"
		"P announced 198.51.100.128/25 next-hop 10.0.0.1 origin igp local-preference "
		"100\n" },
	{ "0004 18CB0071 0000",
		"\"update\": { \"withdraw\": { \"ipv4 unicast\": [ { \"nlri\": \"203.0.113.0/24\" "
		"} ] } }",
		"P withdrawn 203.0.113.0/24\n" },
	{ "0004 18CB0071 0015" ATTRS "18C00002",
		"\"update\": { \"attribute\": { \"origin\": \"igp\", \"next-hop\": \"10.0.0.1\", "
		"\"local-preference\": 100 }, \"announce\": { \"ipv4 unicast\": { \"10.0.0.1\": [ "
		"{ \"nlri\": \"192.0.2.0/24\" } ] } }, \"withdraw\": { \"ipv4 unicast\": [ { "
		"\"nlri\": \"203.0.113.0/24\" } ] } }",
		"P announced 192.0.2.0/24 next-hop 10.0.0.1 origin igp local-preference 100\n"
		"P withdrawn 203.0.113.0/24\n" },
	{ "0000 0015" ATTRS,
		"\"update\": { \"attribute\": { \"origin\": \"igp\", \"local-preference\": 100 } }",
		"" },
	{ "0000 0003 400200", "\"update\": { \"attribute\": {  } }", "" },
	{ "0000 0007 4003040A000001", "\"update\": { \"attribute\": {  } }", "" },
	{ "0000 0000 18C00002",
		"\"update\": { \"announce\": { \"ipv4 unicast\": { \"no-nexthop\": [ { \"nlri\": "
		"\"192.0.2.0/24\" } ] } } }",
		"P announced 192.0.2.0/24 next-hop no-nexthop\n" },
	{ "0000 0034" ATTRS MP6 "18C00002",
		"\"update\": { \"attribute\": { \"origin\": \"igp\", \"local-preference\": 100 }, "
		"\"announce\": { \"ipv4 unicast\": { \"10.0.0.1\": [ { \"nlri\": \"192.0.2.0/24\" "
		"} ] }, \"ipv6 unicast\": { \"2001:db8::1\": [ { \"nlri\": \"2001:db8:1::/48\" } ] "
		"} } }",
		"P announced 192.0.2.0/24 next-hop 10.0.0.1 origin igp local-preference 100\n"
		"P announced 2001:db8:1::/48 next-hop 2001:db8::1 origin igp local-preference "
		"100\n" },
	/* MP_REACH of ipv4 unicast beside body NLRI: another next hop, and the same */
	{ "0000 0025" ATTRS "800E0D000101040A0000090018C00003 18C00002",
		"\"update\": { \"attribute\": { \"origin\": \"igp\", \"local-preference\": 100 }, "
		"\"announce\": { \"ipv4 unicast\": { \"10.0.0.1\": [ { \"nlri\": \"192.0.2.0/24\" "
		"} ], \"10.0.0.9\": [ { \"nlri\": \"192.0.3.0/24\" } ] } } }",
		"P announced 192.0.2.0/24 next-hop 10.0.0.1 origin igp local-preference 100\n"
		"P announced 192.0.3.0/24 next-hop 10.0.0.9 origin igp local-preference 100\n" },
	{ "0000 0025" ATTRS "800E0D000101040A0000010018C00003 18C00002",
		"\"update\": { \"attribute\": { \"origin\": \"igp\", \"local-preference\": 100 }, "
		"\"announce\": { \"ipv4 unicast\": { \"10.0.0.1\": [ { \"nlri\": \"192.0.2.0/24\" "
		"}, { \"nlri\": \"192.0.3.0/24\" } ] } } }",
		"P announced 192.0.2.0/24 next-hop 10.0.0.1 origin igp local-preference 100\n"
		"P announced 192.0.3.0/24 next-hop 10.0.0.1 origin igp local-preference 100\n" },
	/* treat-as-withdraw: beside what is withdrawn anyway */
	{ "0004 18CB0071 001B" ATTRS "C00803000100 18C00002",
		"\"update\": { \"attribute\": { \"origin\": \"igp\", \"next-hop\": \"10.0.0.1\", "
		"\"local-preference\": 100 }, \"withdraw\": { \"ipv4 unicast\": [ { \"nlri\": "
		"\"203.0.113.0/24\" }, { \"nlri\": \"192.0.2.0/24\" } ] } }",
		"P withdrawn 203.0.113.0/24\nP withdrawn 192.0.2.0/24\n" },
	/* partial bit, non-transitive ones hidden */
	{ "0000 0008 C06301AA 806401BB 18C00002",
		"\"update\": { \"attribute\": { \"attribute-0x63-0xE0\": \"0xaa\" }, \"announce\": "
		"{ \"ipv4 unicast\": { \"no-nexthop\": [ { \"nlri\": \"192.0.2.0/24\" } ] } } }",
		"P announced 192.0.2.0/24 next-hop no-nexthop attribute [ 0x63 0xE0 0xaa ]\n" },
	/* End-of-RIB */
	{ "0000 0000", "\"eor\": { \"afi\" : \"ipv4\", \"safi\" : \"unicast\" }",
		"P route eor 1/1 (ipv4 unicast)\n" },
	{ "0000 0007 900F0003001946", "\"eor\": { \"afi\" : \"l2vpn\", \"safi\" : \"evpn\" }",
		"P route eor 25/70 (l2vpn evpn)\n" },
};

static void
messages_are_shown(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		uint8_t body[512];
		size_t n = wire_hex(samples[i].body, body, sizeof(body));
		const struct nlri_print how = { 0 };
		struct update u;
		struct buf json = { 0 }, text = { 0 };

		assert_int_equal(update_decode(body, n, &session, &u), 0);
		update_json(&json, &u, &session, &how);
		update_text(&text, &u, &session, "P");
		assert_string_equal(buf_cstr(&json), samples[i].json);
		assert_string_equal(buf_cstr(&text), samples[i].text);
		buf_fini(&json);
		buf_fini(&text);
	}
}

static void
print_body(const char *hex, const struct update_session *s, bool compact, struct buf *out)
{
	uint8_t body[512];
	size_t n = wire_hex(hex, body, sizeof(body));
	const struct nlri_print how = { .compact = compact };
	struct update u;

	buf_reset(out);
	assert_int_equal(update_decode(body, n, s, &u), 0);
	update_json(out, &u, s, &how);
}

static void
compact_and_addpath(void **state)
{
	struct update_session s = session;
	struct buf out = { 0 };

	(void)state;
	print_body("0004 18CB0071 0007 4003040A000001 18C00002 18C00003", &s, true, &out);
	assert_string_equal(buf_cstr(&out),
		"\"update\": { \"attribute\": { \"next-hop\": \"10.0.0.1\" }, \"announce\": { "
		"\"ipv4 unicast\": { \"10.0.0.1\": [ \"192.0.2.0/24\", \"192.0.3.0/24\" ] } }, "
		"\"withdraw\": { \"ipv4 unicast\": [ \"203.0.113.0/24\" ] } }");
	s.addpath_rx = family_bit(IPV4_UNICAST);
	print_body("0000 0007 4003040A000001 0000000118C00002 0102030418C00002", &s, true, &out);
	assert_string_equal(buf_cstr(&out),
		"\"update\": { \"attribute\": {  }, \"announce\": { \"ipv4 unicast\": { "
		"\"10.0.0.1\": [ { \"nlri\": \"192.0.2.0/24\", \"path-information\": \"0.0.0.1\" "
		"}, { \"nlri\": \"192.0.2.0/24\", \"path-information\": \"1.2.3.4\" } ] } } }");
	buf_fini(&out);
}

static void
two_byte_sessions_show_merged_paths(void **state)
{
	struct update_session s = session;
	struct buf out = { 0 };

	(void)state;
	s.attrs.asn4 = false;
	print_body("0000 0021 4002080203FC005BA05BA0 C0110A0202FA56EA00FA56EA01 C007065BA00A090807 "
		   "18C00002",
		&s, false, &out);
	assert_non_null(
		strstr(buf_cstr(&out), "\"as-path\": {\"0\": {\"element\": \"as-sequence\", "
				       "\"value\": [64512, 4200000000, 4200000001]}}"));
	assert_non_null(strstr(buf_cstr(&out), "\"aggregator\": \"23456:10.9.8.7\""));
	buf_fini(&out);
}

/* Each byte of a rich message replaced by a few others: whatever is accepted prints as JSON. */
static void
changed_bytes_still_give_json(void **state)
{
	static const char message[] =
		"0004 18CB0071 0071" ATTRS "400210 02020000FC00FA56EA00 01010000 0001"
		"C00808FFFFFF0100010002 C0101080060000461600000002FDE800000001"
		"C0200C000000010000000200000003 C0280A0100070000000000012C"
		"C0170C000F00080C060000000000C8 18C00002";
	static const uint8_t with[] = { 0, 1, 2, 0x10, 0x40, 0x7f, 0x80, 0xc0, 0xff };
	uint8_t body[512];
	size_t n = wire_hex(message, body, sizeof(body));
	const struct nlri_print how = { 0 };
	struct buf out = { 0 };

	struct update first;

	(void)state;
	assert_int_equal(update_decode(body, n, &session, &first), 0);
	assert_int_equal(first.verdict, WIRE_OK);
	for (size_t at = 0; at < n; at++) {
		uint8_t old = body[at];

		for (size_t i = 0; i < sizeof(with); i++) {
			struct update u;

			body[at] = with[i];
			if (update_decode(body, n, &session, &u) == -1)
				continue;
			buf_reset(&out);
			BUF_LIT(&out, "{ ");
			update_json(&out, &u, &session, &how);
			BUF_LIT(&out, " }");
			assert_true(json_is_valid(out.data, out.len));
			buf_reset(&out);
			update_text(&out, &u, &session, "P");
		}
		body[at] = old;
	}
	buf_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_are_shown),
		cmocka_unit_test(compact_and_addpath),
		cmocka_unit_test(two_byte_sessions_show_merged_paths),
		cmocka_unit_test(changed_bytes_still_give_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
