/*
 * PREFIX_SID (RFC 8669, RFC 9252): label index, originator SRGB, SRv6 L3 and L2 services. A
 * malformed one is dropped and the route kept (RFC 8669 6). Grammar: prefix_sid_parse.c, text:
 * prefix_sid_text.c.
 */
#include "proto/wire/attr_codecs.h"
#include "proto/wire/prefix_sid.h"

#include "common/addr.h"

/* The next TLV with a 2-byte length. */
bool
prefix_sid_next(struct rd *r, uint8_t *type, struct rd *value)
{
	if (!rd_ok(r) || rd_left(r) == 0)
		return false;
	*type = rd_u8(r);
	*value = rd_sub(r, rd_u16(r));
	return rd_ok(r);
}

bool
prefix_sid_is_structure(uint8_t type, const struct rd *value)
{
	return type == SRV6_SID_STRUCTURE && rd_left(value) == SRV6_SID_STRUCTURE_LEN;
}

/* The ranges of an SRGB; between and around are those of JSON or of text. */
void
prefix_sid_add_srgb(
	struct buf *out, struct rd value, const char *open, const char *middle, const char *close)
{
	rd_u16(&value);
	for (bool first = true; rd_left(&value) >= 6; first = false) {
		if (!first)
			BUF_LIT(out, ", ");
		buf_str(out, open);
		buf_u64(out, rd_u24(&value));
		buf_str(out, middle);
		buf_u64(out, rd_u24(&value));
		buf_str(out, close);
	}
}

static bool
is_tlv_list(struct rd r)
{
	struct rd value;
	uint8_t type;

	while (prefix_sid_next(&r, &type, &value))
		;
	return rd_done(&r);
}

/* After the reserved byte: sub-TLVs; SID information has 21 bytes and sub-sub-TLVs. */
static bool
is_service(struct rd r)
{
	struct rd value;
	uint8_t type;

	rd_u8(&r);
	while (prefix_sid_next(&r, &type, &value)) {
		if (type != SRV6_SID_INFORMATION)
			continue;
		rd_bytes(&value, SRV6_SID_INFORMATION_LEN);
		if (!rd_ok(&value) || !is_tlv_list(value))
			return false;
	}
	return rd_done(&r);
}

static bool
is_sound(uint8_t type, struct rd value)
{
	switch (type) {
	case PREFIX_SID_LABEL_INDEX:
		return rd_left(&value) == PREFIX_SID_LABEL_INDEX_LEN;
	case PREFIX_SID_SRGB:
		return rd_left(&value) >= 2 && (rd_left(&value) - 2) % 6 == 0;
	case PREFIX_SID_L3_SERVICE:
	case PREFIX_SID_L2_SERVICE:
		return is_service(value);
	}
	return true;
}

static enum wire_verdict
prefix_sid_check(const struct attr *a, const struct attr_context *c, struct wire_error *why)
{
	struct rd r = rd_init(a->value, a->len), value;
	uint8_t type;

	(void)c;
	while (prefix_sid_next(&r, &type, &value))
		if (!is_sound(type, value)) {
			wire_error_set(why, 3, 9, "malformed TLV %u", type);
			return WIRE_DISCARD_ATTR;
		}
	if (rd_done(&r))
		return WIRE_OK;
	wire_error_set(why, 3, 9, "truncated TLV");
	return WIRE_DISCARD_ATTR;
}

/* {"locator-block-length": N, …} of a SID structure */
static void
structure_json(struct buf *out, struct rd value)
{
	static const char *const names[] = { "{\"locator-block-length\": ",
		", \"locator-node-length\": ", ", \"function-length\": ", ", \"argument-length\": ",
		", \"transposition-length\": ", ", \"transposition-offset\": " };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		buf_str(out, names[i]);
		buf_u64(out, rd_u8(&value));
	}
	buf_chr(out, '}');
}

static void
raw_json(struct buf *out, uint8_t type, struct rd value)
{
	size_t n = rd_left(&value);

	BUF_LIT(out, "{\"type\": ");
	buf_u64(out, type);
	BUF_LIT(out, ", \"raw\": \"");
	buf_hex_upper(out, rd_bytes(&value, n), n);
	BUF_LIT(out, "\"}");
}

static void
information_json(struct buf *out, struct rd r)
{
	struct rd value;
	const uint8_t *sid;
	uint8_t type;

	rd_u8(&r);
	sid = rd_bytes(&r, 16);
	rd_u8(&r);
	BUF_LIT(out, "{ \"sid\": \"");
	buf_addr_bytes(out, sid, 16);
	BUF_LIT(out, "\", \"flags\": 0, \"endpoint_behavior\": ");
	buf_u64(out, rd_u16(&r));
	rd_u8(&r);
	while (prefix_sid_next(&r, &type, &value)) {
		if (prefix_sid_is_structure(type, &value)) {
			BUF_LIT(out, ", \"structure\": ");
			structure_json(out, value);
			continue;
		}
		BUF_LIT(out, ", \"sub-sub-tlv-");
		buf_u64(out, type);
		BUF_LIT(out, "\": ");
		raw_json(out, type, value);
	}
	BUF_LIT(out, " }");
}

static void
service_json(struct buf *out, struct rd r)
{
	struct rd value;
	uint8_t type;
	bool first = true;

	rd_u8(&r);
	BUF_LIT(out, "[ ");
	for (; prefix_sid_next(&r, &type, &value); first = false) {
		if (!first)
			BUF_LIT(out, ", ");
		if (type == SRV6_SID_INFORMATION)
			information_json(out, value);
		else
			raw_json(out, type, value);
	}
	BUF_LIT(out, " ]");
}

static void
tlv_json(struct buf *out, uint8_t type, struct rd value)
{
	size_t n = rd_left(&value);

	switch (type) {
	case PREFIX_SID_LABEL_INDEX:
		rd_u24(&value);
		BUF_LIT(out, "\"sr-label-index\": ");
		buf_u64(out, rd_u32(&value));
		return;
	case PREFIX_SID_SRGB:
		BUF_LIT(out, "\"sr-srgbs\": [");
		prefix_sid_add_srgb(out, value, "[", ", ", "]");
		buf_chr(out, ']');
		return;
	case PREFIX_SID_L3_SERVICE:
		BUF_LIT(out, "\"l3-service\": ");
		service_json(out, value);
		return;
	case PREFIX_SID_L2_SERVICE:
		BUF_LIT(out, "\"l2-service\": ");
		service_json(out, value);
		return;
	}
	BUF_LIT(out, "\"attribute-not-implemented-");
	buf_u64(out, type);
	BUF_LIT(out, "\": \"0x");
	buf_hex_upper(out, rd_bytes(&value, n), n);
	buf_chr(out, '"');
}

static void
prefix_sid_json(struct buf *out, const struct attr *a, const struct attr_context *c)
{
	struct rd r = rd_init(a->value, a->len), value;
	uint8_t type;
	bool first = true;

	(void)c;
	BUF_LIT(out, "{ ");
	for (; prefix_sid_next(&r, &type, &value); first = false) {
		if (!first)
			BUF_LIT(out, ", ");
		tlv_json(out, type, value);
	}
	BUF_LIT(out, " }");
}

const struct attr_codec attr_prefix_sid_codec = {
	.code = ATTR_PREFIX_SID,
	.flags = ATTR_F_OPTIONAL | ATTR_F_TRANSITIVE,
	.name = "bgp-prefix-sid",
	.json_name = "bgp-prefix-sid",
	.min_len = 3,
	.max_len = UINT16_MAX,
	.bad_flags = WIRE_DISCARD_ATTR,
	.bad_len = WIRE_DISCARD_ATTR,
	.check = prefix_sid_check,
	.parse = prefix_sid_parse,
	.json = prefix_sid_json,
	.text = prefix_sid_text,
};

const struct attr_codec attr_prefix_sid_srv6_codec = {
	.code = ATTR_PREFIX_SID,
	.flags = ATTR_F_OPTIONAL | ATTR_F_TRANSITIVE,
	.name = "bgp-prefix-sid-srv6",
	.parse = prefix_sid_parse_srv6,
};
