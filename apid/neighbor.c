/*
 * The table of neighbors: made from a configuration, found by id and key. Ids are a hash of the
 * key, so that they are the same after a restart of any daemon; a collision takes the next free
 * number, in the order of the configuration.
 */
#include "apid/neighbor.h"

#include <stdlib.h>
#include <string.h>

#include "apid/apid.h"
#include "apid/operational.h"
#include "common/log.h"
#include "common/xmalloc.h"

uint32_t
neighbor_hash(const char *text)
{
	uint32_t h = UINT32_C(2166136261);

	for (; *text != '\0'; text++)
		h = (h ^ (uint8_t)*text) * UINT32_C(16777619);
	return h != 0 ? h : 1;
}

static bool
id_equal(const void *item, const void *key)
{
	const struct neighbor *n = item;

	return n->id == *(const uint32_t *)key;
}

struct neighbor *
neighbor_find(const struct neighbors *t, uint32_t id)
{
	return htable_find(&t->by_id, hash_u32(id), id_equal, &id);
}

struct neighbor *
neighbor_find_key(const struct neighbors *t, const char *key)
{
	for (uint32_t id = neighbor_hash(key);; id++) {
		struct neighbor *n = neighbor_find(t, id);

		if (n == NULL || strcmp(n->key, key) == 0)
			return n;
	}
}

static void
neighbor_free(struct neighbor *n)
{
	if (n == NULL)
		return;
	free(n->subscriptions);
	buf_fini(&n->json);
	buf_fini(&n->negotiated_json);
	operational_free(n->operational);
	if (n->made != NULL)
		config_free(n->made);
	arena_fini(&n->arena);
	free(n);
}

void
neighbors_fini(struct neighbors *t)
{
	for (unsigned i = 0; i < t->n; i++)
		neighbor_free(t->v[i]);
	free(t->v);
	htable_fini(&t->by_id);
	*t = (struct neighbors){ 0 };
}

/* Adds with the given id (0: from the key). */
static void
table_add(struct neighbors *t, struct neighbor *n, uint32_t id)
{
	if (id == 0) {
		id = neighbor_hash(n->key);
		while (id == 0 || neighbor_find(t, id) != NULL)
			id++;
	}
	n->id = id;
	t->v = xreallocarray(t->v, t->n + 1, sizeof(struct neighbor *));
	t->v[t->n++] = n;
	htable_add(&t->by_id, hash_u32(id), n);
	t->generation++;
}

static struct neighbor *
neighbor_new(const struct neighbor_conf *conf, const char *key)
{
	struct neighbor *n = xcalloc(1, sizeof(*n));

	n->conf = conf;
	n->key = key;
	n->peer = conf->peer;
	n->local = conf->local;
	addr_print(&n->peer, n->peer_text);
	return n;
}

static void
cache_json(struct neighbor *n)
{
	struct event_neighbor e = { .peer = n->peer,
		.local = n->local,
		.local_as = n->conf->local_as,
		.peer_as = n->conf->peer_as,
		.router_id = n->conf->router_id,
		.have_router_id = n->conf->have_router_id };

	if (n->have_opens) {
		e.local_as = n->negotiated.local_as;
		e.peer_as = n->negotiated.peer_as;
	}
	buf_reset(&n->json);
	event_neighbor(&n->json, &e);
	buf_reset(&n->negotiated_json);
	event_negotiated_object(&n->negotiated_json, n->have_opens ? &n->negotiated : NULL);
}

/* What belongs to the session, not to the definition. */
static void
move_runtime(struct neighbor *to, const struct neighbor *from)
{
	to->fsm = from->fsm;
	to->up = from->up;
	to->up_us = from->up_us;
	to->opened_us = from->opened_us;
	to->rx_session = from->rx_session;
	to->rx_seq = from->rx_seq;
	to->have_opens = from->have_opens;
	to->negotiated = from->negotiated;
	to->rx = from->rx;
	to->tx = from->tx;
	if (to->local.len == 0)
		to->local = from->local;
}

static void
keep_instances(struct neighbors *table, struct neighbors *old)
{
	for (unsigned i = 0; i < old->n; i++) {
		struct neighbor *n = old->v[i];
		struct neighbor *range;

		if (n->origin != NEIGHBOR_INSTANCE)
			continue;
		range = neighbor_find(table, n->range);
		if (range == NULL)
			continue;
		n->conf = range->conf;
		table_add(table, n, n->id);
		old->v[i] = NULL;
	}
}

void
neighbors_apply(struct apid *a, const struct config *config)
{
	struct neighbors *old = &a->neighbors;
	struct neighbors table = { .generation = old->generation + 1 };

	for (unsigned i = 0; i < config->n_neighbors; i++) {
		const struct neighbor_conf *conf = &config->neighbors[i];
		struct neighbor *n = neighbor_new(conf, conf->key);
		struct neighbor *before = neighbor_find_key(old, conf->key);

		if (before != NULL && before->origin == NEIGHBOR_CONFIGURED) {
			move_runtime(n, before);
			n->reset = before->reset || !neighbor_conf_same_session(before->conf, conf);
			operational_configure(n, before);
		} else {
			operational_configure(n, NULL);
		}
		table_add(&table, n, 0);
		cache_json(n);
	}
	keep_instances(&table, old);
	for (unsigned i = 0; i < old->n; i++)
		neighbor_free(old->v[i]);
	free(old->v);
	htable_fini(&old->by_id);
	*old = table;
}

struct neighbor *
neighbor_create(struct apid *a, struct config *config)
{
	const struct neighbor_conf *conf = &config->neighbors[0];
	struct neighbor *n;

	if (neighbor_find_key(&a->neighbors, conf->key) != NULL)
		return NULL;
	n = neighbor_new(conf, conf->key);
	operational_configure(n, NULL);
	n->origin = NEIGHBOR_CREATED;
	n->made = config;
	table_add(&a->neighbors, n, 0);
	cache_json(n);
	subscribe_neighbor(a, n);
	return n;
}

void
neighbor_remove(struct apid *a, struct neighbor *n)
{
	struct neighbors *t = &a->neighbors;
	unsigned i = 0;

	while (t->v[i] != n)
		i++;
	memmove(&t->v[i], &t->v[i + 1], (t->n - i - 1) * sizeof(struct neighbor *));
	t->n--;
	htable_remove(&t->by_id, hash_u32(n->id), id_equal, &n->id);
	t->generation++;
	neighbor_free(n);
}

/* The key of an instance: the range's, with the real addresses. */
static char *
instance_key(struct arena *arena, const struct neighbor *n)
{
	const char *rest = strstr(n->conf->key, " local-as ");
	char local[ADDR_TEXT_MAX];
	struct buf b = { 0 };
	char *key;

	addr_print(&n->local, local);
	buf_printf(&b, "neighbor %s local-ip %s%s", n->peer_text, local, rest != NULL ? rest : "");
	key = arena_strndup(arena, (const char *)b.data, b.len);
	buf_fini(&b);
	return key;
}

static void
addr_from(struct addr *out, struct ipc_bytes b)
{
	*out = (struct addr){ 0 };
	if (b.n == 4 || b.n == 16) {
		out->len = (uint8_t)b.n;
		memcpy(out->bytes, b.p, b.n);
	}
}

void
neighbor_instance(struct apid *a, const struct ipc_instance *m)
{
	struct neighbor *n = neighbor_find(&a->neighbors, m->neighbor);
	const struct neighbor *range;

	if (m->gone) {
		if (n != NULL && n->origin == NEIGHBOR_INSTANCE)
			neighbor_remove(a, n);
		return;
	}
	if (n != NULL)
		return;
	range = neighbor_find(&a->neighbors, m->range);
	if (range == NULL) {
		log_warn("bgpd", "an instance of the unknown range %u", m->range);
		return;
	}
	n = neighbor_new(range->conf, "");
	operational_configure(n, NULL);
	n->origin = NEIGHBOR_INSTANCE;
	n->range = m->range;
	addr_from(&n->peer, m->peer);
	addr_from(&n->local, m->local);
	addr_print(&n->peer, n->peer_text);
	n->key = instance_key(&n->arena, n);
	table_add(&a->neighbors, n, m->neighbor);
	cache_json(n);
	subscribe_neighbor(a, n);
}

void
neighbor_set_local(struct neighbor *n, const struct addr *local)
{
	if (local->len == 0 || addr_equal(local, &n->local) || n->conf->local.len != 0)
		return;
	n->local = *local;
	cache_json(n);
}

static void
session_of(struct update_session *s, const struct neighbor *n, uint32_t addpath, bool rx)
{
	const struct negotiated *v = &n->negotiated;

	*s = (struct update_session){ .families = v->family_bits,
		.addpath_rx = addpath,
		.extended_nexthop = v->n_nexthop > 0,
		.role = rx ? v->role : ROLE_NONE,
		.peer_as = v->peer_as };
	s->attrs.asn4 = v->asn4;
	s->attrs.ibgp = v->ibgp;
	s->attrs.aigp = n->conf->aigp || (!rx && v->ibgp); /* iBGP may send it (wire.md 7.7) */
	s->attrs.generic = true;
	s->attrs.families = v->family_bits;
}

int
neighbor_opened(struct neighbor *n, struct ipc_bytes sent, struct ipc_bytes received)
{
	struct wire_error error;
	struct open *ours = xmalloc(sizeof(*ours)), *theirs = xmalloc(sizeof(*theirs));
	int result = -1;

	if (open_decode(sent.p, sent.n, ours, &error) == 0 &&
		open_decode(received.p, received.n, theirs, &error) == 0) {
		open_negotiate(ours, theirs, &n->negotiated);
		n->have_opens = true;
		session_of(&n->rx, n, n->negotiated.addpath_rx, true);
		session_of(&n->tx, n, n->negotiated.addpath_tx, false);
		cache_json(n);
		result = 0;
	}
	free(ours);
	free(theirs);
	return result;
}

void
neighbor_closed(struct neighbor *n)
{
	n->up = false;
	n->have_opens = false;
	cache_json(n);
}
