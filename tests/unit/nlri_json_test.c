/*
 * NLRI of every family from the wire: what decode() takes, what the printers show, and that no
 * truncation is read past its end or taken for something whole. The samples are those of
 * reference/events.md section 8.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/buf.h"
#include "common/xmalloc.h"
#include "proto/wire/family.h"
#include "proto/wire/nlri.h"
#include "tests/unit/wire_hex.h"

static const struct sample {
	const char *name;
	uint16_t afi;
	uint8_t safi;
	bool withdraw;
	const char *wire, *json, *text;
} samples[] = {
#define SAMPLE(name, afi, safi, withdraw, wire, json, text) \
	{ name, afi, safi, withdraw, wire, json, text },
#include "tests/unit/nlri_samples.def"
#undef SAMPLE
};

enum { N_SAMPLES = sizeof(samples) / sizeof(samples[0]), WIRE_MAX = 1024 };

/* Decodes a list; json: all of them, text: the first. The number of NLRI, or -1. */
static int
decode(const uint8_t *wire, size_t n, uint32_t family, const struct nlri_print *how,
	struct buf *json, struct buf *text, struct wire_error *err)
{
	struct rd r = rd_init(wire, n);
	struct nlri nlri;
	int count = 0, rv;

	while ((rv = nlri_next(&r, family, false, how->withdraw, &nlri, err)) == 0) {
		assert_int_equal(nlri.family, family);
		assert_true(nlri.bytes >= wire && nlri.bytes + nlri.len <= wire + n);
		if (count > 0)
			BUF_LIT(json, ", ");
		nlri_json(json, &nlri, how);
		if (count++ == 0)
			nlri_text(text, &nlri);
	}
	return rv == 1 ? count : -1;
}

static void
samples_print(void **state)
{
	(void)state;
	for (unsigned i = 0; i < N_SAMPLES; i++) {
		const struct sample *s = &samples[i];
		const struct nlri_print how = { .withdraw = s->withdraw };
		uint8_t wire[WIRE_MAX];
		size_t n = wire_hex(s->wire, wire, sizeof(wire));
		struct buf json = { 0 }, text = { 0 };
		struct wire_error err = { 0 };

		if (decode(wire, n, FAMILY(s->afi, s->safi), &how, &json, &text, &err) < 1)
			fail_msg("%s: %.*s", s->name, (int)err.len, (const char *)err.data);
		if (strcmp(buf_cstr(&json), s->json) != 0)
			fail_msg("%s:\n%s\nexpected\n%s", s->name, buf_cstr(&json), s->json);
		if (s->text != NULL && strcmp(buf_cstr(&text), s->text) != 0)
			fail_msg("%s:\n%s\nexpected\n%s", s->name, buf_cstr(&text), s->text);
		buf_fini(&json);
		buf_fini(&text);
	}
}

/* Every cut gives an error, or fewer NLRI (the cut fell between two); never a crash. */
static void
truncations(void **state)
{
	const struct nlri_print how = { 0 };

	(void)state;
	for (unsigned i = 0; i < N_SAMPLES; i++) {
		uint8_t wire[WIRE_MAX];
		uint32_t family = FAMILY(samples[i].afi, samples[i].safi);
		size_t n = wire_hex(samples[i].wire, wire, sizeof(wire));
		struct buf json = { 0 }, text = { 0 };
		struct wire_error err = { 0 };
		int whole = decode(wire, n, family, &how, &json, &text, &err);

		for (size_t cut = 0; cut < n; cut++) {
			uint8_t *exact = xmalloc(cut + 1); /* a sanitizer sees a read past cut */
			int got;

			memcpy(exact, wire, cut);
			err = (struct wire_error){ 0 };
			got = decode(exact, cut, family, &how, &json, &text, &err);
			if (got == -1)
				assert_true(whole == -1 || (err.code == 3 && err.subcode != 0));
			free(exact);
		}
		buf_fini(&json);
		buf_fini(&text);
	}
}

static void
refusals(void **state)
{
	static const struct {
		uint32_t family;
		const char *wire;
		uint8_t subcode;
		const char *text;
	} rows[] = {
		{ FAMILY(1, 1), "21C0000200", 10, "invalid mask 33 in NLRI prefix for ipv4" },
		{ FAMILY(1, 4), "30003200C00002", 10,
			"the label stack of the NLRI never ends: no bottom of stack bit" },
		{ FAMILY(1, 128), "700032010000FDE8", 10,
			"not enough data to extract the route distinguisher of the NLRI" },
		{ FAMILY(25, 65), "00100000FDE8000000640005000100080001", 10,
			"l2vpn vpls length is 16, it needs at least 17" },
		{ FAMILY(25, 65), "00", 10, "VPLS NLRI too short: need at least 2 bytes, got 1" },
		{ FAMILY(25, 70), "011800010A0000010064001122334455667788990000000A0001", 10,
			"Ethernet A-D EVPN NLRI has a truncated label stack" },
		{ FAMILY(25, 70),
			"022100010A0000010064000000000000000000000000000038AABBCCDDEEFF00003201", 5,
			"invalid MAC Address length in MAC/IP advertisement" },
		{ FAMILY(25, 70),
			"022400010A0000010064001122334455667788990000000A30AABBCCDDEEFF18C000020032"
			"01",
			5,
			"IP field length is given as 24 bits in MAC/IP advertisement, expecting 0, "
			"32 "
			"(IPv4) or 128 (IPv6)" },
		{ FAMILY(25, 70), "0103AA", 10, "EVPN NLRI truncated: need 5 bytes, got 3" },
		{ FAMILY(1, 5), "050D00010A0000010064200A010101", 5,
			"Unsupported Source Active A-D route length (13 bytes)." },
		{ FAMILY(1, 85), "0100010500010A0000", 10,
			"InterworkSegmentDiscoveryRoute MUP NLRI is too short: need at least 13 "
			"bytes, got 9" },
		{ FAMILY(1, 85), "0100020B00010A00000100640A0909", 5,
			"Invalid IP size, expect 4 or 16 octets. got 3" },
		{ FAMILY(1, 85), "0100010D00010A000001006421C000020000", 10,
			"mup isd prefix length is 33 bits, more than the 32 of an ipv4 address" },
		{ FAMILY(1, 73), "0C0000000100000002C0000201", 10,
			"SR Policy NLRI invalid length: got 12 bits, expected 96 for AFI ipv4" },
		{ FAMILY(1, 132), "C80000FDE80002FC0000000064", 10,
			"incorrect RTC length: 200 (should be >=32,<=96)" },
		{ FAMILY(1, 133), "050118C0", 10, "Flow NLRI truncated: need 5 bytes, got 3" },
		{ FAMILY(16388, 71),
			"0001001F09000000000000000001000012020000040000FDE802030006000000000001",
			10, "Protocol-ID 9 is not valid" },
		{ FAMILY(16388, 71),
			"0001001B0200000000000000000100000E020000040000FDE8025700020102", 10,
			"unknown node descriptor sub-tlv (node-type: 599, igp: 2)" },
		{ FAMILY(16388, 71),
			"0003001F02000000000000000001000012020000040000FDE802030006000000000001",
			10,
			"BGP-LS bgpls-prefix-v4 NLRI is missing the IP Reachability Information "
			"TLV" },
		{ FAMILY(16388, 71),
			"0001001F02000000000000000001000012020000040000FDE802030006000000", 10,
			"BGP-LS NLRI truncated: need 35 bytes, got 32" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t wire[WIRE_MAX];
		struct rd r = rd_init(wire, wire_hex(rows[i].wire, wire, sizeof(wire)));
		struct wire_error err = { 0 };
		struct nlri nlri;

		assert_int_equal(nlri_next(&r, rows[i].family, false, false, &nlri, &err), -1);
		err.data[err.len < sizeof(err.data) ? err.len : sizeof(err.data) - 1] = '\0';
		assert_string_equal((const char *)err.data, rows[i].text);
		assert_int_equal(err.code, 3);
		assert_int_equal(err.subcode, rows[i].subcode);
	}
}

/* A rule that can not be read is left out, the next one counts. */
static void
unreadable_flow_is_skipped(void **state)
{
	const struct nlri_print how = { 0 };
	struct buf json = { 0 }, text = { 0 };
	struct wire_error err = { 0 };
	uint8_t wire[64];
	size_t n = wire_hex("03 63 81 06 03 03 01 06 03 03 81 11", wire, sizeof(wire));

	(void)state;
	assert_int_equal(decode(wire, n, FAMILY(1, 133), &how, &json, &text, &err), 1);
	assert_string_equal(buf_cstr(&text), "flow protocol =udp");
	buf_fini(&json);
	buf_fini(&text);
}

/* A two-byte length of 256 and more is read as RFC 8955 4.1 has it. */
static void
long_flow(void **state)
{
	const struct nlri_print how = { 0 };
	struct buf json = { 0 }, text = { 0 };
	struct wire_error err = { 0 };
	uint8_t wire[2 + 1 + 3 * 101] = { 0xf1, 0x30, 4 };

	(void)state;
	for (unsigned i = 0; i < 101; i++) {
		wire[3 + 3 * i] = i == 100 ? 0x91 : 0x11;
		wire[4 + 3 * i] = 4;
		wire[5 + 3 * i] = (uint8_t)i;
	}
	assert_int_equal(decode(wire, sizeof(wire), FAMILY(1, 133), &how, &json, &text, &err), 1);
	assert_non_null(strstr(buf_cstr(&text), "=1024 =1025"));
	buf_fini(&json);
	buf_fini(&text);
}

static bool
same(uint32_t family, const char *a, const char *b)
{
	uint8_t wire_a[256], wire_b[256];
	struct rd ra = rd_init(wire_a, wire_hex(a, wire_a, sizeof(wire_a)));
	struct rd rb = rd_init(wire_b, wire_hex(b, wire_b, sizeof(wire_b)));
	struct nlri na, nb;

	assert_int_equal(nlri_next(&ra, family, false, false, &na, NULL), 0);
	assert_int_equal(nlri_next(&rb, family, false, false, &nb, NULL), 0);
	if (nlri_same(&na, &nb))
		assert_int_equal(nlri_hash(&na), nlri_hash(&nb));
	return nlri_same(&na, &nb);
}

static void
identity(void **state)
{
	(void)state;
	/* Labels do not count, the distinguisher does. */
	assert_true(same(FAMILY(1, 4), "30003201C00002", "30000651C00002"));
	assert_true(same(FAMILY(1, 128), "700032010000FDE800000064C00002",
		"880032000001010000FDE800000064C00002"));
	assert_false(same(FAMILY(1, 128), "700032010000FDE800000064C00002",
		"700032010000FDE800000065C00002"));
	/* MUP type 1 session: distinguisher and prefix. */
	assert_true(same(FAMILY(1, 85), "0100031700010A000001006420C00002010000303909200A000005",
		"0100031700010A000001006420C00002010000000109200A000006"));
	assert_false(same(FAMILY(1, 85), "0100031700010A000001006420C00002010000303909200A000005",
		"0100031700010A000001006420C00002020000303909200A000005"));
	/* Everything else: the bytes. */
	assert_false(same(FAMILY(1, 85), "0100010C00010A000001006418C00002",
		"0100010C00010A000001006418C00003"));
}

/* Next-hop members of the v4 API (events.md section 4). */
static void
v4_members(void **state)
{
	struct nlri_print how = { .v4 = true, .nexthop = "10.0.0.9" };
	struct buf json = { 0 }, text = { 0 };
	struct wire_error err = { 0 };
	uint8_t wire[128];
	size_t n = wire_hex("050118C00002", wire, sizeof(wire));

	(void)state;
	assert_int_equal(decode(wire, n, FAMILY(1, 133), &how, &json, &text, &err), 1);
	assert_string_equal(buf_cstr(&json),
		"{\"destination-ipv4\": [ \"192.0.2.0/24\" ], \"next-hop\": \"10.0.0.9\", "
		"\"string\": \"flow destination-ipv4 192.0.2.0/24\" }");
	buf_reset(&json);
	n = wire_hex("0001000D02000000000000000001000000", wire, sizeof(wire));
	assert_int_equal(decode(wire, n, FAMILY(16388, 71), &how, &json, &text, &err), 1);
	assert_non_null(strstr(buf_cstr(&json), "\"node-descriptors\": [  ], \"nexthop\": "));
	buf_reset(&json);
	how.withdraw = true;
	assert_int_equal(decode(wire, n, FAMILY(16388, 71), &how, &json, &text, &err), 1);
	assert_null(strstr(buf_cstr(&json), "nexthop"));
	buf_fini(&json);
	buf_fini(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_print),
		cmocka_unit_test(truncations),
		cmocka_unit_test(refusals),
		cmocka_unit_test(unreadable_flow_is_skipped),
		cmocka_unit_test(long_flow),
		cmocka_unit_test(identity),
		cmocka_unit_test(v4_members),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
