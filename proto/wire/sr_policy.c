/* The sub-TLVs of an SR policy inside TUNNEL_ENCAP; see sr_policy.h, reference/events.md 13. */
#include "proto/wire/sr_policy.h"

#include "common/addr.h"
#include "proto/wire/attr_codecs.h"

enum { WEIGHT_DEFAULT = 1 };

bool
sr_policy_next(struct rd *r, uint8_t *type, struct rd *value)
{
	if (!rd_ok(r) || rd_left(r) == 0)
		return false;
	*type = rd_u8(r);
	*value = rd_sub(r, *type < 128 ? rd_u8(r) : rd_u16(r));
	return rd_ok(r);
}

bool
sr_policy_is_sound(struct rd r)
{
	struct rd value, inner;
	uint8_t type, inner_type;

	while (sr_policy_next(&r, &type, &value)) {
		if (type != SR_SEGMENT_LIST)
			continue;
		rd_u8(&value);
		while (sr_policy_next(&value, &inner_type, &inner))
			;
		if (!rd_done(&value))
			return false;
	}
	return rd_done(&r);
}

static uint32_t
list_weight(struct rd list)
{
	struct rd value;
	uint8_t type;
	uint32_t weight = WEIGHT_DEFAULT;

	rd_u8(&list);
	while (sr_policy_next(&list, &type, &value)) {
		if (type != SR_WEIGHT)
			continue;
		rd_u16(&value);
		weight = rd_u32(&value);
	}
	return weight;
}

/* The segments of a list; between them `separator`. */
static void
add_segments(struct buf *out, struct rd list, const char *separator,
	bool (*add)(struct buf *out, uint8_t type, struct rd value))
{
	struct rd value;
	uint8_t type;
	bool first = true;

	rd_u8(&list);
	while (sr_policy_next(&list, &type, &value)) {
		size_t before = out->len;

		if (type == SR_WEIGHT)
			continue;
		if (!first)
			buf_str(out, separator);
		if (add(out, type, value))
			first = false;
		else
			out->len = before;
	}
}

static void
list_json(struct buf *out, struct rd list)
{
	BUF_LIT(out, "{\"weight\": ");
	buf_u64(out, list_weight(list));
	BUF_LIT(out, ", \"segments\": [");
	add_segments(out, list, ", ", sr_segment_json);
	BUF_LIT(out, "]}");
}

static void
list_text(struct buf *out, struct rd list)
{
	BUF_LIT(out, "segment-list weight ");
	buf_u64(out, list_weight(list));
	BUF_LIT(out, " [");
	add_segments(out, list, " ", sr_segment_text);
	buf_chr(out, ']');
}

static void
add_address(struct buf *out, struct rd *value)
{
	uint8_t sid[16];

	rd_copy(value, sid, sizeof(sid));
	buf_addr_bytes(out, sid, sizeof(sid));
}

static void
binding_sid_json(struct buf *out, struct rd value)
{
	size_t n = rd_left(&value);

	BUF_LIT(out, "\"binding-sid\": ");
	rd_u16(&value);
	if (n >= 18) {
		BUF_LIT(out, "{\"type\": \"srv6\", \"sid\": \"");
		add_address(out, &value);
		BUF_LIT(out, "\"}");
	} else if (n >= 6) {
		BUF_LIT(out, "{\"type\": \"mpls\", \"label\": ");
		buf_u64(out, rd_u32(&value) >> 12);
		buf_chr(out, '}');
	} else {
		BUF_LIT(out, "null");
	}
}

static void
binding_sid_text(struct buf *out, struct rd value)
{
	size_t n = rd_left(&value);

	rd_u16(&value);
	if (n >= 18) {
		BUF_LIT(out, "binding-sid srv6 ");
		add_address(out, &value);
	} else if (n >= 6) {
		BUF_LIT(out, "binding-sid mpls ");
		buf_u64(out, rd_u32(&value) >> 12);
	} else {
		BUF_LIT(out, "binding-sid null");
	}
}

static void
srv6_binding_sid_json(struct buf *out, struct rd value)
{
	bool behavior = rd_left(&value) >= 18 + SR_BEHAVIOR_LEN;

	rd_u16(&value);
	BUF_LIT(out, "\"srv6-binding-sid\": ");
	if (behavior)
		BUF_LIT(out, "{\"sid\": ");
	buf_chr(out, '"');
	add_address(out, &value);
	buf_chr(out, '"');
	if (!behavior)
		return;
	BUF_LIT(out, ", ");
	sr_behavior_json(out, value);
	buf_chr(out, '}');
}

static void
srv6_binding_sid_text(struct buf *out, struct rd value)
{
	bool behavior = rd_left(&value) >= 18 + SR_BEHAVIOR_LEN;

	rd_u16(&value);
	BUF_LIT(out, "srv6-binding-sid ");
	add_address(out, &value);
	if (!behavior)
		return;
	BUF_LIT(out, " endpoint-behavior ");
	buf_u64(out, rd_u16(&value));
}

static void
name_json(struct buf *out, const char *key, struct rd value)
{
	size_t n;

	rd_u8(&value);
	n = rd_left(&value);
	buf_str(out, key);
	buf_json_string(out, n > 0 ? rd_bytes(&value, n) : (const uint8_t *)"", n);
}

static void
name_text(struct buf *out, const char *key, struct rd value)
{
	rd_u8(&value);
	buf_str(out, key);
	buf_chr(out, '"');
	attr_printable(out, value);
	buf_chr(out, '"');
}

static void
add_unknown(struct buf *out, uint8_t type, struct rd value, const char *quote, const char *between)
{
	size_t n = rd_left(&value);

	buf_str(out, quote);
	BUF_LIT(out, "unknown-subtlv-");
	buf_u64(out, type);
	buf_str(out, quote);
	buf_str(out, between);
	buf_str(out, quote);
	BUF_LIT(out, "0x");
	buf_hex_upper(out, rd_bytes(&value, n), n);
	buf_str(out, quote);
}

static void
sub_tlv_json(struct buf *out, uint8_t type, struct rd value)
{
	switch (type) {
	case SR_PREFERENCE:
		rd_u16(&value);
		BUF_LIT(out, "\"preference\": ");
		buf_u64(out, rd_u32(&value));
		return;
	case SR_BINDING_SID:
		binding_sid_json(out, value);
		return;
	case SR_PRIORITY:
		BUF_LIT(out, "\"priority\": ");
		buf_u64(out, rd_u8(&value));
		return;
	case SR_SRV6_BINDING_SID:
		srv6_binding_sid_json(out, value);
		return;
	case SR_CANDIDATE_PATH_NAME:
		name_json(out, "\"candidate-path-name\": ", value);
		return;
	case SR_POLICY_NAME:
		name_json(out, "\"policy-name\": ", value);
		return;
	}
	add_unknown(out, type, value, "\"", ": ");
}

static void
sub_tlv_text(struct buf *out, uint8_t type, struct rd value)
{
	switch (type) {
	case SR_PREFERENCE:
		rd_u16(&value);
		BUF_LIT(out, "preference ");
		buf_u64(out, rd_u32(&value));
		return;
	case SR_BINDING_SID:
		binding_sid_text(out, value);
		return;
	case SR_PRIORITY:
		BUF_LIT(out, "priority ");
		buf_u64(out, rd_u8(&value));
		return;
	case SR_SRV6_BINDING_SID:
		srv6_binding_sid_text(out, value);
		return;
	case SR_SEGMENT_LIST:
		list_text(out, value);
		return;
	case SR_CANDIDATE_PATH_NAME:
		name_text(out, "candidate-path-name ", value);
		return;
	case SR_POLICY_NAME:
		name_text(out, "policy-name ", value);
		return;
	}
	add_unknown(out, type, value, "", " ");
}

/* All segment lists stand in one member, after the others. */
void
sr_policy_json(struct buf *out, struct rd r)
{
	struct rd all = r, value;
	uint8_t type;
	const char *between = "";
	bool list = false;

	buf_chr(out, '{');
	while (sr_policy_next(&r, &type, &value)) {
		if (type == SR_SEGMENT_LIST)
			continue;
		buf_str(out, between);
		between = ", ";
		sub_tlv_json(out, type, value);
	}
	while (sr_policy_next(&all, &type, &value)) {
		if (type != SR_SEGMENT_LIST)
			continue;
		buf_str(out, list ? "" : between);
		buf_str(out, list ? ", " : "\"segment-lists\": [");
		list = true;
		list_json(out, value);
	}
	buf_str(out, list ? "]}" : "}");
}

void
sr_policy_text(struct buf *out, struct rd r)
{
	struct rd value;
	uint8_t type;
	const char *between = "{";

	for (; sr_policy_next(&r, &type, &value); between = " ") {
		buf_str(out, between);
		sub_tlv_text(out, type, value);
	}
	buf_str(out, between[0] == '{' ? "{}" : "}");
}
