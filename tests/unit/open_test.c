/* OPEN messages: byte vectors of reference/wire.md 2.5, the errors of 3.1 and 3.2. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/wire/message.h"
#include "proto/wire/open.h"
#include "tests/unit/wire_hex.h"

enum { ROUTER_ID = 0x0a000002 };

/* Families by number, ascending; the defaults of a configuration. */
static struct capability_config
config(const uint32_t *families, unsigned n)
{
	struct capability_config c = {
		.asn4 = true, .extended_message = true, .graceful_restart = -1, .n_families = n
	};

	memcpy(c.families, families, n * sizeof(*families));
	return c;
}

static void
expect(const struct capability_config *c, uint32_t as, uint16_t hold, const char *hex)
{
	uint8_t caps[4096], got[4096], want[4096];
	struct wr list = wr_init(caps, sizeof(caps));
	struct wr w = wr_init(got, sizeof(got));

	capability_list(&list, c, as);
	assert_true(wr_ok(&list));
	open_encode(&w, as, hold, ROUTER_ID, caps, wr_len(&list));
	assert_true(wr_ok(&w));
	size_t n = wire_hex(hex, want, sizeof(want));
	assert_int_equal(wr_len(&w) - 16, n);
	assert_memory_equal(got + 16, want, n);

	struct open o;
	struct wire_error err;
	assert_int_equal(open_decode(got + 19, wr_len(&w) - 19, &o, &err), 0);
	assert_int_equal(o.n_families, c->n_families);
	assert_int_equal(o.hold_time, hold);
	assert_int_equal(o.router_id, ROUTER_ID);
}

static const uint32_t v4[] = { IPV4_UNICAST };
static const uint32_t v4v6[] = { IPV4_UNICAST, IPV6_UNICAST };

static void
plain(void **state)
{
	struct capability_config c = config(v4, 1);

	(void)state;
	expect(&c, 65533, 180,
		"0031 01 04 FFFD 00B4 0A000002 14 0206010400010001 020641040000FFFD 02020600");
	expect(&c, 4200000000, 180,
		"0031 01 04 5BA0 00B4 0A000002 14 0206010400010001 02064104FA56EA00 02020600");
	expect(&c, 65533, 0,
		"0031 01 04 FFFD 0000 0A000002 14 0206010400010001 020641040000FFFD 02020600");
	c.asn4 = false;
	expect(&c, 4200000000, 180, "0029 01 04 5BA0 00B4 0A000002 0C 0206010400010001 02020600");
}

static void
no_capability(void **state)
{
	struct capability_config c = { .graceful_restart = -1 };

	(void)state;
	expect(&c, 1, 90, "001D 01 04 0001 005A 0A000002 00");
}

static void
switches(void **state)
{
	struct capability_config c = config(v4, 1);

	(void)state;
	c.graceful_restart = 30;
	expect(&c, 65533, 30,
		"003B 01 04 FFFD 001E 0A000002 1E 0206010400010001 020641040000FFFD 02084006 801E "
		"00010180 02020600");
	c = config(v4, 1);
	c.route_refresh = true;
	c.extended_message = false;
	strcpy(c.hostname, "a");
	expect(&c, 65533, 180,
		"003C 01 04 FFFD 00B4 0A000002 1F 0206010400010001 020641040000FFFD 02020200 "
		"02024600 02054903 016100");
	c = config(v4, 1);
	c.multisession = true;
	expect(&c, 65533, 180,
		"003B 01 04 FFFD 00B4 0A000002 1E 0206010400010001 020641040000FFFD 02020600 "
		"02034401 00 02034401 01");
}

static void
add_path(void **state)
{
	static const uint32_t three[] = { IPV4_UNICAST, FAMILY(1, 133), IPV6_UNICAST };
	struct capability_config c = config(three, 3);

	(void)state;
	c.add_path = 2;
	c.add_path_families = UINT32_MAX;
	expect(&c, 65533, 180,
		"004D 01 04 FFFD 00B4 0A000002 30 0206010400010001 0206010400010085 "
		"0206010400020001 020641040000FFFD 020A4508 00010102 00020102 02020600");
	c = config(v4v6, 2);
	c.add_path = 1;
	c.add_path_families = UINT32_MAX;
	c.n_paths_limit = 2;
	c.paths_limit[0].family = IPV4_UNICAST;
	c.paths_limit[0].limit = 300;
	c.paths_limit[1].family = IPV6_UNICAST;
	c.paths_limit[1].limit = 2;
	expect(&c, 65533, 180,
		"0053 01 04 FFFD 00B4 0A000002 36 0206010400010001 0206010400020001 "
		"020641040000FFFD 020A4508 00010101 00020101 020C4C0A 000101012C 0002010002 "
		"02020600");
}

static void
nexthop(void **state)
{
	struct capability_config c = config(v4v6, 2);

	(void)state;
	c.nexthop = true;
	c.nexthop_families = family_bit(IPV4_UNICAST) | family_bit(IPV6_UNICAST);
	expect(&c, 65533, 180,
		"0043 01 04 FFFD 00B4 0A000002 26 0206010400010001 0206010400020001 "
		"020641040000FFFD 02080506 00010001 0002 02020600");
	c.nexthop_families = 0;
	expect(&c, 65533, 180,
		"003D 01 04 FFFD 00B4 0A000002 20 0206010400010001 0206010400020001 "
		"020641040000FFFD 02020500 02020600");
}

static void
all_switches(void **state)
{
	static const uint32_t many[] = { FAMILY(1, 1), FAMILY(1, 2), FAMILY(1, 4), FAMILY(1, 5),
		FAMILY(1, 73), FAMILY(1, 85), FAMILY(1, 128), FAMILY(1, 133), FAMILY(1, 134),
		FAMILY(2, 1), FAMILY(2, 4), FAMILY(2, 128), FAMILY(25, 65), FAMILY(25, 70),
		FAMILY(16388, 71), FAMILY(16388, 72) };
	struct capability_config c = config(many, 16);

	(void)state;
	c.nexthop = c.route_refresh = c.operational = c.software_version = true;
	c.link_local_nexthop = true;
	c.nexthop_families = family_bit(FAMILY(1, 1)) | family_bit(FAMILY(1, 128));
	c.add_path = 3;
	c.add_path_families =
		family_bit(FAMILY(1, 1)) | family_bit(FAMILY(2, 1)) | family_bit(FAMILY(1, 85));
	c.n_paths_limit = 1;
	c.paths_limit[0].family = IPV4_UNICAST;
	c.paths_limit[0].limit = 7;
	c.graceful_restart = 1200;
	strcpy(c.hostname, "hosty");
	strcpy(c.domain, "example.org");
	strcpy(c.version, "ExaBGP/5.0.0-0+test");
	expect(&c, 65533, 90,
		"0175 01 04 FFFD 005A 0A000002 FFFF 0155"
		"020006 010400010001  020006 010400010002  020006 010400010004  020006 "
		"010400010005  020006 010400010049"
		"020006 010400010055  020006 010400010080  020006 010400010085  020006 "
		"010400010086  020006 010400020001"
		"020006 010400020004  020006 010400020080  020006 010400190041  020006 "
		"010400190046  020006 010440040047"
		"020006 010440040048"
		"020006 41040000FFFD"
		"02000E 050C 000100010002 000100800002"
		"02000E 450C 00010103 00020103 00015503"
		"020007 4C05 0001010007"
		"020044 4042 84B0 00010180 00010280 00010480 00010580 00014980 00015580 00018080 "
		"00018580 00018680"
		"00020180 00020480 00028080 00194180 00194680 40044780 40044880"
		"020002 0200   020002 4600   020002 B900   020002 0600"
		"020014 4912 05 686F737479 0B 6578616D706C652E6F7267"
		"020016 4B14 13 4578614247502F352E302E302D302B74657374"
		"020002 4D00");
}

static void
errors(void **state)
{
	static const struct {
		const char *hex;
		uint8_t code, subcode;
		const char *text;
	} rows[] = {
		{ "03 FFFD 00B4 0A000002 00", 2, 1, "unsupported version: 3" },
		{ "04 FFFD 00B4 0A000002 10 0206", 2, 0,
			"OPEN parameters truncated: need 17 bytes, got 3" },
		{ "04 FFFD 00B4 0A000002 FFFF001D 000000000000000000", 2, 0,
			"OPEN extended parameters truncated: need 33 bytes, got 13" },
		{ "04 FFFD 00B4 0A000002 FFFF00", 2, 0,
			"OPEN extended parameters too short: need 4 bytes, got 3" },
		{ "04 FFFD 00B4 0A000002 FF02", 2, 0,
			"OPEN parameters truncated: need 256 bytes, got 2" },
		{ "04 FFFD 00B4 0A000002 01 02", 2, 0, "Bad length for OPEN parameter (<2) 0x02" },
		{ "04 FFFD 00B4 0A000002 04 02090000", 2, 0,
			"Bad length for OPEN parameter (buffer underrun) 0x02090000" },
		{ "04 FFFD 00B4 0A000002 03 020101", 2, 0,
			"Bad length for OPEN capability (<2) 0x01" },
		{ "04 FFFD 00B4 0A000002 04 02020109", 2, 0,
			"Bad length for OPEN capability (buffer underrun) 0x0109" },
		{ "04 FFFD 00B4 0A000002 FFFF0002 0200", 2, 0,
			"Bad length for OPEN (extended) parameter (<3) 0x0200" },
		{ "04 FFFD 00B4 0A000002 FFFF0003 020009", 2, 0,
			"Bad length for OPEN (extended) parameter (buffer underrun) 0x020009" },
		{ "04 FFFD 00B4 0A000002 03 010100", 2, 5,
			"Authentication Notification (Deprecated)" },
		{ "04 FFFD 00B4 0A000002 03 030100", 2, 0, "Unknow OPEN parameter 0x3" },
		{ "04 FFFD 00B4 0A000002 07 02050103000100", 2, 0,
			"MultiProtocol capability too short: need 4 bytes, got 3" },
		{ "04 FFFD 00B4 0A000002 09 020705050001000100", 2, 0,
			"NextHop capability truncated: need 6 bytes per entry, got 5" },
		{ "04 FFFD 00B4 0A000002 05 0203400180", 2, 0,
			"Graceful Restart capability too short: need 2 bytes minimum, got 1" },
		{ "04 FFFD 00B4 0A000002 09 02074005 0000000101", 2, 0,
			"Graceful Restart capability truncated: need 4 bytes per family, got 3" },
		{ "04 FFFD 00B4 0A000002 07 0205 4103 000001", 2, 0,
			"AS4 capability must be 2 or 4 bytes long, got 3" },
		{ "04 FFFD 00B4 0A000002 07 0205 4503 000101", 2, 0,
			"ADD-PATH capability truncated: need 4 bytes per entry, got 3" },
		{ "04 FFFD 00B4 0A000002 04 0202 4900", 2, 0,
			"Hostname capability too short: need at least 1 byte" },
		{ "04 FFFD 00B4 0A000002 07 0205 4903 066161", 2, 0,
			"Hostname capability truncated: need 7 bytes for hostname, got 3" },
		{ "04 FFFD 00B4 0A000002 08 0206 4904 01610561", 2, 0,
			"Hostname capability truncated: need 8 bytes total, got 4" },
		{ "04 FFFD 00B4 0A000002 04 0202 4B00", 2, 0,
			"Software capability too short: need at least 1 byte" },
		{ "04 FFFD 00B4 0A000002 07 0205 4B03 056161", 2, 0,
			"Software capability truncated: need 6 bytes, got 3" },
		{ "04 FFFD 00B4 0A000002 08 0206 4C04 00010100", 2, 0,
			"PATHS-LIMIT capability truncated: need 5 bytes per entry, got 4" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t body[512];
		size_t n = wire_hex(rows[i].hex, body, sizeof(body));
		struct open o;
		struct wire_error err = { 0 };

		assert_int_equal(open_decode(body, n, &o, &err), -1);
		err.data[err.len] = '\0';
		assert_string_equal((char *)err.data, rows[i].text);
		assert_int_equal(err.code, rows[i].code);
		assert_int_equal(err.subcode, rows[i].subcode);
	}
}

static void
tolerated(void **state)
{
	uint8_t body[512];
	struct open o;

	(void)state;
	/* Excess after the parameters; duplicates; a mode out of range; an unknown capability. */
	size_t n = wire_hex("04 FFFD 00B4 0A000002 22"
			    "020C 010400010001 010400010001"
			    "020A 4508 00010107 00010102"
			    "0206 6304 01020304 AABB",
		body, sizeof(body));
	body[9] = (uint8_t)(n - 12);
	assert_int_equal(open_decode(body, n, &o, NULL), 0);
	assert_int_equal(o.n_families, 1);
	assert_int_equal(o.n_add_path, 1);
	assert_int_equal(o.add_path[0].mode, 2);
	assert_true(open_has(&o, 0x63));
	assert_int_equal(o.n_caps, 4);
	assert_int_equal(o.caps[3].len, 4);
	/* A second graceful restart capability replaces the first; limit 0 is skipped. */
	n = wire_hex("04 FFFD 00B4 0A000002 1E"
		     "0208 4006 8078 00010180 0204 4002 0005"
		     "020C 4C0A 0001010000 0002010009",
		body, sizeof(body));
	assert_int_equal(open_decode(body, n, &o, NULL), 0);
	assert_int_equal(o.n_restart, 0);
	assert_int_equal(o.restart_time, 5);
	assert_int_equal(o.n_paths_limit, 1);
	assert_int_equal(o.paths_limit[0].limit, 9);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain),
		cmocka_unit_test(no_capability),
		cmocka_unit_test(switches),
		cmocka_unit_test(add_path),
		cmocka_unit_test(nexthop),
		cmocka_unit_test(all_switches),
		cmocka_unit_test(errors),
		cmocka_unit_test(tolerated),
	};

	return cmocka_run_group_tests_name("open", tests, NULL, NULL);
}
