/*
 * struct attr_builder: order, first one wins, merging, raw slots, next hops, limits; and the lists
 * it sorts, against a plain model.
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
#include "proto/wire/attr_list.h"

enum { OT = ATTR_F_OPTIONAL | ATTR_F_TRANSITIVE };

static struct attr_builder b;

static void
assert_finish(const char *hex)
{
	struct attrset set;
	struct buf got = { 0 };

	assert_int_equal(attr_builder_finish(&b, &set), 0);
	buf_hex_upper(&got, set.block, set.len);
	assert_string_equal(buf_cstr(&got), hex);
	buf_fini(&got);
}

static void
codes_ascend_and_the_first_wins(void **state)
{
	(void)state;
	attr_builder_init(&b);
	attr_builder_add(&b, ATTR_LARGE_COMMUNITY, OT, false, "\0\0\0\1\0\0\0\2\0\0\0\3", 12);
	attr_builder_add(&b, ATTR_ORIGIN, ATTR_F_TRANSITIVE, false, "\2", 1);
	attr_builder_add(&b, ATTR_ORIGIN, ATTR_F_TRANSITIVE, true, "\1", 1);
	attr_builder_add(&b, ATTR_MED, ATTR_F_OPTIONAL, false, "\0\0\0\5", 4);
	assert_finish("40010102"
		      "80040400000005"
		      "C0200C000000010000000200000003");
}

static void
empty_optional_attributes_vanish(void **state)
{
	(void)state;
	attr_builder_init(&b);
	attr_builder_add(&b, ATTR_COMMUNITY, OT, false, "", 0);
	attr_builder_add(&b, ATTR_AS_PATH, ATTR_F_TRANSITIVE, false, "", 0);
	attr_builder_add(&b, 0x63, OT, true, "", 0);
	assert_finish("400200C06300");
	attr_builder_init(&b);
	assert_finish("");
}

static void
extended_communities_merge(void **state)
{
	(void)state;
	attr_builder_init(&b);
	attr_builder_add(&b, ATTR_EXT_COMMUNITY, OT, false, "\x80\x06\0\0\0\0\0\0", 8);
	attr_builder_add(&b, ATTR_COMMUNITY, OT, false, "\0\1\0\1", 4);
	attr_builder_add(&b, ATTR_EXT_COMMUNITY, OT, false, "\0\2\0\1\0\0\0\1", 8);
	attr_builder_add(&b, ATTR_EXT_COMMUNITY, OT, false, "\0\2\0\1\0\0\0\1", 8);
	assert_finish("C0080400010001"
		      "C010180002000100000001"
		      "0002000100000001"
		      "8006000000000000");
	/* a raw one comes first: what follows is not merged into it */
	attr_builder_init(&b);
	attr_builder_add(&b, ATTR_EXT_COMMUNITY, OT, true, "\x80\x06\0\0\0\0\0\0", 8);
	attr_builder_add(&b, ATTR_EXT_COMMUNITY, OT, false, "\0\2\0\1\0\0\0\1", 8);
	assert_finish("C010088006000000000000");
}

static void
raw_slots_are_kept_as_given(void **state)
{
	struct attrset set;

	(void)state;
	attr_builder_init(&b);
	attr_builder_add(&b, ATTR_AS_PATH, ATTR_F_TRANSITIVE, true, "\2\1\xfd\xe8", 4);
	attr_builder_add(&b, ATTR_COMMUNITY, OT, true, "\0\2\0\2\0\1\0\1", 8);
	attr_builder_add(&b, 0x64, OT | ATTR_F_EXTENDED, true, "\3", 1);
	assert_int_equal(attr_builder_finish(&b, &set), 0);
	assert_int_equal(set.flags, ATTRSET_RAW_AS_PATH);
	attr_builder_init(&b);
	attr_builder_add(&b, ATTR_AGGREGATOR, OT, true, "\xfd\xe8\1\2\3\4", 6);
	assert_int_equal(attr_builder_finish(&b, &set), 0);
	assert_int_equal(set.flags, ATTRSET_RAW_AGGREGATOR);
	attr_builder_init(&b);
	attr_builder_add(&b, ATTR_COMMUNITY, OT, true, "\0\2\0\2\0\1\0\1", 8);
	attr_builder_add(&b, 0x64, OT | ATTR_F_EXTENDED, true, "\3", 1);
	assert_finish("C008080002000200010001D064000103");
}

static int
parse_words(const char *line, struct text_error *e)
{
	static struct token words[64];
	struct tokens t = { .v = words };
	int n = tokens_split(line, strlen(line), words, 64, e);

	assert_true(n > 0);
	t.n = (uint32_t)n;
	while (token_peek(&t) != NULL) {
		const struct token *k = token_next(&t);
		const struct attr_codec *row = attr_codec_by_name(k->s, k->n);

		assert_non_null(row);
		if (row->parse(&t, &b, e) == -1)
			return -1;
	}
	return 0;
}

static void
next_hop_stands_beside_the_block(void **state)
{
	static const struct {
		const char *line;
		uint8_t len, first;
	} rows[] = {
		{ "next-hop 1.2.3.4", 4, 1 },
		{ "next-hop 2001:db8::1", 16, 0x20 },
		{ "next-hop SELF", NEXTHOP_SELF, 0 },
		{ "next-hop 1.2.3.4 next-hop 5.6.7.8", 4, 5 },
		{ "attribute [ 0x03 0x40 0x09080706 ]", 4, 9 },
		{ "next-hop 1.2.3.4 attribute [ 0x03 0x40 0x09080706 ]", 4, 1 },
	};
	struct text_error e;
	struct attrset set;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		attr_builder_init(&b);
		assert_int_equal(parse_words(rows[i].line, &e), 0);
		assert_int_equal(attr_builder_finish(&b, &set), 0);
		assert_int_equal(set.len, 0);
		assert_int_equal(set.nh_len, rows[i].len);
		if (rows[i].first != 0)
			assert_int_equal(set.nh[0], rows[i].first);
	}
}

static void
too_much_is_refused(void **state)
{
	static uint8_t big[40000];
	struct attrset set;

	(void)state;
	attr_builder_init(&b);
	attr_builder_add(&b, 0x63, OT, true, big, sizeof(big));
	assert_int_equal(attr_builder_finish(&b, &set), 0);
	assert_int_equal(set.len, 4 + sizeof(big));
	attr_builder_init(&b);
	attr_builder_add(&b, 0x63, OT, true, big, sizeof(big));
	attr_builder_add(&b, 0x64, OT, true, big, sizeof(big));
	assert_int_equal(attr_builder_finish(&b, &set), -1);
	/* values fit, the block does not */
	attr_builder_init(&b);
	attr_builder_add(&b, 0x63, OT, true, big, 32766);
	attr_builder_add(&b, 0x64, OT, true, big, 32766);
	assert_int_equal(attr_builder_finish(&b, &set), -1);
	/* one slot too many */
	attr_builder_init(&b);
	for (int i = 0; i <= ATTR_BUILDER_MAX; i++)
		attr_builder_add(&b, (uint8_t)(100 + i), OT, true, "x", 1);
	assert_int_equal(attr_builder_finish(&b, &set), -1);
	/* and it can be used again */
	attr_builder_init(&b);
	attr_builder_add(&b, ATTR_ORIGIN, ATTR_F_TRANSITIVE, false, "\0", 1);
	assert_finish("40010100");
}

static int
compare_model(const void *x, const void *y)
{
	return memcmp(x, y, 12);
}

static void
lists_sort_like_a_model(void **state)
{
	static uint8_t list[12 * 300], model[12 * 300];
	uint32_t seed = 1;

	(void)state;
	for (size_t count = 0; count <= 300; count = count * 2 + 1) {
		for (size_t i = 0; i < count * 12; i++) {
			seed = seed * 1103515245 + 12345;
			list[i] = model[i] = (uint8_t)(i % 12 < 11 ? 0 : seed >> 16 & 63);
		}
		qsort(model, count, 12, compare_model);
		attr_list_sort(list, count, 12);
		assert_memory_equal(list, model, count * 12);
		size_t kept = attr_list_unique(list, count, 12);
		assert_true(kept <= 64 && kept <= count);
		for (size_t i = 1; i < kept; i++)
			assert_true(memcmp(list + (i - 1) * 12, list + i * 12, 12) < 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_ascend_and_the_first_wins),
		cmocka_unit_test(empty_optional_attributes_vanish),
		cmocka_unit_test(extended_communities_merge),
		cmocka_unit_test(raw_slots_are_kept_as_given),
		cmocka_unit_test(next_hop_stands_beside_the_block),
		cmocka_unit_test(too_much_is_refused),
		cmocka_unit_test(lists_sort_like_a_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
