/*
 * BGP-LS TLVs of segment routing over MPLS (RFC 9085): capabilities, adjacency and prefix SIDs.
 * What a SID is depends on the flags V (value) and L (local): both set a 3-byte label, both clear a
 * 4-byte index; other combinations are shown as bytes.
 */
#include "proto/wire/bgpls_tlv.h"

enum { LABEL_LEN = 3, INDEX_LEN = 4, ADJ_V = 0x20, ADJ_L = 0x10, PREFIX_V = 0x08, PREFIX_L = 0x04 };

/* How wide one SID is under these flags; 0: not known. */
static size_t
sid_size(bool v, bool l)
{
	if (v != l)
		return 0;
	return v ? LABEL_LEN : INDEX_LEN;
}

/* Takes the SIDs off value: "[1, 2]". */
static void
add_sids(struct buf *out, struct rd *value, size_t size)
{
	buf_chr(out, '[');
	for (bool first = true; size > 0 && rd_left(value) >= size; first = false) {
		if (!first)
			BUF_LIT(out, ", ");
		buf_u64(out, size == LABEL_LEN ? rd_u24(value) : rd_u32(value));
	}
	buf_chr(out, ']');
}

/* What is left: ["0x…"], or in text ('0x…',). */
static void
add_undecoded(struct buf *out, struct rd *value, bool json)
{
	size_t n = rd_left(value);

	buf_chr(out, json ? '[' : '(');
	if (n > 0) {
		buf_chr(out, json ? '"' : '\'');
		BUF_LIT(out, "0x");
		buf_hex_upper(out, rd_bytes(value, n), n);
		buf_str(out, json ? "\"" : "',");
	}
	buf_chr(out, json ? ']' : ')');
}

/* The next range of an SR capabilities TLV. */
static bool
next_range(struct rd *r, uint32_t *range, uint32_t *sid)
{
	uint16_t type, n;

	if (!rd_ok(r) || rd_left(r) == 0)
		return false;
	*range = rd_u24(r);
	type = rd_u16(r);
	n = rd_u16(r);
	if (type != BGPLS_SID_LABEL || (n != LABEL_LEN && n != INDEX_LEN)) {
		rd_fail(r);
		return false;
	}
	*sid = n == LABEL_LEN ? rd_u24(r) & 0xfffff : rd_u32(r);
	return rd_ok(r);
}

bool
bgpls_check_capabilities(struct rd value)
{
	uint32_t range, sid;

	rd_u16(&value);
	while (next_range(&value, &range, &sid))
		;
	return rd_done(&value);
}

void
bgpls_print_capabilities(struct buf *out, const struct bgpls_tlv *row, struct rd value, bool json)
{
	uint32_t range, sid;
	bool first = true;

	bgpls_flags(out, rd_u8(&value), row->flags, json);
	rd_u8(&value);
	buf_str(out, json ? ", \"sids\": [" : ", sids: [");
	for (; next_range(&value, &range, &sid); first = false) {
		buf_str(out, first ? "[" : ", [");
		buf_u64(out, range);
		BUF_LIT(out, ", ");
		buf_u64(out, sid);
		buf_chr(out, ']');
	}
	buf_chr(out, ']');
}

void
bgpls_print_adjacency(struct buf *out, const struct bgpls_tlv *row, struct rd value, bool json)
{
	uint8_t flags = rd_u8(&value), weight = rd_u8(&value);

	rd_u16(&value);
	buf_str(out, json ? "{\"flags\": " : "adj_flags: ");
	bgpls_flags(out, flags, row->flags, json);
	buf_str(out, json ? ", \"sids\": " : ", sids: ");
	add_sids(out, &value, sid_size((flags & ADJ_V) != 0, (flags & ADJ_L) != 0));
	if (json) {
		BUF_LIT(out, ", \"weight\": ");
		buf_u64(out, weight);
		BUF_LIT(out, ", \"undecoded-sids\": ");
	} else {
		BUF_LIT(out, ", undecoded_sid ");
	}
	add_undecoded(out, &value, json);
	if (json)
		buf_chr(out, '}');
}

static void
add_lan_text(struct buf *out, const struct bgpls_tlv *row, struct rd value)
{
	uint8_t flags = rd_u8(&value), weight = rd_u8(&value);
	size_t size = sid_size((flags & ADJ_V) != 0, (flags & ADJ_L) != 0);

	rd_u16(&value);
	BUF_LIT(out, "sr-adj-lan-sids: [{'flags': ");
	bgpls_flags(out, flags, row->flags, false);
	BUF_LIT(out, ", 'weight': ");
	buf_u64(out, weight);
	BUF_LIT(out, ", 'system-id': '");
	buf_hex_upper(out, rd_bytes(&value, 6), 6);
	BUF_LIT(out, "', 'sid': ");
	if (size > 0 && rd_left(&value) >= size)
		buf_u64(out, size == LABEL_LEN ? rd_u24(&value) : rd_u32(&value));
	else
		BUF_LIT(out, "None");
	BUF_LIT(out, ", 'undecoded': [");
	if (rd_left(&value) > 0) {
		size_t n = rd_left(&value);

		BUF_LIT(out, "'0x");
		buf_hex_upper(out, rd_bytes(&value, n), n);
		buf_chr(out, '\'');
	}
	BUF_LIT(out, "]}]");
}

/* In JSON the flags are members of the object itself, as the reference has it; the rest follows. */
void
bgpls_print_lan_adjacency(struct buf *out, const struct bgpls_tlv *row, struct rd value, bool json)
{
	uint8_t flags, weight;

	if (!json) {
		add_lan_text(out, row, value);
		return;
	}
	flags = rd_u8(&value);
	weight = rd_u8(&value);
	rd_u16(&value);
	bgpls_flags(out, flags, row->flags, true);
	out->len--; /* the brace */
	BUF_LIT(out, ", \"weight\": ");
	buf_u64(out, weight);
	BUF_LIT(out, ", \"system-id\": \"");
	buf_hex_upper(out, rd_bytes(&value, 6), 6);
	BUF_LIT(out, "\", \"sids\": ");
	add_sids(out, &value, sid_size((flags & ADJ_V) != 0, (flags & ADJ_L) != 0));
	BUF_LIT(out, ", \"undecoded-sids\": ");
	add_undecoded(out, &value, true);
	buf_chr(out, '}');
}

/* An index is exactly four bytes. */
bool
bgpls_check_prefix_sid(struct rd value)
{
	uint8_t flags = rd_u8(&value);

	return (flags & (PREFIX_V | PREFIX_L)) != 0 || rd_left(&value) == 3 + INDEX_LEN;
}

void
bgpls_print_prefix_sid(struct buf *out, const struct bgpls_tlv *row, struct rd value, bool json)
{
	uint8_t flags = rd_u8(&value), algorithm = rd_u8(&value);

	rd_u16(&value);
	buf_str(out, json ? "{\"sr-prefix-flags\": " : "prefix_flags: ");
	bgpls_flags(out, flags, row->flags, json);
	buf_str(out, json ? ", \"sids\": " : ", sids: ");
	add_sids(out, &value, sid_size((flags & PREFIX_V) != 0, (flags & PREFIX_L) != 0));
	buf_str(out, json ? ", \"undecoded-sids\": " : ", undecoded_sid: ");
	add_undecoded(out, &value, json);
	if (!json)
		return;
	BUF_LIT(out, ", \"sr-algorithm\": ");
	buf_u64(out, algorithm);
	buf_chr(out, '}');
}
