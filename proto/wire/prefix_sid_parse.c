/* The words for PREFIX_SID (reference/config.md 4.7): label index with SRGBs, and SRv6 services. */
#include "proto/wire/prefix_sid.h"

#include "common/addr.h"
#include "common/buf.h"
#include "proto/wire/attr.h"
#include "proto/wire/attr_parse.h"

enum { FLAGS = ATTR_F_OPTIONAL | ATTR_F_TRANSITIVE, U24_MAX = 0xffffff, BEHAVIOR_DEFAULT = 0xffff };

/* `( BASE,RANGE )`; the comma may be left out. */
static int
parse_range(struct tokens *t, struct wr *w, struct text_error *e)
{
	uint32_t base, range;

	if (attr_parse_expect(t, "(", e) == -1 ||
		attr_parse_number(t, U24_MAX, &base, "a base label (0-16777215)", e) == -1)
		return -1;
	token_accept(t, ",");
	if (attr_parse_number(t, U24_MAX, &range, "a label range (0-16777215)", e) == -1)
		return -1;
	wr_u24(w, base);
	wr_u24(w, range);
	return attr_parse_expect(t, ")", e);
}

/* The ranges after the index, up to the list's last bracket. */
static int
parse_srgb(struct tokens *t, struct wr *w, struct text_error *e)
{
	bool inner = token_accept(t, "[");
	size_t length;

	wr_u8(w, PREFIX_SID_SRGB);
	length = wr_mark_u16(w);
	wr_u16(w, 0);
	do {
		if (parse_range(t, w, e) == -1)
			return -1;
		token_accept(t, ",");
	} while (token_is(token_peek(t), "("));
	wr_patch_u16(w, length);
	return inner ? attr_parse_expect(t, "]", e) : 0;
}

int
prefix_sid_parse(struct tokens *t, struct attr_builder *b, struct text_error *e)
{
	struct wr *w = &b->values;
	uint32_t index;

	attr_builder_begin(b, ATTR_PREFIX_SID, FLAGS, false);
	if (attr_parse_expect(t, "[", e) == -1 ||
		attr_parse_number(t, UINT32_MAX, &index, "a label index (0-4294967295)", e) == -1)
		return -1;
	wr_u8(w, PREFIX_SID_LABEL_INDEX);
	wr_u16(w, PREFIX_SID_LABEL_INDEX_LEN);
	wr_u24(w, 0);
	wr_u32(w, index);
	if (!token_is(token_peek(t), "]")) {
		token_accept(t, ",");
		if (parse_srgb(t, w, e) == -1)
			return -1;
	}
	attr_builder_end(b);
	return attr_parse_expect(t, "]", e);
}

/* Decimal or 0x. */
static int
parse_any_number(
	struct tokens *t, uint32_t max, uint32_t *out, const char *what, struct text_error *e)
{
	const struct token *k = token_peek(t);
	uint64_t v;

	if (k == NULL || attr_parse_u64(k->s, k->n, &v) == -1 || v > max)
		return text_error_expected(e, t, what);
	*out = (uint32_t)v;
	t->pos++;
	return 0;
}

/* `[LBL,LNL,FL,AL,TL,TO]` */
static int
parse_structure(struct tokens *t, struct wr *w, struct text_error *e)
{
	uint32_t v = 0;

	wr_u8(w, SRV6_SID_STRUCTURE);
	wr_u16(w, SRV6_SID_STRUCTURE_LEN);
	for (int i = 0; i < SRV6_SID_STRUCTURE_LEN; i++) {
		if (attr_parse_expect(t, i == 0 ? "[" : ",", e) == -1 ||
			parse_any_number(t, UINT8_MAX, &v, "a length in bits (0-255)", e) == -1)
			return -1;
		wr_u8(w, (uint8_t)v);
	}
	return attr_parse_expect(t, "]", e);
}

/* `SID [BEHAVIOR [structure]]`: the SID information sub-TLV */
static int
parse_information(struct tokens *t, struct wr *w, struct text_error *e)
{
	const struct token *k = token_peek(t);
	uint32_t behavior = BEHAVIOR_DEFAULT;
	uint8_t sid[16];
	size_t length;

	if (k == NULL || addr_parse6(k->s, k->n, sid) == -1)
		return text_error_expected(e, t, "an IPv6 address (the SID)");
	t->pos++;
	wr_u8(w, SRV6_SID_INFORMATION);
	length = wr_mark_u16(w);
	wr_u8(w, 0);
	wr_bytes(w, sid, sizeof(sid));
	wr_u8(w, 0);
	k = token_peek(t);
	if (!token_is(k, ")") && !token_is(k, "[") &&
		parse_any_number(t, UINT16_MAX, &behavior, "an endpoint behavior (0-65535)", e) ==
			-1)
		return -1;
	wr_u16(w, (uint16_t)behavior);
	wr_u8(w, 0);
	if (token_is(token_peek(t), "[") && parse_structure(t, w, e) == -1)
		return -1;
	wr_patch_u16(w, length);
	return 0;
}

int
prefix_sid_parse_srv6(struct tokens *t, struct attr_builder *b, struct text_error *e)
{
	struct wr *w = &b->values;
	size_t length;

	attr_builder_begin(b, ATTR_PREFIX_SID, FLAGS, false);
	if (attr_parse_expect(t, "(", e) == -1)
		return -1;
	if (token_accept(t, "l3-service"))
		wr_u8(w, PREFIX_SID_L3_SERVICE);
	else if (token_accept(t, "l2-service"))
		wr_u8(w, PREFIX_SID_L2_SERVICE);
	else
		return text_error_expected(e, t, "l3-service or l2-service");
	length = wr_mark_u16(w);
	wr_u8(w, 0);
	if (parse_information(t, w, e) == -1)
		return -1;
	wr_patch_u16(w, length);
	attr_builder_end(b);
	return attr_parse_expect(t, ")", e);
}

void
prefix_sid_hex(struct buf *out, uint32_t v)
{
	static const char digits[] = "0123456789abcdef";
	int shift = 28;

	while (shift > 0 && v >> shift == 0)
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		buf_chr(out, digits[v >> shift & 15]);
}
