/*
 * Single values of statements (reference/config.md 1.7, 4.7). Strict where the wire is concerned;
 * lenient only where configuration files in the wild are (value_uint).
 */
#include "proto/text/value.h"

#include <stdio.h>

#include "common/hex.h"

static int
expected_number(
	struct tokens *t, uint32_t min, uint32_t max, const char *what, struct text_error *e)
{
	char text[128];

	snprintf(text, sizeof(text), "%s (%u to %u)", what, min, max);
	return text_error_expected(e, t, text);
}

int
value_u32(struct tokens *t, uint32_t min, uint32_t max, const char *what, uint32_t *out,
	struct text_error *e)
{
	const struct token *k = token_peek(t);
	uint32_t v;

	if (k == NULL || parse_u32(k->s, k->n, max, &v) != 0 || v < min)
		return expected_number(t, min, max, what, e);
	*out = v;
	t->pos++;
	return 0;
}

int
value_uint(struct tokens *t, uint32_t min, uint32_t max, const char *what, uint32_t *out,
	struct text_error *e)
{
	const struct token *k = token_peek(t);
	char digits[24];
	size_t n = 0;
	uint32_t v;

	for (uint32_t i = 0; k != NULL && i < k->n && n < sizeof(digits); i++) {
		if (k->s[i] == '+' && i == 0)
			continue;
		if (k->s[i] == '_' && n > 0 && i + 1 < k->n && k->s[i - 1] != '_')
			continue;
		digits[n++] = k->s[i];
	}
	if (n == 0 || parse_u32(digits, n, max, &v) != 0 || v < min)
		return expected_number(t, min, max, what, e);
	*out = v;
	t->pos++;
	return 0;
}

static int
parse_any(const struct token *k, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;

	if (k->n < 3 || k->s[0] != '0' || (k->s[1] != 'x' && k->s[1] != 'X'))
		return parse_u64(k->s, k->n, max, out);
	for (uint32_t i = 2; i < k->n; i++) {
		int digit = hex_digit(k->s[i]);

		if (digit < 0 || v >> 60 != 0)
			return -1;
		v = v << 4 | (uint64_t)digit;
	}
	if (v > max)
		return -1;
	*out = v;
	return 0;
}

int
value_u64_any(struct tokens *t, const char *what, uint64_t *out, struct text_error *e)
{
	const struct token *k = token_peek(t);

	if (k == NULL || parse_any(k, UINT64_MAX, out) != 0)
		return text_error_expected(e, t, what);
	t->pos++;
	return 0;
}

int
value_u32_any(struct tokens *t, uint32_t max, const char *what, uint32_t *out, struct text_error *e)
{
	const struct token *k = token_peek(t);
	uint64_t v;

	if (k == NULL || parse_any(k, max, &v) != 0)
		return expected_number(t, 0, max, what, e);
	*out = (uint32_t)v;
	t->pos++;
	return 0;
}

int
value_ip(struct tokens *t, const char *what, struct addr *out, struct text_error *e)
{
	const struct token *k = token_peek(t);

	if (k == NULL || addr_parse(k->s, k->n, out) != 0)
		return text_error_expected(e, t, what);
	t->pos++;
	return 0;
}

int
value_ip_zone(struct tokens *t, const char *what, struct addr *out, struct text_error *e)
{
	const struct token *k = token_peek(t);

	if (k == NULL || addr_parse_zone(k->s, k->n, out) != 0)
		return text_error_expected(e, t, what);
	t->pos++;
	return 0;
}

int
value_ip4(struct tokens *t, const char *what, uint8_t out[4], struct text_error *e)
{
	const struct token *k = token_peek(t);

	if (k == NULL || addr_parse4(k->s, k->n, out) != 0)
		return text_error_expected(e, t, what);
	t->pos++;
	return 0;
}

int
value_ip6(struct tokens *t, const char *what, uint8_t out[16], struct text_error *e)
{
	const struct token *k = token_peek(t);

	if (k == NULL || addr_parse6(k->s, k->n, out) != 0)
		return text_error_expected(e, t, what);
	t->pos++;
	return 0;
}

int
value_prefix(struct tokens *t, struct addr *net, uint8_t *bits, struct text_error *e)
{
	const struct token *k = token_peek(t);
	const char *why = "a prefix";

	if (k == NULL || prefix_parse(k->s, k->n, net, bits, &why) != 0)
		return text_error_expected(e, t, why);
	t->pos++;
	return 0;
}

int
value_range(
	struct tokens *t, const char *what, struct addr *ip, uint8_t *bits, struct text_error *e)
{
	const struct token *k = token_peek(t);
	uint32_t len = 0;

	if (k == NULL)
		return text_error_expected(e, t, what);
	const char *slash = memchr(k->s, '/', k->n);
	size_t ip_n = slash != NULL ? (size_t)(slash - k->s) : k->n;
	if (addr_parse_zone(k->s, ip_n, ip) != 0)
		return text_error_expected(e, t, what);
	len = ip->len * 8u;
	if (slash != NULL && parse_u32(slash + 1, k->n - ip_n - 1, ip->len * 8u, &len) != 0)
		return text_error_expected(e, t, what);
	*bits = (uint8_t)len;
	t->pos++;
	return 0;
}

int
value_asn(struct tokens *t, uint32_t *out, struct text_error *e)
{
	const struct token *k = token_peek(t);
	const char *dot = k != NULL ? memchr(k->s, '.', k->n) : NULL;
	uint32_t high = 0, low;

	if (k == NULL)
		return text_error_expected(e, t, "an AS number");
	if (dot == NULL) {
		if (parse_u32(k->s, k->n, UINT32_MAX, &low) != 0)
			return text_error_expected(e, t, "an AS number");
	} else {
		size_t high_n = (size_t)(dot - k->s);

		if (parse_u32(k->s, high_n, 65535, &high) != 0 ||
			parse_u32(dot + 1, k->n - high_n - 1, 65535, &low) != 0)
			return text_error_expected(e, t, "an AS number");
	}
	*out = high << 16 | low;
	t->pos++;
	return 0;
}

static void
put_be(uint8_t *p, uint32_t v, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> (8 * (n - 1 - i)));
}

int
value_rd(struct tokens *t, uint8_t out[8], struct text_error *e)
{
	static const char what[] = "a route distinguisher (AS:number or address:number)";
	const struct token *k = token_peek(t);
	const char *colon = k != NULL ? memchr(k->s, ':', k->n) : NULL;
	uint32_t admin, number;

	if (colon == NULL)
		return text_error_expected(e, t, what);
	size_t admin_n = (size_t)(colon - k->s);
	if (parse_u32(colon + 1, k->n - admin_n - 1, UINT32_MAX, &number) != 0)
		return text_error_expected(e, t, what);
	memset(out, 0, 8);
	if (addr_parse4(k->s, admin_n, out + 2) == 0 && number <= 65535) {
		out[1] = 1;
		put_be(out + 6, number, 2);
	} else if (parse_u32(k->s, admin_n, UINT32_MAX, &admin) != 0) {
		return text_error_expected(e, t, what);
	} else if (admin <= 65535) {
		put_be(out + 2, admin, 2);
		put_be(out + 4, number, 4);
	} else if (number <= 65535) {
		out[1] = 2;
		put_be(out + 2, admin, 4);
		put_be(out + 6, number, 2);
	} else {
		return text_error_expected(e, t, what);
	}
	t->pos++;
	return 0;
}

int
value_word(struct tokens *t, const char *what, struct token *out, struct text_error *e)
{
	const struct token *k = token_peek(t);

	if (k == NULL || k->n == 0 || (k->n == 1 && strchr("[](),;{}", k->s[0]) != NULL))
		return text_error_expected(e, t, what);
	*out = *k;
	t->pos++;
	return 0;
}

int
value_labels(struct tokens *t, uint32_t *out, unsigned max, unsigned *n, struct text_error *e)
{
	enum { LABEL_MAX = 1048575 };
	bool list = token_accept(t, "[");

	*n = 0;
	while (!list || !token_accept(t, "]")) {
		if (*n == max)
			return text_error_expected(e, t, "fewer labels");
		if (value_u32(t, 0, LABEL_MAX, list ? "a label or \"]\"" : "a label", &out[*n],
			    e) != 0)
			return -1;
		(*n)++;
		if (!list)
			break;
	}
	return 0;
}
