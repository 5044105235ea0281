/*
 * BGP-LS routes, which the reference can not announce: `bgp-ls bgp-ls|bgp-ls-vpn raw 0xHEX ITEM…`. The
 * bytes are one NLRI as on the wire; they must decode.
 */
#include "proto/text/route_words.h"

#include "common/hex.h"

enum {
	BGPLS_ITEMS = ROUTE_ITEM_NEXT_HOP | ROUTE_ITEM_NAME | ROUTE_ITEM_WATCHDOG |
		      ROUTE_ITEM_WITHDRAW | ROUTE_ITEM_ATTRIBUTE
};

static int
take_raw(struct route_call *c, uint32_t family)
{
	const struct token *k = token_peek(c->t);
	uint8_t bytes[NLRI_MAX];
	struct wire_error err = { 0 };
	struct nlri nlri;
	struct rd r;
	size_t n;

	if (k == NULL || k->n < 4 || (k->n - 2) % 2 != 0 || k->n - 2 > 2 * sizeof(bytes) ||
		memcmp(k->s, "0x", 2) != 0 || hex_decode(k->s + 2, k->n - 2, bytes) == -1)
		return text_error_expected(c->e, c->t, "an NLRI in hexadecimal (0x…)");
	n = (k->n - 2) / 2;
	r = rd_init(bytes, n);
	if (nlri_next(&r, family, false, c->purpose == ROUTE_WITHDRAW, &nlri, &err) != 0)
		return text_error_set(c->e, k, "%.*s", (int)err.len, (const char *)err.data);
	if (!rd_done(&r))
		return text_error_set(c->e, k, "bytes after the NLRI");
	c->t->pos++;
	return route_add_nlri(c, family, bytes, n);
}

int
grammar_bgpls(struct route_call *c)
{
	if (route_word(c, "raw") == -1 || take_raw(c, FAMILY(AFI_BGPLS, c->safi)) == -1 ||
		route_items(c, BGPLS_ITEMS) == -1)
		return -1;
	return route_finish(c, ROUTE_NEEDS_NEXT_HOP);
}
