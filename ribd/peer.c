/*
 * Neighbors as apid tells them, and those bgpd makes from a range. A peer keeps its slot (its bit
 * in peer sets) as long as it exists; its routes survive sessions and reloads.
 */
#include "ribd/rib.h"

#include <stdlib.h>
#include "common/log.h"
#include "common/rd.h"
#include "common/xmalloc.h"
#include "proto/ipc/ipc.h"
#include "ribd/lifetime.h"
#include "ribd/watchdog.h"

static bool
peer_eq(const void *item, const void *key)
{
	const struct peer *p = item;
	const uint32_t *id = key;

	return p->id == *id;
}

struct peer *
rib_peer(const struct rib *rib, uint32_t id)
{
	return htable_find(&rib->ids, hash_u32(id), peer_eq, &id);
}

uint32_t
rib_peer_slot(const struct rib *rib, uint32_t id)
{
	const struct peer *p = rib_peer(rib, id);

	return p == NULL ? UINT32_MAX : p->slot;
}

static void
set_bit(struct rib *rib, uint32_t *set, uint32_t slot, bool on)
{
	if (peerset_has(&rib->sets, *set, slot) == on)
		return;
	peerset_assign(&rib->sets, set,
		on ? peerset_with(&rib->sets, *set, slot)
		   : peerset_without(&rib->sets, *set, slot));
}

/* Puts the peer into the sets its definition asks for. */
static void
index_peer(struct rib *rib, const struct peer *p)
{
	rib_target_reset(rib);
	set_bit(rib, &rib->all, p->slot, p->used);
	set_bit(rib, &rib->keep, p->slot, p->used && p->keep);
	set_bit(rib, &rib->settle, p->slot, p->used && p->settle_ms > 0);
	for (unsigned i = 0; i < FAMILY_COUNT; i++)
		set_bit(rib, &rib->configured[i], p->slot, p->used && (p->families >> i & 1) != 0);
	set_bit(rib, &rib->configured[ENTRY_FAMILY_NONE], p->slot, p->used);
}

static struct peer *
new_peer(struct rib *rib, uint32_t id)
{
	struct peer *p;
	uint32_t slot = 0;

	while (slot < rib->n_peers && rib->peers[slot] != NULL)
		slot++;
	if (slot == RIB_PEERS_MAX) {
		log_error(NULL, "more than %d neighbors: one is ignored", RIB_PEERS_MAX);
		return NULL;
	}
	if (slot == rib->n_peers) {
		rib->peers = xreallocarray(rib->peers, slot + 1, sizeof(rib->peers[0]));
		rib->n_peers++;
	}
	p = xcalloc(1, sizeof(*p));
	p->used = true;
	p->id = id;
	p->slot = slot;
	rib->peers[slot] = p;
	htable_add(&rib->ids, hash_u32(id), p);
	return p;
}

/* The families of the capability list of our OPEN; none listed: IPv4 unicast (RFC 4760 8). */
static uint32_t
configured_families(const uint8_t *caps, size_t n)
{
	struct rd r = rd_init(caps, n);
	uint32_t families = 0;

	while (rd_ok(&r) && rd_left(&r) > 0) {
		uint8_t code = rd_u8(&r), len = rd_u8(&r);
		struct rd value = rd_sub(&r, len);

		if (code == CAP_MULTIPROTOCOL && rd_left(&value) == 4) {
			uint32_t number = rd_u32(&value);

			families |= family_bit(FAMILY(number >> 16, number & 0xff));
		}
	}
	return families == 0 ? family_bit(IPV4_UNICAST) : families;
}

static void
define(struct peer *p, const struct ipc_neighbor *m)
{
	free(p->key);
	p->key = xstrndup((const char *)m->key.p, m->key.n);
	p->range = m->peer.n > 0 && m->peer_bits < m->peer.n * 8;
	p->keep = m->adj_rib_out;
	p->adj_rib_in = m->adj_rib_in;
	p->manual_eor = m->manual_eor;
	p->aigp = m->aigp;
	p->group_updates = m->group_updates;
	p->settle_ms = m->settle_ms;
	p->rate_limit = m->rate_limit;
	p->families = configured_families(m->caps.p, m->caps.n);
	p->has_link_local = m->link_local.n == 16 && m->ttl_out <= 1;
	if (p->has_link_local)
		memcpy(p->link_local, m->link_local.p, 16);
}

static void
define_like(struct peer *p, const struct peer *range)
{
	p->keep = range->keep;
	p->adj_rib_in = range->adj_rib_in;
	p->manual_eor = range->manual_eor;
	p->aigp = range->aigp;
	p->group_updates = range->group_updates;
	p->settle_ms = range->settle_ms;
	p->rate_limit = range->rate_limit;
	p->families = range->families;
	p->has_link_local = range->has_link_local;
	memcpy(p->link_local, range->link_local, sizeof(p->link_local));
}

void
rib_neighbors_begin(struct rib *rib, uint64_t generation, bool reload)
{
	/* A list that broke off was not taken over. */
	if (rib->listing)
		rib_neighbors_abort(rib);
	rib->ignore_config = rib->has_generation && rib->generation == generation && !reload;
	rib->has_generation = true;
	rib->generation = generation;
	rib->listing = true;
	for (uint32_t i = 0; i < rib->n_peers; i++)
		if (rib->peers[i] != NULL)
			rib->peers[i]->mentioned = false;
	if (rib->ignore_config)
		return;
	/* 0 is what routes of the API carry. */
	rib->mark = rib->mark == UINT8_MAX ? 1 : (uint8_t)(rib->mark + 1);
	watchdog_begin(rib);
}

void
rib_neighbor(struct rib *rib, const struct ipc_neighbor *m)
{
	struct peer *p = rib_peer(rib, m->id);

	if (p == NULL)
		p = new_peer(rib, m->id);
	if (p == NULL)
		return;
	define(p, m);
	p->mentioned = true;
	p->instance = false;
	index_peer(rib, p);
	for (uint32_t i = 0; p->range && i < rib->n_peers; i++) {
		struct peer *of = rib->peers[i];

		if (of == NULL || !of->instance || of->range_id != p->id)
			continue;
		define_like(of, p);
		of->mentioned = true;
		index_peer(rib, of);
	}
}

static void
free_peer(struct rib *rib, uint32_t slot)
{
	struct peer *p = rib->peers[slot];

	if (p->session != NULL)
		rib_session_down(rib, p->session->number);
	p->used = false;
	index_peer(rib, p);
	htable_remove(&rib->ids, hash_u32(p->id), peer_eq, &p->id);
	if (p->in != NULL)
		rib_in_clear(rib, p);
	free(p->key);
	free(p);
	rib->peers[slot] = NULL;
}

static void
remove_peers(struct rib *rib, uint32_t gone)
{
	if (gone == 0)
		return;
	rib_forget_peers(rib, gone, false);
	watchdog_forget(rib, gone);
	lifetime_forget_peers(rib, gone);
	for (int64_t p = peerset_next(&rib->sets, gone, 0); p >= 0;
		p = peerset_next(&rib->sets, gone, p + 1))
		free_peer(rib, (uint32_t)p);
}

void
rib_neighbors_end(struct rib *rib)
{
	uint32_t gone = peerset_ref(&rib->sets, 0);

	if (!rib->listing) {
		peerset_unref(&rib->sets, gone);
		return;
	}
	for (uint32_t i = 0; i < rib->n_peers; i++)
		if (rib->peers[i] != NULL && !rib->peers[i]->mentioned)
			peerset_assign(&rib->sets, &gone, peerset_with(&rib->sets, gone, i));
	remove_peers(rib, gone);
	peerset_unref(&rib->sets, gone);
	if (!rib->ignore_config) {
		watchdog_end(rib);
		rib_sweep(rib);
	}
	rib->listing = false;
	rib->ignore_config = false;
}

void
rib_neighbors_abort(struct rib *rib)
{
	if (rib->listing && !rib->ignore_config)
		rib->has_generation = false;
	rib->listing = false;
	rib->ignore_config = false;
}

void
rib_instance(struct rib *rib, uint32_t id, uint32_t range_id, bool gone)
{
	const struct peer *range = rib_peer(rib, range_id);
	struct peer *p = rib_peer(rib, id);

	if (gone) {
		if (p != NULL && p->instance) {
			uint32_t set = peerset_with(&rib->sets, 0, p->slot);

			remove_peers(rib, set);
			peerset_unref(&rib->sets, set);
		}
		return;
	}
	if (p != NULL || range == NULL)
		return;
	p = new_peer(rib, id);
	if (p == NULL)
		return;
	p->instance = true;
	p->range_id = range_id;
	p->mentioned = true;
	p->key = xstrdup(range->key);
	define_like(p, range);
	index_peer(rib, p);
	rib_copy_routes(rib, range->slot, p->slot);
	lifetime_copy(rib, range->slot, p->slot);
}
