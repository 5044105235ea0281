/*
 * Linear probing; at most two thirds of the slots are in use, so walks end and are short. A slot that is moved
 * or removed becomes dead, never empty, because what was displaced past it must still be found.
 */
#include "ribd/index.h"

#include <stdbool.h>
#include <stdlib.h>
#include "common/log.h"
#include "common/xmalloc.h"

enum { CAP_MIN = 512, MOVE_STEP = 16 };

void
index_init(struct index *ix)
{
	*ix = (struct index){ .cap = CAP_MIN };
	ix->slots = xcalloc(CAP_MIN, sizeof(ix->slots[0]));
}

void
index_fini(struct index *ix)
{
	free(ix->slots);
	free(ix->old);
	*ix = (struct index){ 0 };
}

static void
place(struct index *ix, uint32_t hash, uint32_t number)
{
	uint32_t pos = index_home(hash, ix->cap);

	while (ix->slots[pos].number != INDEX_EMPTY)
		pos = pos + 1 == ix->cap ? 0 : pos + 1;
	ix->slots[pos] = (struct index_slot){ .hash = hash, .number = number };
	ix->used++;
}

static void
move_some(struct index *ix, uint32_t n)
{
	for (; n > 0 && ix->moved < ix->old_cap; n--, ix->moved++) {
		struct index_slot *slot = &ix->old[ix->moved];

		if (slot->number != INDEX_EMPTY && slot->number != INDEX_DEAD) {
			place(ix, slot->hash, slot->number);
			slot->number = INDEX_DEAD;
		}
	}
	if (ix->moved == ix->old_cap) {
		free(ix->old);
		ix->old = NULL;
		ix->old_cap = ix->moved = 0;
	}
}

static bool
is_full(const struct index *ix)
{
	return ix->used >= ix->cap / 3 * 2;
}

/* By half. The old slots are moved over long before there is no room again. */
static void
grow(struct index *ix)
{
	uint64_t cap = (uint64_t)ix->live * 9 / 4 + CAP_MIN;

	if (ix->old != NULL)
		move_some(ix, UINT32_MAX);
	if (cap > UINT32_MAX)
		fatalx("more routes than the index has room for");
	ix->old = ix->slots;
	ix->old_cap = ix->cap;
	ix->moved = 0;
	ix->cap = (uint32_t)cap;
	ix->used = 0;
	ix->slots = xcalloc(ix->cap, sizeof(ix->slots[0]));
}

void
index_add(struct index *ix, uint32_t hash, uint32_t number)
{
	if (ix->old != NULL)
		move_some(ix, MOVE_STEP);
	if (is_full(ix))
		grow(ix);
	place(ix, hash, number);
	ix->live++;
}

/* Empties dead slots that nothing is displaced past. */
static void
trim(struct index *ix, uint32_t pos)
{
	uint32_t next = pos + 1 == ix->cap ? 0 : pos + 1;

	while (ix->slots[next].number == INDEX_EMPTY && ix->slots[pos].number == INDEX_DEAD) {
		ix->slots[pos].number = INDEX_EMPTY;
		ix->used--;
		next = pos;
		pos = pos == 0 ? ix->cap - 1 : pos - 1;
	}
}

void
index_remove(struct index *ix, uint32_t hash, uint32_t number)
{
	struct index_walk w = index_walk(ix, hash);
	uint32_t pos;

	while (index_next(ix, hash, &w) != number)
		;
	pos = w.pos == 0 ? w.cap - 1 : w.pos - 1;
	ix->live--;
	if (w.slots == ix->old) {
		ix->old[pos].number = INDEX_DEAD;
		return;
	}
	ix->slots[pos].number = INDEX_DEAD;
	trim(ix, pos);
}

size_t
index_memory(const struct index *ix)
{
	return ((size_t)ix->cap + ix->old_cap) * sizeof(struct index_slot);
}
