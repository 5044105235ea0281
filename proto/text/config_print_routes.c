/*
 * Static routes as configuration text that reads back to the same bytes: prefix routes as `route …`
 * in `static` (the SAFI follows from label and rd), or in `announce` where `route` would make
 * another family of them; routes of other families as `troupe-nlri` with their display form as a
 * comment. Attributes without an exact grammar are written as generic `attribute [ … ]`.
 */
#include "proto/text/config_print.h"

#include "common/addr.h"
#include "common/rd.h"
#include "proto/ipc/route_ops.h"
#include "proto/wire/nlri_prefix.h"

static void
print_u32(struct buf *out, const struct attr *a)
{
	struct rd r = rd_init(a->value, a->len);

	buf_u64(out, rd_u32(&r));
}

static void
print_origin(struct buf *out, const struct attr *a)
{
	static const char *const names[] = { "igp", "egp", "incomplete" };

	buf_str(out, names[a->value[0] % 3]);
}

/* Sequences in [ ], sets in ( ): the reverse of what events show. */
static void
print_as_path(struct buf *out, const struct attr *a)
{
	struct rd r = rd_init(a->value, a->len);

	if (a->len == 0)
		BUF_LIT(out, "[ ]");
	while (rd_left(&r) > 0) {
		bool set = rd_u8(&r) == 1;
		unsigned n = rd_u8(&r);

		buf_str(out, r.p - 2 == a->value ? "" : " ");
		buf_str(out, set ? "(" : "[");
		for (unsigned i = 0; i < n && rd_ok(&r); i++)
			buf_printf(out, " %u", rd_u32(&r));
		buf_str(out, set ? " )" : " ]");
	}
}

static void
print_communities(struct buf *out, const struct attr *a)
{
	struct rd r = rd_init(a->value, a->len);

	buf_chr(out, '[');
	while (rd_left(&r) > 0) {
		unsigned high = rd_u16(&r);

		buf_printf(out, " %u:%u", high, rd_u16(&r));
	}
	BUF_LIT(out, " ]");
}

static void
print_large(struct buf *out, const struct attr *a)
{
	struct rd r = rd_init(a->value, a->len);

	buf_chr(out, '[');
	while (rd_left(&r) > 0) {
		uint32_t v[3] = { rd_u32(&r), rd_u32(&r), rd_u32(&r) };

		buf_printf(out, " %u:%u:%u", v[0], v[1], v[2]);
	}
	BUF_LIT(out, " ]");
}

static const struct print_row {
	uint8_t code;
	uint8_t len, multiple; /* of the value, when it can be printed: exactly, or a multiple */
	const char *keyword;
	void (*print)(struct buf *out, const struct attr *a);
} print_rows[] = {
	{ ATTR_ORIGIN, 1, 0, "origin", print_origin },
	{ ATTR_AS_PATH, 0, 2, "as-path", print_as_path },
	{ ATTR_MED, 4, 0, "med", print_u32 },
	{ ATTR_LOCAL_PREF, 4, 0, "local-preference", print_u32 },
	{ ATTR_COMMUNITY, 0, 4, "community", print_communities },
	{ ATTR_LARGE_COMMUNITY, 0, 12, "large-community", print_large },
};

static bool
print_known(struct buf *out, const struct attr *a, uint8_t flags)
{
	for (unsigned i = 0; i < sizeof(print_rows) / sizeof(print_rows[0]); i++) {
		const struct print_row *row = &print_rows[i];
		const struct attr_codec *codec = attr_codec(a->code);

		if (row->code != a->code)
			continue;
		if ((a->flags & ~ATTR_F_EXTENDED) != codec->flags ||
			(row->multiple == 0 ? a->len != row->len : a->len % row->multiple != 0) ||
			(a->code == ATTR_ORIGIN && a->value[0] > 2) ||
			(a->code == ATTR_AS_PATH && (flags & ATTRSET_RAW_AS_PATH)))
			return false;
		buf_printf(out, " %s ", row->keyword);
		row->print(out, a);
		return true;
	}
	return false;
}

static void
print_attributes(struct buf *out, const struct attrset *set)
{
	struct rd r = rd_init(set->block, set->len);
	struct attr a;

	if (set->nh_len == NEXTHOP_SELF) {
		BUF_LIT(out, " next-hop self");
	} else if (set->nh_len != 0) {
		BUF_LIT(out, " next-hop ");
		buf_addr_bytes(out, set->nh, set->nh_len);
	}
	while (attr_next(&r, &a)) {
		if (print_known(out, &a, set->flags))
			continue;
		if (a.code == ATTR_AGGREGATOR && a.len == 8 &&
			!(set->flags & ATTRSET_RAW_AGGREGATOR)) {
			struct rd v = rd_init(a.value, a.len);

			buf_printf(out, " aggregator ( %u:", rd_u32(&v));
			buf_addr_bytes(out, a.value + 4, 4);
			BUF_LIT(out, " )");
			continue;
		}
		buf_printf(out, " attribute [ 0x%02x 0x%02x 0x", a.code, a.flags);
		buf_hex_lower(out, a.value, a.len);
		BUF_LIT(out, " ]");
	}
}

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
	print_attributes(out, &s->attrs);
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
