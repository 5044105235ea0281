/* Words of command lines: splitting, errors, suggestions. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "proto/text/token.h"

enum { WORDS = 32 };

/* The words of a line joined with '|'. */
static const char *
split(const char *line)
{
	static char joined[512];
	static struct text_error e;
	struct token v[WORDS];
	size_t used = 0;
	int n = tokens_split(line, strlen(line), v, WORDS, &e);

	if (n < 0)
		return e.text;
	for (int i = 0; i < n; i++) {
		memcpy(joined + used, v[i].s, v[i].n);
		used += v[i].n;
		joined[used++] = '|';
	}
	joined[used] = '\0';
	return joined;
}

static void
words_are_separated_by_blanks(void **state)
{
	(void)state;
	assert_string_equal(split("system version"), "system|version|");
	assert_string_equal(split("  a\tb \v c\r\n"), "a|b|c|");
	assert_string_equal(split(""), "");
	assert_string_equal(split("  \t "), "");
}

static void
brackets_and_commas_need_no_blanks(void **state)
{
	(void)state;
	assert_string_equal(split("community [1:2]"), "community|[|1:2|]|");
	assert_string_equal(split("as-path[1,2](3)"), "as-path|[|1|,|2|]|(|3|)|");
	assert_string_equal(split("route P { med 5; }; x"), "route|P|{|med|5|;|}|;|x|");
}

static void
quotes_group(void **state)
{
	(void)state;
	assert_string_equal(split("a \"b [c], d\" 'e;f'"), "a|b [c], d|e;f|");
	assert_string_equal(split("a \"\" b"), "a||b|");
	assert_string_equal(split("a \"b"), "this quote is not closed");
	assert_string_equal(split("ab\"c\""), "a quote inside a word");
}

static void
bytes_outside_ascii_are_refused(void **state)
{
	struct token v[WORDS];
	struct text_error e;
	const char *lines[] = { "ab \xc3\xa9", "\xff", "a b\x80 c", "\"\xe9\"" };
	const uint32_t cols[] = { 4, 1, 4, 2 };

	(void)state;
	for (int i = 0; i < 4; i++) {
		assert_int_equal(tokens_split(lines[i], strlen(lines[i]), v, WORDS, &e), -1);
		assert_string_equal(e.text, "commands are ASCII text");
		assert_int_equal(e.col, cols[i]);
	}
}

static void
a_nul_is_part_of_a_word(void **state)
{
	struct token v[WORDS];
	struct text_error e;

	(void)state;
	assert_int_equal(tokens_split("a\0b c", 5, v, WORDS, &e), 2);
	assert_int_equal(v[0].n, 3);
	assert_false(token_is(&v[0], "a"));
}

static void
words_are_bounded(void **state)
{
	struct token v[2];
	struct text_error e;

	(void)state;
	assert_int_equal(tokens_split("a b", 3, v, 2, &e), 2);
	assert_int_equal(tokens_split("a b c", 5, v, 2, &e), -1);
	assert_int_equal(e.col, 5);
}

static void
errors_say_what_was_found(void **state)
{
	struct token v[WORDS];
	struct text_error e;

	(void)state;
	int n = tokens_split("one two", 7, v, WORDS, &e);
	struct tokens t = { .v = v, .n = (uint32_t)n, .pos = 1 };
	assert_int_equal(text_error_expected(&e, &t, "three"), -1);
	assert_string_equal(e.text, "expected three, found \"two\"");
	assert_int_equal(e.col, 5);
	t.pos = 2;
	text_error_expected(&e, &t, "three");
	assert_string_equal(e.text, "expected three, found the end of the statement");
	assert_int_equal(e.col, 8);
}

static void
quoted_words_are_cut_and_printable(void **state)
{
	char out[TEXT_QUOTED_MAX];
	char big[300];
	struct token k = { .s = "a\x01\n", .n = 3 };

	(void)state;
	assert_string_equal(text_quote(&k, out), "\"a\\x01\\x0a\"");
	memset(big, 1, sizeof(big));
	k = (struct token){ .s = big, .n = sizeof(big) };
	assert_true(strlen(text_quote(&k, out)) < TEXT_QUOTED_MAX);
}

static void
the_nearest_word_is_suggested(void **state)
{
	static const char *const words[] = { "hold-time", "local-as", "peer-as" };
	struct token k = { .s = "hold-tme", .n = 8 };

	(void)state;
	assert_string_equal(text_suggest(&k, words, 3), "hold-time");
	k = (struct token){ .s = "peeras", .n = 6 };
	assert_string_equal(text_suggest(&k, words, 3), "peer-as");
	k = (struct token){ .s = "zebra", .n = 5 };
	assert_null(text_suggest(&k, words, 3));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_separated_by_blanks),
		cmocka_unit_test(brackets_and_commas_need_no_blanks),
		cmocka_unit_test(quotes_group),
		cmocka_unit_test(bytes_outside_ascii_are_refused),
		cmocka_unit_test(a_nul_is_part_of_a_word),
		cmocka_unit_test(words_are_bounded),
		cmocka_unit_test(errors_say_what_was_found),
		cmocka_unit_test(quoted_words_are_cut_and_printable),
		cmocka_unit_test(the_nearest_word_is_suggested),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
