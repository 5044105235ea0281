/*
 * Match items of FlowSpec rules (reference/config.md 4.10; RFC 8955 4.2, RFC 8956 3): prefixes, and
 * lists of terms `[operator]value` joined by `&`. What the reference drops without a word - a word
 * that is no prefix, an empty list - would widen the rule and is an error here (D15).
 */
#include "proto/text/route_flow.h"

#include "common/hex.h"
#include "proto/text/service_names.h"

struct match {
	const char *keyword;
	uint8_t type;
	uint16_t afi; /* the only one it exists in, or 0 */
	uint32_t max; /* 0: that of the component */
	bool services;
};

static const struct match matches[] = {
	{ "destination", 1, 0, 0, false },
	{ "destination-ipv4", 1, 0, 0, false },
	{ "destination-ipv6", 1, 0, 0, false },
	{ "source", 2, 0, 0, false },
	{ "source-ipv4", 2, 0, 0, false },
	{ "source-ipv6", 2, 0, 0, false },
	{ "protocol", 3, AFI_IPV4, 0, false },
	{ "next-header", 3, AFI_IPV6, 0, false },
	{ "port", 4, 0, 0, true },
	{ "destination-port", 5, 0, 0, true },
	{ "source-port", 6, 0, 0, true },
	{ "icmp-type", 7, 0, 0, false },
	{ "icmp-code", 8, 0, 0, false },
	{ "tcp-flags", 9, 0, 0, false },
	{ "packet-length", 10, 0, 0, false },
	{ "dscp", 11, AFI_IPV4, 63, false },
	{ "traffic-class", 11, AFI_IPV6, 0, false },
	{ "fragment", 12, 0, 0, false },
	{ "flow-label", 13, AFI_IPV6, 0, false },
};

enum { N_MATCHES = sizeof(matches) / sizeof(matches[0]) };

struct operator
{
	const char *text;
	uint8_t bits;
};

/* Longer ones first; the last is "no operator". */
static const struct operator numeric_operators[] = {
	{ "!=", FLOW_OP_LT | FLOW_OP_GT },
	{ ">=", FLOW_OP_GT | FLOW_OP_EQ },
	{ "<=", FLOW_OP_LT | FLOW_OP_EQ },
	{ "=", FLOW_OP_EQ },
	{ ">", FLOW_OP_GT },
	{ "<", FLOW_OP_LT },
	{ "", FLOW_OP_EQ },
};
static const struct operator bitmask_operators[] = {
	{ "!=", FLOW_OP_NOT | FLOW_OP_MATCH },
	{ "=", FLOW_OP_MATCH },
	{ "!", FLOW_OP_NOT },
	{ "", 0 },
};

/* Appends to the components of a type; -1: the rule is full. */
static int
append(struct flow_call *f, uint8_t type, const void *data, size_t n)
{
	uint16_t at = f->end[type], total = f->end[FLOW_TYPES - 1];

	if (n > (size_t)(FLOW_RULE_MAX - total))
		return -1;
	memmove(f->bytes + at + n, f->bytes + at, (size_t)(total - at));
	memcpy(f->bytes + at, data, n);
	for (unsigned i = type; i < FLOW_TYPES; i++)
		f->end[i] = (uint16_t)(f->end[i] + n);
	return 0;
}

static int
full(struct flow_call *f, const struct token *at)
{
	return text_error_set(f->c.e, at, "a flow rule of more than %d bytes", (int)FLOW_RULE_MAX);
}

static int
bad_value(struct flow_call *f, const struct token *k, const struct match *m)
{
	char quoted[TEXT_QUOTED_MAX];

	return text_error_set(f->c.e, k, "expected %s as in \"%s\" or a list of them, found %s",
		flow_components[m->type].kind == FLOW_BITMASK ? "names of bits" : "values",
		flow_components[m->type].kind == FLOW_BITMASK ? "=syn+ack" : ">=80&<=90",
		text_quote(k, quoted));
}

static int
parse_number(const struct match *m, const char *s, size_t n, uint32_t *out)
{
	const struct flow_component *row = &flow_components[m->type];
	uint32_t max = m->max != 0 ? m->max : row->max;
	uint64_t value = 0;

	if (!row->hex || n < 3 || s[0] != '0' || (s[1] != 'x' && s[1] != 'X'))
		return parse_u32(s, n, max, out);
	for (size_t i = 2; i < n; i++) {
		int digit = hex_digit(s[i]);

		if (digit < 0 || value > max)
			return -1;
		value = value << 4 | (uint64_t)digit;
	}
	*out = (uint32_t)value;
	return value > max ? -1 : 0;
}

static int
parse_value(const struct match *m, const char *s, size_t n, uint32_t *out)
{
	const struct flow_component *row = &flow_components[m->type];

	if (parse_number(m, s, n, out) == 0 || flow_value_find(row->names, s, n, out) == 0 ||
		flow_value_find(row->input_names, s, n, out) == 0)
		return 0;
	return m->services ? service_port(s, n, out) : -1;
}

/* Names and numbers joined by `+`. */
static int
parse_bits(const struct match *m, const char *s, size_t n, uint32_t *out)
{
	*out = 0;
	for (;;) {
		const char *plus = memchr(s, '+', n);
		size_t part = plus != NULL ? (size_t)(plus - s) : n;
		uint32_t bits;

		if (parse_value(m, s, part, &bits) == -1)
			return -1;
		*out |= bits;
		if (plus == NULL)
			return 0;
		s += part + 1;
		n -= part + 1;
	}
}

static const struct operator* find_operator(bool bitmask, const char *s, size_t n)
{
	const struct operator* row = bitmask ? bitmask_operators : numeric_operators;

	for (;; row++) {
		size_t len = strlen(row->text);

		if (len <= n && memcmp(row->text, s, len) == 0)
			return row;
	}
}

/* The smallest width of the component that holds the value: its code and its bytes. */
static unsigned
width_code(const struct flow_component *row, uint32_t value)
{
	if (value <= UINT8_MAX && (row->widths & 1) != 0)
		return 0;
	return value <= UINT16_MAX && (row->widths & 2) != 0 ? 1 : 2;
}

/* One term; and: it was joined to the one before. */
static int
add_term(struct flow_call *f, const struct match *m, const char *s, size_t n, bool and)
{
	const struct flow_component *row = &flow_components[m->type];
	bool bitmask = row->kind == FLOW_BITMASK;
	const struct operator* op = find_operator(bitmask, s, n);
	size_t skip = strlen(op->text);
	uint8_t space[6];
	struct wr w = wr_init(space, sizeof(space));
	uint32_t value = 0;
	unsigned code;

	if ((bitmask ? parse_bits : parse_value)(m, s + skip, n - skip, &value) == -1)
		return 1;
	code = width_code(row, value);
	if (f->end[m->type] == f->end[m->type - 1])
		wr_u8(&w, m->type);
	f->last[m->type] = (uint16_t)(f->end[m->type] - f->end[m->type - 1] + wr_len(&w));
	wr_u8(&w, (uint8_t)(op->bits | (and? FLOW_OP_AND : 0) | code << 4));
	for (unsigned i = 1u << code; i > 0; i--)
		wr_u8(&w, (uint8_t)(value >> 8 * (i - 1)));
	return append(f, m->type, space, wr_len(&w));
}

/* One word of terms. */
static int
add_expression(struct flow_call *f, const struct match *m, const struct token *k)
{
	const char *s = k->s;
	size_t n = k->n;

	for (bool and = false;; and = true) {
		const char *next = memchr(s, '&', n);
		size_t part = next != NULL ? (size_t)(next - s) : n;
		int rv = add_term(f, m, s, part, and);

		if (rv != 0)
			return rv == 1 ? bad_value(f, k, m) : full(f, k);
		if (next == NULL)
			return 0;
		s += part + 1;
		n -= part + 1;
	}
}

/* An address family decides once. */
static int
set_afi(struct flow_call *f, const struct token *k, uint16_t afi)
{
	if (f->afi == 0)
		f->afi = afi;
	if (f->afi == afi)
		return 0;
	return text_error_set(f->c.e, k, "an %s prefix in an %s rule",
		afi == AFI_IPV4 ? "IPv4" : "IPv6", f->afi == AFI_IPV4 ? "IPv4" : "IPv6");
}

/* `a.b.c.d/len`, `addr6/len` or `addr6/len/offset`. */
static int
add_prefix(struct flow_call *f, const struct match *m, const struct token *k)
{
	const char *slash = memchr(k->s, '/', k->n), *second = NULL;
	uint8_t space[3 + 16];
	struct wr w = wr_init(space, sizeof(space));
	uint32_t bits, offset = 0;
	struct addr ip;
	size_t rest;

	if (slash == NULL || addr_parse(k->s, (size_t)(slash - k->s), &ip) == -1)
		return 1;
	slash++;
	rest = k->n - (size_t)(slash - k->s);
	if (ip.len == 16)
		second = memchr(slash, '/', rest);
	if (second != NULL) {
		size_t n = (size_t)(second - slash);

		if (parse_u32(second + 1, rest - n - 1, 128, &offset) == -1)
			return 1;
		rest = n;
	}
	if (parse_u32(slash, rest, ip.len * 8u, &bits) == -1 || offset > bits)
		return 1;
	if (set_afi(f, k, ip.len == 4 ? AFI_IPV4 : AFI_IPV6) == -1)
		return -1;
	wr_u8(&w, m->type);
	wr_u8(&w, (uint8_t)bits);
	if (ip.len == 16)
		wr_u8(&w, (uint8_t)offset);
	wr_bytes(&w, ip.bytes, (bits + 7) / 8);
	return append(f, m->type, space, wr_len(&w)) == -1 ? full(f, k) : 0;
}

static int
add_word(struct flow_call *f, const struct match *m)
{
	bool prefix = flow_components[m->type].kind == FLOW_PREFIX;
	struct token k;
	int rv;

	if (value_word(f->c.t, prefix ? "a prefix with its length" : "a value", &k, f->c.e) == -1)
		return -1;
	if (!prefix)
		return add_expression(f, m, &k);
	rv = add_prefix(f, m, &k);
	if (rv == 1) {
		f->c.t->pos--;
		return text_error_expected(
			f->c.e, f->c.t, "a prefix with its length (IPv6: also /length/offset)");
	}
	return rv;
}

static int
add_list(struct flow_call *f, const struct match *m)
{
	if (!token_accept(f->c.t, "["))
		return add_word(f, m);
	do {
		if (add_word(f, m) == -1)
			return -1;
	} while (!token_accept(f->c.t, "]"));
	return 0;
}

/* What exists in one IP version only is remembered: the prefixes may come later. */
static int
note_only(struct flow_call *f, const struct match *m, const struct token *k)
{
	if (m->afi == 0 || f->only_afi == m->afi)
		return 0;
	if (f->only_afi != 0)
		return text_error_set(f->c.e, k, "\"%s\" is for %s, and the rule already is for %s",
			m->keyword, m->afi == AFI_IPV4 ? "IPv4" : "IPv6",
			m->afi == AFI_IPV4 ? "IPv6" : "IPv4");
	f->only_afi = m->afi;
	f->only_at = k;
	return 0;
}

int
flow_match_item(struct flow_call *f)
{
	const struct token *k = token_peek(f->c.t);

	for (unsigned i = 0; i < N_MATCHES; i++) {
		if (!token_is(k, matches[i].keyword))
			continue;
		f->c.t->pos++;
		if (note_only(f, &matches[i], k) == -1 || add_list(f, &matches[i]) == -1)
			return -1;
		return 1;
	}
	return 0;
}

unsigned
flow_match_words(const char **out)
{
	for (unsigned i = 0; i < N_MATCHES; i++)
		out[i] = matches[i].keyword;
	return N_MATCHES;
}
