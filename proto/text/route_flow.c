/*
 * FlowSpec rules (reference/config.md 4.10, api.md 4.4; RFC 8955, RFC 8956): `flow route [NAME] {
 * match { … } then { … } }`, `flow route ITEM…`, and `ipv4 flow|flow-vpn ITEM…`. The family is that
 * of the section or of the prefixes; a route distinguisher makes it flow-vpn. A rule that would
 * match everything is refused (D15), and so is a distinguisher that does not go with the SAFI.
 */
#include "proto/text/route_flow.h"

enum {
	FLOW_ITEMS = ROUTE_ITEM_NEXT_HOP | ROUTE_ITEM_RD | ROUTE_ITEM_NAME | ROUTE_ITEM_WATCHDOG |
		     ROUTE_ITEM_WITHDRAW,
	FLOW_LABEL = 13
};

static struct flow_call *
flow_of(struct route_call *c)
{
	return (struct flow_call *)c;
}

static int
unknown(struct flow_call *f)
{
	const char *words[FLOW_WORDS_MAX];
	unsigned n = flow_match_words(words);

	n += flow_then_words(words + n);
	words[n++] = "interface-set";
	return route_item_unknown(&f->c, words, n);
}

static int
match_statement(struct route_call *c)
{
	return flow_match_item(flow_of(c));
}

static int
then_statement(struct route_call *c)
{
	return flow_then_item(flow_of(c));
}

static int
scope_statement(struct route_call *c)
{
	return flow_scope_item(flow_of(c));
}

static const struct block {
	const char *keyword;
	int (*statement)(struct route_call *c);
} blocks[] = {
	{ "match", match_statement },
	{ "then", then_statement },
	{ "scope", scope_statement },
};

/* A statement of `route { … }`: an inner block or an item of the route. */
static int
route_statement(struct route_call *c)
{
	for (unsigned i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		if (!token_accept(c->t, blocks[i].keyword))
			continue;
		if (!token_accept(c->t, "{"))
			return text_error_expected(c->e, c->t, "\"{\"");
		return route_block(c, blocks[i].statement) == 0 ? 2 : -1;
	}
	return route_item(c, FLOW_ITEMS);
}

static int
inline_items(struct flow_call *f)
{
	struct tokens *t = f->c.t;

	while (token_peek(t) != NULL) {
		int rv = flow_match_item(f);

		if (rv == 0)
			rv = flow_scope_item(f);
		if (rv == 0)
			rv = flow_then_item(f);
		if (rv == 0)
			rv = route_item(&f->c, FLOW_ITEMS);
		if (rv == -1)
			return -1;
		if (rv == 1)
			continue;
		if (t->pos + 1 == t->n && token_accept(t, ";"))
			return 0;
		return unknown(f);
	}
	return 0;
}

/* The IP version of the whole rule. */
static int
rule_afi(struct flow_call *f, uint16_t *afi)
{
	bool label = f->end[FLOW_LABEL] > f->end[FLOW_LABEL - 1];

	/* Without prefixes IPv4, as the reference has it, unless there is no such component. */
	*afi = f->afi != 0 ? f->afi : label ? AFI_IPV6 : AFI_IPV4;
	if (f->afi == 0 || f->only_afi == 0 || f->only_afi == f->afi)
		return 0;
	return text_error_set(f->c.e, f->only_at, "\"%.*s\" in an %s rule", (int)f->only_at->n,
		f->only_at->s, f->afi == AFI_IPV4 ? "IPv4" : "IPv6");
}

/* SAFI and distinguisher go together. */
static int
rule_safi(struct flow_call *f, const struct token *at, uint8_t *safi)
{
	bool vpn = (f->c.items.seen & ROUTE_ITEM_RD) != 0;

	*safi = vpn ? SAFI_FLOW_VPN : SAFI_FLOW;
	if (f->c.safi == 0 || f->c.safi == *safi)
		return 0;
	return text_error_set(f->c.e, at,
		vpn ? "\"flow\" rules have no rd: it makes them \"flow-vpn\""
		    : "\"flow-vpn\" rules need an rd");
}

static int
finish(struct flow_call *f, const struct token *at)
{
	size_t n = f->end[FLOW_TYPES - 1];
	uint8_t nlri[2 + 8 + FLOW_RULE_MAX], safi;
	struct wr w = wr_init(nlri, sizeof(nlri));
	uint16_t afi;

	if (rule_afi(f, &afi) == -1 || rule_safi(f, at, &safi) == -1)
		return -1;
	if (n == 0)
		return text_error_set(
			f->c.e, at, "the flow rule matches everything: no match item");
	for (unsigned type = 1; type < FLOW_TYPES; type++)
		if (flow_components[type].kind != FLOW_PREFIX && f->end[type] > f->end[type - 1])
			f->bytes[f->end[type - 1] + f->last[type]] |= FLOW_OP_END;
	if (safi == SAFI_FLOW_VPN)
		n += sizeof(f->c.items.rd);
	if (n > FLOW_RULE_MAX)
		return text_error_set(
			f->c.e, at, "a flow rule of more than %d bytes", (int)FLOW_RULE_MAX);
	if (n < 0xf0)
		wr_u8(&w, (uint8_t)n);
	else
		wr_u16(&w, (uint16_t)(0xf000 | n));
	if (safi == SAFI_FLOW_VPN)
		wr_bytes(&w, f->c.items.rd, sizeof(f->c.items.rd));
	wr_bytes(&w, f->bytes, f->end[FLOW_TYPES - 1]);
	if (route_add_nlri(&f->c, FAMILY(afi, safi), nlri, wr_len(&w)) == -1)
		return -1;
	return route_finish(&f->c, ROUTE_NEEDS_NOTHING);
}

static const struct token *
place(const struct route_call *c)
{
	return c->t->pos > 0 ? &c->t->v[c->t->pos - 1] : NULL;
}

int
grammar_flow(struct route_call *c)
{
	struct flow_call f = { .c = *c, .afi = c->afi };
	const struct token *at = place(c);

	return inline_items(&f) == 0 ? finish(&f, at) : -1;
}

/* True when the next words are `{` or `NAME {`. */
static bool
opens_block(const struct tokens *t)
{
	uint32_t left = t->n - t->pos;

	return (left > 0 && token_is(&t->v[t->pos], "{")) ||
	       (left > 1 && token_is(&t->v[t->pos + 1], "{") && !token_is(&t->v[t->pos], ";"));
}

int
grammar_flow_route(struct route_call *c)
{
	struct flow_call f = { .c = *c };
	const struct token *at = token_peek(c->t);

	if (!token_accept(c->t, "route"))
		return text_error_expected(c->e, c->t, "\"route\"");
	if (!opens_block(c->t))
		return inline_items(&f) == 0 ? finish(&f, at) : -1;
	if (!token_is(token_peek(c->t), "{")) {
		const struct token *name = token_next(c->t);

		c->out->name = (struct route_text){ .s = name->s, .n = name->n };
	}
	token_accept(c->t, "{");
	if (route_block(&f.c, route_statement) == -1)
		return -1;
	token_accept(c->t, ";");
	if (token_peek(c->t) != NULL)
		return text_error_expected(c->e, c->t, "the end of the statement");
	return finish(&f, at);
}
