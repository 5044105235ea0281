/*
 * LARGE_COMMUNITY (RFC 8092): three 32-bit numbers each. Repeated ones are shown once, first
 * occurrence kept; text is sorted.
 */
#include "proto/wire/attr_codecs.h"
#include "proto/wire/attr_parse.h"

#include <stdlib.h>
#include <string.h>
#include "common/addr.h"

enum { SIZE = 12, ENTRIES_MAX = UINT16_MAX / SIZE };

/* A decimal number of up to 96 bits: digits into three 32-bit words. */
static int
parse_decimal(const struct token *k, struct wr *w)
{
	uint32_t words[3] = { 0 };

	if (k->n == 0)
		return -1;
	for (uint32_t i = 0; i < k->n; i++) {
		uint64_t carry = (uint64_t)(unsigned char)k->s[i] - '0';

		if (carry > 9)
			return -1;
		for (int at = 2; at >= 0; at--) {
			carry += (uint64_t)words[at] * 10;
			words[at] = (uint32_t)carry;
			carry >>= 32;
		}
		if (carry != 0)
			return -1;
	}
	for (int at = 0; at < 3; at++)
		wr_u32(w, words[at]);
	return 0;
}

static int
parse_item(const struct token *k, struct wr *w)
{
	struct field field[3];
	uint8_t bytes[SIZE];
	uint32_t v[3];

	switch (attr_split(k->s, k->n, ':', field, 3)) {
	case 3:
		for (int i = 0; i < 3; i++)
			if (parse_u32(field[i].s, field[i].n, UINT32_MAX, &v[i]) == -1)
				return -1;
		for (int i = 0; i < 3; i++)
			wr_u32(w, v[i]);
		return 0;
	case 1:
		if (attr_parse_hex_number(k->s, k->n, bytes, sizeof(bytes)) == -1)
			return parse_decimal(k, w);
		wr_bytes(w, bytes, sizeof(bytes));
		return 0;
	}
	return -1;
}

static int
large_community_parse(struct tokens *t, struct attr_builder *b, struct text_error *e)
{
	attr_builder_begin(b, ATTR_LARGE_COMMUNITY, ATTR_F_OPTIONAL | ATTR_F_TRANSITIVE, false);
	if (attr_parse_list(t, &b->values, parse_item, "a large community (A:B:C, a number or 0x…)",
		    e) == -1)
		return -1;
	attr_builder_end(b);
	return 0;
}

/* Index order of entries; base is the list. */
static int
compare_index(const void *a, const void *b, void *base)
{
	uint16_t left = *(const uint16_t *)a, right = *(const uint16_t *)b;
	const uint8_t *list = base;
	int order = memcmp(list + (size_t)left * SIZE, list + (size_t)right * SIZE, SIZE);

	return order != 0 ? order : (left > right) - (left < right);
}

/* Marks in a bit map the entries that stand earlier in the list already. */
static void
find_repeated(const struct attr *a, size_t count, uint32_t map[ENTRIES_MAX / 32 + 1])
{
	uint16_t order[ENTRIES_MAX];
	uint8_t copy[ENTRIES_MAX * SIZE];

	memset(map, 0, sizeof(uint32_t) * (ENTRIES_MAX / 32 + 1));
	if (count < 2)
		return;
	memcpy(copy, a->value, count * SIZE);
	for (size_t i = 0; i < count; i++)
		order[i] = (uint16_t)i;
	qsort_r(order, count, sizeof(order[0]), compare_index, copy);
	for (size_t i = 1; i < count; i++)
		if (memcmp(copy + (size_t)order[i - 1] * SIZE, copy + (size_t)order[i] * SIZE,
			    SIZE) == 0)
			map[order[i] / 32] |= UINT32_C(1) << (order[i] % 32);
}

static void
large_community_json(struct buf *out, const struct attr *a, const struct attr_context *c)
{
	uint32_t repeated[ENTRIES_MAX / 32 + 1];
	const char *between = "[ ";

	(void)c;
	find_repeated(a, a->len / SIZE, repeated);
	BUF_LIT(out, "[ ");
	for (size_t at = 0; at + SIZE <= a->len; at += SIZE) {
		struct rd r = rd_init(a->value + at, SIZE);

		if ((repeated[at / SIZE / 32] >> (at / SIZE % 32) & 1) != 0)
			continue;
		buf_str(out, between);
		between = ", [ ";
		buf_u64(out, rd_u32(&r));
		BUF_LIT(out, ", ");
		buf_u64(out, rd_u32(&r));
		BUF_LIT(out, " , ");
		buf_u64(out, rd_u32(&r));
		BUF_LIT(out, " ]");
	}
	BUF_LIT(out, " ]");
}

static void
add_community(struct buf *out, const uint8_t *p)
{
	struct rd r = rd_init(p, SIZE);

	buf_u64(out, rd_u32(&r));
	buf_chr(out, ':');
	buf_u64(out, rd_u32(&r));
	buf_chr(out, ':');
	buf_u64(out, rd_u32(&r));
}

static void
large_community_text(struct buf *out, const struct attr *a, const struct attr_context *c)
{
	(void)c;
	BUF_LIT(out, " large-community ");
	attr_sorted_text(out, a, SIZE, true, add_community);
}

const struct attr_codec attr_large_community_codec = {
	.code = ATTR_LARGE_COMMUNITY,
	.flags = ATTR_F_OPTIONAL | ATTR_F_TRANSITIVE,
	.name = "large-community",
	.json_name = "large-community",
	.min_len = SIZE,
	.max_len = UINT16_MAX,
	.multiple = SIZE,
	.bad_flags = WIRE_TREAT_AS_WITHDRAW,
	.bad_len = WIRE_TREAT_AS_WITHDRAW,
	.parse = large_community_parse,
	.json = large_community_json,
	.text = large_community_text,
};
