/* CLUSTER_LIST (RFC 4456 8): IPv4-shaped identifiers in order. Malformed: RFC 7606 7.10. */
#include "proto/wire/attr_codecs.h"
#include "proto/wire/attr_parse.h"

#include "common/addr.h"

static enum wire_verdict
cluster_list_check(const struct attr *a, const struct attr_context *c, struct wire_error *why)
{
	if (a->len > 0 && a->len % 4 == 0)
		return WIRE_OK;
	wire_error_set(why, 3, 5, "length %u", a->len);
	return c->ibgp ? WIRE_TREAT_AS_WITHDRAW : WIRE_DISCARD_ATTR;
}

static int
cluster_list_parse(struct tokens *t, struct attr_builder *b, struct text_error *e)
{
	struct wr *w = &b->values;
	size_t before = wr_len(w);

	attr_builder_begin(b, ATTR_CLUSTER_LIST, ATTR_F_OPTIONAL, false);
	if (attr_parse_list(t, w, attr_item_ipv4, "an IPv4 address", e) == -1)
		return -1;
	if (wr_ok(w) && wr_len(w) == before) {
		t->pos--; /* the "]" of an empty list */
		return text_error_expected(e, t, "an IPv4 address");
	}
	attr_builder_end(b);
	return 0;
}

static void
cluster_list_json(struct buf *out, const struct attr *a, const struct attr_context *c)
{
	(void)c;
	BUF_LIT(out, "[ ");
	for (size_t at = 0; at + 4 <= a->len; at += 4) {
		if (at > 0)
			BUF_LIT(out, ", ");
		buf_chr(out, '"');
		buf_addr_bytes(out, a->value + at, 4);
		buf_chr(out, '"');
	}
	BUF_LIT(out, " ]");
}

static void
cluster_list_text(struct buf *out, const struct attr *a, const struct attr_context *c)
{
	(void)c;
	BUF_LIT(out, " cluster-list ");
	if (a->len > 4)
		BUF_LIT(out, "[ ");
	for (size_t at = 0; at + 4 <= a->len; at += 4) {
		if (at > 0)
			buf_chr(out, ' ');
		buf_addr_bytes(out, a->value + at, 4);
	}
	if (a->len > 4)
		BUF_LIT(out, " ]");
}

const struct attr_codec attr_cluster_list_codec = {
	.code = ATTR_CLUSTER_LIST,
	.flags = ATTR_F_OPTIONAL,
	.name = "cluster-list",
	.json_name = "cluster-list",
	.max_len = UINT16_MAX, /* the length is cluster_list_check()'s */
	.bad_flags = WIRE_TREAT_AS_WITHDRAW,
	.bad_len = WIRE_TREAT_AS_WITHDRAW,
	.check = cluster_list_check,
	.parse = cluster_list_parse,
	.json = cluster_list_json,
	.text = cluster_list_text,
};
