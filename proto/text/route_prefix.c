/*
 * Routes to prefixes: `route P …`, `attributes … nlri P …`, and the SAFI words unicast, multicast,
 * nlri-mpls and mpls-vpn (reference/config.md 4.1, 4.8). NLRI: RFC 4271 4.3, RFC 8277 2, RFC 4364
 * 4.3.4: length in bits, labels of 3 bytes, route distinguisher, prefix.
 */
#include "proto/text/route_priv.h"

enum { PREFIX_NLRI_MAX = 1 + 3 * ROUTE_LABELS_MAX + 8 + 16 };

struct prefix {
	struct addr net;
	uint8_t bits;
	const struct token *at;
};

bool
route_prefix_multicast(const struct addr *net, const struct token *at)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (net->len == 4)
		return (net->bytes[0] & 0xf0) == 0xe0;
	return memcmp(net->bytes, mapped, 12) == 0 && (net->bytes[12] & 0xf0) == 0xe0 &&
	       memchr(at->s, '.', at->n) != NULL;
}

static uint8_t
safi_of(const struct route_call *c, const struct prefix *p)
{
	if (c->safi != 0)
		return c->safi;
	if (c->items.seen & ROUTE_ITEM_RD)
		return SAFI_MPLS_VPN;
	if (c->items.n_labels > 0)
		return SAFI_NLRI_MPLS;
	return route_prefix_multicast(&p->net, p->at) ? SAFI_MULTICAST : SAFI_UNICAST;
}

static int
incomplete(struct route_call *c, const struct prefix *p, const char *what)
{
	char ip[ADDR_TEXT_MAX];

	addr_print(&p->net, ip);
	text_error_set(c->e, p->at, "%s: %s/%u", what, ip, p->bits);
	c->e->incomplete = true;
	return -1;
}

/* Bits of the prefixes the statement makes. */
static unsigned
longest(const struct route_call *c, const struct prefix *p)
{
	bool split = (c->items.seen & ROUTE_ITEM_SPLIT) != 0 && c->items.split > p->bits;

	return split ? c->items.split : p->bits;
}

/* What the family asks for and what it can not hold. */
static int
check(struct route_call *c, const struct prefix *p, uint32_t family)
{
	uint8_t safi = family_safi(family);
	bool labelled = safi == SAFI_NLRI_MPLS || safi == SAFI_MPLS_VPN;
	const struct family_info *info = family_find(family);

	if (info == NULL || nlri_codec(family) == NULL)
		return text_error_set(c->e, p->at, "%s routes are not supported yet",
			info != NULL ? info->name : "such");
	if (safi == SAFI_MPLS_VPN && !(c->items.seen & ROUTE_ITEM_RD))
		return incomplete(c, p, "VPN route announce requires RD");
	if (labelled && c->items.n_labels == 0 && c->purpose == ROUTE_ANNOUNCE)
		return incomplete(c, p, "labeled route announce requires labels");
	if (!labelled && (c->items.n_labels > 0 || (c->items.seen & ROUTE_ITEM_RD)))
		return text_error_set(
			c->e, p->at, "%s routes have neither label nor rd", info->name);
	if (safi == SAFI_NLRI_MPLS && (c->items.seen & ROUTE_ITEM_RD))
		return text_error_set(c->e, p->at, "%s routes have no rd", info->name);
	if (24 * c->items.n_labels + 64u * (safi == SAFI_MPLS_VPN) + longest(c, p) > 255)
		return text_error_set(c->e, p->at, "too many labels for one NLRI");
	return 0;
}

static int
add_one(struct route_call *c, uint32_t family, const uint8_t *bytes, unsigned bits)
{
	uint8_t space[PREFIX_NLRI_MAX];
	struct wr w = wr_init(space, sizeof(space));
	bool vpn = family_safi(family) == SAFI_MPLS_VPN;
	unsigned n = c->items.n_labels;

	wr_u8(&w, (uint8_t)(24 * n + (vpn ? 64 : 0) + bits));
	for (unsigned i = 0; i < n; i++)
		wr_u24(&w, c->items.labels[i] << 4 | (i + 1 == n));
	if (vpn)
		wr_bytes(&w, c->items.rd, 8);
	wr_bytes(&w, bytes, (bits + 7) / 8);
	return route_add_nlri(c, family, space, wr_len(&w));
}

/* Adds 1 to the prefix of that many bits. */
static void
next_prefix(uint8_t *bytes, unsigned bits)
{
	unsigned add = 1u << (7 - (bits - 1) % 8);

	for (int i = (int)(bits - 1) / 8; i >= 0 && add != 0; i--) {
		add += bytes[i];
		bytes[i] = (uint8_t)add;
		add >>= 8;
	}
}

static int
add_prefix(struct route_call *c, const struct prefix *p)
{
	uint16_t afi = p->net.len == 4 ? AFI_IPV4 : AFI_IPV6;
	uint32_t family = FAMILY(afi, safi_of(c, p));
	unsigned split = (c->items.seen & ROUTE_ITEM_SPLIT) ? c->items.split : 0;
	uint8_t bytes[16];

	if (check(c, p, family) != 0)
		return -1;
	if (split > p->net.len * 8u)
		return text_error_set(c->e, p->at, "split /%u is longer than an address", split);
	if (split <= p->bits)
		return add_one(c, family, p->net.bytes, p->bits);
	if (split - p->bits > 20)
		return text_error_set(
			c->e, p->at, "split /%u makes more than %d routes", split, ROUTE_SPLIT_MAX);
	memcpy(bytes, p->net.bytes, sizeof(bytes));
	for (uint32_t i = 0; i < UINT32_C(1) << (split - p->bits); i++) {
		if (add_one(c, family, bytes, split) != 0)
			return -1;
		next_prefix(bytes, split);
	}
	return 0;
}

/* The prefix, of the section's AFI when there is one. */
static int
take_prefix(struct route_call *c, struct prefix *p)
{
	p->at = token_peek(c->t);
	if (value_prefix(c->t, &p->net, &p->bits, c->e) != 0)
		return -1;
	if (c->afi == 0 || (c->afi == AFI_IPV4) == (p->net.len == 4))
		return 0;
	c->t->pos--;
	return text_error_expected(
		c->e, c->t, c->afi == AFI_IPV4 ? "an IPv4 prefix" : "an IPv6 prefix");
}

static int
one_prefix(struct route_call *c, const struct prefix *p)
{
	if (add_prefix(c, p) != 0)
		return -1;
	return route_finish(c, ROUTE_NEEDS_NEXT_HOP);
}

int
grammar_prefix(struct route_call *c)
{
	struct prefix p;

	if (take_prefix(c, &p) != 0 || route_items(c, ROUTE_ITEM_ALL) != 0)
		return -1;
	return one_prefix(c, &p);
}

static int
any_item(struct route_call *c)
{
	return route_item(c, ROUTE_ITEM_ALL);
}

int
grammar_route(struct route_call *c)
{
	struct prefix p;

	if (take_prefix(c, &p) != 0)
		return -1;
	if (!token_accept(c->t, "{"))
		return route_items(c, ROUTE_ITEM_ALL) == 0 ? one_prefix(c, &p) : -1;
	if (route_block(c, any_item) != 0)
		return -1;
	token_accept(c->t, ";");
	if (token_peek(c->t) != NULL)
		return text_error_expected(c->e, c->t, "the end of the statement");
	return one_prefix(c, &p);
}

static int
nlri_list(struct route_call *c)
{
	struct prefix p;

	while (token_peek(c->t) != NULL) {
		if (c->t->pos + 1 == c->t->n && token_accept(c->t, ";"))
			break;
		if (take_prefix(c, &p) != 0 || add_prefix(c, &p) != 0)
			return -1;
	}
	return 0;
}

int
grammar_attributes(struct route_call *c)
{
	int rc = 1;

	while (token_peek(c->t) != NULL && rc == 1) {
		if (token_accept(c->t, "nlri")) {
			if (nlri_list(c) != 0)
				return -1;
			break;
		}
		rc = route_item(c, ROUTE_ITEM_ALL);
	}
	if (rc < 0)
		return -1;
	if (rc == 0 && !(c->t->pos + 1 == c->t->n && token_accept(c->t, ";"))) {
		static const char *const own[] = { "nlri" };

		return route_item_unknown(c, own, 1);
	}
	if (route_finish(c, ROUTE_NEEDS_NEXT_HOP) != 0)
		return -1;
	c->out->attributes_only = c->out->n_nlri == 0 && c->items.seen != 0;
	return 0;
}
