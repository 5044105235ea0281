/*
 * MUP routes (reference/config.md 4.13, wire.md 6.9; draft-ietf-bess-mup-safi): mup-isd, mup-dsd,
 * mup-t1st and mup-t2st with their words in order, then shared items. An IPv4 next-hop of an IPv6
 * route travels as an IPv4-mapped address.
 */
#include "proto/text/route_words.h"

enum {
	MUP_ITEMS = ROUTE_ITEM_NEXT_HOP | ROUTE_ITEM_NAME | ROUTE_ITEM_WATCHDOG |
		    ROUTE_ITEM_WITHDRAW | ROUTE_ITEM_ATTRIBUTE,
	MUP_HEAD = 4,
	MUP_NLRI_MAX = 128
};

/* Bits and bytes of `ip/len`; host bits are sent as written. */
static int
take_prefix(struct route_call *c, struct wr *body)
{
	const char *what = c->afi == AFI_IPV4 ? "an IPv4 prefix" : "an IPv6 prefix";
	const struct token *k = token_peek(c->t);
	struct addr ip;
	uint8_t bits;

	if (k == NULL || memchr(k->s, '/', k->n) == NULL)
		return text_error_expected(c->e, c->t, what);
	if (value_range(c->t, what, &ip, &bits, c->e) == -1)
		return -1;
	if ((c->afi == AFI_IPV4) != (ip.len == 4)) {
		c->t->pos--;
		return text_error_expected(c->e, c->t, what);
	}
	wr_u8(body, bits);
	wr_bytes(body, ip.bytes, (bits + 7u) / 8);
	return 0;
}

static int
take_rd(struct route_call *c, uint8_t *room)
{
	return route_word(c, "rd") == 0 ? value_rd(c->t, room, c->e) : -1;
}

static void
put_address(struct wr *body, const struct addr *ip)
{
	wr_u8(body, (uint8_t)(ip->len * 8));
	wr_bytes(body, ip->bytes, ip->len);
}

/* Each reads its words and writes the payload; the distinguisher's room is its first 8 bytes. */
static int
read_isd(struct route_call *c, uint8_t *rd, struct wr *body)
{
	return take_prefix(c, body) == 0 ? take_rd(c, rd) : -1;
}

static int
read_dsd(struct route_call *c, uint8_t *rd, struct wr *body)
{
	struct addr ip;

	if (route_address(c, &ip) == -1)
		return -1;
	wr_bytes(body, ip.bytes, ip.len);
	return take_rd(c, rd);
}

static int
read_t1st(struct route_call *c, uint8_t *rd, struct wr *body)
{
	uint32_t teid, qfi;
	struct addr ip;

	if (take_prefix(c, body) == -1 || take_rd(c, rd) == -1 || route_word(c, "teid") == -1 ||
		value_u32(c->t, 0, UINT32_MAX, "a TEID", &teid, c->e) == -1 ||
		route_word(c, "qfi") == -1 || value_u32(c->t, 0, 63, "a QFI", &qfi, c->e) == -1 ||
		route_word(c, "endpoint") == -1 || route_address(c, &ip) == -1)
		return -1;
	wr_u32(body, teid);
	wr_u8(body, (uint8_t)qfi);
	put_address(body, &ip);
	if (!token_accept(c->t, "source"))
		return 0;
	if (route_address(c, &ip) == -1)
		return -1;
	put_address(body, &ip);
	return 0;
}

/* `N/bits`: the low bytes of N that hold so many bits. */
static int
take_teid(struct route_call *c, uint32_t *teid, uint32_t *bits)
{
	const struct token *k = token_peek(c->t);
	const char *slash = k != NULL ? memchr(k->s, '/', k->n) : NULL;
	size_t n = slash != NULL ? (size_t)(slash - k->s) : 0;

	if (slash == NULL || parse_u32(k->s, n, UINT32_MAX, teid) == -1 ||
		parse_u32(slash + 1, k->n - n - 1, 32, bits) == -1 || (uint64_t)*teid >> *bits != 0)
		return text_error_expected(
			c->e, c->t, "a TEID with its length in bits, as \"12345/32\"");
	c->t->pos++;
	return 0;
}

static int
read_t2st(struct route_call *c, uint8_t *rd, struct wr *body)
{
	uint32_t teid = 0, bits = 0;
	struct addr ip;

	if (route_address(c, &ip) == -1 || take_rd(c, rd) == -1 || route_word(c, "teid") == -1 ||
		take_teid(c, &teid, &bits) == -1)
		return -1;
	wr_u8(body, (uint8_t)(ip.len * 8 + bits));
	wr_bytes(body, ip.bytes, ip.len);
	for (unsigned i = (bits + 7) / 8; i > 0; i--)
		wr_u8(body, (uint8_t)(teid >> 8 * (i - 1)));
	return 0;
}

static const struct mup_kind {
	const char *keyword;
	uint16_t type;
	int (*take)(struct route_call *c, uint8_t *rd, struct wr *body);
} kinds[] = {
	{ "mup-isd", 1, read_isd },
	{ "mup-dsd", 2, read_dsd },
	{ "mup-t1st", 3, read_t1st },
	{ "mup-t2st", 4, read_t2st },
};

static int
take_nlri(struct route_call *c, const struct mup_kind *kind)
{
	uint8_t nlri[MUP_NLRI_MAX];
	struct wr w = wr_init(nlri, sizeof(nlri));
	uint8_t *rd;

	wr_u8(&w, 1);
	wr_u16(&w, kind->type);
	wr_u8(&w, 0);
	rd = wr_room(&w, 8);
	if (kind->take(c, rd, &w) == -1)
		return -1;
	nlri[MUP_HEAD - 1] = (uint8_t)(wr_len(&w) - MUP_HEAD);
	return route_add_nlri(c, FAMILY(c->afi, SAFI_MUP), nlri, wr_len(&w));
}

/* ::ffff:a.b.c.d */
static void
map_next_hop(struct attr_builder *b)
{
	uint8_t mapped[16] = { [10] = 0xff, [11] = 0xff };

	memcpy(mapped + 12, b->nh, 4);
	memcpy(b->nh, mapped, sizeof(mapped));
	b->nh_len = sizeof(mapped);
}

int
grammar_mup(struct route_call *c)
{
	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!token_accept(c->t, kinds[i].keyword))
			continue;
		if (take_nlri(c, &kinds[i]) == -1 || route_items(c, MUP_ITEMS) == -1)
			return -1;
		if (c->afi == AFI_IPV6 && c->b->nh_len == 4)
			map_next_hop(c->b);
		return route_finish(c, ROUTE_NEEDS_NEXT_HOP);
	}
	return text_error_expected(c->e, c->t, "mup-isd, mup-dsd, mup-t1st or mup-t2st");
}
