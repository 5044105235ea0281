/*
 * Sending: messages enter the ring in order, the ring is written once at the end of a turn (or
 * when it holds WRITE_EARLY bytes already), and ribd is told of the room this makes. ribd may
 * have IPC_SESSION_RING bytes in the ring; the rest of it is for messages of our own.
 */
#include "bgpd/session.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "bgpd/bgpd.h"
#include "bgpd/peer.h"
#include "bgpd/report.h"
#include "bgpd/session_ark.h"
#include "common/log.h"
#include "proto/wire/message.h"

enum { WRITE_EARLY = 64 * 1024, GRANT_STEP = IPC_SESSION_RING / 4 };

void
session_mark_dirty(struct session *s)
{
	struct bgpd *d = s->peer->d;

	if (s->ark != NULL)
		s->ark->stale = true;
	if (s->dirty)
		return;
	s->dirty = true;
	s->next_dirty = d->dirty;
	d->dirty = s;
	bgpd_flush_later(d);
}

void
session_send(struct session *s, const uint8_t *message, size_t n)
{
	struct bgpd *d = s->peer->d;
	uint8_t type = message[18];

	if (!s->connected)
		return;
	if (!tx_put(&s->tx, &d->tx_pool, message, n)) {
		if (log_ratelimit(s, loop_now(d->loop).us))
			log_warn(s->peer->name, "the peer does not read: %s not sent",
				message_name(type) != NULL ? message_name(type) : "message");
		return;
	}
	if (type >= 1 && type <= IPC_SESSION_COUNTERS)
		s->sent[type - 1]++;
	session_mark_dirty(s);
	report_message(s, true, message, n);
}

void
session_send_keepalive(struct session *s)
{
	uint8_t space[MESSAGE_HEADER];
	struct wr w = wr_init(space, sizeof(space));

	message_end(&w, message_begin(&w, MESSAGE_KEEPALIVE));
	s->last_keepalive = loop_now(s->peer->d->loop);
	session_ark_hold(s);
	session_send(s, space, sizeof(space));
}

static void
report_each(struct session *s, const uint8_t *data, size_t n)
{
	for (size_t at = 0; at < n;) {
		size_t length = (size_t)data[at + 16] << 8 | data[at + 17];

		report_message(s, true, data + at, length);
		at += length;
	}
}

bool
session_send_chunk(struct session *s, uint64_t number, const uint8_t *data, size_t n,
	const uint32_t counts[IPC_SESSION_COUNTERS])
{
	if (n > s->granted - s->accepted || !tx_put(&s->tx, &s->peer->d->tx_pool, data, n))
		return false;
	s->accepted += n;
	s->chunk = number;
	s->chunk_epoch = s->peer->d->ribd_pid;
	for (int i = 0; i < IPC_SESSION_COUNTERS; i++)
		s->sent[i] += counts[i];
	if (report_wants(s->peer, true, MESSAGE_UPDATE))
		report_each(s, data, n);
	session_mark_dirty(s);
	if (s->tx.len >= WRITE_EARLY)
		session_flush(s);
	return true;
}

/* The peer may have said why before it closed: what it sent is read first. */
static void
write_failed(struct session *s, int error)
{
	uint32_t serial = s->serial;

	log_debug(s->peer->name, "write: errno %d", error);
	session_read(s);
	if (s->serial == serial)
		fsm_event(s, FSM_EV_TCP_FAILS, NULL);
}

/* Returns 0 when all is written or the socket is full, else errno. */
static int
write_ring(struct session *s)
{
	while (s->tx.len > 0) {
		struct iovec iov[2];
		struct msghdr m = { .msg_iov = iov };

		m.msg_iovlen = (size_t)tx_iov(&s->tx, iov);
		size_t before = s->tx.len;
		ssize_t n = sendmsg(s->fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN)
			return errno;
		if (n > 0) {
			s->last_progress = loop_now(s->peer->d->loop);
			tx_consume(&s->tx, &s->peer->d->tx_pool, (size_t)n);
		}
		if (n < 0 || (size_t)n < before) {
			s->tx_blocked = true;
			if (s->ark != NULL)
				session_ark_publish(s);
			session_start_send_hold(s);
			return 0;
		}
	}
	if (s->ark != NULL && s->tx.high > ARK_KEEP) {
		ark_trim_tx(s->ark->ark);
		s->tx.high = 0;
	}
	loop_timer_cancel(s->peer->d->loop, &s->send_timer);
	return 0;
}

void
session_flush(struct session *s)
{
	bool was_blocked = s->tx_blocked || (s->io.active && (s->io.events & EPOLLOUT));

	if (s->ark != NULL && s->ark->stale)
		session_ark_publish(s);
	if (!s->connected || s->tx_blocked)
		return;
	int error = write_ring(s);
	if (error != 0) {
		write_failed(s, error);
		return;
	}
	if (s->tx_blocked || was_blocked)
		session_watch(s);
	session_grant(s);
}

void
session_grant(struct session *s)
{
	uint32_t used = s->tx.len < IPC_SESSION_RING ? s->tx.len : IPC_SESSION_RING;
	uint64_t total = s->accepted + IPC_SESSION_RING - used;

	if (s->number == 0 || !s->told_ribd || total <= s->granted)
		return;
	if (total - s->granted < GRANT_STEP && s->tx.len > 0)
		return;
	s->granted = total;
	ribd_credit(s, total);
}
