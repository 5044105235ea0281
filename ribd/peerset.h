/*
 * Sets of peers, interned bit maps over peer slots: a route's peers are one number, and most
 * routes share a handful of sets. Counted. Unions and differences are remembered, because the
 * same ones are asked for a million routes in a row. Number 0 is the empty set.
 */
#ifndef TROUPE_RIBD_PEERSET_H
#define TROUPE_RIBD_PEERSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct peerset;

enum { PEERSET_MEMO = 1024 };

struct peerset_memo {
	uint32_t a, b, result;
	uint32_t op; /* 0: empty slot */
};

struct peerset_pool {
	struct peerset **items; /* owned; by number */
	uint32_t *free;
	uint32_t *buckets;
	uint32_t n, cap, n_free, free_cap, n_buckets, live;
	uint32_t idle; /* sets nobody holds, not yet freed */
	struct peerset_memo memo[PEERSET_MEMO];
};

/* How many members of b are in a. */
enum peerset_relation { PEERSET_NONE, PEERSET_SOME, PEERSET_ALL };

void peerset_init(struct peerset_pool *pool);
void peerset_fini(struct peerset_pool *pool);
uint32_t peerset_ref(struct peerset_pool *pool, uint32_t set);
void peerset_unref(struct peerset_pool *pool, uint32_t set);
/* Each returns a set with a reference for the caller; the operands are borrowed. */
uint32_t peerset_and(struct peerset_pool *pool, uint32_t a, uint32_t b);
uint32_t peerset_or(struct peerset_pool *pool, uint32_t a, uint32_t b);
uint32_t peerset_minus(struct peerset_pool *pool, uint32_t a, uint32_t b);
uint32_t peerset_with(struct peerset_pool *pool, uint32_t a, uint32_t peer);
uint32_t peerset_without(struct peerset_pool *pool, uint32_t a, uint32_t peer);
/* bits: n 64-bit words. */
uint32_t peerset_make(struct peerset_pool *pool, const uint64_t *bits, size_t n);
enum peerset_relation peerset_relation(const struct peerset_pool *pool, uint32_t a, uint32_t b);
bool peerset_has(const struct peerset_pool *pool, uint32_t set, uint32_t peer);
uint32_t peerset_count(const struct peerset_pool *pool, uint32_t set);
/* The next member from this slot on, or -1. */
int64_t peerset_next(const struct peerset_pool *pool, uint32_t set, int64_t from);
/* *slot becomes what an operation returned; the old value is released. */
void peerset_assign(struct peerset_pool *pool, uint32_t *slot, uint32_t set);

#endif
