/*
 * Address, prefix and number texts: the parsers agree with the C library's, what was parsed
 * prints and parses to the same, and a JSON string of the input holds only printable ASCII.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "common/addr.h"
#include "common/buf.h"
#include "common/hex.h"
#include "common/utf8.h"
#include "tests/fuzz/replay.h"

static void
check(int condition)
{
	if (!condition)
		abort();
}

static void
check_address(const char *text, size_t n)
{
	char copy[64];
	char printed[ADDR_TEXT_MAX];
	uint8_t want[16];
	struct addr addr;
	struct addr back;

	if (n >= sizeof(copy) || memchr(text, 0, n) != NULL)
		return;
	memcpy(copy, text, n);
	copy[n] = '\0';
	int family = inet_pton(AF_INET, copy, want) == 1    ? AF_INET
		     : inet_pton(AF_INET6, copy, want) == 1 ? AF_INET6
							    : 0;
	check((addr_parse(text, n, &addr) == 0) == (family != 0));
	if (family == 0)
		return;
	check(memcmp(addr.bytes, want, addr.len) == 0);
	size_t len = addr_print(&addr, printed);
	check(addr_parse(printed, len, &back) == 0 && addr_equal(&addr, &back));
}

static void
check_json(const uint8_t *data, size_t size)
{
	struct buf b = { 0 };

	buf_json_string(&b, data, size);
	check(b.len >= 2 && b.data[0] == '"' && b.data[b.len - 1] == '"');
	for (size_t i = 0; i < b.len; i++)
		check(b.data[i] >= 0x20 && b.data[i] <= 0x7e);
	buf_fini(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	const char *why = NULL;
	struct addr addr;
	uint8_t bits;
	uint32_t number;

	check_address(text, size);
	if (prefix_parse(text, size, &addr, &bits, &why) == 0)
		check(addr_in_prefix(&addr, &addr, bits) && bits <= addr.len * 8);
	else
		check(why != NULL);
	if (parse_u32(text, size, 1000, &number) == 0)
		check(number <= 1000);
	if (size <= 64) {
		uint8_t bytes[32];

		(void)hex_decode(text, size, bytes);
	}
	(void)utf8_valid(data, size);
	check_json(data, size);
	return 0;
}
