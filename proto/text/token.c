/*
 * Words of command lines, and the errors that parsers of words report. tokens_split() runs once
 * per command of a helper: one table look-up a byte, no copying. The normalisation of
 * reference/api.md 1.3 (blanks around brackets and commas) falls out of making those characters
 * words of their own.
 */
#include "proto/text/token.h"

#include <stdarg.h>
#include <stdio.h>

enum char_class { CHAR_WORD, CHAR_BLANK, CHAR_SINGLE, CHAR_QUOTE, CHAR_FOREIGN };

static const uint8_t classes[256] = {
	[' '] = CHAR_BLANK,
	['\t'] = CHAR_BLANK,
	['\n'] = CHAR_BLANK,
	['\v'] = CHAR_BLANK,
	['\f'] = CHAR_BLANK,
	['\r'] = CHAR_BLANK,
	['['] = CHAR_SINGLE,
	[']'] = CHAR_SINGLE,
	['('] = CHAR_SINGLE,
	[')'] = CHAR_SINGLE,
	[','] = CHAR_SINGLE,
	[';'] = CHAR_SINGLE,
	['{'] = CHAR_SINGLE,
	['}'] = CHAR_SINGLE,
	['"'] = CHAR_QUOTE,
	['\''] = CHAR_QUOTE,
	[128 ... 255] = CHAR_FOREIGN,
};

static int
split_error(struct text_error *e, size_t offset, const char *what)
{
	struct token at = { .s = "", .n = 0, .line = 1, .col = (uint32_t)offset + 1 };

	return text_error_set(e, &at, "%s", what);
}

/* A quoted word that opens at line[at]; returns where scanning goes on, or -1. */
static long
split_quoted(const char *line, size_t n, size_t at, struct token *out, struct text_error *e)
{
	const char *close = memchr(line + at + 1, line[at], n - at - 1);

	if (close == NULL)
		return split_error(e, at, "this quote is not closed");
	for (const char *p = line + at + 1; p < close; p++) {
		if (classes[(uint8_t)*p] == CHAR_FOREIGN)
			return split_error(e, (size_t)(p - line), "commands are ASCII text");
	}
	*out = (struct token){ .s = line + at + 1,
		.n = (uint32_t)(close - line - (long)at - 1),
		.line = 1,
		.col = (uint32_t)at + 1 };
	return close - line + 1;
}

int
tokens_split(const char *line, size_t n, struct token *out, unsigned max, struct text_error *e)
{
	unsigned count = 0;
	size_t i = 0;

	for (;;) {
		while (i < n && classes[(uint8_t)line[i]] == CHAR_BLANK)
			i++;
		if (i == n)
			return (int)count;
		if (count == max)
			return split_error(e, i, "too many words");
		size_t start = i;
		uint8_t class = classes[(uint8_t)line[i]];
		if (class == CHAR_QUOTE) {
			long next = split_quoted(line, n, i, &out[count], e);

			if (next < 0)
				return -1;
			i = (size_t)next;
			count++;
			continue;
		}
		i++;
		if (class == CHAR_FOREIGN)
			return split_error(e, start, "commands are ASCII text");
		if (class == CHAR_WORD) {
			while (i < n && (class = classes[(uint8_t)line[i]]) == CHAR_WORD)
				i++;
			if (i < n && class == CHAR_QUOTE)
				return split_error(e, i, "a quote inside a word");
			if (i < n && class == CHAR_FOREIGN)
				return split_error(e, i, "commands are ASCII text");
		}
		out[count++] = (struct token){ .s = line + start,
			.n = (uint32_t)(i - start),
			.line = 1,
			.col = (uint32_t)start + 1 };
	}
}

const char *
text_quote(const struct token *k, char out[TEXT_QUOTED_MAX])
{
	size_t used = 0;

	out[used++] = '"';
	for (uint32_t i = 0; i < k->n; i++) {
		unsigned char c = (unsigned char)k->s[i];

		if (used > TEXT_QUOTED_MAX - 9) {
			memcpy(out + used, "...", 3);
			used += 3;
			break;
		}
		if (c < 0x20 || c == 0x7f)
			used += (size_t)snprintf(out + used, 5, "\\x%02x", c);
		else
			out[used++] = (char)c;
	}
	out[used++] = '"';
	out[used] = '\0';
	return out;
}

int
text_error_set(struct text_error *e, const struct token *at, const char *fmt, ...)
{
	va_list ap;

	e->line = at != NULL ? at->line : 1;
	e->col = at != NULL ? at->col : 1;
	e->incomplete = false;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	return -1;
}

int
text_error_expected(struct text_error *e, const struct tokens *t, const char *what)
{
	const struct token *k = token_peek(t);
	char quoted[TEXT_QUOTED_MAX];
	struct token end = { .s = "", .n = 0, .line = 1, .col = 1 };

	if (k != NULL)
		return text_error_set(e, k, "expected %s, found %s", what, text_quote(k, quoted));
	if (t->v != NULL && t->n > 0) {
		const struct token *last = &t->v[t->n - 1];

		end.line = last->line;
		end.col = last->col + last->n;
	}
	return text_error_set(e, &end, "expected %s, found the end of the statement", what);
}

enum { SUGGEST_MAX = 32 };

/* Edits between two words, each of at most SUGGEST_MAX letters: one letter more, less, other, or two
 * neighbours swapped. */
static unsigned
distance(const char *a, size_t a_n, const char *b, size_t b_n)
{
	unsigned d[SUGGEST_MAX + 1][SUGGEST_MAX + 1];

	for (unsigned j = 0; j <= b_n; j++)
		d[0][j] = j;
	for (unsigned i = 1; i <= a_n; i++) {
		d[i][0] = i;
		for (unsigned j = 1; j <= b_n; j++) {
			unsigned best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);

			if (d[i - 1][j] + 1 < best)
				best = d[i - 1][j] + 1;
			if (d[i][j - 1] + 1 < best)
				best = d[i][j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
				d[i - 2][j - 2] + 1 < best)
				best = d[i - 2][j - 2] + 1;
			d[i][j] = best;
		}
	}
	return d[a_n][b_n];
}

const char *
text_suggest(const struct token *k, const char *const *words, unsigned n)
{
	const char *best = NULL;
	unsigned best_distance = k->n / 3 + 1;

	if (k->n < 2 || k->n > SUGGEST_MAX)
		return NULL;
	for (unsigned i = 0; i < n; i++) {
		size_t len = strlen(words[i]);

		if (len > SUGGEST_MAX)
			continue;
		unsigned edits = distance(k->s, k->n, words[i], len);
		if (edits < best_distance || (edits == best_distance && best == NULL)) {
			best = words[i];
			best_distance = edits;
		}
	}
	return best;
}
