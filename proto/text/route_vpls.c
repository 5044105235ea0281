/*
 * VPLS routes (reference/config.md 4.11, api.md 4.5; RFC 4761 3.2.2): `vpls ITEM…` and `vpls [SITE] {
 * ITEM; … }`. rd, endpoint, base, offset and size are the NLRI and all needed, for a withdraw too.
 */
#include "proto/text/route_grammar.h"

enum vpls_field { VPLS_ENDPOINT, VPLS_OFFSET, VPLS_SIZE, VPLS_BASE, VPLS_FIELDS };

enum { VPLS_ITEMS = ROUTE_ITEM_ALL & ~(ROUTE_ITEM_LABEL | ROUTE_ITEM_PATH_ID), VPLS_BYTES = 17 };

/* Index: enum vpls_field. The label base has 20 bits on the wire. */
static const struct {
	const char *keyword;
	uint32_t max;
} fields[VPLS_FIELDS] = {
	[VPLS_ENDPOINT] = { "endpoint", UINT16_MAX },
	[VPLS_OFFSET] = { "offset", UINT16_MAX },
	[VPLS_SIZE] = { "size", UINT16_MAX },
	[VPLS_BASE] = { "base", 1048575 },
};

struct vpls_call {
	struct route_call c; /* the first member: the callback of route_block() gets it */
	uint32_t value[VPLS_FIELDS];
	unsigned seen; /* bit map over the fields */
};

static int
vpls_item(struct route_call *c)
{
	struct vpls_call *v = (struct vpls_call *)c;

	for (unsigned i = 0; i < VPLS_FIELDS; i++) {
		if (!token_accept(c->t, fields[i].keyword))
			continue;
		v->seen |= 1u << i;
		return value_u32(c->t, 0, fields[i].max, fields[i].keyword, &v->value[i], c->e) == 0
			       ? 1
			       : -1;
	}
	return route_item(c, VPLS_ITEMS);
}

static int
inline_items(struct vpls_call *v)
{
	const char *words[VPLS_FIELDS];
	struct tokens *t = v->c.t;

	while (token_peek(t) != NULL) {
		int rv = vpls_item(&v->c);

		if (rv == -1)
			return -1;
		if (rv == 1)
			continue;
		if (t->pos + 1 == t->n && token_accept(t, ";"))
			return 0;
		for (unsigned i = 0; i < VPLS_FIELDS; i++)
			words[i] = fields[i].keyword;
		return route_item_unknown(&v->c, words, VPLS_FIELDS);
	}
	return 0;
}

static int
block_items(struct vpls_call *v)
{
	struct tokens *t = v->c.t;

	if (!token_accept(t, "{"))
		t->pos += 2; /* the site's name says nothing on the wire */
	if (route_block(&v->c, vpls_item) == -1)
		return -1;
	token_accept(t, ";");
	return token_peek(t) == NULL ? 0
				     : text_error_expected(v->c.e, t, "the end of the statement");
}

static int
missing(struct vpls_call *v, const struct token *at, const char *what)
{
	text_error_set(v->c.e, at, "a VPLS route needs %s", what);
	v->c.e->incomplete = true;
	return -1;
}

static int
finish(struct vpls_call *v, const struct token *at)
{
	uint8_t nlri[2 + VPLS_BYTES];
	struct wr w = wr_init(nlri, sizeof(nlri));

	if ((v->c.items.seen & ROUTE_ITEM_RD) == 0)
		return missing(v, at, "rd");
	for (unsigned i = 0; i < VPLS_FIELDS; i++)
		if ((v->seen & 1u << i) == 0)
			return missing(v, at, fields[i].keyword);
	wr_u16(&w, VPLS_BYTES);
	wr_bytes(&w, v->c.items.rd, sizeof(v->c.items.rd));
	wr_u16(&w, (uint16_t)v->value[VPLS_ENDPOINT]);
	wr_u16(&w, (uint16_t)v->value[VPLS_OFFSET]);
	wr_u16(&w, (uint16_t)v->value[VPLS_SIZE]);
	wr_u24(&w, v->value[VPLS_BASE] << 4 | 1);
	if (route_add_nlri(&v->c, FAMILY(AFI_L2VPN, SAFI_VPLS), nlri, wr_len(&w)) == -1)
		return -1;
	return route_finish(&v->c, ROUTE_NEEDS_NEXT_HOP);
}

int
grammar_vpls(struct route_call *c)
{
	struct vpls_call v = { .c = *c };
	const struct tokens *t = c->t;
	uint32_t left = t->n - t->pos;
	const struct token *at = t->pos > 0 ? &t->v[t->pos - 1] : NULL;
	bool block = (left > 0 && token_is(&t->v[t->pos], "{")) ||
		     (left > 1 && token_is(&t->v[t->pos + 1], "{"));

	if ((block ? block_items : inline_items)(&v) == -1)
		return -1;
	return finish(&v, at);
}
