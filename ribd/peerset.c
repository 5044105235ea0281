/*
 * Interned bit maps. A set that nobody holds stays until IDLE_MAX of them have gathered: its
 * number may stand in the memo, which is emptied together with them. Trailing zero words are not
 * stored, so equal sets are equal bytes. The empty set is not counted: zeroed fields hold it.
 */
#include "ribd/peerset.h"

#include <stdlib.h>
#include <string.h>
#include "common/htable.h"
#include "common/log.h"
#include "common/xmalloc.h"

enum { NONE = UINT32_MAX, FIRST_BUCKETS = 64, IDLE_MAX = 4096, WORDS_MAX = 1024 };
enum { OP_AND = 1, OP_OR, OP_MINUS };

struct peerset {
	uint32_t hash, refs, chain, n;
	uint64_t words[];
};

static uint32_t
hash_words(const uint64_t *words, uint32_t n)
{
	return n == 0 ? 0 : hash_bytes(words, n * sizeof(words[0]));
}

static void
rehash(struct peerset_pool *pool, uint32_t n)
{
	pool->buckets = xreallocarray(pool->buckets, n, sizeof(pool->buckets[0]));
	pool->n_buckets = n;
	for (uint32_t i = 0; i < n; i++)
		pool->buckets[i] = NONE;
	for (uint32_t i = 0; i < pool->n; i++) {
		struct peerset *set = pool->items[i];

		if (set == NULL)
			continue;
		set->chain = pool->buckets[set->hash & (n - 1)];
		pool->buckets[set->hash & (n - 1)] = i;
	}
}

void
peerset_init(struct peerset_pool *pool)
{
	static const uint64_t none[1];

	memset(pool, 0, sizeof(*pool));
	rehash(pool, FIRST_BUCKETS);
	if (peerset_make(pool, none, 0) != 0)
		fatalx("the empty peer set is not number 0");
}

void
peerset_fini(struct peerset_pool *pool)
{
	for (uint32_t i = 0; i < pool->n; i++)
		free(pool->items[i]);
	free(pool->items);
	free(pool->free);
	free(pool->buckets);
	memset(pool, 0, sizeof(*pool));
}

static uint32_t
new_number(struct peerset_pool *pool)
{
	if (pool->n_free > 0)
		return pool->free[--pool->n_free];
	if (pool->n == pool->cap) {
		pool->cap = pool->cap == 0 ? 64 : pool->cap * 2;
		pool->items = xreallocarray(pool->items, pool->cap, sizeof(pool->items[0]));
	}
	return pool->n++;
}

static void
release_number(struct peerset_pool *pool, uint32_t number)
{
	struct peerset *set = pool->items[number];
	uint32_t *link = &pool->buckets[set->hash & (pool->n_buckets - 1)];

	while (*link != number)
		link = &pool->items[*link]->chain;
	*link = set->chain;
	free(set);
	pool->items[number] = NULL;
	pool->live--;
	if (pool->n_free == pool->free_cap) {
		pool->free_cap = pool->free_cap == 0 ? 64 : pool->free_cap * 2;
		pool->free = xreallocarray(pool->free, pool->free_cap, sizeof(pool->free[0]));
	}
	pool->free[pool->n_free++] = number;
}

static void
free_idle(struct peerset_pool *pool)
{
	memset(pool->memo, 0, sizeof(pool->memo));
	for (uint32_t i = 0; i < pool->n; i++)
		if (pool->items[i] != NULL && pool->items[i]->refs == 0)
			release_number(pool, i);
	pool->idle = 0;
}

uint32_t
peerset_ref(struct peerset_pool *pool, uint32_t set)
{
	if (set != 0 && pool->items[set]->refs++ == 0)
		pool->idle--;
	return set;
}

void
peerset_unref(struct peerset_pool *pool, uint32_t set)
{
	if (set == 0)
		return;
	if (pool->items[set]->refs == 0)
		fatalx("peer set %u is released once too often", set);
	if (--pool->items[set]->refs == 0)
		pool->idle++;
}

void
peerset_assign(struct peerset_pool *pool, uint32_t *slot, uint32_t set)
{
	peerset_unref(pool, *slot);
	*slot = set;
}

uint32_t
peerset_make(struct peerset_pool *pool, const uint64_t *bits, size_t words)
{
	uint32_t n = (uint32_t)words, hash, number;
	struct peerset *set;

	while (n > 0 && bits[n - 1] == 0)
		n--;
	hash = hash_words(bits, n);
	for (uint32_t i = pool->buckets[hash & (pool->n_buckets - 1)]; i != NONE;
		i = pool->items[i]->chain) {
		set = pool->items[i];
		if (set->hash == hash && set->n == n &&
			(n == 0 || memcmp(set->words, bits, n * sizeof(bits[0])) == 0))
			return peerset_ref(pool, i);
	}
	if (pool->idle >= IDLE_MAX)
		free_idle(pool);
	if (pool->live >= pool->n_buckets)
		rehash(pool, pool->n_buckets * 2);
	number = new_number(pool);
	set = xmalloc(sizeof(*set) + n * sizeof(set->words[0]));
	set->hash = hash;
	set->refs = 1;
	set->n = n;
	set->chain = pool->buckets[hash & (pool->n_buckets - 1)];
	if (n > 0)
		memcpy(set->words, bits, n * sizeof(bits[0]));
	pool->items[number] = set;
	pool->buckets[hash & (pool->n_buckets - 1)] = number;
	pool->live++;
	return number;
}

static uint64_t
word(const struct peerset *set, uint32_t i)
{
	return i < set->n ? set->words[i] : 0;
}

static uint32_t
compute(struct peerset_pool *pool, uint32_t op, uint32_t a, uint32_t b)
{
	const struct peerset *sa = pool->items[a], *sb = pool->items[b];
	uint32_t n = sa->n > sb->n ? sa->n : sb->n;
	uint64_t out[WORDS_MAX];

	for (uint32_t i = 0; i < n; i++) {
		uint64_t x = word(sa, i), y = word(sb, i);

		out[i] = op == OP_AND ? x & y : op == OP_OR ? x | y : x & ~y;
	}
	return peerset_make(pool, out, n);
}

static uint32_t
combine(struct peerset_pool *pool, uint32_t op, uint32_t a, uint32_t b)
{
	uint32_t slot = hash_u32(a * 31 + b * 7 + op) & (PEERSET_MEMO - 1), result;
	struct peerset_memo *memo = &pool->memo[slot];

	if (memo->op == op && memo->a == a && memo->b == b)
		return peerset_ref(pool, memo->result);
	result = compute(pool, op, a, b);
	*memo = (struct peerset_memo){ .op = op, .a = a, .b = b, .result = result };
	return result;
}

uint32_t
peerset_and(struct peerset_pool *pool, uint32_t a, uint32_t b)
{
	if (a == b || a == 0)
		return peerset_ref(pool, a);
	return b == 0 ? peerset_ref(pool, 0) : combine(pool, OP_AND, a, b);
}

uint32_t
peerset_or(struct peerset_pool *pool, uint32_t a, uint32_t b)
{
	if (a == b || b == 0)
		return peerset_ref(pool, a);
	return a == 0 ? peerset_ref(pool, b) : combine(pool, OP_OR, a, b);
}

uint32_t
peerset_minus(struct peerset_pool *pool, uint32_t a, uint32_t b)
{
	if (a == 0 || b == 0)
		return peerset_ref(pool, a);
	return a == b ? peerset_ref(pool, 0) : combine(pool, OP_MINUS, a, b);
}

static uint32_t
single(struct peerset_pool *pool, uint32_t peer)
{
	uint64_t out[WORDS_MAX] = { 0 };
	uint32_t last = peer / 64;

	if (last < WORDS_MAX) {
		out[last] = UINT64_C(1) << (peer % 64);
		return peerset_make(pool, out, last + 1);
	}
	fatalx("peer slot %u is beyond the limit", peer);
}

uint32_t
peerset_with(struct peerset_pool *pool, uint32_t a, uint32_t peer)
{
	uint32_t one = single(pool, peer), result = peerset_or(pool, a, one);

	peerset_unref(pool, one);
	return result;
}

uint32_t
peerset_without(struct peerset_pool *pool, uint32_t a, uint32_t peer)
{
	uint32_t one = single(pool, peer), result = peerset_minus(pool, a, one);

	peerset_unref(pool, one);
	return result;
}

enum peerset_relation
peerset_relation(const struct peerset_pool *pool, uint32_t a, uint32_t b)
{
	const struct peerset *sa = pool->items[a], *sb = pool->items[b];
	bool some = false, all = true;

	if (a == b && a != 0)
		return PEERSET_ALL;
	for (uint32_t i = 0; i < sb->n; i++) {
		uint64_t both = word(sa, i) & sb->words[i];

		some |= both != 0;
		all &= both == sb->words[i];
	}
	return !some ? PEERSET_NONE : all ? PEERSET_ALL : PEERSET_SOME;
}

bool
peerset_has(const struct peerset_pool *pool, uint32_t set, uint32_t peer)
{
	return (word(pool->items[set], peer / 64) >> (peer % 64) & 1) != 0;
}

uint32_t
peerset_count(const struct peerset_pool *pool, uint32_t set)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < pool->items[set]->n; i++)
		count += (uint32_t)__builtin_popcountll(pool->items[set]->words[i]);
	return count;
}

int64_t
peerset_next(const struct peerset_pool *pool, uint32_t set, int64_t from)
{
	const struct peerset *s = pool->items[set];
	uint32_t i = (uint32_t)(from / 64);

	for (uint64_t mask = UINT64_MAX << (from % 64); i < s->n; i++, mask = UINT64_MAX)
		if ((s->words[i] & mask) != 0)
			return (int64_t)i * 64 + __builtin_ctzll(s->words[i] & mask);
	return -1;
}
