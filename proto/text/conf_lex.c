/*
 * The tokeniser of configuration files (reference/config.md 1.2-1.4). Most lines have neither a
 * backslash nor quotes: they are tokenised where they stand. Lines with a backslash are joined and
 * decoded first, each character keeping its place (conf_lex_line.c). Invariant: x->at moves
 * forward with every token, x->p with every logical line.
 */
#include "proto/text/conf_lex_line.h"

#include <stdlib.h>

#include "common/utf8.h"
#include "common/xmalloc.h"

enum char_class { CHAR_WORD, CHAR_BLANK, CHAR_SINGLE, CHAR_END, CHAR_QUOTE, CHAR_COMMENT };

static const uint8_t classes[256] = {
	[' '] = CHAR_BLANK,
	['\t'] = CHAR_BLANK,
	['\n'] = CHAR_BLANK,
	['\r'] = CHAR_BLANK,
	[','] = CHAR_SINGLE,
	['['] = CHAR_SINGLE,
	[']'] = CHAR_SINGLE,
	[';'] = CHAR_END,
	['{'] = CHAR_END,
	['}'] = CHAR_END,
	['"'] = CHAR_QUOTE,
	['\''] = CHAR_QUOTE,
	['#'] = CHAR_COMMENT,
};

static enum char_class
class_at(const struct conf_lex *x)
{
	return (enum char_class)classes[(uint8_t)x->s[x->at]];
}

/* Where in the text its first byte that can not be is: the line and column for the message. */
static int
bad_text(const char *text, size_t at, const char *what, struct text_error *e)
{
	struct token k = { .s = "", .n = 0, .line = 1, .col = 1 };

	for (size_t i = 0; i < at; i++) {
		k.col++;
		if (text[i] == '\n') {
			k.line++;
			k.col = 1;
		}
	}
	return text_error_set(e, &k, "%s", what);
}

static bool
is_ascii(const char *text, size_t n)
{
	uint64_t seen = 0;

	for (; n >= 8; text += 8, n -= 8) {
		uint64_t v;

		memcpy(&v, text, 8);
		seen |= v;
	}
	for (; n > 0; text++, n--)
		seen |= (uint8_t)*text;
	return (seen & UINT64_C(0x8080808080808080)) == 0;
}

static int
check_text(const char *text, size_t n, struct text_error *e)
{
	const char *nul = memchr(text, '\0', n);

	if (nul != NULL)
		return bad_text(text, (size_t)(nul - text), "a NUL byte", e);
	if (is_ascii(text, n) || utf8_valid(text, n))
		return 0;
	for (size_t i = 0; i < n;) {
		uint32_t code;
		size_t len = utf8_decode((const uint8_t *)text + i, n - i, &code);

		if (len == 0)
			return bad_text(text, i, "a byte that is not UTF-8", e);
		i += len;
	}
	return 0;
}

int
conf_lex_init(struct conf_lex *x, const char *text, size_t n, struct text_error *e)
{
	*x = (struct conf_lex){ .p = text, .end = text + n, .line = 1 };
	return check_text(text, n, e);
}

void
conf_lex_fini(struct conf_lex *x)
{
	free(x->v);
	arena_fini(&x->scratch);
	*x = (struct conf_lex){ 0 };
}

static void
push(struct conf_lex *x, const char *s, size_t n, size_t at)
{
	if (x->n_v == x->cap_v) {
		x->cap_v = x->cap_v == 0 ? 64 : x->cap_v * 2;
		x->v = xreallocarray(x->v, x->cap_v, sizeof(*x->v));
	}
	x->v[x->n_v++] = conf_lex_token(x, s, n, at);
}

/* The next logical line; false at the end of the text, or with *rc -1. */
static bool
next_line(struct conf_lex *x, int *rc, struct text_error *e)
{
	if (x->p == x->end)
		return false;
	if (!x->block)
		arena_reset(&x->scratch);
	const char *newline = memchr(x->p, '\n', (size_t)(x->end - x->p));
	const char *stop = newline != NULL ? newline : x->end;
	size_t n = (size_t)(stop - x->p);
	if (memchr(x->p, '\\', n) != NULL) {
		*rc = conf_lex_join(x, e);
		return *rc == 0;
	}
	x->s = x->p;
	x->n = n;
	x->at = 0;
	x->map = NULL;
	x->s_line = x->line++;
	x->p = newline != NULL ? newline + 1 : x->end;
	return true;
}

/* The end of a word with quotes in it, after its closing quote; 0 when the line ends before. */
static size_t
quoted_end(const struct conf_lex *x, size_t start)
{
	char quote = 0;

	for (size_t i = start; i < x->n; i++) {
		bool is_quote = classes[(uint8_t)x->s[i]] == CHAR_QUOTE;

		if (is_quote && x->s[i] == quote)
			return i + 1;
		if (is_quote)
			quote = x->s[i]; /* opens; or the other kind takes over */
	}
	return 0;
}

/* A word with quotes in it (the quotes are left out); x->at is at its first character. */
static int
quoted_word(struct conf_lex *x, struct text_error *e)
{
	size_t start = x->at, used = 0;
	size_t end = quoted_end(x, start);

	if (end == 0 && x->n_v == x->n_done && classes[(uint8_t)x->s[start]] == CHAR_QUOTE &&
		start + 1 == x->n) {
		x->at = x->n; /* a lone quote is not a word */
		return 0;
	}
	if (end == 0) {
		struct token at = conf_lex_token(x, "", 0, start);

		return text_error_set(e, &at, "this quote is not closed on its line");
	}
	char *text = arena_alloc(&x->scratch, end - start + 1);
	for (size_t i = start; i < end; i++) {
		if (classes[(uint8_t)x->s[i]] != CHAR_QUOTE)
			text[used++] = x->s[i];
	}
	push(x, text, used, start);
	x->at = end;
	return 0;
}

static int
word(struct conf_lex *x, struct text_error *e)
{
	size_t start = x->at;

	while (x->at < x->n && class_at(x) == CHAR_WORD)
		x->at++;
	if (x->at < x->n && class_at(x) == CHAR_COMMENT) {
		struct token at = conf_lex_token(x, "", 0, x->at);

		return text_error_set(e, &at, "a comment needs a blank before its \"#\"");
	}
	if (x->at < x->n && class_at(x) == CHAR_QUOTE) {
		x->at = start;
		return quoted_word(x, e);
	}
	push(x, x->s + start, x->at - start, start);
	return 0;
}

static int
unfinished(struct conf_lex *x, struct text_error *e)
{
	const struct token *last = &x->v[x->n_v - 1];
	struct token at = { .s = "", .n = 0, .line = last->line, .col = last->col + last->n };
	char quoted[TEXT_QUOTED_MAX];

	return text_error_set(e, &at, "expected \";\" or \"{\" after %s, found the end of the line",
		text_quote(last, quoted));
}

/* Tokens of the current line up to one that ends a run: 1 (taken, in *end), 0 at its end, -1. */
static int
scan(struct conf_lex *x, struct token *end, struct text_error *e)
{
	while (x->at < x->n) {
		switch (class_at(x)) {
		case CHAR_BLANK:
			x->at++;
			break;
		case CHAR_COMMENT:
			x->at = x->n;
			break;
		case CHAR_SINGLE:
			push(x, x->s + x->at, 1, x->at);
			x->at++;
			break;
		case CHAR_END:
			*end = conf_lex_token(x, x->s + x->at, 1, x->at);
			x->at++;
			return 1;
		case CHAR_QUOTE:
		case CHAR_WORD:
			if (word(x, e) != 0)
				return -1;
			break;
		}
	}
	return 0;
}

/* One run, its words appended to x->v from `from` on. */
static int
next_run(struct conf_lex *x, uint32_t from, struct conf_run *out, struct text_error *e)
{
	int rc = 0;

	x->n_done = from;
	for (;;) {
		rc = scan(x, &out->at, e);
		if (rc != 0)
			break;
		if (x->n_v > from)
			return unfinished(x, e);
		if (!next_line(x, &rc, e)) {
			if (rc != 0)
				return -1;
			out->end = CONF_END_FILE;
			out->at = (struct token){ .s = "", .n = 0, .line = x->line, .col = 1 };
			return 0;
		}
	}
	if (rc < 0)
		return -1;
	char c = out->at.s[0];
	out->end = c == ';' ? CONF_END_STATEMENT : c == '{' ? CONF_END_OPEN : CONF_END_CLOSE;
	return 0;
}

int
conf_lex_next(struct conf_lex *x, struct conf_run *out, struct text_error *e)
{
	x->n_v = 0;
	x->block = false;
	if (next_run(x, 0, out, e) != 0)
		return -1;
	out->t = (struct tokens){ .v = x->v, .n = x->n_v };
	return 0;
}

static void
push_token(struct conf_lex *x, const struct token *k)
{
	push(x, k->s, k->n, 0);
	x->v[x->n_v - 1] = *k;
}

int
conf_lex_block(struct conf_lex *x, struct conf_run *run, struct text_error *e)
{
	struct token open = run->at;
	unsigned depth = 1;

	x->block = true;
	push_token(x, &open);
	while (depth > 0) {
		struct conf_run inner = { 0 };

		if (next_run(x, x->n_v, &inner, e) != 0)
			return -1;
		if (inner.end == CONF_END_FILE)
			return text_error_set(e, &open, "this \"{\" is never closed");
		depth += inner.end == CONF_END_OPEN;
		depth -= inner.end == CONF_END_CLOSE;
		push_token(x, &inner.at);
	}
	run->t = (struct tokens){ .v = x->v, .n = x->n_v, .pos = run->t.pos };
	return 0;
}
