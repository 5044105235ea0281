/*
 * The walk over all neighbors. Static routes are kept as one stream of route operations per
 * neighbor; it is cut into messages at operation boundaries, and each message repeats the
 * state (attributes, watchdog) that holds where it starts.
 *
 * Batch numbers: the routes of a resync carry the last committed number, since nothing of what
 * follows may be taken for committed; those of a reload, on a running stream, carry a new one.
 */
#include "apid/feed.h"

#include <string.h>

#include "apid/apid.h"
#include "common/link.h"
#include "common/log.h"
#include "proto/ipc/send.h"

void
feed_init(struct feed *f, struct apid *a, bool with_routes)
{
	*f = (struct feed){ .apid = a, .with_routes = with_routes };
}

void
feed_fini(struct feed *f)
{
	buf_fini(&f->scratch);
}

void
feed_stop(struct feed *f)
{
	f->step = FEED_IDLE;
	f->told = false;
}

void
feed_start(struct feed *f, bool reload, bool resync)
{
	/* A reload that interrupts a resync is one. */
	f->resync = resync || (feed_active(f) && f->resync) || !f->told;
	f->reload = reload || (feed_active(f) && f->reload);
	f->step = FEED_BEGIN;
	if (f->with_routes) {
		batch_flush(&f->apid->batch);
		f->apid->batch.held = true;
	}
	feed_run(f);
}

static void
send_neighbor(struct feed *f, struct neighbor *n)
{
	struct ipc_neighbor m;

	buf_reset(&f->scratch);
	neighbor_to_ipc(f->apid, n, &f->scratch, &m);
	ipc_send_neighbor(f->link, &m);
	f->sent++;
	f->routes_at = 0;
	f->attrs_n = f->dog_n = 0;
}

/* Copies operations from the neighbor's stream until the message is full or the stream ends. */
static void
fill(struct feed *f, const struct buf *routes, struct wr *w)
{
	struct rd r = rd_init(routes->data + f->routes_at, routes->len - f->routes_at);
	struct route_op op;

	wr_bytes(w, routes->data + f->attrs_at, f->attrs_n);
	wr_bytes(w, routes->data + f->dog_at, f->dog_n);
	while (wr_len(w) < IPC_ROUTES_OPS_MAX) {
		const uint8_t *start = r.p;

		if (route_op_next(&r, &op) != 1)
			break;
		size_t at = (size_t)(start - routes->data), n = (size_t)(r.p - start);
		if (op.kind == ROUTE_OP_ATTRS) {
			f->attrs_at = at;
			f->attrs_n = n;
		} else if (op.kind == ROUTE_OP_WATCHDOG) {
			f->dog_at = at;
			f->dog_n = n;
		}
		wr_bytes(w, start, n);
		f->routes_at = at + n;
	}
	if (wr_len(w) < IPC_ROUTES_OPS_MAX)
		f->routes_at = routes->len;
}

/* One message of static routes; false when there are none left. */
static bool
send_routes(struct feed *f, const struct neighbor *n)
{
	const struct buf *routes = &n->conf->routes;
	struct batch *b = &f->apid->batch;
	size_t room = IPC_ROUTES_OPS_MAX + 160 * 1024;
	struct ipc_routes m;
	struct wr w;

	if (f->routes_at >= routes->len)
		return false;
	buf_reset(&f->scratch);
	w = wr_init(buf_room(&f->scratch, room), room);
	route_op_owner(&w, ROUTE_OWNER_CONFIG);
	route_op_peers(&w, &n->id, 1);
	fill(f, routes, &w);
	m.seq = f->resync ? b->committed : b->seq++;
	m.ops = ipc_bytes(w.base, wr_len(&w));
	if (!wr_ok(&w))
		fatalx("a configured route does not fit into a message");
	ipc_send_routes(f->link, &m);
	return true;
}

static void
finish(struct feed *f)
{
	struct apid *a = f->apid;
	struct ipc_neighbors_end m = { .count = f->sent };

	ipc_send_neighbors_end(f->link, &m);
	f->step = FEED_IDLE;
	f->told = true;
	if (f->with_routes) {
		a->batch.held = false;
		if (f->resync)
			batch_resend(&a->batch);
		else
			batch_pump(&a->batch);
		queries_ribd_up(a);
	} else {
		for (unsigned i = 0; i < a->neighbors.n; i++)
			a->neighbors.v[i]->reset = false;
		queries_bgpd_up(a);
	}
	f->reload = false;
	apid_fed(a);
}

static void
step(struct feed *f)
{
	struct apid *a = f->apid;
	struct ipc_neighbors_begin begin = { .generation = a->config != NULL ? a->config->hash : 0,
		.reload = f->reload };

	switch (f->step) {
	case FEED_IDLE:
		break;
	case FEED_BEGIN:
		ipc_send_neighbors_begin(f->link, &begin);
		f->neighbor = 0;
		f->sent = 0;
		f->step = FEED_NEIGHBOR;
		break;
	case FEED_NEIGHBOR:
		/* Instances are bgpd's own; ribd hears of them from it. */
		while (f->neighbor < a->neighbors.n &&
			a->neighbors.v[f->neighbor]->origin == NEIGHBOR_INSTANCE)
			f->neighbor++;
		if (f->neighbor == a->neighbors.n) {
			finish(f);
			break;
		}
		send_neighbor(f, a->neighbors.v[f->neighbor]);
		f->step = f->with_routes ? FEED_ROUTES : FEED_NEIGHBOR;
		f->neighbor += f->with_routes ? 0 : 1;
		break;
	case FEED_ROUTES:
		if (!send_routes(f, a->neighbors.v[f->neighbor])) {
			f->neighbor++;
			f->step = FEED_NEIGHBOR;
		}
		break;
	}
}

void
feed_run(struct feed *f)
{
	while (f->step != FEED_IDLE && apid_linked(f->link) && link_credit(f->link) > 0)
		step(f);
}
