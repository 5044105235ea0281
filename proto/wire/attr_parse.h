/*
 * Grammar pieces that several attributes share (reference/config.md 1.7). All leave the cursor at
 * the offending word when they fail, so that the message points at it.
 */
#ifndef TROUPE_PROTO_WIRE_ATTR_PARSE_H
#define TROUPE_PROTO_WIRE_ATTR_PARSE_H

#include <stddef.h>
#include <stdint.h>
#include "common/wr.h"
#include "proto/text/token.h"

/* Takes word k: writes its value, or returns -1. */
typedef int (*attr_parse_item)(const struct token *k, struct wr *w);

/* list(X): one word, or `[ word… ]` (may be empty, no commas). what: one of them, for messages. */
int attr_parse_list(struct tokens *t, struct wr *w, attr_parse_item item, const char *what,
	struct text_error *e);
/* One word. */
int attr_parse_one(struct tokens *t, struct wr *w, attr_parse_item item, const char *what,
	struct text_error *e);
/* The given word must come next. */
int attr_parse_expect(struct tokens *t, const char *word, struct text_error *e);

/* A decimal number as the next word. */
int attr_parse_number(
	struct tokens *t, uint32_t max, uint32_t *out, const char *what, struct text_error *e);
/* Decimal, or 0x and hexadecimal digits; 0 or -1. */
int attr_parse_u64(const char *s, size_t n, uint64_t *out);
/* asn: decimal or H.L; 0 or -1. */
int attr_parse_asn(const char *s, size_t n, uint32_t *out);
/* `0x` and digits, of a value at most max bytes long, right aligned in out; 0 or -1. */
int attr_parse_hex_number(const char *s, size_t n, uint8_t *out, size_t max);
/* As attr_parse_item: u32 decimal, asn, ipv4. */
int attr_item_u32(const struct token *k, struct wr *w);
int attr_item_asn(const struct token *k, struct wr *w);
int attr_item_ipv4(const struct token *k, struct wr *w);

/* Splits s at every c into at most max fields; returns how many, or 0 when there are more. */
struct field {
	const char *s;
	size_t n;
};
unsigned attr_split(const char *s, size_t n, char c, struct field *out, unsigned max);

#endif
