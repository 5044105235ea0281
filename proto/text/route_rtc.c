/*
 * Route target membership (RFC 4684), which the reference can not announce: `ipv4 rtc origin-as N
 * route-target target:A:N ITEM…`, and `ipv4 rtc default ITEM…` for all targets.
 */
#include "proto/text/route_words.h"
#include "proto/wire/ext_community.h"

enum {
	RTC_ITEMS = ROUTE_ITEM_NEXT_HOP | ROUTE_ITEM_NAME | ROUTE_ITEM_WATCHDOG |
		    ROUTE_ITEM_WITHDRAW | ROUTE_ITEM_ATTRIBUTE,
	RTC_BITS = 96,
	RT_BYTES = 8
};

static int
take_target(struct route_call *c, struct wr *w)
{
	struct token k;
	uint8_t target[RT_BYTES];
	struct wr value = wr_init(target, sizeof(target));
	uint32_t as;

	if (route_word(c, "origin-as") == -1 || value_asn(c->t, &as, c->e) == -1 ||
		route_word(c, "route-target") == -1 ||
		value_word(c->t, "a route target", &k, c->e) == -1)
		return -1;
	if (ext_community_parse(&k, &value) == -1 || wr_len(&value) != RT_BYTES) {
		c->t->pos--;
		return text_error_expected(c->e, c->t, "a route target as \"target:AS:number\"");
	}
	wr_u8(w, RTC_BITS);
	wr_u32(w, as);
	wr_bytes(w, target, sizeof(target));
	return 0;
}

int
grammar_rtc(struct route_call *c)
{
	uint8_t nlri[1 + RTC_BITS / 8];
	struct wr w = wr_init(nlri, sizeof(nlri));

	if (token_accept(c->t, "default"))
		wr_u8(&w, 0);
	else if (take_target(c, &w) == -1)
		return -1;
	if (route_items(c, RTC_ITEMS) == -1 ||
		route_add_nlri(c, FAMILY(AFI_IPV4, SAFI_RTC), nlri, wr_len(&w)) == -1)
		return -1;
	return route_finish(c, ROUTE_NEEDS_NEXT_HOP);
}
