/*
 * Attribute sets, interned: every route with the same attributes and next-hop holds the same
 * number. Counted; a set lives as long as somebody holds it. Number 0 is the empty set and always
 * there.
 */
#ifndef TROUPE_RIBD_ATTRS_H
#define TROUPE_RIBD_ATTRS_H

#include <stddef.h>
#include <stdint.h>
#include "proto/wire/attr.h"

struct attrs_item;

struct attrs_pool {
	struct attrs_item **items; /* owned; by number */
	uint32_t *free;            /* numbers to use again */
	uint32_t *buckets;         /* first number of a chain */
	uint32_t n, cap, n_free, free_cap, n_buckets, live;
	size_t bytes; /* of all sets, with their overhead */
};

void attrs_init(struct attrs_pool *pool);
void attrs_fini(struct attrs_pool *pool);
/* The number of an equal set, with one more reference for the caller. */
uint32_t attrs_intern(struct attrs_pool *pool, const struct attrset *set);
uint32_t attrs_ref(struct attrs_pool *pool, uint32_t number);
void attrs_unref(struct attrs_pool *pool, uint32_t number);
/* A view that borrows from the pool, valid while the caller holds the number. */
struct attrset attrs_view(const struct attrs_pool *pool, uint32_t number);
uint32_t attrs_block_len(const struct attrs_pool *pool, uint32_t number);

#endif
