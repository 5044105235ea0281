/*
 * The life of a link: connect, shake hands, deliver, go down, start over. link.c moves frames,
 * link_send.c packs them, link_recv.c understands and delivers them.
 *
 * Invariants: every connection has an epoch of its own, chosen at random, and every frame but
 * HELLO names the receiver's; a frame that names another one, or came over another connection, is
 * dropped and counted. When a connection ends the socket is closed, with all that it had queued,
 * and a new one is opened. The owner hears LINK_UP and LINK_DOWN strictly in turns.
 */
#include "common/link_priv.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "common/log.h"
#include "common/xmalloc.h"

enum {
	DEADLINE_US = 1000 * 1000, /* for the answer to HELLO, and for going after BYE */
	/* Without a peer for so long the sockets are made anew: a listener may have become deaf,
	 * and a dialer of nng 1.5.2 sometimes just stops dialling. */
	ABSENT_FIRST_US = 500 * 1000, /* a listener, then again */
	ABSENT_US = 2000 * 1000,
	ABSENT_DIALER_US = 230 * 1000,
	BACKOFF_MIN_US = 20 * 1000,
	BACKOFF_MAX_US = 500 * 1000,
	MALFORMED_FREE = 4, /* connections in a row that may end with nonsense before we wait */
	CLOSE_US = 500 * 1000,
	TURN_FRAMES = 32,
	TURN_BYTES = 1024 * 1024,
	HEXDUMP_BYTES = 64
};

static void open_socket(struct link *l);

static const char *
subject(const struct link *l)
{
	return l->config.name;
}

static void
warn(struct link *l, const char *what, const char *why)
{
	if (log_ratelimit(l, loop_clock().us))
		log_warn(subject(l), "%s: %s", what, why);
}

/* --- the end of a connection --- */

static void
close_socket(struct link *l)
{
	loop_io_del(l->loop, &l->recv_io);
	loop_timer_cancel(l->loop, &l->timer);
	loop_timer_cancel(l->loop, &l->prompt_timer);
	loop_defer_cancel(l->loop, &l->deliver_task);
	loop_defer_cancel(l->loop, &l->drop_task);
	link_send_reset(l);
	link_sock_close(l->sock);
	if (!l->delivering)
		link_held_clear(&l->held);
	l->state = LINK_SHUT;
	l->pipe = 0;
	l->epoch = 0;
	l->flow = (struct link_flow){ 0 };
	l->got_hello = l->got_ack = l->got_bye = l->got_bye_ack = false;
	l->refused = l->dropping = false;
}

void
link_tell_down(struct link *l)
{
	if (!l->told_up)
		return;
	l->told_up = false;
	log_info(subject(l), "down");
	l->config.event(l->config.owner, LINK_DOWN, &l->peer);
}

static void
on_reopen(struct loop *loop, void *owner)
{
	(void)loop;
	open_socket(owner);
}

static void
do_drop(struct loop *loop, void *owner)
{
	struct link *l = owner;

	if (!l->failing)
		l->malformed = 0;
	l->failing = false;
	close_socket(l);
	link_tell_down(l);
	if (l->closed || l->state != LINK_SHUT)
		return;
	if (l->backoff_us == 0)
		open_socket(l);
	else
		loop_timer_set(loop, &l->timer, l->backoff_us, on_reopen, l, "link-reopen");
	/* Doubles until a handshake succeeds. */
	l->backoff_us = l->backoff_us == 0 ? BACKOFF_MIN_US : l->backoff_us * 2;
	if (l->backoff_us > BACKOFF_MAX_US)
		l->backoff_us = BACKOFF_MAX_US;
}

void
link_drop(struct link *l, const char *why)
{
	if (l->dropping || l->state == LINK_SHUT)
		return;
	if (why != NULL) {
		l->stats.failures++;
		warn(l, "connection dropped", why);
	}
	l->dropping = true;
	loop_defer(l->loop, &l->drop_task, do_drop, l);
}

void
link_fail(struct link *l, const char *why, const uint8_t *body, size_t n)
{
	struct buf hex = { 0 };
	bool may_log = log_ratelimit(l, loop_clock().us);

	if (may_log) {
		buf_hex_lower(&hex, body, n < HEXDUMP_BYTES ? n : HEXDUMP_BYTES);
		log_warn(subject(l), "connection dropped: %s (%zu bytes: %s%s)", why, n,
			buf_cstr(&hex), n > HEXDUMP_BYTES ? "..." : "");
		buf_fini(&hex);
	}
	if (!l->dropping && l->state != LINK_SHUT) {
		l->stats.failures++;
		/* Without a body it is the owner's own decision. */
		l->failing = body != NULL;
		l->malformed += l->failing;
	}
	link_drop(l, NULL);
}

void
link_go_up(struct link *l)
{
	l->state = LINK_IS_UP;
	l->told_up = true;
	/* A peer that shakes hands and then talks nonsense again and again is not worth a CPU. */
	if (l->malformed <= MALFORMED_FREE)
		l->backoff_us = 0;
	l->recreated = false;
	loop_timer_cancel(l->loop, &l->timer);
	log_info(subject(l), "up: pid %u, version %u", l->peer.pid, l->peer.version);
	l->config.event(l->config.owner, LINK_UP, &l->peer);
}

/* --- connections --- */

static void
on_deadline(struct loop *loop, void *owner)
{
	struct link *l = owner;

	(void)loop;
	link_drop(l, l->state == LINK_SHAKING ? "no answer to HELLO" : "still there after BYE");
}

void
link_await(struct link *l)
{
	loop_timer_set(l->loop, &l->timer, DEADLINE_US, on_deadline, l, "link-deadline");
}

static void
connected(struct link *l, uint32_t pipe)
{
	l->pipe = pipe;
	l->state = LINK_SHAKING;
	l->stats.connects++;
	do {
		if (getrandom(&l->epoch, sizeof(l->epoch), 0) != (ssize_t)sizeof(l->epoch))
			fatalx("getrandom: errno %d", errno);
	} while (l->epoch == 0);
	if (l->backoff_us == 0)
		l->backoff_us = BACKOFF_MIN_US; /* until the handshake succeeds */
	link_await(l);
	link_control(l, LINK_HELLO);
}

/* Compares what nng knows of connections with what we do. Returns the one last removed. */
static uint32_t
sync_peer(struct link *l)
{
	struct link_sock_peer now = link_sock_peer(l->sock);

	bool other = now.pipe != 0 && now.pipe != l->pipe;

	/* Sockets are for one connection: what comes after it gets new ones. A dialer of nng
	 * 1.5.2 that lost a connection early may also never dial again. */
	if (now.broken || (l->pipe != 0 && (now.gone == l->pipe || other)))
		link_drop(l, NULL);
	else if (l->state == LINK_IDLE && !l->dropping && now.pipe != 0)
		connected(l, now.pipe);
	return now.gone;
}

static void
on_event(struct loop *loop, void *owner, uint32_t events)
{
	(void)loop;
	(void)events;
	sync_peer(owner);
}

/* Its first frame may come before the news of the connection itself. */
static bool
is_from_peer(struct link *l, const struct link_rx *rx)
{
	if (rx->pipe == l->pipe)
		return true;
	uint32_t gone = sync_peer(l);
	if (l->state == LINK_IDLE && !l->dropping && rx->pipe != gone)
		connected(l, rx->pipe);
	return rx->pipe == l->pipe;
}

/* One frame from the socket. Returns its size, 0: nothing there. */
static size_t
receive_one(struct link *l)
{
	struct link_rx rx;

	switch (link_sock_recv(l->sock, &rx)) {
	case LINK_SOCK_AGAIN:
		return 0;
	case LINK_SOCK_DEAD:
		link_drop(l, "receive failed");
		return 0;
	case LINK_SOCK_OK:
		break;
	}
	size_t n = rx.n;

	if (is_from_peer(l, &rx)) {
		link_receive(l, &rx);
	} else {
		l->stats.wrong_epoch++;
		link_rx_free(&rx);
	}
	return n + 1;
}

static void
on_readable(struct loop *loop, void *owner, uint32_t events)
{
	struct link *l = owner;
	size_t bytes = 0;

	(void)loop;
	(void)events;
	for (int i = 0; i < TURN_FRAMES && bytes < TURN_BYTES; i++) {
		if (l->dropping || l->state == LINK_SHUT)
			return;
		size_t n = receive_one(l);
		if (n == 0)
			break;
		bytes += n;
		link_deliver(l);
	}
}

static void
on_absent(struct loop *loop, void *owner)
{
	struct link *l = owner;

	(void)loop;
	if (l->config.listen)
		l->stats.listener_recreations++;
	l->recreated = true;
	close_socket(l);
	open_socket(l);
}

static void
open_socket(struct link *l)
{
	if (link_sock_open(l->sock) != 0) {
		warn(l, "cannot open the socket", link_sock_error(l->sock));
		loop_timer_set(l->loop, &l->timer, BACKOFF_MAX_US, on_reopen, l, "link-reopen");
		return;
	}
	if (loop_io_add(l->loop, &l->recv_io, link_sock_recv_fd(l->sock), EPOLLIN, on_readable, l,
		    "link-recv") != 0)
		fatalx("%s: epoll: errno %d", subject(l), errno);
	l->state = LINK_IDLE;
	int64_t wait_us = l->recreated ? ABSENT_US : ABSENT_FIRST_US;
	if (!l->config.listen)
		wait_us = ABSENT_DIALER_US;
	loop_timer_set(l->loop, &l->timer, wait_us, on_absent, l, "link-absent");
}

/* --- public --- */

struct link *
link_new(struct loop *loop, const struct link_config *config)
{
	struct link_hello limits;

	if (strlen(config->name) >= sizeof(limits.name) ||
		strlen(config->role) >= sizeof(limits.role)) {
		errno = EINVAL;
		return NULL;
	}
	struct link_sock *sock = link_sock_new(config->path, config->listen);
	if (sock == NULL)
		return NULL;

	struct link *l = xcalloc(1, sizeof(*l));

	l->loop = loop;
	l->sock = sock;
	l->config = *config;
	l->config.name = xstrdup(config->name);
	l->config.role = xstrdup(config->role);
	l->config.path = xstrdup(config->path);
	if (loop_io_add(loop, &l->event_io, link_sock_event_fd(sock), EPOLLIN, on_event, l,
		    "link-event") != 0)
		fatalx("%s: epoll: errno %d", subject(l), errno);
	open_socket(l);
	return l;
}

static void
shut_for_good(struct link *l)
{
	l->closed = true;
	l->told_up = false;
	close_socket(l);
	loop_io_del(l->loop, &l->event_io);
}

void
link_free(struct link *l)
{
	if (l == NULL)
		return;
	if (l->delivering)
		fatalx("%s: freed by its own message handler", subject(l));
	shut_for_good(l);
	link_sock_free(l->sock);
	free((char *)(uintptr_t)l->config.name);
	free((char *)(uintptr_t)l->config.role);
	free((char *)(uintptr_t)l->config.path);
	free(l);
}

bool
link_is_up(const struct link *l)
{
	return l->state == LINK_IS_UP && !l->dropping && !l->got_bye;
}

struct link_stats
link_stats(const struct link *l)
{
	struct link_stats stats = l->stats;

	stats.queued_bytes = link_queued(l);
	return stats;
}

/* Sleeps until the socket has something for us, or the deadline. False: the deadline. */
static bool
wait_socket(struct link *l, int64_t deadline_us)
{
	int64_t left_us = deadline_us - loop_clock().us;
	struct pollfd fds[3] = { { .fd = link_sock_recv_fd(l->sock), .events = POLLIN },
		{ .fd = link_sock_event_fd(l->sock), .events = POLLIN },
		{ .fd = l->choked ? l->send_io.fd : -1, .events = POLLIN } };

	return left_us > 0 && poll(fds, 3, (int)(left_us / 1000 + 1)) > 0;
}

/* What is left to send, then BYE, then its answer. What the peer still sends is for nobody. */
static void
say_bye(struct link *l)
{
	int64_t deadline_us = loop_clock().us + CLOSE_US;
	bool said = false;

	while (!l->dropping && !l->got_bye_ack) {
		link_unchoke(l);
		link_pump(l);
		if (!said && link_queued(l) == 0) {
			said = true;
			link_control(l, LINK_BYE);
		}
		if (!wait_socket(l, deadline_us))
			return;
		sync_peer(l);
		while (!l->dropping && receive_one(l) > 0) {
			if (!l->delivering)
				link_held_clear(&l->held);
			if (l->got_bye)
				link_control(l, LINK_BYE_ACK);
		}
	}
}

void
link_close(struct link *l)
{
	if (l->closed)
		return;
	l->closed = true;
	if (link_is_up(l))
		say_bye(l);
	shut_for_good(l);
}
