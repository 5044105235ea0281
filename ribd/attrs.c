/*
 * Interned attribute sets: a chained hash over numbers, each item one allocation that ends with
 * the canonical block. Items move never, so views stay valid while the number is held.
 */
#include "ribd/attrs.h"

#include <stdlib.h>
#include <string.h>
#include "common/htable.h"
#include "common/log.h"
#include "common/xmalloc.h"

enum { NONE = UINT32_MAX, FIRST_BUCKETS = 64 };

struct attrs_item {
	uint32_t hash, refs, chain, len;
	uint8_t flags, nh_len;
	uint8_t nh[16];
	uint8_t block[];
};

static uint32_t
hash_set(const struct attrset *set)
{
	uint32_t hash = hash_bytes(set->nh, sizeof(set->nh));

	hash = hash_u32(hash ^ (uint32_t)set->flags << 8 ^ set->nh_len);
	return set->len == 0 ? hash : hash ^ hash_bytes(set->block, set->len);
}

static bool
equal(const struct attrs_item *item, const struct attrset *set)
{
	return item->len == set->len && item->flags == set->flags && item->nh_len == set->nh_len &&
	       memcmp(item->nh, set->nh, sizeof(item->nh)) == 0 &&
	       (set->len == 0 || memcmp(item->block, set->block, set->len) == 0);
}

static void
rehash(struct attrs_pool *pool, uint32_t n)
{
	pool->buckets = xreallocarray(pool->buckets, n, sizeof(pool->buckets[0]));
	pool->n_buckets = n;
	for (uint32_t i = 0; i < n; i++)
		pool->buckets[i] = NONE;
	for (uint32_t i = 0; i < pool->n; i++) {
		struct attrs_item *item = pool->items[i];

		if (item == NULL)
			continue;
		item->chain = pool->buckets[item->hash & (n - 1)];
		pool->buckets[item->hash & (n - 1)] = i;
	}
}

void
attrs_init(struct attrs_pool *pool)
{
	*pool = (struct attrs_pool){ 0 };
	rehash(pool, FIRST_BUCKETS);
	if (attrs_intern(pool, &(struct attrset){ 0 }) != 0)
		fatalx("the empty attribute set is not number 0");
}

void
attrs_fini(struct attrs_pool *pool)
{
	for (uint32_t i = 0; i < pool->n; i++)
		free(pool->items[i]);
	free(pool->items);
	free(pool->free);
	free(pool->buckets);
	*pool = (struct attrs_pool){ 0 };
}

static uint32_t
new_number(struct attrs_pool *pool)
{
	if (pool->n_free > 0)
		return pool->free[--pool->n_free];
	if (pool->n == pool->cap) {
		pool->cap = pool->cap == 0 ? 64 : pool->cap * 2;
		pool->items = xreallocarray(pool->items, pool->cap, sizeof(pool->items[0]));
	}
	return pool->n++;
}

uint32_t
attrs_intern(struct attrs_pool *pool, const struct attrset *set)
{
	struct attrset key = *set;
	uint8_t keep = key.nh_len <= sizeof(key.nh) ? key.nh_len : 0;
	uint32_t hash, number;
	struct attrs_item *item;

	/* What lies behind the address is no part of the identity. */
	memset(key.nh + keep, 0, sizeof(key.nh) - keep);
	hash = hash_set(&key);
	for (uint32_t i = pool->buckets[hash & (pool->n_buckets - 1)]; i != NONE;
		i = pool->items[i]->chain)
		if (pool->items[i]->hash == hash && equal(pool->items[i], &key)) {
			pool->items[i]->refs++;
			return i;
		}
	if (pool->live >= pool->n_buckets)
		rehash(pool, pool->n_buckets * 2);
	number = new_number(pool);
	item = xmalloc(sizeof(*item) + key.len);
	*item = (struct attrs_item){ .hash = hash,
		.refs = 1,
		.chain = pool->buckets[hash & (pool->n_buckets - 1)],
		.len = key.len,
		.flags = key.flags,
		.nh_len = key.nh_len };
	memcpy(item->nh, key.nh, sizeof(item->nh));
	if (key.len > 0)
		memcpy(item->block, key.block, key.len);
	pool->items[number] = item;
	pool->buckets[hash & (pool->n_buckets - 1)] = number;
	pool->live++;
	pool->bytes += sizeof(*item) + key.len;
	return number;
}

uint32_t
attrs_ref(struct attrs_pool *pool, uint32_t number)
{
	pool->items[number]->refs++;
	return number;
}

static void
drop(struct attrs_pool *pool, uint32_t number)
{
	struct attrs_item *item = pool->items[number];
	uint32_t *link = &pool->buckets[item->hash & (pool->n_buckets - 1)];

	while (*link != number)
		link = &pool->items[*link]->chain;
	*link = item->chain;
	pool->bytes -= sizeof(*item) + item->len;
	pool->live--;
	free(item);
	pool->items[number] = NULL;
	if (pool->n_free == pool->free_cap) {
		pool->free_cap = pool->free_cap == 0 ? 64 : pool->free_cap * 2;
		pool->free = xreallocarray(pool->free, pool->free_cap, sizeof(pool->free[0]));
	}
	pool->free[pool->n_free++] = number;
}

void
attrs_unref(struct attrs_pool *pool, uint32_t number)
{
	if (pool->items[number]->refs == 0)
		fatalx("attribute set %u is released once too often", number);
	if (--pool->items[number]->refs == 0)
		drop(pool, number);
}

struct attrset
attrs_view(const struct attrs_pool *pool, uint32_t number)
{
	const struct attrs_item *item = pool->items[number];
	struct attrset set = {
		.flags = item->flags, .nh_len = item->nh_len, .len = item->len, .block = item->block
	};

	memcpy(set.nh, item->nh, sizeof(set.nh));
	return set;
}

uint32_t
attrs_block_len(const struct attrs_pool *pool, uint32_t number)
{
	return pool->items[number]->len;
}
