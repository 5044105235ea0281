/* Bounded reader and writer: every getter, stickiness, sub-readers, length patching. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/rd.h"
#include "common/wr.h"

static void
reads_what_was_written(void **state)
{
	uint8_t memory[64];
	struct wr w = wr_init(memory, sizeof(memory));

	(void)state;
	wr_u8(&w, 0x01);
	wr_u16(&w, 0x0203);
	wr_u24(&w, 0x040506);
	wr_u32(&w, 0x0708090a);
	wr_u64(&w, 0x0b0c0d0e0f101112);
	wr_bytes(&w, "abc", 3);
	assert_true(wr_ok(&w));
	assert_int_equal(wr_len(&w), 21);
	for (unsigned i = 0; i < 18; i++)
		assert_int_equal(memory[i], i + 1);

	struct rd r = rd_init(memory, wr_len(&w));
	assert_int_equal(rd_u8(&r), 0x01);
	assert_int_equal(rd_u16(&r), 0x0203);
	assert_int_equal(rd_u24(&r), 0x040506);
	assert_int_equal(rd_u32(&r), 0x0708090a);
	assert_true(rd_u64(&r) == 0x0b0c0d0e0f101112);
	char text[3];
	rd_copy(&r, text, 3);
	assert_memory_equal(text, "abc", 3);
	assert_true(rd_done(&r));
}

static void
reader_is_sticky(void **state)
{
	static const uint8_t bytes[3] = { 1, 2, 3 };
	struct rd r = rd_init(bytes, sizeof(bytes));
	uint8_t copy[2] = { 9, 9 };

	(void)state;
	assert_int_equal(rd_u32(&r), 0);
	assert_false(rd_ok(&r));
	assert_int_equal(rd_left(&r), 0);
	assert_int_equal(rd_u8(&r), 0);
	assert_null(rd_bytes(&r, 0));
	rd_copy(&r, copy, 2);
	assert_int_equal(copy[0] | copy[1], 0);
	assert_false(rd_done(&r));
}

static void
sub_reader_is_bounded(void **state)
{
	static const uint8_t bytes[4] = { 1, 2, 3, 4 };
	struct rd r = rd_init(bytes, sizeof(bytes));
	struct rd sub = rd_sub(&r, 2);

	(void)state;
	assert_int_equal(rd_u16(&sub), 0x0102);
	assert_int_equal(rd_u8(&sub), 0);
	assert_false(rd_ok(&sub));
	assert_true(rd_ok(&r));
	assert_int_equal(rd_left(&r), 2);
	struct rd over = rd_sub(&r, 3);
	assert_false(rd_ok(&over));
	assert_false(rd_ok(&r));
	assert_int_equal(rd_left(&over), 0);
}

static void
empty_reader(void **state)
{
	struct rd r = rd_init("", 0);

	(void)state;
	assert_true(rd_done(&r));
	assert_non_null(rd_bytes(&r, 0));
	assert_true(rd_done(&r));
	assert_int_equal(rd_u8(&r), 0);
	assert_false(rd_ok(&r));
}

static void
writer_is_sticky(void **state)
{
	uint8_t memory[4] = { 0 };
	struct wr w = wr_init(memory, 3);

	(void)state;
	wr_u16(&w, 0x0102);
	wr_u32(&w, 0xffffffff);
	assert_false(wr_ok(&w));
	wr_u8(&w, 0xff);
	assert_int_equal(wr_len(&w), 2);
	assert_int_equal(memory[2] | memory[3], 0);
}

static void
lengths_are_patched(void **state)
{
	static uint8_t memory[70000];
	struct wr w = wr_init(memory, sizeof(memory));
	size_t at = wr_mark_u16(&w);

	(void)state;
	wr_bytes(&w, "hello", 5);
	wr_patch_u16(&w, at);
	assert_true(wr_ok(&w));
	assert_int_equal(memory[0] << 8 | memory[1], 5);
	at = wr_mark_u16(&w);
	assert_non_null(wr_room(&w, 65536));
	wr_patch_u16(&w, at);
	assert_false(wr_ok(&w));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_was_written),
		cmocka_unit_test(reader_is_sticky),
		cmocka_unit_test(sub_reader_is_bounded),
		cmocka_unit_test(empty_reader),
		cmocka_unit_test(writer_is_sticky),
		cmocka_unit_test(lengths_are_patched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
