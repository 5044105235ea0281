/* Packing against the golden vectors of reference/config.md section 10 and reference/wire.md 5. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/hex.h"
#include "proto/wire/export.h"
#include "proto/wire/family.h"

enum { HEX_MAX = 4096 };

static const struct export_session ibgp = { .local_as = 65533,
	.asn4 = true,
	.ibgp = true,
	.aigp = true,
	.group_updates = true,
	.message_max = 4096,
	.families = UINT32_MAX,
	.self4_len = 4,
	.self4 = { 127, 0, 0, 1 } };

static struct export_session
ebgp(uint32_t as, bool asn4)
{
	struct export_session s = ibgp;

	s.local_as = as;
	s.asn4 = asn4;
	s.ibgp = false;
	s.aigp = false;
	return s;
}

static size_t
unhex(const char *text, uint8_t *out)
{
	char packed[2 * HEX_MAX];
	size_t n = 0;

	for (; *text != '\0'; text++)
		if (*text != ' ')
			packed[n++] = *text;
	assert_int_equal(hex_decode(packed, n, out), 0);
	return n / 2;
}

static const char *
tohex(const uint8_t *p, size_t n)
{
	static char out[8 * HEX_MAX];

	out[0] = '\0';
	for (size_t i = 0; i < n && i < HEX_MAX; i++)
		snprintf(out + 2 * i, 3, "%02x", p[i]);
	return out;
}

/* What one call packed, and how it is compared: bodies of all messages behind each other. */
struct packed {
	uint8_t bytes[256 * 1024];
	size_t len, count, largest;
	size_t done, skipped;
};
static struct packed got;

struct route {
	uint32_t family;
	const char *nexthop; /* hex, "self" or "" */
	const char *block;   /* hex */
	const char *nlri;    /* hex, several separated by '|' */
	uint8_t flags;
	bool has_path_id;
	uint32_t path_id;
};

static void
strip_headers(const uint8_t *p, size_t n)
{
	got.len = got.count = got.largest = 0;
	while (n > 0) {
		size_t len = (size_t)p[16] << 8 | p[17];

		assert_true(len >= 23 && len <= n);
		for (unsigned i = 0; i < 16; i++)
			assert_int_equal(p[i], 0xff);
		assert_int_equal(p[18], 2);
		memcpy(got.bytes + got.len, p + 19, len - 19);
		got.len += len - 19;
		got.count++;
		got.largest = len > got.largest ? len : got.largest;
		p += len;
		n -= len;
	}
}

static void
pack(const struct export_session *s, bool announce, const struct route *r)
{
	static uint8_t out[512 * 1024];
	struct wr w = wr_init(out, sizeof(out));
	uint8_t block[HEX_MAX], bytes[8][HEX_MAX];
	struct attrset set = { .flags = r->flags, .block = block };
	struct nlri nlri[8];
	size_t n = 0;
	char list[2 * HEX_MAX];
	char *save = NULL;

	set.len = (uint32_t)unhex(r->block, block);
	if (strcmp(r->nexthop, "self") == 0)
		set.nh_len = NEXTHOP_SELF;
	else
		set.nh_len = (uint8_t)unhex(r->nexthop, set.nh);
	snprintf(list, sizeof(list), "%s", r->nlri);
	for (char *one = strtok_r(list, "|", &save); one != NULL;
		one = strtok_r(NULL, "|", &save)) {
		nlri[n] = (struct nlri){ .family = r->family,
			.has_path_id = r->has_path_id,
			.path_id = r->path_id,
			.bytes = bytes[n] };
		nlri[n].len = (uint16_t)unhex(one, bytes[n]);
		n++;
	}
	if (r->family == FAMILY_NONE)
		n = 1;
	got.skipped = 0;
	got.done = (announce ? export_announce : export_withdraw)(
		&w, s, r->family, &set, nlri, n, &got.skipped);
	assert_true(wr_ok(&w));
	assert_int_equal(got.done, n);
	strip_headers(out, wr_len(&w));
}

static void
expect(const char *hex)
{
	uint8_t want[HEX_MAX];
	size_t n = unhex(hex, want);

	if (n != got.len || memcmp(want, got.bytes, n) != 0)
		print_error("want %s\ngot  %s\n", hex, tohex(got.bytes, got.len));
	assert_int_equal(n, got.len);
	assert_memory_equal(want, got.bytes, n);
}

#define V4  IPV4_UNICAST
#define V6  IPV6_UNICAST
#define NH4 "01020304"
#define ROUTE(f, nh, b, l)                                        \
	{                                                         \
		.family = f, .nexthop = nh, .block = b, .nlri = l \
	}

static const struct golden {
	struct route route;
	const char *body;
} announces[] = {
	{ ROUTE(V4, NH4, "", "180a0000"),
		"00000015400101004002004003040102030440050400000064180a0000" },
	{ ROUTE(V4, "self", "", "180a0000"),
		"00000015400101004002004003047f00000140050400000064180a0000" },
	{ ROUTE(V4, "00000000000000000000000000000001", "", "180a0000"),
		"0000002a4001010040020040050400000064800e19000101100000000000000000000000000000"
		"000100180a0000" },
	{ ROUTE(V4, NH4, "4002100201 0000fde8 0102 0000fde9 0000fdea", "180a0000"),
		"000000254001010040021002010000fde801020000fde90000fdea400304010203044005040000"
		"0064180a0000" },
	{ ROUTE(V4, NH4, "c0080c000100010002000200020002", "180a0000"),
		"00000024400101004002004003040102030440050400000064c0080c00010001000200020002000"
		"2180a0000" },
	{ ROUTE(V4, NH4, "c007080000fde801020304", "180a0000"),
		"00000020400101004002004003040102030440050400000064c007080000fde801020304180a000"
		"0" },
	{ ROUTE(V4, NH4, "801a0b01000b0000000000000064", "180a0000"),
		"00000023400101004002004003040102030440050400000064801a0b01000b0000000000000064"
		"180a0000" },
	{ ROUTE(V4, NH4, "80040400000005", "180a0000"),
		"0000001c40010100400200400304010203048004040000000540050400000064180a0000" },
	{ ROUTE(FAMILY(1, 4), NH4, "", "60000640000c800012c10a0000"),
		"0000002e400101004002004003040102030440050400000064800e1600010404010203040060000"
		"640000c800012c10a0000" },
	{ ROUTE(FAMILY(1, 128), NH4, "", "700006410000fde8000000010a0000"),
		"00000038400101004002004003040102030440050400000064800e200001800c000000000000000"
		"00102030400700006410000fde8000000010a0000" },
	{ ROUTE(FAMILY(1, 133), "", "c010088006000000000000", "0502180a0000"),
		"000000274001010040020040050400000064c010088006000000000000800e0b000185000005021"
		"80a0000" },
	{ ROUTE(FAMILY(1, 133), NH4, "c010080800000000000000", "0502180a0000"),
		"0000002b4001010040020040050400000064c010080800000000000000800e0f000185040102030"
		"4000502180a0000" },
	{ ROUTE(FAMILY(1, 134), "", "c010088006000000000000", "0d0000fde80000000102180a0000"),
		"0000002f4001010040020040050400000064c010088006000000000000800e1300018600000d000"
		"0fde80000000102180a0000" },
	{ ROUTE(FAMILY(25, 65), NH4, "", "001100000001000000010005000100080000a1"),
		"0000002d4001010040020040050400000064800e1c0019410401020304000011000000010000000"
		"10005000100080000a1" },
	{ ROUTE(FAMILY(1, 5), NH4, "", "05120000fde800000001200a00000120ef010101"),
		"00000035400101004002004003040102030440050400000064800e1d00010504010203040005120"
		"000fde800000001200a00000120ef010101" },
	{ ROUTE(FAMILY(1, 85), "0a000002", "",
		  "0100031c000000640000006420c0a800020000303909200a000001200a000101"),
		"00000041400101004002004003040a00000240050400000064800e29000155040a0000020001000"
		"31c000000640000006420c0a800020000303909200a000001200a000101" },
	{ ROUTE(FAMILY(2, 85), "a5fab890", "", "0001"),
		"000000284001010040020040050400000064800e1700025510"
		"00000000000000000000ffffa5fab890000001" },
	{ ROUTE(FAMILY(1, 73), "05060708", "", "60000000010000006401020304"),
		"000000274001010040020040050400000064800e160001490405060708006000000001000000640"
		"1020304" },
	{ ROUTE(V6, "0f1caa4e", "", "3720010db8001092"),
		"00000029400101004002004003040f1caa4e40050400000064800e11000201040f1caa4e0037200"
		"10db8001092" },
	{ ROUTE(FAMILY_NONE, "543cefba", "40050400000000 800904be5d117d", ""),
		"0000001c400101004002004003"
		"04543cefba40050400000000800904be5d117d" },
	/* Grouped, classic and in MP_REACH. */
	{ ROUTE(V4, NH4, "", "080a|1cc0000210"), "0000001540010100400200400304010203044005040000006"
						 "4080a1cc0000210" },
	{ ROUTE(V4, "20010db8000000000000000000000001", "", "100a00|180a0001|180a0002"),
		"000000314001010040020040050400000064800e200001011020010db80000000000000000000000"
		"0100100a00180a0001180a0002" },
};

static void
test_announce(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(announces) / sizeof(announces[0]); i++) {
		pack(&ibgp, true, &announces[i].route);
		expect(announces[i].body);
	}
}

static void
test_ebgp(void **state)
{
	struct export_session s = ebgp(65533, true);
	const struct route plain = ROUTE(V4, NH4, "40050400000007", "180a0000");
	const struct route big =
		ROUTE(V4, NH4, "40020a0202 fa56ea00 00000005 c00708 fa56ea0001020304", "180a0000");
	const struct route raw = { .family = V4,
		.nexthop = NH4,
		.block = "4002060201fa56ea00",
		.nlri = "180a0000",
		.flags = ATTRSET_RAW_AS_PATH };

	(void)state;
	pack(&s, true, &plain);
	expect("000000144001010040020602010000fffd40030401020304180a0000");
	s = ebgp(65001, false);
	pack(&s, true, &plain);
	expect("00000012400101004002040201fde940030401020304180a0000");
	/* AS numbers that do not fit: 23456, and the 4-byte forms directly behind. */
	pack(&s, true, &big);
	expect("0000003540010100 4002060202 5ba00005 c0110a0202fa56ea0000000005 40030401020304"
	       "c007065ba001020304 c01208fa56ea0001020304 180a0000");
	pack(&s, true, &raw);
	expect("00000014400101004002060201fa56ea0040030401020304180a0000");
	s = ebgp(4200000000u, false);
	pack(&s, true, &plain);
	expect("0000001b 40010100 40020402015ba0 c011060201fa56ea00 40030401020304 180a0000");
}

static void
test_withdraw(void **state)
{
	const struct route bare4 = ROUTE(V4, NH4, "80040400000005", "18c00002");
	const struct route bare6 = ROUTE(V6, "", "", "3020010db8aaaa");
	const struct route vpn = ROUTE(FAMILY(1, 128), "c0000209",
		"c010100002fde8000000010003fde800000001", "700000310000fde800000001c00002");
	const struct route nolabel = ROUTE(FAMILY(1, 128), "", "", "5800000001000000010a0000");

	(void)state;
	pack(&ibgp, false, &bare4);
	expect("000418c000020000");
	pack(&ibgp, false, &bare6);
	expect("0000000d800f0a0002013020010db8aaaa");
	pack(&ibgp, false, &vpn);
	expect("0000003d800f12000180700000310000fde800000001c000024001010040020040030"
	       "4c000020940050400000064c010100002fde8000000010003fde800000001");
	pack(&ibgp, false, &nolabel);
	expect("00000020800f0f0001805800000001000000010a00004001010040020040050400000064");
}

static void
test_path_id(void **state)
{
	struct export_session s = ibgp;
	struct route r = { .family = V4,
		.nexthop = NH4,
		.block = "",
		.nlri = "180a0000",
		.has_path_id = true,
		.path_id = 0x01020304 };

	(void)state;
	pack(&s, true, &r);
	expect("00000015400101004002004003040102030440050400000064180a0000");
	s.addpath_tx = UINT32_MAX;
	pack(&s, true, &r);
	expect("0000001540010100400200400304010203044005040000006401020304180a0000");
	pack(&s, false, &r);
	expect("000801020304180a00000000");
	r.has_path_id = false;
	pack(&s, true, &r);
	expect("0000001540010100400200400304010203044005040000006400000000180a0000");
	/* A family without path-ids never carries one. */
	r = (struct route){ FAMILY(1, 133), "", "", "0502180a0000", 0, true, 9 };
	pack(&s, true, &r);
	expect("0000001c4001010040020040050400000064800e0b00018500000502180a0000");
}

static void
test_link_local(void **state)
{
	struct export_session s = ibgp;
	struct route r = ROUTE(V6, "20010db8000000000000000000000009", "", "3020010db80007");

	(void)state;
	s.link_local = true;
	s.link_local_addr[0] = 0xfe;
	s.link_local_addr[1] = 0x80;
	s.link_local_addr[15] = 1;
	pack(&s, true, &r);
	expect("0000003d4001010040020040050400000064800e2c0002012020010db8000000000000000000000009"
	       "fe800000000000000000000000000001003020010db80007");
	r.nexthop = "fe800000000000000000000000000009";
	pack(&s, true, &r);
	assert_int_equal(got.len, 4 + 14 + 3 + 4 + 16 + 1 + 7);
	r.nexthop = "01020304";
	pack(&s, true, &r);
	assert_non_null(strstr(tohex(got.bytes, got.len),
		"800e200002011401020304fe800000000000000000000000000001003020010db80007"));
}

/* reference/wire.md 5.7: where messages are cut. */
static size_t
pack_many(const struct export_session *s, const struct attrset *set, size_t n, uint8_t bits)
{
	static uint8_t out[512 * 1024], bytes[4096][5];
	static struct nlri nlri[4096];
	struct wr w = wr_init(out, sizeof(out));
	size_t skipped = 0;

	for (size_t i = 0; i < n; i++) {
		bytes[i][0] = bits;
		bytes[i][1] = 10;
		bytes[i][2] = 0;
		bytes[i][3] = (uint8_t)(i >> 8);
		bytes[i][4] = (uint8_t)i;
		nlri[i] = (struct nlri){ .family = V4, .len = 5, .bytes = bytes[i] };
	}
	assert_int_equal(export_announce(&w, s, V4, set, nlri, n, &skipped), n);
	strip_headers(out, wr_len(&w));
	return skipped;
}

static void
test_split(void **state)
{
	struct export_session s = ibgp;
	struct attrset set = { .nh_len = 4, .nh = { 1, 2, 3, 4 }, .block = (const uint8_t *)"" };

	(void)state;
	assert_int_equal(pack_many(&s, &set, 4096, 30), 0);
	assert_int_equal(got.count, 6);
	assert_int_equal(got.largest, 4094);
	s.message_max = 65535;
	assert_int_equal(pack_many(&s, &set, 4096, 30), 0);
	assert_int_equal(got.count, 1);
	assert_int_equal(got.largest, 20524);
	s.message_max = 4096;
	set.nh_len = 16;
	assert_int_equal(pack_many(&s, &set, 1024, 28), 0);
	assert_int_equal(got.count, 2);
	assert_int_equal(got.largest, 4092);
	s.group_updates = false;
	assert_int_equal(pack_many(&s, &set, 100, 28), 0);
	assert_int_equal(got.count, 100);
}

static void
test_too_large(void **state)
{
	static uint8_t block[5000] = { 0xd0, 99, 0x0f, 0xa0 };
	struct attrset set = { .nh_len = 4, .block = block, .len = 4004 };
	struct export_session s = ibgp;

	(void)state;
	/* 4096 - 23 - 4025 leaves 48 bytes: nine prefixes of five. */
	assert_int_equal(pack_many(&s, &set, 18, 30), 0);
	assert_int_equal(got.count, 2);
	block[2] = 0x0f;
	block[3] = 0xd0;
	set.len = 4052;
	assert_int_equal(pack_many(&s, &set, 18, 30), 18);
	assert_int_equal(got.count, 0);
	s.message_max = 65535;
	assert_int_equal(pack_many(&s, &set, 18, 30), 0);
	assert_int_equal(got.count, 1);
}

static void
test_no_room(void **state)
{
	uint8_t out[4096 + 30];
	struct wr w = wr_init(out, sizeof(out));
	struct attrset set = { .nh_len = 4, .block = (const uint8_t *)"" };
	struct export_session s = ibgp;
	struct nlri nlri[3];
	size_t skipped = 0;

	(void)state;
	s.group_updates = false;
	for (unsigned i = 0; i < 3; i++)
		nlri[i] = (struct nlri){
			.family = V4, .len = 4, .bytes = (const uint8_t *)"\x18\x0a\x00\x00"
		};
	w.p += 4096 + 30 - 100;
	assert_int_equal(export_announce(&w, &s, V4, &set, nlri, 3, &skipped), 2);
	assert_int_equal(skipped, 0);
	assert_int_equal(wr_left(&w), 100 - 2 * 48);
	/* self without an address of that family */
	set.nh_len = NEXTHOP_SELF;
	nlri[0] = (struct nlri){ .family = V6, .len = 1, .bytes = (const uint8_t *)"" };
	assert_int_equal(export_announce(&w, &s, V6, &set, nlri, 1, &skipped), 1);
	assert_int_equal(skipped, 1);
}

static void
test_marks(void **state)
{
	uint8_t out[256];
	struct wr w = wr_init(out, sizeof(out));

	(void)state;
	export_eor(&w, V4);
	export_eor(&w, FAMILY(16388, 71));
	export_refresh(&w, V4, 1);
	export_keepalive(&w);
	assert_string_equal(tohex(out, wr_len(&w)),
		"ffffffffffffffffffffffffffffffff00170200000000"
		"ffffffffffffffffffffffffffffffff001e0200000007900f0003400447"
		"ffffffffffffffffffffffffffffffff00170500010101"
		"ffffffffffffffffffffffffffffffff001304");
}

static void
test_equal(void **state)
{
	struct export_session a = ibgp, b = ibgp;

	(void)state;
	assert_true(export_session_equal(&a, &b));
	assert_int_equal(export_session_hash(&a), export_session_hash(&b));
	b.self4[3] = 9;
	assert_false(export_session_equal(&a, &b));
	b = a;
	b.addpath_tx = 1;
	assert_false(export_session_equal(&a, &b));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_announce),
		cmocka_unit_test(test_ebgp),
		cmocka_unit_test(test_withdraw),
		cmocka_unit_test(test_path_id),
		cmocka_unit_test(test_link_local),
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_equal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
