/* The state machine of the health check: the table of reference/api.md 8.3, and its counters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "apid/helpers/healthcheck/state.h"

static const enum verdict F = VERDICT_FAILED, O = VERDICT_OK, X = VERDICT_DISABLED;

static struct machine
machine(enum state state, uint32_t rise, uint32_t fall)
{
	return (struct machine){ .state = state, .count = 1, .rise = rise, .fall = fall };
}

static void
test_table(void **state)
{
	static const struct {
		enum state from;
		enum verdict verdict;
		enum state slow; /* rise and fall 3 */
		enum state fast; /* rise and fall 1 */
	} cases[] = {
		{ STATE_INIT, X, STATE_DISABLED, STATE_DISABLED },
		{ STATE_INIT, O, STATE_RISING, STATE_UP },
		{ STATE_INIT, F, STATE_FALLING, STATE_DOWN },
		{ STATE_RISING, X, STATE_DISABLED, STATE_DISABLED },
		{ STATE_RISING, O, STATE_RISING, STATE_UP },
		{ STATE_RISING, F, STATE_FALLING, STATE_DOWN },
		{ STATE_UP, X, STATE_DISABLED, STATE_DISABLED },
		{ STATE_UP, O, STATE_UP, STATE_UP },
		{ STATE_UP, F, STATE_FALLING, STATE_DOWN },
		{ STATE_FALLING, X, STATE_DISABLED, STATE_DISABLED },
		{ STATE_FALLING, O, STATE_RISING, STATE_UP },
		{ STATE_FALLING, F, STATE_FALLING, STATE_DOWN },
		{ STATE_DOWN, X, STATE_DISABLED, STATE_DISABLED },
		{ STATE_DOWN, O, STATE_RISING, STATE_UP },
		{ STATE_DOWN, F, STATE_DOWN, STATE_DOWN },
		{ STATE_DISABLED, X, STATE_DISABLED, STATE_DISABLED },
		{ STATE_DISABLED, O, STATE_INIT, STATE_INIT },
		{ STATE_DISABLED, F, STATE_INIT, STATE_INIT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct machine slow = machine(cases[i].from, 3, 3);
		struct machine fast = machine(cases[i].from, 1, 1);

		assert_int_equal(
			state_step(&slow, cases[i].verdict), cases[i].slow != cases[i].from);
		assert_int_equal(slow.state, cases[i].slow);
		state_step(&fast, cases[i].verdict);
		assert_int_equal(fast.state, cases[i].fast);
	}
}

static void
test_counts(void **state)
{
	static const enum verdict verdicts[] = { O, O, F, O, O, O, F, F, O, F, F, F };
	static const enum state states[] = { STATE_RISING, STATE_RISING, STATE_FALLING,
		STATE_RISING, STATE_RISING, STATE_UP, STATE_FALLING, STATE_FALLING, STATE_RISING,
		STATE_FALLING, STATE_FALLING, STATE_DOWN };
	struct machine m = machine(STATE_INIT, 3, 3);

	(void)state;
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
		state_step(&m, verdicts[i]);
		assert_int_equal(m.state, states[i]);
	}
}

static void
test_zero_means_one(void **state)
{
	struct machine m = machine(STATE_INIT, 0, 0);

	(void)state;
	state_step(&m, O);
	assert_int_equal(m.state, STATE_UP);
	state_step(&m, F);
	assert_int_equal(m.state, STATE_DOWN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_zero_means_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
