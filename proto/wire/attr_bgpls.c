/*
 * BGP-LS attribute (RFC 9552 5.3): TLVs, read and shown only. A TLV of a wrong size, or one that
 * stands twice and may not, drops the attribute. In JSON the members that collect repeated TLVs
 * come first (reference/events.md section 11). The TLVs themselves: bgpls_tlv.c.
 */
#include "proto/wire/attr_codecs.h"
#include "proto/wire/bgpls_tlv.h"

#include <string.h>

enum {
	ALONE = -1,
	TLVS_MAX = 2048
}; /* in one attribute; grouping is quadratic in the number of types */

static bool
is_sound(const struct bgpls_tlv *row, struct rd value)
{
	size_t n = rd_left(&value);

	if (row == NULL)
		return true;
	if (n < row->min_len || n > row->max_len || (row->multiple > 1 && n % row->multiple != 0))
		return false;
	return row->check == NULL || row->check(value);
}

/* The type whose array a repeated TLV belongs to; ALONE: a member of its own. */
static int
group_of(const struct bgpls_tlv *row, uint16_t type)
{
	if (row == NULL)
		return type;
	if (!row->repeats)
		return ALONE;
	return type == 1029 || type == 1031 ? type - 1 : type;
}

static bool
test_and_set(uint32_t *map, uint16_t type)
{
	bool was = (map[type / 32] >> (type % 32) & 1) != 0;

	map[type / 32] |= UINT32_C(1) << (type % 32);
	return was;
}

static enum wire_verdict
bgpls_check(const struct attr *a, const struct attr_context *c, struct wire_error *why)
{
	struct rd r = rd_init(a->value, a->len), value;
	uint32_t seen[65536 / 32] = { 0 };
	unsigned count = 0;
	uint16_t type;

	(void)c;
	while (bgpls_next(&r, &type, &value)) {
		const struct bgpls_tlv *row = bgpls_row(type);
		bool again = test_and_set(seen, type);

		if (++count > TLVS_MAX || !is_sound(row, value) ||
			(again && group_of(row, type) == ALONE)) {
			wire_error_set(why, 3, 9, "malformed TLV %u", type);
			return WIRE_DISCARD_ATTR;
		}
	}
	if (rd_done(&r))
		return WIRE_OK;
	wire_error_set(why, 3, 9, "truncated TLV");
	return WIRE_DISCARD_ATTR;
}

static void
tlv_json(struct buf *out, const struct bgpls_tlv *row, struct rd value)
{
	size_t n = rd_left(&value);

	if (row != NULL) {
		row->print(out, row, value, true);
		return;
	}
	BUF_LIT(out, "\"0x");
	buf_hex_upper(out, rd_bytes(&value, n), n);
	buf_chr(out, '"');
}

static void
member_key(struct buf *out, const struct bgpls_tlv *row, uint16_t type, const char *between)
{
	buf_str(out, between);
	buf_chr(out, '"');
	if (row != NULL) {
		buf_str(out, row->key);
	} else {
		BUF_LIT(out, "generic-lsid-");
		buf_u64(out, type);
	}
	BUF_LIT(out, "\": ");
}

/* One array: the TLV and all of its group after it. */
static void
group_json(struct buf *out, int group, const struct bgpls_tlv *row, struct rd value, struct rd r)
{
	uint16_t type;

	buf_chr(out, '[');
	tlv_json(out, row, value);
	while (bgpls_next(&r, &type, &value)) {
		row = bgpls_row(type);
		if (group_of(row, type) != group)
			continue;
		BUF_LIT(out, ", ");
		tlv_json(out, row, value);
	}
	buf_chr(out, ']');
}

static void
bgpls_json(struct buf *out, const struct attr *a, const struct attr_context *c)
{
	struct rd r = rd_init(a->value, a->len), all = r, value;
	uint32_t done[65536 / 32] = { 0 };
	const char *between = "{ ";
	uint16_t type;

	(void)c;
	while (bgpls_next(&r, &type, &value)) {
		const struct bgpls_tlv *row = bgpls_row(type);
		int group = group_of(row, type);

		if (group == ALONE || test_and_set(done, (uint16_t)group))
			continue;
		member_key(out, row, type, between);
		between = ", ";
		group_json(out, group, row, value, r);
	}
	while (bgpls_next(&all, &type, &value)) {
		const struct bgpls_tlv *row = bgpls_row(type);

		if (row == NULL || group_of(row, type) != ALONE)
			continue;
		member_key(out, row, type, between);
		between = ", ";
		tlv_json(out, row, value);
	}
	BUF_LIT(out, " }");
}

static void
bgpls_text(struct buf *out, const struct attr *a, const struct attr_context *c)
{
	struct rd r = rd_init(a->value, a->len), value;
	const char *between = " bgp-ls ";
	uint16_t type;

	(void)c;
	for (; bgpls_next(&r, &type, &value); between = ", ") {
		const struct bgpls_tlv *row = bgpls_row(type);

		buf_str(out, between);
		if (row != NULL) {
			buf_str(out, row->label);
			row->print(out, row, value, false);
			continue;
		}
		BUF_LIT(out, "Attribute with code [ ");
		buf_u64(out, type);
		BUF_LIT(out, " ] not implemented");
	}
}

const struct attr_codec attr_bgpls_codec = {
	.code = ATTR_BGPLS,
	.flags = ATTR_F_OPTIONAL,
	.json_name = "bgp-ls",
	.min_len = 4,
	.max_len = UINT16_MAX,
	.bad_flags = WIRE_DISCARD_ATTR,
	.bad_len = WIRE_DISCARD_ATTR,
	.check = bgpls_check,
	.json = bgpls_json,
	.text = bgpls_text,
};
