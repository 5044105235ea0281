/* ORIGIN (RFC 4271 4.3 a, 5.1.1): igp, egp or incomplete. */
#include "proto/wire/attr_codecs.h"
#include "proto/wire/attr_parse.h"

enum { ORIGIN_INCOMPLETE = 2 };

static const char *const names[] = { "igp", "egp", "incomplete" };

static enum wire_verdict
origin_check(const struct attr *a, const struct attr_context *c, struct wire_error *why)
{
	(void)c;
	if (a->value[0] <= ORIGIN_INCOMPLETE)
		return WIRE_OK;
	wire_error_set(why, 3, 6, "value %u", a->value[0]);
	return WIRE_TREAT_AS_WITHDRAW;
}

static int
origin_parse(struct tokens *t, struct attr_builder *b, struct text_error *e)
{
	for (int i = 0; i <= ORIGIN_INCOMPLETE; i++) {
		uint8_t value = (uint8_t)i;

		if (!token_is_fold(token_peek(t), names[i]))
			continue;
		t->pos++;
		attr_builder_add(b, ATTR_ORIGIN, ATTR_F_TRANSITIVE, false, &value, 1);
		return 0;
	}
	return text_error_expected(e, t, "igp, egp or incomplete");
}

static void
origin_json(struct buf *out, const struct attr *a, const struct attr_context *c)
{
	(void)c;
	buf_chr(out, '"');
	buf_str(out, names[a->value[0]]);
	buf_chr(out, '"');
}

static void
origin_text(struct buf *out, const struct attr *a, const struct attr_context *c)
{
	(void)c;
	BUF_LIT(out, " origin ");
	buf_str(out, names[a->value[0]]);
}

const struct attr_codec attr_origin_codec = {
	.code = ATTR_ORIGIN,
	.flags = ATTR_F_TRANSITIVE,
	.name = "origin",
	.json_name = "origin",
	.min_len = 1,
	.max_len = 1,
	.bad_flags = WIRE_TREAT_AS_WITHDRAW,
	.bad_len = WIRE_TREAT_AS_WITHDRAW,
	.check = origin_check,
	.parse = origin_parse,
	.json = origin_json,
	.text = origin_text,
};
