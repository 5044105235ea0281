/*
 * Static routes as configuration text that reads back to the same bytes: prefix routes as `route …`
 * in `static` (the SAFI follows from label and rd), or in `announce` where `route` would make
 * another family of them; routes of other families as `troupe-nlri` with their display form as a
 * comment.
 */
#include "proto/text/config_print.h"

#include "common/addr.h"
#include "common/rd.h"
#include "proto/ipc/route_ops.h"
#include "proto/wire/nlri_prefix.h"

/* What stands before the prefix of an NLRI: labels and route distinguisher. */
struct qualifiers {
	uint32_t labels[84];
	unsigned n_labels;
	const uint8_t *rd;
	const uint8_t *prefix;
	unsigned bits;
};

static bool
split_nlri(const struct nlri *nlri, struct qualifiers *q)
{
	uint8_t safi = family_safi(nlri->family);
	struct rd r = rd_init(nlri->bytes, nlri->len);
	unsigned bits = rd_u8(&r);

	q->n_labels = 0;
	q->rd = NULL;
	while (safi == SAFI_NLRI_MPLS || safi == SAFI_MPLS_VPN) {
		uint32_t label = rd_u24(&r);

		if (bits < 24 || q->n_labels == 84)
			return false;
		bits -= 24;
		q->labels[q->n_labels++] = label >> 4;
		if (label & 1)
			break;
	}
	if (safi == SAFI_MPLS_VPN) {
		q->rd = rd_bytes(&r, 8);
		if (q->rd == NULL || bits < 64)
			return false;
		bits -= 64;
	}
	q->bits = bits;
	q->prefix = rd_bytes(&r, (bits + 7) / 8);
	return q->prefix != NULL && bits <= (family_afi(nlri->family) == AFI_IPV4 ? 32u : 128u);
}

static void
print_rd(struct buf *out, const uint8_t rd[8])
{
	struct rd r = rd_init(rd, 8);
	unsigned type = rd_u16(&r);
	uint32_t admin = type == 0 ? rd_u16(&r) : rd_u32(&r);
	uint32_t number = type == 0 ? rd_u32(&r) : rd_u16(&r);

	BUF_LIT(out, " rd ");
	if (type == 1)
		buf_addr_bytes(out, rd + 2, 4);
	else
		buf_u64(out, admin);
	buf_printf(out, ":%u", number);
}

static void
print_prefix(struct buf *out, const struct nlri *nlri, const struct qualifiers *q)
{
	nlri_prefix_text(out, family_afi(nlri->family), q->prefix, q->bits);
	if (nlri->has_path_id)
		buf_printf(out, " path-information %u", nlri->path_id);
	if (q->n_labels > 0)
		BUF_LIT(out, " label [");
	for (unsigned i = 0; i < q->n_labels; i++)
		buf_printf(out, " %u", q->labels[i]);
	if (q->n_labels > 0)
		BUF_LIT(out, " ]");
	if (q->rd != NULL)
		print_rd(out, q->rd);
}

/* The current attributes and watchdog of the stream, and the section that is open in the output:
 * -1 none, 0 `static`, an AFI: `announce { AFI {`. */
struct route_state {
	struct attrset attrs;
	char dog[UINT8_MAX + 1];
	bool withheld;
	int section;
};

static void
open_section(struct buf *out, struct route_state *s, int section)
{
	char space[40];

	if (s->section == section)
		return;
	if (s->section == 0)
		BUF_LIT(out, "  }\n");
	else if (s->section > 0)
		BUF_LIT(out, "    }\n  }\n");
	s->section = section;
	if (section == 0)
		BUF_LIT(out, "  static {\n");
	else if (section > 0)
		buf_printf(out, "  announce {\n    %s {\n", afi_name((uint16_t)section, space));
}

static bool
is_prefix_family(uint32_t family)
{
	uint8_t safi = family_safi(family);

	return safi == SAFI_UNICAST || safi == SAFI_MULTICAST || safi == SAFI_NLRI_MPLS ||
	       safi == SAFI_MPLS_VPN;
}

/* True when `route P` gives the NLRI's family. */
static bool
as_static(const struct nlri *nlri)
{
	uint8_t safi = family_safi(nlri->family);
	bool multicast = nlri->len > 1 && nlri->bytes[0] >= 4 && (nlri->bytes[1] & 0xf0) == 0xe0 &&
			 family_afi(nlri->family) == AFI_IPV4;

	if (safi == SAFI_NLRI_MPLS || safi == SAFI_MPLS_VPN)
		return true;
	return (safi == SAFI_MULTICAST) == multicast;
}

/* Any NLRI: what it is as a comment, its bytes as the statement (route_raw.c). */
static void
print_raw(struct buf *out, const struct nlri *nlri)
{
	BUF_LIT(out, "      # ");
	nlri_text(out, nlri);
	buf_printf(out, "\n      troupe-nlri %s 0x", family_find(nlri->family)->safi);
	buf_hex_lower(out, nlri->bytes, nlri->len);
	if (nlri->has_path_id)
		buf_printf(out, " path-information %u", nlri->path_id);
}

static void
print_route(struct buf *out, const struct nlri *nlri, struct route_state *s)
{
	struct qualifiers q;
	bool prefix = is_prefix_family(nlri->family) && split_nlri(nlri, &q);

	if (nlri->family == FAMILY_NONE) {
		open_section(out, s, 0);
		BUF_LIT(out, "    attributes");
	} else if (prefix && as_static(nlri)) {
		open_section(out, s, 0);
		BUF_LIT(out, "    route ");
		print_prefix(out, nlri, &q);
	} else if (prefix) {
		open_section(out, s, family_afi(nlri->family));
		buf_printf(out, "      %s ", family_find(nlri->family)->safi);
		print_prefix(out, nlri, &q);
	} else {
		open_section(out, s, family_afi(nlri->family));
		print_raw(out, nlri);
	}
	config_print_attributes(out, &s->attrs);
	if (s->dog[0] != '\0') {
		BUF_LIT(out, " watchdog ");
		config_print_quoted(out, s->dog);
		buf_str(out, s->withheld ? " withdraw" : "");
	}
	BUF_LIT(out, ";\n");
}

void
config_print_routes(struct buf *out, const struct neighbor_conf *n)
{
	struct rd r = rd_init(n->routes.data, n->routes.len);
	struct route_state s = { .section = -1 };
	struct route_op op;

	while (route_op_next(&r, &op) == 1) {
		if (op.kind == ROUTE_OP_ATTRS) {
			s.attrs = op.attrs;
		} else if (op.kind == ROUTE_OP_WATCHDOG) {
			memcpy(s.dog, op.name, op.name_len);
			s.dog[op.name_len] = '\0';
			s.withheld = op.flag;
		} else if (op.kind == ROUTE_OP_ANNOUNCE) {
			print_route(out, &op.nlri, &s);
		}
	}
	open_section(out, &s, -1);
}
