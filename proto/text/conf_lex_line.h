/* Logical lines with backslashes; between conf_lex.c and conf_lex_line.c. */
#ifndef TROUPE_PROTO_TEXT_CONF_LEX_LINE_H
#define TROUPE_PROTO_TEXT_CONF_LEX_LINE_H

#include "proto/text/conf_lex.h"

/* Joins the physical lines at x->p into the current logical line and decodes it. 0 or -1. */
int conf_lex_join(struct conf_lex *x, struct text_error *e);

/* A token of the current logical line that starts at offset at. */
static inline struct token
conf_lex_token(const struct conf_lex *x, const char *s, size_t n, size_t at)
{
	struct token k = { .s = s, .n = (uint32_t)n };

	if (x->map == NULL) {
		k.line = x->s_line;
		k.col = (uint32_t)at + 1;
	} else {
		k.line = x->map[at].line;
		k.col = x->map[at].col;
	}
	return k;
}

#endif
