/*
 * An open-addressing hash table of pointers to items that carry their own keys. The item's hash
 * is stored beside the pointer, so growing never calls back. And hash functions for bytes.
 */
#ifndef TROUPE_COMMON_HTABLE_H
#define TROUPE_COMMON_HTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef bool htable_eq_fn(const void *item, const void *key);

struct htable_slot {
	uint32_t hash;
	void *item;
};

struct htable {
	struct htable_slot *slots;
	size_t n;    /* items */
	size_t cap;  /* power of two, or 0 */
	size_t dead; /* removed slots */
};

/* The hash functions are the same in every process and run until hash_seed_random(), which a
 * daemon that keys tables by data from outside calls once, before its first table. */
void hash_seed_random(void);
uint32_t hash_bytes(const void *data, size_t n);
uint32_t hash_u32(uint32_t v);
uint32_t hash_str(const char *s);

/* Zeroed is valid. */
void htable_fini(struct htable *t);
void *htable_find(const struct htable *t, uint32_t hash, htable_eq_fn *eq, const void *key);
/* The caller made sure that no equal item is in. item: borrowed, not NULL. */
void htable_add(struct htable *t, uint32_t hash, void *item);
/* Removes and returns the item, or NULL. */
void *htable_remove(struct htable *t, uint32_t hash, htable_eq_fn *eq, const void *key);
/* Iteration: *pos starts at 0; NULL at the end. Removing the item just returned is allowed. */
void *htable_next(const struct htable *t, size_t *pos);

#endif
