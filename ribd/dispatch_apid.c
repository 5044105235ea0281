/*
 * The links to apid: neighbors and routes come on the bulk one, questions on the other, where the
 * answers go. Everything that changes the RIB is noted in the journal in the same turn and
 * acknowledged once it is written.
 */
#include "ribd/ribd.h"

#include "common/link.h"
#include "common/log.h"
#include "proto/ipc/send.h"

static void
on_bad(struct ribd *d, uint16_t type, const uint8_t *p, size_t n)
{
	link_fail(d->apid_bulk, ipc_name(type), p, n);
}

static void
on_neighbors_begin(struct ribd *d, const struct ipc_neighbors_begin *m)
{
	ribd_drop_snapshot(d);
	rib_neighbors_begin(&d->rib, m->generation, m->reload);
	d->listed_count = 0;
	d->listed_sum = 0;
	journal_neighbors_begin(&d->journal, &d->rib, m->reload);
	ribd_work_soon(d);
}

static void
on_neighbor(struct ribd *d, const struct ipc_neighbor *m)
{
	const struct peer *p;

	rib_neighbor(&d->rib, m);
	d->listed_count++;
	d->listed_sum += m->id;
	p = rib_peer(&d->rib, m->id);
	if (p != NULL)
		journal_neighbor(&d->journal, &d->rib, p);
	ribd_work_soon(d);
}

static void
on_neighbors_end(struct ribd *d, const struct ipc_neighbors_end *m)
{
	(void)m;
	rib_neighbors_end(&d->rib);
	journal_neighbors_end(&d->journal, &d->rib);
	d->known_count = d->listed_count;
	d->known_sum = d->listed_sum;
	ribd_tell_known(d);
	ribd_work_soon(d);
}

static void
on_routes(struct ribd *d, const struct ipc_routes *m)
{
	int got;

	/* What has settled goes out before anything new: the timer may be late. */
	if (d->rib.wake_us != 0 && d->rib.wake_us <= d->rib.now_us)
		(void)rib_drain(&d->rib, loop_clock().us + RIBD_TURN_US);
	got = rib_apply(&d->rib, m->ops.p, m->ops.n);
	journal_add(&d->journal, JOURNAL_ROUTES, d->rib.table.seq, m->ops.p, m->ops.n);
	ribd_work_soon(d);
	if (got != 0)
		on_bad(d, IPC_routes, m->ops.p, m->ops.n);
	else if (m->seq > d->received_seq)
		d->received_seq = m->seq;
}

static void
on_sync_request(struct ribd *d, const struct ipc_sync_request *m)
{
	sync_start(d, m);
	ribd_work_soon(d);
}

static void
on_sent_request(struct ribd *d, const struct ipc_sent_request *m)
{
	sent_start(d, m);
	ribd_work_soon(d);
}

static void
on_show_rib(struct ribd *d, const struct ipc_show_rib *m)
{
	show_start(d, m);
}

static void
on_show_rib_stop(struct ribd *d, const struct ipc_show_rib_stop *m)
{
	show_stop(d, m->id);
}

static void
on_rib_stats_get(struct ribd *d, const struct ipc_rib_stats_get *m)
{
	stats_send(d, m->id);
}

IPC_HANDLER(neighbors_begin, struct ribd, on_neighbors_begin, on_bad)
IPC_HANDLER(neighbor, struct ribd, on_neighbor, on_bad)
IPC_HANDLER(neighbors_end, struct ribd, on_neighbors_end, on_bad)
IPC_HANDLER(routes, struct ribd, on_routes, on_bad)
IPC_HANDLER(sync_request, struct ribd, on_sync_request, on_bad)
IPC_HANDLER(sent_request, struct ribd, on_sent_request, on_bad)
IPC_HANDLER(explain_get, struct ribd, explain_answer, on_bad)
IPC_HANDLER(show_rib, struct ribd, on_show_rib, on_bad)
IPC_HANDLER(show_rib_stop, struct ribd, on_show_rib_stop, on_bad)
IPC_HANDLER(rib_stats_get, struct ribd, on_rib_stats_get, on_bad)

static void
on_message(void *owner, uint16_t type, const uint8_t *body, size_t n)
{
	static ipc_handler_fn *const handlers[IPC_TYPE_LIMIT] = {
		[IPC_neighbors_begin] = ipc_thunk_on_neighbors_begin,
		[IPC_neighbor] = ipc_thunk_on_neighbor,
		[IPC_neighbors_end] = ipc_thunk_on_neighbors_end,
		[IPC_routes] = ipc_thunk_on_routes,
		[IPC_sync_request] = ipc_thunk_on_sync_request,
		[IPC_sent_request] = ipc_thunk_on_sent_request,
		[IPC_explain_get] = ipc_thunk_explain_answer,
		[IPC_show_rib] = ipc_thunk_on_show_rib,
		[IPC_show_rib_stop] = ipc_thunk_on_show_rib_stop,
		[IPC_rib_stats_get] = ipc_thunk_on_rib_stats_get,
	};
	struct ribd *d = owner;

	ribd_now(d);
	if (!ipc_dispatch(handlers, d, type, body, n))
		on_bad(d, type, body, n);
}

static void
apid_went(struct ribd *d)
{
	rib_neighbors_abort(&d->rib);
	show_stop_all(d);
	sync_drop_all(d);
	sent_drop_all(d);
	d->received_seq = d->committed_seq = 0;
}

static void
on_event(void *owner, enum link_event event, const struct link_peer *peer)
{
	struct ribd *d = owner;

	(void)peer;
	ribd_now(d);
	switch (event) {
	case LINK_UP:
		if (link_is_up(d->apid_ctl) && link_is_up(d->apid_bulk))
			log_info(NULL, "apid is here");
		break;
	case LINK_DOWN:
		apid_went(d);
		break;
	case LINK_WRITABLE:
		break;
	}
	ribd_work_soon(d);
}

int
ribd_listen_apid(struct ribd *d, const char *run)
{
	d->apid_ctl = ribd_link(d, run, "ribd-apid.ctl", on_message, on_event);
	d->apid_bulk = ribd_link(d, run, "ribd-apid.bulk", on_message, on_event);
	return d->apid_ctl != NULL && d->apid_bulk != NULL ? 0 : -1;
}
