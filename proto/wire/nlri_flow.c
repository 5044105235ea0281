/*
 * FlowSpec NLRI (RFC 8955, RFC 8956), SAFI 133 and 134: length, for VPN a route distinguisher, then
 * components. A rule whose components can not be read is skipped, the rest of the message counts
 * (reference/wire.md 6.10). Printing merges repeated components and orders them by type
 * (events.md 8.4). IPv6 patterns are kept from bit 0, whatever the offset, as the reference does.
 */
#include "proto/wire/nlri.h"
#include "proto/wire/nlri_codecs.h"

#include <string.h>
#include "common/addr.h"
#include "common/buf.h"
#include "proto/wire/distinguisher.h"
#include "proto/wire/family.h"
#include "proto/wire/flow_names.h"

static bool
is_vpn(uint32_t family)
{
	return family_safi(family) == SAFI_FLOW_VPN;
}

/* One operator with its value; false when the reader went bad. */
static bool
next_value(struct rd *r, uint8_t *op, uint64_t *value)
{
	unsigned width;

	*op = rd_u8(r);
	width = 1u << (*op >> 4 & 3);
	*value = 0;
	for (unsigned i = 0; i < width; i++)
		*value = *value << 8 | rd_u8(r);
	return rd_ok(r);
}

/* Reads a component after its type. body: its bytes, for printing. */
static bool
skip_component(struct rd *r, uint16_t afi, uint8_t type, struct rd *body)
{
	const uint8_t *start = r->p;
	const struct flow_component *row = type < FLOW_TYPES ? &flow_components[type] : NULL;
	uint8_t op = 0;
	uint64_t value;

	if (row == NULL || (afi == AFI_IPV4 ? row->name4 : row->name6) == NULL)
		return false;
	if (row->kind == FLOW_PREFIX) {
		unsigned bits = rd_u8(r);

		if (bits > (afi == AFI_IPV4 ? 32u : 128u))
			return false;
		if (afi == AFI_IPV6)
			rd_u8(r);
		rd_bytes(r, (bits + 7) / 8);
	} else {
		while ((op & FLOW_OP_END) == 0)
			if (!next_value(r, &op, &value))
				return false;
	}
	*body = rd_init(start, (size_t)(r->p - start));
	return rd_ok(r);
}

/* The content of a whole NLRI: rd NULL without distinguisher. */
static bool
open_rule(const struct nlri *nlri, const uint8_t **rd, struct rd *components)
{
	struct rd r = rd_init(nlri->bytes, nlri->len);

	if (rd_u8(&r) >= 0xf0)
		rd_u8(&r);
	*rd = is_vpn(nlri->family) ? rd_bytes(&r, DISTINGUISHER_BYTES) : NULL;
	*components = r;
	return rd_ok(&r);
}

static bool
rule_is_readable(const struct nlri *nlri)
{
	const uint8_t *rd;
	struct rd r, body;

	if (!open_rule(nlri, &rd, &r))
		return false;
	while (rd_left(&r) > 0) {
		uint8_t type = rd_u8(&r);

		if (!skip_component(&r, family_afi(nlri->family), type, &body))
			return false;
	}
	return rd_done(&r);
}

static int
flow_decode(struct rd *r, uint32_t family, bool withdraw, struct nlri *out, struct wire_error *err)
{
	const uint8_t *start = r->p;
	unsigned len;

	(void)withdraw;
	if (rd_left(r) == 0)
		return wire_error_set(
			err, 3, 10, "Flow NLRI too short: need at least 1 byte for length");
	len = rd_u8(r);
	if (len >= 0xf0)
		len = (len & 0x0f) << 8 | rd_u8(r);
	if (!rd_ok(r) || rd_left(r) < len)
		return wire_error_set(
			err, 3, 10, "Flow NLRI truncated: need %u bytes, got %zu", len, rd_left(r));
	rd_bytes(r, len);
	out->family = family;
	out->bytes = start;
	out->len = (uint16_t)(r->p - start);
	return out->len <= NLRI_MAX && rule_is_readable(out) ? 0 : NLRI_SKIP;
}

static void
print_prefix(struct buf *out, uint16_t afi, struct rd body)
{
	unsigned bits = rd_u8(&body), offset = afi == AFI_IPV6 ? rd_u8(&body) : 0;
	uint8_t full[16] = { 0 };

	rd_copy(&body, full, (bits + 7) / 8);
	buf_addr_bytes(out, full, afi == AFI_IPV4 ? 4 : 16);
	buf_chr(out, '/');
	buf_u64(out, bits);
	if (afi == AFI_IPV6) {
		buf_chr(out, '/');
		buf_u64(out, offset);
	}
}

static void
print_numeric(
	struct buf *out, const struct flow_component *row, uint8_t op, uint64_t value, bool and)
{
	static const char *const words[8] = { "false", "=", ">", ">=", "<", "<=", "!=", "true" };
	unsigned low = op & 7;
	const char *name =
		value <= UINT32_MAX ? flow_value_name(row->names, (uint32_t)value) : NULL;

	if ((op & 0x08) != 0)
		buf_printf(out, "%02X", op & ~FLOW_OP_END & 0xff);
	else
		buf_str(out, words[low]);
	if ((op & 0x08) == 0 && !and&&(low == 0 || low == 7))
		return;
	if (name != NULL)
		buf_str(out, name);
	else
		buf_u64(out, value);
}

static void
print_bits(struct buf *out, const struct flow_component *row, uint64_t value)
{
	uint64_t known = 0;
	const char *plus = "";

	for (const struct flow_value_name *name = row->names; name->name != NULL; name++) {
		known |= name->value;
		if ((value & name->value) == 0)
			continue;
		buf_str(out, plus);
		buf_str(out, name->name);
		plus = "+";
	}
	if ((value & ~known) != 0) {
		buf_str(out, plus);
		buf_str(out, row->unknown);
		buf_u64(out, value);
	}
}

static void
print_bitmask(struct buf *out, const struct flow_component *row, uint8_t op, uint64_t value)
{
	static const char *const words[4] = { "", "=", "!", "!=" };

	if ((op & 0x0c) != 0)
		buf_printf(out, "%02X", op & ~FLOW_OP_END & 0xff);
	else
		buf_str(out, words[op & 3]);
	print_bits(out, row, value);
}

/* What stands between the groups of a component: JSON array or text words. */
struct style {
	const char *open, *between, *close;
};
static const struct style json_style = { "\"", "\", \"", "\"" };
static const struct style text_style = { "", " ", "" };

/* Prints all occurrences of one type; returns the number of groups, and whether `&` was used. */
static unsigned
print_type(struct buf *out, const struct nlri *nlri, unsigned type, const struct style *style,
	bool *anded)
{
	const struct flow_component *row = &flow_components[type];
	uint16_t afi = family_afi(nlri->family);
	const uint8_t *rd;
	struct rd r, body;
	unsigned groups = 0;

	open_rule(nlri, &rd, &r);
	while (rd_left(&r) > 0) {
		uint8_t found = rd_u8(&r), op = 0;
		bool first = true;
		uint64_t value;

		if (!skip_component(&r, afi, found, &body))
			break;
		if (found != type)
			continue;
		if (row->kind == FLOW_PREFIX) {
			buf_str(out, groups++ == 0 ? style->open : style->between);
			print_prefix(out, afi, body);
			continue;
		}
		while ((op & FLOW_OP_END) == 0 && next_value(&body, &op, &value)) {
			bool and = (op & FLOW_OP_AND) != 0 && !first;

			if (and) {
				buf_chr(out, '&');
				*anded = true;
			} else {
				buf_str(out, groups++ == 0 ? style->open : style->between);
			}
			if (row->kind == FLOW_NUMERIC)
				print_numeric(out, row, op & ~FLOW_OP_AND & 0xff, value, and);
			else
				print_bitmask(out, row, op & ~FLOW_OP_AND & 0xff, value);
			first = false;
		}
	}
	if (groups > 0)
		buf_str(out, style->close);
	return groups;
}

static const char *
type_name(const struct nlri *nlri, unsigned type)
{
	const struct flow_component *row = &flow_components[type];

	return family_afi(nlri->family) == AFI_IPV4 ? row->name4 : row->name6;
}

static void
flow_text(struct buf *out, const struct nlri *nlri)
{
	const uint8_t *rd;
	struct rd r;
	struct buf words = { 0 };

	BUF_LIT(out, "flow");
	for (unsigned type = 1; type < FLOW_TYPES; type++) {
		bool anded = false;
		unsigned groups;

		if (type_name(nlri, type) == NULL)
			continue;
		buf_reset(&words);
		groups = print_type(&words, nlri, type, &text_style, &anded);
		if (groups == 0)
			continue;
		buf_chr(out, ' ');
		buf_str(out, type_name(nlri, type));
		buf_str(out, groups > 1 || anded ? " [ " : " ");
		buf_add(out, words.data, words.len);
		if (groups > 1 || anded)
			BUF_LIT(out, " ]");
	}
	buf_fini(&words);
	if (open_rule(nlri, &rd, &r) && rd != NULL) {
		BUF_LIT(out, " rd ");
		distinguisher_text(out, rd);
	}
}

static void
flow_json(struct buf *out, const struct nlri *nlri, const struct nlri_print *how)
{
	const uint8_t *rd;
	struct rd r;

	buf_chr(out, '{');
	for (unsigned type = 1; type < FLOW_TYPES; type++) {
		size_t start = out->len;
		bool anded = false;

		if (type_name(nlri, type) == NULL)
			continue;
		buf_chr(out, '"');
		buf_str(out, type_name(nlri, type));
		BUF_LIT(out, "\": [ ");
		if (print_type(out, nlri, type, &json_style, &anded) == 0)
			out->len = start;
		else
			BUF_LIT(out, " ], ");
	}
	if (open_rule(nlri, &rd, &r) && rd != NULL) {
		BUF_LIT(out, "\"rd\": \"");
		distinguisher_text(out, rd);
		BUF_LIT(out, "\", ");
	}
	if (how->v4 && !how->withdraw && how->nexthop != NULL) {
		BUF_LIT(out, "\"next-hop\": \"");
		buf_str(out, how->nexthop);
		BUF_LIT(out, "\", ");
	}
	BUF_LIT(out, "\"string\": \"");
	flow_text(out, nlri);
	BUF_LIT(out, "\" }");
}

const struct nlri_codec nlri_flow_codec = {
	.family = FAMILY(AFI_IPV4, SAFI_FLOW),
	.decode = flow_decode,
	.json = flow_json,
	.text = flow_text,
};
