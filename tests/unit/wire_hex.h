/* Hex text with blanks to bytes, for tests against byte vectors. */
#ifndef TROUPE_TESTS_UNIT_WIRE_HEX_H
#define TROUPE_TESTS_UNIT_WIRE_HEX_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

static inline size_t
wire_hex(const char *text, uint8_t *out, size_t max)
{
	size_t n = 0;
	unsigned byte;

	while (*text != '\0' && n < max) {
		if (*text == ' ') {
			text++;
			continue;
		}
		if (sscanf(text, "%2x", &byte) != 1)
			break;
		out[n++] = (uint8_t)byte;
		text += 2;
	}
	return n;
}

#endif
