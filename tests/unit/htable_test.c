/* The hash table against a plain array, colliding hashes, removal while iterating. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/htable.h"

struct item {
	uint32_t key;
	bool in;
};

static bool
key_equal(const void *item, const void *key)
{
	return ((const struct item *)item)->key == *(const uint32_t *)key;
}

static void
random_operations(uint32_t (*hash)(uint32_t), unsigned keys, unsigned rounds)
{
	struct item *items = calloc(keys, sizeof(*items));
	struct htable t = { 0 };
	size_t count = 0;
	unsigned random = 12345;

	for (unsigned i = 0; i < rounds; i++) {
		random = random * 1103515245 + 12345;
		uint32_t key = random / 65536 % keys;
		struct item *item = &items[key];

		item->key = key;
		assert_ptr_equal(
			htable_find(&t, hash(key), key_equal, &key), item->in ? item : NULL);
		if (item->in) {
			assert_ptr_equal(htable_remove(&t, hash(key), key_equal, &key), item);
			count--;
		} else {
			assert_null(htable_remove(&t, hash(key), key_equal, &key));
			htable_add(&t, hash(key), item);
			count++;
		}
		item->in = !item->in;
		assert_int_equal(t.n, count);
	}
	size_t pos = 0;
	size_t seen = 0;
	for (struct item *item; (item = htable_next(&t, &pos)) != NULL; seen++)
		assert_true(item->in);
	assert_int_equal(seen, count);
	htable_fini(&t);
	free(items);
}

static uint32_t
bad_hash(uint32_t v)
{
	return v & 7;
}

static void
model(void **state)
{
	(void)state;
	random_operations(hash_u32, 1000, 100000);
	random_operations(hash_u32, 3, 1000);
}

static void
model_with_collisions(void **state)
{
	(void)state;
	random_operations(bad_hash, 100, 20000);
}

static void
remove_while_iterating(void **state)
{
	struct item items[200];
	struct htable t = { 0 };
	size_t pos = 0;
	size_t seen = 0;

	(void)state;
	for (uint32_t i = 0; i < 200; i++) {
		items[i] = (struct item){ .key = i };
		htable_add(&t, hash_u32(i), &items[i]);
	}
	for (struct item *item; (item = htable_next(&t, &pos)) != NULL; seen++)
		assert_ptr_equal(
			htable_remove(&t, hash_u32(item->key), key_equal, &item->key), item);
	assert_int_equal(seen, 200);
	assert_int_equal(t.n, 0);
	htable_fini(&t);
}

static void
table_does_not_grow_by_churn(void **state)
{
	struct item items[10];
	struct htable t = { 0 };

	(void)state;
	for (uint32_t i = 0; i < 100000; i++) {
		struct item *item = &items[i % 10];

		if (i >= 10)
			assert_ptr_equal(
				htable_remove(&t, hash_u32(item->key), key_equal, &item->key),
				item);
		item->key = i;
		htable_add(&t, hash_u32(i), item);
	}
	assert_int_equal(t.n, 10);
	assert_true(t.cap <= 64);
	htable_fini(&t);
}

static void
hashes_spread(void **state)
{
	unsigned char bytes[64] = { 0 };
	unsigned buckets[1024] = { 0 };

	(void)state;
	for (size_t n = 0; n < sizeof(bytes); n++)
		assert_int_equal(hash_bytes(bytes, n), hash_bytes(bytes, n));
	assert_int_not_equal(hash_bytes(bytes, 3), hash_bytes(bytes, 4));
	assert_int_equal(hash_str("abc"), hash_bytes("abc", 3));
	for (uint32_t i = 0; i < 65536; i++) {
		uint8_t prefix[4] = { 24, 10, (uint8_t)(i >> 8), (uint8_t)i };

		buckets[hash_bytes(prefix, 4) & 1023]++;
	}
	for (size_t i = 0; i < 1024; i++) {
		assert_true(buckets[i] > 20);
		assert_true(buckets[i] < 130);
	}
	hash_seed_random();
	assert_int_equal(hash_str("abc"), hash_bytes("abc", 3));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(model),
		cmocka_unit_test(model_with_collisions),
		cmocka_unit_test(remove_while_iterating),
		cmocka_unit_test(table_does_not_grow_by_churn),
		cmocka_unit_test(hashes_spread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
