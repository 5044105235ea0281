/* Strict UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing over U+10FFFF. */
#ifndef TROUPE_COMMON_UTF8_H
#define TROUPE_COMMON_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The character at p (n > 0 bytes left): its length 1..4 and code point, or 0 when malformed. */
size_t utf8_decode(const uint8_t *p, size_t n, uint32_t *code);
/* True when all n bytes are well-formed. */
bool utf8_valid(const void *text, size_t n);

#endif
