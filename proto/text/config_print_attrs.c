/*
 * Attribute sets as items of a route statement that read back to the same bytes: those without an
 * exact grammar, or with other flags than usual, as generic `attribute [ code flags data ]`.
 */
#include "proto/text/config_print.h"

#include "common/addr.h"
#include "common/rd.h"
#include "proto/wire/attr.h"

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

void
config_print_attributes(struct buf *out, const struct attrset *set)
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
