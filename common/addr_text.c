/*
 * The text forms of addresses, byte by byte and without the C library: strict dotted quad (four
 * decimals without leading zeros), RFC 4291 section 2.2 text for IPv6, and the output forms,
 * which are those of glibc's inet_ntop (RFC 5952, with ::ffff:a.b.c.d and ::a.b.c.d dotted).
 */
#include "common/addr.h"

#include <string.h>

#include "common/hex.h"

int
addr_parse4(const char *text, size_t n, uint8_t out[4])
{
	const char *end = text + n;

	if (n < 7 || n > 15)
		return -1;
	for (int i = 0;; i++) {
		unsigned value = 0;
		const char *start = text;

		for (; text < end; text++) {
			unsigned digit = (unsigned)((unsigned char)*text - '0');

			if (digit > 9)
				break;
			value = value * 10 + digit;
			if (value > 255)
				return -1;
		}
		if (text == start || (*start == '0' && text - start > 1))
			return -1;
		out[i] = (uint8_t)value;
		if (i == 3)
			return text == end ? 0 : -1;
		if (text == end || *text++ != '.')
			return -1;
	}
}

/* A group of 1 to 4 digits; returns how many, 0 when there is none or one too many. */
static size_t
parse_group(const char *text, size_t n, unsigned *value)
{
	size_t i = 0;

	*value = 0;
	for (; i < n; i++) {
		int digit = hex_digit(text[i]);

		if (digit < 0)
			break;
		if (i == 4)
			return 0;
		*value = *value << 4 | (unsigned)digit;
	}
	return i;
}

/* Moves what was written after the "::" to the end. */
static int
expand_gap(uint8_t out[16], size_t gap, size_t used)
{
	size_t tail = used - gap;

	if (used > 14)
		return -1;
	memmove(out + 16 - tail, out + gap, tail);
	memset(out + gap, 0, 16 - used);
	return 0;
}

int
addr_parse6(const char *text, size_t n, uint8_t out[16])
{
	size_t used = 0;
	size_t gap = SIZE_MAX;
	size_t i = 0;

	if (n < 2 || n > 45)
		return -1;
	if (text[0] == ':') {
		if (text[1] != ':')
			return -1;
		gap = 0;
		i = 2;
	}
	while (i < n) {
		unsigned value;
		size_t digits = parse_group(text + i, n - i, &value);

		if (digits > 0 && i + digits < n && text[i + digits] == '.') {
			if (used > 12 || addr_parse4(text + i, n - i, out + used) != 0)
				return -1;
			used += 4;
			break;
		}
		if (digits == 0 || used > 14)
			return -1;
		out[used++] = (uint8_t)(value >> 8);
		out[used++] = (uint8_t)value;
		i += digits;
		if (i == n)
			break;
		if (text[i++] != ':' || i == n)
			return -1;
		if (text[i] == ':') {
			if (gap != SIZE_MAX)
				return -1;
			gap = used;
			i++;
		}
	}
	if (gap != SIZE_MAX)
		return expand_gap(out, gap, used);
	return used == 16 ? 0 : -1;
}

static inline char *
put_octet(char *p, unsigned v)
{
	if (v >= 100) {
		unsigned hundreds = v >= 200 ? 2 : 1;

		*p++ = (char)('0' + hundreds);
		v -= hundreds * 100;
		*p++ = (char)('0' + v / 10);
	} else if (v >= 10) {
		*p++ = (char)('0' + v / 10);
	}
	*p++ = (char)('0' + v % 10);
	return p;
}

static char *
put_quad(char *p, const uint8_t bytes[4])
{
	for (int i = 0; i < 4; i++) {
		p = put_octet(p, bytes[i]);
		*p++ = '.';
	}
	return p - 1;
}

size_t
addr_print4(const uint8_t bytes[4], char out[ADDR_TEXT_MAX])
{
	char *p = put_quad(out, bytes);

	*p = '\0';
	return (size_t)(p - out);
}

static inline char *
put_group(char *p, unsigned v)
{
	static const char digits[] = "0123456789abcdef";

	if (v >= 0x1000)
		*p++ = digits[v >> 12];
	if (v >= 0x100)
		*p++ = digits[v >> 8 & 15];
	if (v >= 0x10)
		*p++ = digits[v >> 4 & 15];
	*p++ = digits[v & 15];
	return p;
}

/* The first longest run of at least two zero groups; its length, or 0. */
static int
longest_zeros(const unsigned group[8], int *start)
{
	int best = 0;

	*start = -1;
	for (int i = 0; i < 8; i++) {
		int run = 0;

		while (i + run < 8 && group[i + run] == 0)
			run++;
		if (run > best) {
			best = run;
			*start = i;
		}
		i += run;
	}
	if (best < 2)
		*start = -1;
	return best < 2 ? 0 : best;
}

size_t
addr_print6(const uint8_t bytes[16], char out[ADDR_TEXT_MAX])
{
	unsigned group[8];
	int start;
	char *p = out;

	for (int i = 0; i < 8; i++)
		group[i] = (unsigned)bytes[i * 2] << 8 | bytes[i * 2 + 1];
	int zeros = longest_zeros(group, &start);
	int dotted = start == 0 && (zeros == 6 || (zeros == 5 && group[5] == 0xffff));

	for (int i = 0; i < (dotted ? 6 : 8); i++) {
		if (i == start) {
			*p++ = ':';
			i += zeros - 1;
			if (i == 7)
				*p++ = ':';
			continue;
		}
		if (i > 0)
			*p++ = ':';
		p = put_group(p, group[i]);
	}
	if (dotted) {
		*p++ = ':';
		p = put_quad(p, bytes + 12);
	}
	*p = '\0';
	return (size_t)(p - out);
}
