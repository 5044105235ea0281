/*
 * Values of statements: one word (or bracketed list) to a number, address, prefix, AS number or
 * route distinguisher (reference/config.md 1.7 and 4.7). Each takes the next word of t; 0, or -1
 * with e saying what was expected. On error t stays at the word.
 */
#ifndef TROUPE_PROTO_TEXT_VALUE_H
#define TROUPE_PROTO_TEXT_VALUE_H

#include "common/addr.h"
#include "proto/text/token.h"

/* Decimal digits, min..max. what: "a hold-time". */
int value_u32(struct tokens *t, uint32_t min, uint32_t max, const char *what, uint32_t *out,
	struct text_error *e);
/* The same, also written with a plus sign or single underscores between digits. */
int value_uint(struct tokens *t, uint32_t min, uint32_t max, const char *what, uint32_t *out,
	struct text_error *e);
/* Decimal or 0x hexadecimal. */
int value_u32_any(
	struct tokens *t, uint32_t max, const char *what, uint32_t *out, struct text_error *e);
int value_u64_any(struct tokens *t, const char *what, uint64_t *out, struct text_error *e);
int value_ip(struct tokens *t, const char *what, struct addr *out, struct text_error *e);
/* The same, and a link-local address may name its interface: fe80::1%eth0. */
int value_ip_zone(struct tokens *t, const char *what, struct addr *out, struct text_error *e);
int value_ip4(struct tokens *t, const char *what, uint8_t out[4], struct text_error *e);
int value_ip6(struct tokens *t, const char *what, uint8_t out[16], struct text_error *e);
/* "ip/len" or "ip"; host bits must be zero. */
int value_prefix(struct tokens *t, struct addr *net, uint8_t *bits, struct text_error *e);
/* "ip/len" or "ip"; host bits are not looked at. */
int value_range(
	struct tokens *t, const char *what, struct addr *ip, uint8_t *bits, struct text_error *e);
/* Decimal, or H.L with both up to 65535. */
int value_asn(struct tokens *t, uint32_t *out, struct text_error *e);
/* N:M or a.b.c.d:M to wire form (RFC 4364 4.2). */
int value_rd(struct tokens *t, uint8_t out[8], struct text_error *e);
/* Any word that is not a bracket or comma (an empty one neither). */
int value_word(struct tokens *t, const char *what, struct token *out, struct text_error *e);
/* One label or `[ L L … ]`, decimal up to 1048575; at most max. *n: how many (0 for `[ ]`). */
int value_labels(struct tokens *t, uint32_t *out, unsigned max, unsigned *n, struct text_error *e);

#endif
