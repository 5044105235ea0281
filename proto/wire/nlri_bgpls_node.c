/* The descriptors of a node, and how a router-id looks in each IGP (reference/events.md 8.11). */
#include "proto/wire/nlri_bgpls_node.h"

#include "common/addr.h"
#include "common/buf.h"

enum {
	NODE_AS = 512,
	NODE_BGPLS_ID = 513,
	NODE_OSPF_AREA = 514,
	NODE_ROUTER_ID = 515,
	ISIS_SYSTEM = 6, /* bytes of a system id, and with its pseudonode number */
	ISIS_PSEUDONODE = 7,
	OSPF_ROUTER = 4, /* a router, and with the designated router of its pseudonode */
	OSPF_PSEUDONODE = 8
};

bool
bgpls_tlv(struct rd *r, uint16_t *type, struct rd *value)
{
	if (!rd_ok(r) || rd_left(r) == 0)
		return false;
	*type = rd_u16(r);
	*value = rd_sub(r, rd_u16(r));
	return rd_ok(r);
}

static bool
is_isis(uint8_t protocol)
{
	return protocol == 1 || protocol == 2;
}

static bool
router_id_fits(uint8_t protocol, size_t n)
{
	if (is_isis(protocol))
		return n == ISIS_SYSTEM || n == ISIS_PSEUDONODE;
	return protocol != 4 && (n == OSPF_ROUTER || n == OSPF_PSEUDONODE);
}

static int
check_one(uint16_t type, size_t n, uint8_t protocol, struct wire_error *err)
{
	const char *bad = NULL;

	switch (type) {
	case NODE_AS:
		bad = n == 4 ? NULL : "autonomous-system";
		break;
	case NODE_BGPLS_ID:
		bad = n == 4 ? NULL : "bgp-ls-identifier";
		break;
	case NODE_OSPF_AREA:
		bad = n == 4 || n == 16 ? NULL : "ospf-area-id";
		break;
	case NODE_ROUTER_ID:
		bad = router_id_fits(protocol, n) ? NULL : "router-id";
		break;
	default:
		return wire_error_set(err, 3, 10,
			"unknown node descriptor sub-tlv (node-type: %u, igp: %u)", type, protocol);
	}
	return bad == NULL ? 0 : wire_error_set(err, 3, 10, "Invalid %s sub-tlv", bad);
}

int
bgpls_node_check(struct rd list, uint8_t protocol, struct wire_error *err)
{
	uint16_t type;
	struct rd value;

	while (bgpls_tlv(&list, &type, &value))
		if (check_one(type, rd_left(&value), protocol, err) == -1)
			return -1;
	return rd_ok(&list) ? 0 : wire_error_set(err, 3, 10, "truncated BGP-LS node descriptor");
}

static void
router_id_json(struct buf *out, struct rd value, uint8_t protocol)
{
	size_t n = rd_left(&value);

	BUF_LIT(out, "\"router-id\": \"");
	if (is_isis(protocol)) {
		buf_hex_lower(out, value.p, n);
		if (n == ISIS_PSEUDONODE && value.p[ISIS_SYSTEM] != 0)
			buf_printf(out, "\", \"psn\": \"%u", value.p[ISIS_SYSTEM]);
	} else {
		buf_addr_bytes(out, value.p, OSPF_ROUTER);
		if (n == OSPF_PSEUDONODE) {
			BUF_LIT(out, "\", \"designated-router-id\": \"");
			buf_addr_bytes(out, value.p + OSPF_ROUTER, OSPF_ROUTER);
		}
	}
	buf_chr(out, '"');
}

static void
descriptor_json(struct buf *out, uint16_t type, struct rd value, uint8_t protocol)
{
	switch (type) {
	case NODE_AS:
		buf_printf(out, "\"autonomous-system\": %u", rd_u32(&value));
		break;
	case NODE_BGPLS_ID:
		buf_printf(out, "\"bgp-ls-identifier\": \"%u\"", rd_u32(&value));
		break;
	case NODE_OSPF_AREA:
		BUF_LIT(out, "\"ospf-area-id\": \"");
		buf_addr_bytes(out, value.p, rd_left(&value));
		buf_chr(out, '"');
		break;
	case NODE_ROUTER_ID:
		router_id_json(out, value, protocol);
		break;
	}
}

void
bgpls_node_json(struct buf *out, struct rd list, uint8_t protocol)
{
	const char *between = " { ";
	uint16_t type;
	struct rd value;

	buf_chr(out, '[');
	if (rd_left(&list) == 0)
		buf_chr(out, ' ');
	for (; bgpls_tlv(&list, &type, &value); between = ", { ") {
		buf_str(out, between);
		descriptor_json(out, type, value, protocol);
		BUF_LIT(out, " }");
	}
	BUF_LIT(out, " ]");
}
