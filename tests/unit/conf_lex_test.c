/* The tokeniser of configuration files (reference/config.md 1.2-1.4, D39). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include "proto/text/conf_lex.h"

static struct text_error error;

/* All runs of a text: words with blanks, runs separated by their ends; or "!line:col". */
static const char *
lex(const char *text)
{
	static char out[1024];
	struct conf_lex x;
	struct conf_run run = { .end = CONF_END_STATEMENT };
	size_t used = 0;
	int rc = conf_lex_init(&x, text, strlen(text), &error);

	out[0] = '\0';
	while (rc == 0) {
		rc = conf_lex_next(&x, &run, &error);
		if (rc != 0 || run.end == CONF_END_FILE)
			break;
		for (uint32_t i = 0; i < run.t.n; i++)
			used += (size_t)snprintf(out + used, sizeof(out) - used, "%.*s ",
				(int)run.t.v[i].n, run.t.v[i].s);
		used += (size_t)snprintf(out + used, sizeof(out) - used, "%c", run.at.s[0]);
	}
	if (rc != 0)
		snprintf(out, sizeof(out), "!%u:%u", error.line, error.col);
	conf_lex_fini(&x);
	return out;
}

static void
statements_and_sections(void **state)
{
	(void)state;
	assert_string_equal(lex("a 1; b 2; sec x { c 3; }\n"), "a 1 ;b 2 ;sec x {c 3 ;}");
	assert_string_equal(lex("hold-time 30; # c\n"), "hold-time 30 ;");
	assert_string_equal(lex("a;\r\nb;\r\n"), "a ;b ;");
	assert_string_equal(lex("a [b,c];"), "a [ b , c ] ;");
	assert_string_equal(lex("a (65001 b) ;"), "a (65001 b) ;");
	assert_string_equal(lex("\n  # only\n\n"), "");
}

static void
statements_end_on_their_line(void **state)
{
	(void)state;
	assert_string_equal(lex("hold-time 30 # c\n"), "!1:13");
	assert_string_equal(lex("hold-time\n30;"), "!1:10");
	assert_string_equal(lex("a;\nhold-time 30"), "!2:13");
	assert_string_equal(lex("hold-time 30#c;"), "!1:13");
	assert_string_equal(lex("neighbor 127.0.0.1\n{"), "!1:19");
}

static void
quotes(void **state)
{
	(void)state;
	assert_string_equal(lex("d \"a;b{c}d#e,f[g]\";"), "d a;b{c}d#e,f[g] ;");
	assert_string_equal(lex("d \"abc\"def;"), "d abc def ;");
	assert_string_equal(lex("d abc\"d e\";"), "d abcd e ;");
	assert_string_equal(lex("\"hold-time\" \"30\";"), "hold-time 30 ;");
	assert_string_equal(lex("d \"it's fine\";"), "!1:3");
	assert_string_equal(lex("d \"a\\\"b\";"), "!1:7");
	assert_string_equal(lex("\"\na;"), "a ;");
	assert_string_equal(lex("d \"\";"), "d  ;");
}

static void
lines_are_joined(void **state)
{
	(void)state;
	assert_string_equal(lex("hold-time \\\n30;"), "hold-time 30 ;");
	assert_string_equal(lex("hold-\\\ntime 30;"), "hold-time 30 ;");
	assert_string_equal(lex("hold-time \\  \r\n30;"), "hold-time 30 ;");
	assert_string_equal(lex("a; # c \\\nb;\nc;"), "a ;c ;");
	assert_string_equal(lex("a;\\"), "!1:3");
}

static void
escapes(void **state)
{
	(void)state;
	assert_string_equal(lex("d \"^p\\d\";"), "d ^pd ;");
	assert_string_equal(lex("d \"^p\\\\d\";"), "d ^p\\d ;");
	assert_string_equal(lex("a\\u003b b;"), "a ;b ;");
	assert_string_equal(lex("a\\tb;"), "a b ;");
	assert_string_equal(
		lex("d \\u00e9\\u20ac\\ud83d\\ude00;"), "d \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80 ;");
	assert_string_equal(lex("a \\u12;"), "!1:3");
	assert_string_equal(lex("a \\ud800;"), "!1:3");
	assert_string_equal(lex("a \\u0000;"), "!1:3");
}

static void
d39_comments_are_not_decoded(void **state)
{
	(void)state;
	assert_string_equal(lex("a; # C:\\users\nb;"), "a ;b ;");
	assert_string_equal(lex("d \"#\\u0041\"; # \\u"), "d #A ;");
}

static void
text_must_be_utf8(void **state)
{
	struct conf_lex x;

	(void)state;
	assert_string_equal(lex("a;\nb \xff;"), "!2:3");
	assert_int_equal(conf_lex_init(&x, "a\0b;", 4, &error), -1);
	assert_int_equal(error.col, 2);
	conf_lex_fini(&x);
	assert_string_equal(lex("# \xe2\x86\x92\na;"), "a ;");
}

static void
places_survive_joining(void **state)
{
	const char *text = "one \\\n  two\\\n three \"four\";";
	static const struct {
		uint32_t line, col;
	} at[] = { { 1, 1 }, { 2, 3 }, { 3, 2 }, { 3, 8 } };
	struct conf_lex x;
	struct conf_run run;

	(void)state;
	assert_int_equal(conf_lex_init(&x, text, strlen(text), &error), 0);
	assert_int_equal(conf_lex_next(&x, &run, &error), 0);
	assert_int_equal(run.t.n, 4);
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(run.t.v[i].line, at[i].line);
		assert_int_equal(run.t.v[i].col, at[i].col);
	}
	conf_lex_fini(&x);
}

static void
blocks_are_flat(void **state)
{
	const char *text = "route x {\n match { a 1; }\n then { \"b c\"; }\n}\nz;";
	struct conf_lex x;
	struct conf_run run;
	char out[256];
	size_t used = 0;

	(void)state;
	assert_int_equal(conf_lex_init(&x, text, strlen(text), &error), 0);
	assert_int_equal(conf_lex_next(&x, &run, &error), 0);
	assert_int_equal(conf_lex_block(&x, &run, &error), 0);
	for (uint32_t i = 0; i < run.t.n; i++)
		used += (size_t)snprintf(
			out + used, sizeof(out) - used, "%.*s|", (int)run.t.v[i].n, run.t.v[i].s);
	assert_string_equal(out, "route|x|{|match|{|a|1|;|}|then|{|b c|;|}|}|");
	assert_int_equal(conf_lex_next(&x, &run, &error), 0);
	assert_true(token_is(&run.t.v[0], "z"));
	conf_lex_fini(&x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(statements_and_sections),
		cmocka_unit_test(statements_end_on_their_line),
		cmocka_unit_test(quotes),
		cmocka_unit_test(lines_are_joined),
		cmocka_unit_test(escapes),
		cmocka_unit_test(d39_comments_are_not_decoded),
		cmocka_unit_test(text_must_be_utf8),
		cmocka_unit_test(places_survive_joining),
		cmocka_unit_test(blocks_are_flat),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
