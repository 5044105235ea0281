/* CRC-32C (Castagnoli, RFC 3720 appendix B.4). crc: 0 to start, or the value so far. */
#ifndef TROUPE_COMMON_CRC32C_H
#define TROUPE_COMMON_CRC32C_H

#include <stddef.h>
#include <stdint.h>

uint32_t crc32c(uint32_t crc, const void *data, size_t n);
/* The same without the processor's instruction. */
uint32_t crc32c_portable(uint32_t crc, const void *data, size_t n);

#endif
