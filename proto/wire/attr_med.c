/* MULTI_EXIT_DISC (RFC 4271 4.3 d, 5.1.4): one 32-bit number. */
#include "proto/wire/attr_codecs.h"
#include "proto/wire/attr_parse.h"

static int
med_parse(struct tokens *t, struct attr_builder *b, struct text_error *e)
{
	attr_builder_begin(b, ATTR_MED, ATTR_F_OPTIONAL, false);
	if (attr_parse_one(t, &b->values, attr_item_u32, "a number (0-4294967295)", e) == -1)
		return -1;
	attr_builder_end(b);
	return 0;
}

static void
med_json(struct buf *out, const struct attr *a, const struct attr_context *c)
{
	struct rd r = rd_init(a->value, a->len);

	(void)c;
	buf_u64(out, rd_u32(&r));
}

static void
med_text(struct buf *out, const struct attr *a, const struct attr_context *c)
{
	BUF_LIT(out, " med ");
	med_json(out, a, c);
}

const struct attr_codec attr_med_codec = {
	.code = ATTR_MED,
	.flags = ATTR_F_OPTIONAL,
	.name = "med",
	.json_name = "med",
	.min_len = 4,
	.max_len = 4,
	.bad_flags = WIRE_TREAT_AS_WITHDRAW,
	.bad_len = WIRE_TREAT_AS_WITHDRAW,
	.parse = med_parse,
	.json = med_json,
	.text = med_text,
};
