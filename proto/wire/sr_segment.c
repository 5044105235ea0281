/*
 * Segments of an SR policy's segment list (RFC 9830 2.4.4.2, RFC 9831): flags, algorithm or
 * reserved, then the fields of the kind, then perhaps an explicit SID.
 */
#include "proto/wire/sr_policy.h"

#include <stddef.h>
#include "common/addr.h"

enum field_kind { FIELD_NONE, FIELD_ID, FIELD_IPV4, FIELD_IPV6 };

enum sid_kind {
	SID_LABEL,      /* label alone */
	SID_LABEL_FULL, /* with traffic class, bottom of stack, TTL */
	SID_SRV6        /* address, perhaps endpoint behavior */
};

enum { FIELDS_MAX = 4 };

static const struct kind {
	uint8_t type;
	char letter;
	bool algorithm;
	enum sid_kind sid;
	struct {
		const char *name;
		enum field_kind kind;
	} fields[FIELDS_MAX];
} kinds[] = {
	{ 1, 'A', false, SID_LABEL_FULL, { { NULL, FIELD_NONE } } },
	{ 13, 'B', false, SID_SRV6, { { NULL, FIELD_NONE } } },
	{ 3, 'C', true, SID_LABEL_FULL, { { "ipv4_node", FIELD_IPV4 } } },
	{ 4, 'D', true, SID_LABEL, { { "ipv6_node", FIELD_IPV6 } } },
	{ 5, 'E', false, SID_LABEL, { { "local_if_id", FIELD_ID }, { "ipv4_node", FIELD_IPV4 } } },
	{ 6, 'F', false, SID_LABEL,
		{ { "local_ipv4", FIELD_IPV4 }, { "remote_ipv4", FIELD_IPV4 } } },
	{ 7, 'G', false, SID_LABEL,
		{ { "local_if_id", FIELD_ID }, { "local_ipv6", FIELD_IPV6 },
			{ "remote_if_id", FIELD_ID }, { "remote_ipv6", FIELD_IPV6 } } },
	{ 8, 'H', false, SID_LABEL,
		{ { "local_ipv6", FIELD_IPV6 }, { "remote_ipv6", FIELD_IPV6 } } },
	{ 14, 'I', true, SID_SRV6, { { "ipv6_node", FIELD_IPV6 } } },
	{ 15, 'J', true, SID_SRV6,
		{ { "local_if_id", FIELD_ID }, { "local_ipv6", FIELD_IPV6 },
			{ "remote_if_id", FIELD_ID }, { "remote_ipv6", FIELD_IPV6 } } },
	{ 16, 'K', true, SID_SRV6,
		{ { "local_ipv6", FIELD_IPV6 }, { "remote_ipv6", FIELD_IPV6 } } },
};

static const size_t field_len[] = {
	[FIELD_NONE] = 0, [FIELD_ID] = 4, [FIELD_IPV4] = 4, [FIELD_IPV6] = 16
};

static bool
has_fields(const struct kind *kind)
{
	return kind->fields[0].kind != FIELD_NONE;
}

/* The row of a type whose value is long enough, or NULL. */
static const struct kind *
find_kind(uint8_t type, const struct rd *value)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct kind *kind = &kinds[i];
		size_t need = 2;

		if (kind->type != type)
			continue;
		for (int at = 0; at < FIELDS_MAX; at++)
			need += field_len[kind->fields[at].kind];
		if (!has_fields(kind))
			need += kind->sid == SID_SRV6 ? 16 : 4;
		return rd_left(value) >= need ? kind : NULL;
	}
	return NULL;
}

static void
add_field(struct buf *out, enum field_kind kind, struct rd *value, const char *quote)
{
	if (kind == FIELD_ID) {
		buf_u64(out, rd_u32(value));
		return;
	}
	buf_str(out, quote);
	buf_addr_bytes(out, rd_bytes(value, field_len[kind]), field_len[kind]);
	buf_str(out, quote);
}

void
sr_behavior_json(struct buf *out, struct rd value)
{
	static const char *const names[] = {
		", \"lb-length\": ", ", \"ln-length\": ", ", \"fun-length\": ", ", \"arg-length\": "
	};

	BUF_LIT(out, "\"behavior\": ");
	buf_u64(out, rd_u16(&value));
	rd_u16(&value);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		buf_str(out, names[i]);
		buf_u64(out, rd_u8(&value));
	}
}

static void
label_json(struct buf *out, struct rd *value, bool full, const char *name)
{
	uint32_t entry = rd_u32(value);

	buf_str(out, name);
	buf_u64(out, entry >> 12);
	if (!full)
		return;
	BUF_LIT(out, ", \"tc\": ");
	buf_u64(out, entry >> 9 & 7);
	buf_str(out, (entry >> 8 & 1) != 0 ? ", \"s\": true" : ", \"s\": false");
	BUF_LIT(out, ", \"ttl\": ");
	buf_u64(out, entry & 255);
}

static void
sid_json(struct buf *out, const struct kind *kind, struct rd *value)
{
	if (kind->sid != SID_SRV6) {
		if (rd_left(value) >= 4)
			label_json(out, value, kind->sid == SID_LABEL_FULL,
				has_fields(kind) ? ", \"sid\": " : ", \"label\": ");
		return;
	}
	if (rd_left(value) < 16)
		return;
	BUF_LIT(out, ", \"sid\": \"");
	buf_addr_bytes(out, rd_bytes(value, 16), 16);
	buf_chr(out, '"');
	if (rd_left(value) < SR_BEHAVIOR_LEN)
		return;
	BUF_LIT(out, ", \"endpoint-behavior\": {");
	sr_behavior_json(out, *value);
	buf_chr(out, '}');
}

bool
sr_segment_json(struct buf *out, uint8_t type, struct rd value)
{
	const struct kind *kind = find_kind(type, &value);
	uint8_t algorithm;

	if (kind == NULL)
		return false;
	rd_u8(&value);
	algorithm = rd_u8(&value);
	BUF_LIT(out, "{\"type\": \"");
	buf_chr(out, kind->letter);
	buf_chr(out, '"');
	for (int i = 0; i < FIELDS_MAX && kind->fields[i].kind != FIELD_NONE; i++) {
		BUF_LIT(out, ", \"");
		buf_str(out, kind->fields[i].name);
		BUF_LIT(out, "\": ");
		add_field(out, kind->fields[i].kind, &value, "\"");
	}
	if (kind->algorithm) {
		BUF_LIT(out, ", \"algorithm\": ");
		buf_u64(out, algorithm);
	}
	sid_json(out, kind, &value);
	buf_chr(out, '}');
	return true;
}

bool
sr_segment_text(struct buf *out, uint8_t type, struct rd value)
{
	const struct kind *kind = find_kind(type, &value);

	if (kind == NULL)
		return false;
	rd_u16(&value);
	if (!has_fields(kind)) {
		if (kind->sid == SID_SRV6)
			buf_addr_bytes(out, rd_bytes(&value, 16), 16);
		else
			buf_u64(out, rd_u32(&value) >> 12);
		return true;
	}
	for (int i = 0; i < FIELDS_MAX && kind->fields[i].kind != FIELD_NONE; i++) {
		bool is_id = kind->fields[i].kind == FIELD_ID;

		if (i > 0 && kind->fields[i - 1].kind != FIELD_ID)
			BUF_LIT(out, "->");
		if (is_id)
			BUF_LIT(out, "if");
		add_field(out, kind->fields[i].kind, &value, "");
		if (is_id)
			buf_chr(out, ':');
	}
	return true;
}
