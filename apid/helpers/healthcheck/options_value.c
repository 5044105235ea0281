/*
 * How the value of an option is read. Each function stores into the member its row names and
 * says what was expected otherwise; texts are borrowed. Everything that ends up inside a command
 * line of the API is refused with control characters, so no value can start a second command.
 */
#include <stdlib.h>
#include <string.h>

#include "apid/helpers/healthcheck/options_table.h"
#include "apid/helpers/healthcheck/syslog.h"
#include "common/xmalloc.h"

enum { TEXTS_MAX = 1000 };

static void *
member(struct options *o, const struct option_row *row)
{
	return (char *)o + row->offset;
}

const char *
option_flag(struct options *o, const struct option_row *row, const char *value)
{
	(void)value;
	*(bool *)member(o, row) = true;
	return NULL;
}

const char *
option_off(struct options *o, const struct option_row *row, const char *value)
{
	(void)value;
	*(bool *)member(o, row) = false;
	return NULL;
}

const char *
option_text(struct options *o, const struct option_row *row, const char *value)
{
	if (*value == '\0')
		return "a text that is not empty";
	*(const char **)member(o, row) = value;
	return NULL;
}

const char *
option_plain(struct options *o, const struct option_row *row, const char *value)
{
	for (const char *p = value; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || (unsigned char)*p >= 0x7f)
			return "ASCII without control characters";
	return option_text(o, row, value);
}

const char *
option_number(struct options *o, const struct option_row *row, const char *value)
{
	bool negative = *value == '-' && row->min < 0;
	uint64_t n;

	if (parse_u64(value + negative, strlen(value + negative), INT64_MAX, &n) != 0)
		return "a number";
	int64_t number = negative ? -(int64_t)n : (int64_t)n;
	if (number < row->min || number > row->max)
		return "a number that is not so large";
	*(int64_t *)member(o, row) = number;
	return NULL;
}

const char *
option_seconds(struct options *o, const struct option_row *row, const char *value)
{
	const char *point = strchr(value, '.');
	size_t whole = point != NULL ? (size_t)(point - value) : strlen(value);
	uint32_t seconds = 0;
	int64_t us = 0;

	if (whole > 0 && parse_u32(value, whole, 366 * 86400, &seconds) != 0)
		return "a number of seconds";
	if (point != NULL) {
		size_t n = strspn(point + 1, "0123456789");

		if (point[1 + n] != '\0' || (n == 0 && whole == 0))
			return "a number of seconds";
		int64_t unit = 100000;
		for (size_t i = 0; i < n && unit > 0; i++, unit /= 10)
			us += unit * (point[1 + i] - '0');
	} else if (whole == 0) {
		return "a number of seconds";
	}
	*(int64_t *)member(o, row) = (int64_t)seconds * 1000000 + us;
	return NULL;
}

const char *
option_list(struct options *o, const struct option_row *row, const char *value)
{
	struct texts *texts = member(o, row);

	if (*value == '\0')
		return "a text that is not empty";
	if (texts->n >= TEXTS_MAX)
		return "the option fewer times";
	texts->v = xreallocarray(texts->v, texts->n + 1, sizeof(texts->v[0]));
	texts->v[texts->n++] = value;
	return NULL;
}

const char *
option_neighbor(struct options *o, const struct option_row *row, const char *value)
{
	struct addr addr;

	if (strcmp(value, "*") != 0 && addr_parse_zone(value, strlen(value), &addr) != 0)
		return "an address or *";
	return option_list(o, row, value);
}

const char *
option_ip(struct options *o, const struct option_row *row, const char *value)
{
	struct net net;
	const char *why = nets_parse(&net, value);

	if (why != NULL)
		return why;
	return nets_add(member(o, row), &net) ? NULL : "fewer networks";
}

const char *
option_ifname(struct options *o, const struct option_row *row, const char *value)
{
	struct net net;
	const char *why = nets_parse_ifname(&net, value);

	if (why != NULL)
		return why;
	return nets_add(member(o, row), &net) ? NULL : "fewer networks";
}

const char *
option_next_hop(struct options *o, const struct option_row *row, const char *value)
{
	struct addr addr;

	if (strcmp(value, "self") != 0 && addr_parse(value, strlen(value), &addr) != 0)
		return "an address or self";
	return option_text(o, row, value);
}

const char *
option_facility(struct options *o, const struct option_row *row, const char *value)
{
	if (value == NULL)
		value = "daemon";
	if (syslog_facility(value) < 0)
		return "daemon, user, local0 to local7, ...";
	return option_text(o, row, value);
}

const char *
option_exec_words(struct options *o, const struct word *words, size_t n)
{
	if (n == 0)
		return "a program and its arguments";
	for (size_t i = 0; o->exec != NULL && o->exec[i] != NULL; i++)
		free(o->exec[i]);
	o->exec = xreallocarray(o->exec, n + 1, sizeof(o->exec[0]));
	for (size_t i = 0; i < n; i++)
		o->exec[i] = xstrdup(words[i].text);
	o->exec[n] = NULL;
	return NULL;
}

/* `exec = PROGRAM ARGUMENTS`: words between blanks, or between double quotes. */
const char *
option_exec(struct options *o, const struct option_row *row, const char *value)
{
	struct words words = { 0 };
	const char *why = NULL;
	char *copy = xstrdup(value);
	char *p = copy + strspn(copy, " \t");

	(void)row;
	while (*p != '\0' && why == NULL) {
		bool quoted = *p == '"';
		char *end = p + quoted + strcspn(p + quoted, quoted ? "\"" : " \t");
		bool last = *end == '\0';

		if (quoted && (last || strchr(" \t", end[1]) == NULL))
			why = "a closing quote, and a blank after it";
		*end = '\0';
		words_add(&words, p + quoted, 0);
		p = last ? end : end + 1;
		p += strspn(p, " \t");
	}
	free(copy);
	if (why == NULL)
		why = option_exec_words(o, words.v, words.n);
	words_fini(&words);
	return why;
}
