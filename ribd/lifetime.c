/*
 * Deadlines: a heap of items by time, and a hash of them by NLRI, where the items of one NLRI (they
 * have disjoint peers) are chained. All of it is empty when nobody uses `ttl`, and costs a look at
 * a counter then.
 */
#include "ribd/lifetime.h"

#include <stdlib.h>
#include <string.h>
#include "common/log.h"
#include "common/xmalloc.h"
#include "proto/ipc/route_ops.h"
#include "ribd/owner.h"

enum { ITEMS_MAX = 16 * 1024 * 1024, DUE_BYTES = 256 * 1024 };

struct lifetime {
	struct lifetime *next; /* same NLRI, other peers */
	size_t at;             /* in the heap */
	int64_t deadline_us;
	uint32_t attrs, peers; /* held */
	struct nlri nlri;      /* bytes point into this item */
	uint8_t bytes[];
};

static bool
item_eq(const void *item, const void *key)
{
	const struct lifetime *i = item;

	return nlri_same(&i->nlri, key);
}

/* --- heap --- */

static void
put(struct lifetimes *l, size_t at, struct lifetime *item)
{
	l->heap[at] = item;
	item->at = at;
}

static void
sift(struct lifetimes *l, size_t at)
{
	struct lifetime *item = l->heap[at];

	while (at > 0 && l->heap[(at - 1) / 2]->deadline_us > item->deadline_us) {
		put(l, at, l->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	for (size_t child; (child = 2 * at + 1) < l->n; at = child) {
		if (child + 1 < l->n &&
			l->heap[child + 1]->deadline_us < l->heap[child]->deadline_us)
			child++;
		if (l->heap[child]->deadline_us >= item->deadline_us)
			break;
		put(l, at, l->heap[child]);
	}
	put(l, at, item);
}

static void
heap_remove(struct lifetimes *l, size_t at)
{
	struct lifetime *last = l->heap[--l->n];

	if (at == l->n)
		return;
	put(l, at, last);
	sift(l, at);
}

/* --- items --- */

static struct lifetime *
find(const struct rib *rib, const struct nlri *nlri, uint32_t hash)
{
	return htable_find(&rib->lifetimes.by_nlri, hash, item_eq, nlri);
}

static void
item_free(struct rib *rib, struct lifetime *item)
{
	uint32_t hash = nlri_hash(&item->nlri);
	struct lifetime *first = htable_remove(&rib->lifetimes.by_nlri, hash, item_eq, &item->nlri);
	struct lifetime **at = &first;

	while (*at != item)
		at = &(*at)->next;
	*at = item->next;
	if (first != NULL)
		htable_add(&rib->lifetimes.by_nlri, hash, first);
	heap_remove(&rib->lifetimes, item->at);
	attrs_unref(&rib->attrs, item->attrs);
	peerset_unref(&rib->sets, item->peers);
	free(item);
}

static void
shrink(struct rib *rib, struct lifetime *item, uint32_t peers)
{
	peerset_assign(&rib->sets, &item->peers, peerset_minus(&rib->sets, item->peers, peers));
	if (item->peers == 0)
		item_free(rib, item);
}

void
lifetime_forget(struct rib *rib, uint32_t peers, const struct nlri *nlri)
{
	struct lifetime *next;

	if (rib->lifetimes.n == 0)
		return;
	for (struct lifetime *i = find(rib, nlri, nlri_hash(nlri)); i != NULL; i = next) {
		next = i->next;
		shrink(rib, i, peers);
	}
}

void
lifetime_set(struct rib *rib, uint32_t peers, const struct nlri *nlri, uint32_t attrs,
	int64_t deadline_us)
{
	struct lifetimes *l = &rib->lifetimes;
	struct lifetime *item, *first;
	uint32_t hash = nlri_hash(nlri);

	lifetime_forget(rib, peers, nlri);
	if (peers == 0)
		return;
	if (l->n >= ITEMS_MAX) {
		log_error(NULL, "more than %d routes with a ttl: one stays for good", ITEMS_MAX);
		return;
	}
	if (l->n == l->cap) {
		l->cap = l->cap == 0 ? 64 : l->cap * 2;
		l->heap = xreallocarray(l->heap, l->cap, sizeof(l->heap[0]));
	}
	item = xmalloc(sizeof(*item) + nlri->len);
	*item = (struct lifetime){ .deadline_us = deadline_us,
		.attrs = attrs_ref(&rib->attrs, attrs),
		.peers = peerset_ref(&rib->sets, peers),
		.nlri = *nlri };
	memcpy(item->bytes, nlri->bytes, nlri->len);
	item->nlri.bytes = item->bytes;
	first = find(rib, nlri, hash);
	if (first != NULL) {
		item->next = first->next;
		first->next = item;
	} else {
		htable_add(&l->by_nlri, hash, item);
	}
	put(l, l->n++, item);
	sift(l, l->n - 1);
}

int64_t
lifetime_of(const struct rib *rib, uint32_t slot, const struct nlri *nlri)
{
	if (rib->lifetimes.n == 0)
		return 0;
	for (const struct lifetime *i = find(rib, nlri, nlri_hash(nlri)); i != NULL; i = i->next) {
		if (peerset_has(&rib->sets, i->peers, slot))
			return i->deadline_us;
	}
	return 0;
}

void
lifetime_forget_peers(struct rib *rib, uint32_t peers)
{
	struct lifetimes *l = &rib->lifetimes;

	for (size_t i = 0; i < l->n; i++)
		peerset_assign(&rib->sets, &l->heap[i]->peers,
			peerset_minus(&rib->sets, l->heap[i]->peers, peers));
	/* Empty ones go when their time comes. */
}

void
lifetime_copy(struct rib *rib, uint32_t from, uint32_t to)
{
	struct lifetimes *l = &rib->lifetimes;

	for (size_t i = 0; i < l->n; i++)
		if (peerset_has(&rib->sets, l->heap[i]->peers, from))
			peerset_assign(&rib->sets, &l->heap[i]->peers,
				peerset_with(&rib->sets, l->heap[i]->peers, to));
}

void
lifetime_fini(struct rib *rib)
{
	while (rib->lifetimes.n > 0)
		item_free(rib, rib->lifetimes.heap[rib->lifetimes.n - 1]);
	free(rib->lifetimes.heap);
	htable_fini(&rib->lifetimes.by_nlri);
	rib->lifetimes = (struct lifetimes){ 0 };
}

/* --- as operations --- */

static void
write_peers(struct rib *rib, struct buf *ops, uint32_t set)
{
	uint32_t n = peerset_count(&rib->sets, set), i = 0;
	uint32_t *ids = xreallocarray(NULL, n + 1, sizeof(ids[0]));
	size_t room = 3 + 4 * (size_t)n;
	struct wr w = wr_init(buf_room(ops, room), room);

	for (int64_t p = peerset_next(&rib->sets, set, 0); p >= 0;
		p = peerset_next(&rib->sets, set, p + 1))
		ids[i++] = rib->peers[p]->id;
	route_op_peers(&w, ids, n);
	ops->len += wr_len(&w);
	free(ids);
}

static void
write_route(struct rib *rib, struct buf *ops, const struct lifetime *item, uint32_t peers,
	uint64_t deadline_us)
{
	struct attrset set = attrs_view(&rib->attrs, item->attrs);
	size_t room = 64 + set.len + ROUTE_OP_OVERHEAD + item->nlri.len;
	struct wr w;

	write_peers(rib, ops, peers);
	w = wr_init(buf_room(ops, room), room);
	route_op_attrs(&w, &set);
	if (deadline_us != 0)
		route_op_ttl(&w, deadline_us);
	route_op_route(&w, deadline_us != 0, &item->nlri);
	ops->len += wr_len(&w);
}

static void
write_expire(struct rib *rib, struct buf *ops, uint16_t owner, uint64_t deadline_us)
{
	size_t room = 32;
	struct wr w = wr_init(buf_room(ops, room), room);

	route_op_owner(&w, owner_id(rib, owner));
	route_op_expire(&w, deadline_us);
	ops->len += wr_len(&w);
}

/* What is the configuration's meanwhile stays. Held for the caller. */
static uint32_t
without_configured(struct rib *rib, const struct lifetime *item)
{
	struct table *t = &rib->table;
	uint32_t set = peerset_and(&rib->sets, item->peers, rib->all);

	for (uint32_t i = table_find(t, &item->nlri, nlri_hash(&item->nlri)); i != TABLE_NONE;
		i = table_find_next(t, i, &item->nlri)) {
		const struct entry *e = table_at(t, i);

		if (e->kind == ENTRY_ROUTE && (e->flags & ENTRY_F_CONFIG) != 0)
			peerset_assign(&rib->sets, &set, peerset_minus(&rib->sets, set, e->peers));
	}
	return set;
}

bool
lifetime_due(struct rib *rib, struct buf *ops, int64_t *next)
{
	struct lifetimes *l = &rib->lifetimes;
	uint16_t owner;

	*next = 0;
	while (l->n > 0 && l->heap[0]->deadline_us <= rib->now_us && ops->len < DUE_BYTES) {
		uint32_t set = without_configured(rib, l->heap[0]);

		if (set != 0)
			write_route(rib, ops, l->heap[0], set, 0);
		peerset_unref(&rib->sets, set);
		item_free(rib, l->heap[0]);
	}
	if (l->n > 0)
		*next = l->heap[0]->deadline_us;
	owner = owner_due(rib, next);
	if (owner != OWNER_NOBODY) {
		write_expire(rib, ops, owner, ROUTE_EXPIRE_NOW);
		*next = rib->now_us;
	}
	return ops->len > 0;
}

void
lifetime_write(struct rib *rib, struct buf *ops)
{
	const struct lifetimes *l = &rib->lifetimes;

	for (size_t i = 0; i < l->n; i++)
		if (l->heap[i]->peers != 0)
			write_route(rib, ops, l->heap[i], l->heap[i]->peers,
				(uint64_t)l->heap[i]->deadline_us);
	for (uint32_t i = 1; i < rib->owners.n; i++)
		if (rib->owners.v[i].expires_us != 0)
			write_expire(rib, ops, (uint16_t)i, (uint64_t)rib->owners.v[i].expires_us);
}
