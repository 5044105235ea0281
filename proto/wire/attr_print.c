/*
 * Attributes as JSON members and as text (reference/events.md section 9): ascending code, one
 * printer per row, and the generic form for what has none (9.8).
 */
#include "proto/wire/attr_codecs.h"

#include <string.h>
#include "common/utf8.h"

/* `attribute-0xCC-0xFF` or `[ 0xCC 0xFF`: code and flags, separated. */
static void
add_code_and_flags(struct buf *out, const struct attr *a, unsigned how, const char *between)
{
	uint8_t flags = a->flags;

	if ((how & ATTR_PRINT_PARTIAL) != 0 && a->code != ATTR_AS4_PATH)
		flags |= ATTR_F_PARTIAL;
	BUF_LIT(out, "0x");
	buf_hex_upper(out, &a->code, 1);
	buf_str(out, between);
	BUF_LIT(out, "0x");
	buf_hex_upper(out, &flags, 1);
}

static void
generic_json(struct buf *out, const struct attr *a, unsigned how)
{
	BUF_LIT(out, "\"attribute-");
	add_code_and_flags(out, a, how, "-");
	BUF_LIT(out, "\": \"");
	if (a->code == ATTR_AS4_PATH) {
		as_path_text(out, rd_init(a->value, a->len), true);
	} else {
		BUF_LIT(out, "0x");
		buf_hex_lower(out, a->value, a->len);
	}
	buf_chr(out, '"');
}

static void
generic_text(struct buf *out, const struct attr *a, unsigned how)
{
	BUF_LIT(out, " attribute [ ");
	add_code_and_flags(out, a, how, " ");
	buf_chr(out, ' ');
	if (a->code == ATTR_AS4_PATH) {
		as_path_text(out, rd_init(a->value, a->len), true);
	} else {
		BUF_LIT(out, "0x");
		buf_hex_lower(out, a->value, a->len);
	}
	BUF_LIT(out, " ]");
}

/* Whether this attribute shows, and by which row (NULL: the generic form). */
static bool
is_shown(const struct attr_index *ix, uint8_t code, const struct attr_context *c, unsigned how,
	const struct attr_codec **row)
{
	const struct attr *a = &ix->at[code];

	*row = attr_codec(code);
	if (code == ATTR_MP_REACH || code == ATTR_MP_UNREACH)
		return false;
	if (code == ATTR_NEXT_HOP)
		return (how & ATTR_PRINT_NEXTHOP) != 0;
	if (code == ATTR_AS_PATH)
		return rd_left(&ix->path) > 0;
	if (*row != NULL && (*row)->json != NULL)
		return true;
	*row = NULL;
	return c->generic && (a->flags & ATTR_F_TRANSITIVE) != 0;
}

void
attr_index_json(
	struct buf *out, const struct attr_index *ix, const struct attr_context *c, unsigned how)
{
	const struct attr_codec *row;
	bool first = true;

	for (int code = -1; (code = attr_index_next(ix, code)) >= 0;) {
		if (!is_shown(ix, (uint8_t)code, c, how, &row))
			continue;
		if (!first)
			BUF_LIT(out, ", ");
		first = false;
		if (row == NULL) {
			generic_json(out, &ix->at[code], how);
			continue;
		}
		buf_chr(out, '"');
		buf_str(out, row->json_name);
		BUF_LIT(out, "\": ");
		if (code == ATTR_AS_PATH)
			as_path_json(out, ix->path, ix->path_wide);
		else
			row->json(out, &ix->at[code], c);
	}
}

void
attr_index_text(
	struct buf *out, const struct attr_index *ix, const struct attr_context *c, unsigned how)
{
	const struct attr_codec *row;

	for (int code = -1; (code = attr_index_next(ix, code)) >= 0;) {
		if (!is_shown(ix, (uint8_t)code, c, how, &row))
			continue;
		if (row == NULL) {
			generic_text(out, &ix->at[code], how);
		} else if (code == ATTR_AS_PATH) {
			BUF_LIT(out, " as-path ");
			as_path_text(out, ix->path, ix->path_wide);
		} else {
			row->text(out, &ix->at[code], c);
		}
	}
}

void
attrs_json(struct buf *out, const uint8_t *p, size_t n, const struct attr_context *c,
	bool with_nexthop)
{
	struct attr_index ix;
	struct buf scratch = { 0 };

	attr_index_read(&ix, p, n, c);
	attr_index_check(&ix, c);
	attr_index_merge(&ix, c, &scratch);
	attr_index_json(out, &ix, c, with_nexthop ? ATTR_PRINT_NEXTHOP : 0);
	buf_fini(&scratch);
}

void
attrs_text(struct buf *out, const uint8_t *p, size_t n, const struct attr_context *c)
{
	struct attr_index ix;
	struct buf scratch = { 0 };

	attr_index_read(&ix, p, n, c);
	attr_index_check(&ix, c);
	attr_index_merge(&ix, c, &scratch);
	attr_index_text(out, &ix, c, 0);
	buf_fini(&scratch);
}

void
buf_decimal(struct buf *out, const uint8_t *p, size_t n)
{
	uint32_t words[5] = { 0 }; /* most significant first */
	char digits[64];
	size_t at = sizeof(digits);

	for (size_t i = 0; i < n && i < 20; i++)
		words[(20 - n + i) / 4] |= (uint32_t)p[i] << (24 - 8 * ((20 - n + i) % 4));
	do {
		uint64_t rest = 0;

		for (size_t i = 0; i < 5; i++) {
			uint64_t part = rest << 32 | words[i];

			words[i] = (uint32_t)(part / 10);
			rest = part % 10;
		}
		digits[--at] = (char)('0' + rest);
	} while ((words[0] | words[1] | words[2] | words[3] | words[4]) != 0);
	buf_add(out, digits + at, sizeof(digits) - at);
}

void
attr_printable(struct buf *out, struct rd value)
{
	static const char letters[] = "\nn\rr\tt";
	uint32_t code;

	while (rd_left(&value) > 0) {
		size_t n = utf8_decode(value.p, rd_left(&value), &code);
		const char *letter = n == 1 && code != 0 ? strchr(letters, (int)code) : NULL;

		if (n == 0) {
			BUF_LIT(out, "\xef\xbf\xbd");
			rd_u8(&value);
			continue;
		}
		if (letter != NULL && (letter - letters) % 2 == 0) {
			buf_chr(out, '\\');
			buf_chr(out, letter[1]);
		} else if (code < 0x20 || (code >= 0x7f && code < 0xa0)) {
			uint8_t byte = (uint8_t)code;

			BUF_LIT(out, "\\x");
			buf_hex_lower(out, &byte, 1);
		} else {
			buf_add(out, value.p, n);
		}
		rd_bytes(&value, n);
	}
}
