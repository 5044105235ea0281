/*
 * What every route statement may hold besides its family's own words: next-hop, qualifiers
 * (label, rd, path-information, split), bookkeeping words (name, watchdog, withdraw) and the
 * attributes, whose grammars are those of their codecs (proto/wire/attr_*.c).
 * reference/config.md 4.1, 4.2, 4.7.
 */
#include "proto/text/route_grammar.h"

static int
item_next_hop(struct route_call *c)
{
	struct addr ip;
	const struct token *k = token_peek(c->t);

	if (k != NULL && k->n == 4 && token_is_fold(k, "self")) {
		c->t->pos++;
		c->b->nh_len = NEXTHOP_SELF;
		return 0;
	}
	if (value_ip(c->t, "a next-hop (an address or \"self\")", &ip, c->e) != 0)
		return -1;
	c->b->nh_len = ip.len;
	memcpy(c->b->nh, ip.bytes, ip.len);
	return 0;
}

static int
item_label(struct route_call *c)
{
	return value_labels(c->t, c->items.labels, ROUTE_LABELS_MAX, &c->items.n_labels, c->e);
}

static int
item_rd(struct route_call *c)
{
	return value_rd(c->t, c->items.rd, c->e);
}

static int
item_path_id(struct route_call *c)
{
	const struct token *k = token_peek(c->t);
	uint8_t q[4];

	if (k != NULL && addr_parse4(k->s, k->n, q) == 0) {
		c->t->pos++;
		c->items.path_id =
			(uint32_t)q[0] << 24 | (uint32_t)q[1] << 16 | (uint32_t)q[2] << 8 | q[3];
		return 0;
	}
	return value_u32(c->t, 0, UINT32_MAX, "a path identifier", &c->items.path_id, c->e);
}

static int
item_split(struct route_call *c)
{
	const struct token *k = token_peek(c->t);
	uint32_t bits;

	if (k == NULL || k->n < 2 || k->s[0] != '/' ||
		parse_u32(k->s + 1, k->n - 1, 128, &bits) != 0)
		return text_error_expected(c->e, c->t, "a prefix length as \"/25\"");
	c->t->pos++;
	c->items.split = (uint8_t)bits;
	return 0;
}

static int
take_text(struct route_call *c, const char *what, struct route_text *out)
{
	struct token word;

	if (value_word(c->t, what, &word, c->e) != 0)
		return -1;
	*out = (struct route_text){ .s = word.s, .n = word.n };
	return 0;
}

static int
item_name(struct route_call *c)
{
	return take_text(c, "a name", &c->out->name);
}

static int
item_watchdog(struct route_call *c)
{
	const struct token *k = token_peek(c->t);

	if (token_is_fold(k, "announce") || token_is_fold(k, "withdraw") ||
		(k != NULL && k->n > UINT8_MAX))
		return text_error_expected(c->e, c->t, "the name of a watchdog");
	return take_text(c, "the name of a watchdog", &c->out->watchdog);
}

static int
item_withdraw(struct route_call *c)
{
	c->out->withdraw = true;
	return 0;
}

static const struct item_row {
	const char *keyword;
	uint32_t n;
	uint32_t bit;
	int (*parse)(struct route_call *c);
} rows[] = {
	{ "next-hop", 8, ROUTE_ITEM_NEXT_HOP, item_next_hop },
	{ "label", 5, ROUTE_ITEM_LABEL, item_label },
	{ "rd", 2, ROUTE_ITEM_RD, item_rd },
	{ "route-distinguisher", 19, ROUTE_ITEM_RD, item_rd },
	{ "path-information", 16, ROUTE_ITEM_PATH_ID, item_path_id },
	{ "split", 5, ROUTE_ITEM_SPLIT, item_split },
	{ "name", 4, ROUTE_ITEM_NAME, item_name },
	{ "watchdog", 8, ROUTE_ITEM_WATCHDOG, item_watchdog },
	{ "withdraw", 8, ROUTE_ITEM_WITHDRAW, item_withdraw },
};

enum { N_ROWS = sizeof(rows) / sizeof(rows[0]), N_WORDS_MAX = 96 };

int
route_item(struct route_call *c, uint32_t allowed)
{
	const struct token *k = token_peek(c->t);

	if (k == NULL)
		return 0;
	for (unsigned i = 0; i < N_ROWS; i++) {
		if (rows[i].n != k->n || memcmp(rows[i].keyword, k->s, k->n) != 0)
			continue;
		if ((allowed & rows[i].bit) == 0)
			return 0;
		c->t->pos++;
		c->items.seen |= rows[i].bit;
		return rows[i].parse(c) == 0 ? 1 : -1;
	}
	if ((allowed & ROUTE_ITEM_ATTRIBUTE) == 0)
		return 0;
	const struct attr_codec *codec = attr_codec_by_name(k->s, k->n);
	if (codec == NULL || codec->parse == NULL)
		return 0;
	c->t->pos++;
	c->items.seen |= ROUTE_ITEM_ATTRIBUTE;
	return codec->parse(c->t, c->b, c->e) == 0 ? 1 : -1;
}

int
route_item_unknown(struct route_call *c, const char *const *own, unsigned n_own)
{
	const struct token *k = token_peek(c->t);
	const char *words[N_WORDS_MAX];
	unsigned n = 0;
	size_t n_codecs;
	const struct attr_codec *const *codecs = attr_codecs(&n_codecs);
	char quoted[TEXT_QUOTED_MAX];

	for (unsigned i = 0; i < n_own && n < N_WORDS_MAX; i++)
		words[n++] = own[i];
	for (unsigned i = 0; i < N_ROWS && n < N_WORDS_MAX; i++)
		words[n++] = rows[i].keyword;
	for (size_t i = 0; i < n_codecs && n < N_WORDS_MAX; i++) {
		if (codecs[i]->name != NULL && codecs[i]->parse != NULL)
			words[n++] = codecs[i]->name;
	}
	const char *near = k != NULL ? text_suggest(k, words, n) : NULL;
	if (near == NULL)
		return text_error_expected(c->e, c->t, "a route item");
	return text_error_set(c->e, k, "expected a route item, found %s (did you mean \"%s\"?)",
		text_quote(k, quoted), near);
}

int
route_items(struct route_call *c, uint32_t allowed)
{
	while (token_peek(c->t) != NULL) {
		int rc = route_item(c, allowed);

		if (rc < 0)
			return -1;
		if (rc == 1)
			continue;
		if (c->t->pos + 1 == c->t->n && token_accept(c->t, ";"))
			return 0;
		return route_item_unknown(c, NULL, 0);
	}
	return 0;
}

/* The end of one statement of a block. */
static int
end_statement(struct route_call *c)
{
	while (!token_accept(c->t, ";")) {
		const struct token *k = token_peek(c->t);

		if (k == NULL || token_is(k, "{") || token_is(k, "}"))
			return text_error_expected(c->e, c->t, "\";\"");
		if (c->out->ignored.s == NULL)
			c->out->ignored = *k;
		c->t->pos++;
	}
	return 0;
}

int
route_block(struct route_call *c, int (*item)(struct route_call *c))
{
	while (!token_accept(c->t, "}")) {
		if (token_peek(c->t) == NULL)
			return text_error_expected(c->e, c->t, "\"}\"");
		int rc = item(c);

		if (rc < 0)
			return -1;
		if (rc == 0)
			return route_item_unknown(c, NULL, 0);
		if (rc == 1 && end_statement(c) != 0)
			return -1;
	}
	return 0;
}
