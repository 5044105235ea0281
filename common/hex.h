/* Hexadecimal text to bytes. */
#ifndef TROUPE_COMMON_HEX_H
#define TROUPE_COMMON_HEX_H

#include <stddef.h>
#include <stdint.h>

/* n digits (even; any case) to n/2 bytes; 0 or -1. */
int hex_decode(const char *text, size_t n, uint8_t *out);
int hex_digit(char c); /* 0..15 or -1 */

#endif
