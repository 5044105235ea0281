/*
 * The life of a peer's sessions: when to connect, with which back-off (reference/wire.md 11.2),
 * what an accepted connection means in each state, and which of two connections survives
 * (RFC 4271 6.8).
 */
#include "bgpd/peer.h"

#include <stdlib.h>
#include <unistd.h>

#include "bgpd/bgpd.h"
#include "bgpd/linger.h"
#include "bgpd/report.h"
#include "common/log.h"
#include "common/rd.h"
#include "proto/wire/message.h"

enum { BACKOFF_MAX_S = 60, BACKOFF_JITTER_US = 100 * 1000, SECOND = 1000 * 1000 };

static const char lost_outgoing[] =
	"closing outgoing connection as we have another incoming on with higher router-id";
static const char lost_incoming[] = "could not accept the connection, as another connection is "
				    "already in open-confirm and will go through";
static const char established[] = "could not accept the connection, already established";

struct session *
peer_rival(struct peer *p)
{
	return p->session == &p->slots[0] ? &p->slots[1] : &p->slots[0];
}

void
peer_start(struct peer *p)
{
	if (p->gone || p->stopped || p->is_range || p->d->quitting)
		return;
	fsm_event(p->session, p->def.passive ? FSM_EV_START_PASSIVE : FSM_EV_START, NULL);
}

static void
on_retry(struct loop *loop, void *owner)
{
	(void)loop;
	peer_start(owner);
}

static void
plan_retry(struct peer *p)
{
	int64_t delay = (int64_t)p->backoff_s * SECOND;

	if (delay > 0)
		delay += random() % BACKOFF_JITTER_US;
	p->backoff_s = 1 + p->backoff_s * 6 / 5;
	if (p->backoff_s > BACKOFF_MAX_S)
		p->backoff_s = BACKOFF_MAX_S;
	loop_timer_set(
		p->d->loop, &p->retry_timer, p->def.passive ? 0 : delay, on_retry, p, "retry");
}

void
peer_session_ended(struct peer *p)
{
	if (p->gone || p->d->quitting)
		return;
	if (peer_rival(p)->state != FSM_IDLE) {
		peer_promote_rival(p);
		return;
	}
	if (p->range != NULL) {
		peer_remove(p, "");
		return;
	}
	if (p->def.attempts != 0 && p->attempts_used >= p->def.attempts) {
		p->stopped = true;
		log_info(p->name, "%u connections made: that was all", p->attempts_used);
		status_check_finished(p->d);
		return;
	}
	plan_retry(p);
}

void
peer_promote_rival(struct peer *p)
{
	struct session *s = peer_rival(p);

	p->session = s;
	report_state(p, IPC_PEER_CONNECTED, "");
	report_fsm(p, IPC_FSM_CONNECT);
	if (s->open_is_sent)
		report_fsm(p, IPC_FSM_OPENSENT);
	if (s->state == FSM_OPENCONFIRM) {
		report_opened(s);
		report_fsm(p, IPC_FSM_OPENCONFIRM);
	}
}

void
peer_reset(struct peer *p, const struct wire_error *err)
{
	bool silent = p->def.graceful_restart;
	struct fsm_input in = { .error = silent ? NULL : err,
		.reason = silent ? "graceful restarted negotiated, closing without sending any "
				   "notification"
				 : NULL };

	if (p->gone)
		return;
	p->backoff_s = 0;
	fsm_event(peer_rival(p), FSM_EV_STOP, &in);
	if (p->session->state != FSM_IDLE)
		fsm_event(p->session, FSM_EV_STOP, &in);
	else if (loop_timer_armed(&p->retry_timer))
		plan_retry(p);
}

/* Sends a NOTIFICATION on a connection that never became a session. */
static void
refuse(struct peer *p, int fd, uint8_t subcode, const char *text)
{
	uint8_t space[MESSAGE_HEADER + 2 + WIRE_ERROR_DATA_MAX];
	struct wr w = wr_init(space, sizeof(space));
	struct wire_error err;

	log_info(p->name, "connection refused: %s", text);
	wire_error_set(&err, 6, subcode, "%s", text);
	message_notification(&w, &err);
	linger_start(p->d, fd, space, wr_len(&w));
}

static void
adopt(struct session *s, int fd, const struct addr *remote, const struct addr *local)
{
	s->peer->backoff_s = 0;
	session_adopt(s, fd, remote, local);
	fsm_event(s, FSM_EV_TCP_CONFIRMED, NULL);
}

/* A new connection beside one that waits for OPEN or KEEPALIVE: both go on until one is known to
 * lose. An older rival gives way: the peer opened a newer one. */
static void
add_rival(struct peer *p, int fd, const struct addr *remote, const struct addr *local)
{
	struct session *rival = peer_rival(p);

	if (rival->state != FSM_IDLE)
		fsm_event(rival, FSM_EV_STOP, NULL);
	adopt(rival, fd, remote, local);
}

/* RFC 4724 5: a peer that restarts gracefully may be back before we noticed that it was gone. */
static void
replace(struct peer *p, int fd, const struct addr *remote, const struct addr *local)
{
	struct fsm_input in = { .reason = "closing connection" };

	fsm_event(p->session, FSM_EV_STOP, &in);
	loop_timer_cancel(p->d->loop, &p->retry_timer);
	if (p->gone) /* an instance goes with its session */
		close(fd);
	else
		adopt(p->session, fd, remote, local);
}

void
peer_accept(struct peer *p, int fd, const struct addr *remote, const struct addr *local)
{
	struct session *s = p->session;

	if (p->stopped || p->d->quitting) {
		refuse(p, fd, 5, "Connection Rejected");
		return;
	}
	switch (s->state) {
	case FSM_IDLE:
	case FSM_CONNECT:
	case FSM_ACTIVE:
		loop_timer_cancel(p->d->loop, &p->retry_timer);
		adopt(s, fd, remote, local);
		return;
	case FSM_OPENSENT:
	case FSM_OPENCONFIRM:
		add_rival(p, fd, remote, local);
		return;
	case FSM_ESTABLISHED:
		if (s->restarts)
			replace(p, fd, remote, local);
		else
			refuse(p, fd, 7, established);
		return;
	case FSM_STATES:
		break;
	}
	fatalx("peer %s in state %d", p->name, (int)s->state);
}

/* Our BGP Identifier as sent. */
static uint32_t
own_id(const struct session *s)
{
	struct rd r = rd_init(s->open_sent.p, s->open_sent.n);

	rd_bytes(&r, 5);
	return rd_u32(&r);
}

enum fsm_outcome
peer_collide(struct session *s)
{
	struct peer *p = s->peer;
	struct session *other = session_is_main(s) ? peer_rival(p) : p->session;
	struct wire_error err;

	if (other->state == FSM_ESTABLISHED) {
		wire_error_set(&err, 6, 7, "%s", established);
		return session_end_with(s, &err, established);
	}
	if (other->state != FSM_OPENCONFIRM)
		return FSM_NEXT;
	/* The higher identifier's own connection stays; of two by the same side the newer. */
	bool keep_incoming = own_id(s) <= s->peer_id;
	bool keep_s = s->incoming == other->incoming || s->incoming == keep_incoming;
	const struct session *loser = keep_s ? other : s;
	const char *text = loser->incoming ? lost_incoming : lost_outgoing;
	wire_error_set(&err, 6, 7, "%s", text);
	log_info(p->name, "collision: the %s connection is closed",
		loser->incoming ? "incoming" : "outgoing");
	if (!keep_s)
		return session_end_with(s, &err, text);
	struct fsm_input in = { .error = &err, .reason = text };
	fsm_event(other, FSM_EV_COLLISION, &in);
	return FSM_NEXT;
}
