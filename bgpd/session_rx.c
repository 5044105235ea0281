/*
 * Receiving: one read into the daemon's shared space, whole messages handed to the FSM, the rest
 * kept; a session in the ark reads into its own ring instead. Before each message the links it will go to are asked for credit; without it the session
 * stops reading there (TCP then stops the peer) and goes on when the credit is back. One read of
 * RX_READ bytes is the budget of a session in a turn.
 */
#include "bgpd/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "bgpd/bgpd.h"
#include "bgpd/peer.h"
#include "bgpd/report.h"
#include "bgpd/session_ark.h"
#include "common/child.h"
#include "common/log.h"
#include "common/xmalloc.h"
#include "proto/wire/message.h"

static const enum fsm_event events[] = {
	[MESSAGE_OPEN] = FSM_EV_OPEN,
	[MESSAGE_UPDATE] = FSM_EV_UPDATE,
	[MESSAGE_NOTIFICATION] = FSM_EV_NOTIFICATION,
	[MESSAGE_KEEPALIVE] = FSM_EV_KEEPALIVE,
	[MESSAGE_REFRESH] = FSM_EV_REFRESH,
	[MESSAGE_OPERATIONAL] = FSM_EV_OPERATIONAL,
};

bool
session_has_unread(const struct session *s)
{
	size_t kept = s->ark != NULL ? (size_t)(s->ark->tail - s->ark->done) : s->rx.len;
	int n = 0;

	if (s->rx.paused && kept >= MESSAGE_HEADER)
		return true;
	return s->fd >= 0 && ioctl(s->fd, FIONREAD, &n) == 0 && n > 0;
}

static size_t
message_limit(const struct session *s)
{
	return s->neg.message_max != 0 ? s->neg.message_max : MESSAGE_MAX;
}

/* No credit on a link that a message of this type goes to. */
static bool
must_wait(const struct session *s, uint8_t type)
{
	const struct bgpd *d = s->peer->d;

	if (d->apid_blocked && report_wants(s->peer, false, type))
		return true;
	if (s->state != FSM_ESTABLISHED || (d->ribd_ready && !d->ribd_blocked))
		return false;
	return type == MESSAGE_REFRESH || (type == MESSAGE_UPDATE && s->peer->def.adj_rib_in);
}

static void
bad_header(struct session *s, const struct wire_error *err, const uint8_t *header)
{
	struct fsm_input in = { .error = err };

	report_header_error(s, err, header);
	fsm_event(s, FSM_EV_HEADER_ERROR, &in);
}

static void
unknown_type(struct session *s, uint8_t type)
{
	struct wire_error err;
	struct fsm_input in = { .error = &err };

	if (type == 252)
		wire_error_std(&err, 1, 3);
	else
		wire_error_set(&err, 1, 0, "can not decode update message of type \"%u\"", type);
	fsm_event(s, FSM_EV_HEADER_ERROR, &in);
}

static void
deliver(struct session *s, uint8_t type, const uint8_t *message, size_t n)
{
	struct fsm_input in = { .message = message, .n = n };

	s->last_received = loop_now(s->peer->d->loop);
	if (message_name(type) == NULL) {
		unknown_type(s, type);
		return;
	}
	if (!session_ark_again(s))
		s->received[type - 1]++;
	if (type != MESSAGE_OPERATIONAL || s->neg.operational)
		report_message(s, false, message, n);
	fsm_event(s, events[type], &in);
}

static void
keep(struct rx *rx, const uint8_t *p, size_t n)
{
	uint8_t *old = rx->data;

	rx->data = n > 0 ? xmemdup(p, n) : NULL;
	rx->len = (uint32_t)n;
	free(old);
}

/* Handles the whole messages of n bytes and returns how many of them those were. The session's
 * connection may be another one or closed afterwards. */
static size_t
process(struct session *s, const uint8_t *p, size_t n)
{
	uint32_t serial = s->serial;
	size_t used = 0;

	while (n - used >= MESSAGE_HEADER) {
		struct wire_error err;
		uint8_t type;
		int length = message_header(p + used, message_limit(s), &type, &err);

		if (length < 0) {
			bad_header(s, &err, p + used);
			break;
		}
		if (n - used < (size_t)length)
			break;
		if (must_wait(s, type)) {
			s->rx.paused = true;
			break;
		}
		deliver(s, type, p + used, (size_t)length);
		if (s->serial != serial)
			break;
		used += (size_t)length;
		if (s->ark != NULL)
			s->ark->done += (uint64_t)length;
	}
	return used;
}

/* In the ark. */
static void
process_ring(struct session *s)
{
	struct session_ark *a = s->ark;
	uint32_t serial = s->serial;

	process(s, ark_rx_at(a->ark, a->origin, a->done), (size_t)(a->tail - a->done));
	if (s->serial != serial)
		return;
	a->ark->head->resumes = 0; /* nothing in the ring has killed us */
	session_ark_processed(s);
	if (s->rx.paused)
		session_watch(s);
}

/* Not in the ark, or not yet. p is not in s->rx. */
static void
process_bytes(struct session *s, const uint8_t *p, size_t n)
{
	uint32_t serial = s->serial;
	size_t used = process(s, p, n);

	if (s->serial != serial)
		return;
	if (s->state == FSM_ESTABLISHED && !s->ark_tried && child_supervised(s->peer->d->child)) {
		s->ark_tried = true;
		if (session_ark_start(s, p + used, n - used))
			used = n;
	}
	keep(&s->rx, p + used, n - used);
	if (s->rx.paused)
		session_watch(s);
}

/* Reads what fits; false: there is nothing to be processed. */
static bool
read_into(struct session *s, uint8_t *space, size_t room, size_t *got)
{
	ssize_t n = recv(s->fd, space, room, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n <= 0) {
		fsm_event(s, FSM_EV_TCP_FAILS, NULL);
		return false;
	}
	*got = (size_t)n;
	return true;
}

static void
read_ring(struct session *s)
{
	size_t room, n;
	uint8_t *space = session_ark_room(s, &room);

	if (room == 0) {
		s->rx.paused = true; /* until apid or ribd have processed something */
		session_watch(s);
		return;
	}
	if (read_into(s, space, room, &n)) {
		s->ark->tail += n;
		process_ring(s);
	}
}

void
session_read(struct session *s)
{
	uint8_t *space = s->peer->d->rx_space;
	size_t have = s->rx.len, n;

	if (s->rx.paused || !s->connected)
		return;
	if (s->ark != NULL) {
		read_ring(s);
		return;
	}
	if (have > 0)
		memcpy(space, s->rx.data, have);
	if (read_into(s, space + have, RX_SPACE - have, &n))
		process_bytes(s, space, have + n);
}

void
session_resume(struct session *s)
{
	uint8_t *space = s->peer->d->rx_space;
	size_t n = s->rx.len;
	uint32_t serial = s->serial;

	if (!s->rx.paused || s->peer->d->awaiting_apid)
		return;
	s->rx.paused = false;
	if (s->ark != NULL) {
		process_ring(s);
	} else {
		memcpy(space, s->rx.data, n);
		process_bytes(s, space, n);
	}
	if (s->serial == serial && !s->rx.paused)
		session_watch(s);
}
