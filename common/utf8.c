/*
 * UTF-8 decoding for what comes from outside and is printed: host names in capabilities,
 * shutdown communications, configuration texts. RFC 3629 section 4 gives the table of
 * well-formed sequences that is checked here.
 */
#include "common/utf8.h"

static size_t
sequence_length(uint8_t first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first <= 0xdf)
		return 2;
	if (first >= 0xe0 && first <= 0xef)
		return 3;
	if (first >= 0xf0 && first <= 0xf4)
		return 4;
	return 0;
}

size_t
utf8_decode(const uint8_t *p, size_t n, uint32_t *code)
{
	static const uint8_t first_mask[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	static const uint32_t lowest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len = n > 0 ? sequence_length(p[0]) : 0;

	if (len == 0 || len > n)
		return 0;
	uint32_t value = p[0] & first_mask[len];
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (p[i] & 0x3f);
	}
	if (value < lowest[len] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
		return 0;
	*code = value;
	return len;
}

bool
utf8_valid(const void *text, size_t n)
{
	const uint8_t *p = text;
	uint32_t code;

	while (n > 0) {
		size_t len = utf8_decode(p, n, &code);

		if (len == 0)
			return false;
		p += len;
		n -= len;
	}
	return true;
}
