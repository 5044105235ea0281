/*
 * `troupe-nlri SAFI 0xHEX item…`: a route of any family by the bytes of its NLRI, for testers and
 * for printed configurations. The bytes must be one well-formed NLRI of the family.
 */
#include "proto/text/route_grammar.h"

#include "common/hex.h"

static int
take_bytes(struct route_call *c, uint8_t out[NLRI_MAX], size_t *n)
{
	const struct token *k = token_peek(c->t);

	if (k == NULL || k->n < 4 || k->n > 2 + 2 * NLRI_MAX || k->s[0] != '0' || k->s[1] != 'x' ||
		hex_decode(k->s + 2, k->n - 2, out) != 0)
		return text_error_expected(c->e, c->t, "an NLRI as 0x and hexadecimal digits");
	*n = (k->n - 2) / 2;
	c->t->pos++;
	return 0;
}

static int
check(struct route_call *c, uint32_t family, const uint8_t *bytes, size_t n)
{
	struct rd r = rd_init(bytes, n);
	struct nlri nlri;
	struct wire_error err = { 0 };
	const struct token *k = &c->t->v[c->t->pos - 1];
	int rc = nlri_next(&r, family, false, c->purpose == ROUTE_WITHDRAW, &nlri, &err);

	if (rc < 0)
		return text_error_set(
			c->e, k, "expected one NLRI: %.*s", (int)err.len, (const char *)err.data);
	if (rc != 0 || rd_left(&r) > 0)
		return text_error_set(
			c->e, k, "expected one NLRI, found %zu bytes more", rd_left(&r));
	return 0;
}

int
grammar_raw(struct route_call *c)
{
	static const char *const afis[] = { "ipv4", "ipv6", "l2vpn", "bgp-ls" };
	const struct token *safi = token_peek(c->t);
	uint8_t bytes[NLRI_MAX];
	uint32_t family = 0;
	size_t n = 0;

	for (unsigned i = 0; i < 4 && safi != NULL && family == 0; i++) {
		if (afi_by_name(afis[i], strlen(afis[i])) == c->afi)
			family = family_by_name(afis[i], strlen(afis[i]), safi->s, safi->n, false);
	}
	if (family == 0 || nlri_codec(family) == NULL)
		return text_error_expected(c->e, c->t, "a SAFI (unicast, …)");
	c->t->pos++;
	if (take_bytes(c, bytes, &n) != 0 || check(c, family, bytes, n) != 0 ||
		route_items(c, ROUTE_ITEM_ALL & ~(uint32_t)(ROUTE_ITEM_LABEL | ROUTE_ITEM_RD |
							    ROUTE_ITEM_SPLIT)) != 0 ||
		route_add_nlri(c, family, bytes, n) != 0)
		return -1;
	bool flow = family_safi(family) == SAFI_FLOW || family_safi(family) == SAFI_FLOW_VPN;
	return route_finish(c, flow ? ROUTE_NEEDS_NOTHING : ROUTE_NEEDS_NEXT_HOP);
}
