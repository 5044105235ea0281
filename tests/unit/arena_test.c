/* Arenas: zeroing, alignment, growth, reuse after a reset, oversized requests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/arena.h"

static void
memory_is_zeroed_and_aligned(void **state)
{
	struct arena a = { 0 };

	(void)state;
	for (int round = 0; round < 3; round++) {
		for (size_t n = 0; n < 300; n++) {
			unsigned char *p = arena_alloc(&a, n);

			assert_int_equal((uintptr_t)p % 16, 0);
			for (size_t i = 0; i < n; i++)
				assert_int_equal(p[i], 0);
			memset(p, 0xa5, n);
		}
		assert_true(a.used >= 300 * 299 / 2);
		arena_reset(&a);
		assert_int_equal(a.used, 0);
	}
	arena_fini(&a);
	assert_null(a.head);
}

static void
allocations_do_not_overlap(void **state)
{
	struct arena a = { 0 };
	unsigned char *p[500];

	(void)state;
	for (unsigned i = 0; i < 500; i++) {
		p[i] = arena_alloc(&a, 100 + i);
		memset(p[i], (int)(i & 255), 100 + i);
	}
	for (unsigned i = 0; i < 500; i++) {
		for (unsigned j = 0; j < 100 + i; j++)
			assert_int_equal(p[i][j], i & 255);
	}
	arena_fini(&a);
}

static void
big_blocks_go_at_reset(void **state)
{
	struct arena a = { 0 };
	unsigned char *big = arena_alloc(&a, 3 << 20);

	(void)state;
	big[(3 << 20) - 1] = 1;
	arena_reset(&a);
	assert_null(a.head);
	arena_alloc(&a, 10);
	arena_reset(&a);
	assert_non_null(a.head);
	arena_fini(&a);
}

static void
copies(void **state)
{
	struct arena a = { 0 };

	(void)state;
	assert_memory_equal(arena_dup(&a, "a\0b", 3), "a\0b", 3);
	assert_string_equal(arena_strndup(&a, "hello", 3), "hel");
	assert_string_equal(arena_strndup(&a, "hi", 30), "hi");
	assert_non_null(arena_dup(&a, NULL, 0));
	arena_fini(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zeroed_and_aligned),
		cmocka_unit_test(allocations_do_not_overlap),
		cmocka_unit_test(big_blocks_go_at_reset),
		cmocka_unit_test(copies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
