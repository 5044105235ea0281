/*
 * Route operations of apid, of the journal and of a snapshot, applied to the RIB. The stream has a
 * little state (owner, peers, attributes, watchdog); this file holds it while one batch is applied.
 */
#include "ribd/rib.h"

#include <stdlib.h>
#include "common/log.h"
#include "common/xmalloc.h"
#include "proto/ipc/route_ops.h"
#include "ribd/lifetime.h"
#include "ribd/owner.h"
#include "ribd/watchdog.h"

enum { AHEAD = 32 };

/* What of a stream counts: of a snapshot's, only watchdogs or deadlines. */
enum what { EVERYTHING, WATCHDOGS, LIFETIMES };

struct batch {
	struct rib *rib;
	uint32_t owner;
	uint32_t peers, attrs; /* held */
	const char *dog;
	uint8_t dog_len;
	bool withheld;
	bool touched; /* the current peers' settle time was started */
	enum what only;
	uint64_t ttl_us; /* deadline; 0: none */
};

static void
set_peers(struct batch *b, const struct route_op *op)
{
	struct rib *rib = b->rib;
	struct rd r = rd_init(op->peers, (size_t)op->n_peers * 4);
	uint64_t *words;

	b->touched = false;
	if (op->all_peers) {
		peerset_assign(&rib->sets, &b->peers, peerset_ref(&rib->sets, rib->all));
		return;
	}
	words = xcalloc(rib->n_peers / 64 + 1, sizeof(words[0]));
	for (unsigned i = 0; i < op->n_peers; i++) {
		uint32_t slot = rib_peer_slot(rib, rd_u32(&r));

		if (slot != UINT32_MAX)
			words[slot / 64] |= UINT64_C(1) << (slot % 64);
	}
	peerset_assign(
		&rib->sets, &b->peers, peerset_make(&rib->sets, words, rib->n_peers / 64 + 1));
	free(words);
}

static void
set_attrs(struct batch *b, const struct route_op *op)
{
	uint32_t number = attrs_intern(&b->rib->attrs, &op->attrs);

	attrs_unref(&b->rib->attrs, b->attrs);
	b->attrs = number;
}

static void
touch(struct batch *b)
{
	struct rib *rib = b->rib;
	uint32_t settle;

	if (b->touched)
		return;
	b->touched = true;
	if (rib->settle == 0)
		return;
	settle = peerset_and(&rib->sets, b->peers, rib->settle);
	for (int64_t i = peerset_next(&rib->sets, settle, 0); i >= 0;
		i = peerset_next(&rib->sets, settle, i + 1)) {
		struct peer *p = rib->peers[i];

		if (p->session == NULL)
			continue;
		if (p->settle_first_us == 0)
			p->settle_first_us = rib->now_us;
		p->settle_last_us = rib->now_us;
	}
	peerset_unref(&rib->sets, settle);
}

/* Operations that concern the routes of all peers. */
static void
touch_all(struct batch *b)
{
	uint32_t peers = b->peers;
	bool touched = b->touched;

	b->peers = b->rib->all;
	b->touched = false;
	touch(b);
	b->peers = peers;
	b->touched = touched;
}

static bool
known_family(struct batch *b, uint32_t family)
{
	if (family == FAMILY_NONE || family_index(family) >= 0)
		return true;
	b->rib->counters.refused++;
	if (log_ratelimit(&b->rib->counters.refused, b->rib->now_us))
		log_error(NULL, "a route of unknown family %u/%u is ignored", family_afi(family),
			family_safi(family));
	return false;
}

/* How long what was just announced lives. */
static void
limit(struct batch *b, const struct nlri *nlri)
{
	struct rib *rib = b->rib;
	uint32_t peers;

	if (b->ttl_us == 0) {
		lifetime_forget(rib, b->peers, nlri);
		return;
	}
	peers = peerset_and(&rib->sets, b->peers, rib->configured[entry_family_row(nlri->family)]);
	lifetime_set(rib, peers, nlri, b->attrs, (int64_t)b->ttl_us);
	peerset_unref(&rib->sets, peers);
}

/* The walk of a snapshot may have passed what these change. */
static void
sync_owner(struct batch *b, enum route_sync sync)
{
	static void (*const run[])(struct rib * rib, uint16_t owner) = {
		[ROUTE_SYNC_BEGIN] = owner_sync_begin,
		[ROUTE_SYNC_END] = owner_sync_end,
		[ROUTE_SYNC_ABORT] = owner_sync_abort,
	};

	b->rib->walk_dependent = true;
	run[sync](b->rib, b->rib->speaker);
}

static void
expire_owner(struct batch *b, uint64_t deadline_us)
{
	if (b->only == EVERYTHING)
		b->rib->walk_dependent = true;
	owner_expire(b->rib, b->rib->speaker, deadline_us);
}

static void
announce(struct batch *b, const struct route_op *op, uint32_t hash)
{
	struct rib *rib = b->rib;
	bool config = b->owner == ROUTE_OWNER_CONFIG;

	if (!known_family(b, op->nlri.family) || op->nlri.len > NLRI_MAX)
		return;
	touch(b);
	if (b->dog_len > 0 && (config || b->only == WATCHDOGS))
		watchdog_route(rib, b->dog, b->dog_len, b->withheld, b->peers, &op->nlri, b->attrs,
			b->only == EVERYTHING);
	else if (b->only == EVERYTHING)
		rib_announce(rib, b->peers, &op->nlri, hash, b->attrs, config);
	if (b->only != WATCHDOGS)
		limit(b, &op->nlri);
}

static void
withdraw(struct batch *b, const struct route_op *op, uint32_t hash)
{
	if (!known_family(b, op->nlri.family) || op->nlri.len > NLRI_MAX)
		return;
	touch(b);
	rib_withdraw(b->rib, b->peers, &op->nlri, hash, b->attrs);
}

static void
flush_session(struct rib *rib, struct session *s, uint32_t family)
{
	uint32_t bit = family == 0 ? s->own_families : family_bit(family);

	if (bit != 0)
		rib_session_resend(
			rib, s, bit, s->own_refresh ? bit & s->own_families : 0, family == 0);
}

/* EOR and FLUSH concern sessions, not the table: a replay has none to send to. */
static void
for_sessions(struct batch *b, const struct route_op *op)
{
	struct rib *rib = b->rib;
	uint32_t up = peerset_and(&rib->sets, b->peers, rib->up);

	for (int64_t i = peerset_next(&rib->sets, up, 0); i >= 0 && !rib->replaying;
		i = peerset_next(&rib->sets, up, i + 1)) {
		struct session *s = rib->peers[i]->session;

		if (op->kind == ROUTE_OP_EOR)
			rib_session_eor(rib, s, op->nlri.family);
		else
			flush_session(rib, s, op->nlri.family);
	}
	peerset_unref(&rib->sets, up);
}

static void
clear(struct batch *b, const struct route_op *op)
{
	struct rib *rib = b->rib;

	if (!op->flag) {
		touch(b);
		rib->walk_dependent = true;
		rib_clear(rib, b->peers);
		return;
	}
	for (int64_t i = peerset_next(&rib->sets, b->peers, 0); i >= 0;
		i = peerset_next(&rib->sets, b->peers, i + 1))
		rib_in_clear(rib, rib->peers[i]);
}

static void
apply_op(struct batch *b, const struct route_op *op, uint32_t hash)
{
	/* A restarted apid tells the same configuration again: commands since then stay. */
	bool ignored = b->rib->ignore_config && b->owner == ROUTE_OWNER_CONFIG;

	switch (op->kind) {
	case ROUTE_OP_OWNER:
		b->owner = op->owner;
		b->rib->speaker = op->owner == ROUTE_OWNER_CONFIG ? OWNER_NOBODY
								  : owner_number(b->rib, op->owner);
		b->dog_len = 0;
		break;
	case ROUTE_OP_PEERS:
		set_peers(b, op);
		break;
	case ROUTE_OP_ATTRS:
		set_attrs(b, op);
		break;
	case ROUTE_OP_WATCHDOG:
		b->dog = op->name;
		b->dog_len = op->name_len;
		b->withheld = op->flag;
		break;
	case ROUTE_OP_ANNOUNCE:
		if (!ignored)
			announce(b, op, hash);
		break;
	case ROUTE_OP_WITHDRAW:
		if (!ignored)
			withdraw(b, op, hash);
		break;
	case ROUTE_OP_EOR:
	case ROUTE_OP_FLUSH:
		for_sessions(b, op);
		break;
	case ROUTE_OP_CLEAR:
		clear(b, op);
		break;
	case ROUTE_OP_DOG:
		touch(b);
		b->rib->walk_dependent = true;
		watchdog_switch(b->rib, op->name, op->name_len, b->peers, op->flag);
		break;
	case ROUTE_OP_TTL:
		b->ttl_us = op->deadline_us;
		break;
	case ROUTE_OP_SYNC:
		touch_all(b);
		sync_owner(b, op->sync);
		break;
	case ROUTE_OP_EXPIRE:
		touch_all(b);
		expire_owner(b, op->deadline_us);
		break;
	}
}

/* Routes wait in fours and more until their places in the table are in the processor's cache. */
struct ahead {
	struct route_op ops[AHEAD];
	uint32_t hashes[AHEAD];
	unsigned n;
};

static void
run_ahead(struct batch *b, struct ahead *a)
{
	const struct table *t = &b->rib->table;

	for (unsigned i = 0; i < a->n; i++) {
		a->hashes[i] = nlri_hash(&a->ops[i].nlri);
		index_prefetch(&t->index, a->hashes[i]);
	}
	for (unsigned i = 0; i < a->n; i++)
		table_prefetch_entry(t, a->hashes[i]);
	for (unsigned i = 0; i < a->n; i++)
		apply_op(b, &a->ops[i], a->hashes[i]);
	a->n = 0;
}

static int
apply(struct rib *rib, const uint8_t *ops, size_t n, enum what only)
{
	struct batch b = { .rib = rib,
		.only = only,
		.attrs = attrs_ref(&rib->attrs, 0),
		.peers = peerset_ref(&rib->sets, rib->all) };
	struct rd r = rd_init(ops, n);
	struct ahead a;
	int got;

	rib->speaker = OWNER_NOBODY;
	a.n = 0;
	while ((got = route_op_next(&r, &a.ops[a.n])) == 1) {
		enum route_op_kind kind = a.ops[a.n].kind;
		struct route_op other;

		if (kind == ROUTE_OP_ANNOUNCE || kind == ROUTE_OP_WITHDRAW) {
			if (++a.n == AHEAD)
				run_ahead(&b, &a);
			continue;
		}
		other = a.ops[a.n];
		run_ahead(&b, &a);
		apply_op(&b, &other, 0);
	}
	run_ahead(&b, &a);
	attrs_unref(&rib->attrs, b.attrs);
	peerset_unref(&rib->sets, b.peers);
	return got;
}

int
rib_apply(struct rib *rib, const uint8_t *ops, size_t n)
{
	return apply(rib, ops, n, EVERYTHING);
}

int
rib_apply_watchdogs(struct rib *rib, const uint8_t *ops, size_t n)
{
	return apply(rib, ops, n, WATCHDOGS);
}

int
rib_apply_lifetimes(struct rib *rib, const uint8_t *ops, size_t n)
{
	return apply(rib, ops, n, LIFETIMES);
}
