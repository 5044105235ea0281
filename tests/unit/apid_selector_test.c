/* Selectors of both versions, visibility, the cache, and the fast path behind it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/apid_util.h"

static const char conf[] = "process h1 { run /bin/true; encoder json; }\n"
			   "process h2 { run /bin/true; }\n" //
	UTIL_NEIGHBOR("10.0.0.1", "api { processes [ h1 ]; }")
		UTIL_NEIGHBOR("10.0.0.10", "api { processes [ h1 ]; }")
			UTIL_NEIGHBOR("10.0.0.2", "api { processes-match [ \"h[12]\" ]; }")
				UTIL_NEIGHBOR("10.0.0.3", "api { processes [ h2 ]; }")
					UTIL_NEIGHBOR("10.0.0.4", "");

/* The neighbors as last digits of their addresses; "-" when the selector is malformed. rest: the
 * word after it. */
static const char *
selected(struct apid *a, const char *helper, const char *text, bool v4, const char *rest)
{
	static char out[64];
	struct client *c = &helper_find(a, helper)->client;
	struct token words[64];
	struct text_error e;
	int n = tokens_split(text, strlen(text), words, 64, &e);
	struct tokens t = { .v = words, .n = (uint32_t)n };
	const struct selection *s = selector_parse(c, &t, v4);
	size_t used = 0;

	assert_true(n > 0);
	if (s == NULL)
		return "-";
	for (uint32_t i = 0; i < s->n; i++) {
		const char *dot = strrchr(neighbor_find(&a->neighbors, s->ids[i])->peer_text, '.');

		used += (size_t)snprintf(out + used, sizeof(out) - used, "%s ", dot + 1);
	}
	out[used] = '\0';
	assert_true(token_is(token_peek(&t), rest));
	return out;
}

static void
version_6(void **state)
{
	struct apid *a = util_apid(conf, 6);

	(void)state;
	assert_string_equal(selected(a, "h1", "* announce", false, "announce"), "1 10 2 ");
	assert_string_equal(selected(a, "h2", "* announce", false, "announce"), "2 3 ");
	assert_string_equal(selected(a, "h1", "10.0.0.1 x", false, "x"), "1 ");
	assert_string_equal(selected(a, "h1", "10.0.0.3 x", false, "x"), "");
	assert_string_equal(
		selected(a, "h1", "10.0.0.1 local-as 65000 peer-as 65001 x", false, "x"), "1 ");
	assert_string_equal(selected(a, "h1", "10.0.0.1 local-as 6500 x", false, "x"), "");
	assert_string_equal(selected(a, "h1", "10.0.0.1 router-id 1.2.3.4 family-allowed in-open x",
				    false, "x"),
		"1 ");
	assert_string_equal(
		selected(a, "h1", "[10.0.0.1,10.0.0.2 peer-as 65001] x", false, "x"), "1 2 ");
	assert_string_equal(selected(a, "h1", "[ * ] x", false, "x"), "1 10 2 ");
	assert_string_equal(selected(a, "h1", "10.0.0.1 , 10.0.0.2 x", false, ","), "1 ");
	assert_string_equal(selected(a, "h1", "[ , ] x", false, "x"), "-");
	assert_string_equal(selected(a, "h1", "10.0.0.1 local-as", false, "x"), "-");
	util_free(a);
}

static void
version_4(void **state)
{
	struct apid *a = util_apid(conf, 4);

	(void)state;
	assert_string_equal(selected(a, "h1", "10.0.0.1 announce", true, "announce"), "1 ");
	assert_string_equal(selected(a, "h1", "10.0.0.1, neighbor 10.0.0.2 x", true, "x"), "1 2 ");
	assert_string_equal(
		selected(a, "h1", "10.0.0.1 local-as 1, peer 10.0.0.2 local-as 65000 x", true, "x"),
		"2 ");
	assert_string_equal(selected(a, "h1", "* local-as 1 x", true, "x"), "1 10 2 ");
	assert_string_equal(selected(a, "h1", "[ 10.0.0.1 , 10.0.0.10 ] x", true, "x"), "1 10 ");
	assert_string_equal(selected(a, "h1", "10.0.0.1, 10.0.0.2 x", true, "x"), "-");
	util_free(a);
}

static void
what_starts_a_selector(void **state)
{
	static const char *const yes[] = { "*", "[", "10.0.0.1", "2001:db8::1", "host.name" };
	static const char *const no[] = { "list", "show", "create", "hostname" };
	struct token k = { 0 };

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		k.s = yes[i];
		k.n = (uint32_t)strlen(yes[i]);
		assert_true(selector_starts(&k));
	}
	for (size_t i = 0; i < 4; i++) {
		k.s = no[i];
		k.n = (uint32_t)strlen(no[i]);
		assert_false(selector_starts(&k));
	}
	assert_false(selector_starts(NULL));
}

/* The batch's operations as text: "p1,2 a10.0.0.0/24 …". */
static const char *
operations(struct apid *a)
{
	static char text[1024];
	struct rd r = rd_init(a->batch.buffer, wr_len(&a->batch.w));
	struct route_op op;
	size_t used = 0;

	text[0] = '\0';
	while (route_op_next(&r, &op) == 1) {
		if (op.kind == ROUTE_OP_PEERS)
			used += (size_t)snprintf(
				text + used, sizeof(text) - used, "p%u ", op.n_peers);
		else if (op.kind == ROUTE_OP_ATTRS)
			used += (size_t)snprintf(
				text + used, sizeof(text) - used, "t%u ", op.attrs.nh[3]);
		else if (op.kind == ROUTE_OP_ANNOUNCE || op.kind == ROUTE_OP_WITHDRAW)
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%c%u ",
				op.kind == ROUTE_OP_ANNOUNCE ? 'a' : 'w', op.nlri.bytes[1]);
	}
	return text;
}

static void
fast_and_slow_agree(void **state)
{
	struct apid *a = util_apid(conf, 4);
	struct client *c = &helper_find(a, "h1")->client;
	static const struct {
		const char *line;
		bool fast; /* the first time */
	} rows[] = {
		{ "announce route 1.0.0.0/24 next-hop 1.1.1.1", true },
		{ "announce route 2.0.0.0/24 next-hop 1.1.1.1", true },
		{ "withdraw route 1.0.0.0/24", true },
		{ "peer * announce route 3.0.0.0/24 next-hop 1.1.1.1", true },
		{ "neighbor 10.0.0.1 announce route 4.0.0.0/24 next-hop 1.1.1.1", false },
		{ "neighbor 10.0.0.1 announce route 5.0.0.0/24 next-hop 1.1.1.2", true },
		{ "neighbor 10.0.0.1 withdraw ipv4 unicast 6.0.0.0/24", true },
		{ "announce ipv4 unicast 7.0.0.0/24 next-hop 1.1.1.2", true },
		{ "announce route 8.0.0.0/24 next-hop 1.1.1.2 sync", false },
		{ "announce route 8.0.0.0/24 next-hop", false },
		{ "announce route 8.0.0.0/24 next-hop 1.1.1.2; route 9.0.0.0/24 next-hop 1.1.1.2",
			false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = strlen(rows[i].line);
		bool fast = fast_execute(c, rows[i].line, n);

		assert_int_equal(fast, rows[i].fast);
		if (!fast)
			command_words(c, rows[i].line, n);
		if (i == 7)
			assert_string_equal(
				operations(a), "p3 t1 a1 a2 w1 a3 p1 a4 t2 a5 w6 p3 a7 ");
	}
	util_free(a);
}

static void
the_cache_follows_the_table(void **state)
{
	struct apid *a = util_apid(conf, 6);
	struct client *c = &helper_find(a, "h1")->client;

	(void)state;
	assert_string_equal(selected(a, "h1", "10.0.0.9 x", false, "x"), "");
	assert_non_null(selector_cached(c, "10.0.0.9", 8));
	assert_string_equal(
		util_answer(
			c, "peer create 10.0.0.9 local-ip 127.0.0.1 local-as 1 peer-as 1 api h1"),
		"done\n");
	assert_null(selector_cached(c, "10.0.0.9", 8));
	assert_string_equal(selected(a, "h1", "10.0.0.9 x", false, "x"), "9 ");
	util_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(version_6),
		cmocka_unit_test(version_4),
		cmocka_unit_test(what_starts_a_selector),
		cmocka_unit_test(fast_and_slow_agree),
		cmocka_unit_test(the_cache_follows_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
