/*
 * Listing routes for apid: a walk with a cursor of its own, in slices, as fast as the link takes
 * the answer. Routes that change during the walk are shown where they are met; one listing shows
 * each route of a peer at most twice (before and after a change).
 */
#include "ribd/ribd.h"

#include <stdlib.h>
#include "common/link.h"
#include "common/log.h"
#include "common/xmalloc.h"
#include "proto/ipc/route_ops.h"
#include "proto/ipc/send.h"

enum { STEPS_MAX = 4096, ENVELOPE = 64 };

struct show {
	struct show *next;
	uint32_t id;
	bool in;
	bool all_families;
	uint32_t families; /* bit map */
	uint32_t *peers;   /* owned: neighbor ids */
	uint32_t n_peers, at;
	/* The walk over the present peer's table. */
	bool walking;
	uint32_t mark, generation;
	uint64_t target;
	struct buf ops;
};

static struct table *
table_of(struct ribd *d, const struct show *s, const struct peer *p)
{
	return s->in ? p->in : &d->rib.table;
}

/* Ends the walk over the present peer's table; p NULL: the peer is gone. */
static void
end_walk(struct ribd *d, struct show *s, const struct peer *p)
{
	if (s->walking && !s->in)
		table_mark_remove(&d->rib.table, s->mark);
	else if (s->walking && p != NULL && p->in != NULL && p->in_generation == s->generation)
		table_mark_remove(p->in, s->mark);
	s->walking = false;
}

static void
show_free(struct ribd *d, struct show *s)
{
	end_walk(d, s, s->at < s->n_peers ? rib_peer(&d->rib, s->peers[s->at]) : NULL);
	free(s->peers);
	buf_fini(&s->ops);
	free(s);
	d->n_shows--;
}

static void
send_end(struct ribd *d, uint32_t id)
{
	struct ipc_show_rib_end m = { .id = id };

	if (link_is_up(d->apid_ctl))
		ipc_send_show_rib_end(d->apid_ctl, &m);
}

void
show_start(struct ribd *d, const struct ipc_show_rib *m)
{
	struct rd peers = rd_init(m->peers.p, m->peers.n);
	struct rd families = rd_init(m->families.p, m->families.n);
	struct show *s, **link = &d->shows;

	if (d->n_shows == RIBD_SHOWS_MAX) {
		log_warn(
			"apid", "more than %d listings at once: one is left empty", RIBD_SHOWS_MAX);
		send_end(d, m->id);
		return;
	}
	s = xcalloc(1, sizeof(*s));
	s->id = m->id;
	s->in = m->direction == IPC_RIB_IN;
	s->all_families = m->families.n == 0;
	s->peers = xreallocarray(NULL, m->peers.n / 4 + 1, sizeof(s->peers[0]));
	while (rd_left(&peers) >= 4)
		s->peers[s->n_peers++] = rd_u32(&peers);
	while (rd_left(&families) >= 3)
		s->families |= family_bit(rd_u24(&families));
	while (*link != NULL)
		link = &(*link)->next;
	*link = s;
	d->n_shows++;
	ribd_work_soon(d);
}

static bool
is_shown(const struct rib *rib, const struct show *s, const struct peer *p, const struct entry *e)
{
	if (e->kind != ENTRY_ROUTE || (!s->in && !peerset_has(&rib->sets, e->peers, p->slot)))
		return false;
	return s->all_families || (e->family < FAMILY_COUNT && (s->families >> e->family & 1) != 0);
}

static void
add_route(struct rib *rib, struct show *s, const struct entry *e, uint32_t *attrs)
{
	struct nlri nlri = entry_nlri(e);
	size_t room = ROUTE_OP_OVERHEAD + 8 + (size_t)nlri.len;
	struct wr w;

	if (*attrs != e->attrs) {
		struct attrset set = attrs_view(&rib->attrs, e->attrs);

		w = wr_init(buf_room(&s->ops, 32 + set.len), 32 + set.len);
		route_op_attrs(&w, &set);
		s->ops.len += wr_len(&w);
		*attrs = e->attrs;
	}
	w = wr_init(buf_room(&s->ops, room), room);
	route_op_route(&w, true, &nlri);
	s->ops.len += wr_len(&w);
}

static void
send_data(struct ribd *d, struct show *s)
{
	struct ipc_show_rib_data m = {
		.id = s->id, .neighbor = s->peers[s->at], .ops = ipc_bytes(s->ops.data, s->ops.len)
	};

	if (s->ops.len > 0)
		ipc_send_show_rib_data(d->apid_ctl, &m);
	buf_reset(&s->ops);
}

/* One message's worth of one peer's routes; true: this peer is finished. */
static bool
walk(struct ribd *d, struct show *s, const struct peer *p)
{
	struct table *t = table_of(d, s, p);
	uint32_t at, behind, attrs = UINT32_MAX;

	if (!s->walking) {
		s->mark = table_mark(t, UINT32_MAX);
		s->generation = p->in_generation;
		s->target = t->seq;
		s->walking = true;
	}
	at = table_at(t, s->mark)->next;
	behind = s->mark;
	for (unsigned n = 0; at != TABLE_NONE && n < STEPS_MAX && s->ops.len < IPC_BULK_TARGET;
		n++, at = table_at(t, at)->next) {
		const struct entry *e = table_at(t, at);

		if (e->kind == ENTRY_MARK)
			continue;
		if (entry_seq(e) > s->target && s->in)
			break;
		if (is_shown(&d->rib, s, p, e))
			add_route(&d->rib, s, e, &attrs);
		behind = at;
	}
	table_mark_move(t, s->mark, behind);
	send_data(d, s);
	return at == TABLE_NONE;
}

/* One step; true: the whole listing is finished. */
static bool
step(struct ribd *d, struct show *s)
{
	const struct peer *p;

	if (s->at == s->n_peers)
		return true;
	p = rib_peer(&d->rib, s->peers[s->at]);
	if (p == NULL || table_of(d, s, p) == NULL ||
		(s->walking && s->in && p->in_generation != s->generation) || walk(d, s, p)) {
		end_walk(d, s, p);
		s->at++;
	}
	return s->at == s->n_peers;
}

bool
show_run(struct ribd *d, int64_t deadline_us)
{
	while (d->shows != NULL) {
		struct show *s = d->shows;

		if (link_credit(d->apid_ctl) < IPC_BULK_TARGET * 2 + ENVELOPE)
			return false;
		if (step(d, s)) {
			send_end(d, s->id);
			d->shows = s->next;
			show_free(d, s);
		} else if (loop_clock().us >= deadline_us) {
			return true;
		}
	}
	return false;
}

void
show_stop(struct ribd *d, uint32_t id)
{
	for (struct show **link = &d->shows; *link != NULL; link = &(*link)->next)
		if ((*link)->id == id) {
			struct show *s = *link;

			*link = s->next;
			show_free(d, s);
			return;
		}
}

void
show_stop_all(struct ribd *d)
{
	while (d->shows != NULL)
		show_stop(d, d->shows->id);
}
