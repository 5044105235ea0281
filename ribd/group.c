/*
 * Groups: sessions with equal export parameters that stand at the same place share one cursor. A
 * member that can not go along (no credit, not settled, a route that is not for all) is split off
 * with a cursor of its own at the same place; two equal groups whose cursors are neighbors in the
 * list become one again. Detached and rate-limited sessions are never joined.
 */
#include "ribd/rib.h"

#include <stdlib.h>
#include "common/xmalloc.h"

enum { MERGE_REACH = 64 };

static uint32_t
free_index(struct rib *rib)
{
	uint32_t old = rib->n_groups, n = old == 0 ? 8 : old * 2;

	for (uint32_t i = 0; i < old; i++)
		if (!rib->groups[i].used)
			return i;
	rib->groups = xreallocarray(rib->groups, n, sizeof(rib->groups[0]));
	for (uint32_t i = old; i < n; i++)
		rib->groups[i] = (struct group){ 0 };
	rib->n_groups = n;
	return old;
}

uint32_t
rib_group_new(struct rib *rib, const struct group *like, uint32_t behind)
{
	struct group copy = *like;
	uint32_t index = free_index(rib);

	copy.used = true;
	copy.mark = table_mark(&rib->table, index);
	table_mark_move(&rib->table, copy.mark, behind);
	rib->groups[index] = copy;
	return index;
}

static void
set_group(struct rib *rib, uint32_t members, uint32_t index)
{
	for (int64_t p = peerset_next(&rib->sets, members, 0); p >= 0;
		p = peerset_next(&rib->sets, members, p + 1))
		rib->peers[p]->session->group = index;
}

uint32_t
rib_group_split(struct rib *rib, uint32_t index, uint32_t members)
{
	struct group like = rib->groups[index];
	uint32_t new;

	like.members = members;
	like.wait_until_us = 0;
	new = rib_group_new(rib, &like, like.mark);
	peerset_assign(&rib->sets, &rib->groups[index].members,
		peerset_minus(&rib->sets, rib->groups[index].members, members));
	set_group(rib, members, new);
	rib->counters.splits++;
	return new;
}

static void
free_group(struct rib *rib, uint32_t index)
{
	struct group *g = &rib->groups[index];

	table_mark_remove(&rib->table, g->mark);
	peerset_unref(&rib->sets, g->members);
	*g = (struct group){ 0 };
}

void
rib_group_leave(struct rib *rib, struct session *s)
{
	struct group *g = &rib->groups[s->group];

	peerset_assign(&rib->sets, &g->members, peerset_without(&rib->sets, g->members, s->peer));
	if (g->members == 0)
		free_group(rib, s->group);
}

static bool
equal(const struct rib *rib, const struct group *a, const struct group *b)
{
	if (!a->attached || !b->attached || a->limited || b->limited ||
		a->settle_ms != b->settle_ms)
		return false;
	/* Withdraws from before a session are left out for that session only. */
	if (a->start != b->start && (a->low < a->start || b->low < b->start))
		return false;
	if (peerset_relation(&rib->sets, a->members, rib->resending) != PEERSET_NONE ||
		peerset_relation(&rib->sets, b->members, rib->resending) != PEERSET_NONE)
		return false;
	return export_session_equal(&a->export, &b->export);
}

/* b's members move to a. */
static void
join(struct rib *rib, uint32_t a, uint32_t b)
{
	struct group *to = &rib->groups[a], *from = &rib->groups[b];

	set_group(rib, from->members, a);
	peerset_assign(
		&rib->sets, &to->members, peerset_or(&rib->sets, to->members, from->members));
	to->low = from->low > to->low ? from->low : to->low;
	to->high = from->high > to->high ? from->high : to->high;
	to->start = from->start > to->start ? from->start : to->start;
	to->starved = to->starved && from->starved;
	to->wait_until_us = 0;
	free_group(rib, b);
	rib->counters.merges++;
}

void
rib_group_merge(struct rib *rib, uint32_t index)
{
	struct table *t = &rib->table;

	for (int way = 0; way < 2; way++) {
		uint32_t at = rib->groups[index].mark, next;

		for (unsigned reach = 0; reach < MERGE_REACH; reach++) {
			const struct entry *e = table_at(t, at);

			at = way == 0 ? e->prev : e->next;
			e = table_at(t, at);
			if (at == TABLE_NONE || e->kind != ENTRY_MARK)
				break;
			if (e->attrs >= rib->n_groups || e->attrs == index ||
				!equal(rib, &rib->groups[index], &rib->groups[e->attrs]))
				continue;
			next = way == 0 ? e->next : e->prev;
			join(rib, index, e->attrs);
			at = next;
		}
	}
}

uint32_t
rib_maybe_passed(struct rib *rib, uint32_t peers, uint64_t seq)
{
	uint64_t words[RIB_PEERS_MAX / 64];
	size_t n = 0;

	for (int64_t p = peerset_next(&rib->sets, peers, 0); p >= 0;
		p = peerset_next(&rib->sets, peers, p + 1)) {
		const struct session *s = rib->peers[p]->session;

		if (s == NULL || rib->groups[s->group].high < seq)
			continue;
		while (n <= (size_t)p / 64)
			words[n++] = 0;
		words[p / 64] |= UINT64_C(1) << (p % 64);
	}
	return peerset_make(&rib->sets, words, n);
}
