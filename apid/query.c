/*
 * Pending questions, in one list; there are as many as busy clients, so it is short. A question to
 * a daemon that goes away is answered with what there is.
 */
#include "apid/query_internal.h"

#include <stdlib.h>
#include <string.h>

#include "apid/apid.h"
#include "common/link.h"
#include "common/log.h"
#include "common/xmalloc.h"
#include "proto/ipc/send.h"

struct query *
query_new(struct apid *a, struct client *c, enum query_kind kind)
{
	struct query *q = xcalloc(1, sizeof(*q));

	q->kind = kind;
	q->id = ++a->query_ids;
	q->client = c;
	q->next = a->queries;
	a->queries = q;
	if (c != NULL)
		c->busy = true;
	return q;
}

struct query *
query_find(struct apid *a, enum query_kind kind, uint32_t id)
{
	struct query *q = a->queries;

	while (q != NULL && (q->kind != kind || q->id != id))
		q = q->next;
	return q;
}

void
query_unlink(struct apid *a, struct query *q)
{
	struct query **at = &a->queries;

	while (*at != q)
		at = &(*at)->next;
	*at = q->next;
}

void
query_free(struct query *q)
{
	while (q->head != NULL) {
		struct block *b = q->head;

		q->head = b->next;
		free(b);
	}
	free(q->sessions.v);
	arena_fini(&q->sessions.arena);
	free(q->peers);
	free(q);
}

/* --- sessions --- */

const struct session_row *
session_row_find(const struct session_list *l, uint32_t neighbor)
{
	for (unsigned i = 0; i < l->n; i++) {
		if (l->v[i].neighbor == neighbor)
			return &l->v[i];
	}
	return NULL;
}

static void
sessions_complete(struct apid *a, struct query *q)
{
	query_unlink(a, q);
	q->on_sessions(a, q->client, &q->sessions);
	if (q->client != NULL)
		client_unbusy(q->client);
	query_free(q);
}

void
query_sessions(struct apid *a, struct client *c, query_sessions_fn *fn)
{
	struct query *q = query_new(a, c, QUERY_SESSIONS);
	struct ipc_sessions_get m = { .id = q->id };

	q->on_sessions = fn;
	if (apid_linked(a->bgpd))
		ipc_send_sessions_get(a->bgpd, &m);
	else
		sessions_complete(a, q);
}

static struct ipc_bytes
keep(struct arena *arena, struct ipc_bytes b)
{
	return ipc_bytes(arena_dup(arena, b.p, b.n), b.n);
}

static void
counters(uint64_t out[6], struct ipc_bytes b)
{
	struct rd r = rd_init(b.p, b.n);

	for (int i = 0; i < 6; i++)
		out[i] = rd_u64(&r);
}

void
query_on_session_info(struct apid *a, const struct ipc_session_info *m)
{
	struct query *q = query_find(a, QUERY_SESSIONS, m->id);
	struct session_row *row;

	if (q == NULL)
		return;
	struct session_list *l = &q->sessions;
	if ((l->n & (l->n - 1)) == 0)
		l->v = xreallocarray(l->v, l->n == 0 ? 1 : l->n * 2, sizeof(l->v[0]));
	row = &l->v[l->n++];
	*row = (struct session_row){ .neighbor = m->neighbor,
		.state = m->state <= IPC_FSM_ESTABLISHED ? (enum ipc_fsm)m->state : IPC_FSM_IDLE,
		.since_us = m->since_us,
		.open_sent = keep(&l->arena, m->open_sent),
		.open_received = keep(&l->arena, m->open_received),
		.reason = keep(&l->arena, m->last_reason),
		.prefixes_received = m->prefixes_received,
		.prefixes_withdrawn = m->prefixes_withdrawn,
		.ring_bytes = m->ring_bytes };
	if (m->local.n == 4 || m->local.n == 16) {
		row->local.len = (uint8_t)m->local.n;
		memcpy(row->local.bytes, m->local.p, m->local.n);
	}
	counters(row->sent, m->sent);
	counters(row->received, m->received);
}

void
query_on_sessions_end(struct apid *a, const struct ipc_sessions_end *m)
{
	struct query *q = query_find(a, QUERY_SESSIONS, m->id);

	if (q != NULL)
		sessions_complete(a, q);
}

/* --- sync --- */

static void
send_sync(struct apid *a, const struct query *q)
{
	struct buf ids = { 0 };
	struct wr w = wr_init(buf_room(&ids, 4 * (size_t)q->n_peers + 1), 4 * (size_t)q->n_peers);

	for (unsigned i = 0; i < q->n_peers; i++)
		wr_u32(&w, q->peers[i]);
	struct ipc_sync_request m = { .id = q->id, .peers = ipc_bytes(w.base, wr_len(&w)) };
	ipc_send_sync_request(a->bulk, &m);
	buf_fini(&ids);
}

void
query_sync(struct client *c, const struct selection *peers)
{
	struct apid *a = c->apid;
	struct query *q = query_new(a, c, QUERY_SYNC);

	q->peers = xmemdup(peers->ids, peers->n * sizeof(peers->ids[0]));
	q->n_peers = peers->n;
	batch_flush(&a->batch);
	/* Batches that wait for credit go first; the request follows when they are out. */
	if (a->batch.unsent == NULL && !a->batch.held && apid_linked(a->bulk))
		send_sync(a, q);
	else
		a->syncs_unsent = true;
}

/* All batches are on the link: what waited behind them follows. */
void
queries_batches_sent(struct apid *a)
{
	if (!a->syncs_unsent || a->batch.unsent != NULL || a->batch.held || !apid_linked(a->bulk))
		return;
	a->syncs_unsent = false;
	/* One that was sent before is answered twice; the second answer finds nothing. */
	for (struct query *q = a->queries; q != NULL; q = q->next) {
		if (q->kind == QUERY_SYNC)
			send_sync(a, q);
	}
}

void
query_on_synced(struct apid *a, const struct ipc_synced *m)
{
	struct query *q = query_find(a, QUERY_SYNC, (uint32_t)m->id);
	struct client *c;

	if (q == NULL)
		return;
	c = q->client;
	query_unlink(a, q);
	query_free(q);
	answer_done(c);
	client_unbusy(c);
}

/* --- counters of ribd --- */

static void
stats_complete(struct apid *a, struct query *q, const char *text, size_t n)
{
	struct client *c = q->client;
	query_stats_fn *fn = q->on_stats;

	query_unlink(a, q);
	query_free(q);
	/* Before the answer: fn may ask another question. */
	client_unbusy(c);
	fn(c, text, n);
}

void
query_stats(struct client *c, query_stats_fn *fn)
{
	struct apid *a = c->apid;
	struct query *q = query_new(a, c, QUERY_STATS);
	struct ipc_rib_stats_get m = { .id = q->id };

	q->on_stats = fn;
	if (apid_linked(a->ctl))
		ipc_send_rib_stats_get(a->ctl, &m);
	else
		stats_complete(a, q, NULL, 0);
}

void
query_on_stats(struct apid *a, const struct ipc_rib_stats *m)
{
	struct query *q = query_find(a, QUERY_STATS, m->id);

	if (q != NULL)
		stats_complete(a, q, (const char *)m->text.p, m->text.n);
}

/* --- links and clients --- */

void
queries_forget(struct client *c)
{
	struct apid *a = c->apid;
	struct query *next;

	for (struct query *q = a->queries; q != NULL; q = next) {
		next = q->next;
		if (q->client != c)
			continue;
		query_unlink(a, q);
		query_free(q);
	}
}

void
queries_ribd_up(struct apid *a)
{
	a->syncs_unsent = true;
	queries_batches_sent(a);
}

void
queries_ribd_down(struct apid *a)
{
	struct query *q = a->queries;

	while (q != NULL) {
		if (q->kind == QUERY_ROUTES && !q->ended) {
			query_routes_complete(a, q, false, "ribd went away");
			q = a->queries;
		} else if (q->kind == QUERY_EXPLAIN) {
			query_explain_complete(a, q, false, ipc_bytes(NULL, 0));
			q = a->queries;
		} else if (q->kind == QUERY_STATS) {
			stats_complete(a, q, NULL, 0);
			q = a->queries;
		} else {
			q = q->next;
		}
	}
}

void
queries_bgpd_down(struct apid *a)
{
	struct query *q = a->queries;

	while (q != NULL) {
		if (q->kind == QUERY_SESSIONS) {
			sessions_complete(a, q);
			q = a->queries;
		} else {
			q = q->next;
		}
	}
}

static void
learn_sessions(struct apid *a, struct client *c, const struct session_list *l)
{
	(void)c;
	for (unsigned i = 0; i < l->n; i++) {
		const struct session_row *row = &l->v[i];
		struct neighbor *n = neighbor_find(&a->neighbors, row->neighbor);

		if (n == NULL)
			continue;
		n->fsm = row->state;
		n->up = row->state == IPC_FSM_ESTABLISHED;
		neighbor_set_local(n, &row->local);
		if (n->up && !n->have_opens)
			neighbor_opened(n, row->open_sent, row->open_received);
	}
	apid_status(a);
}

void
queries_bgpd_up(struct apid *a)
{
	query_sessions(a, NULL, learn_sessions);
}
