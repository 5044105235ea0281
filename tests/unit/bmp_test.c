/* BMP messages byte for byte (RFC 7854 section 4, RFC 8671). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/wire/bmp.h"
#include "proto/wire/family.h"
#include "tests/unit/wire_hex.h"

#define PEER4 \
	"0000000000000000 000000000000000000000000 0a000001 0000fde9 09090909 00000005 00000007 "

static const struct bmp_peer peer4 = { .addr = { .len = 4, .bytes = { 10, 0, 0, 1 } },
	.as = 65001,
	.router_id = 0x09090909,
	.time_us = 5000007 };
static const uint8_t message[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0, 19, 4 };
static uint8_t bytes[1024];

static void
expect(const struct wr *w, const char *hex)
{
	uint8_t wanted[512] = { 0 };
	size_t n = wire_hex(hex, wanted, sizeof(wanted));

	assert_true(wr_ok(w));
	assert_int_equal(wr_len(w), n);
	assert_memory_equal(w->base, wanted, n);
}

static struct wr
fresh(void)
{
	return wr_init(bytes, sizeof(bytes));
}

static void
initiation_and_termination(void **state)
{
	struct wr w = fresh();
	char text[300];

	(void)state;
	bmp_initiation(&w, "vm", "Troupe", NULL);
	expect(&w, "03 00000016 04 0001 0006 54726f757065 0002 0002 766d");
	w = fresh();
	bmp_termination(&w, BMP_END_REDUNDANT, "x");
	expect(&w, "03 00000011 05 0001 0002 0003 0000 0001 78");
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	w = fresh();
	bmp_initiation(&w, "vm", "Troupe", text);
	assert_int_equal(wr_len(&w), 0x16 + 4 + BMP_TEXT_MAX);
}

static void
route_monitoring_of_every_table(void **state)
{
	static const char *const flags[] = { "00", "40", "10", "50" };

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct bmp_peer peer = peer4;
		struct wr w = fresh();
		char hex[256];

		peer.table = (enum bmp_table)i;
		bmp_route_monitoring(&w, &peer, message, sizeof(message));
		snprintf(hex, sizeof(hex),
			"03 00000043 00 00 %s " PEER4 "ffffffffffffffffffffffffffffffff 0013 04",
			flags[i]);
		expect(&w, hex);
	}
}

static void
peer_header_variants(void **state)
{
	struct bmp_peer peer = { .type = BMP_RD,
		.table = BMP_IN_POST_POLICY,
		.as2 = true,
		.distinguisher = 0x0102030405060708,
		.addr = { .len = 16, .bytes = { 0x20, 1, 0xd, 0xb8, [15] = 1 } },
		.as = 1 };
	struct wr w = fresh();

	(void)state;
	bmp_route_mirroring(&w, &peer, message, 2);
	expect(&w, "03 00000036 06 01 e0 0102030405060708 20010db8000000000000000000000001 "
		   "00000001 00000000 00000000 00000000 0000 0002 ffff");
	w = fresh();
	bmp_messages_lost(&w, &peer4);
	expect(&w, "03 00000036 06 00 00 " PEER4 "0001 0002 0001");
}

static void
peer_up_and_down(void **state)
{
	struct bmp_up up = { .local = { .len = 4, .bytes = { 10, 0, 0, 2 } },
		.local_port = 179,
		.remote_port = 40000,
		.sent = message,
		.received = message,
		.sent_n = 3,
		.received_n = 2,
		.text = "hi" };
	struct wr w = fresh();

	(void)state;
	bmp_peer_up(&w, &peer4, &up);
	expect(&w,
		"03 0000004f 03 00 00 " PEER4 "000000000000000000000000 0a000002 00b3 9c40 ffffff "
		"ffff 0000 0002 6869");
	w = fresh();
	bmp_peer_down(&w, &peer4, BMP_LOCAL_NOTIFICATION, 0, message, 4);
	expect(&w, "03 00000035 02 00 00 " PEER4 "01 ffffffff");
	w = fresh();
	bmp_peer_down(&w, &peer4, BMP_LOCAL_EVENT, 24, NULL, 0);
	expect(&w, "03 00000033 02 00 00 " PEER4 "02 0018");
	w = fresh();
	bmp_peer_down(&w, &peer4, BMP_REMOTE_NOTIFICATION, 0, message, 1);
	expect(&w, "03 00000032 02 00 00 " PEER4 "03 ff");
	w = fresh();
	bmp_peer_down(&w, &peer4, BMP_REMOTE_CLOSED, 9, message, 4);
	expect(&w, "03 00000031 02 00 00 " PEER4 "04");
	w = fresh();
	bmp_peer_down(&w, &peer4, BMP_DECONFIGURED, 9, message, 4);
	expect(&w, "03 00000031 02 00 00 " PEER4 "05");
}

static void
statistics_have_their_widths(void **state)
{
	static const struct bmp_stat stats[] = { { BMP_STAT_REJECTED, 0, 1 },
		{ BMP_STAT_IN_ROUTES, 0, 2 }, { BMP_STAT_IN_FAMILY_ROUTES, IPV6_UNICAST, 3 },
		{ BMP_STAT_OUT_POST_ROUTES, 0, 4 },
		{ BMP_STAT_OUT_POST_FAMILY_ROUTES, IPV4_UNICAST, 5 } };
	struct wr w = fresh();

	(void)state;
	bmp_statistics(&w, &peer4, stats, 5);
	expect(&w, "03 00000072 01 00 00 " PEER4 "00000005 0000 0004 00000001 "
		   "0007 0008 0000000000000002 0009 000b 0002 01 0000000000000003 "
		   "000f 0008 0000000000000004 0011 000b 0001 01 0000000000000005");
}

static void
what_does_not_fit_is_bad(void **state)
{
	(void)state;
	for (size_t n = 0; n < 67; n++) {
		struct wr w = wr_init(bytes, n);

		bmp_route_monitoring(&w, &peer4, message, sizeof(message));
		assert_false(wr_ok(&w));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(initiation_and_termination),
		cmocka_unit_test(route_monitoring_of_every_table),
		cmocka_unit_test(peer_header_variants),
		cmocka_unit_test(peer_up_and_down),
		cmocka_unit_test(statistics_have_their_widths),
		cmocka_unit_test(what_does_not_fit_is_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
