/* Grammar pieces that several attributes share; see attr_parse.h. */
#include "proto/wire/attr_parse.h"

#include <stdio.h>
#include <string.h>
#include "common/addr.h"
#include "common/hex.h"
#include "common/rd.h"

int
attr_parse_one(struct tokens *t, struct wr *w, attr_parse_item item, const char *what,
	struct text_error *e)
{
	const struct token *k = token_peek(t);

	if (k == NULL || item(k, w) == -1)
		return text_error_expected(e, t, what);
	t->pos++;
	return 0;
}

int
attr_parse_list(struct tokens *t, struct wr *w, attr_parse_item item, const char *what,
	struct text_error *e)
{
	char either[96];

	if (!token_accept(t, "["))
		return attr_parse_one(t, w, item, what, e);
	snprintf(either, sizeof(either), "%s or \"]\"", what);
	while (!token_accept(t, "]"))
		if (attr_parse_one(t, w, item, either, e) == -1)
			return -1;
	return 0;
}

int
attr_parse_expect(struct tokens *t, const char *word, struct text_error *e)
{
	char quoted[32];

	if (token_accept(t, word))
		return 0;
	snprintf(quoted, sizeof(quoted), "\"%s\"", word);
	return text_error_expected(e, t, quoted);
}

int
attr_parse_number(
	struct tokens *t, uint32_t max, uint32_t *out, const char *what, struct text_error *e)
{
	const struct token *k = token_peek(t);

	if (k == NULL || parse_u32(k->s, k->n, max, out) == -1)
		return text_error_expected(e, t, what);
	t->pos++;
	return 0;
}

int
attr_parse_hex_number(const char *s, size_t n, uint8_t *out, size_t max)
{
	size_t digits = n - 2;

	if (n < 3 || s[0] != '0' || (s[1] != 'x' && s[1] != 'X') || digits > max * 2)
		return -1;
	memset(out, 0, max);
	for (size_t i = 0; i < digits; i++) {
		int digit = hex_digit(s[n - 1 - i]);

		if (digit < 0)
			return -1;
		out[max - 1 - i / 2] |= (uint8_t)(digit << (i % 2 * 4));
	}
	return 0;
}

int
attr_parse_u64(const char *s, size_t n, uint64_t *out)
{
	uint8_t bytes[8];

	if (n > 1 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		if (attr_parse_hex_number(s, n, bytes, sizeof(bytes)) == -1)
			return -1;
		struct rd r = rd_init(bytes, sizeof(bytes));
		*out = rd_u64(&r);
		return 0;
	}
	return parse_u64(s, n, UINT64_MAX, out);
}

int
attr_parse_asn(const char *s, size_t n, uint32_t *out)
{
	const char *dot = memchr(s, '.', n);
	uint32_t high, low;

	if (dot == NULL)
		return parse_u32(s, n, UINT32_MAX, out);
	if (parse_u32(s, (size_t)(dot - s), UINT16_MAX, &high) == -1 ||
		parse_u32(dot + 1, n - (size_t)(dot - s) - 1, UINT16_MAX, &low) == -1)
		return -1;
	*out = high << 16 | low;
	return 0;
}

int
attr_item_u32(const struct token *k, struct wr *w)
{
	uint32_t v;

	if (parse_u32(k->s, k->n, UINT32_MAX, &v) == -1)
		return -1;
	wr_u32(w, v);
	return 0;
}

int
attr_item_asn(const struct token *k, struct wr *w)
{
	uint32_t asn;

	if (attr_parse_asn(k->s, k->n, &asn) == -1)
		return -1;
	wr_u32(w, asn);
	return 0;
}

int
attr_item_ipv4(const struct token *k, struct wr *w)
{
	uint8_t bytes[4];

	if (addr_parse4(k->s, k->n, bytes) == -1)
		return -1;
	wr_bytes(w, bytes, sizeof(bytes));
	return 0;
}

unsigned
attr_split(const char *s, size_t n, char c, struct field *out, unsigned max)
{
	unsigned count = 0;

	for (;;) {
		const char *end = n > 0 ? memchr(s, c, n) : NULL;
		size_t len = end != NULL ? (size_t)(end - s) : n;

		if (count == max)
			return 0;
		out[count++] = (struct field){ s, len };
		if (end == NULL)
			return count;
		s = end + 1;
		n -= len + 1;
	}
}
