/*
 * Words of a statement: of a configuration file (conf_lex.c) or of a command line. A word is
 * borrowed text with its place; parsers walk a cursor over them and leave it at the first word
 * that is not theirs.
 */
#ifndef TROUPE_PROTO_TEXT_TOKEN_H
#define TROUPE_PROTO_TEXT_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

struct token {
	const char *s;
	uint32_t n;
	uint32_t line, col; /* from 1; a command: line 1, col = offset + 1 */
};

struct tokens {
	const struct token *v;
	uint32_t n, pos;
};

enum { TEXT_ERROR_MAX = 384 };

/* What was wrong and where: "expected X, found \"Y\"". */
struct text_error {
	uint32_t line, col;
	bool incomplete; /* well-formed, but lacks something; text is the whole message */
	char text[TEXT_ERROR_MAX];
};

/* NULL at the end. */
static inline const struct token *
token_peek(const struct tokens *t)
{
	return t->pos < t->n ? &t->v[t->pos] : NULL;
}

static inline const struct token *
token_next(struct tokens *t)
{
	return t->pos < t->n ? &t->v[t->pos++] : NULL;
}

static inline bool
token_is(const struct token *k, const char *word)
{
	return k != NULL && strlen(word) == k->n && memcmp(k->s, word, k->n) == 0;
}

static inline bool
token_is_fold(const struct token *k, const char *word)
{
	return k != NULL && strlen(word) == k->n && strncasecmp(k->s, word, k->n) == 0;
}

/* Consumes the word if it is next. */
static inline bool
token_accept(struct tokens *t, const char *word)
{
	if (!token_is(token_peek(t), word))
		return false;
	t->pos++;
	return true;
}

/* Both return -1. at: the offending word; NULL: the end of the statement (place of the last word). */
int text_error_set(struct text_error *e, const struct token *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* "expected <what>, found \"<word>\"" or "..., found the end of the statement". */
int text_error_expected(struct text_error *e, const struct tokens *t, const char *what);

/* The word as it may stand in a message: quoted, cut, without control characters. */
enum { TEXT_QUOTED_MAX = 80 };
const char *text_quote(const struct token *k, char out[TEXT_QUOTED_MAX]);
/* The row most like the word (a spelling error away), or NULL. */
const char *text_suggest(const struct token *k, const char *const *words, unsigned n);

/*
 * Splits a command line in place of copying: words separated by white space; `[ ] ( ) , ; { }`
 * are words of their own; the normalisation of reference/api.md 1.3. Quotes at the start of a
 * word group, and are not part of it. Returns the number of words, or -1 with e (too many words,
 * a quote that is not closed, a byte that is not ASCII). out: room for max tokens.
 */
int tokens_split(const char *line, size_t n, struct token *out, unsigned max, struct text_error *e);

#endif
