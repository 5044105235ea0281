/*
 * AGGREGATOR (RFC 4271 4.3 g) and AS4_AGGREGATOR (RFC 6793): an AS number, 2 or 4 bytes wide, and
 * an IPv4 address.
 */
#include "proto/wire/attr_codecs.h"
#include "proto/wire/attr_parse.h"

#include <string.h>
#include "common/addr.h"

static enum wire_verdict
aggregator_check(const struct attr *a, const struct attr_context *c, struct wire_error *why)
{
	if (a->len == (c->asn4 ? 8 : 6))
		return WIRE_OK;
	wire_error_set(why, 3, 5, "length %u", a->len);
	return WIRE_DISCARD_ATTR;
}

/* "ASN:IPV4" */
static int
parse_value(const struct token *k, struct wr *w)
{
	struct field field[2];
	uint8_t ip[4];
	uint32_t as;

	if (attr_split(k->s, k->n, ':', field, 2) != 2 ||
		attr_parse_asn(field[0].s, field[0].n, &as) == -1 ||
		addr_parse4(field[1].s, field[1].n, ip) == -1)
		return -1;
	wr_u32(w, as);
	wr_bytes(w, ip, sizeof(ip));
	return 0;
}

static int
aggregator_parse(struct tokens *t, struct attr_builder *b, struct text_error *e)
{
	bool parens = token_accept(t, "(");

	attr_builder_begin(b, ATTR_AGGREGATOR, ATTR_F_OPTIONAL | ATTR_F_TRANSITIVE, false);
	if (attr_parse_one(t, &b->values, parse_value, "ASN:IPV4", e) == -1)
		return -1;
	attr_builder_end(b);
	return parens ? attr_parse_expect(t, ")", e) : 0;
}

static void
add_value(struct buf *out, const struct attr *a)
{
	struct rd r = rd_init(a->value, a->len);
	uint8_t ip[4];

	buf_u64(out, a->len == 8 ? rd_u32(&r) : rd_u16(&r));
	buf_chr(out, ':');
	rd_copy(&r, ip, sizeof(ip));
	buf_addr_bytes(out, ip, sizeof(ip));
}

static void
aggregator_json(struct buf *out, const struct attr *a, const struct attr_context *c)
{
	(void)c;
	buf_chr(out, '"');
	add_value(out, a);
	buf_chr(out, '"');
}

static void
aggregator_text(struct buf *out, const struct attr *a, const struct attr_context *c)
{
	(void)c;
	BUF_LIT(out, " aggregator ( ");
	add_value(out, a);
	BUF_LIT(out, " )");
}

const struct attr_codec attr_aggregator_codec = {
	.code = ATTR_AGGREGATOR,
	.flags = ATTR_F_OPTIONAL | ATTR_F_TRANSITIVE,
	.name = "aggregator",
	.json_name = "aggregator",
	.max_len = UINT16_MAX, /* the length is aggregator_check()'s */
	.bad_flags = WIRE_TREAT_AS_WITHDRAW,
	.bad_len = WIRE_DISCARD_ATTR,
	.check = aggregator_check,
	.parse = aggregator_parse,
	.json = aggregator_json,
	.text = aggregator_text,
};

const struct attr_codec attr_as4_aggregator_codec = {
	.code = ATTR_AS4_AGGREGATOR,
	.flags = ATTR_F_OPTIONAL | ATTR_F_TRANSITIVE,
	.json_name = "aggregator",
	.min_len = 8,
	.max_len = 8,
	.bad_flags = WIRE_DISCARD_ATTR,
	.bad_len = WIRE_DISCARD_ATTR,
	.json = aggregator_json,
	.text = aggregator_text,
};
