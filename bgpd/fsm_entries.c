/*
 * What happens on entering a state: timers, reports to apid and ribd, and in Idle the end of the
 * connection. Only the main session of a peer is reported; a rival becomes it when it wins.
 */
#include "bgpd/fsm_actions.h"

#include <stdio.h>

#include "bgpd/bgpd.h"
#include "bgpd/peer.h"
#include "bgpd/report.h"
#include "bgpd/session.h"
#include "common/htable.h"
#include "common/log.h"

/* The large hold time that RFC 4271 8.2.2 suggests where none is negotiated yet. */
enum { CONFIRM_HOLD_S = 240 };

static bool
same_number(const void *item, const void *key)
{
	const struct session *s = item;
	const uint32_t *number = key;

	return s->number == *number;
}

static void
leave_established(struct session *s)
{
	struct bgpd *d = s->peer->d;

	if (s->number == 0)
		return;
	ribd_session_down(s);
	htable_remove(&d->sessions, hash_u32(s->number), same_number, &s->number);
	s->number = 0;
	s->told_ribd = false;
	s->peer->since_us = wall_us();
	d->n_up--;
	status_changed(d);
}

void
enter_idle(struct session *s)
{
	struct peer *p = s->peer;
	bool was_up = s->number != 0;
	bool was_connected = s->connected;

	if (!session_is_main(s)) {
		session_close(s);
		return;
	}
	if (was_connected)
		snprintf(p->last_reason, sizeof(p->last_reason), "%s", s->end_reason);
	if (was_up)
		log_info(p->name, "down: %s", s->end_reason);
	else if (was_connected)
		log_info(p->name, "connection ended: %s", s->end_reason);
	leave_established(s);
	session_close(s);
	if (was_connected)
		report_state(p, IPC_PEER_DOWN, p->last_reason);
	report_fsm(p, IPC_FSM_IDLE);
	peer_session_ended(p);
}

void
enter_connect(struct session *s)
{
	report_fsm(s->peer, IPC_FSM_ACTIVE);
	report_fsm(s->peer, IPC_FSM_IDLE);
}

void
enter_active(struct session *s)
{
	report_fsm(s->peer, IPC_FSM_ACTIVE);
}

void
enter_opensent(struct session *s)
{
	session_start_open_wait(s);
	if (session_is_main(s) && s->open_is_sent)
		report_fsm(s->peer, IPC_FSM_OPENSENT);
}

void
enter_openconfirm(struct session *s)
{
	unsigned hold = s->neg.hold_time;

	if (session_is_main(s))
		report_fsm(s->peer, IPC_FSM_OPENCONFIRM);
	session_send_keepalive(s);
	session_start_hold(s, hold != 0 ? hold : CONFIRM_HOLD_S);
	session_start_keepalive(s, hold);
}

void
enter_established(struct session *s)
{
	struct peer *p = s->peer;
	struct bgpd *d = p->d;

	p->backoff_s = 0;
	session_start_hold(s, s->neg.hold_time);
	do
		s->number = ++d->next_session;
	while (s->number == 0 ||
		htable_find(&d->sessions, hash_u32(s->number), same_number, &s->number) != NULL);
	htable_add(&d->sessions, hash_u32(s->number), s);
	s->up_us = p->since_us = wall_us();
	s->chunk = s->chunk_epoch = 0;
	d->n_up++;
	log_info(p->name, "up: AS %u, hold time %u, %u families", s->neg.peer_as, s->neg.hold_time,
		s->neg.n_families);
	report_fsm(p, IPC_FSM_ESTABLISHED);
	report_state(p, IPC_PEER_UP, "");
	if (s->neg.family_bits == 0)
		session_send_keepalive(s); /* in place of End-of-RIB (reference/wire.md 9.1) */
	ribd_session_up(s, false);
	status_changed(d);
}
