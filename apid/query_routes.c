/*
 * Routes that ribd answers are kept as it sent them (a few bytes each) and rendered when the
 * client's output has room: a slow reader holds neither the link nor much memory.
 */
#include <stdlib.h>
#include <string.h>

#include "apid/apid.h"
#include "apid/query_internal.h"
#include "common/xmalloc.h"
#include "proto/ipc/send.h"

enum {
	ROUTES_KEPT_MAX = 512 * 1024 * 1024, /* unrendered routes of one answer */
	OUTPUT_BYTES = 256 * 1024            /* rendered ahead of the reader */
};

void
query_routes_complete(struct apid *a, struct query *q, bool ok, const char *why)
{
	struct client *c = q->client;
	query_routes_end_fn *end = q->on_end;

	query_unlink(a, q);
	query_free(q);
	end(c, ok, why);
	client_unbusy(c);
}

void
query_routes(struct client *c, uint8_t direction, const struct selection *peers,
	const uint32_t *families, unsigned n_families, query_route_fn *route,
	query_routes_end_fn *end)
{
	struct apid *a = c->apid;
	struct query *q = query_new(a, c, QUERY_ROUTES);
	struct buf lists = { 0 };

	q->on_route = route;
	q->on_end = end;
	if (!apid_linked(a->ctl) || peers->n == 0) {
		query_routes_complete(a, q, peers->n == 0, "ribd is not connected");
		return;
	}
	struct wr w = wr_init(buf_room(&lists, 4 * (size_t)peers->n + 3 * n_families),
		4 * (size_t)peers->n + 3 * n_families);
	for (unsigned i = 0; i < peers->n; i++)
		wr_u32(&w, peers->ids[i]);
	size_t ids = wr_len(&w);
	for (unsigned i = 0; i < n_families; i++)
		wr_u24(&w, families[i]);
	struct ipc_show_rib m = { .id = q->id,
		.direction = direction,
		.peers = ipc_bytes(w.base, ids),
		.families = ipc_bytes(w.base + ids, wr_len(&w) - ids) };
	ipc_send_show_rib(a->ctl, &m);
	buf_fini(&lists);
}

/* Renders the next route; false when there is none yet. */
static bool
render_next(struct apid *a, struct query *q, struct buf *out)
{
	while (q->head != NULL) {
		struct block *b = q->head;
		struct route_op op;
		int result;

		if (!q->reading) {
			q->cursor = rd_init(b->data, b->len);
			q->reading = true;
		}
		result = route_op_next(&q->cursor, &op);
		if (result == 1 && op.kind == ROUTE_OP_ATTRS) {
			q->attrs = op.attrs;
		} else if (result == 1 && op.kind == ROUTE_OP_ANNOUNCE) {
			const struct neighbor *n = neighbor_find(&a->neighbors, b->neighbor);

			op.attrs = q->attrs;
			if (n != NULL)
				q->on_route(q->client, n, &op, out);
			return true;
		} else if (result != 1) {
			q->kept -= b->len;
			q->head = b->next;
			if (q->head == NULL)
				q->tail = NULL;
			q->reading = false;
			memset(&q->attrs, 0, sizeof(q->attrs));
			free(b);
		}
	}
	return false;
}

static void
routes_pump(struct apid *a, struct query *q)
{
	struct client *c = q->client;
	struct buf out = { 0 };
	bool more = true;

	while (c->out.text + c->answer_text < OUTPUT_BYTES && more) {
		buf_reset(&out);
		while (out.len < 16 * 1024 && (more = render_next(a, q, &out)))
			;
		if (out.len > 0)
			answer_text(c, out.data, out.len);
	}
	buf_fini(&out);
	if (!more && q->ended)
		query_routes_complete(a, q, true, NULL);
}

void
query_output_room(struct client *c)
{
	struct query *q = c->apid->queries;

	while (q != NULL && (q->client != c || q->kind != QUERY_ROUTES))
		q = q->next;
	if (q != NULL && (q->head != NULL || q->ended))
		routes_pump(c->apid, q);
}

void
query_on_rib_data(struct apid *a, const struct ipc_show_rib_data *m)
{
	struct query *q = query_find(a, QUERY_ROUTES, m->id);
	struct ipc_show_rib_stop stop = { .id = m->id };
	struct block *b;

	if (q == NULL) {
		ipc_send_show_rib_stop(a->ctl, &stop);
		return;
	}
	if (q->kept + m->ops.n > ROUTES_KEPT_MAX) {
		ipc_send_show_rib_stop(a->ctl, &stop);
		query_routes_complete(a, q, false, "the answer is not read");
		return;
	}
	b = xmalloc(sizeof(*b) + m->ops.n);
	*b = (struct block){ .neighbor = m->neighbor, .len = m->ops.n };
	memcpy(b->data, m->ops.p, m->ops.n);
	if (q->tail != NULL)
		q->tail->next = b;
	else
		q->head = b;
	q->tail = b;
	q->kept += b->len;
	routes_pump(a, q);
}

void
query_on_rib_end(struct apid *a, const struct ipc_show_rib_end *m)
{
	struct query *q = query_find(a, QUERY_ROUTES, m->id);

	if (q == NULL)
		return;
	q->ended = true;
	routes_pump(a, q);
}
