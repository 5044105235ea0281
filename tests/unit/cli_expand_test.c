/* Shortcuts of the command line: each row of the table, contexts, and words that must stay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "common/buf.h"
#include "common/cli/expand.h"

static const struct {
	const char *in, *out; /* NULL: as it is */
} cases[] = {
	{ "a r 10.0.0.0/24 next-hop self", "announce route 10.0.0.0/24 next-hop self" },
	{ "w r 10.0.0.0/24", "withdraw route 10.0.0.0/24" },
	{ "an ro 10.0.0.0/24", "announce route 10.0.0.0/24" },
	{ "neighbor 10.0.0.1 a f route x", "neighbor 10.0.0.1 announce flow route x" },
	{ "neighbor 2001:db8::1 w v x", "neighbor 2001:db8::1 withdraw vpls x" },
	{ "peer * a r 10.0.0.0/24", "peer * announce route 10.0.0.0/24" },
	{ "a a med 5 nlri 10.0.0.0/24", "announce attributes med 5 nlri 10.0.0.0/24" },
	{ "a e ipv4 unicast", "announce eor ipv4 unicast" },
	{ "a o asm ipv4 unicast x", "announce operational asm ipv4 unicast x" },
	{ "a w dog", "announce watchdog dog" },
	{ "a route r", "announce route refresh" },
	{ "show a i", "show adj-rib in" },
	{ "s a o e", "show adj-rib out extensive" },
	{ "s n s", "show neighbor summary" },
	{ "s n c", "show neighbor configuration" },
	{ "clear a o", "clear adj-rib out" },
	{ "f a o", "flush adj-rib out" },
	{ "d status", "daemon status" },
	{ "h", "help" },
	{ "ses a enable", "session ack enable" },
	{ "session sy enable", "session sync enable" },
	{ "n 10.0.0.1 t 2", "neighbor 10.0.0.1 teardown 2" },
	{ "t 4", "teardown 4" },
	{ "neighbour 10.0.0.1 id 1.2.3.4 a r 1.0.0.0/8",
		"neighbor 10.0.0.1 router-id 1.2.3.4 announce route 1.0.0.0/8" },
	{ "show neigbor summary", "show neighbor summary" },
	{ "neigbour 10.0.0.1 teardown 2", "neighbor 10.0.0.1 teardown 2" },
	/* Order of words. */
	{ "neighbor 10.0.0.1 show summary", "show neighbor 10.0.0.1 summary" },
	{ "neighbor 10.0.0.1 adj-rib in show extensive", "show adj-rib in 10.0.0.1 extensive" },
	{ "n 10.0.0.1 adj-rib out show", "show adj-rib out 10.0.0.1" },
	{ "adj-rib in show extensive", "show adj-rib in extensive" },
	/* What must stay. */
	{ "announce watchdog s", NULL },
	{ "withdraw watchdog a", NULL },
	{ "announce route 10.0.0.0/24 next-hop self as-path [ 1 c ] name s", NULL },
	{ "announce flow route { match { source 10.0.0.0/24; } then { discard; } }", NULL },
	{ "peer list", NULL },
	{ "rib show out", NULL },
	{ "peer create 10.0.0.1 local-as 1", NULL },
	{ "system version", NULL },
	{ "#  a comment", "# a comment" },
	{ "bogus", NULL },
	{ "", NULL },
};

static void
every_case(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *expected = cases[i].out != NULL ? cases[i].out : cases[i].in;
		struct buf out = { 0 };
		bool changed = expand_command(&out, cases[i].in);

		assert_string_equal(buf_cstr(&out), expected);
		/* Blanks alone are no change. */
		assert_int_equal(changed, cases[i].out != NULL && cases[i].in[0] != '#');
		buf_fini(&out);
	}
}

static void
what_follows_is_kept(void **state)
{
	struct buf out = { 0 }, in = { 0 };

	(void)state;
	BUF_LIT(&out, "before:");
	assert_true(expand_command(&out, "a r  10.0.0.0/24\tnext-hop self"));
	assert_string_equal(buf_cstr(&out), "before:announce route 10.0.0.0/24 next-hop self");
	/* More words than are looked at: none is lost. */
	BUF_LIT(&in, "announce attributes nlri");
	for (int i = 0; i < 2 * EXPAND_WORDS; i++)
		buf_printf(&in, " 10.0.%d.0/24", i);
	buf_reset(&out);
	assert_false(expand_command(&out, buf_cstr(&in)));
	assert_string_equal(buf_cstr(&out), buf_cstr(&in));
	buf_fini(&out);
	buf_fini(&in);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_case),
		cmocka_unit_test(what_follows_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
