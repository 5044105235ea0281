/*
 * The lexical side of the configuration language (reference/config.md 1.1-1.4): physical lines to
 * logical lines, escapes, words, and runs of words up to `;`, `{` or `}`. Words borrow from the
 * text where they can; joined lines and unquoted words live in the lexer's arena.
 */
#ifndef TROUPE_PROTO_TEXT_CONF_LEX_H
#define TROUPE_PROTO_TEXT_CONF_LEX_H

#include "common/arena.h"
#include "proto/text/token.h"

struct conf_place {
	uint32_t line, col;
};

struct conf_lex {
	const char *p, *end; /* of the text not yet looked at */
	uint32_t line;       /* of p */
	const char *s;       /* the current logical line, decoded */
	size_t n, at;
	uint32_t s_line;
	const struct conf_place *map; /* place of each character; NULL: column = offset + 1 */
	struct arena scratch;
	struct token *v; /* owned */
	uint32_t n_v, cap_v;
	uint32_t n_done; /* words of earlier runs of a block */
	bool block;      /* words are kept until the block ends */
};

enum conf_end { CONF_END_STATEMENT, CONF_END_OPEN, CONF_END_CLOSE, CONF_END_FILE };

/* Words, without what ended them. Valid until the next call, except within a block. */
struct conf_run {
	struct tokens t;
	enum conf_end end;
	struct token at; /* the ending character */
};

/* text: borrowed until fini. 0, or -1 with e (not UTF-8, a NUL). */
int conf_lex_init(struct conf_lex *x, const char *text, size_t n, struct text_error *e);
void conf_lex_fini(struct conf_lex *x);
/* 0, or -1 with e. */
int conf_lex_next(struct conf_lex *x, struct conf_run *out, struct text_error *e);
/*
 * After a run that ended with `{`: reads to the matching `}` and gives run->t as one flat list: the
 * words of the run, `{`, everything inside with its `;`, `{` and `}`, and the closing `}`.
 */
int conf_lex_block(struct conf_lex *x, struct conf_run *run, struct text_error *e);

#endif
