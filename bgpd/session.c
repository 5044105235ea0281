/*
 * A session's socket: connecting, adopting an accepted one, watching, and the end of it all. The
 * FSM decides when; here is how. Invariants: connected implies fd >= 0; serial changes whenever
 * the socket does; after session_close() nothing of the connection is left but the counters and
 * the state, which the FSM sets.
 */
#include "bgpd/session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bgpd/bgpd.h"
#include "bgpd/linger.h"
#include "bgpd/peer.h"
#include "bgpd/report.h"
#include "bgpd/session_ark.h"
#include "bgpd/tcp.h"
#include "common/log.h"
#include "common/xmalloc.h"
#include "proto/wire/message.h"

/* One attempt: reference/wire.md 11.2. */
enum { TRIES_MAX = 50, TRY_AGAIN_US = 100 * 1000, ATTEMPT_US = 30 * 1000 * 1000 };

void
session_init(struct session *s, struct peer *peer)
{
	s->peer = peer;
	s->state = FSM_IDLE;
	s->fd = -1;
}

bool
session_is_main(const struct session *s)
{
	return s->peer->session == s;
}

void
blob_set(struct blob *b, const uint8_t *p, size_t n)
{
	free(b->p);
	b->p = n > 0 ? xmemdup(p, n) : NULL;
	b->n = (uint32_t)n;
}

/* --- the end --- */

enum fsm_outcome
session_end_with(struct session *s, const struct wire_error *err, const char *reason)
{
	s->end_notify = err != NULL;
	if (err != NULL)
		s->end_error = *err;
	snprintf(s->end_reason, sizeof(s->end_reason), "%s", reason);
	return FSM_FAIL;
}

enum fsm_outcome
session_fail(struct session *s, const struct wire_error *err)
{
	char reason[40];

	snprintf(reason, sizeof(reason), "notification sent (%u,%u)", err->code, err->subcode);
	return session_end_with(s, err, reason);
}

/* What of the ring must still go out: the message TCP has a part of, then the NOTIFICATION. */
static size_t
last_bytes(struct session *s, uint8_t *out, size_t max)
{
	uint8_t space[MESSAGE_HEADER + 2 + WIRE_ERROR_DATA_MAX];
	struct wr w = wr_init(space, sizeof(space));
	size_t n;

	message_notification(&w, &s->end_error);
	tx_cut(&s->tx, &s->peer->d->tx_pool);
	session_send(s, space, wr_len(&w));
	n = s->tx.len;
	if (n > max)
		return 0;
	tx_copy(&s->tx, out);
	return n;
}

static void
close_socket(struct session *s)
{
	struct bgpd *d = s->peer->d;
	uint8_t bytes[MESSAGE_MAX_EXTENDED + MESSAGE_MAX];
	size_t n = 0;

	if (s->fd < 0)
		return;
	if (s->connected && s->end_notify)
		n = last_bytes(s, bytes, sizeof(bytes));
	loop_io_del(d->loop, &s->io);
	if (s->connected)
		linger_start(d, s->fd, bytes, n);
	else
		close(s->fd);
	s->fd = -1;
	s->serial++;
}

void
session_close(struct session *s)
{
	session_ark_closing(s);
	close_socket(s);
	session_stop_timers(s);
	tx_fini(&s->tx, &s->peer->d->tx_pool);
	session_ark_stop(s);
	s->ark_tried = false;
	free(s->rx.data);
	s->rx = (struct rx){ 0 };
	blob_set(&s->open_sent, NULL, 0);
	blob_set(&s->open_received, NULL, 0);
	s->connecting = s->connected = s->open_is_sent = s->tx_blocked = false;
	s->incoming = s->end_notify = false;
	s->fed_epoch = 0;
	s->tries = 0;
	s->zero_hold_keepalives = 0;
	s->peer_id = 0;
	memset(&s->neg, 0, sizeof(s->neg));
}

/* --- the socket --- */

static void
connect_failed(struct session *s, int error, const char *what)
{
	struct bgpd *d = s->peer->d;

	loop_io_del(d->loop, &s->io);
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	s->serial++;
	s->connecting = false;
	if (s->tries == 1)
		log_info(s->peer->name, "can not connect: %s: %s", what, strerror(error));
	/* The timer decides whether this attempt goes on. */
	s->attempt_start.us -= s->tries >= TRIES_MAX ? ATTEMPT_US : 0;
}

static void
on_connect_timer(struct loop *loop, void *owner)
{
	struct session *s = owner;

	if (loop_now(loop).us - s->attempt_start.us >= ATTEMPT_US)
		fsm_event(s, FSM_EV_TCP_FAILS, NULL);
	else
		fsm_event(s, FSM_EV_CONNECT_RETRY, NULL);
}

static void
finish_connect(struct session *s)
{
	int error = 0;
	socklen_t n = sizeof(error);

	if (getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &n) != 0)
		error = errno;
	if (error != 0) {
		connect_failed(s, error, "connect");
		loop_timer_set(s->peer->d->loop, &s->connect_timer, TRY_AGAIN_US, on_connect_timer,
			s, "connect");
		return;
	}
	s->connecting = false;
	fsm_event(s, FSM_EV_TCP_ACKED, NULL);
}

static void
on_io(struct loop *loop, void *owner, uint32_t events)
{
	struct session *s = owner;
	uint32_t serial = s->serial;

	(void)loop;
	if (s->connecting) {
		finish_connect(s);
		return;
	}
	if (events & EPOLLOUT) {
		s->tx_blocked = false;
		session_flush(s);
	}
	if (s->serial == serial && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
		session_read(s);
}

void
session_watch(struct session *s)
{
	struct loop *loop = s->peer->d->loop;
	uint32_t events = 0;

	if (s->fd >= 0 && !s->rx.paused && !s->connecting)
		events |= EPOLLIN;
	if (s->fd >= 0 && (s->tx_blocked || s->connecting))
		events |= EPOLLOUT;
	/* With nothing to wait for the watcher goes: EPOLLHUP can not be masked. */
	if (events == 0)
		loop_io_del(loop, &s->io);
	else if (s->io.active)
		loop_io_mod(loop, &s->io, events);
	else if (loop_io_add(loop, &s->io, s->fd, events, on_io, s, "session") != 0)
		log_errno(s->peer->name, "watching the connection");
}

void
session_connect(struct session *s)
{
	struct peer *p = s->peer;
	struct addr local = p->local;
	const char *what;

	if (s->tries == 0)
		s->attempt_start = loop_now(p->d->loop);
	s->tries++;
	if (p->def.md5_ip.n == 4 || p->def.md5_ip.n == 16) {
		local = (struct addr){ .len = (uint8_t)p->def.md5_ip.n };
		memcpy(local.bytes, p->def.md5_ip.p, p->def.md5_ip.n);
	}
	s->fd = tcp_connect(&p->def, &p->address, &local, &what);
	int64_t wait = TRY_AGAIN_US;
	if (s->fd < 0) {
		connect_failed(s, errno, what);
	} else {
		s->connecting = true;
		s->serial++;
		session_watch(s);
		wait = s->attempt_start.us + ATTEMPT_US - loop_now(p->d->loop).us;
	}
	loop_timer_set(
		p->d->loop, &s->connect_timer, wait > 0 ? wait : 0, on_connect_timer, s, "connect");
}

void
session_adopt(struct session *s, int fd, const struct addr *remote, const struct addr *local)
{
	session_close(s);
	s->fd = fd;
	s->serial++;
	s->incoming = true;
	s->remote = *remote;
	s->local = *local;
}

bool
session_connected(struct session *s)
{
	loop_timer_cancel(s->peer->d->loop, &s->connect_timer);
	if (!s->incoming && tcp_names(s->fd, &s->local, &s->remote) != 0)
		return false;
	s->connected = true;
	s->tries = 0;
	s->last_progress = s->last_received = loop_now(s->peer->d->loop);
	memset(s->sent, 0, sizeof(s->sent));
	memset(s->received, 0, sizeof(s->received));
	s->prefixes_received = s->prefixes_withdrawn = 0;
	session_watch(s);
	return true;
}
