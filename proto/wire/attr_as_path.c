/*
 * AS_PATH (RFC 4271 4.3 b, 5.1.2) and AS4_PATH (RFC 6793): segments of 2-byte or 4-byte AS
 * numbers. Confederation segments (RFC 5065) are read and shown; the grammar has none
 * (reference/config.md 4.4). Empty segments are tolerated when received.
 */
#include "proto/wire/attr_codecs.h"
#include "proto/wire/attr_parse.h"

enum { AS_SET = 1, AS_SEQUENCE = 2, CONFED_SEQUENCE = 3, CONFED_SET = 4, SEGMENT_MAX = 255 };

static const struct {
	const char *json, *open, *close;
} kinds[] = {
	[AS_SET] = { "as-set", "[ ", " ]" },
	[AS_SEQUENCE] = { "as-sequence", "( ", " )" },
	[CONFED_SEQUENCE] = { "as-confed-sequence", "{( ", " )}" },
	[CONFED_SET] = { "as-confed-set", "{[ ", " ]}" },
};

/* The next segment: its type, and a reader over its AS numbers. */
static bool
next_segment(struct rd *path, bool wide, uint8_t *type, struct rd *numbers)
{
	if (!rd_ok(path) || rd_left(path) == 0)
		return false;
	*type = rd_u8(path);
	*numbers = rd_sub(path, (size_t)rd_u8(path) * (wide ? 4 : 2));
	if (*type < AS_SET || *type > CONFED_SET)
		rd_fail(path);
	return rd_ok(path);
}

static inline uint32_t
next_as(struct rd *numbers, bool wide)
{
	return wide ? rd_u32(numbers) : rd_u16(numbers);
}

static bool
is_well_formed(struct rd path, bool wide)
{
	struct rd numbers;
	uint8_t type;

	while (next_segment(&path, wide, &type, &numbers))
		;
	return rd_done(&path);
}

static enum wire_verdict
as_path_check(const struct attr *a, const struct attr_context *c, struct wire_error *why)
{
	if (is_well_formed(rd_init(a->value, a->len), c->asn4))
		return WIRE_OK;
	wire_error_set(why, 3, 11, "malformed segments");
	return WIRE_TREAT_AS_WITHDRAW;
}

static enum wire_verdict
as4_path_check(const struct attr *a, const struct attr_context *c, struct wire_error *why)
{
	(void)c;
	if (is_well_formed(rd_init(a->value, a->len), true))
		return WIRE_OK;
	wire_error_set(why, 3, 11, "malformed segments");
	return WIRE_DISCARD_ATTR;
}

void
as_path_json(struct buf *out, struct rd path, bool wide)
{
	struct rd numbers;
	uint8_t type;
	unsigned i = 0;

	buf_chr(out, '{');
	for (; next_segment(&path, wide, &type, &numbers); i++) {
		if (i > 0)
			BUF_LIT(out, ", ");
		buf_chr(out, '"');
		buf_u64(out, i);
		BUF_LIT(out, "\": {\"element\": \"");
		buf_str(out, kinds[type].json);
		BUF_LIT(out, "\", \"value\": [");
		while (rd_left(&numbers) > 0) {
			buf_u64(out, next_as(&numbers, wide));
			if (rd_left(&numbers) > 0)
				BUF_LIT(out, ", ");
		}
		BUF_LIT(out, "]}");
	}
	buf_chr(out, '}');
}

void
as_path_text(struct buf *out, struct rd path, bool wide)
{
	struct rd numbers;
	uint8_t type;

	while (next_segment(&path, wide, &type, &numbers)) {
		buf_str(out, kinds[type].open);
		while (rd_left(&numbers) > 0) {
			buf_u64(out, next_as(&numbers, wide));
			if (rd_left(&numbers) > 0)
				buf_chr(out, ' ');
		}
		buf_str(out, kinds[type].close);
		if (rd_left(&path) > 0)
			buf_chr(out, ' ');
	}
}

/* How many AS numbers a segment counts for (RFC 4271 9.1.2.2, RFC 5065 5.3). */
static size_t
segment_weight(uint8_t type, const struct rd *numbers, bool wide)
{
	if (type == AS_SEQUENCE)
		return rd_left(numbers) / (wide ? 4 : 2);
	return type == AS_SET ? 1 : 0;
}

static size_t
path_weight(struct rd path, bool wide)
{
	struct rd numbers;
	uint8_t type;
	size_t sum = 0;

	while (next_segment(&path, wide, &type, &numbers))
		sum += segment_weight(type, &numbers, wide);
	return sum;
}

/* Appends AS numbers to a segment that begins at *open, or to a new one when the kind differs or
 * 255 are reached; *open SIZE_MAX: none. */
static void
add_numbers(struct buf *out, size_t *open, uint8_t type, struct rd numbers, size_t max, bool wide)
{
	bool joins = *open != SIZE_MAX && out->data[*open] == type && type == AS_SEQUENCE;

	if (!joins || out->data[*open + 1] + (rd_left(&numbers) / (wide ? 4 : 2)) > SEGMENT_MAX) {
		*open = out->len;
		buf_chr(out, (char)type);
		buf_chr(out, 0);
	}
	for (; max > 0 && rd_left(&numbers) > 0; max--) {
		uint32_t as = next_as(&numbers, wide);
		uint8_t bytes[4] = { (uint8_t)(as >> 24), (uint8_t)(as >> 16), (uint8_t)(as >> 8),
			(uint8_t)as };

		buf_add(out, bytes, sizeof(bytes));
		out->data[*open + 1]++;
	}
}

void
as_path_merge(struct buf *out, struct rd two, struct rd four)
{
	size_t have = path_weight(two, false), newer = path_weight(four, true);
	bool use_four = rd_left(&four) > 0 && newer <= have;
	size_t take = use_four ? have - newer : SIZE_MAX, open = SIZE_MAX;
	struct rd numbers;
	uint8_t type;

	while (next_segment(&two, false, &type, &numbers)) {
		size_t weight = segment_weight(type, &numbers, false);

		/* Confederation segments lead, or stand beside one that is taken. */
		if (weight > 0 && take == 0)
			break;
		open = SIZE_MAX;
		add_numbers(
			out, &open, type, numbers, type == AS_SEQUENCE ? take : SIZE_MAX, false);
		if (weight > take)
			break;
		take -= weight;
	}
	for (; use_four && next_segment(&four, true, &type, &numbers); open = SIZE_MAX)
		if (type == AS_SEQUENCE || type == AS_SET)
			add_numbers(out, &open, type, numbers, SIZE_MAX, true);
}

/* "[" ASN… "]" or "(" ASN… ")", commas allowed; segments of more than 255 are split. */
static int
parse_segment(struct tokens *t, struct wr *w, uint8_t type, const char *close, struct text_error *e)
{
	size_t at = 0, count = 0;
	uint32_t as;

	for (;;) {
		const struct token *k = token_peek(t);

		if (token_accept(t, close))
			return 0;
		if (token_accept(t, ","))
			continue;
		if (k == NULL || attr_parse_asn(k->s, k->n, &as) == -1)
			return text_error_expected(e, t,
				type == AS_SET ? "an AS number (0-4294967295) or \")\""
					       : "an AS number (0-4294967295) or \"]\"");
		t->pos++;
		if (count == 0 || count == SEGMENT_MAX) {
			at = wr_len(w);
			wr_u8(w, type);
			wr_u8(w, 0);
			count = 0;
		}
		wr_u32(w, as);
		count++;
		if (wr_ok(w))
			w->base[at + 1] = (uint8_t)count;
	}
}

static int
parse_path(struct tokens *t, struct wr *w, struct text_error *e)
{
	const struct token *k = token_peek(t);
	bool any = false;
	uint32_t as;

	for (;; any = true) {
		if (token_accept(t, "[")) {
			if (parse_segment(t, w, AS_SEQUENCE, "]", e) == -1)
				return -1;
		} else if (token_accept(t, "(")) {
			if (parse_segment(t, w, AS_SET, ")", e) == -1)
				return -1;
		} else {
			break;
		}
	}
	if (any)
		return 0;
	if (k == NULL || attr_parse_asn(k->s, k->n, &as) == -1)
		return text_error_expected(e, t, "an AS number (0-4294967295), \"[\" or \"(\"");
	t->pos++;
	wr_u8(w, AS_SEQUENCE);
	wr_u8(w, 1);
	wr_u32(w, as);
	return 0;
}

static int
as_path_parse(struct tokens *t, struct attr_builder *b, struct text_error *e)
{
	attr_builder_begin(b, ATTR_AS_PATH, ATTR_F_TRANSITIVE, false);
	if (parse_path(t, &b->values, e) == -1)
		return -1;
	attr_builder_end(b);
	return 0;
}

/* The index prints AS_PATH itself (merged); these serve a row on its own. */
static void
json(struct buf *out, const struct attr *a, const struct attr_context *c)
{
	as_path_json(out, rd_init(a->value, a->len), c->asn4);
}

static void
text(struct buf *out, const struct attr *a, const struct attr_context *c)
{
	if (a->len == 0)
		return;
	BUF_LIT(out, " as-path ");
	as_path_text(out, rd_init(a->value, a->len), c->asn4);
}

const struct attr_codec attr_as_path_codec = {
	.code = ATTR_AS_PATH,
	.flags = ATTR_F_TRANSITIVE,
	.name = "as-path",
	.json_name = "as-path",
	.max_len = UINT16_MAX,
	.bad_flags = WIRE_TREAT_AS_WITHDRAW,
	.bad_len = WIRE_TREAT_AS_WITHDRAW,
	.check = as_path_check,
	.parse = as_path_parse,
	.json = json,
	.text = text,
};

const struct attr_codec attr_as4_path_codec = {
	.code = ATTR_AS4_PATH,
	.flags = ATTR_F_OPTIONAL | ATTR_F_TRANSITIVE,
	.max_len = UINT16_MAX,
	.bad_flags = WIRE_DISCARD_ATTR,
	.bad_len = WIRE_DISCARD_ATTR,
	.check = as4_path_check,
};
