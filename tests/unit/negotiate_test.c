/* What two OPENs negotiate, and which OPENs are refused (reference/wire.md 3.3 and 4). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/wire/message.h"
#include "proto/wire/open.h"
#include "tests/unit/wire_hex.h"

static struct open
open_of(const char *caps, uint16_t as, uint16_t hold, uint32_t router_id)
{
	static uint8_t space[8][1024];
	static unsigned turn;
	uint8_t list[512];
	size_t n = wire_hex(caps, list, sizeof(list));
	uint8_t *body = space[turn++ % 8];
	struct wr w = wr_init(body, 1024);
	struct open o;

	open_encode(&w, as, hold, router_id, list, n);
	assert_true(wr_ok(&w));
	assert_int_equal(open_decode(body + 19, wr_len(&w) - 19, &o, NULL), 0);
	return o;
}

static void
families_in_the_peers_order(void **state)
{
	struct open ours = open_of("0104 00010001 0104 00010085 0104 00020001", 1, 90, 1);
	struct open theirs = open_of("0104 00020001 0104 00190046 0104 00010001", 2, 30, 2);
	struct negotiated n;

	(void)state;
	open_negotiate(&ours, &theirs, &n);
	assert_int_equal(n.n_families, 2);
	assert_int_equal(n.families[0], IPV6_UNICAST);
	assert_int_equal(n.families[1], IPV4_UNICAST);
	assert_int_equal(n.family_bits, family_bit(IPV4_UNICAST) | family_bit(IPV6_UNICAST));
	assert_int_equal(n.hold_time, 30);
	assert_int_equal(n.message_max, 4096);
	assert_int_equal(n.refresh, REFRESH_ABSENT);
	assert_false(n.asn4);
	assert_false(n.ibgp);
}

static void
capabilities_of_both(void **state)
{
	struct open ours = open_of("0104 00010001 0104 00020001 4104 0000FDE9 0506 000100010002 "
				   "4508 00010103 00020101 0200 4600 0600 B900 4D00",
		65001, 90, 1);
	struct open theirs = open_of("0104 00010001 0104 00020001 4104 00010000 0506 000100010002 "
				     "4508 00010101 00020102 0200 0600 B900 4D00",
		23456, 90, 2);
	struct negotiated n;

	(void)state;
	open_negotiate(&ours, &theirs, &n);
	assert_true(n.asn4 && n.operational && n.link_local_nexthop);
	assert_int_equal(n.message_max, 65535);
	assert_int_equal(n.refresh, REFRESH_NORMAL);
	assert_int_equal(n.addpath_tx, family_bit(IPV4_UNICAST));
	assert_int_equal(n.addpath_rx, family_bit(IPV6_UNICAST));
	assert_int_equal(n.n_nexthop, 1);
	assert_int_equal(n.nexthop[0].nexthop_afi, 2);
	assert_int_equal(n.local_as, 65001);
	assert_int_equal(n.peer_as, 65536);
}

static void
as_numbers(void **state)
{
	struct open ours = open_of("4104 FA56EA00", 23456, 90, 1);
	struct open same = open_of("4104 FA56EA00", 23456, 90, 2);
	struct open conflict = open_of("4104 0000FFFD", 65000, 90, 2);
	struct open old = open_of("", 23456, 90, 2);
	struct negotiated n;

	(void)state;
	open_negotiate(&ours, &same, &n);
	assert_true(n.ibgp);
	assert_int_equal(open_peer_as(&ours, &conflict), 65000);
	assert_int_equal(open_peer_as(&ours, &old), 23456);
}

static void
refused(void **state)
{
	struct open ours = open_of("0104 00010001", 65533, 90, 0x0a000002);
	struct open multi = open_of("0104 00010001 4401 00", 65533, 90, 0x0a000002);
	const struct {
		const struct open *sent;
		struct open received;
		uint32_t peer_as;
		uint8_t subcode;
		const char *text;
	} rows[] = {
		{ &ours, open_of("", 65000, 90, 9), 65533, 2,
			"ASN in OPEN (65000) did not match ASN expected (65533)" },
		{ &ours, open_of("", 65000, 90, 0), 0, 3, "0.0.0.0 is an invalid router_id" },
		{ &ours, open_of("", 65533, 90, 0x0a000002), 0, 3,
			"BGP Identifier collision, same router-id (10.0.0.2) on both sides of this "
			"IBGP session" },
		{ &ours, open_of("", 65000, 2, 9), 0, 6, "Hold Time is invalid (2)" },
		{ &multi, open_of("", 65000, 90, 9), 0, 9,
			"multisession is mandatory with this peer" },
		{ &multi, open_of("0104 00020001 4401 00", 65000, 90, 9), 0, 8,
			"when checking session id, capability multiprotocol did not match" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct wire_error err = { 0 };

		assert_int_equal(
			open_check(rows[i].sent, &rows[i].received, rows[i].peer_as, &err), -1);
		assert_int_equal(err.code, 2);
		assert_int_equal(err.subcode, rows[i].subcode);
		err.data[err.len] = '\0';
		assert_string_equal((char *)err.data, rows[i].text);
	}
	struct open fine = open_of("", 65000, 0, 0x0a000002);
	assert_int_equal(open_check(&ours, &fine, 65000, NULL), 0);
	assert_int_equal(open_check(&ours, &fine, 0, NULL), 0);
}

static void
roles(void **state)
{
	/* RFC 9234 4.2, table 2, as the capability's values: ours, theirs. */
	static const char *const pairs[][2] = { { "090100", "090103" }, { "090103", "090100" },
		{ "090101", "090102" }, { "090102", "090101" }, { "090104", "090104" } };
	struct open none = open_of("", 2, 90, 2), two = open_of("090103 090104", 2, 90, 2);

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		struct open ours = open_of(pairs[i][0], 1, 90, 1);
		struct negotiated n;

		for (size_t j = 0; j < 5; j++) {
			struct open theirs = open_of(pairs[j][1], 2, 90, 2);
			struct wire_error err = { 0 };
			int rc = open_check_role(&ours, &theirs, false, &err);

			assert_int_equal(rc, i == j ? 0 : -1);
			if (i != j) {
				assert_int_equal(err.code, 2);
				assert_int_equal(err.subcode, 11);
			}
			open_negotiate(&ours, &theirs, &n);
			assert_int_equal(n.role, ours.role);
			assert_int_equal(n.peer_role, theirs.role);
		}
		assert_int_equal(open_check_role(&ours, &none, false, NULL), 0);
		assert_int_equal(open_check_role(&ours, &none, true, NULL), -1);
	}
	struct open provider = open_of("090100", 1, 90, 1), odd = open_of("090117", 2, 90, 2);
	assert_int_equal(open_check_role(&provider, &two, false, NULL), -1);
	assert_int_equal(open_check_role(&provider, &odd, false, NULL), -1);
	assert_int_equal(open_check_role(&none, &odd, true, NULL), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(families_in_the_peers_order),
		cmocka_unit_test(capabilities_of_both),
		cmocka_unit_test(as_numbers),
		cmocka_unit_test(refused),
		cmocka_unit_test(roles),
	};

	return cmocka_run_group_tests_name("negotiate", tests, NULL, NULL);
}
