/*
 * Messages to apid. What may come in masses (messages of sessions) obeys the link's credit:
 * session_rx.c and dispatch_ribd.c ask apid_blocked first. What is rare does not, so its amount is
 * bounded here: an apid that leaves OVERLOAD bytes unread is cut off and told anew later.
 */
#include "bgpd/report.h"

#include <string.h>

#include "bgpd/bgpd.h"
#include "bgpd/peer.h"
#include "bgpd/session.h"
#include "bgpd/session_ark.h"
#include "common/link.h"
#include "proto/ipc/send.h"
#include "proto/wire/message.h"

enum { OVERLOAD = 4 * LINK_WINDOW_BYTES };

static bool
ready(const struct peer *p, uint32_t event)
{
	return p->d->apid_ready && (p->def.events & event) != 0;
}

bool
report_wants(const struct peer *p, bool sent, uint8_t type)
{
	return ready(p, sent ? IPC_EVENT_SENT(type) : IPC_EVENT_RECEIVED(type));
}

/* more: what the sending function returned. */
static void
sent_event(struct bgpd *d, bool more)
{
	if (more || !d->apid_ready)
		return;
	d->apid_blocked = true;
	if (link_stats(d->apid).queued_bytes > OVERLOAD)
		link_fail(d->apid, "apid does not read its events", NULL, 0);
}

static struct ipc_bytes
addr_bytes(const struct addr *a)
{
	return ipc_bytes(a->bytes, a->len);
}

static void
send_state(struct peer *p, enum ipc_peer state, const char *reason, uint64_t time_us)
{
	struct ipc_peer_state m = { .neighbor = p->def.id,
		.state = (uint8_t)state,
		.reason = ipc_bytes(reason, strlen(reason)),
		.local = addr_bytes(&p->session->local),
		.time_us = time_us };

	sent_event(p->d, ipc_send_peer_state(p->d->apid, &m));
}

void
report_state(struct peer *p, enum ipc_peer state, const char *reason)
{
	/* An UP has the session's time: a successor of ours tells it again with the same. */
	if (ready(p, IPC_EVENT_STATE))
		send_state(p, state, reason, state == IPC_PEER_UP ? p->session->up_us : wall_us());
}

void
report_fsm(struct peer *p, enum ipc_fsm state)
{
	struct ipc_fsm_state m = {
		.neighbor = p->def.id, .state = (uint8_t)state, .time_us = wall_us()
	};

	if (ready(p, IPC_EVENT_FSM))
		sent_event(p->d, ipc_send_fsm_state(p->d->apid, &m));
}

void
report_opened(struct session *s)
{
	struct peer *p = s->peer;
	struct ipc_opened m = { .neighbor = p->def.id,
		.open_sent = ipc_bytes(s->open_sent.p, s->open_sent.n),
		.open_received = ipc_bytes(s->open_received.p, s->open_received.n),
		.time_us = s->opened_us };

	if (ready(p, IPC_EVENT_OPENED))
		sent_event(p->d, ipc_send_opened(p->d->apid, &m));
}

void
report_message(struct session *s, bool sent, const uint8_t *message, size_t n)
{
	struct peer *p = s->peer;

	if (!report_wants(p, sent, message[18]))
		return;
	struct ipc_message m = { .neighbor = p->def.id,
		.sent = sent,
		.time_us = wall_us(),
		.data = ipc_bytes(message, n) };
	if (!sent && s->ark != NULL) {
		m.session = s->ark->key;
		m.seq = s->ark->done + n;
		s->ark->handed = true;
	}
	sent_event(p->d, ipc_send_message(p->d->apid, &m));
}

void
report_header_error(struct session *s, const struct wire_error *err, const uint8_t *header)
{
	struct peer *p = s->peer;
	struct ipc_header_error m = { .neighbor = p->def.id,
		.code = err->code,
		.subcode = err->subcode,
		.text = ipc_bytes(err->data, err->len),
		.header = ipc_bytes(header, MESSAGE_HEADER),
		.time_us = wall_us() };

	if (report_wants(p, false, MESSAGE_NOTIFICATION))
		sent_event(p->d, ipc_send_header_error(p->d->apid, &m));
}

static struct ipc_instance
instance_message(const struct peer *p, bool gone)
{
	return (struct ipc_instance){ .neighbor = p->def.id,
		.range = p->range->def.id,
		.peer = addr_bytes(&p->address),
		.local = addr_bytes(&p->local),
		.gone = gone };
}

void
report_instance(struct peer *p, bool gone)
{
	struct ipc_instance m = instance_message(p, gone);

	if (p->d->apid_ready)
		sent_event(p->d, ipc_send_instance(p->d->apid, &m));
}

void
ribd_instance(struct peer *p, bool gone)
{
	struct ipc_instance m = instance_message(p, gone);

	if (p->d->ribd_ready && !ipc_send_instance(p->d->ribd_bulk, &m))
		p->d->ribd_blocked = true;
}

void
report_again(struct peer *p)
{
	struct session *s = p->session;

	if (p->range != NULL)
		report_instance(p, false);
	if (p->lost)
		report_state(p, IPC_PEER_DOWN, p->last_reason);
	p->lost = false;
	if (s->state != FSM_ESTABLISHED)
		return;
	report_opened(s);
	if (ready(p, IPC_EVENT_STATE))
		send_state(p, IPC_PEER_UP, "", s->up_us);
}

static const enum ipc_fsm ipc_states[FSM_STATES] = {
	[FSM_IDLE] = IPC_FSM_IDLE,
	[FSM_CONNECT] = IPC_FSM_CONNECT,
	[FSM_ACTIVE] = IPC_FSM_ACTIVE,
	[FSM_OPENSENT] = IPC_FSM_OPENSENT,
	[FSM_OPENCONFIRM] = IPC_FSM_OPENCONFIRM,
	[FSM_ESTABLISHED] = IPC_FSM_ESTABLISHED,
};

static struct ipc_bytes
counters(const uint64_t values[IPC_SESSION_COUNTERS], uint8_t out[IPC_SESSION_COUNTERS * 8])
{
	struct wr w = wr_init(out, IPC_SESSION_COUNTERS * 8);

	for (int i = 0; i < IPC_SESSION_COUNTERS; i++)
		wr_u64(&w, values[i]);
	return ipc_bytes(out, wr_len(&w));
}

void
report_session_info(struct peer *p, uint32_t id)
{
	const struct session *s = p->session;
	uint8_t sent[IPC_SESSION_COUNTERS * 8], received[IPC_SESSION_COUNTERS * 8];
	struct ipc_session_info m = {
		.id = id,
		.neighbor = p->def.id,
		.state = (uint8_t)ipc_states[s->state],
		.since_us = p->since_us,
		.open_sent = ipc_bytes(s->open_sent.p, s->open_sent.n),
		.open_received = ipc_bytes(s->open_received.p, s->open_received.n),
		.sent = counters(s->sent, sent),
		.received = counters(s->received, received),
		.prefixes_received = s->prefixes_received,
		.prefixes_withdrawn = s->prefixes_withdrawn,
		.ring_bytes = s->tx.len,
		.last_reason = ipc_bytes(p->last_reason, strlen(p->last_reason)),
	};

	if (s->connected)
		m.local = addr_bytes(&s->local);
	sent_event(p->d, ipc_send_session_info(p->d->apid, &m));
}
