/* Answers shown to a person: JSON over several lines, text and tables, and what is no JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "common/buf.h"
#include "common/cli/json.h"
#include "common/cli/show.h"

static const char *
shown(const char *line, enum show_mode mode)
{
	static struct buf out;

	buf_reset(&out);
	show_line(&out, line, mode);
	return buf_cstr(&out);
}

static void
short_json_stays_on_its_line(void **state)
{
	(void)state;
	assert_string_equal(shown("{}", SHOW_JSON), "{}\n");
	assert_string_equal(shown("[]", SHOW_JSON), "[]\n");
	assert_string_equal(shown("{\"a\":1,\"b\":[true,null,-1.5e3]}", SHOW_JSON),
		"{ \"a\": 1, \"b\": [true, null, -1.5e3] }\n");
	assert_string_equal(shown("{\"a\": 1}", SHOW_RAW), "{\"a\": 1}\n");
}

static void
long_json_is_broken(void **state)
{
	const char *line =
		"{\"192.0.2.1\": {\"routes\": [{\"family\": \"ipv4 unicast\", \"prefix\": "
		"\"10.0.0.0/24\"}, {\"family\": \"ipv4 unicast\", \"prefix\": \"10.0.1.0/24\"}]}}";

	(void)state;
	assert_string_equal(shown(line, SHOW_JSON),
		"{\n"
		"  \"192.0.2.1\": {\n"
		"    \"routes\": [\n"
		"      { \"family\": \"ipv4 unicast\", \"prefix\": \"10.0.0.0/24\" },\n"
		"      { \"family\": \"ipv4 unicast\", \"prefix\": \"10.0.1.0/24\" }\n"
		"    ]\n"
		"  }\n"
		"}\n");
}

static void
lists_become_tables(void **state)
{
	(void)state;
	assert_string_equal(
		shown("[{\"peer\": \"192.0.2.1\", \"as\": 1}, {\"peer\": \"192.0.2.100\", "
		      "\"up\": [\"a\", \"b\"]}]",
			SHOW_TEXT),
		"peer         as  up\n"
		"192.0.2.1    1   \n"
		"192.0.2.100      a b\n");
}

static void
objects_become_lines(void **state)
{
	(void)state;
	assert_string_equal(shown("{\"a\": 1, \"b\": {\"c\": \"x y\", \"d\": []}}", SHOW_TEXT),
		"a: 1\nb:\n  c: x y\n  d: \n");
	assert_string_equal(
		shown("[[1, 2], {\"a\": {}}]", SHOW_TEXT), "--- 1 ---\n1 2\n--- 2 ---\na: \n");
	assert_string_equal(shown("[1, 2]", SHOW_TEXT), "1 2\n");
}

static void
what_is_no_json_is_kept(void **state)
{
	static const char *const lines[] = { "plain text", "{", "{\"a\"}", "{\"a\": 1} x", "[1,]",
		"[1 2]", "{\"a\": \"\n\"}", "[\"\\", "{1: 2}", "[nul]", "done", "[\"x" };

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		const char *text = shown(lines[i], SHOW_JSON);

		assert_int_equal(strlen(text), strlen(lines[i]) + 1);
	}
	assert_string_equal(shown("a\033[2Jb\tc", SHOW_JSON), "a?[2Jb\tc\n");
	assert_string_equal(shown("[\"\\u001b[2J\"]", SHOW_TEXT), "\\u001b[2J\n");
}

static void
depth_is_bounded(void **state)
{
	struct arena arena = { 0 };
	char deep[4 * JSON_DEPTH_MAX];

	(void)state;
	memset(deep, '[', sizeof(deep));
	deep[sizeof(deep) - 1] = '\0';
	assert_null(json_parse(&arena, deep));
	memset(deep, '[', JSON_DEPTH_MAX);
	memset(deep + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
	deep[2 * JSON_DEPTH_MAX] = '\0';
	assert_non_null(json_parse(&arena, deep));
	arena_fini(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_json_stays_on_its_line),
		cmocka_unit_test(long_json_is_broken),
		cmocka_unit_test(lists_become_tables),
		cmocka_unit_test(objects_become_lines),
		cmocka_unit_test(what_is_no_json_is_kept),
		cmocka_unit_test(depth_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
