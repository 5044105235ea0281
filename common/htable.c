/*
 * Open addressing with linear probing. A removed slot keeps a marker so that probe sequences
 * stay whole, unless the next slot is free; the table is rebuilt when items and markers fill
 * three quarters. Lookups compare the stored hash first and the item only when it is equal.
 */
#include "common/htable.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "common/xmalloc.h"

enum { CAP_MIN = 16 };

static char dead_item; /* its address marks a removed slot */
static uint64_t seed = 0x9e3779b97f4a7c15u;

void
hash_seed_random(void)
{
	uint64_t fresh;

	if (getrandom(&fresh, sizeof(fresh), GRND_NONBLOCK) == (ssize_t)sizeof(fresh))
		seed = fresh | 1;
}

static inline uint64_t
mix(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t
load64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint64_t
load32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

uint32_t
hash_bytes(const void *data, size_t n)
{
	const uint8_t *p = data;
	uint64_t h = seed ^ n * 0xa0761d6478bd642fu;
	uint64_t a = 0;
	uint64_t b = 0;
	size_t left = n;

	for (; left > 16; left -= 16, p += 16)
		h = mix(load64(p) ^ 0xe7037ed1a0b428dbu, load64(p + 8) ^ h);
	if (left >= 8) {
		a = load64(p);
		b = load64(p + left - 8);
	} else if (left >= 4) {
		a = load32(p);
		b = load32(p + left - 4);
	} else if (left > 0) {
		a = (uint64_t)p[0] << 16 | (uint64_t)p[left / 2] << 8 | p[left - 1];
	}
	h = mix(a ^ 0x8ebc6af09c88c6e3u, b ^ h);
	return (uint32_t)mix(h ^ 0x589965cc75374cc3u, seed ^ n);
}

uint32_t
hash_u32(uint32_t v)
{
	return (uint32_t)mix(v ^ 0x8ebc6af09c88c6e3u, seed);
}

uint32_t
hash_str(const char *s)
{
	return hash_bytes(s, strlen(s));
}

void
htable_fini(struct htable *t)
{
	free(t->slots);
	*t = (struct htable){ 0 };
}

static void
place(struct htable *t, uint32_t hash, void *item)
{
	size_t i = hash & (t->cap - 1);

	while (t->slots[i].item != NULL)
		i = (i + 1) & (t->cap - 1);
	t->slots[i] = (struct htable_slot){ .hash = hash, .item = item };
}

static void
rebuild(struct htable *t)
{
	struct htable_slot *old = t->slots;
	size_t old_cap = t->cap;
	size_t cap = CAP_MIN;

	while (cap < (t->n + 1) * 2)
		cap *= 2;
	t->slots = xcalloc(cap, sizeof(*t->slots));
	t->cap = cap;
	t->dead = 0;
	for (size_t i = 0; i < old_cap; i++) {
		if (old[i].item != NULL && old[i].item != &dead_item)
			place(t, old[i].hash, old[i].item);
	}
	free(old);
}

static struct htable_slot *
find_slot(const struct htable *t, uint32_t hash, htable_eq_fn *eq, const void *key)
{
	if (t->n == 0)
		return NULL;
	for (size_t i = hash & (t->cap - 1);; i = (i + 1) & (t->cap - 1)) {
		struct htable_slot *slot = &t->slots[i];

		if (slot->item == NULL)
			return NULL;
		if (slot->hash == hash && slot->item != &dead_item && eq(slot->item, key))
			return slot;
	}
}

void *
htable_find(const struct htable *t, uint32_t hash, htable_eq_fn *eq, const void *key)
{
	const struct htable_slot *slot = find_slot(t, hash, eq, key);

	return slot != NULL ? slot->item : NULL;
}

void
htable_add(struct htable *t, uint32_t hash, void *item)
{
	if ((t->n + t->dead + 1) * 4 > t->cap * 3)
		rebuild(t);
	place(t, hash, item);
	t->n++;
}

void *
htable_remove(struct htable *t, uint32_t hash, htable_eq_fn *eq, const void *key)
{
	struct htable_slot *slot = find_slot(t, hash, eq, key);

	if (slot == NULL)
		return NULL;
	void *item = slot->item;
	size_t next = ((size_t)(slot - t->slots) + 1) & (t->cap - 1);
	if (t->slots[next].item == NULL) {
		slot->item = NULL;
	} else {
		slot->item = &dead_item;
		t->dead++;
	}
	t->n--;
	return item;
}

void *
htable_next(const struct htable *t, size_t *pos)
{
	while (*pos < t->cap) {
		void *item = t->slots[(*pos)++].item;

		if (item != NULL && item != &dead_item)
			return item;
	}
	return NULL;
}
