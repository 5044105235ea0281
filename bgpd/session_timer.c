/*
 * Timers of a session (RFC 4271 10, RFC 9687). The hold timer is not re-armed for every message:
 * it looks at the time of the last one when it fires and sleeps the rest, so receiving costs
 * nothing and an idle session wakes up only for its KEEPALIVEs.
 */
#include "bgpd/session.h"

#include <stdlib.h>

#include "bgpd/bgpd.h"
#include "bgpd/peer.h"

enum {
	SECOND = 1000 * 1000,
	UNREAD_US = SECOND,    /* the hold timer's delay while bytes wait to be read */
	SEND_HOLD_MIN_S = 480, /* RFC 9687: 8 minutes */
	OPEN_WAIT_DEFAULT_S = 60
};

int64_t
timer_jitter(int64_t us)
{
	return us / 4 * 3 + (us > 3 ? random() % (us / 4 + 1) : 0);
}

static void
on_open_wait(struct loop *loop, void *owner)
{
	(void)loop;
	fsm_event(owner, FSM_EV_OPEN_WAIT, NULL);
}

void
session_start_open_wait(struct session *s)
{
	unsigned seconds = s->peer->def.open_wait;

	if (seconds == 0)
		seconds = OPEN_WAIT_DEFAULT_S;
	loop_timer_set(s->peer->d->loop, &s->hold_timer, (int64_t)seconds * SECOND, on_open_wait, s,
		"open wait");
}

static void
on_hold(struct loop *loop, void *owner)
{
	struct session *s = owner;
	int64_t left = s->last_received.us + (int64_t)s->hold_s * SECOND - loop_now(loop).us;

	if (left <= 0 && session_has_unread(s))
		left = UNREAD_US;
	if (left > 0)
		loop_timer_set(loop, &s->hold_timer, left, on_hold, s, "hold");
	else
		fsm_event(s, FSM_EV_HOLD_EXPIRES, NULL);
}

void
session_start_hold(struct session *s, unsigned seconds)
{
	s->hold_s = seconds;
	if (seconds == 0)
		loop_timer_cancel(s->peer->d->loop, &s->hold_timer);
	else
		loop_timer_set(s->peer->d->loop, &s->hold_timer, (int64_t)seconds * SECOND, on_hold,
			s, "hold");
}

static void
on_keepalive(struct loop *loop, void *owner)
{
	(void)loop;
	fsm_event(owner, FSM_EV_KEEPALIVE_TIMER, NULL);
}

void
session_start_keepalive(struct session *s, unsigned hold_seconds)
{
	if (hold_seconds < 3)
		return;
	loop_timer_set(s->peer->d->loop, &s->keepalive_timer,
		timer_jitter((int64_t)(hold_seconds / 3) * SECOND), on_keepalive, s, "keepalive");
}

void
session_resume_timers(struct session *s)
{
	struct loop *loop = s->peer->d->loop;
	int64_t now = loop_now(loop).us, hold = (int64_t)s->neg.hold_time * SECOND;
	int64_t left = s->last_received.us + hold - now;
	int64_t wait = s->last_keepalive.us + timer_jitter(hold / 3) - now;

	s->hold_s = s->neg.hold_time;
	s->last_progress = loop_now(loop);
	if (s->hold_s > 0)
		loop_timer_set(loop, &s->hold_timer, left > 0 ? left : 0, on_hold, s, "hold");
	if (s->hold_s >= 3)
		loop_timer_set(loop, &s->keepalive_timer, wait > 0 ? wait : 0, on_keepalive, s,
			"keepalive");
}

static int64_t
send_hold_us(const struct session *s)
{
	int64_t seconds = 2 * (int64_t)s->neg.hold_time;

	return (seconds > SEND_HOLD_MIN_S ? seconds : SEND_HOLD_MIN_S) * SECOND;
}

static void
on_send_hold(struct loop *loop, void *owner)
{
	struct session *s = owner;
	int64_t left = s->last_progress.us + send_hold_us(s) - loop_now(loop).us;

	if (s->tx.len == 0)
		return;
	if (left > 0)
		loop_timer_set(loop, &s->send_timer, left, on_send_hold, s, "send hold");
	else
		fsm_event(s, FSM_EV_SEND_HOLD, NULL);
}

void
session_start_send_hold(struct session *s)
{
	if (!loop_timer_armed(&s->send_timer))
		loop_timer_set(s->peer->d->loop, &s->send_timer, send_hold_us(s), on_send_hold, s,
			"send hold");
}

void
session_stop_timers(struct session *s)
{
	struct loop *loop = s->peer->d->loop;

	loop_timer_cancel(loop, &s->connect_timer);
	loop_timer_cancel(loop, &s->hold_timer);
	loop_timer_cancel(loop, &s->keepalive_timer);
	loop_timer_cancel(loop, &s->send_timer);
}
