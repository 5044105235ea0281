/* Completion: from help, from the words of version 4, behind selectors, addresses, attributes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "common/buf.h"
#include "common/cli/complete.h"

static const char help[] =
	"{\"description\": \"x\", \"commands\": ["
	"{\"command\": \"#\", \"neighbor_support\": false}, "
	"{\"command\": \"peer announce route\", \"neighbor_support\": true}, "
	"{\"command\": \"peer announce flow\", \"neighbor_support\": true}, "
	"{\"command\": \"peer withdraw route\", \"neighbor_support\": true}, "
	"{\"command\": \"peer show\", \"options\": [\"summary\", \"extensive\"]}, "
	"{\"command\": \"daemon status\"}, {\"command\": 7}, 8]}";
static const char peers[] =
	"[{\"peer-address\": \"192.0.2.1\"}, {\"peer-address\": \"192.0.2.20\"}, {}]";

/* The candidates, separated by blanks. */
static const char *
found(const char *line)
{
	static struct buf out;
	struct complete c = { 0 };
	struct candidates list;

	complete_learn(&c, help);
	complete_learn_peers(&c, peers);
	complete_find(&c, line, strlen(line), &list);
	buf_reset(&out);
	for (unsigned i = 0; i < list.n; i++) {
		if (i > 0)
			buf_chr(&out, ' ');
		buf_add(&out, list.v[i].s, list.v[i].n);
	}
	complete_free(&c);
	return buf_cstr(&out);
}

static void
words(void **state)
{
	(void)state;
	assert_string_equal(found("dae"), "daemon");
	assert_string_equal(found("daemon "), "reload restart shutdown status");
	assert_string_equal(found("daemon st"), "status");
	assert_string_equal(found("daemon status "), "");
	assert_string_equal(found("peer show "), "summary extensive configuration");
	assert_string_equal(found("json peer show s"), "summary");
	assert_string_equal(found("set display "), "json text");
	assert_string_equal(found("show adj-rib o"), "out");
	assert_string_equal(found("announce "), "route flow");
	assert_string_equal(found("unknown "), "");
}

static void
selectors(void **state)
{
	(void)state;
	assert_string_equal(found("peer 192.0.2.2"), "192.0.2.20");
	assert_true(complete_wants_peers("peer ", 5));
	assert_true(complete_wants_peers("neighbor 19", 11));
	assert_false(complete_wants_peers("peer", 4));
	assert_string_equal(found("peer * announce "), "route flow");
	assert_string_equal(found("peer 192.0.2.1 local-as 1 ann"), "announce");
	assert_string_equal(found("neighbor 192.0.2.1 withdraw "), "route");
	assert_string_equal(found("peer [192.0.2.1 192.0.2.20] announce fl"), "flow");
}

static void
attributes(void **state)
{
	(void)state;
	assert_string_equal(found("announce route 10.0.0.0/24 next"), "next-hop");
	assert_string_equal(found("peer * announce route 10.0.0.0/24 local"), "local-preference");
	assert_string_equal(found("announce route next"), "");
}

static void
nonsense_is_survived(void **state)
{
	struct complete c = { 0 };
	struct candidates list;
	char line[4096];

	(void)state;
	complete_learn_peers(&c, "[1, {\"peer-address\": {}}, \"x\"]");
	assert_int_equal(c.n_peers, 0);
	complete_learn_peers(&c, "no json");
	complete_find(&c, "", 0, &list);
	assert_true(list.n > 0);
	memset(line, ' ', sizeof(line));
	for (size_t i = 0; i < sizeof(line); i += 2)
		line[i] = 'a';
	complete_find(&c, line, sizeof(line), &list);
	assert_int_equal(list.n, 0);
	complete_free(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words),
		cmocka_unit_test(selectors),
		cmocka_unit_test(attributes),
		cmocka_unit_test(nonsense_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
