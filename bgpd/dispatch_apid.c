/*
 * The link to apid: the list of neighbors, orders for sessions, questions. A list is complete
 * between neighbors_begin and neighbors_end: who is not in it is removed; who is unchanged keeps
 * its session. A connection of apid that ends touches no session.
 */
#include <stdio.h>
#include <string.h>

#include "bgpd/await_open.h"
#include "bgpd/bgpd.h"
#include "bgpd/listen.h"
#include "bgpd/peer.h"
#include "bgpd/report.h"
#include "bgpd/resume.h"
#include "bgpd/session.h"
#include "bgpd/session_ark.h"
#include "common/link.h"
#include "common/log.h"
#include "proto/ipc/send.h"
#include "proto/wire/export.h"
#include "proto/wire/message.h"

static void
on_bad(struct bgpd *d, uint16_t type, const uint8_t *p, size_t n)
{
	(void)type;
	link_fail(d->apid, "malformed message", p, n);
}

static void
note_sent_updates(struct bgpd *d)
{
	d->sent_updates = false;
	for (const struct peer *p = d->peers; p != NULL; p = p->next)
		if (p->def.events & IPC_EVENT_SENT(MESSAGE_UPDATE))
			d->sent_updates = true;
}

static void
on_begin(struct bgpd *d, const struct ipc_neighbors_begin *m)
{
	(void)m;
	d->receiving = true;
	for (struct peer *p = d->peers; p != NULL; p = p->next)
		p->listed = false;
}

static void
on_neighbor(struct bgpd *d, const struct ipc_neighbor *m)
{
	struct peer *p = peer_find(d, m->id);

	if (!peer_plausible(m)) {
		link_fail(d->apid, "neighbor without a proper address", NULL, 0);
		return;
	}
	if (p == NULL)
		p = peer_new(d, m);
	else if (p->range == NULL)
		peer_update(p, m);
	p->listed = true;
	if (!d->receiving) {
		note_sent_updates(d);
		start_fresh(d);
	}
}

static void
on_end(struct bgpd *d, const struct ipc_neighbors_end *m)
{
	uint32_t listed = 0;

	for (const struct peer *p = d->peers; p != NULL; p = p->next)
		listed += p->listed && !p->gone;
	if (!d->receiving || listed != m->count) {
		link_fail(d->apid, "the list of neighbors is not complete", NULL, 0);
		return;
	}
	d->receiving = false;
	d->have_list = true;
	for (struct peer *p = d->peers; p != NULL; p = p->next)
		if (!p->listed && p->range == NULL)
			peer_remove(p, "stop, message [removed]");
	if (!d->apid_ready) {
		d->apid_ready = true;
		for (struct peer *p = d->peers; p != NULL; p = p->next)
			if (!p->gone)
				report_again(p);
		resume_reading(d);
	}
	note_sent_updates(d);
	start_fresh(d);
	status_check_finished(d);
}

/* RFC 9003: a length byte and the communication, for 6/2 and 6/4. */
static void
cease(struct wire_error *err, const struct ipc_teardown *m)
{
	size_t n = m->text.n < 255 ? m->text.n : 255;
	bool communication = m->code == 6 && (m->subcode == 2 || m->subcode == 4);

	wire_error_std(err, m->code, m->subcode);
	if (n == 0) {
		n = err->len;
		memmove(err->data + communication, err->data, n);
	} else {
		n = n < sizeof(err->data) - 1 ? n : sizeof(err->data) - 1;
		memcpy(err->data + communication, m->text.p, n);
	}
	if (communication)
		err->data[0] = (uint8_t)n;
	err->len = (uint16_t)(n + communication);
}

static void
on_teardown(struct bgpd *d, const struct ipc_teardown *m)
{
	struct peer *p = peer_find(d, m->neighbor);
	struct wire_error err;

	if (p == NULL || p->session->state != FSM_ESTABLISHED)
		return;
	cease(&err, m);
	peer_reset(p, &err);
}

static void
on_send_refresh(struct bgpd *d, const struct ipc_send_refresh *m)
{
	struct peer *p = peer_find(d, m->neighbor);
	uint8_t space[MESSAGE_HEADER + 4];
	struct wr w = wr_init(space, sizeof(space));

	if (p == NULL || p->session->state != FSM_ESTABLISHED)
		return;
	export_refresh(&w, m->family, m->subtype);
	session_send(p->session, space, wr_len(&w));
}

static void
on_send_message(struct bgpd *d, const struct ipc_send_message *m)
{
	struct peer *p = peer_find(d, m->neighbor);
	struct wire_error err;
	uint8_t type;

	if (m->data.n < MESSAGE_HEADER ||
		message_header(m->data.p, MESSAGE_MAX_EXTENDED, &type, &err) != (int)m->data.n) {
		link_fail(d->apid, "not a BGP message", m->data.p, m->data.n);
		return;
	}
	if (p == NULL || p->session->state != FSM_ESTABLISHED)
		return;
	struct session *s = p->session;
	if (m->data.n > s->neg.message_max || (type == MESSAGE_OPERATIONAL && !s->neg.operational))
		log_warn(p->name, "a message of type %u and %u bytes was not negotiated", type,
			m->data.n);
	else
		session_send(s, m->data.p, m->data.n);
}

static void
on_sessions_get(struct bgpd *d, const struct ipc_sessions_get *m)
{
	struct ipc_sessions_end end = { .id = m->id };

	for (struct peer *p = d->peers; p != NULL; p = p->next)
		if (!p->gone && !p->is_range)
			report_session_info(p, m->id);
	ipc_send_sessions_end(d->apid, &end);
}

static void
on_restart_all(struct bgpd *d, const struct ipc_restart_all *m)
{
	struct wire_error err;

	(void)m;
	wire_error_std(&err, 6, 3);
	for (struct peer *p = d->peers; p != NULL; p = p->next)
		peer_reset(p, &err);
}

static void
on_quit(struct bgpd *d, const struct ipc_quit *m)
{
	struct ipc_quit_done done = { .unused = true };

	bgpd_quit(d, m->notify);
	ipc_send_quit_done(d->apid, &done);
	link_flush(d->apid);
}

void
bgpd_quit(struct bgpd *d, bool notify)
{
	struct wire_error err;
	struct fsm_input in = { .reason = "stop, message [shutting down]" };

	if (d->quitting)
		return;
	d->quitting = true;
	if (notify) {
		struct ipc_teardown m = { .code = 6, .subcode = 2 };

		cease(&err, &m);
		in = (struct fsm_input){ .error = &err };
	}
	listen_close_all(d);
	await_close_all(d);
	for (struct peer *p = d->peers; p != NULL; p = p->next) {
		loop_timer_cancel(d->loop, &p->retry_timer);
		fsm_event(peer_rival(p), FSM_EV_STOP, &in);
		fsm_event(p->session, FSM_EV_STOP, &in);
	}
}

IPC_HANDLER(neighbors_begin, struct bgpd, on_begin, on_bad)
IPC_HANDLER(neighbor, struct bgpd, on_neighbor, on_bad)
IPC_HANDLER(neighbors_end, struct bgpd, on_end, on_bad)
IPC_HANDLER(teardown, struct bgpd, on_teardown, on_bad)
IPC_HANDLER(send_refresh, struct bgpd, on_send_refresh, on_bad)
IPC_HANDLER(send_message, struct bgpd, on_send_message, on_bad)
IPC_HANDLER(sessions_get, struct bgpd, on_sessions_get, on_bad)
IPC_HANDLER(restart_all, struct bgpd, on_restart_all, on_bad)
IPC_HANDLER(quit, struct bgpd, on_quit, on_bad)

static ipc_handler_fn *const handlers[IPC_TYPE_LIMIT] = {
	[IPC_neighbors_begin] = ipc_thunk_on_begin,
	[IPC_neighbor] = ipc_thunk_on_neighbor,
	[IPC_neighbors_end] = ipc_thunk_on_end,
	[IPC_teardown] = ipc_thunk_on_teardown,
	[IPC_send_refresh] = ipc_thunk_on_send_refresh,
	[IPC_send_message] = ipc_thunk_on_send_message,
	[IPC_sessions_get] = ipc_thunk_on_sessions_get,
	[IPC_restart_all] = ipc_thunk_on_restart_all,
	[IPC_quit] = ipc_thunk_on_quit,
};

static void
on_message(void *owner, uint16_t type, const uint8_t *body, size_t n)
{
	struct bgpd *d = owner;

	if (!ipc_dispatch(handlers, d, type, body, n))
		link_fail(d->apid, ipc_name(type), body, n);
}

static void
on_event(void *owner, enum link_event event, const struct link_peer *peer)
{
	struct bgpd *d = owner;

	switch (event) {
	case LINK_UP:
		log_info(NULL, "apid is here, pid %u", peer->pid);
		break;
	case LINK_DOWN:
		log_info(NULL, "apid is gone");
		d->apid_ready = d->receiving = d->apid_blocked = false;
		session_ark_acked(d);
		bgpd_resume_reading(d);
		break;
	case LINK_WRITABLE:
		d->apid_blocked = false;
		bgpd_resume_reading(d);
		break;
	}
}

static void
on_acked(void *owner)
{
	session_ark_acked(owner);
}

int
apid_open(struct bgpd *d, const char *run)
{
	char path[256];
	struct link_config config = {
		.name = "bgpd-apid",
		.role = "bgpd",
		.path = path,
		.listen = true,
		.version_min = IPC_VERSION_MIN,
		.version_max = IPC_VERSION_MAX,
		.message = on_message,
		.event = on_event,
		.owner = d,
		.acked = on_acked,
	};

	if ((size_t)snprintf(path, sizeof(path), "%s/bgpd-apid.ipc", run) >= sizeof(path))
		return -1;
	d->apid = link_new(d->loop, &config);
	return d->apid != NULL ? 0 : -1;
}
