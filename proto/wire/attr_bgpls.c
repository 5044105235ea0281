/*
 * BGP-LS attribute (RFC 9552 5.3): TLVs with 2-byte types and lengths, read and shown only. A
 * malformed list drops the attribute. Its printers stand in bgpls_*.c.
 */
#include "proto/wire/attr_codecs.h"

static enum wire_verdict
bgpls_check(const struct attr *a, const struct attr_context *c, struct wire_error *why)
{
	struct rd r = rd_init(a->value, a->len);

	(void)c;
	while (rd_ok(&r) && rd_left(&r) > 0) {
		rd_u16(&r);
		rd_sub(&r, rd_u16(&r));
	}
	if (rd_ok(&r))
		return WIRE_OK;
	wire_error_set(why, 3, 9, "truncated TLV");
	return WIRE_DISCARD_ATTR;
}

const struct attr_codec attr_bgpls_codec = {
	.code = ATTR_BGPLS,
	.flags = ATTR_F_OPTIONAL,
	.min_len = 1,
	.max_len = UINT16_MAX,
	.bad_flags = WIRE_DISCARD_ATTR,
	.bad_len = WIRE_DISCARD_ATTR,
	.check = bgpls_check,
};
