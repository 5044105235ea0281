/*
 * Attributes in the words of their grammars (attr_*.c), in the order and spelling of commands
 * (reference/events.md 16.4). What has no words, or none that give the same bytes, is written as a
 * generic attribute.
 */
#include "proto/text/route_statement.h"

#include "common/addr.h"
#include "common/buf.h"
#include "proto/wire/attr_codecs.h"
#include "proto/wire/ext_community.h"

enum { SEGMENT_SET = 1, SEGMENT_SEQUENCE = 2, DEFAULT_LOCAL_PREF = 100 };

typedef bool say_fn(struct buf *out, const struct attr *a);

static bool
say_origin(struct buf *out, const struct attr *a)
{
	static const char *const names[] = { "igp", "egp", "incomplete" };

	if (a->value[0] >= sizeof(names) / sizeof(names[0]))
		return false;
	buf_str(out, names[a->value[0]]);
	return true;
}

static bool
say_u32(struct buf *out, const struct attr *a)
{
	struct rd r = rd_init(a->value, a->len);

	buf_u64(out, rd_u32(&r));
	return true;
}

static bool
say_nothing(struct buf *out, const struct attr *a)
{
	(void)a;
	out->len--; /* the blank */
	return true;
}

/* Sequences in [ ], sets in ( ): the reverse of what events show. */
static bool
say_as_path(struct buf *out, const struct attr *a)
{
	struct rd r = rd_init(a->value, a->len);

	if (a->len == 0)
		BUF_LIT(out, "[]");
	while (rd_left(&r) > 0) {
		uint8_t type = rd_u8(&r), n = rd_u8(&r);

		if (type != SEGMENT_SET && type != SEGMENT_SEQUENCE)
			return false;
		if (r.p - 2 != a->value)
			buf_chr(out, ' ');
		buf_chr(out, type == SEGMENT_SET ? '(' : '[');
		for (unsigned i = 0; i < n; i++) {
			if (i > 0)
				buf_chr(out, ' ');
			buf_u64(out, rd_u32(&r));
		}
		buf_chr(out, type == SEGMENT_SET ? ')' : ']');
	}
	return rd_ok(&r);
}

static bool
say_aggregator(struct buf *out, const struct attr *a)
{
	say_u32(out, a);
	buf_chr(out, ':');
	buf_addr_bytes(out, a->value + 4, 4);
	return true;
}

static bool
say_id(struct buf *out, const struct attr *a)
{
	buf_addr_bytes(out, a->value, 4);
	return true;
}

/* --- lists --- */

static void
one_community(struct buf *out, const uint8_t *p)
{
	buf_printf(out, "%u:%u", p[0] << 8 | p[1], p[2] << 8 | p[3]);
}

static void
one_large(struct buf *out, const uint8_t *p)
{
	struct rd r = rd_init(p, 12);
	uint32_t v[3] = { rd_u32(&r), rd_u32(&r), rd_u32(&r) };

	buf_printf(out, "%u:%u:%u", v[0], v[1], v[2]);
}

/* By name when that gives the same bytes. */
static void
one_extended(struct buf *out, const uint8_t *p)
{
	size_t start = out->len;
	uint8_t bytes[8];
	struct wr w = wr_init(bytes, sizeof(bytes));
	struct token word;

	ext_community_text(out, p);
	word = (struct token){ .s = (const char *)out->data + start,
		.n = (uint32_t)(out->len - start) };
	if (memchr(word.s, ' ', word.n) == NULL && ext_community_parse(&word, &w) == 0 &&
		wr_len(&w) == sizeof(bytes) && memcmp(bytes, p, sizeof(bytes)) == 0)
		return;
	out->len = start;
	BUF_LIT(out, "0x");
	buf_hex_lower(out, p, sizeof(bytes));
}

static void
one_cluster(struct buf *out, const uint8_t *p)
{
	buf_addr_bytes(out, p, 4);
}

static bool
say_list(struct buf *out, const struct attr *a, size_t size,
	void (*one)(struct buf *out, const uint8_t *p))
{
	struct rd r = rd_init(a->value, a->len);

	buf_chr(out, '[');
	for (const char *between = ""; rd_left(&r) >= size; between = " ") {
		buf_str(out, between);
		one(out, rd_bytes(&r, size));
	}
	buf_chr(out, ']');
	return rd_left(&r) == 0;
}

static bool
say_communities(struct buf *out, const struct attr *a)
{
	return say_list(out, a, 4, one_community);
}

static bool
say_large(struct buf *out, const struct attr *a)
{
	return say_list(out, a, 12, one_large);
}

static bool
say_extended(struct buf *out, const struct attr *a)
{
	return say_list(out, a, 8, one_extended);
}

static bool
say_clusters(struct buf *out, const struct attr *a)
{
	return say_list(out, a, 4, one_cluster);
}

/* --- all --- */

/* In the order of the command. len: of the value; 0: any that is not empty. */
static const struct row {
	uint8_t code, len;
	const char *word;
	say_fn *say;
} rows[] = {
	{ ATTR_ORIGIN, 1, "origin", say_origin },
	{ ATTR_AS_PATH, 0, "as-path", say_as_path },
	{ ATTR_LOCAL_PREF, 4, "local-preference", say_u32 },
	{ ATTR_MED, 4, "med", say_u32 },
	{ ATTR_ATOMIC_AGGREGATE, 0, "atomic-aggregate", say_nothing },
	{ ATTR_AGGREGATOR, 8, "aggregator", say_aggregator },
	{ ATTR_COMMUNITY, 0, "community", say_communities },
	{ ATTR_LARGE_COMMUNITY, 0, "large-community", say_large },
	{ ATTR_EXT_COMMUNITY, 0, "extended-community", say_extended },
	{ ATTR_ORIGINATOR_ID, 4, "originator-id", say_id },
	{ ATTR_CLUSTER_LIST, 0, "cluster-list", say_clusters },
};

enum { N_ROWS = sizeof(rows) / sizeof(rows[0]) };

/* What a route without it gets on iBGP; an empty AS_PATH is no words in any case. */
static bool
is_default(const struct attr *a, bool terse)
{
	struct rd r = rd_init(a->value, a->len);

	if (a->code == ATTR_AS_PATH)
		return a->len == 0;
	if (!terse)
		return false;
	return (a->code == ATTR_ORIGIN && a->len == 1 && a->value[0] == 0) ||
	       (a->code == ATTR_LOCAL_PREF && rd_u32(&r) == DEFAULT_LOCAL_PREF);
}

static bool
say_row(struct buf *out, const struct row *row, const struct attr *a)
{
	const struct attr_codec *codec = attr_codec(a->code);
	size_t start = out->len;

	if ((a->flags & ~ATTR_F_EXTENDED) == codec->flags &&
		(row->len == 0 || row->len == a->len)) {
		buf_chr(out, ' ');
		buf_str(out, row->word);
		buf_chr(out, ' ');
		if (row->say(out, a))
			return true;
		out->len = start;
	}
	return false;
}

static void
say_generic(struct buf *out, const struct attr *a)
{
	buf_printf(
		out, " attribute [0x%02x 0x%02x 0x", a->code, a->flags & (uint8_t)~ATTR_F_EXTENDED);
	buf_hex_lower(out, a->value, a->len);
	buf_chr(out, ']');
}

void
route_statement_nexthop(struct buf *out, const struct attrset *set)
{
	if (set->nh_len == NEXTHOP_SELF) {
		BUF_LIT(out, " next-hop self");
	} else if (set->nh_len == 4 || set->nh_len == 16) {
		BUF_LIT(out, " next-hop ");
		buf_addr_bytes(out, set->nh, set->nh_len);
	}
}

void
route_statement_attributes(struct buf *out, const struct attrset *set, bool terse)
{
	struct rd r = rd_init(set->block, set->len);
	bool said[256] = { false };
	struct attr a;

	for (unsigned i = 0; i < N_ROWS; i++) {
		if (!attr_find(set, rows[i].code, &a))
			continue;
		said[a.code] = is_default(&a, terse) || say_row(out, &rows[i], &a);
	}
	while (attr_next(&r, &a))
		if (!said[a.code])
			say_generic(out, &a);
}
