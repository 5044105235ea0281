/*
 * MCAST-VPN routes (reference/config.md 4.12; RFC 6514 4.5, 4.6): `source-ad source S group G rd R`,
 * `shared-join rp S group G rd R source-as N`, `source-join source S group G rd R source-as N`, in
 * this order, then shared items.
 */
#include "proto/text/route_words.h"

enum {
	MVPN_ITEMS = ROUTE_ITEM_NEXT_HOP | ROUTE_ITEM_NAME | ROUTE_ITEM_WATCHDOG |
		     ROUTE_ITEM_WITHDRAW | ROUTE_ITEM_ATTRIBUTE,
	MVPN_NLRI_MAX = 2 + 8 + 4 + 2 * 17
};

static const struct mvpn_kind {
	const char *keyword;
	uint8_t type;
	const char *source; /* the word before the first address */
	bool source_as;
} kinds[] = {
	{ "source-ad", 5, "source", false },
	{ "shared-join", 6, "rp", true },
	{ "source-join", 7, "source", true },
};

static int
take_nlri(struct route_call *c, const struct mvpn_kind *kind)
{
	uint8_t nlri[MVPN_NLRI_MAX], rd[8];
	struct wr w = wr_init(nlri, sizeof(nlri));
	struct addr source, group;
	uint32_t as = 0;

	if (route_word(c, kind->source) == -1 || route_address(c, &source) == -1 ||
		route_word(c, "group") == -1 || route_address(c, &group) == -1 ||
		route_word(c, "rd") == -1 || value_rd(c->t, rd, c->e) == -1)
		return -1;
	if (kind->source_as &&
		(route_word(c, "source-as") == -1 ||
			value_u32(c->t, 0, UINT32_MAX, "an AS number", &as, c->e) == -1))
		return -1;
	wr_u8(&w, kind->type);
	wr_u8(&w, (uint8_t)(8 + (kind->source_as ? 4 : 0) + 2 * (1 + source.len)));
	wr_bytes(&w, rd, sizeof(rd));
	if (kind->source_as)
		wr_u32(&w, as);
	wr_u8(&w, (uint8_t)(source.len * 8));
	wr_bytes(&w, source.bytes, source.len);
	wr_u8(&w, (uint8_t)(group.len * 8));
	wr_bytes(&w, group.bytes, group.len);
	return route_add_nlri(c, FAMILY(c->afi, SAFI_MCAST_VPN), nlri, wr_len(&w));
}

int
grammar_mvpn(struct route_call *c)
{
	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!token_accept(c->t, kinds[i].keyword))
			continue;
		if (take_nlri(c, &kinds[i]) == -1 || route_items(c, MVPN_ITEMS) == -1)
			return -1;
		return route_finish(c, ROUTE_NEEDS_NEXT_HOP);
	}
	return text_error_expected(c->e, c->t, "source-ad, shared-join or source-join");
}
