/*
 * SR policies (reference/config.md 4.14; RFC 9830): `distinguisher N color N endpoint IP next-hop IP`
 * and then items in any order, which make the tunnel encapsulation attribute (RFC 9012, tunnel
 * type 15) in the order they are written. Nothing is skipped silently and all numbers are checked
 * here (D32).
 */
#include "proto/text/route_sr_policy.h"
#include "proto/text/route_words.h"

enum {
	TUNNEL_SR_POLICY = 15,
	POLICY_MAX = 8192,
	NAME_MAX = 255,
	SR_ITEMS = ROUTE_ITEM_NAME | ROUTE_ITEM_WATCHDOG | ROUTE_ITEM_WITHDRAW,
	SUB_BINDING_SID = 13,
	SUB_LONG = 128 /* from here on lengths have 2 bytes */
};

struct sr_call {
	struct route_call *c;
	struct wr w; /* sub-TLVs */
};

static void
put_head(struct wr *w, uint8_t type, unsigned len)
{
	wr_u8(w, type);
	wr_u8(w, (uint8_t)len);
	wr_u16(w, 0); /* flags, reserved */
}

static int
item_preference(struct sr_call *s)
{
	uint32_t value;

	if (value_u32(s->c->t, 0, UINT32_MAX, "a preference", &value, s->c->e) == -1)
		return -1;
	put_head(&s->w, 12, 6);
	wr_u32(&s->w, value);
	return 0;
}

static int
item_priority(struct sr_call *s)
{
	uint32_t value;

	if (value_u32(s->c->t, 0, UINT8_MAX, "a priority", &value, s->c->e) == -1)
		return -1;
	wr_u16(&s->w, 15 << 8 | 2);
	wr_u16(&s->w, (uint16_t)(value << 8));
	return 0;
}

static int
item_binding_sid(struct sr_call *s)
{
	uint32_t label;

	if (token_accept(s->c->t, "null")) {
		put_head(&s->w, SUB_BINDING_SID, 2);
		return 0;
	}
	if (!token_accept(s->c->t, "mpls"))
		return text_error_expected(s->c->e, s->c->t, "\"mpls\" or \"null\"");
	if (value_u32(s->c->t, 0, 1048575, "an MPLS label", &label, s->c->e) == -1)
		return -1;
	wr_u16(&s->w, SUB_BINDING_SID << 8 | 6);
	wr_u16(&s->w, 0x1000);
	wr_u32(&s->w, label << 12 | 0x100);
	return 0;
}

static int
item_srv6_binding_sid(struct sr_call *s)
{
	static const uint8_t alone[4] = { 20, 18 }, with[4] = { 20, 26, 0x20 };
	uint8_t ip[16], *head;
	int rv;

	if (value_ip6(s->c->t, "an IPv6 address", ip, s->c->e) == -1)
		return -1;
	head = wr_room(&s->w, 4);
	wr_bytes(&s->w, ip, sizeof(ip));
	rv = sr_behavior_parse(s->c, &s->w);
	if (rv == -1 || !wr_ok(&s->w))
		return rv;
	memcpy(head, rv == 1 ? with : alone, 4);
	return 0;
}

static int
put_name(struct sr_call *s, uint8_t type)
{
	struct token name;

	if (value_word(s->c->t, "a name", &name, s->c->e) == -1)
		return -1;
	if (name.n > NAME_MAX)
		return text_error_set(s->c->e, &name, "a name of more than %d bytes", NAME_MAX);
	wr_u8(&s->w, type);
	wr_u16(&s->w, (uint16_t)(name.n + 1));
	wr_u8(&s->w, 0);
	wr_bytes(&s->w, name.s, name.n);
	return 0;
}

static int
item_policy_name(struct sr_call *s)
{
	return put_name(s, SUB_LONG + 2);
}

static int
item_candidate_name(struct sr_call *s)
{
	return put_name(s, SUB_LONG + 1);
}

static int
item_segment_list(struct sr_call *s)
{
	uint32_t weight;
	size_t at;

	if (!token_accept(s->c->t, "weight"))
		return text_error_expected(s->c->e, s->c->t, "\"weight\"");
	if (value_u32(s->c->t, 0, UINT32_MAX, "a weight", &weight, s->c->e) == -1)
		return -1;
	wr_u8(&s->w, SUB_LONG);
	at = wr_mark_u16(&s->w);
	wr_u8(&s->w, 0);
	put_head(&s->w, 9, 6);
	wr_u32(&s->w, weight);
	if (sr_segments_parse(s->c, &s->w) == -1)
		return -1;
	wr_patch_u16(&s->w, at);
	return 0;
}

static const struct sr_item {
	const char *keyword;
	int (*parse)(struct sr_call *s);
} items[] = {
	{ "preference", item_preference },
	{ "priority", item_priority },
	{ "binding-sid", item_binding_sid },
	{ "srv6-binding-sid", item_srv6_binding_sid },
	{ "policy-name", item_policy_name },
	{ "candidate-path-name", item_candidate_name },
	{ "segment-list", item_segment_list },
};

enum { N_ITEMS = sizeof(items) / sizeof(items[0]) };

/* The communities say where a policy may go (RFC 9830 4.1); no other attribute has a meaning. */
static uint32_t
shared_items(const struct token *k)
{
	bool community = token_is(k, "community") || token_is(k, "large-community") ||
			 token_is(k, "extended-community");

	return community ? SR_ITEMS | ROUTE_ITEM_ATTRIBUTE : SR_ITEMS;
}

/* 1, 0 or -1 like route_item(). */
static int
one_item(struct sr_call *s)
{
	for (unsigned i = 0; i < N_ITEMS; i++)
		if (token_accept(s->c->t, items[i].keyword))
			return items[i].parse(s) == 0 ? 1 : -1;
	return route_item(s->c, shared_items(token_peek(s->c->t)));
}

static int
all_items(struct sr_call *s)
{
	const char *words[N_ITEMS];
	struct tokens *t = s->c->t;

	while (token_peek(t) != NULL) {
		int rv = one_item(s);

		if (rv == -1)
			return -1;
		if (rv == 1)
			continue;
		if (t->pos + 1 == t->n && token_accept(t, ";"))
			return 0;
		for (unsigned i = 0; i < N_ITEMS; i++)
			words[i] = items[i].keyword;
		return route_item_unknown(s->c, words, N_ITEMS);
	}
	return 0;
}

static int
take_number(struct route_call *c, const char *word, uint32_t *out)
{
	if (route_word(c, word) == -1)
		return -1;
	return value_u32(c->t, 0, UINT32_MAX, word, out, c->e);
}

/* The four words of the NLRI and the next-hop. */
static int
take_nlri(struct route_call *c)
{
	uint32_t distinguisher, color;
	struct addr endpoint, next_hop;
	uint8_t nlri[1 + 8 + 16];
	struct wr w = wr_init(nlri, sizeof(nlri));
	uint16_t afi;

	if (take_number(c, "distinguisher", &distinguisher) == -1 ||
		take_number(c, "color", &color) == -1)
		return -1;
	if (route_word(c, "endpoint") == -1 || route_address(c, &endpoint) == -1 ||
		route_word(c, "next-hop") == -1 ||
		value_ip(c->t, "an address", &next_hop, c->e) == -1)
		return -1;
	afi = endpoint.len == 4 ? AFI_IPV4 : AFI_IPV6;
	c->b->nh_len = next_hop.len;
	memcpy(c->b->nh, next_hop.bytes, next_hop.len);
	wr_u8(&w, endpoint.len == 4 ? 96 : 192);
	wr_u32(&w, distinguisher);
	wr_u32(&w, color);
	wr_bytes(&w, endpoint.bytes, endpoint.len);
	return route_add_nlri(c, FAMILY(afi, SAFI_SR_POLICY), nlri, wr_len(&w));
}

int
grammar_sr_policy(struct route_call *c)
{
	uint8_t policy[POLICY_MAX];
	struct sr_call s = { .c = c, .w = wr_init(policy, sizeof(policy)) };
	const struct token *at = token_peek(c->t);
	size_t mark;

	wr_u16(&s.w, TUNNEL_SR_POLICY);
	mark = wr_mark_u16(&s.w);
	if (take_nlri(c) == -1 || all_items(&s) == -1)
		return -1;
	if (!wr_ok(&s.w))
		return text_error_set(c->e, at, "the policy has more than %d bytes", POLICY_MAX);
	wr_patch_u16(&s.w, mark);
	if (wr_len(&s.w) > mark + 2)
		attr_builder_add(c->b, ATTR_TUNNEL_ENCAP, ATTR_F_OPTIONAL | ATTR_F_TRANSITIVE,
			false, policy, wr_len(&s.w));
	return route_finish(c, ROUTE_NEEDS_NEXT_HOP);
}
