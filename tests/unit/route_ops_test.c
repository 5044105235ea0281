/* Route operations: what is written is read back, and no truncation gives a record. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "proto/ipc/route_ops.h"
#include "proto/wire/family.h"

static const uint8_t prefix[] = { 24, 10, 0, 0 };
static const uint8_t block[] = { 0x40, 1, 1, 0 };

static size_t
fill(uint8_t *out, size_t max)
{
	struct wr w = wr_init(out, max);
	struct attrset set = { .nh_len = 4, .nh = { 1, 2, 3, 4 }, .len = 4, .block = block };
	struct nlri nlri = {
		.family = IPV4_UNICAST, .has_path_id = true, .path_id = 7, .len = 4, .bytes = prefix
	};
	const uint32_t peers[] = { 5, 0xffffffff };

	route_op_owner(&w, 9);
	route_op_peers(&w, peers, 2);
	route_op_attrs(&w, &set);
	route_op_watchdog(&w, true, "dog", 3);
	route_op_route(&w, true, &nlri);
	route_op_route(&w, false, &nlri);
	route_op_eor(&w, IPV6_UNICAST);
	route_op_flush(&w, 0);
	route_op_clear(&w, true);
	route_op_dog(&w, true, "dog", 3);
	assert_true(wr_ok(&w));
	return wr_len(&w);
}

static void
test_round_trip(void **state)
{
	static const enum route_op_kind kinds[] = { ROUTE_OP_OWNER, ROUTE_OP_PEERS, ROUTE_OP_ATTRS,
		ROUTE_OP_WATCHDOG, ROUTE_OP_ANNOUNCE, ROUTE_OP_WITHDRAW, ROUTE_OP_EOR,
		ROUTE_OP_FLUSH, ROUTE_OP_CLEAR, ROUTE_OP_DOG };
	uint8_t bytes[256];
	struct rd r = rd_init(bytes, fill(bytes, sizeof(bytes)));
	struct route_op op;

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		assert_int_equal(route_op_next(&r, &op), 1);
		assert_int_equal(op.kind, kinds[i]);
		if (op.kind == ROUTE_OP_PEERS)
			assert_int_equal(op.n_peers, 2);
		if (op.kind == ROUTE_OP_ATTRS)
			assert_memory_equal(op.attrs.block, block, sizeof(block));
		if (op.kind == ROUTE_OP_ANNOUNCE) {
			assert_int_equal(op.nlri.path_id, 7);
			assert_memory_equal(op.nlri.bytes, prefix, sizeof(prefix));
		}
		if (op.kind == ROUTE_OP_EOR)
			assert_int_equal(op.nlri.family, IPV6_UNICAST);
	}
	assert_int_equal(route_op_next(&r, &op), 0);
}

static void
test_truncation(void **state)
{
	uint8_t bytes[256];
	size_t n = fill(bytes, sizeof(bytes));

	(void)state;
	for (size_t cut = 0; cut < n; cut++) {
		struct rd r = rd_init(bytes, cut);
		struct route_op op;
		int rv, records = 0;

		while ((rv = route_op_next(&r, &op)) == 1)
			records++;
		assert_true(records < 10);
	}
}

static void
test_family_names(void **state)
{
	char out[40];

	(void)state;
	for (unsigned i = 0; i < FAMILY_COUNT; i++) {
		assert_int_equal(family_index(family_table[i].family), i);
		if (i > 0)
			assert_true(family_table[i].family > family_table[i - 1].family);
	}
	assert_int_equal(family_by_name("ipv4", 4, "labeled-unicast", 15, false), FAMILY(1, 4));
	assert_int_equal(family_by_name("ipv4", 4, "UNICAST", 7, false), 0);
	assert_int_equal(family_by_name("ipv4", 4, "UNICAST", 7, true), IPV4_UNICAST);
	assert_string_equal(afi_name(77, out), "unknown-afi-0x4d");
	assert_string_equal(safi_name(77, out), "unknown safi 77");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_truncation),
		cmocka_unit_test(test_family_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
