/*
 * EXTENDED_COMMUNITIES (RFC 4360, RFC 5668, RFC 7153, RFC 8955 and drafts): 8 bytes each. How one
 * is shown depends on the low four bits of its type and on its sub-type, as the reference does
 * it (reference/events.md section 10); what has no row is hexadecimal. Grammar:
 * ext_community_parse.c.
 */
#include "proto/wire/attr_codecs.h"
#include "proto/wire/attr_parse.h"
#include "proto/wire/ext_community.h"

#include <math.h>
#include <string.h>
#include "common/addr.h"

enum { SIZE = 8, TYPE_NON_TRANSITIVE = 0x40 };

static uint32_t
get32(const uint8_t *p)
{
	struct rd r = rd_init(p, 4);

	return rd_u32(&r);
}

static uint16_t
get16(const uint8_t *p)
{
	struct rd r = rd_init(p, 2);

	return rd_u16(&r);
}

static void
add_pair(struct buf *out, uint32_t a, uint32_t b)
{
	buf_u64(out, a);
	buf_chr(out, ':');
	buf_u64(out, b);
}

static void
add_as2_number(struct buf *out, const uint8_t *p)
{
	add_pair(out, get16(p + 2), get32(p + 4));
}

static void
add_as4_number(struct buf *out, const uint8_t *p)
{
	add_pair(out, get32(p + 2), get16(p + 6));
}

static void
add_ip_number(struct buf *out, const uint8_t *p)
{
	buf_addr_bytes(out, p + 2, 4);
	buf_chr(out, ':');
	buf_u64(out, get16(p + 6));
}

/* origin of a 2-byte AS: the number is shown as an address. */
static void
add_as2_ip(struct buf *out, const uint8_t *p)
{
	buf_u64(out, get16(p + 2));
	buf_chr(out, ':');
	buf_addr_bytes(out, p + 4, 4);
}

/* An IEEE single, truncated toward zero, in full digits. */
static void
add_float(struct buf *out, const uint8_t *p, bool negative_allowed)
{
	uint32_t bits = get32(p);
	uint8_t bytes[16];
	float value;

	memcpy(&value, &bits, sizeof(value));
	if (isnan(value)) {
		BUF_LIT(out, "nan");
		return;
	}
	if (value <= -1.0f && !negative_allowed)
		value = 0;
	if (value <= -1.0f)
		buf_chr(out, '-');
	if (isinf(value)) {
		BUF_LIT(out, "inf");
		return;
	}
	unsigned __int128 whole = (unsigned __int128)fabsf(value);
	for (int i = 15; i >= 0; i--, whole >>= 8)
		bytes[i] = (uint8_t)whole;
	buf_decimal(out, bytes, sizeof(bytes));
}

static void
add_rate_bytes(struct buf *out, const uint8_t *p)
{
	add_float(out, p + 4, true);
}

static void
add_rate_packets(struct buf *out, const uint8_t *p)
{
	add_float(out, p + 4, false);
	BUF_LIT(out, ":packets");
}

static void
add_action(struct buf *out, const uint8_t *p)
{
	static const char *const names[] = { "", "terminal", "sample", "sample-terminal" };

	buf_str(out, names[p[7] & 3]);
}

static void
add_mark(struct buf *out, const uint8_t *p)
{
	buf_u64(out, p[7]);
}

static void
add_l2info(struct buf *out, const uint8_t *p)
{
	add_pair(out, p[2], p[3]);
	buf_chr(out, ':');
	add_pair(out, get16(p + 4), get16(p + 6));
}

static void
add_redirect_ietf(struct buf *out, const uint8_t *p)
{
	bool copy = (p[7] & 1) != 0;

	if (copy)
		BUF_LIT(out, "copy-to-nexthop-ietf ");
	else
		BUF_LIT(out, "redirect-to-nexthop-ietf ");
	buf_addr_bytes(out, p + 2, 4);
	if (copy)
		BUF_LIT(out, " (with copy)");
}

static void
add_encapsulation(struct buf *out, const uint8_t *p)
{
	static const char *const names[] = { [0] = "Default",
		[1] = "L2TPv3",
		[2] = "GRE",
		[7] = "IP-in-IP",
		[8] = "VXLAN",
		[9] = "NVGRE",
		[10] = "MPLS",
		[12] = "VXLAN-GPE",
		[13] = "MPLS-in-UDP" };
	unsigned type = get16(p + 6);

	if (type < sizeof(names) / sizeof(names[0]) && names[type] != NULL) {
		buf_str(out, names[type]);
		return;
	}
	BUF_LIT(out, "encap:UNKNOWN-");
	buf_u64(out, type);
}

static void
add_sort_order(struct buf *out, const uint8_t *p)
{
	buf_u64(out, get32(p + 2));
}

static void
add_mac_mobility(struct buf *out, const uint8_t *p)
{
	buf_u64(out, get32(p + 4));
	if (p[2] == 1)
		BUF_LIT(out, ":sticky");
}

static void
add_interface_set(struct buf *out, const uint8_t *p)
{
	static const char *const directions[] = { "0", "input", "output", "input-output" };
	uint16_t group = get16(p + 6);

	buf_str(out, directions[group >> 14]);
	buf_chr(out, ':');
	add_pair(out, get32(p + 2), group & 0x3fff);
}

static void
add_to_nexthop(struct buf *out, const uint8_t *p)
{
	if ((p[7] & 1) != 0)
		BUF_LIT(out, "copy-to-nexthop");
	else
		BUF_LIT(out, "redirect-to-nexthop");
}

static const struct shown {
	uint8_t type, subtype; /* low four bits of the type */
	const char *prefix;
	void (*add)(struct buf *out, const uint8_t *p);
} shown[] = {
	{ 0x0, 0x02, "target:", add_as2_number },
	{ 0x1, 0x02, "target:", add_ip_number },
	{ 0x2, 0x02, "target:", add_as4_number },
	{ 0x0, 0x03, "origin:", add_as2_ip },
	{ 0x1, 0x03, "origin:", add_ip_number },
	{ 0x2, 0x03, "origin:", add_as4_number },
	{ 0x0, 0x13, "rtrecord:", add_as2_number },
	{ 0x1, 0x13, "rtrecord:", add_ip_number },
	{ 0x2, 0x13, "rtrecord:", add_as4_number },
	{ 0x0, 0x06, "rate-limit:", add_rate_bytes },
	{ 0x0, 0x0c, "rate-limit:", add_rate_packets },
	{ 0x0, 0x07, "action ", add_action },
	{ 0x0, 0x08, "redirect:", add_as2_number },
	{ 0x0, 0x09, "mark ", add_mark },
	{ 0x0, 0x0a, "l2info:", add_l2info },
	{ 0x1, 0x0c, "", add_redirect_ietf },
	{ 0x3, 0x0c, "encap:", add_encapsulation },
	{ 0x3, 0x14, "consistentHashSortOrder:", add_sort_order },
	{ 0x6, 0x00, "mac-mobility:", add_mac_mobility },
	{ 0x7, 0x02, "interface-set:", add_interface_set },
	{ 0x8, 0x00, "", add_to_nexthop },
	{ 0xc, 0x00, "mup:", add_as2_number },
};

void
ext_community_text(struct buf *out, const uint8_t value[8])
{
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		if (shown[i].type != (value[0] & 15) || shown[i].subtype != value[1])
			continue;
		buf_str(out, shown[i].prefix);
		shown[i].add(out, value);
		return;
	}
	BUF_LIT(out, "0x");
	buf_hex_upper(out, value, SIZE);
}

static void
add_json(struct buf *out, const uint8_t *p)
{
	struct rd r = rd_init(p, SIZE);

	BUF_LIT(out, "{ \"value\": ");
	buf_u64(out, rd_u64(&r));
	BUF_LIT(out, ", \"string\": \"");
	ext_community_text(out, p);
	buf_chr(out, '"');
	if ((p[0] & 15) == 0x7 && p[1] == 0x02) {
		if ((p[0] & TYPE_NON_TRANSITIVE) != 0)
			BUF_LIT(out, ", \"transitive\": false");
		else
			BUF_LIT(out, ", \"transitive\": true");
	}
	BUF_LIT(out, " }");
}

static void
ext_community_json(struct buf *out, const struct attr *a, const struct attr_context *c)
{
	(void)c;
	BUF_LIT(out, "[ ");
	for (size_t at = 0; at + SIZE <= a->len; at += SIZE) {
		if (at > 0)
			BUF_LIT(out, ", ");
		add_json(out, a->value + at);
	}
	BUF_LIT(out, " ]");
}

static void
ext_communities_text(struct buf *out, const struct attr *a, const struct attr_context *c)
{
	(void)c;
	BUF_LIT(out, " extended-community ");
	attr_sorted_text(out, a, SIZE, false, ext_community_text);
}

static int
ext_communities_parse(struct tokens *t, struct attr_builder *b, struct text_error *e)
{
	attr_builder_begin(b, ATTR_EXT_COMMUNITY, ATTR_F_OPTIONAL | ATTR_F_TRANSITIVE, false);
	if (attr_parse_list(t, &b->values, ext_community_parse,
		    "an extended community (target:A:N, origin:A:N, … or 0x and 16 digits)",
		    e) == -1)
		return -1;
	attr_builder_end(b);
	return 0;
}

const struct attr_codec attr_ext_community_codec = {
	.code = ATTR_EXT_COMMUNITY,
	.flags = ATTR_F_OPTIONAL | ATTR_F_TRANSITIVE,
	.name = "extended-community",
	.json_name = "extended-community",
	.min_len = SIZE,
	.max_len = UINT16_MAX,
	.multiple = SIZE,
	.bad_flags = WIRE_TREAT_AS_WITHDRAW,
	.bad_len = WIRE_TREAT_AS_WITHDRAW,
	.parse = ext_communities_parse,
	.json = ext_community_json,
	.text = ext_communities_text,
};
