/*
 * `attribute [ 0xCODE 0xFLAGS 0xDATA ]`: any attribute as bytes (reference/config.md 4.3). It
 * takes the place of its code. NEXT_HOP goes beside the block like `next-hop`; MP_REACH and
 * MP_UNREACH are made from the NLRI and cannot be given.
 */
#include "proto/wire/attr_codecs.h"
#include "proto/wire/attr_parse.h"

#include <string.h>
#include "common/hex.h"

static int
parse_byte(struct tokens *t, uint8_t *out, const char *what, struct text_error *e)
{
	const struct token *k = token_peek(t);

	if (k == NULL || attr_parse_hex_number(k->s, k->n, out, 1) == -1)
		return text_error_expected(e, t, what);
	t->pos++;
	return 0;
}

/* 0x and an even number of digits, which may be none. */
static int
parse_data(struct tokens *t, struct wr *w, struct text_error *e)
{
	const struct token *k = token_peek(t);
	uint8_t *room;

	if (k == NULL || k->n < 2 || k->n % 2 != 0 || k->s[0] != '0' ||
		(k->s[1] != 'x' && k->s[1] != 'X'))
		return text_error_expected(e, t, "0x and an even number of hexadecimal digits");
	room = wr_room(w, k->n / 2 - 1);
	if (room != NULL && hex_decode(k->s + 2, k->n - 2, room) == -1)
		return text_error_expected(e, t, "0x and an even number of hexadecimal digits");
	t->pos++;
	return 0;
}

static int
take_nexthop(struct attr_builder *b, uint32_t at, const struct token *k, struct text_error *e)
{
	uint32_t n = (uint32_t)wr_len(&b->values) - at;

	if (n != 4 && n != 16)
		return text_error_set(e, k, "attribute 0x03 (next-hop) must have 4 or 16 bytes");
	if (b->nh_len == 0) {
		memcpy(b->nh, b->bytes + at, n);
		b->nh_len = (uint8_t)n;
	}
	b->values.p = b->values.base + at;
	return 0;
}

static int
generic_parse(struct tokens *t, struct attr_builder *b, struct text_error *e)
{
	uint8_t code = 0, flags = 0;
	uint32_t at = (uint32_t)wr_len(&b->values);
	const struct token *k;

	if (attr_parse_expect(t, "[", e) == -1)
		return -1;
	k = token_peek(t);
	if (parse_byte(t, &code, "an attribute code (0x00-0xff)", e) == -1 ||
		parse_byte(t, &flags, "attribute flags (0x00-0xff)", e) == -1)
		return -1;
	if (code == ATTR_MP_REACH || code == ATTR_MP_UNREACH || code == 0)
		return text_error_set(e, k, "attribute 0x%02x cannot be given as bytes", code);
	attr_builder_begin(b, code, flags, true);
	if (parse_data(t, &b->values, e) == -1)
		return -1;
	if (code == ATTR_NEXT_HOP) {
		if (wr_ok(&b->values) && take_nexthop(b, at, k, e) == -1)
			return -1;
	} else {
		attr_builder_end(b);
	}
	return attr_parse_expect(t, "]", e);
}

const struct attr_codec attr_generic_codec = {
	.name = "attribute",
	.parse = generic_parse,
};
