/*
 * EVPN routes (RFC 7432 7, RFC 9136 3), which the reference can not announce; the words are ours:
 *
 *	ethernet-ad ITEM…                esi, ethernet-tag, label or vni
 *	mac-ip MAC [ip IP] ITEM…         esi, ethernet-tag, label (up to two) or vni
 *	inclusive-multicast IP ITEM…     ethernet-tag
 *	ethernet-segment IP ITEM…        esi
 *	ip-prefix PREFIX ITEM…           esi, ethernet-tag, gateway, label or vni
 *
 * All need rd; items stand in any order among the shared ones. ESI and tag are 0 when not given.
 */
#include "proto/text/route_words.h"

enum {
	EVPN_ITEMS = ROUTE_ITEM_NEXT_HOP | ROUTE_ITEM_RD | ROUTE_ITEM_LABEL | ROUTE_ITEM_NAME |
		     ROUTE_ITEM_WATCHDOG | ROUTE_ITEM_WITHDRAW | ROUTE_ITEM_ATTRIBUTE,
	ESI_BYTES = 10,
	MAC_BYTES = 6,
	EVPN_NLRI_MAX = 128
};

enum own { OWN_ESI = 1, OWN_TAG = 2, OWN_VNI = 4, OWN_GATEWAY = 8, OWN_IP = 16, OWN_LABEL = 32 };

struct evpn_call {
	struct route_call *c;
	unsigned seen; /* enum own */
	uint8_t esi[ESI_BYTES], mac[MAC_BYTES];
	uint32_t tag, vni;
	struct addr ip, gateway; /* len 0: none */
	uint8_t bits;            /* of an ip-prefix */
};

static int
item_esi(struct evpn_call *v)
{
	if (token_accept(v->c->t, "-") || token_accept(v->c->t, "0"))
		return 0;
	return route_hex_pairs(v->c, "an ESI (ten pairs of digits, or 0)", v->esi, sizeof(v->esi));
}

static int
item_tag(struct evpn_call *v)
{
	return value_u32(v->c->t, 0, UINT32_MAX, "an Ethernet tag", &v->tag, v->c->e);
}

static int
item_vni(struct evpn_call *v)
{
	return value_u32(v->c->t, 0, 0xffffff, "a VNI", &v->vni, v->c->e);
}

static int
item_gateway(struct evpn_call *v)
{
	return value_ip(v->c->t, "an address", &v->gateway, v->c->e);
}

static int
item_ip(struct evpn_call *v)
{
	return value_ip(v->c->t, "an address", &v->ip, v->c->e);
}

static const struct own_item {
	const char *keyword;
	enum own own;
	int (*parse)(struct evpn_call *v);
} own_items[] = {
	{ "esi", OWN_ESI, item_esi },
	{ "ethernet-tag", OWN_TAG, item_tag },
	{ "vni", OWN_VNI, item_vni },
	{ "gateway", OWN_GATEWAY, item_gateway },
	{ "ip", OWN_IP, item_ip },
};

enum { N_OWN = sizeof(own_items) / sizeof(own_items[0]) };

/* What stands after the keyword. */
static int
key_none(struct evpn_call *v)
{
	(void)v;
	return 0;
}

static int
key_mac(struct evpn_call *v)
{
	return route_hex_pairs(v->c, "a MAC address", v->mac, sizeof(v->mac));
}

static int
key_ip(struct evpn_call *v)
{
	return item_ip(v);
}

static int
key_prefix(struct evpn_call *v)
{
	return value_prefix(v->c->t, &v->ip, &v->bits, v->c->e);
}

static void
put_address(struct wr *w, const struct addr *ip)
{
	wr_u8(w, (uint8_t)(ip->len * 8));
	wr_bytes(w, ip->bytes, ip->len);
}

/* The labels, or the VNI in their place, or 0: the field is always there. */
static void
put_labels(struct evpn_call *v, struct wr *w)
{
	unsigned n = v->c->items.n_labels;

	if ((v->seen & OWN_VNI) != 0) {
		wr_u24(w, v->vni);
		return;
	}
	if (n == 0)
		wr_u24(w, 0);
	for (unsigned i = 0; i < n; i++)
		wr_u24(w, v->c->items.labels[i] << 4 | (i + 1 == n));
}

static void
put_ad(struct evpn_call *v, struct wr *w)
{
	wr_bytes(w, v->esi, sizeof(v->esi));
	wr_u32(w, v->tag);
	put_labels(v, w);
}

static void
put_mac_ip(struct evpn_call *v, struct wr *w)
{
	wr_bytes(w, v->esi, sizeof(v->esi));
	wr_u32(w, v->tag);
	wr_u8(w, MAC_BYTES * 8);
	wr_bytes(w, v->mac, sizeof(v->mac));
	put_address(w, &v->ip);
	put_labels(v, w);
}

static void
put_multicast(struct evpn_call *v, struct wr *w)
{
	wr_u32(w, v->tag);
	put_address(w, &v->ip);
}

static void
put_segment(struct evpn_call *v, struct wr *w)
{
	wr_bytes(w, v->esi, sizeof(v->esi));
	put_address(w, &v->ip);
}

static void
put_prefix(struct evpn_call *v, struct wr *w)
{
	wr_bytes(w, v->esi, sizeof(v->esi));
	wr_u32(w, v->tag);
	wr_u8(w, v->bits);
	wr_bytes(w, v->ip.bytes, v->ip.len);
	/* No gateway: as many zeros. */
	wr_bytes(w, v->gateway.bytes, v->ip.len);
	put_labels(v, w);
}

static const struct evpn_kind {
	const char *keyword;
	uint8_t type;
	unsigned allowed; /* enum own */
	bool needs_esi;
	unsigned max_labels;
	int (*key)(struct evpn_call *v);
	void (*put)(struct evpn_call *v, struct wr *w);
} kinds[] = {
	{ "ethernet-ad", 1, OWN_ESI | OWN_TAG | OWN_VNI | OWN_LABEL, true, 1, key_none, put_ad },
	{ "mac-ip", 2, OWN_ESI | OWN_TAG | OWN_VNI | OWN_IP | OWN_LABEL, false, 2, key_mac,
		put_mac_ip },
	{ "inclusive-multicast", 3, OWN_TAG, false, 0, key_ip, put_multicast },
	{ "ethernet-segment", 4, OWN_ESI, true, 0, key_ip, put_segment },
	{ "ip-prefix", 5, OWN_ESI | OWN_TAG | OWN_VNI | OWN_GATEWAY | OWN_LABEL, false, 1,
		key_prefix, put_prefix },
};

/* 1, 0 or -1 like route_item(). */
static int
one_item(struct evpn_call *v, const struct evpn_kind *kind)
{
	uint32_t shared = EVPN_ITEMS & ~((kind->allowed & OWN_LABEL) != 0 ? 0u : ROUTE_ITEM_LABEL);

	for (unsigned i = 0; i < N_OWN; i++) {
		if ((kind->allowed & own_items[i].own) == 0 ||
			!token_accept(v->c->t, own_items[i].keyword))
			continue;
		v->seen |= own_items[i].own;
		return own_items[i].parse(v) == 0 ? 1 : -1;
	}
	return route_item(v->c, shared);
}

static int
all_items(struct evpn_call *v, const struct evpn_kind *kind)
{
	const char *words[N_OWN];
	struct tokens *t = v->c->t;
	unsigned n = 0;

	while (token_peek(t) != NULL) {
		int rv = one_item(v, kind);

		if (rv == -1)
			return -1;
		if (rv == 1)
			continue;
		if (t->pos + 1 == t->n && token_accept(t, ";"))
			return 0;
		for (unsigned i = 0; i < N_OWN; i++)
			if ((kind->allowed & own_items[i].own) != 0)
				words[n++] = own_items[i].keyword;
		return route_item_unknown(v->c, words, n);
	}
	return 0;
}

static int
incomplete(struct evpn_call *v, const struct token *at, const char *what)
{
	text_error_set(v->c->e, at, "the EVPN route needs %s", what);
	v->c->e->incomplete = true;
	return -1;
}

static int
check(struct evpn_call *v, const struct evpn_kind *kind, const struct token *at)
{
	if ((v->c->items.seen & ROUTE_ITEM_RD) == 0)
		return incomplete(v, at, "rd");
	if (kind->needs_esi && (v->seen & OWN_ESI) == 0)
		return incomplete(v, at, "esi");
	if (v->c->items.n_labels > kind->max_labels)
		return text_error_set(v->c->e, at, "too many labels");
	if (v->c->items.n_labels > 0 && (v->seen & OWN_VNI) != 0)
		return text_error_set(v->c->e, at, "both label and vni");
	if (v->gateway.len != 0 && v->gateway.len != v->ip.len)
		return text_error_set(v->c->e, at, "the gateway is not of the prefix's IP version");
	return 0;
}

static int
take(struct evpn_call *v, const struct evpn_kind *kind)
{
	struct route_call *c = v->c;
	const struct token *at = &c->t->v[c->t->pos - 1];
	uint8_t nlri[EVPN_NLRI_MAX];
	struct wr w = wr_init(nlri, sizeof(nlri));

	if (kind->key(v) == -1 || all_items(v, kind) == -1 || check(v, kind, at) == -1)
		return -1;
	wr_u8(&w, kind->type);
	wr_u8(&w, 0);
	wr_bytes(&w, c->items.rd, sizeof(c->items.rd));
	kind->put(v, &w);
	nlri[1] = (uint8_t)(wr_len(&w) - 2);
	if (route_add_nlri(c, FAMILY(AFI_L2VPN, SAFI_EVPN), nlri, wr_len(&w)) == -1)
		return -1;
	return route_finish(c, ROUTE_NEEDS_NEXT_HOP);
}

int
grammar_evpn(struct route_call *c)
{
	struct evpn_call v = { .c = c };

	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (token_accept(c->t, kinds[i].keyword))
			return take(&v, &kinds[i]);
	return text_error_expected(c->e, c->t,
		"mac-ip, inclusive-multicast, ethernet-ad, ethernet-segment or ip-prefix");
}
