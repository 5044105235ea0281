/*
 * The table of owners. Numbers are given once and kept: there are as many as helpers ever had names,
 * and the configuration bounds those. Invariant: while no synchronisation is open, all routes of an
 * owner carry its phase.
 */
#include "ribd/owner.h"

#include <stdlib.h>
#include "common/log.h"
#include "common/xmalloc.h"
#include "proto/ipc/route_ops.h"

uint16_t
owner_number(struct rib *rib, uint32_t id)
{
	struct owners *o = &rib->owners;

	if (o->last < o->n && o->v[o->last].id == id)
		return o->last;
	for (uint32_t i = 0; i < o->n; i++) {
		if (o->v[i].id == id)
			return o->last = (uint16_t)i;
	}
	if (o->n >= OWNERS_MAX) {
		log_error(NULL, "more than %d owners of routes: one is not remembered", OWNERS_MAX);
		return OWNER_NOBODY;
	}
	if ((o->n & (o->n - 1)) == 0)
		o->v = xreallocarray(o->v, o->n == 0 ? 2 : o->n * 2, sizeof(o->v[0]));
	if (o->n == 0)
		o->v[o->n++] = (struct owner){ 0 };
	if (id == 0)
		return OWNER_NOBODY;
	/* Room for the first two was made at once. */
	o->v[o->n] = (struct owner){ .id = id };
	return o->last = (uint16_t)o->n++;
}

uint32_t
owner_id(const struct rib *rib, uint16_t number)
{
	return number < rib->owners.n ? rib->owners.v[number].id : 0;
}

/* Sets the phase of all routes of an owner. */
static void
paint(struct rib *rib, uint16_t number, uint8_t phase)
{
	struct table *t = &rib->table;

	for (uint32_t i = table_at(t, TABLE_NONE)->next; i != TABLE_NONE;
		i = table_at(t, i)->next) {
		struct entry *e = table_at(t, i);

		if (e->kind == ENTRY_ROUTE && (e->flags & ENTRY_F_CONFIG) == 0 &&
			e->whose == number)
			e->flags = (uint8_t)((e->flags & ~ENTRY_F_PHASE) | phase);
	}
}

void
owner_sync_begin(struct rib *rib, uint16_t number)
{
	struct owner *o = &rib->owners.v[number];

	if (number == OWNER_NOBODY)
		return;
	if (o->syncing) {
		paint(rib, number, o->phase ^ ENTRY_F_PHASE);
		return;
	}
	o->syncing = true;
	o->phase ^= ENTRY_F_PHASE;
	rib->owners.n_syncing++;
}

static bool
end_sync(struct rib *rib, uint16_t number)
{
	struct owner *o = &rib->owners.v[number];

	if (number == OWNER_NOBODY || !o->syncing)
		return false;
	o->syncing = false;
	rib->owners.n_syncing--;
	return true;
}

void
owner_sync_end(struct rib *rib, uint16_t number)
{
	if (end_sync(rib, number))
		rib_withdraw_owned(rib, number, rib->owners.v[number].phase ^ ENTRY_F_PHASE);
}

void
owner_sync_abort(struct rib *rib, uint16_t number)
{
	if (end_sync(rib, number))
		paint(rib, number, rib->owners.v[number].phase);
}

void
owner_expire(struct rib *rib, uint16_t number, uint64_t deadline_us)
{
	struct owner *o = &rib->owners.v[number];

	if (number == OWNER_NOBODY)
		return;
	o->expires_us = deadline_us == ROUTE_EXPIRE_NOW ? 0 : (int64_t)deadline_us;
	if (deadline_us == ROUTE_EXPIRE_NOW)
		rib_withdraw_owned(rib, number, UINT8_MAX);
}

uint16_t
owner_due(const struct rib *rib, int64_t *next)
{
	const struct owners *o = &rib->owners;

	for (uint32_t i = 1; i < o->n; i++) {
		int64_t at = o->v[i].expires_us;

		if (at != 0 && at <= rib->now_us)
			return (uint16_t)i;
		if (at != 0 && (*next == 0 || at < *next))
			*next = at;
	}
	return OWNER_NOBODY;
}

void
owners_fini(struct rib *rib)
{
	free(rib->owners.v);
	rib->owners = (struct owners){ 0 };
}
