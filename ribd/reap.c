/*
 * Entries to look at again once every session has them: withdraws and routes of peers without
 * adj-rib-out are freed, parts of a route that became equal are joined. A queue of (number, change)
 * pairs; an entry that changed or died meanwhile no longer matches its pair.
 */
#include "ribd/rib.h"

#include <stdlib.h>
#include "common/xmalloc.h"

enum { REAP_TURN = 100000 };

void
rib_reap_push(struct rib *rib, uint32_t number)
{
	struct reap_queue *q = &rib->reap;
	struct entry *e = table_at(&rib->table, number);

	if (q->n == q->cap) {
		size_t cap = q->cap == 0 ? 256 : q->cap * 2;
		struct reap_item *items = xreallocarray(NULL, cap, sizeof(items[0]));

		for (size_t i = 0; i < q->n; i++)
			items[i] = q->items[(q->head + i) % q->cap];
		free(q->items);
		*q = (struct reap_queue){ .items = items, .n = q->n, .cap = cap };
	}
	e->flags |= ENTRY_F_QUEUED;
	q->items[(q->head + q->n++) % q->cap] =
		(struct reap_item){ .number = number, .seq = entry_seq(e) };
}

static uint64_t
passed_by_all(const struct rib *rib)
{
	uint64_t least = UINT64_MAX;

	for (uint32_t i = 0; i < rib->n_sessions; i++) {
		uint64_t seq = rib_session_confirmed(rib, rib->sessions[i]);

		least = seq < least ? seq : least;
	}
	return least;
}

static void
drop(struct rib *rib, uint32_t number)
{
	rib_entry_drop(rib, number);
	rib->counters.reaped++;
}

/* Peers that were up have it; those that are down get it when they come up. */
static void
reap_pending(struct rib *rib, uint32_t number)
{
	struct entry *e = table_at(&rib->table, number);

	peerset_assign(&rib->sets, &e->peers, peerset_minus(&rib->sets, e->peers, rib->up));
	if (e->peers == 0)
		drop(rib, number);
}

/* Joins a route with an equal one of other peers that everybody has passed as well. */
static void
reap_route(struct rib *rib, uint32_t number, uint64_t passed)
{
	struct table *t = &rib->table;
	struct entry *e = table_at(t, number);
	struct nlri nlri = entry_nlri(e);
	uint32_t hash = nlri_hash(&nlri);
	uint8_t flags = ENTRY_F_CONFIG | ENTRY_F_MAYBE_SENT | ENTRY_F_PHASE;

	for (uint32_t i = table_find(t, &nlri, hash); i != TABLE_NONE;
		i = table_find_next(t, i, &nlri)) {
		struct entry *twin = table_at(t, i);

		if (i == number || twin->kind != ENTRY_ROUTE || twin->attrs != e->attrs ||
			twin->whose != e->whose || ((twin->flags ^ e->flags) & flags) != 0 ||
			entry_seq(twin) > passed || twin->len != e->len ||
			memcmp(entry_nlri(twin).bytes, nlri.bytes, nlri.len) != 0)
			continue;
		peerset_assign(
			&rib->sets, &twin->peers, peerset_or(&rib->sets, twin->peers, e->peers));
		drop(rib, number);
		return;
	}
}

static void
reap_one(struct rib *rib, const struct reap_item *item, uint64_t passed)
{
	struct entry *e = table_at(&rib->table, item->number);

	if ((e->flags & ENTRY_F_QUEUED) == 0 || entry_seq(e) != item->seq)
		return;
	e->flags &= (uint8_t)~ENTRY_F_QUEUED;
	switch ((enum entry_kind)e->kind) {
	case ENTRY_WITHDRAW:
		drop(rib, item->number);
		break;
	case ENTRY_PENDING:
		reap_pending(rib, item->number);
		break;
	case ENTRY_ROUTE:
		reap_route(rib, item->number, passed);
		break;
	case ENTRY_FREE:
	case ENTRY_MARK:
		break;
	}
}

void
rib_reap(struct rib *rib)
{
	struct reap_queue *q = &rib->reap;
	uint64_t passed;

	if (q->n == 0)
		return;
	passed = passed_by_all(rib);
	for (unsigned i = 0; i < REAP_TURN && q->n > 0; i++) {
		struct reap_item item = q->items[q->head];

		if (item.seq > passed)
			return;
		q->head = (q->head + 1) % q->cap;
		q->n--;
		reap_one(rib, &item, passed);
	}
}
