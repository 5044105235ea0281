/*
 * The msgpack cursor against msgpack-c: what its packer writes is read back, what is cut off or
 * lies about its size is refused, and skipping agrees with its unpacker.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <msgpack.h>
#include <stdlib.h>
#include <string.h>

#include "common/mp_rd.h"
#include "common/rd.h"

static const uint64_t numbers[] = { 0, 1, 31, 32, 127, 128, 255, 256, 65535, 65536, UINT32_MAX,
	(uint64_t)UINT32_MAX + 1, INT64_MAX, (uint64_t)INT64_MAX + 1, UINT64_MAX };
static const int64_t signed_numbers[] = { 0, -1, -32, -33, -128, -129, -32768, -32769, INT32_MIN,
	(int64_t)INT32_MIN - 1, INT64_MIN, INT64_MAX, 127, 128 };

static void
test_uint(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		msgpack_sbuffer b;
		msgpack_packer pk;

		msgpack_sbuffer_init(&b);
		msgpack_packer_init(&pk, &b, msgpack_sbuffer_write);
		msgpack_pack_uint64(&pk, numbers[i]);
		struct rd r = rd_init(b.data, b.size);
		assert_true(mp_rd_uint(&r, UINT64_MAX) == numbers[i]);
		assert_true(rd_done(&r));
		if (numbers[i] > 0) {
			r = rd_init(b.data, b.size);
			assert_true(mp_rd_uint(&r, numbers[i] - 1) == 0);
			assert_false(rd_ok(&r));
		}
		r = rd_init(b.data, b.size);
		mp_rd_int(&r);
		assert_int_equal(rd_ok(&r), numbers[i] <= INT64_MAX);
		for (size_t n = 0; n < b.size; n++) {
			r = rd_init(b.data, n);
			mp_rd_uint(&r, UINT64_MAX);
			assert_false(rd_ok(&r));
		}
		msgpack_sbuffer_destroy(&b);
	}
}

static void
test_int(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(signed_numbers) / sizeof(signed_numbers[0]); i++) {
		msgpack_sbuffer b;
		msgpack_packer pk;

		msgpack_sbuffer_init(&b);
		msgpack_packer_init(&pk, &b, msgpack_sbuffer_write);
		msgpack_pack_int64(&pk, signed_numbers[i]);
		struct rd r = rd_init(b.data, b.size);
		assert_true(mp_rd_int(&r) == signed_numbers[i]);
		assert_true(rd_done(&r));
		r = rd_init(b.data, b.size);
		mp_rd_uint(&r, UINT64_MAX);
		assert_int_equal(rd_ok(&r), signed_numbers[i] >= 0);
		msgpack_sbuffer_destroy(&b);
	}
}

/* A positive number in a signed form is a number all the same. */
static void
test_positive_int(void **state)
{
	static const uint8_t bytes[] = { 0xd1, 0x01, 0x00 };
	struct rd r = rd_init(bytes, sizeof(bytes));

	(void)state;
	assert_true(mp_rd_uint(&r, 256) == 256);
	assert_true(rd_done(&r));
}

static void
test_bytes(void **state)
{
	static const size_t sizes[] = { 0, 1, 31, 32, 255, 256, 65535, 65536 };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		char *data = calloc(1, sizes[i] + 1);
		msgpack_sbuffer b;
		msgpack_packer pk;
		uint32_t n;

		memset(data, 'x', sizes[i]);
		msgpack_sbuffer_init(&b);
		msgpack_packer_init(&pk, &b, msgpack_sbuffer_write);
		msgpack_pack_str_with_body(&pk, data, sizes[i]);
		msgpack_pack_bin_with_body(&pk, data, sizes[i]);
		struct rd r = rd_init(b.data, b.size);
		assert_memory_equal(mp_rd_str(&r, &n), data, sizes[i]);
		assert_int_equal(n, sizes[i]);
		assert_memory_equal(mp_rd_bin(&r, &n), data, sizes[i]);
		assert_int_equal(n, sizes[i]);
		assert_true(rd_done(&r));

		r = rd_init(b.data, b.size - 1);
		mp_rd_str(&r, &n);
		assert_true(rd_ok(&r));
		assert_null(mp_rd_bin(&r, &n));
		assert_int_equal(n, 0);
		r = rd_init(b.data, b.size);
		assert_null(mp_rd_bin(&r, &n));
		msgpack_sbuffer_destroy(&b);
		free(data);
	}
}

/* Five bytes that announce 2^28 elements cost nothing. */
static void
test_lying_counts(void **state)
{
	static const uint8_t lies[][6] = { { 0xdd, 0x10, 0, 0, 0, 0xc0 },
		{ 0xdf, 0x10, 0, 0, 0, 0xc0 }, { 0xdc, 0xff, 0xff, 0xc0, 0xc0, 0xc0 },
		{ 0xdd, 0xff, 0xff, 0xff, 0xff, 0xc0 }, { 0x9f, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0 },
		{ 0x83, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0 }, { 0xdb, 0xff, 0xff, 0xff, 0xff, 0xc0 } };

	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct rd r = rd_init(lies[i], sizeof(lies[i]));
		uint32_t n = mp_rd_kind(&r) == MP_MAP ? mp_rd_map(&r) : mp_rd_array(&r);

		assert_int_equal(n, 0);
		assert_false(rd_ok(&r));
		r = rd_init(lies[i], sizeof(lies[i]));
		mp_rd_skip(&r);
		assert_false(rd_ok(&r));
	}
}

static void
pack_tree(msgpack_packer *pk, int depth)
{
	msgpack_pack_array(pk, 6);
	msgpack_pack_nil(pk);
	msgpack_pack_true(pk);
	msgpack_pack_double(pk, 1.5);
	msgpack_pack_float(pk, 2.5F);
	msgpack_pack_map(pk, 1);
	msgpack_pack_str_with_body(pk, "key", 3);
	msgpack_pack_ext_with_body(pk, "12345", 5, 7);
	if (depth > 0)
		pack_tree(pk, depth - 1);
	else
		msgpack_pack_false(pk);
}

static void
test_skip(void **state)
{
	msgpack_sbuffer b;
	msgpack_packer pk;

	(void)state;
	msgpack_sbuffer_init(&b);
	msgpack_packer_init(&pk, &b, msgpack_sbuffer_write);
	pack_tree(&pk, 200);
	size_t tree = b.size;
	msgpack_pack_uint8(&pk, 42);
	struct rd r = rd_init(b.data, b.size);
	mp_rd_skip(&r);
	assert_int_equal(mp_rd_uint(&r, 255), 42);
	assert_true(rd_done(&r));
	for (size_t n = 0; n < tree; n += 7) {
		r = rd_init(b.data, n);
		mp_rd_skip(&r);
		assert_false(rd_ok(&r));
	}
	msgpack_sbuffer_destroy(&b);
}

static void
test_kinds(void **state)
{
	static const uint8_t bytes[] = { 0xc0, 0xc2, 0xc3, 0xc1 };
	struct rd r = rd_init(bytes, sizeof(bytes));

	(void)state;
	assert_int_equal(mp_rd_kind(&r), MP_NIL);
	mp_rd_nil(&r);
	assert_int_equal(mp_rd_kind(&r), MP_BOOL);
	assert_false(mp_rd_bool(&r));
	assert_true(mp_rd_bool(&r));
	assert_int_equal(mp_rd_kind(&r), MP_NONE);
	mp_rd_skip(&r);
	assert_false(rd_ok(&r));
	assert_int_equal(mp_rd_kind(&r), MP_NONE);
}

/* Every tag, followed by zeros: skipping and msgpack-c agree where an object ends. */
static void
test_every_tag(void **state)
{
	(void)state;
	for (int tag = 0; tag < 256; tag++) {
		uint8_t bytes[64] = { (uint8_t)tag };
		msgpack_zone zone;
		msgpack_object object;
		size_t off = 0;
		struct rd r = rd_init(bytes, sizeof(bytes));

		msgpack_zone_init(&zone, 1024);
		msgpack_unpack_return rv =
			msgpack_unpack((char *)bytes, sizeof(bytes), &off, &zone, &object);
		mp_rd_skip(&r);
		assert_int_equal(rd_ok(&r),
			rv == MSGPACK_UNPACK_SUCCESS || rv == MSGPACK_UNPACK_EXTRA_BYTES);
		if (rd_ok(&r))
			assert_int_equal(sizeof(bytes) - rd_left(&r), off);
		msgpack_zone_destroy(&zone);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_uint),
		cmocka_unit_test(test_int),
		cmocka_unit_test(test_positive_int),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_lying_counts),
		cmocka_unit_test(test_skip),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_every_tag),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
