/*
 * The links to bgpd: sessions, credit and refreshes come on one, received UPDATEs on the other,
 * chunks leave on that. When either goes the other goes too, so that nothing sent before is taken
 * after bgpd has told its sessions again.
 */
#include "ribd/ribd.h"

#include "common/link.h"
#include "common/log.h"
#include "proto/ipc/send.h"

static void
on_bad(struct ribd *d, uint16_t type, const uint8_t *p, size_t n)
{
	link_fail(d->bgpd_ctl, ipc_name(type), p, n);
}

static void
on_session_up(struct ribd *d, const struct ipc_session_up *m)
{
	if (rib_session_up(&d->rib, m))
		journal_session(&d->journal, &d->rib, rib_session(&d->rib, m->session));
	ribd_note_soon(d);
	ribd_work_soon(d);
}

static void
on_session_down(struct ribd *d, const struct ipc_session_down *m)
{
	rib_session_down(&d->rib, m->session);
	journal_session_down(&d->journal, &d->rib, m->session);
	ribd_work_soon(d);
}

static void
on_credit(struct ribd *d, const struct ipc_credit *m)
{
	rib_credit(&d->rib, m->session, m->total, m->chunk);
	ribd_note_soon(d);
	ribd_work_soon(d);
}

static void
on_refresh(struct ribd *d, const struct ipc_refresh_received *m)
{
	rib_refresh_received(&d->rib, m->session, m->family, m->subtype);
	link_tell_soon(d->bgpd_bulk);
	ribd_work_soon(d);
}

static void
on_received(struct ribd *d, const struct ipc_received *m)
{
	rib_received(&d->rib, m->session, m->body.p, m->body.n);
	link_tell_soon(d->bgpd_bulk);
}

static void
on_instance(struct ribd *d, const struct ipc_instance *m)
{
	rib_instance(&d->rib, m->neighbor, m->range, m->gone);
	journal_instance(&d->journal, &d->rib, m->neighbor, m->range, m->gone);
	ribd_work_soon(d);
}

IPC_HANDLER(session_up, struct ribd, on_session_up, on_bad)
IPC_HANDLER(session_down, struct ribd, on_session_down, on_bad)
IPC_HANDLER(credit, struct ribd, on_credit, on_bad)
IPC_HANDLER(refresh_received, struct ribd, on_refresh, on_bad)
IPC_HANDLER(received, struct ribd, on_received, on_bad)
IPC_HANDLER(instance, struct ribd, on_instance, on_bad)

static void
on_message(void *owner, uint16_t type, const uint8_t *body, size_t n)
{
	static ipc_handler_fn *const handlers[IPC_TYPE_LIMIT] = {
		[IPC_session_up] = ipc_thunk_on_session_up,
		[IPC_session_down] = ipc_thunk_on_session_down,
		[IPC_credit] = ipc_thunk_on_credit,
		[IPC_refresh_received] = ipc_thunk_on_refresh,
		[IPC_received] = ipc_thunk_on_received,
		[IPC_instance] = ipc_thunk_on_instance,
	};
	struct ribd *d = owner;

	ribd_now(d);
	if (!ipc_dispatch(handlers, d, type, body, n))
		on_bad(d, type, body, n);
}

bool
ribd_bgpd_ready(const struct ribd *d)
{
	return link_is_up(d->bgpd_ctl) && link_is_up(d->bgpd_bulk);
}

void
ribd_tell_known(struct ribd *d)
{
	struct ipc_neighbors_known m = { .count = d->known_count, .sum = d->known_sum };

	if (ribd_bgpd_ready(d))
		ipc_send_neighbors_known(d->bgpd_ctl, &m);
}

static void
on_lost(struct loop *loop, void *owner)
{
	struct ribd *d = owner;

	(void)loop;
	ribd_now(d);
	rib_drop_detached(&d->rib);
	ribd_work_soon(d);
}

static void
bgpd_went(struct ribd *d)
{
	loop_timer_cancel(d->loop, &d->lost);
	rib_detach(&d->rib);
	if (link_is_up(d->bgpd_ctl))
		link_fail(d->bgpd_ctl, "the other link to bgpd went down", NULL, 0);
	if (link_is_up(d->bgpd_bulk))
		link_fail(d->bgpd_bulk, "the other link to bgpd went down", NULL, 0);
}

static void
on_event(void *owner, enum link_event event, const struct link_peer *peer)
{
	struct ribd *d = owner;

	(void)peer;
	ribd_now(d);
	switch (event) {
	case LINK_UP:
		if (!ribd_bgpd_ready(d))
			break;
		log_info(NULL, "bgpd is here");
		ribd_tell_known(d);
		loop_timer_set(d->loop, &d->lost, RIBD_LOST_US, on_lost, d, "lost-sessions");
		break;
	case LINK_DOWN:
		bgpd_went(d);
		break;
	case LINK_WRITABLE:
		break;
	}
	ribd_work_soon(d);
}

int
ribd_listen_bgpd(struct ribd *d, const char *run)
{
	d->bgpd_ctl = ribd_link(d, run, "ribd-bgpd.ctl", on_message, on_event);
	d->bgpd_bulk = ribd_link(d, run, "ribd-bgpd.bulk", on_message, on_event);
	return d->bgpd_ctl != NULL && d->bgpd_bulk != NULL ? 0 : -1;
}
