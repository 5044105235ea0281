/*
 * Attributes: grammar to bytes (reference/config.md section 10, wire.md section 7), what the
 * grammar refuses, and text that reads back to the same bytes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "proto/text/token.h"
#include "proto/wire/attr.h"

enum { WORDS = 512 };

static struct attr_builder builder;
static const struct attr_context context = {
	.asn4 = true, .ibgp = true, .aigp = true, .generic = true
};

/* "keyword words… keyword words…" into the builder; 0 or -1 with e. */
static int
parse_line(const char *line, struct attrset *set, struct text_error *e)
{
	static struct token words[WORDS];
	int n = tokens_split(line, strlen(line), words, WORDS, e);
	struct tokens t = { .v = words };

	if (n < 0)
		return -1;
	t.n = (uint32_t)n;
	attr_builder_init(&builder);
	while (token_peek(&t) != NULL) {
		const struct token *k = token_peek(&t);
		const struct attr_codec *row = attr_codec_by_name(k->s, k->n);

		if (row == NULL || row->parse == NULL)
			return text_error_expected(e, &t, "an attribute");
		t.pos++;
		if (row->parse(&t, &builder, e) == -1)
			return -1;
	}
	return attr_builder_finish(&builder, set);
}

static void
assert_block(const char *line, const char *hex)
{
	struct attrset set;
	struct text_error e = { 0 };
	struct buf got = { 0 };

	if (parse_line(line, &set, &e) == -1)
		fail_msg("%s: %s", line, e.text);
	buf_hex_upper(&got, set.block, set.len);
	assert_string_equal(buf_cstr(&got), hex);
	buf_fini(&got);
}

static const struct {
	const char *line, *hex;
} golden[] = {
	{ "origin igp", "40010100" },
	{ "origin EGP", "40010101" },
	{ "origin incomplete", "40010102" },
	{ "as-path 65000", "4002060201"
			   "0000FDE8" },
	{ "as-path [ 1 2 ] ( 3 4 ) [ 5 ]", "40021A"
					   "02020000000100000002"
					   "01020000000300000004"
					   "020100000005" },
	{ "as-path [ 65000 ] ( 65001 65002 )", "400210"
					       "02010000FDE8"
					       "01020000FDE90000FDEA" },
	{ "as-path [65000, 65001]", "40020A"
				    "02020000FDE80000FDE9" },
	{ "as-path [ ]", "400200" },
	{ "as-path [ 4200000000 1.10 ]", "40020A"
					 "0202FA56EA000001000A" },
	{ "med 4294967295", "800404FFFFFFFF" },
	{ "local-preference 0", "40050400000000" },
	{ "atomic-aggregate", "400600" },
	{ "aggregator ( 65000:1.2.3.4 )", "C007080000FDE801020304" },
	{ "aggregator (4200000000:1.2.3.4)", "C00708FA56EA0001020304" },
	{ "aggregator 1.10:1.2.3.4", "C007080001000A01020304" },
	{ "community [ 2:2 1:1 2:2 ]", "C0080C000100010002000200020002" },
	{ "community [ 1:2 1:2 no-export 1:1 ]", "C00810"
						 "00010001"
						 "00010002"
						 "00010002"
						 "FFFFFF01" },
	{ "community no_export", "C00804FFFFFF01" },
	{ "community NO-ADVERTISE", "C00804FFFFFF02" },
	{ "community [ no-export-subconfed nopeer no-peer blackhole ]", "C00810"
									"FFFF029A"
									"FFFFFF03"
									"FFFFFF04"
									"FFFFFF04" },
	{ "community [ local-as graceful-shutdown accept-own llgr-stale no-llgr ]", "C00814"
										    "FFFF0000"
										    "FFFF0001"
										    "FFFF0006"
										    "FFFF0007"
										    "FFFFFF03" },
	{ "community 0x10002", "C0080400010002" },
	{ "community 65538", "C0080400010002" },
	{ "community [ ]", "" },
	{ "originator-id 9.9.9.9", "80090409090909" },
	{ "cluster-list [ 1.2.3.4 5.6.7.8 ]", "800A080102030405060708" },
	{ "cluster-list 1.1.1.1", "800A0401010101" },
	{ "aigp 0x64", "801A0B01000B0000000000000064" },
	{ "aigp 255", "801A0B01000B00000000000000FF" },
	{ "large-community [ 4:5:6 1:2:3 ]", "C02018"
					     "000000010000000200000003"
					     "000000040000000500000006" },
	{ "large-community [ 3:2:1 1:2:3 3:2:1 ]", "C02018"
						   "000000010000000200000003"
						   "000000030000000200000001" },
	{ "large-community 12345", "C0200C"
				   "000000000000000000003039" },
	{ "large-community 0x000000010000000200000003", "C0200C"
							"000000010000000200000003" },
	{ "otc 64500", "C023040000FBF4" },
	{ "attribute [ 0x20 0xc0 0x00000001 ]", "C0200400000001" },
	{ "attribute [0x04 0x80 0x00000064]", "80040400000064" },
	{ "attribute [ 0x64 0xd0 0x03 ]", "D064000103" },
	{ "attribute [ 0x63 0x40 0x01 ] attribute [ 0x62 0xc0 0x02 ] attribute [ 0x64 0xd0 0x03 ]",
		"C0620102"
		"40630101"
		"D064000103" },
	{ "attribute [ 0x63 0xc0 0x ]", "C06300" },
	{ "extended-community target:65000:1", "C01008"
					       "0002FDE800000001" },
	{ "extended-community target:1.2.3.4:1", "C01008"
						 "0102010203040001" },
	{ "extended-community target:70000:1", "C01008"
					       "0102000111700001" },
	{ "extended-community origin:65000:1", "C01008"
					       "0003FDE800000001" },
	{ "extended-community bandwidth:65000:12500000", "C01008"
							 "4004FDE84B3EBC20" },
	{ "extended-community l2info:19:0:1500:111", "C01008"
						     "800A130005DC006F" },
	{ "extended-community target:1000:10.10.10.10", "C01008"
							"000203E80A0A0A0A" },
	{ "extended-community target:11723L:12728", "C01008"
						    "010200002DCB31B8" },
	{ "extended-community origin:20411:14.182.26.35", "C01008"
							  "00034FBB0EB61A23" },
	{ "extended-community 0x0002FDE800000001", "C01008"
						   "0002FDE800000001" },
	{ "extended-community [ target:4200000000:5 origin:4200000000:5 bandwidth:65000:1000 "
	  "l2info:19:0:1500:111 redirect:65000:9 redirect-to-nexthop mup:1:2 target:1.2.3.4:5 "
	  "origin:1.2.3.4:5 65000:5 ]",
		"C01050"
		"0002FDE800000005"
		"0102010203040005"
		"0102FA56EA000005"
		"0103010203040005"
		"0103FA56EA000005"
		"0800000000000000"
		"0C00000100000002"
		"4004FDE8447A0000"
		"8008FDE800000009"
		"800A130005DC006F" },
	{ "extended-community target:2:2 extended-community target:1:1", "C01010"
									 "0002000100000001"
									 "0002000200000002" },
	{ "bgp-prefix-sid [ 450928 ]", "C0280A"
				       "010007000000"
				       "0006E170" },
	{ "bgp-prefix-sid [ 551950, [ ( 2747941,6043189 ) ] ]", "C02815"
								"01000700000000086C0E"
								"0300080000"
								"29EE255C3635" },
	{ "bgp-prefix-sid [ 300, [ ( 800000,100 ), ( 1000000,5000 ) ] ]", "C0281B"
									  "0100070000000000012C"
									  "03000E0000"
									  "0C3500000064"
									  "0F4240001388" },
	{ "bgp-prefix-sid-srv6 ( l3-service 2001:db8::af53:0:0:8092 0x48 )",
		"C0281C"
		"0500190001001500"
		"20010DB800000000AF53000000008092"
		"00004800" },
	{ "bgp-prefix-sid-srv6 ( l3-service 2001:db8::1 )", "C0281C"
							    "0500190001001500"
							    "20010DB8000000000000000000000001"
							    "00FFFF00" },
	{ "bgp-prefix-sid-srv6 ( l3-service 2001:db8::1 0x48 [64,24,16,0,0,0] )",
		"C02825"
		"0500220001001E00"
		"20010DB8000000000000000000000001"
		"00004800"
		"010006401810000000" },
	{ "bgp-prefix-sid-srv6 ( l2-service 2001:db8::1 0xdc48 [32,16,16,0,0,0] )",
		"C02825"
		"0600220001001E00"
		"20010DB8000000000000000000000001"
		"00DC4800"
		"010006201010000000" },
	/* order, and who wins */
	{ "med 5 med 6", "80040400000005" },
	{ "med 5 attribute [ 0x04 0x80 0x00000006 ]", "80040400000005" },
	{ "community 1:1 community 2:2", "C0080400010001" },
	{ "large-community 1:1:1 local-preference 1 origin igp", "40010100"
								 "40050400000001"
								 "C0200C000000010000000100000001" },
	{ "aggregator ( 4200000000:1.2.3.4 ) atomic-aggregate originator-id 9.9.9.9 cluster-list [ "
	  "1.1.1.1 2.2.2.2 ] aigp 255 med 4294967295 local-preference 0 origin incomplete",
		"40010102"
		"800404FFFFFFFF"
		"40050400000000"
		"400600"
		"C00708FA56EA0001020304"
		"80090409090909"
		"800A080101010102020202"
		"801A0B01000B00000000000000FF" },
};

static void
grammar_gives_golden_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(golden) / sizeof(golden[0]); i++)
		assert_block(golden[i].line, golden[i].hex);
}

static const char *const refused[] = {
	"origin",
	"origin foo",
	"med",
	"med -1",
	"med 4294967296",
	"med abc",
	"local-preference 1x",
	"as-path",
	"as-path abc",
	"as-path [ 1 ( 2 3 ) ]",
	"as-path [ 65000",
	"as-path [ 4294967296 ]",
	"as-path [ 1.65536 ]",
	"as-path [ 1.2.3 ]",
	"as-path 65000 65001",
	"aggregator ( 65000:1.2.3.4",
	"aggregator 65000",
	"aggregator 65000:1.2.3",
	"community 65536:1",
	"community 1:65536",
	"community :1",
	"community 1:",
	"community 1:2:3",
	"community [ 1:1, 2:2 ]",
	"community no_export_subconfed",
	"community 4294967296",
	"community 0x100000000",
	"community [ 1:1",
	"large-community 1:2",
	"large-community 1:2:3:4",
	"large-community 4294967296:1:1",
	"large-community 79228162514264337593543950336",
	"originator-id 1.2.3",
	"originator-id ::1",
	"cluster-list [ ]",
	"cluster-list [ 1.2.3.4, 1.2.3.5 ]",
	"aigp -1",
	"aigp 18446744073709551616",
	"aigp 0x10000000000000000",
	"otc 4294967296",
	"attribute [ 0x100 0xc0 0x01 ]",
	"attribute [ 0x63 0x1c0 0x01 ]",
	"attribute [ 0x63 0xc0 0x1 ]",
	"attribute [ 0x63 0xc0 01 ]",
	"attribute [ 0x63 0xc0 ]",
	"attribute 0x63 0xc0 0x01",
	"attribute [ 0x63 0xc0 0x0g ]",
	"attribute [ 0x0e 0x80 0x00 ]",
	"attribute [ 0x0f 0x80 0x00 ]",
	"attribute [ 0x03 0x40 0x01 ]",
	"next-hop",
	"next-hop me",
	"next-hop 1.2.3",
	"next-hop fe80::1%eth0",
	"extended-community copy-to-nexthop",
	"extended-community rate-limit:9600",
	"extended-community encapsulation:vxlan",
	"extended-community target:1",
	"extended-community TARGET:1:1",
	"extended-community target:65536:65536",
	"extended-community target:1:4294967296",
	"extended-community redirect:65536:1",
	"extended-community redirect:1.2.3.4:1",
	"extended-community l2info:19:0:1500",
	"extended-community l2info:256:0:1500:1",
	"extended-community bandwidth:1:1.5",
	"extended-community mup:65536:1",
	"extended-community 0x0002FDE8000001",
	"extended-community 0x0002FDE80000001",
	"extended-community 0x0002FDE80000000100",
	"extended-community target4:4294967296:1",
	"bgp-prefix-sid [ ]",
	"bgp-prefix-sid [ 4294967296 ]",
	"bgp-prefix-sid [ 1, [ ( 16777216,1 ) ] ]",
	"bgp-prefix-sid [ 1, [ ( 1,1 )",
	"bgp-prefix-sid [ 1",
	"bgp-prefix-sid-srv6 ( l4-service 2001:db8::1 )",
	"bgp-prefix-sid-srv6 ( l3-service 1.2.3.4 )",
	"bgp-prefix-sid-srv6 ( l3-service 2001:db8::1 65536 )",
	"bgp-prefix-sid-srv6 ( l3-service 2001:db8::1 1 [ 1 2 3 4 5 6 ] )",
	"bgp-prefix-sid-srv6 ( l3-service 2001:db8::1 1 [ 1,2,3,4,5,256 ] )",
	"bgp-prefix-sid-srv6 ( l3-service 2001:db8::1 1",
};

static void
grammar_refuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct attrset set;
		struct text_error e = { 0 };

		if (parse_line(refused[i], &set, &e) == 0)
			fail_msg("accepted: %s", refused[i]);
		if (e.text[0] == '\0')
			fail_msg("no message: %s", refused[i]);
	}
}

static void
errors_point_at_the_word(void **state)
{
	struct attrset set;
	struct text_error e = { 0 };

	(void)state;
	assert_int_equal(parse_line("as-path [ 1 x ]", &set, &e), -1);
	assert_int_equal(e.col, 13);
	assert_non_null(strstr(e.text, "an AS number (0-4294967295)"));
	assert_non_null(strstr(e.text, "\"x\""));
}

/* Printed text reads back to the same block, where the text form is also the grammar. */
static void
text_reads_back(void **state)
{
	static const char *const lines[] = {
		" origin egp",
		" med 7 local-preference 9 atomic-aggregate",
		" aggregator ( 4200000000:1.2.3.4 )",
		" community [ 1:2 blackhole no-export ]",
		" community 1:2",
		" originator-id 1.2.3.4",
		" cluster-list [ 1.2.3.4 1.2.3.4 ]",
		" extended-community [ target:1:2 target:1.2.3.4:5 redirect-to-nexthop mup:1:2 ]",
		" extended-community [ redirect:1:2 l2info:1:2:3:4 ]",
		" large-community [ 1:2:3 4294967295:0:1 ]",
		" aigp 0x00000000000000ff",
		" bgp-prefix-sid [ 300, [ ( 800000,5000 ), ( 1000000,5000 ) ] ]",
		" attribute [ 0x63 0xC0 0x0102ff ]",
		" attribute [ 0x23 0xC0 0x0000fbf4 ]",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct attrset set = { 0 };
		struct text_error e = { 0 };
		struct buf out = { 0 };

		if (parse_line(lines[i], &set, &e) == -1) {
			fail_msg("%s: %s", lines[i], e.text);
			return;
		}
		attrs_text(&out, set.block, set.len, &context);
		assert_string_equal(buf_cstr(&out), lines[i]);
		buf_fini(&out);
	}
}

static void
rows_are_consistent(void **state)
{
	size_t n;
	const struct attr_codec *const *rows = attr_codecs(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			assert_true(rows[i - 1]->code <= rows[i]->code);
		if (rows[i]->name != NULL)
			assert_ptr_equal(
				attr_codec_by_name(rows[i]->name, strlen(rows[i]->name)), rows[i]);
		assert_true((rows[i]->json == NULL) == (rows[i]->text == NULL));
		if (rows[i]->json != NULL)
			assert_non_null(rows[i]->json_name);
	}
	assert_null(attr_codec(0));
	assert_null(attr_codec(255));
	assert_null(attr_codec_by_name("med ", 4));
	assert_null(attr_codec_by_name("me", 2));
	assert_null(attr_codec_by_name("", 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grammar_gives_golden_bytes),
		cmocka_unit_test(grammar_refuses),
		cmocka_unit_test(errors_point_at_the_word),
		cmocka_unit_test(text_reads_back),
		cmocka_unit_test(rows_are_consistent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
