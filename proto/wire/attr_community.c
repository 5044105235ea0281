/*
 * COMMUNITIES (RFC 1997): 32-bit values, with the well-known names (IANA's registry, RFC 7999, RFC
 * 8326, RFC 9494). JSON shows pairs of numbers in wire order, text shows names and is sorted.
 */
#include "proto/wire/attr_codecs.h"
#include "proto/wire/attr_parse.h"

#include "common/addr.h"

/* shown: the name in text output (the reference knows only some). */
static const struct {
	const char *name;
	uint32_t value;
	bool shown;
} names[] = {
	{ "no-export", 0xffffff01, true },
	{ "no_export", 0xffffff01, false },
	{ "no-advertise", 0xffffff02, true },
	{ "no_advertise", 0xffffff02, false },
	{ "no-export-subconfed", 0xffffff03, true },
	{ "local-as", 0xffffff03, false },
	{ "no-peer", 0xffffff04, true },
	{ "nopeer", 0xffffff04, false },
	{ "blackhole", 0xffff029a, true },
	{ "graceful-shutdown", 0xffff0000, false },
	{ "accept-own", 0xffff0001, false },
	{ "llgr-stale", 0xffff0006, false },
	{ "no-llgr", 0xffff0007, false },
	{ "accept-own-nexthop", 0xffff0008, false },
};

enum { NAMES = sizeof(names) / sizeof(names[0]) };

static int
parse_number(const struct token *k, struct wr *w)
{
	uint8_t bytes[4];
	uint32_t v;

	if (attr_parse_hex_number(k->s, k->n, bytes, sizeof(bytes)) == 0) {
		wr_bytes(w, bytes, sizeof(bytes));
		return 0;
	}
	if (parse_u32(k->s, k->n, UINT32_MAX, &v) == -1)
		return -1;
	wr_u32(w, v);
	return 0;
}

static int
parse_item(const struct token *k, struct wr *w)
{
	struct field field[2];
	uint32_t high, low;

	switch (attr_split(k->s, k->n, ':', field, 2)) {
	case 2:
		if (parse_u32(field[0].s, field[0].n, UINT16_MAX, &high) == -1 ||
			parse_u32(field[1].s, field[1].n, UINT16_MAX, &low) == -1)
			return -1;
		wr_u32(w, high << 16 | low);
		return 0;
	case 1:
		for (size_t i = 0; i < NAMES; i++) {
			if (!token_is_fold(k, names[i].name))
				continue;
			wr_u32(w, names[i].value);
			return 0;
		}
		return parse_number(k, w);
	}
	return -1;
}

static int
community_parse(struct tokens *t, struct attr_builder *b, struct text_error *e)
{
	attr_builder_begin(b, ATTR_COMMUNITY, ATTR_F_OPTIONAL | ATTR_F_TRANSITIVE, false);
	if (attr_parse_list(t, &b->values, parse_item,
		    "a community (A:B up to 65535, a number, 0x… or a well-known name)", e) == -1)
		return -1;
	attr_builder_end(b);
	return 0;
}

static void
community_json(struct buf *out, const struct attr *a, const struct attr_context *c)
{
	struct rd r = rd_init(a->value, a->len);

	(void)c;
	BUF_LIT(out, "[ ");
	while (rd_left(&r) > 0) {
		BUF_LIT(out, "[ ");
		buf_u64(out, rd_u16(&r));
		BUF_LIT(out, ", ");
		buf_u64(out, rd_u16(&r));
		if (rd_left(&r) > 0)
			BUF_LIT(out, " ], ");
		else
			BUF_LIT(out, " ]");
	}
	BUF_LIT(out, " ]");
}

static void
add_community(struct buf *out, const uint8_t *p)
{
	struct rd r = rd_init(p, 4);
	uint32_t value = rd_u32(&r);

	for (size_t i = 0; i < NAMES; i++) {
		if (names[i].value != value || !names[i].shown)
			continue;
		buf_str(out, names[i].name);
		return;
	}
	buf_u64(out, value >> 16);
	buf_chr(out, ':');
	buf_u64(out, value & UINT16_MAX);
}

static void
community_text(struct buf *out, const struct attr *a, const struct attr_context *c)
{
	(void)c;
	BUF_LIT(out, " community ");
	attr_sorted_text(out, a, 4, false, add_community);
}

const struct attr_codec attr_community_codec = {
	.code = ATTR_COMMUNITY,
	.flags = ATTR_F_OPTIONAL | ATTR_F_TRANSITIVE,
	.name = "community",
	.json_name = "community",
	.min_len = 4,
	.max_len = UINT16_MAX,
	.multiple = 4,
	.bad_flags = WIRE_TREAT_AS_WITHDRAW,
	.bad_len = WIRE_TREAT_AS_WITHDRAW,
	.parse = community_parse,
	.json = community_json,
	.text = community_text,
};
