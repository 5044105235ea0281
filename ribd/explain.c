/*
 * `explain_get`: where a route is on its way to a peer. The answer is a row for each peer asked
 * (proto/ipc/enums.h: enum ipc_explain), so that apid can put it into words.
 */
#include "ribd/ribd.h"

#include "common/buf.h"
#include "common/link.h"
#include "proto/ipc/route_ops.h"
#include "proto/ipc/send.h"
#include "ribd/lifetime.h"
#include "ribd/owner.h"

/* What the table says of the route and one peer. */
struct finding {
	const struct entry *route, *withdraw;
	bool others; /* it is announced to other peers */
};

static struct finding
find(const struct rib *rib, const struct peer *p, const struct nlri *nlri)
{
	const struct table *t = &rib->table;
	struct finding f = { 0 };

	for (uint32_t i = table_find(t, nlri, nlri_hash(nlri)); i != TABLE_NONE;
		i = table_find_next(t, i, nlri)) {
		const struct entry *e = table_at(t, i);

		if (!peerset_has(&rib->sets, e->peers, p->slot))
			f.others |= e->kind == ENTRY_ROUTE;
		else if (e->kind == ENTRY_WITHDRAW)
			f.withdraw = e;
		else
			f.route = e;
	}
	return f;
}

/* An entry and a peer that is up. */
static enum ipc_explain
on_its_way(const struct rib *rib, const struct peer *p, const struct entry *e)
{
	const struct session *s = p->session;
	const struct group *g = &rib->groups[s->group];
	uint64_t seq = entry_seq(e);

	if ((g->export.families & 1u << e->family) == 0 && e->family != ENTRY_FAMILY_NONE)
		return IPC_EXPLAIN_NOT_NEGOTIATED;
	if (rib_session_confirmed(rib, s) >= seq)
		return IPC_EXPLAIN_SENT;
	if (g->low >= seq)
		return IPC_EXPLAIN_HANDED_OVER;
	if (!g->attached)
		return IPC_EXPLAIN_BGPD_GONE;
	if (g->starved)
		return IPC_EXPLAIN_CREDIT;
	if (g->wait_until_us > rib->now_us)
		return g->limited ? IPC_EXPLAIN_RATE : IPC_EXPLAIN_SETTLING;
	return IPC_EXPLAIN_QUEUED;
}

static enum ipc_explain
verdict(const struct rib *rib, const struct peer *p, const struct finding *f, uint8_t family)
{
	if (family != ENTRY_FAMILY_NONE && (p->families & 1u << family) == 0)
		return IPC_EXPLAIN_NOT_CONFIGURED;
	if (f->route == NULL && f->withdraw != NULL && p->session != NULL)
		return IPC_EXPLAIN_WITHDRAWING;
	if (f->route == NULL)
		return f->others ? IPC_EXPLAIN_OTHERS : IPC_EXPLAIN_ABSENT;
	return p->session == NULL ? IPC_EXPLAIN_DOWN : on_its_way(rib, p, f->route);
}

static void
add_row(struct ribd *d, struct buf *rows, const struct peer *p, const struct nlri *nlri)
{
	const struct rib *rib = &d->rib;
	struct finding f = find(rib, p, nlri);
	struct wr w = wr_init(buf_room(rows, IPC_EXPLAIN_ROW), IPC_EXPLAIN_ROW);
	bool config = f.route != NULL && (f.route->flags & ENTRY_F_CONFIG) != 0;
	uint64_t seq = f.route != NULL ? entry_seq(f.route) : 0, low = 0;
	int64_t deadline = f.route != NULL ? lifetime_of(rib, p->slot, nlri) : 0, sent = 0;

	if (p->session != NULL) {
		low = rib->groups[p->session->group].low;
		sent = rib_session_sent_at(p->session, seq);
	}
	wr_u32(&w, p->id);
	wr_u8(&w, verdict(rib, p, &f, entry_family_row(nlri->family)));
	wr_u32(&w, config            ? ROUTE_OWNER_CONFIG
		   : f.route != NULL ? owner_id(rib, f.route->whose)
				     : 0);
	wr_u64(&w, deadline == 0 ? UINT64_MAX
				 : (uint64_t)(deadline > rib->now_us ? deadline - rib->now_us : 0));
	wr_u64(&w, seq > low ? seq - low : 0);
	wr_u64(&w, sent == 0 ? UINT64_MAX : (uint64_t)(rib->now_us - sent));
	rows->len += wr_len(&w);
}

void
explain_answer(struct ribd *d, const struct ipc_explain_get *m)
{
	struct rd peers = rd_init(m->peers.p, m->peers.n), ops = rd_init(m->route.p, m->route.n);
	struct buf rows = { 0 };
	struct route_op op;
	struct ipc_explain_data answer = { .id = m->id };

	if (route_op_next(&ops, &op) == 1 && op.kind == ROUTE_OP_WITHDRAW)
		while (rd_left(&peers) >= 4) {
			const struct peer *p = rib_peer(&d->rib, rd_u32(&peers));

			if (p != NULL)
				add_row(d, &rows, p, &op.nlri);
		}
	answer.rows = ipc_bytes(rows.data, rows.len);
	ipc_send_explain_data(d->apid_ctl, &answer);
	buf_fini(&rows);
}
