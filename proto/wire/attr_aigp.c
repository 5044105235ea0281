/*
 * AIGP (RFC 7311): TLVs, of which only type 1, the accumulated metric, counts; its first
 * occurrence is used. Malformed or not enabled on the session: as if unknown and non-transitive.
 */
#include "proto/wire/attr_codecs.h"
#include "proto/wire/attr_parse.h"

enum { TLV_METRIC = 1, TLV_METRIC_LEN = 11 };

/* True when the list is sound and has a metric. */
static bool
read_metric(const struct attr *a, uint64_t *metric)
{
	struct rd r = rd_init(a->value, a->len);
	bool found = false;

	while (rd_ok(&r) && rd_left(&r) > 0) {
		uint8_t type = rd_u8(&r);
		uint16_t len = rd_u16(&r);
		struct rd value;

		if (len < 3 || (type == TLV_METRIC && len != TLV_METRIC_LEN))
			return false;
		value = rd_sub(&r, len - 3u);
		if (type == TLV_METRIC && !found && rd_ok(&value)) {
			*metric = rd_u64(&value);
			found = true;
		}
	}
	return rd_ok(&r) && found;
}

static enum wire_verdict
aigp_check(const struct attr *a, const struct attr_context *c, struct wire_error *why)
{
	uint64_t metric;

	if (!c->aigp) {
		wire_error_set(why, 3, 9, "not enabled on this session");
		return WIRE_DISCARD_ATTR;
	}
	if (read_metric(a, &metric))
		return WIRE_OK;
	wire_error_set(why, 3, 9, "malformed TLV");
	return WIRE_DISCARD_ATTR;
}

static int
parse_metric(const struct token *k, struct wr *w)
{
	uint64_t v;

	if (attr_parse_u64(k->s, k->n, &v) == -1)
		return -1;
	wr_u8(w, TLV_METRIC);
	wr_u16(w, TLV_METRIC_LEN);
	wr_u64(w, v);
	return 0;
}

static int
aigp_parse(struct tokens *t, struct attr_builder *b, struct text_error *e)
{
	attr_builder_begin(b, ATTR_AIGP, ATTR_F_OPTIONAL, false);
	if (attr_parse_one(t, &b->values, parse_metric, "a 64-bit number, decimal or 0x…", e) == -1)
		return -1;
	attr_builder_end(b);
	return 0;
}

static void
add_metric(struct buf *out, const struct attr *a)
{
	uint64_t metric = 0;
	uint8_t bytes[8];

	read_metric(a, &metric);
	for (int i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(metric >> (56 - 8 * i));
	BUF_LIT(out, "0x");
	buf_hex_lower(out, bytes, sizeof(bytes));
}

static void
aigp_json(struct buf *out, const struct attr *a, const struct attr_context *c)
{
	(void)c;
	buf_chr(out, '"');
	add_metric(out, a);
	buf_chr(out, '"');
}

static void
aigp_text(struct buf *out, const struct attr *a, const struct attr_context *c)
{
	(void)c;
	BUF_LIT(out, " aigp ");
	add_metric(out, a);
}

const struct attr_codec attr_aigp_codec = {
	.code = ATTR_AIGP,
	.flags = ATTR_F_OPTIONAL,
	.name = "aigp",
	.json_name = "aigp",
	.max_len = UINT16_MAX,
	.bad_flags = WIRE_DISCARD_ATTR,
	.bad_len = WIRE_DISCARD_ATTR,
	.check = aigp_check,
	.parse = aigp_parse,
	.json = aigp_json,
	.text = aigp_text,
};
