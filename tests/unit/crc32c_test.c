/* CRC-32C: the vectors of RFC 3720 appendix B.4, chaining, hardware against table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/crc32c.h"

static void
known_vectors(void **state)
{
	uint8_t bytes[32] = { 0 };

	(void)state;
	assert_int_equal(crc32c(0, "123456789", 9), 0xe3069283);
	assert_int_equal(crc32c(0, bytes, 32), 0x8a9136aa);
	memset(bytes, 0xff, 32);
	assert_int_equal(crc32c(0, bytes, 32), 0x62a8ab43);
	for (uint8_t i = 0; i < 32; i++)
		bytes[i] = i;
	assert_int_equal(crc32c(0, bytes, 32), 0x46dd794e);
	assert_int_equal(crc32c(0, "", 0), 0);
}

static void
chains_at_every_offset(void **state)
{
	uint8_t bytes[67];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 37 + 11);
	uint32_t whole = crc32c(0, bytes, sizeof(bytes));
	assert_int_equal(crc32c_portable(0, bytes, sizeof(bytes)), whole);
	for (size_t i = 0; i <= sizeof(bytes); i++) {
		uint32_t part = crc32c(0, bytes, i);

		assert_int_equal(crc32c_portable(0, bytes, i), part);
		assert_int_equal(crc32c(part, bytes + i, sizeof(bytes) - i), whole);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_vectors),
		cmocka_unit_test(chains_at_every_offset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
