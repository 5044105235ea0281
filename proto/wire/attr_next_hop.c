/*
 * NEXT_HOP (RFC 4271 4.3 c, 5.1.3). The grammar puts the next hop beside the block: where it goes
 * on the wire is decided at packing. 16 bytes are accepted when received, as the reference does.
 */
#include "proto/wire/attr_codecs.h"
#include "proto/wire/attr_parse.h"

#include <string.h>
#include "common/addr.h"

static enum wire_verdict
next_hop_check(const struct attr *a, const struct attr_context *c, struct wire_error *why)
{
	(void)c;
	if (a->len == 4 || a->len == 16)
		return WIRE_OK;
	wire_error_set(why, 3, 8, "length %u", a->len);
	return WIRE_TREAT_AS_WITHDRAW;
}

static int
next_hop_parse(struct tokens *t, struct attr_builder *b, struct text_error *e)
{
	const struct token *k = token_peek(t);
	struct addr addr;

	if (token_is_fold(k, "self")) {
		b->nh_len = NEXTHOP_SELF;
	} else if (k != NULL && addr_parse(k->s, k->n, &addr) == 0) {
		b->nh_len = addr.len;
		memcpy(b->nh, addr.bytes, sizeof(b->nh));
	} else {
		return text_error_expected(e, t, "an IP address or self");
	}
	t->pos++;
	return 0;
}

static void
next_hop_json(struct buf *out, const struct attr *a, const struct attr_context *c)
{
	(void)c;
	buf_chr(out, '"');
	buf_addr_bytes(out, a->value, a->len);
	buf_chr(out, '"');
}

static void
next_hop_text(struct buf *out, const struct attr *a, const struct attr_context *c)
{
	(void)c;
	BUF_LIT(out, " next-hop ");
	buf_addr_bytes(out, a->value, a->len);
}

const struct attr_codec attr_next_hop_codec = {
	.code = ATTR_NEXT_HOP,
	.flags = ATTR_F_TRANSITIVE,
	.name = "next-hop",
	.json_name = "next-hop",
	.min_len = 4,
	.max_len = 16,
	.bad_flags = WIRE_TREAT_AS_WITHDRAW,
	.bad_len = WIRE_TREAT_AS_WITHDRAW,
	.check = next_hop_check,
	.parse = next_hop_parse,
	.json = next_hop_json,
	.text = next_hop_text,
};
