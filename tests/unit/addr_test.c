/* Addresses against the C library on many generated texts, prefixes, zones, sockaddrs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>

#include "common/addr.h"
#include "common/buf.h"

static uint32_t
next_random(void)
{
	static uint32_t x = 2463534242u;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x;
}

/* Mostly zero groups, so that the compressed forms come up. */
static void
random_address6(uint8_t bytes[16])
{
	for (int i = 0; i < 8; i++) {
		uint32_t r = next_random();
		unsigned group = r % 3 != 0 ? 0 : r % 5 == 0 ? 0xffff : r >> 8 >> r % 16;

		bytes[i * 2] = (uint8_t)(group >> 8);
		bytes[i * 2 + 1] = (uint8_t)group;
	}
}

static void
prints_like_inet_ntop(void **state)
{
	char want[ADDR_TEXT_MAX];
	char got[ADDR_TEXT_MAX];
	uint8_t bytes[16];
	uint8_t back[16];

	(void)state;
	for (int i = 0; i < 100000; i++) {
		random_address6(bytes);
		inet_ntop(AF_INET6, bytes, want, sizeof(want));
		assert_int_equal(addr_print6(bytes, got), strlen(want));
		assert_string_equal(got, want);
		assert_int_equal(addr_parse6(got, strlen(got), back), 0);
		assert_memory_equal(back, bytes, 16);
		uint32_t v4 = next_random();
		memcpy(bytes, &v4, 4);
		inet_ntop(AF_INET, bytes, want, sizeof(want));
		assert_int_equal(addr_print4(bytes, got), strlen(want));
		assert_string_equal(got, want);
		assert_int_equal(addr_parse4(got, strlen(got), back), 0);
		assert_memory_equal(back, bytes, 4);
	}
}

static void
compare_parsers(const char *text)
{
	uint8_t want[16] = { 0 };
	uint8_t got[16] = { 0 };
	size_t n = strlen(text);
	char *exact = malloc(n > 0 ? n : 1); /* no NUL, for the sanitizers */

	memcpy(exact, text, n);
	int ok = inet_pton(AF_INET6, text, want) == 1;
	assert_int_equal(addr_parse6(exact, n, got), ok ? 0 : -1);
	if (ok)
		assert_memory_equal(got, want, 16);
	ok = inet_pton(AF_INET, text, want) == 1;
	assert_int_equal(addr_parse4(exact, n, got), ok ? 0 : -1);
	if (ok)
		assert_memory_equal(got, want, 4);
	free(exact);
}

static void
parses_like_inet_pton(void **state)
{
	static const char *const texts[] = { "", ":", "::", ":::", "1::2::3", "::1",
		"1::", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8",
		"1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "1:", ":1",
		"1:2:3:4:5:6:7:", "12345::", "::ffff:1.2.3.4", "::1.2.3", "::1.2.3.4:5",
		"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:7:1.2.3.4", "g::", "::G", "fe80::1%eth0",
		"1.2.3.4", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.00", "1.2.3.",
		".1.2.3", "1..2.3", " 1.2.3.4", "1.2.3.4 ", "0.0.0.0", "255.255.255.255",
		"1.2.3.4/32", "::1/128", "00001::", "0:0:0:0:0:0:0:0", "::0001", "1:2:3:4:5:6:7:8 ",
		"+1.2.3.4", "1::1.2.3.4", "::." };
	static const char alphabet[] = "0123456789abfF::::....";
	char text[24];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		compare_parsers(texts[i]);
	for (int i = 0; i < 200000; i++) {
		size_t n = next_random() % (sizeof(text) - 1);

		for (size_t j = 0; j < n; j++)
			text[j] = alphabet[next_random() % (sizeof(alphabet) - 1)];
		text[n] = '\0';
		compare_parsers(text);
	}
}

static void
prefixes(void **state)
{
	static const struct {
		const char *text;
		int result;
		uint8_t bits;
	} cases[] = { { "10.0.0.0/8", 0, 8 }, { "10.1.2.3", 0, 32 }, { "0.0.0.0/0", 0, 0 },
		{ "10.0.0.1/31", -1, 0 }, { "10.0.0.0/33", -1, 0 }, { "10.0.0.0/", -1, 0 },
		{ "10.0.0.0/8/", -1, 0 }, { "10.0.0.0/255.0.0.0", -1, 0 }, { "10.0.0.0/+8", -1, 0 },
		{ "2001:db8::/32", 0, 32 }, { "2001:db8::1", 0, 128 }, { "2001:db8::1/127", -1, 0 },
		{ "::/0", 0, 0 }, { "::/129", -1, 0 }, { "", -1, 0 }, { "/", -1, 0 },
		{ "x/8", -1, 0 }, { "128.0.0.0/1", 0, 1 }, { "192.0.0.0/1", -1, 0 },
		{ "10.0.0.0/00000000008", 0, 8 } };
	struct addr net;
	uint8_t bits;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *why = NULL;

		assert_int_equal(
			prefix_parse(cases[i].text, strlen(cases[i].text), &net, &bits, &why),
			cases[i].result);
		if (cases[i].result == 0)
			assert_int_equal(bits, cases[i].bits);
		else
			assert_non_null(why);
	}
}

static struct addr
parse(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, strlen(text), &a), 0);
	return a;
}

static void
inside_prefix(void **state)
{
	struct addr net = parse("10.128.0.0");
	struct addr net6 = parse("2001:db8::");
	struct addr a = parse("10.191.1.1");
	struct addr b = parse("10.192.0.0");
	struct addr a6 = parse("2001:db8:7fff::1");

	(void)state;
	assert_true(addr_in_prefix(&a, &net, 10));
	assert_false(addr_in_prefix(&b, &net, 10));
	assert_true(addr_in_prefix(&b, &net, 0));
	assert_true(addr_in_prefix(&net, &net, 32));
	assert_false(addr_in_prefix(&a, &net, 33));
	assert_false(addr_in_prefix(&a, &net6, 0));
	assert_true(addr_in_prefix(&a6, &net6, 33));
	assert_false(addr_in_prefix(&a6, &net6, 48));
	assert_true(addr_equal(&a, &a));
	assert_false(addr_equal(&a, &b));
}

static void
zones(void **state)
{
	struct addr a;
	char text[ADDR_TEXT_MAX];

	(void)state;
	assert_int_equal(addr_parse_zone("fe80::1%77777", 13, &a), 0);
	assert_int_equal(a.scope, 77777);
	addr_print(&a, text);
	assert_string_equal(text, "fe80::1%77777");
	if (if_nametoindex("lo") != 0) {
		assert_int_equal(addr_parse_zone("fe80::1%lo", 10, &a), 0);
		addr_print(&a, text);
		assert_string_equal(text, "fe80::1%lo");
	}
	assert_int_equal(addr_parse_zone("fe80::1", 7, &a), 0);
	assert_int_equal(a.scope, 0);
	assert_int_equal(addr_parse_zone("2001::1%1", 9, &a), -1);
	assert_int_equal(addr_parse_zone("1.2.3.4%1", 9, &a), -1);
	assert_int_equal(addr_parse_zone("fe80::1%", 8, &a), -1);
	assert_int_equal(addr_parse_zone("fe80::1%0", 9, &a), -1);
	assert_int_equal(addr_parse_zone("fe80::1%nointerfaceofthatname", 29, &a), -1);
	assert_int_equal(addr_parse_zone("fe80::1%nosuchif0", 17, &a), -1);
	assert_int_equal(addr_parse("fe80::1%lo", 10, &a), -1);
}

static void
sockaddrs(void **state)
{
	static const char *const texts[] = { "192.0.2.1", "2001:db8::5", "fe80::1%3" };
	struct sockaddr_storage ss;
	struct addr back;
	uint16_t port;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct addr a;

		assert_int_equal(addr_parse_zone(texts[i], strlen(texts[i]), &a), 0);
		assert_true(addr_to_sockaddr(&a, 179, &ss) > 0);
		assert_int_equal(addr_from_sockaddr((struct sockaddr *)&ss, &back, &port), 0);
		assert_true(addr_equal(&a, &back));
		assert_int_equal(port, 179);
	}
	struct addr none = { 0 };
	assert_int_equal(addr_to_sockaddr(&none, 1, &ss), 0);
	ss.ss_family = AF_UNIX;
	assert_int_equal(addr_from_sockaddr((struct sockaddr *)&ss, &back, &port), -1);
}

static void
into_buffers(void **state)
{
	struct buf b = { 0 };
	struct addr a = parse("192.0.2.1");
	struct addr a6 = parse("2001:db8::");

	(void)state;
	buf_addr(&b, &a);
	buf_chr(&b, ' ');
	buf_addr(&b, &a6);
	buf_chr(&b, ' ');
	buf_addr_bytes(&b, a.bytes, 4);
	buf_addr_bytes(&b, a6.bytes, 16);
	assert_string_equal(buf_cstr(&b), "192.0.2.1 2001:db8:: 192.0.2.12001:db8::");
	buf_fini(&b);
}

static void
decimal(void **state)
{
	uint32_t v;
	uint64_t w;

	(void)state;
	assert_int_equal(parse_u32("4294967295", 10, UINT32_MAX, &v), 0);
	assert_int_equal(v, UINT32_MAX);
	assert_int_equal(parse_u32("4294967296", 10, UINT32_MAX, &v), -1);
	assert_int_equal(parse_u32("99999999999999999999999", 23, UINT32_MAX, &v), -1);
	assert_int_equal(parse_u32("", 0, 9, &v), -1);
	assert_int_equal(parse_u32("-1", 2, 9, &v), -1);
	assert_int_equal(parse_u32("+1", 2, 9, &v), -1);
	assert_int_equal(parse_u32("1 ", 2, 99, &v), -1);
	assert_int_equal(parse_u32("100", 3, 99, &v), -1);
	assert_int_equal(parse_u32("0x1", 3, 99, &v), -1);
	assert_int_equal(parse_u64("18446744073709551615", 20, UINT64_MAX, &w), 0);
	assert_true(w == UINT64_MAX);
	assert_int_equal(parse_u64("18446744073709551616", 20, UINT64_MAX, &w), -1);
	assert_int_equal(parse_u64("11", 2, 10, &w), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_like_inet_ntop),
		cmocka_unit_test(parses_like_inet_pton),
		cmocka_unit_test(prefixes),
		cmocka_unit_test(inside_prefix),
		cmocka_unit_test(zones),
		cmocka_unit_test(sockaddrs),
		cmocka_unit_test(into_buffers),
		cmocka_unit_test(decimal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
