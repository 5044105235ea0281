/*
 * CRC-32C for the journal and the ark's records: the SSE 4.2 instruction where the processor has
 * it (looked at on every call: the answer is cached by the C runtime), a table of nibbles
 * elsewhere. The polynomial 0x1edc6f41 is used reflected: 0x82f63b78. RFC 3720 appendix B.4.
 */
#include "common/crc32c.h"

#include <string.h>

static const uint32_t nibble_table[16] = { 0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1,
	0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d, 0x82f63b78, 0x92a8fc17, 0xa24bb5a6,
	0xb21572c9, 0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75 };

static uint32_t
crc_table(uint32_t crc, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		crc ^= p[i];
		crc = crc >> 4 ^ nibble_table[crc & 15];
		crc = crc >> 4 ^ nibble_table[crc & 15];
	}
	return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t
crc_sse42(uint32_t crc, const uint8_t *p, size_t n)
{
	uint64_t wide = crc;

	for (; n >= 8; n -= 8, p += 8) {
		uint64_t word;

		memcpy(&word, p, sizeof(word));
		wide = __builtin_ia32_crc32di(wide, word);
	}
	crc = (uint32_t)wide;
	for (; n > 0; n--, p++)
		crc = __builtin_ia32_crc32qi(crc, *p);
	return crc;
}
#endif

uint32_t
crc32c(uint32_t crc, const void *data, size_t n)
{
	crc = ~crc;
#if defined(__x86_64__)
	if (__builtin_cpu_supports("sse4.2"))
		return ~crc_sse42(crc, data, n);
#endif
	return ~crc_table(crc, data, n);
}

/* For the unit test: the fallback, whatever the processor. */
uint32_t
crc32c_portable(uint32_t crc, const void *data, size_t n)
{
	return ~crc_table(~crc, data, n);
}
