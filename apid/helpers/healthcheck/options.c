/*
 * Reading the words: of the configuration file first, then those of the command line, which so
 * override single values and extend lists. Spellings: --name VALUE, --name=VALUE, any beginning
 * of a name that is unique, -x VALUE, -xVALUE, flags of one letter together.
 */
#include "apid/helpers/healthcheck/options.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apid/helpers/healthcheck/options_table.h"
#include "common/xmalloc.h"

struct reader {
	struct options *o;
	const struct words *words;
	size_t i; /* the word being read */
	char *err;
	size_t err_n;
};

static int __attribute__((format(printf, 2, 3))) fail(struct reader *r, const char *fmt, ...)
{
	unsigned line = r->i < r->words->n ? r->words->v[r->i].line : 0;
	int n = 0;
	va_list ap;

	if (line > 0)
		n = snprintf(r->err, r->err_n, "%s:%u: ", r->o->config, line);
	va_start(ap, fmt);
	if (n >= 0 && (size_t)n < r->err_n)
		vsnprintf(r->err + n, r->err_n - (size_t)n, fmt, ap);
	va_end(ap);
	return -1;
}

/* The row of a name of n characters, which may be cut; NULL and a text in err. */
static const struct option_row *
find_name(struct reader *r, const char *name, size_t n)
{
	const struct option_row *found = NULL;

	for (size_t i = 0; i < option_rows_n; i++) {
		const struct option_row *row = &option_rows[i];

		if (n == 0 || strncmp(row->name, name, n) != 0)
			continue;
		if (row->name[n] == '\0')
			return row;
		if (found != NULL) {
			fail(r, "--%.*s may be --%s or --%s", (int)n, name, found->name, row->name);
			return NULL;
		}
		found = row;
	}
	if (found == NULL)
		fail(r, "there is no option --%.*s", (int)n, name);
	return found;
}

static const struct option_row *
find_letter(struct reader *r, char letter)
{
	for (size_t i = 0; i < option_rows_n; i++)
		if (option_rows[i].letter == letter)
			return &option_rows[i];
	fail(r, "there is no option -%c", letter);
	return NULL;
}

/* Gives the row its value: the one attached, or the next word. */
static int
take_value(struct reader *r, const struct option_row *row, const char *value)
{
	bool optional = row->value[0] == '[';

	if (value == NULL && row->set == option_exec) {
		const char *why =
			option_exec_words(r->o, &r->words->v[r->i + 1], r->words->n - r->i - 1);

		r->i = r->words->n - 1;
		return why == NULL ? 0 : fail(r, "--exec: expected %s", why);
	}
	if (value == NULL && r->i + 1 < r->words->n) {
		const char *next = r->words->v[r->i + 1].text;

		if (strncmp(next, "--", 2) != 0 && !(optional && next[0] == '-')) {
			value = next;
			r->i++;
		}
	}
	if (value == NULL && !optional)
		return fail(r, "--%s: expected a value", row->name);
	const char *why = row->set(r->o, row, value);
	if (why != NULL)
		return fail(r, "--%s: expected %s, found \"%.100s\"", row->name, why,
			value != NULL ? value : "");
	return 0;
}

static int
take_long(struct reader *r, const char *text)
{
	size_t n = strcspn(text, "=");
	const struct option_row *row = find_name(r, text, n);

	if (row == NULL)
		return -1;
	if (row->value != NULL)
		return take_value(r, row, text[n] == '=' ? text + n + 1 : NULL);
	if (text[n] == '=')
		return fail(r, "--%s takes no value", row->name);
	row->set(r->o, row, NULL);
	return 0;
}

static int
take_short(struct reader *r, const char *text)
{
	for (; *text != '\0'; text++) {
		const struct option_row *row = find_letter(r, *text);

		if (row == NULL)
			return -1;
		if (row->value != NULL)
			return take_value(r, row, text[1] != '\0' ? text + 1 : NULL);
		row->set(r->o, row, NULL);
	}
	return 0;
}

static int
read_words(struct reader *r)
{
	for (r->i = 0; r->i < r->words->n; r->i++) {
		const char *text = r->words->v[r->i].text;
		int status;

		if (strcmp(text, "-sF") == 0)
			status = take_long(r, "syslog-facility");
		else if (strncmp(text, "--", 2) == 0)
			status = take_long(r, text + 2);
		else if (text[0] == '-' && text[1] != '\0')
			status = take_short(r, text + 1);
		else
			status = fail(r, "expected an option, found \"%.100s\"", text);
		if (status != 0)
			return -1;
	}
	return 0;
}

/* What only the whole tells. */
static const char *
check(const struct options *o)
{
	if (o->silent + o->no_syslog + (o->facility != NULL) > 1)
		return "--silent, --syslog-facility and --no-syslog exclude each other";
	if (o->command != NULL && o->exec != NULL)
		return "--command and --exec exclude each other";
	if (o->label != NULL && strlen(o->label) + strlen("lo:") >= IF_NAMESIZE)
		return "--label: expected at most 12 characters";
	return NULL;
}

static void
defaults(struct options *o)
{
	*o = (struct options){ .interval_us = 5000000,
		.fast_us = 1000000,
		.timeout_us = 5000000,
		.execute_timeout_us = 30000000,
		.drain_timeout_us = 30000000,
		.rise = 3,
		.fall = 3,
		.next_hop = "self",
		.local_preference = -1,
		.increase = 1,
		.states = { [STATE_UP].metric = 100,
			[STATE_DOWN].metric = 1000,
			[STATE_DISABLED].metric = 500 } };
}

/* One pass over the words, into options that are otherwise empty. */
static int
pass(struct options *o, struct words words, const char *config, char *err, size_t err_n)
{
	defaults(o);
	o->words = words;
	o->config = config;
	struct reader r = { .o = o, .words = &o->words, .err = err, .err_n = err_n };
	return read_words(&r);
}

int
options_parse(struct options *o, int argc, char **argv, char *err, size_t err_n)
{
	struct words words = { 0 };
	struct words whole = { 0 };

	for (int i = 1; i < argc; i++)
		words_add(&words, argv[i], 0);
	if (pass(o, words, NULL, err, err_n) != 0)
		return -1;
	if (o->config != NULL && !o->help) {
		const char *config = o->config;
		char *path = xstrdup(config);
		int status = config_read(path, &whole, err, err_n);

		for (int i = 1; i < argc && status == 0; i++)
			words_add(&whole, argv[i], 0);
		options_fini(o);
		if (status == 0) {
			status = pass(o, whole, path, err, err_n);
			o->config = NULL;
		} else {
			words_fini(&whole);
		}
		free(path);
		if (status != 0)
			return -1;
	}
	const char *why = check(o);
	if (why != NULL)
		snprintf(err, err_n, "%s", why);
	return why == NULL ? 0 : -1;
}

void
options_fini(struct options *o)
{
	for (size_t i = 0; o->exec != NULL && o->exec[i] != NULL; i++)
		free(o->exec[i]);
	free(o->exec);
	nets_fini(&o->ips);
	nets_fini(&o->ifnames);
	free(o->neighbors.v);
	free(o->execute.v);
	for (size_t i = 0; i < STATE_EXIT; i++)
		free(o->states[i].execute.v);
	words_fini(&o->words);
	defaults(o);
}

void
options_usage(FILE *out)
{
	fputs("usage: troupe healthcheck [options]\n", out);
	for (size_t i = 0; i < option_rows_n; i++) {
		const struct option_row *row = &option_rows[i];
		char left[64];
		char letter[8] = "";

		if (row->help == NULL)
			continue;
		if (row->letter != 0)
			snprintf(letter, sizeof(letter), ", -%c", row->letter);
		snprintf(left, sizeof(left), "--%s%s%s%s", row->name, letter,
			row->value != NULL ? " " : "", row->value != NULL ? row->value : "");
		fprintf(out, "  %-29s %s\n", left, row->help);
	}
}
