/*
 * IP addresses and prefixes: parsing (strict, as reference/config.md 1.7) and printing, both
 * without allocation and fast enough for one per command.
 */
#ifndef TROUPE_COMMON_ADDR_H
#define TROUPE_COMMON_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct buf;

enum { ADDR_TEXT_MAX = 72 }; /* longest text: IPv6 with zone and NUL */

struct addr {
	uint8_t len;       /* 0: none, 4 or 16 */
	uint8_t bytes[16]; /* network order */
	uint32_t scope;    /* interface index of a link-local address, else 0 */
};

/* Text of n bytes; 0 or -1. Strict dotted quad or RFC 4291 text; no zone. */
int addr_parse(const char *text, size_t n, struct addr *out);
int addr_parse4(const char *text, size_t n, uint8_t out[4]);
int addr_parse6(const char *text, size_t n, uint8_t out[16]);
/* The same with an optional %zone on a link-local IPv6 address (interface name or number). */
int addr_parse_zone(const char *text, size_t n, struct addr *out);
/* RFC 5952 text as glibc's inet_ntop prints it; returns the length, NUL-terminates. */
size_t addr_print(const struct addr *a, char out[ADDR_TEXT_MAX]);
size_t addr_print4(const uint8_t bytes[4], char out[ADDR_TEXT_MAX]);
size_t addr_print6(const uint8_t bytes[16], char out[ADDR_TEXT_MAX]);
void buf_addr(struct buf *b, const struct addr *a);
void buf_addr_bytes(struct buf *b, const uint8_t *bytes, size_t len); /* len 4 or 16 */
bool addr_equal(const struct addr *a, const struct addr *b);
bool addr_is_link_local6(const struct addr *a);
/* True when the first bits of both are equal. */
bool addr_in_prefix(const struct addr *a, const struct addr *net, unsigned bits);
/* sockaddr round trip; returns the sockaddr's length, or 0 / -1 for a family that is neither. */
socklen_t addr_to_sockaddr(const struct addr *a, uint16_t port, struct sockaddr_storage *out);
int addr_from_sockaddr(const struct sockaddr *sa, struct addr *out, uint16_t *port);

/* "a.b.c.d/len" or a plain address (host length). Host bits must be zero. On error *why is a
 * static text naming what was expected. */
int prefix_parse(const char *text, size_t n, struct addr *net, uint8_t *bits, const char **why);

/* Decimal of n digits, no sign; 0 or -1 when not a number or over max. */
int parse_u32(const char *text, size_t n, uint32_t max, uint32_t *out);
int parse_u64(const char *text, size_t n, uint64_t max, uint64_t *out);

#endif
