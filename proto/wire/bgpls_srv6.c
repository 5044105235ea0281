/*
 * BGP-LS TLVs of SRv6 (RFC 9514): capabilities, End.X SIDs of links and LANs, locators, endpoint
 * behavior, SID structure.
 */
#include "proto/wire/bgpls_tlv.h"

#include "common/addr.h"

enum { ENDX_LEN = 22, SYSTEM_ID_LEN = 6, ROUTER_ID_LEN = 4, FLAG_O = 0x4000 };

void
bgpls_print_srv6_capabilities(
	struct buf *out, const struct bgpls_tlv *row, struct rd value, bool json)
{
	bool o = (rd_u16(&value) & FLAG_O) != 0;

	(void)row;
	buf_str(out, json ? "{\"flags\": {" : "flags: {");
	bgpls_key(out, "O", json);
	buf_str(out, o ? "1}" : "0}");
	if (json)
		buf_chr(out, '}');
}

static size_t
neighbor_len(uint16_t type)
{
	if (type == BGPLS_ENDX_ISIS)
		return SYSTEM_ID_LEN;
	return type == BGPLS_ENDX_OSPF ? ROUTER_ID_LEN : 0;
}

static bool
check_sub_tlvs(struct rd value, uint16_t endx)
{
	struct rd sub;
	uint16_t type;

	rd_bytes(&value, ENDX_LEN + neighbor_len(endx));
	while (bgpls_next(&value, &type, &sub))
		if (type == BGPLS_SID_STRUCTURE && rd_left(&sub) != BGPLS_SID_STRUCTURE_LEN)
			return false;
	return rd_done(&value);
}

bool
bgpls_check_endx(struct rd value)
{
	return check_sub_tlvs(value, BGPLS_ENDX);
}

bool
bgpls_check_endx_isis(struct rd value)
{
	return check_sub_tlvs(value, BGPLS_ENDX_ISIS);
}

bool
bgpls_check_endx_ospf(struct rd value)
{
	return check_sub_tlvs(value, BGPLS_ENDX_OSPF);
}

static void
add_neighbor(struct buf *out, const uint8_t *id, size_t n)
{
	if (n == ROUTER_ID_LEN)
		buf_addr_bytes(out, id, n);
	else
		buf_hex_upper(out, id, n);
}

struct endx {
	uint16_t behavior;
	uint8_t flags, algorithm, weight;
	const uint8_t *neighbor, *sid;
	size_t neighbor_len;
	struct rd subs;
};

static struct endx
read_endx(const struct bgpls_tlv *row, struct rd value)
{
	struct endx x = { .neighbor_len = neighbor_len(row->type) };

	x.behavior = rd_u16(&value);
	x.flags = rd_u8(&value);
	x.algorithm = rd_u8(&value);
	x.weight = rd_u8(&value);
	rd_u8(&value);
	x.neighbor = rd_bytes(&value, x.neighbor_len);
	x.sid = rd_bytes(&value, 16);
	x.subs = value;
	return x;
}

static void
endx_text(struct buf *out, const struct bgpls_tlv *row, const struct endx *x)
{
	BUF_LIT(out, "behavior: ");
	buf_u64(out, x->behavior);
	if (x->neighbor_len > 0) {
		BUF_LIT(out, ", neighbor-id: ");
		add_neighbor(out, x->neighbor, x->neighbor_len);
	}
	BUF_LIT(out, ", flags: ");
	bgpls_flags(out, x->flags, row->flags, false);
	BUF_LIT(out, ", algorithm: ");
	buf_u64(out, x->algorithm);
	BUF_LIT(out, ", weight: ");
	buf_u64(out, x->weight);
	BUF_LIT(out, ", sid: ");
	buf_addr_bytes(out, x->sid, 16);
}

static void
sub_tlvs_json(struct buf *out, struct rd subs)
{
	struct rd sub;
	uint16_t type;

	while (bgpls_next(&subs, &type, &sub)) {
		size_t n = rd_left(&sub);

		if (type == BGPLS_SID_STRUCTURE) {
			BUF_LIT(out, ", \"srv6-sid-structure\": ");
			bgpls_print_structure(out, NULL, sub, true);
			continue;
		}
		BUF_LIT(out, ", \"unknown-subtlv-");
		buf_u64(out, type);
		BUF_LIT(out, "\": \"0x");
		buf_hex_upper(out, rd_bytes(&sub, n), n);
		buf_chr(out, '"');
	}
}

void
bgpls_print_endx(struct buf *out, const struct bgpls_tlv *row, struct rd value, bool json)
{
	struct endx x = read_endx(row, value);

	if (!json) {
		endx_text(out, row, &x);
		return;
	}
	BUF_LIT(out, "{\"flags\": ");
	bgpls_flags(out, x.flags, row->flags, true);
	if (x.neighbor_len > 0) {
		BUF_LIT(out, ", \"neighbor-id\": \"");
		add_neighbor(out, x.neighbor, x.neighbor_len);
		buf_chr(out, '"');
	}
	BUF_LIT(out, ", \"behavior\": ");
	buf_u64(out, x.behavior);
	BUF_LIT(out, ", \"algorithm\": ");
	buf_u64(out, x.algorithm);
	BUF_LIT(out, ", \"weight\": ");
	buf_u64(out, x.weight);
	BUF_LIT(out, ", \"sid\": \"");
	buf_addr_bytes(out, x.sid, 16);
	buf_chr(out, '"');
	sub_tlvs_json(out, x.subs);
	buf_chr(out, '}');
}

void
bgpls_print_locator(struct buf *out, const struct bgpls_tlv *row, struct rd value, bool json)
{
	uint8_t flags = rd_u8(&value), algorithm = rd_u8(&value);

	rd_u16(&value);
	buf_str(out, json ? "{\"flags\": " : "flags: ");
	bgpls_flags(out, flags, row->flags, json);
	buf_str(out, json ? ", \"algorithm\": " : ", algorithm: ");
	buf_u64(out, algorithm);
	buf_str(out, json ? ", \"metric\": " : ", metric: ");
	buf_u64(out, rd_u32(&value));
	if (json)
		buf_chr(out, '}');
}

/* The text has the behavior in decimal behind 0x, as the reference has it. */
void
bgpls_print_behavior(struct buf *out, const struct bgpls_tlv *row, struct rd value, bool json)
{
	uint16_t behavior = rd_u16(&value);

	(void)row;
	rd_u8(&value);
	buf_str(out, json ? "{\"endpoint-behavior\": " : "[0x");
	buf_u64(out, behavior);
	buf_str(out, json ? ", \"flags\": [], \"algorithm\": " : ", flags: [], algorithm: ");
	buf_u64(out, rd_u8(&value));
	buf_chr(out, json ? '}' : ']');
}

void
bgpls_print_structure(struct buf *out, const struct bgpls_tlv *row, struct rd value, bool json)
{
	static const char *const names[] = { "{\"loc_block_len\": ", ", \"loc_node_len\": ",
		", \"func_len\": ", ", \"arg_len\": " };

	(void)row;
	if (!json)
		buf_chr(out, '[');
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (json)
			buf_str(out, names[i]);
		buf_u64(out, rd_u8(&value));
		if (!json)
			buf_chr(out, ',');
	}
	buf_chr(out, json ? '}' : ']');
}
