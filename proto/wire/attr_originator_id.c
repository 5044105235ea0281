/* ORIGINATOR_ID (RFC 4456 8): an IPv4-shaped identifier. Malformed: RFC 7606 7.9. */
#include "proto/wire/attr_codecs.h"
#include "proto/wire/attr_parse.h"

#include "common/addr.h"

static enum wire_verdict
originator_id_check(const struct attr *a, const struct attr_context *c, struct wire_error *why)
{
	if (a->len == 4)
		return WIRE_OK;
	wire_error_set(why, 3, 5, "length %u", a->len);
	return c->ibgp ? WIRE_TREAT_AS_WITHDRAW : WIRE_DISCARD_ATTR;
}

static int
originator_id_parse(struct tokens *t, struct attr_builder *b, struct text_error *e)
{
	attr_builder_begin(b, ATTR_ORIGINATOR_ID, ATTR_F_OPTIONAL, false);
	if (attr_parse_one(t, &b->values, attr_item_ipv4, "an IPv4 address", e) == -1)
		return -1;
	attr_builder_end(b);
	return 0;
}

static void
originator_id_json(struct buf *out, const struct attr *a, const struct attr_context *c)
{
	(void)c;
	buf_chr(out, '"');
	buf_addr_bytes(out, a->value, 4);
	buf_chr(out, '"');
}

static void
originator_id_text(struct buf *out, const struct attr *a, const struct attr_context *c)
{
	(void)c;
	BUF_LIT(out, " originator-id ");
	buf_addr_bytes(out, a->value, 4);
}

const struct attr_codec attr_originator_id_codec = {
	.code = ATTR_ORIGINATOR_ID,
	.flags = ATTR_F_OPTIONAL,
	.name = "originator-id",
	.json_name = "originator-id",
	.max_len = UINT16_MAX, /* the length is originator_id_check()'s */
	.bad_flags = WIRE_TREAT_AS_WITHDRAW,
	.bad_len = WIRE_TREAT_AS_WITHDRAW,
	.check = originator_id_check,
	.parse = originator_id_parse,
	.json = originator_id_json,
	.text = originator_id_text,
};
