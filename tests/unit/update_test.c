/*
 * update_decode(): RFC 7606 - every attribute with wrong flags and wrong lengths -, message
 * structure, MP attributes and their texts (reference/wire.md 8), End-of-RIB, truncation at every
 * byte, walking the NLRI.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/family.h"
#include "proto/wire/update.h"
#include "tests/unit/update_body.h"

#define BASE "40010100 400200 4003040A000001 40050400000064 "

/* code, right flags, a good value, verdicts for wrong flags and for a value one byte longer */
static const struct row {
	uint8_t code, flags;
	const char *good;
	enum wire_verdict flag_verdict, long_verdict, zero_verdict;
} rows[] = {
	{ 1, 0x40, "00", WIRE_TREAT_AS_WITHDRAW, WIRE_TREAT_AS_WITHDRAW, WIRE_TREAT_AS_WITHDRAW },
	{ 2, 0x40, "020100000001", WIRE_TREAT_AS_WITHDRAW, WIRE_TREAT_AS_WITHDRAW, WIRE_OK },
	{ 3, 0x40, "0A000001", WIRE_TREAT_AS_WITHDRAW, WIRE_TREAT_AS_WITHDRAW,
		WIRE_TREAT_AS_WITHDRAW },
	{ 4, 0x80, "00000001", WIRE_TREAT_AS_WITHDRAW, WIRE_TREAT_AS_WITHDRAW,
		WIRE_TREAT_AS_WITHDRAW },
	{ 5, 0x40, "00000064", WIRE_TREAT_AS_WITHDRAW, WIRE_TREAT_AS_WITHDRAW,
		WIRE_TREAT_AS_WITHDRAW },
	{ 6, 0x40, "", WIRE_TREAT_AS_WITHDRAW, WIRE_DISCARD_ATTR, WIRE_OK },
	{ 7, 0xc0, "0000FDE801020304", WIRE_TREAT_AS_WITHDRAW, WIRE_DISCARD_ATTR,
		WIRE_DISCARD_ATTR },
	{ 8, 0xc0, "00010002", WIRE_TREAT_AS_WITHDRAW, WIRE_TREAT_AS_WITHDRAW,
		WIRE_TREAT_AS_WITHDRAW },
	{ 9, 0x80, "0A010101", WIRE_TREAT_AS_WITHDRAW, WIRE_TREAT_AS_WITHDRAW,
		WIRE_TREAT_AS_WITHDRAW },
	{ 10, 0x80, "0A010101", WIRE_TREAT_AS_WITHDRAW, WIRE_TREAT_AS_WITHDRAW,
		WIRE_TREAT_AS_WITHDRAW },
	{ 16, 0xc0, "0002FDE800000001", WIRE_TREAT_AS_WITHDRAW, WIRE_TREAT_AS_WITHDRAW,
		WIRE_TREAT_AS_WITHDRAW },
	{ 17, 0xc0, "020100000001", WIRE_DISCARD_ATTR, WIRE_DISCARD_ATTR, WIRE_OK },
	{ 18, 0xc0, "0000FDE801020304", WIRE_DISCARD_ATTR, WIRE_DISCARD_ATTR, WIRE_DISCARD_ATTR },
	{ 22, 0xc0, "0000000000", WIRE_TREAT_AS_WITHDRAW, WIRE_OK, WIRE_TREAT_AS_WITHDRAW },
	{ 23, 0xc0, "00080001FF", WIRE_TREAT_AS_WITHDRAW, WIRE_TREAT_AS_WITHDRAW,
		WIRE_TREAT_AS_WITHDRAW },
	{ 25, 0xc0, "000C20010DB80000000000000000000000010000", WIRE_TREAT_AS_WITHDRAW,
		WIRE_TREAT_AS_WITHDRAW, WIRE_TREAT_AS_WITHDRAW },
	{ 26, 0x80, "01000B0000000000000064", WIRE_DISCARD_ATTR, WIRE_DISCARD_ATTR,
		WIRE_DISCARD_ATTR },
	{ 29, 0x80, "040200027231", WIRE_DISCARD_ATTR, WIRE_DISCARD_ATTR, WIRE_DISCARD_ATTR },
	{ 32, 0xc0, "000000010000000200000003", WIRE_TREAT_AS_WITHDRAW, WIRE_TREAT_AS_WITHDRAW,
		WIRE_TREAT_AS_WITHDRAW },
	{ 35, 0xc0, "0000FDE8", WIRE_TREAT_AS_WITHDRAW, WIRE_TREAT_AS_WITHDRAW,
		WIRE_TREAT_AS_WITHDRAW },
	{ 40, 0xc0, "0100070000000000012C", WIRE_DISCARD_ATTR, WIRE_DISCARD_ATTR,
		WIRE_DISCARD_ATTR },
};

static enum wire_verdict
verdict_of(uint8_t code, uint8_t flags, const char *value, const struct update_session *s)
{
	char attributes[4096];
	struct update u;

	snprintf(attributes, sizeof(attributes), "%02X%02X%02X%s C8E001AA", flags, code,
		(unsigned)strlen(value) / 2, value);
	if (decode("", attributes, "18C00002", s, &u) == -1)
		return WIRE_RESET_SESSION;
	/* the attribute after it is read whatever happens */
	assert_int_equal(u.dropped[200 / 32] >> (200 % 32) & 1, 0);
	assert_int_equal(u.dropped[code / 32] >> (code % 32) & 1, u.verdict != WIRE_OK);
	assert_true((u.verdict == WIRE_OK) == (u.reason[0] == '\0'));
	return u.verdict;
}

static void
every_attribute_has_its_verdict(void **state)
{
	char longer[128];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];

		assert_int_equal(verdict_of(row->code, row->flags, row->good, &ibgp), WIRE_OK);
		assert_int_equal(
			verdict_of(row->code, row->flags | 0x20, row->good, &ibgp), WIRE_OK);
		for (unsigned bits = 0; bits < 4; bits++)
			if (bits << 6 != row->flags)
				assert_int_equal(verdict_of(row->code, (uint8_t)(bits << 6),
							 row->good, &ibgp),
					row->flag_verdict);
		snprintf(longer, sizeof(longer), "%s01", row->good);
		assert_int_equal(
			verdict_of(row->code, row->flags, longer, &ibgp), row->long_verdict);
		assert_int_equal(verdict_of(row->code, row->flags, "", &ibgp), row->zero_verdict);
	}
}

/* Every length from 0 to 260 of every attribute, extended or not: a verdict, never a reset. */
static void
every_length_is_survived(void **state)
{
	char attributes[2048];
	struct update u;

	(void)state;
	for (unsigned code = 0; code < 256; code++) {
		const struct attr_codec *row = attr_codec((uint8_t)code);

		if (code == ATTR_MP_REACH || code == ATTR_MP_UNREACH)
			continue;
		for (unsigned n = 0; n < 260; n += n < 40 ? 1 : 43) {
			int at = snprintf(attributes, sizeof(attributes), "%02X%02X%04X",
				(row != NULL ? row->flags : 0xc0u) | 0x10, code, n);

			memset(attributes + at, '0' + (int)(n % 3), n * 2);
			attributes[at + (int)n * 2] = '\0';
			assert_int_equal(decode("", attributes, "18C00002", &as2, &u), 0);
			assert_true(u.verdict <= WIRE_TREAT_AS_WITHDRAW);
		}
	}
}

static void
external_peers_iBGP_attributes_are_only_dropped(void **state)
{
	(void)state;
	assert_int_equal(verdict_of(5, 0x40, "000064", &ebgp), WIRE_DISCARD_ATTR);
	assert_int_equal(verdict_of(9, 0x80, "000064", &ebgp), WIRE_DISCARD_ATTR);
	assert_int_equal(verdict_of(10, 0x80, "000064", &ebgp), WIRE_DISCARD_ATTR);
	assert_int_equal(verdict_of(26, 0x80, "01000B0000000000000064", &ebgp), WIRE_DISCARD_ATTR);
}

struct walk {
	unsigned announced, withdrawn;
	uint8_t nexthop_len;
};

static bool
walk_one(void *owner, bool announce, const struct nlri *nlri, const uint8_t *nexthop, uint8_t len)
{
	struct walk *w = owner;

	(void)nlri, (void)nexthop;
	if (announce) {
		w->announced++;
		w->nexthop_len = len;
	} else {
		w->withdrawn++;
	}
	return w->announced + w->withdrawn < 3;
}

static void
treat_as_withdraw_withdraws(void **state)
{
	struct update u;
	struct walk w = { 0 };

	(void)state;
	assert_int_equal(decode("", BASE "C00803000100", "18C00002 18C00003", &ibgp, &u), 0);
	assert_int_equal(u.verdict, WIRE_TREAT_AS_WITHDRAW);
	assert_string_equal(u.reason, "community: length 3");
	update_each(&u, &ibgp, walk_one, &w);
	assert_int_equal(w.announced, 0);
	assert_int_equal(w.withdrawn, 2);
	w = (struct walk){ 0 };
	assert_int_equal(decode("18CB0071", BASE, "18C00002 18C00003 18C00004", &ibgp, &u), 0);
	update_each(&u, &ibgp, walk_one, &w);
	assert_int_equal(w.announced + w.withdrawn, 3); /* stopped */
	assert_int_equal(w.withdrawn, 1);
}

/* Malformed, and nothing announced: RFC 7606 5.2. */
static void
nothing_to_withdraw_resets(void **state)
{
	struct update u;

	(void)state;
	assert_int_equal(decode("", BASE "C00803000100", "", &ibgp, &u), -1);
	assert_int_equal(u.error.code, 3);
	assert_int_equal(u.error.subcode, 1);
	assert_int_equal(decode("18C00002", BASE "C00803000100", "", &ibgp, &u), -1);
	/* attribute discard is no reason */
	assert_int_equal(decode("", BASE "C00703000100", "", &ibgp, &u), 0);
	assert_int_equal(u.verdict, WIRE_DISCARD_ATTR);
}

static void
odd_lists(void **state)
{
	struct update u;

	(void)state;
	/* duplicates: the first counts, the message stands */
	assert_int_equal(decode("", BASE "40010102", "18C00002", &ibgp, &u), 0);
	assert_int_equal(u.verdict, WIRE_OK);
	/* a tail that is no attribute, a length too long */
	assert_int_equal(decode("", BASE "C0", "18C00002", &ibgp, &u), 0);
	assert_int_equal(u.verdict, WIRE_TREAT_AS_WITHDRAW);
	assert_int_equal(decode("", BASE "C0080800010002", "18C00002", &ibgp, &u), 0);
	assert_int_equal(u.verdict, WIRE_TREAT_AS_WITHDRAW);
	/* no mandatory attributes: CVE-2023-41358, CVE-2023-46753 */
	assert_int_equal(decode("", "", "18C00002", &ibgp, &u), 0);
	assert_int_equal(decode("", "C0C80100", "18C00002", &ibgp, &u), 0);
	assert_int_equal(u.nexthop_len, 0);
	/* a 16-byte NEXT_HOP */
	assert_int_equal(
		decode("", "40031020010DB8000000000000000000000001", "18C00002", &ibgp, &u), 0);
	assert_int_equal(u.nexthop_len, 16);
	/* MP_REACH with wrong flags: withdrawn */
	assert_int_equal(
		decode("", "C00E1C0002011020010DB8000000000000000000000001003020010DB80001", "",
			&ibgp, &u),
		0);
	assert_int_equal(u.verdict, WIRE_TREAT_AS_WITHDRAW);
}

static const struct reset {
	const char *withdrawn, *attributes, *nlri;
	uint8_t code, subcode;
	const char *text;
} resets[] = {
	{ "", "800E00", "", 3, 9, "MP_REACH_NLRI too short: need at least 5 bytes, got 0" },
	{ "", "800E0400020110", "", 3, 9, "MP_REACH_NLRI too short: need at least 5 bytes, got 4" },
	{ "", "800E050002011000", "", 3, 9, "MP_REACH_NLRI truncated: need 21 bytes, got 5" },
	{ "", "800E05000263000000", "", 3, 0,
		"presented a non-negotiated family ipv6/unknown safi 99" },
	{ "", "800F0400026300", "", 3, 0,
		"presented a non-negotiated family ipv6 unknown safi 99" },
	{ "", "800F020002", "", 3, 9, "MP_UNREACH_NLRI too short: need at least 3 bytes, got 2" },
	{ "", "800E0A000201030000000030 20", "", 3, 0,
		"invalid ipv6 unicast next-hop length 3 expected 16 or 32" },
	{ "", "800E1C0002011020010DB8000000000000000000000001013020010DB80001", "", 3, 0,
		"the reserved bit of MP_REACH_NLRI is not zero" },
	{ "", "800E150002011020010DB800000000000000000000000100", "", 3, 0,
		"No data to decode in an MPREACHNLRI but it is not an EOR 2/1" },
	{ "", "800E160002011020010DB80000000000000000000000010081", "", 3, 10,
		"invalid mask 129 in NLRI prefix for ipv6" },
	{ "", "800F0A0002013020010DB80001 800F0A0002013020010DB80001", "", 3, 1,
		"multiple attribute for mp-unreach-nlri" },
	{ "",
		"800E1C0002011020010DB8000000000000000000000001003020010DB80001 "
		"800E1C0002011020010DB8000000000000000000000001003020010DB80001",
		"", 3, 1, "multiple attribute for mp-reach-nlri" },
	{ "", "800E200001800C 0001000000000000 0A000002 00 700032010000FDE800000064C00002", "", 3,
		0, "MP_REACH_NLRI next-hop's route-distinguisher must be zero" },
	{ "21C0000201", BASE, "", 3, 10, "invalid mask 33 in NLRI prefix for ipv4" },
	{ "", BASE, "18C000", 3, 10,
		"could not decode nlri with family ipv4 (AFI 1) unicast (SAFI 1)" },
};

static void
resets_have_their_texts(void **state)
{
	struct update u;

	(void)state;
	for (size_t i = 0; i < sizeof(resets) / sizeof(resets[0]); i++) {
		const struct reset *row = &resets[i];

		assert_int_equal(decode(row->withdrawn, row->attributes, row->nlri, &ibgp, &u), -1);
		assert_int_equal(u.verdict, WIRE_RESET_SESSION);
		assert_string_equal((const char *)u.error.data, row->text);
		assert_int_equal(u.error.code, row->code);
		assert_int_equal(u.error.subcode, row->subcode);
	}
}

/* Every next-hop length of every family: accepted or refused, and never read past. */
static void
every_nexthop_length(void **state)
{
	unsigned accepted = 0;

	(void)state;
	for (unsigned family = 0; family < FAMILY_COUNT; family++) {
		for (unsigned len = 0; len <= 64; len++) {
			char attributes[400];
			struct update u;
			uint32_t f = family_table[family].family;
			struct update_session s = ibgp;
			int at = snprintf(attributes, sizeof(attributes), "800E%02X%04X%02X%02X",
				5 + len + 2, family_afi(f), family_safi(f), len);

			memset(attributes + at, '0', len * 2);
			memcpy(attributes + at + len * 2, "000000", 7);
			s.extended_nexthop = (len & 1) != 0;
			if (decode("", attributes, "", &s, &u) == -1)
				assert_true(u.error.len > 0);
			else
				accepted++;
			if (u.reach.present)
				assert_true(u.reach.nexthop_len == 0 || u.reach.nexthop_len == 4 ||
					    u.reach.nexthop_len == 16);
		}
	}
	assert_true(accepted > 10);
}

static void
nexthops_of_mp_reach(void **state)
{
	struct update u;
	struct update_session s = ibgp;

	(void)state;
	assert_int_equal(decode("",
				 "800E2C0002012020010DB8000000000000000000000009FE80000000000000000"
				 "0000000000001003020010DB80007",
				 "", &ibgp, &u),
		0);
	assert_int_equal(u.reach.nexthop_len, 16);
	assert_int_equal(u.reach.link_local_len, 16);
	assert_int_equal(u.reach.link_local[0], 0xfe);
	/* RFC 8950 */
	assert_int_equal(decode("", "800E190001011020010DB800000000000000000000000900 18C00002", "",
				 &ibgp, &u),
		-1);
	s.extended_nexthop = true;
	assert_int_equal(
		decode("", "800E190001011020010DB800000000000000000000000900 18C00002", "", &s, &u),
		0);
	assert_int_equal(decode("", "800E0E0001010500000000000018C00002", "", &s, &u), -1);
	assert_string_equal((char *)u.error.data,
		"unsupported family ipv4 unicast with extended next-hop capability enabled");
	/* ipv4 mpls-vpn: the RD is cut off */
	assert_int_equal(decode("",
				 "800E200001800C 0000000000000000 0A000002 00 "
				 "700032010000FDE800000064C00002",
				 "", &ibgp, &u),
		0);
	assert_int_equal(u.reach.nexthop_len, 4);
	assert_int_equal(u.reach.nexthop[0], 10);
}

static void
end_of_rib(void **state)
{
	static const struct {
		const char *attributes;
		bool eor;
		uint32_t family;
	} cases[] = {
		{ "", true, IPV4_UNICAST },
		{ "900F0003000201", true, IPV6_UNICAST },
		{ "800F03000201", true, IPV6_UNICAST },
		{ "900F0003001946", true, FAMILY(25, 70) },
		{ "900F0003006363", true, FAMILY(99, 99) },
		{ "40010100", false, 0 },
		{ "800F03000201 40010100", false, 0 },
		{ "800F0A0002013020010DB80001", false, 0 },
	};
	struct update u;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(decode("", cases[i].attributes, "", &ibgp, &u), 0);
		assert_int_equal(u.eor, cases[i].eor);
		assert_int_equal(u.eor_family, cases[i].family);
	}
	assert_int_equal(decode("18C00002", "", "", &ibgp, &u), 0);
	assert_false(u.eor);
}

/* Cut anywhere, as 4-byte or 2-byte session, with ADD-PATH or not: an answer, no overrun. */
static void
truncation_at_every_byte(void **state)
{
	static const char *const messages[] = {
		"000418CB0071 001C 40010100 40020602010000FDE9 4003040A000001 40050400000064 "
		"18C00002",
		"00000053 40010100 400200 "
		"800E1C0002011020010DB8000000000000000000000001003020010DB80001 "
		"C00808 00010002FFFFFF01 C01008 0002FDE800000001 C0200C 000000010000000200000003 "
		"C0280A 0100070000000000012C",
	};
	uint8_t whole[512];

	(void)state;
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		size_t n = wire_hex(messages[i], whole, sizeof(whole));

		for (size_t cut = 0; cut <= n; cut++) {
			uint8_t *exact = malloc(cut > 0 ? cut : 1);
			struct update u;

			memcpy(exact, whole, cut);
			for (unsigned bits = 0; bits < 4; bits++) {
				struct update_session s = ibgp;

				s.attrs.asn4 = (bits & 1) == 0;
				s.addpath_rx = (bits & 2) != 0 ? UINT32_MAX : 0;
				if (update_decode(exact, cut, &s, &u) == -1)
					assert_true(u.error.code != 0);
			}
			free(exact);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_attribute_has_its_verdict),
		cmocka_unit_test(every_length_is_survived),
		cmocka_unit_test(external_peers_iBGP_attributes_are_only_dropped),
		cmocka_unit_test(treat_as_withdraw_withdraws),
		cmocka_unit_test(nothing_to_withdraw_resets),
		cmocka_unit_test(odd_lists),
		cmocka_unit_test(resets_have_their_texts),
		cmocka_unit_test(every_nexthop_length),
		cmocka_unit_test(nexthops_of_mp_reach),
		cmocka_unit_test(end_of_rib),
		cmocka_unit_test(truncation_at_every_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
