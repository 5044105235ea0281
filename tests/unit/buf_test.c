/* Buffers and their printers, JSON strings, UTF-8, hexadecimal, allocation helpers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <stdio.h>

#include "common/buf.h"
#include "common/hex.h"
#include "common/utf8.h"
#include "common/xmalloc.h"

static void
numbers(void **state)
{
	static const uint64_t values[] = { 0, 1, 9, 10, 11, 99, 100, 101, 999, 1000, 65535,
		4294967295u, 18446744073709551615u };
	struct buf b = { 0 };
	char want[32];

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		buf_reset(&b);
		buf_u64(&b, values[i]);
		snprintf(want, sizeof(want), "%llu", (unsigned long long)values[i]);
		assert_string_equal(buf_cstr(&b), want);
	}
	buf_fini(&b);
	assert_null(b.data);
}

static void
growing(void **state)
{
	struct buf b = { 0 };
	struct buf empty = { 0 };

	(void)state;
	assert_string_equal(buf_cstr(&empty), "");
	buf_fini(&empty);
	buf_add(&b, NULL, 0);
	for (unsigned i = 0; i < 10000; i++)
		buf_chr(&b, (char)('a' + i % 26));
	assert_int_equal(b.len, 10000);
	assert_true(b.cap >= 10000 && b.cap < 40000);
	buf_shift(&b, 9990);
	assert_int_equal(b.len, 10);
	assert_int_equal(b.data[0], 'a' + 9990 % 26);
	buf_shift(&b, 10);
	BUF_LIT(&b, "lit");
	buf_str(&b, "-str-");
	buf_printf(&b, "%d-%0200d", 5, 7);
	assert_int_equal(b.len, 8 + 202);
	assert_memory_equal(b.data, "lit-str-5-000", 13);
	memset(buf_room(&b, 100000), 'x', 100000);
	buf_fini(&b);
}

static void
hexadecimal(void **state)
{
	static const uint8_t bytes[] = { 0x00, 0x7f, 0xab, 0xff };
	uint8_t back[4];
	struct buf b = { 0 };

	(void)state;
	buf_hex_lower(&b, bytes, 4);
	buf_hex_upper(&b, bytes, 4);
	assert_string_equal(buf_cstr(&b), "007fabff007FABFF");
	assert_int_equal(hex_decode("007FabfF", 8, back), 0);
	assert_memory_equal(back, bytes, 4);
	assert_int_equal(hex_decode("0", 1, back), -1);
	assert_int_equal(hex_decode("0g", 2, back), -1);
	assert_int_equal(hex_decode("", 0, back), 0);
	assert_int_equal(hex_digit(' '), -1);
	buf_fini(&b);
}

static void
check_json(const void *text, size_t n, const char *want)
{
	struct buf b = { 0 };

	buf_json_string(&b, text, n);
	assert_string_equal(buf_cstr(&b), want);
	buf_fini(&b);
}

static void
json_strings(void **state)
{
	(void)state;
	check_json("", 0, "\"\"");
	check_json("plain ~text", 11, "\"plain ~text\"");
	check_json("\"\\\n\r\t\b\f/", 8, "\"\\\"\\\\\\n\\r\\t\\b\\f/\"");
	check_json("\0\x1f\x7f", 3, "\"\\u0000\\u001f\\u007f\"");
	check_json("\xc3\xa9", 2, "\"\\u00e9\"");
	check_json("\xe2\x82\xac.", 4, "\"\\u20ac.\"");
	check_json("\xf0\x9f\x98\x80", 4, "\"\\ud83d\\ude00\"");
	check_json("a\xff\xc3", 3, "\"a\\ufffd\\ufffd\"");
	check_json("\xed\xa0\x80", 3, "\"\\ufffd\\ufffd\\ufffd\"");
	check_json("\xc0\x80", 2, "\"\\ufffd\\ufffd\"");
}

static void
utf8(void **state)
{
	(void)state;
	assert_true(utf8_valid("h\xc3\xa9llo \xf0\x9f\x98\x80", 11));
	assert_true(utf8_valid("", 0));
	assert_false(utf8_valid("\xf4\x90\x80\x80", 4)); /* over U+10FFFF */
	assert_false(utf8_valid("\xe0\x80\x80", 3));     /* overlong */
	assert_false(utf8_valid("\xc3", 1));
	assert_false(utf8_valid("\x80", 1));
	assert_false(utf8_valid("\xc3(", 2));
}

static void
allocation(void **state)
{
	char *s = xstrndup("hello", 4);
	char *d = xstrdup("world");
	int *zero = xcalloc(0, 0);
	int *array = xreallocarray(NULL, 10, sizeof(*array));
	void *copy = xmemdup("xyz", 3);

	(void)state;
	assert_string_equal(s, "hell");
	assert_string_equal(d, "world");
	assert_non_null(zero);
	assert_memory_equal(copy, "xyz", 3);
	array = xrealloc(array, 20 * sizeof(*array));
	array[19] = 1;
	free(s);
	free(d);
	free(zero);
	free(array);
	free(copy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(growing),
		cmocka_unit_test(hexadecimal),
		cmocka_unit_test(json_strings),
		cmocka_unit_test(utf8),
		cmocka_unit_test(allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
