/*
 * LOCAL_PREF (RFC 4271 4.3 e, 5.1.5): one 32-bit number. From an external peer a malformed one is
 * only dropped (RFC 7606 7.5); a good one is kept and shown.
 */
#include "proto/wire/attr_codecs.h"
#include "proto/wire/attr_parse.h"

static enum wire_verdict
local_pref_check(const struct attr *a, const struct attr_context *c, struct wire_error *why)
{
	if (a->len == 4)
		return WIRE_OK;
	wire_error_set(why, 3, 5, "length %u", a->len);
	return c->ibgp ? WIRE_TREAT_AS_WITHDRAW : WIRE_DISCARD_ATTR;
}

static int
local_pref_parse(struct tokens *t, struct attr_builder *b, struct text_error *e)
{
	attr_builder_begin(b, ATTR_LOCAL_PREF, ATTR_F_TRANSITIVE, false);
	if (attr_parse_one(t, &b->values, attr_item_u32, "a number (0-4294967295)", e) == -1)
		return -1;
	attr_builder_end(b);
	return 0;
}

static void
local_pref_json(struct buf *out, const struct attr *a, const struct attr_context *c)
{
	struct rd r = rd_init(a->value, a->len);

	(void)c;
	buf_u64(out, rd_u32(&r));
}

static void
local_pref_text(struct buf *out, const struct attr *a, const struct attr_context *c)
{
	BUF_LIT(out, " local-preference ");
	local_pref_json(out, a, c);
}

const struct attr_codec attr_local_pref_codec = {
	.code = ATTR_LOCAL_PREF,
	.flags = ATTR_F_TRANSITIVE,
	.name = "local-preference",
	.json_name = "local-preference",
	.max_len = UINT16_MAX, /* the length is local_pref_check()'s */
	.bad_flags = WIRE_TREAT_AS_WITHDRAW,
	.bad_len = WIRE_TREAT_AS_WITHDRAW,
	.check = local_pref_check,
	.parse = local_pref_parse,
	.json = local_pref_json,
	.text = local_pref_text,
};
