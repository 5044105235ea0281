/* The rows of the BGP-LS attribute; see bgpls_tlv.h. */
#include "proto/wire/bgpls_tlv.h"

#include <stddef.h>

enum { ANY = UINT16_MAX, NAME_MAX_LEN = 255, AREA_MAX = 20 };

static const char *const node_bits[] = { "O", "T", "E", "B", "R", "V", NULL };
static const char *const capability_bits[] = { "I", "V", NULL };
static const char *const mpls_bits[] = { "LDP", "RSVP-TE", NULL };
static const char *const adjacency_bits[] = { "F", "B", "V", "L", "S", "P", NULL };
static const char *const endx_bits[] = { "B", "S", "P", NULL };
static const char *const igp_bits[] = { "D", "N", "L", "P", NULL };
static const char *const prefix_sid_bits[] = { "R", "N", "P", "E", "V", "L", NULL };
static const char *const locator_bits[] = { "D", NULL };
static const char *const prefix_bits[] = { "X", "R", "N", NULL };
/* RFC 5307 1.2 numbers these from the least significant bit. */
static const char *const protection_bits[] = { "ExtraTrafic", "Unprotected", "Shared",
	"Dedicated 1:1", "Dedicated 1+1", "Enhanced", NULL };

#define ROW(t, k, l, r, lo, hi, m, p)                                                        \
	{                                                                                    \
		.type = t, .key = k, .label = l, .repeats = r, .min_len = lo, .max_len = hi, \
		.multiple = m, .print = p                                                    \
	}
#define FLAGS(t, k, l, r, lo, hi, p, f)                                                      \
	{                                                                                    \
		.type = t, .key = k, .label = l, .repeats = r, .min_len = lo, .max_len = hi, \
		.print = p, .flags = f                                                       \
	}
#define CHECK(t, k, l, r, lo, hi, p, f, c)                                                   \
	{                                                                                    \
		.type = t, .key = k, .label = l, .repeats = r, .min_len = lo, .max_len = hi, \
		.print = p, .flags = f, .check = c                                           \
	}

/* clang-format off */
static const struct bgpls_tlv rows[] = {
	ROW(258, "link-local-remote-identifiers", "Link Local/Remote Identifiers: ", false, 8, 8, 0, bgpls_print_identifiers),
	FLAGS(1024, "node-flags", "Node Flags: ", false, 1, 1, bgpls_print_flags, node_bits),
	ROW(1025, "opaque", "Node Opaque attribute: ", false, 0, ANY, 0, bgpls_print_opaque),
	ROW(1026, "node-name", "Node Name: ", false, 0, NAME_MAX_LEN, 0, bgpls_print_name),
	ROW(1027, "area-ids", "ISIS area ids: ", true, 1, AREA_MAX, 0, bgpls_print_decimal),
	CHECK(1028, "local-router-ids", "Local Router IDs: ", true, 4, 16, bgpls_print_address, NULL, bgpls_check_address),
	CHECK(1029, "local-router-ids", "Local Router IDs: ", true, 4, 16, bgpls_print_address, NULL, bgpls_check_address),
	CHECK(1030, "remote-router-ids", "Remote Router ID: ", true, 4, 16, bgpls_print_address, NULL, bgpls_check_address),
	CHECK(1031, "remote-router-ids", "Remote Router ID: ", true, 4, 16, bgpls_print_address, NULL, bgpls_check_address),
	CHECK(1034, "sr-capability-flags", "SR Capability Flags: ", false, 2, ANY, bgpls_print_capabilities, capability_bits, bgpls_check_capabilities),
	ROW(1035, "sr-algorithms", "SrAlgorithms: ", false, 0, ANY, 0, bgpls_print_numbers8),
	ROW(1038, "srv6-capabilities", "", false, 4, 4, 0, bgpls_print_srv6_capabilities),
	ROW(1088, "admin-group-mask", "Admin Group mask: ", false, 4, 4, 0, bgpls_print_number),
	ROW(1089, "maximum-link-bandwidth", "Maximum link bandwidth: ", false, 4, 4, 0, bgpls_print_float),
	ROW(1090, "maximum-reservable-link-bandwidth", "Maximum reservable link bandwidth: ", false, 4, 4, 0, bgpls_print_float),
	ROW(1091, "unreserved-bandwidth", "Maximum link bandwidth: ", false, 32, 32, 0, bgpls_print_floats),
	ROW(1092, "te-metric", "TE Default Metric: ", false, 4, 4, 0, bgpls_print_number),
	FLAGS(1093, "link-protection-flags", "Link protection mask: ", false, 2, 2, bgpls_print_protection, protection_bits),
	FLAGS(1094, "mpls-mask", "MPLS Protocol mask: ", false, 1, 1, bgpls_print_flags, mpls_bits),
	ROW(1095, "igp-metric", "IGP Metric: ", false, 1, 3, 0, bgpls_print_number),
	ROW(1096, "shared-risk-link-groups", "link SRLG values: ", false, 0, ANY, 4, bgpls_print_numbers32),
	ROW(1097, "opaque-link", "Opaque Link attribute: ", false, 0, ANY, 0, bgpls_print_opaque),
	ROW(1098, "link-name", "Link Name: ", false, 0, NAME_MAX_LEN, 0, bgpls_print_name),
	FLAGS(1099, "sr-adjs", "", true, 4, ANY, bgpls_print_adjacency, adjacency_bits),
	FLAGS(1100, "sr-adj-lan", "", true, 10, ANY, bgpls_print_lan_adjacency, adjacency_bits),
	CHECK(BGPLS_ENDX, "srv6-endx", "", true, 22, ANY, bgpls_print_endx, endx_bits, bgpls_check_endx),
	CHECK(BGPLS_ENDX_ISIS, "srv6-lan-endx-isis", "", true, 28, ANY, bgpls_print_endx, endx_bits, bgpls_check_endx_isis),
	CHECK(BGPLS_ENDX_OSPF, "srv6-lan-endx-ospf", "", true, 26, ANY, bgpls_print_endx, endx_bits, bgpls_check_endx_ospf),
	ROW(1114, "unidirectional-link-delay", "Unidirectional Link Delay: ", false, 4, 4, 0, bgpls_print_delay),
	ROW(1115, "minmax-unidirectional-link-delay", "Min/Max Unidirectional Link Delay: ", false, 8, 8, 0, bgpls_print_minmax_delay),
	ROW(1116, "unidirectional-delay-variation", "Unidirectional Delay Variation: ", false, 4, 4, 0, bgpls_print_variation),
	ROW(1117, "unidirectional-link-loss", "Unidirectional Link Loss: ", false, 4, 4, 0, bgpls_print_loss),
	ROW(1118, "unidirectional-residual-bandwidth", "Unidirectional Residual Bandwidth: ", false, 4, 4, 0, bgpls_print_float),
	ROW(1119, "unidirectional-available-bandwidth", "Unidirectional Available Bandwidth: ", false, 4, 4, 0, bgpls_print_float),
	ROW(1120, "unidirectional-utilized-bandwidth", "Unidirectional Utilized Bandwidth: ", false, 4, 4, 0, bgpls_print_float),
	FLAGS(1152, "igp-flags", "IGP flags: ", false, 1, 1, bgpls_print_flags, igp_bits),
	ROW(1153, "igp-route-tags", "IGP Route Tags: ", false, 0, ANY, 4, bgpls_print_numbers32),
	ROW(1154, "igp-extended-route-tags", "IGP Extended Route Tags: ", false, 0, ANY, 8, bgpls_print_numbers64),
	ROW(1155, "prefix-metric", "prefix_metric: ", false, 4, 4, 0, bgpls_print_number),
	CHECK(1156, "ospf-forwarding-address", "Ospf forwarding address: ", false, 4, 16, bgpls_print_address, NULL, bgpls_check_address),
	ROW(1157, "opaque-prefix", "Opaque Prefix Attribute: ", false, 0, ANY, 0, bgpls_print_opaque),
	CHECK(1158, "sr-prefix-sids", "", true, 4, ANY, bgpls_print_prefix_sid, prefix_sid_bits, bgpls_check_prefix_sid),
	FLAGS(1162, "srv6-locators", "", true, 8, ANY, bgpls_print_locator, locator_bits),
	FLAGS(1170, "sr-prefix-attribute-flags", "Prefix Attr Flags: ", false, 1, 1, bgpls_print_flags, prefix_bits),
	CHECK(1171, "sr-source-router-id", "Source router identifier: ", false, 4, 16, bgpls_print_address, NULL, bgpls_check_address),
	ROW(1250, "srv6-endpoint-behavior", "srv6-endpoint-behavior ", false, 4, ANY, 0, bgpls_print_behavior),
	ROW(BGPLS_SID_STRUCTURE, "srv6-sid-structure", "sid-structure ", false, BGPLS_SID_STRUCTURE_LEN, BGPLS_SID_STRUCTURE_LEN, 0, bgpls_print_structure),
};
/* clang-format on */

const struct bgpls_tlv *
bgpls_row(uint16_t type)
{
	size_t low = 0, high = sizeof(rows) / sizeof(rows[0]);

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (rows[mid].type == type)
			return &rows[mid];
		if (rows[mid].type < type)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

bool
bgpls_next(struct rd *r, uint16_t *type, struct rd *value)
{
	if (!rd_ok(r) || rd_left(r) == 0)
		return false;
	*type = rd_u16(r);
	*value = rd_sub(r, rd_u16(r));
	return rd_ok(r);
}
