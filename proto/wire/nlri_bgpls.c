/*
 * BGP-LS NLRI (RFC 9552 5.2, RFC 9514 6), SAFI 71 and 72: type, length, for VPN a route
 * distinguisher, protocol, identifier, TLVs. Nodes, links, prefixes and SRv6 SIDs are checked and
 * shown, other types kept as they are (reference/wire.md 6.13, events.md 8.11).
 */
#include "proto/wire/nlri.h"
#include "proto/wire/nlri_codecs.h"

#include "common/addr.h"
#include "common/buf.h"
#include "proto/wire/distinguisher.h"
#include "proto/wire/family.h"
#include "proto/wire/nlri_bgpls_node.h"
#include "proto/wire/nlri_prefix.h"
#include "proto/wire/nlri_unit.h"

enum {
	BGPLS_HEAD = 4,
	PROTOCOL_HEAD = 9, /* protocol and identifier */
	TLV_LOCAL_NODE = 256,
	TLV_REMOTE_NODE = 257,
	TLV_LINK_IDS = 258,
	TLV_INTERFACE4 = 259,
	TLV_NEIGHBOR4 = 260,
	TLV_INTERFACE6 = 261,
	TLV_NEIGHBOR6 = 262,
	TLV_TOPOLOGY = 263,
	TLV_OSPF_ROUTE = 264,
	TLV_REACHABILITY = 265,
	TLV_SRV6_SID = 518
};

/* A valid NLRI taken apart. */
struct bgpls {
	uint16_t type;
	const uint8_t *rd; /* NULL for SAFI 71 */
	uint8_t protocol;
	uint64_t identifier;
	struct rd tlvs;
};

struct bgpls_type {
	const char *name;  /* ls-nlri-type */
	const char *label; /* in error texts */
	bool node_first;   /* TLV 256 stands first and nothing else describes nodes */
	uint16_t needs;    /* a TLV that must be there, or 0 */
	void (*json)(struct buf *out, const struct bgpls *b);
	bool rd, nexthop; /* which of the trailing members it prints */
};

/* The first TLV of a type; an empty one when there is none. */
static bool
find_tlv(const struct bgpls *b, uint16_t wanted, struct rd *value)
{
	struct rd r = b->tlvs;
	uint16_t type;

	while (bgpls_tlv(&r, &type, value))
		if (type == wanted)
			return true;
	*value = rd_init(b->tlvs.p, 0);
	return false;
}

static void
nodes_json(struct buf *out, const char *key, const struct bgpls *b, uint16_t type)
{
	struct rd value;

	find_tlv(b, type, &value);
	buf_printf(out, ", \"%s\": ", key);
	bgpls_node_json(out, value, b->protocol);
}

static void
node_json(struct buf *out, const struct bgpls *b)
{
	nodes_json(out, "node-descriptors", b, TLV_LOCAL_NODE);
}

static void
addresses_json(struct buf *out, const char *key, const struct bgpls *b, uint16_t v4, uint16_t v6)
{
	struct rd r = b->tlvs, value;
	const char *between = "\"";
	uint16_t type;

	buf_printf(out, ", \"%s\": [ ", key);
	while (bgpls_tlv(&r, &type, &value)) {
		if (type != v4 && type != v6)
			continue;
		buf_str(out, between);
		buf_addr_bytes(out, value.p, rd_left(&value));
		buf_chr(out, '"');
		between = ", \"";
	}
	BUF_LIT(out, " ]");
}

/* The ids of all topology TLVs; quote: the empty string or a quote mark around each. */
static void
topologies_json(struct buf *out, const struct bgpls *b, const char *quote)
{
	struct rd r = b->tlvs, value;
	const char *between = "";
	uint16_t type;

	while (bgpls_tlv(&r, &type, &value)) {
		while (type == TLV_TOPOLOGY && rd_left(&value) >= 2) {
			buf_printf(out, "%s%s%u%s", between, quote, rd_u16(&value) & 0x0fff, quote);
			between = ", ";
		}
	}
}

static void
link_json(struct buf *out, const struct bgpls *b)
{
	struct rd r = b->tlvs, value;
	const char *between = "";
	uint16_t type;

	nodes_json(out, "local-node-descriptors", b, TLV_LOCAL_NODE);
	nodes_json(out, "remote-node-descriptors", b, TLV_REMOTE_NODE);
	addresses_json(out, "interface-addresses", b, TLV_INTERFACE4, TLV_INTERFACE6);
	addresses_json(out, "neighbor-addresses", b, TLV_NEIGHBOR4, TLV_NEIGHBOR6);
	BUF_LIT(out, ", \"multi-topology-ids\": [ ");
	topologies_json(out, b, "");
	BUF_LIT(out, " ], \"link-identifiers\": [ ");
	while (bgpls_tlv(&r, &type, &value)) {
		if (type != TLV_LINK_IDS)
			continue;
		uint32_t local = rd_u32(&value), remote = rd_u32(&value);

		buf_printf(out, "%s{ \"link-local-id\": %u, \"link-remote-id\": %u }", between,
			local, remote);
		between = ", ";
	}
	BUF_LIT(out, " ]");
}

static void
prefix_json(struct buf *out, const struct bgpls *b)
{
	uint16_t afi = b->type == 3 ? AFI_IPV4 : AFI_IPV6;
	static const char *const keys[] = { "ip-reachability-tlv", "ip-reach-prefix" };
	uint8_t prefix[16] = { 0 };
	struct rd value;
	unsigned bits;
	size_t n;

	node_json(out, b);
	find_tlv(b, TLV_REACHABILITY, &value);
	bits = rd_u8(&value);
	n = rd_left(&value) < sizeof(prefix) ? rd_left(&value) : sizeof(prefix);
	rd_copy(&value, prefix, n);
	for (unsigned i = 0; i < 2; i++) {
		buf_printf(out, ", \"%s\": \"", keys[i]);
		nlri_prefix_text(out, afi, prefix, bits);
		buf_chr(out, '"');
	}
	if (find_tlv(b, TLV_OSPF_ROUTE, &value))
		buf_printf(out, ", \"ospf-route-type\": %u", rd_u8(&value));
}

/* True when no TLV before `at` has this type. */
static bool
is_first(const struct bgpls *b, const uint8_t *at, uint16_t wanted)
{
	struct rd r = b->tlvs, value;
	uint16_t type;

	while (bgpls_tlv(&r, &type, &value) && value.p < at)
		if (type == wanted)
			return false;
	return true;
}

static void
unknown_json(struct buf *out, struct rd rest, uint16_t wanted, struct rd value)
{
	uint16_t type = wanted;

	buf_printf(out, ", \"generic-tlv-%u\": [", wanted);
	for (const char *between = "\"0x";;) {
		if (type == wanted) {
			buf_str(out, between);
			buf_hex_upper(out, value.p, rd_left(&value));
			buf_chr(out, '"');
			between = ", \"0x";
		}
		if (!bgpls_tlv(&rest, &type, &value))
			break;
	}
	buf_chr(out, ']');
}

static void
srv6_json(struct buf *out, const struct bgpls *b)
{
	struct rd r = b->tlvs, value;
	uint16_t type;

	node_json(out, b);
	BUF_LIT(out, ", \"srv6-sid-descriptors\": {\"multi-topology-ids\": [");
	topologies_json(out, b, "\"");
	buf_chr(out, ']');
	if (find_tlv(b, TLV_SRV6_SID, &value)) {
		BUF_LIT(out, ", ");
		nlri_addr_json(out, "srv6-sid", value.p, 16);
	}
	while (bgpls_tlv(&r, &type, &value)) {
		if (type != TLV_LOCAL_NODE && type != TLV_TOPOLOGY && type != TLV_SRV6_SID &&
			is_first(b, value.p, type))
			unknown_json(out, r, type, value);
	}
	buf_chr(out, '}');
}

/* Index: NLRI type. */
static const struct bgpls_type bgpls_types[] = {
	[1] = { "bgpls-node", "Node", true, TLV_LOCAL_NODE, node_json, true, true },
	[2] = { "bgpls-link", "LINK", false, 0, link_json, true, false },
	[3] = { "bgpls-prefix-v4", "bgpls-prefix-v4", false, TLV_REACHABILITY, prefix_json, true,
		true },
	[4] = { "bgpls-prefix-v6", "bgpls-prefix-v6", false, TLV_REACHABILITY, prefix_json, true,
		true },
	[6] = { "bgpls-srv6sid", "SRv6 SID", true, TLV_LOCAL_NODE, srv6_json, false, false },
};

static const struct bgpls_type *
find_type(uint16_t type)
{
	if (type >= sizeof(bgpls_types) / sizeof(bgpls_types[0]) || bgpls_types[type].name == NULL)
		return NULL;
	return &bgpls_types[type];
}

/* What the values of the TLVs of a known type must be. */
static int
check_tlv(const struct bgpls *b, uint16_t type, struct rd value, struct wire_error *err)
{
	size_t n = rd_left(&value);
	bool interface = type == TLV_INTERFACE4 || type == TLV_INTERFACE6;
	bool prefix = b->type == 3 || b->type == 4;

	if (type == TLV_LOCAL_NODE || (type == TLV_REMOTE_NODE && b->type == 2))
		return bgpls_node_check(value, b->protocol, err);
	if (type == TLV_TOPOLOGY && n < 2)
		return wire_error_set(err, 3, 10,
			"BGP-LS multi-topology sub-tlv is %zu bytes, expected at least 2", n);
	if (b->type == 2 && type == TLV_LINK_IDS && n != 8)
		return wire_error_set(
			err, 3, 10, "BGP-LS link identifier sub-tlv is %zu bytes, expected 8", n);
	if (b->type == 2 && type >= TLV_INTERFACE4 && type <= TLV_NEIGHBOR6 && n != 4 && n != 16)
		return wire_error_set(err, 3, 10,
			"BGP-LS %s address sub-tlv is %zu bytes, expected 4 or 16",
			interface ? "interface" : "neighbor", n);
	if (prefix && type == TLV_OSPF_ROUTE && n != 1)
		return wire_error_set(
			err, 3, 10, "BGP-LS ospf route type sub-tlv is %zu bytes, expected 1", n);
	if (prefix && type == TLV_REACHABILITY && n == 0)
		return wire_error_set(err, 3, 10,
			"BGP-LS ip reachability sub-tlv is empty, expected at least a prefix "
			"length byte");
	if (prefix && type == TLV_REACHABILITY && value.p[0] > (b->type == 3 ? 32 : 128))
		return wire_error_set(err, 3, 10,
			"BGP-LS ip reachability sub-tlv has a prefix length of %u", value.p[0]);
	if (b->type == 6 && type == TLV_SRV6_SID && n != 16)
		return wire_error_set(err, 3, 10,
			"BGP-LS SRv6 SID information sub-tlv is %zu bytes, expected 16", n);
	return 0;
}

static int
check_list(const struct bgpls *b, const struct bgpls_type *row, struct wire_error *err)
{
	struct rd r = b->tlvs, value;
	uint16_t type;
	bool needed = row->needs == 0;

	while (bgpls_tlv(&r, &type, &value)) {
		if (row->node_first && !needed && type != TLV_LOCAL_NODE)
			return wire_error_set(err, 3, 10,
				"Unknown type: %u. Only Local Node descriptors are allowed in a %s "
				"type msg",
				type, row->label);
		if (check_tlv(b, type, value, err) == -1)
			return -1;
		needed |= type == row->needs;
	}
	if (!rd_ok(&r))
		return wire_error_set(
			err, 3, 10, "BGP-LS %s NLRI ends with a truncated TLV", row->label);
	if (needed)
		return 0;
	if (row->node_first)
		return wire_error_set(
			err, 3, 10, "BGP-LS %s NLRI has no Local Node descriptor", row->label);
	return wire_error_set(err, 3, 10,
		"BGP-LS %s NLRI is missing the IP Reachability Information TLV", row->label);
}

/* 0; NLRI_SKIP: of an unknown type; -1 with err. */
static int
take_apart(const struct nlri *nlri, struct bgpls *out, struct wire_error *err)
{
	struct rd r = rd_init(nlri->bytes, nlri->len);
	bool vpn = family_safi(nlri->family) == SAFI_BGPLS_VPN;
	const struct bgpls_type *row;

	*out = (struct bgpls){ .type = rd_u16(&r) };
	rd_u16(&r);
	if (vpn && rd_left(&r) < DISTINGUISHER_BYTES)
		return wire_error_set(err, 3, 10,
			"BGP-LS VPN NLRI announces %zu bytes, less than its route distinguisher",
			rd_left(&r));
	out->rd = vpn ? rd_bytes(&r, DISTINGUISHER_BYTES) : NULL;
	row = find_type(out->type);
	if (row == NULL)
		return NLRI_SKIP;
	if (rd_left(&r) < PROTOCOL_HEAD)
		return wire_error_set(err, 3, 10,
			"BGP-LS %s NLRI is too short: need at least %u bytes, got %u", row->label,
			BGPLS_HEAD + PROTOCOL_HEAD, nlri->len);
	out->protocol = rd_u8(&r);
	out->identifier = rd_u64(&r);
	out->tlvs = r;
	if (out->protocol != 227 && (out->protocol == 0 || out->protocol > 6))
		return wire_error_set(err, 3, 10, "Protocol-ID %u is not valid", out->protocol);
	return check_list(out, row, err);
}

static int
bgpls_decode(struct rd *r, uint32_t family, bool withdraw, struct nlri *out, struct wire_error *err)
{
	struct bgpls parts;

	(void)withdraw;
	out->family = family;
	if (nlri_unit_read(r, "BGP-LS", BGPLS_HEAD, 2, out, err) == -1)
		return -1;
	return take_apart(out, &parts, err) == -1 ? -1 : 0;
}

static void
bgpls_json(struct buf *out, const struct nlri *nlri, const struct nlri_print *how)
{
	const struct bgpls_type *row;
	struct bgpls b;

	if (take_apart(nlri, &b, NULL) != 0) {
		nlri_unit_json(out, b.type, false, nlri);
		BUF_LIT(out, " }");
		return;
	}
	row = find_type(b.type);
	buf_printf(out,
		"{ \"ls-nlri-type\": \"%s\", \"l3-routing-topology\": %llu, \"protocol-id\": %u",
		row->name, (unsigned long long)b.identifier, b.protocol);
	row->json(out, &b);
	if (row->rd && b.rd != NULL) {
		BUF_LIT(out, ", ");
		nlri_rd_json(out, b.rd);
	}
	if (row->nexthop && how->v4 && !how->withdraw && how->nexthop != NULL)
		buf_printf(out, ", \"nexthop\": \"%s\"", how->nexthop);
	BUF_LIT(out, " }");
}

/* Both SAFI say bgp-ls, as the reference does. */
static void
bgpls_text(struct buf *out, const struct nlri *nlri)
{
	(void)nlri;
	BUF_LIT(out, "afi bgp-ls safi bgp-ls");
}

const struct nlri_codec nlri_bgpls_codec = {
	.family = FAMILY(AFI_BGPLS, SAFI_BGPLS),
	.decode = bgpls_decode,
	.json = bgpls_json,
	.text = bgpls_text,
};
