/* ATOMIC_AGGREGATE (RFC 4271 4.3 f, 5.1.6): present or not. */
#include "proto/wire/attr_codecs.h"
#include "proto/wire/attr_parse.h"

static int
atomic_aggregate_parse(struct tokens *t, struct attr_builder *b, struct text_error *e)
{
	(void)t;
	(void)e;
	attr_builder_add(b, ATTR_ATOMIC_AGGREGATE, ATTR_F_TRANSITIVE, false, "", 0);
	return 0;
}

static void
atomic_aggregate_json(struct buf *out, const struct attr *a, const struct attr_context *c)
{
	(void)a;
	(void)c;
	BUF_LIT(out, "true");
}

static void
atomic_aggregate_text(struct buf *out, const struct attr *a, const struct attr_context *c)
{
	(void)a;
	(void)c;
	BUF_LIT(out, " atomic-aggregate");
}

const struct attr_codec attr_atomic_aggregate_codec = {
	.code = ATTR_ATOMIC_AGGREGATE,
	.flags = ATTR_F_TRANSITIVE,
	.name = "atomic-aggregate",
	.json_name = "atomic-aggregate",
	.bad_flags = WIRE_TREAT_AS_WITHDRAW,
	.bad_len = WIRE_DISCARD_ATTR,
	.parse = atomic_aggregate_parse,
	.json = atomic_aggregate_json,
	.text = atomic_aggregate_text,
};
