/*
 * Neighbors: their definitions and what follows from them. A definition is kept as the bytes of
 * its message, so that taking it over, copying it for an instance and comparing it are one thing.
 * A peer that is removed stays in memory until the end of the turn, because its own callbacks may
 * be running.
 */
#include "bgpd/peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/bgpd.h"
#include "bgpd/peer_index.h"
#include "bgpd/listen.h"
#include "bgpd/report.h"
#include "common/log.h"
#include "common/wr.h"
#include "common/xmalloc.h"
#include "proto/wire/message.h"

static bool
same_id(const void *item, const void *key)
{
	const struct peer *p = item;
	const uint32_t *id = key;

	return p->def.id == *id;
}

struct peer *
peer_find(const struct bgpd *d, uint32_t id)
{
	return htable_find(&d->by_id, hash_u32(id), same_id, &id);
}

static struct addr
to_addr(struct ipc_bytes bytes, uint32_t scope)
{
	struct addr a = { 0 };

	if (bytes.n != 4 && bytes.n != 16)
		return a;
	a.len = (uint8_t)bytes.n;
	memcpy(a.bytes, bytes.p, bytes.n);
	if (addr_is_link_local6(&a))
		a.scope = scope;
	return a;
}

static void
set_definition(struct peer *p, const struct ipc_neighbor *def)
{
	size_t max = ipc_size_bound_neighbor(def);
	uint8_t *bytes = xmalloc(max);
	struct wr w = wr_init(bytes, max);
	struct ipc_neighbor copy;

	ipc_pack_neighbor(&w, def);
	if (ipc_unpack_neighbor(bytes, wr_len(&w), &copy) < 0)
		fatalx("a neighbor's definition can not be copied");
	free(p->def_bytes);
	p->def_bytes = bytes;
	p->def = copy;
	p->address = to_addr(copy.peer, copy.peer_scope);
	p->local = to_addr(copy.local, copy.peer_scope);
	p->is_range = copy.peer_bits < p->address.len * 8u;
	char text[ADDR_TEXT_MAX];
	addr_print(&p->address, text);
	if (p->is_range)
		snprintf(p->name, sizeof(p->name), "%.60s/%u", text, copy.peer_bits);
	else
		snprintf(p->name, sizeof(p->name), "%s", text);
}

static struct peer *
new_peer(struct bgpd *d, const struct ipc_neighbor *def)
{
	struct peer *p = xcalloc(1, sizeof(*p));

	p->d = d;
	set_definition(p, def);
	session_init(&p->slots[0], p);
	session_init(&p->slots[1], p);
	p->session = &p->slots[0];
	p->since_us = wall_us();
	p->link = d->peers_tail;
	*p->link = p;
	d->peers_tail = &p->next;
	htable_add(&d->by_id, hash_u32(p->def.id), p);
	peer_index_add(p);
	d->n_peers++;
	return p;
}

struct peer *
peer_new(struct bgpd *d, const struct ipc_neighbor *def)
{
	struct peer *p = new_peer(d, def);

	p->fresh = true;
	status_changed(d);
	return p;
}

struct peer *
peer_restore(struct bgpd *d, const struct ipc_neighbor *def, struct peer *range)
{
	struct peer *p = peer_find(d, def->id);

	if (p != NULL)
		return p;
	p = new_peer(d, def);
	p->range = range;
	p->fresh = range == NULL;
	status_changed(d);
	return p;
}

bool
peer_plausible(const struct ipc_neighbor *m)
{
	return (m->peer.n == 4 || m->peer.n == 16) && m->peer_bits <= m->peer.n * 8 &&
	       (m->local.n == 0 || m->local.n == m->peer.n) && m->caps.n <= MESSAGE_MAX;
}

struct peer *
peer_new_instance(struct peer *range, const struct addr *remote, const struct addr *local)
{
	struct bgpd *d = range->d;
	struct ipc_neighbor def = range->def;
	uint32_t id = hash_bytes(remote->bytes, remote->len) ^ range->def.id;

	while (id == 0 || peer_find(d, id) != NULL)
		id++;
	def.id = id;
	def.peer = ipc_bytes(remote->bytes, remote->len);
	def.peer_bits = (uint8_t)(remote->len * 8);
	def.peer_scope = remote->scope;
	def.local = ipc_bytes(local->bytes, local->len);
	def.passive = true;
	def.listen_port = 0;
	struct peer *p = new_peer(d, &def);
	p->range = range;
	log_info(p->name, "instance of %s", range->name);
	report_instance(p, false);
	ribd_instance(p, false);
	status_changed(d);
	return p;
}

void
peer_free(struct peer *p)
{
	struct bgpd *d = p->d;

	if (!p->gone) {
		htable_remove(&d->by_id, hash_u32(p->def.id), same_id, &p->def.id);
		peer_index_remove(p);
		d->n_peers--;
	}
	loop_timer_cancel(d->loop, &p->retry_timer);
	for (int i = 0; i < 2; i++)
		session_close(&p->slots[i]);
	*p->link = p->next;
	if (p->next != NULL)
		p->next->link = p->link;
	else
		d->peers_tail = p->link;
	free(p->def_bytes);
	free(p);
}

static void
reap(struct loop *loop, void *owner)
{
	struct bgpd *d = owner;
	struct peer *next;

	(void)loop;
	for (struct peer *p = d->peers; p != NULL; p = next) {
		next = p->next;
		if (p->gone && !p->slots[0].dirty && !p->slots[1].dirty)
			peer_free(p);
		else if (p->gone)
			loop_defer(d->loop, &d->reap_task, reap, d);
	}
}

void
peer_remove(struct peer *p, const char *reason)
{
	struct bgpd *d = p->d;
	struct fsm_input in = { .reason = reason };

	if (p->gone)
		return;
	p->gone = true;
	htable_remove(&d->by_id, hash_u32(p->def.id), same_id, &p->def.id);
	peer_index_remove(p);
	d->n_peers--;
	loop_timer_cancel(d->loop, &p->retry_timer);
	for (struct peer *i = d->peers; p->is_range && i != NULL; i = i->next)
		if (i->range == p)
			peer_remove(i, reason);
	fsm_event(peer_rival(p), FSM_EV_STOP, &in);
	fsm_event(p->session, FSM_EV_STOP, &in);
	if (p->range != NULL) {
		report_instance(p, true);
		ribd_instance(p, true);
	} else {
		listen_forget_key(p);
	}
	loop_defer(d->loop, &d->reap_task, reap, d);
	status_changed(d);
}

/* Packs a definition without what may change while a session is up. Returns owned. */
static uint8_t *
pack_fixed(const struct ipc_neighbor *def, size_t *n)
{
	struct ipc_neighbor m = *def;
	size_t max = ipc_size_bound_neighbor(def);
	uint8_t *bytes = xmalloc(max);
	struct wr w = wr_init(bytes, max);

	m.key = ipc_bytes("", 0);
	m.events = m.attempts = m.open_wait = m.rate_limit = m.settle_ms = 0;
	m.group_updates = m.adj_rib_in = m.adj_rib_out = m.manual_eor = m.reset = false;
	ipc_pack_neighbor(&w, &m);
	*n = wr_len(&w);
	return bytes;
}

static bool
same_session(const struct ipc_neighbor *a, const struct ipc_neighbor *b)
{
	size_t a_n, b_n;
	uint8_t *a_bytes = pack_fixed(a, &a_n);
	uint8_t *b_bytes = pack_fixed(b, &b_n);
	bool same = a_n == b_n && memcmp(a_bytes, b_bytes, a_n) == 0;

	free(a_bytes);
	free(b_bytes);
	return same;
}

/* What does not touch the session of an instance follows its range. */
static void
update_instances(struct peer *range)
{
	for (struct peer *p = range->d->peers; p != NULL; p = p->next) {
		if (p->range != range || p->gone)
			continue;
		p->def.events = range->def.events;
		p->def.open_wait = range->def.open_wait;
		p->def.adj_rib_in = range->def.adj_rib_in;
	}
}

void
peer_update(struct peer *p, const struct ipc_neighbor *def)
{
	bool reset = def->reset || !same_session(&p->def, def);

	if (reset) {
		struct wire_error err;

		wire_error_std(&err, 6, 3);
		listen_forget_key(p);
		peer_reset(p, &err);
		for (struct peer *i = p->d->peers; p->is_range && i != NULL; i = i->next)
			if (i->range == p)
				peer_reset(i, &err);
		p->stopped = false;
		p->attempts_used = 0;
		p->fresh = p->session->state == FSM_IDLE;
	}
	peer_index_remove(p);
	set_definition(p, def);
	peer_index_add(p);
	if (!reset && p->is_range)
		update_instances(p);
}
