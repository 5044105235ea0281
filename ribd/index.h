/*
 * The hash over entries: open addressing, a slot is a hash and an entry's number, so looking for
 * what is not there touches one cache line and no entry. Slots stand in the order of their
 * hashes' high bits, so growing (by half) is a merge from front to back, done in steps: no
 * insertion pays for a whole rehash.
 */
#ifndef TROUPE_RIBD_INDEX_H
#define TROUPE_RIBD_INDEX_H

#include <stddef.h>
#include <stdint.h>

struct index_slot {
	uint32_t hash;
	uint32_t number; /* INDEX_EMPTY, INDEX_DEAD, or an entry */
};

enum { INDEX_EMPTY = 0 };
#define INDEX_DEAD UINT32_MAX

struct index {
	struct index_slot *slots, *old; /* owned; old: being moved over, or NULL */
	uint32_t cap, used;             /* used: entries and dead slots of slots[] */
	uint32_t old_cap, moved;        /* old[0..moved) is moved */
	uint32_t live;
};

void index_init(struct index *ix);
void index_fini(struct index *ix);
void index_add(struct index *ix, uint32_t hash, uint32_t number);
void index_remove(struct index *ix, uint32_t hash, uint32_t number);
size_t index_memory(const struct index *ix);

static inline uint32_t
index_home(uint32_t hash, uint32_t cap)
{
	return (uint32_t)((uint64_t)hash * cap >> 32);
}

/* A walk over the numbers with a hash. Adding and removing meanwhile ends it. */
struct index_walk {
	const struct index_slot *slots;
	uint32_t pos, cap;
};

static inline struct index_walk
index_walk(const struct index *ix, uint32_t hash)
{
	return (struct index_walk){
		.slots = ix->slots, .pos = index_home(hash, ix->cap), .cap = ix->cap
	};
}

/* The next number, or INDEX_EMPTY at the end. */
static inline uint32_t
index_next(const struct index *ix, uint32_t hash, struct index_walk *w)
{
	for (;;) {
		const struct index_slot *slot = &w->slots[w->pos];

		if (slot->number == INDEX_EMPTY) {
			if (w->slots == ix->old || ix->old == NULL)
				return INDEX_EMPTY;
			*w = (struct index_walk){ .slots = ix->old,
				.pos = index_home(hash, ix->old_cap),
				.cap = ix->old_cap };
			continue;
		}
		w->pos = w->pos + 1 == w->cap ? 0 : w->pos + 1;
		if (slot->hash == hash && slot->number != INDEX_DEAD)
			return slot->number;
	}
}

static inline void
index_prefetch(const struct index *ix, uint32_t hash)
{
	__builtin_prefetch(&ix->slots[index_home(hash, ix->cap)], 1);
	if (ix->old != NULL)
		__builtin_prefetch(&ix->old[index_home(hash, ix->old_cap)]);
}

#endif
