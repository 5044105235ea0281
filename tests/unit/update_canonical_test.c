/* The canonical block of received attributes: order, AS numbers of both widths (RFC 6793). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "common/buf.h"
#include "tests/unit/update_body.h"

static void
assert_canonical(const char *attributes, const struct update_session *s, const char *hex)
{
	uint8_t block[4096];
	struct wr w = wr_init(block, sizeof(block));
	struct buf got = { 0 };
	struct update u;

	assert_int_equal(decode("", attributes, "18C00002", s, &u), 0);
	update_canonical(&u, s, &w);
	assert_true(wr_ok(&w));
	buf_hex_upper(&got, block, wr_len(&w));
	assert_string_equal(buf_cstr(&got), hex);
	buf_fini(&got);
}

static void
canonical_blocks(void **state)
{
	(void)state;
	/* order, duplicates, NEXT_HOP, unknown ones */
	assert_canonical(
		"C00804 00010002 40010100 4003040A000001 40010102 C06301AA 806401BB D0650001CC",
		&ibgp,
		"40010100"
		"C0080400010002"
		"E06301AA"
		"F0650001CC");
	/* widening */
	assert_canonical("40010100 4002060202FC00FDE9 C00706FC000A090807", &as2,
		"40010100"
		"40020A02020000FC000000FDE9"
		"C007080000FC000A090807");
	/* AS4_PATH: leading part of AS_PATH, then AS4_PATH (RFC 6793 4.2.3) */
	assert_canonical("4002080203FC005BA05BA0 C0110A0202FA56EA00FA56EA01", &as2,
		"40020E"
		"02030000FC00FA56EA00FA56EA01");
	/* a longer one is ignored */
	assert_canonical("4002040201FC00 C0110A0202FA56EA00FA56EA01", &as2,
		"4002060201"
		"0000FC00");
	/* AGGREGATOR: AS_TRANS lets AS4_AGGREGATOR in */
	assert_canonical(
		"C007065BA00A090807 C01208FA56EA010A090807", &as2, "C00708FA56EA010A090807");
	/* another AS: both AS4_* attributes are ignored */
	assert_canonical(
		"4002060202FC005BA0 C00706FC000A090807 C011060201FA56EA00 C01208FA56EA010A090807",
		&as2,
		"40020A02020000FC0000005BA0"
		"C007080000FC000A090807");
	/* between 4-byte speakers AS4_PATH has no business */
	assert_canonical("40020602010000FC00 C011060201FA56EA00", &ibgp, "40020602010000FC00");
	/* confederation segments lead; sets count for one */
	assert_canonical("400210 0301FC01 0202FC005BA0 010200010002 C011060201FA56EA00", &as2,
		"400214030100"
		"00FC01"
		"02030000FC0000005BA0FA56EA00");
	/* what failed is left out */
	assert_canonical("40010103 C00804 00010002", &ibgp, "C0080400010002");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(canonical_blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
