/*
 * IPv6 address specific extended communities (RFC 5701): 20 bytes each. Only redirect to an IPv6
 * next hop has a name (draft-ietf-idr-flowspec-redirect-ip); the others are shown as hexadecimal.
 */
#include "proto/wire/attr_codecs.h"

#include "common/addr.h"

enum { SIZE = 20, SUBTYPE_REDIRECT_NEXTHOP = 0x0c };

static void
add_community(struct buf *out, const uint8_t *p)
{
	bool copy = (p[SIZE - 1] & 1) != 0;

	if ((p[0] & 15) != 0 || p[1] != SUBTYPE_REDIRECT_NEXTHOP) {
		BUF_LIT(out, "0x");
		buf_hex_upper(out, p, SIZE);
		return;
	}
	if (copy)
		BUF_LIT(out, "copy-to-nexthop-ietf ");
	else
		BUF_LIT(out, "redirect-to-nexthop-ietf ");
	buf_addr_bytes(out, p + 2, 16);
	if (copy)
		BUF_LIT(out, " (with copy)");
}

static void
ipv6_ext_community_json(struct buf *out, const struct attr *a, const struct attr_context *c)
{
	(void)c;
	BUF_LIT(out, "[ ");
	for (size_t at = 0; at + SIZE <= a->len; at += SIZE) {
		if (at > 0)
			BUF_LIT(out, ", ");
		BUF_LIT(out, "{ \"value\": ");
		buf_decimal(out, a->value + at, SIZE);
		BUF_LIT(out, ", \"string\": \"");
		add_community(out, a->value + at);
		BUF_LIT(out, "\" }");
	}
	BUF_LIT(out, " ]");
}

static void
ipv6_ext_community_text(struct buf *out, const struct attr *a, const struct attr_context *c)
{
	(void)c;
	BUF_LIT(out, " extended-community-ipv6 ");
	attr_sorted_text(out, a, SIZE, false, add_community);
}

const struct attr_codec attr_ipv6_ext_community_codec = {
	.code = ATTR_IPV6_EXT_COMMUNITY,
	.flags = ATTR_F_OPTIONAL | ATTR_F_TRANSITIVE,
	.json_name = "extended-community-ipv6",
	.min_len = SIZE,
	.max_len = UINT16_MAX,
	.multiple = SIZE,
	.bad_flags = WIRE_TREAT_AS_WITHDRAW,
	.bad_len = WIRE_TREAT_AS_WITHDRAW,
	.json = ipv6_ext_community_json,
	.text = ipv6_ext_community_text,
};
