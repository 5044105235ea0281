/*
 * The nng end of a link: options, permissions, uid check, lock before listen. nng's threads run
 * exactly one function of ours, on_pipe(): it notes which connection came or went under a mutex
 * and wakes the loop through an eventfd.
 *
 * A link has one pair1 socket for each direction: PATH towards the listening end, PATH.back from
 * it. With both directions on one socket, nng 1.5.2 deadlocks for good when a peer dies: a failed
 * send closes the connection, and when that happens between the two reads of an incoming message
 * its completion is lost (measured here: 1 in 150 kills under traffic both ways). A socket that
 * only receives is closed by its own reader, one that only sends never reads in two steps.
 *
 * Sending and receiving use one aio each, with a zero timeout: they complete at once or not at
 * all (nng_sendmsg() and nng_recvmsg() of 1.5.2 allocate an aio per call for the same effect).
 * architecture-notes.md part D tells why each option is set.
 */
#include "common/link_sock.h"

#include <errno.h>
#include <fcntl.h>
#include <nng/nng.h>
#include <nng/protocol/pair1/pair.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/link.h"
#include "common/loop.h"
#include "common/xmalloc.h"

enum {
	BUFFER_MESSAGES = 128,
	RECEIVE_MAX = 1024 * 1024,
	RECONNECT_MS = 20,
	DRAIN_US = 30 * 1000,
	STUCK_S = 1
};

/* One direction. */
struct way {
	struct link_sock *sock; /* borrowed: it is part of it */
	nng_socket nng;
	bool open;
	char *url;
	uint32_t pipe, gone; /* last connection added, and removed; under the mutex */
};

struct link_sock {
	struct way in, out;
	nng_aio *send_aio, *recv_aio;
	bool listen;
	int lock_fd, event_fd, recv_fd;
	const char *error;

	pthread_mutex_t mutex; /* over what nng's threads write */
	bool broken;           /* a connection was lost since the sockets were opened */
};

/* nng's threads must inherit a full signal mask: signals are for the loop's signalfd. */
static sigset_t
block_signals(void)
{
	sigset_t all, old;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	return old;
}

static int
take_lock(const char *path)
{
	char name[sizeof(((struct sockaddr_un *)NULL)->sun_path) + sizeof(".lock")];

	snprintf(name, sizeof(name), "%s.lock", path);
	int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -1;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	int saved = errno == EWOULDBLOCK ? EBUSY : errno;
	close(fd);
	errno = saved;
	return -1;
}

static int
alloc_aios(struct link_sock *s)
{
	sigset_t old = block_signals();
	bool ok = nng_aio_alloc(&s->send_aio, NULL, NULL) == 0 &&
		  nng_aio_alloc(&s->recv_aio, NULL, NULL) == 0;

	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (!ok) {
		errno = ENOMEM;
		return -1;
	}
	nng_aio_set_timeout(s->send_aio, NNG_DURATION_ZERO);
	nng_aio_set_timeout(s->recv_aio, NNG_DURATION_ZERO);
	return 0;
}

static char *
make_url(const char *path, const char *suffix)
{
	size_t n = strlen(path) + sizeof("ipc://.back");
	char *url = xmalloc(n);

	snprintf(url, n, "ipc://%s%s", path, suffix);
	return url;
}

struct link_sock *
link_sock_new(const char *path, bool listen)
{
	if (strlen(path) + sizeof(".back") > sizeof(((struct sockaddr_un *)NULL)->sun_path)) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	struct link_sock *s = xcalloc(1, sizeof(*s));

	pthread_mutex_init(&s->mutex, NULL);
	s->in.sock = s->out.sock = s;
	s->in.url = make_url(path, listen ? "" : ".back");
	s->out.url = make_url(path, listen ? ".back" : "");
	s->listen = listen;
	s->lock_fd = -1;
	s->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (s->event_fd < 0)
		goto fail;
	if (listen) {
		s->lock_fd = take_lock(path);
		if (s->lock_fd < 0)
			goto fail;
	}
	if (alloc_aios(s) == 0)
		return s;
fail:;
	int saved = errno;
	link_sock_free(s);
	errno = saved;
	return NULL;
}

void
link_sock_free(struct link_sock *s)
{
	if (s == NULL)
		return;
	link_sock_close(s);
	if (s->send_aio != NULL)
		nng_aio_free(s->send_aio);
	if (s->recv_aio != NULL)
		nng_aio_free(s->recv_aio);
	if (s->event_fd >= 0)
		close(s->event_fd);
	if (s->lock_fd >= 0)
		close(s->lock_fd);
	pthread_mutex_destroy(&s->mutex);
	free(s->in.url);
	free(s->out.url);
	free(s);
}

static void
note_event(struct way *way, uint32_t id, nng_pipe_ev event)
{
	struct link_sock *s = way->sock;

	if (event == NNG_PIPE_EV_ADD_POST && way->gone != id)
		way->pipe = id;
	if (event != NNG_PIPE_EV_REM_POST)
		return;
	way->gone = id;
	if (way->pipe == id) {
		way->pipe = 0;
		s->broken = true;
	}
}

/* Runs on nng's threads. */
static void
on_pipe(nng_pipe pipe, nng_pipe_ev event, void *arg)
{
	struct way *way = arg;
	struct link_sock *s = way->sock;
	uint64_t uid;

	if (event == NNG_PIPE_EV_ADD_PRE) {
		if (nng_pipe_get_uint64(pipe, NNG_OPT_IPC_PEER_UID, &uid) != 0 ||
			(uid != geteuid() && uid != 0))
			nng_pipe_close(pipe);
		return;
	}
	pthread_mutex_lock(&s->mutex);
	note_event(way, (uint32_t)nng_pipe_id(pipe), event);
	pthread_mutex_unlock(&s->mutex);
	eventfd_write(s->event_fd, 1);
}

static int
set_options(struct way *way)
{
	static const nng_pipe_ev events[] = { NNG_PIPE_EV_ADD_PRE, NNG_PIPE_EV_ADD_POST,
		NNG_PIPE_EV_REM_POST };
	int rv = 0;

	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]) && rv == 0; i++)
		rv = nng_pipe_notify(way->nng, events[i], on_pipe, way);
	if (rv == 0)
		rv = nng_socket_set_int(way->nng, NNG_OPT_SENDBUF, BUFFER_MESSAGES);
	if (rv == 0)
		rv = nng_socket_set_int(way->nng, NNG_OPT_RECVBUF, BUFFER_MESSAGES);
	if (rv == 0)
		rv = nng_socket_set_size(way->nng, NNG_OPT_RECVMAXSZ, RECEIVE_MAX);
	if (rv == 0)
		rv = nng_socket_set_ms(way->nng, NNG_OPT_RECONNMINT, RECONNECT_MS);
	if (rv == 0)
		rv = nng_socket_set_ms(way->nng, NNG_OPT_RECONNMAXT, RECONNECT_MS);
	return rv;
}

static int
start_listening(struct way *way)
{
	nng_listener listener;
	int rv;

	/* We hold the lock: what lies there was left by a killed predecessor. Without this nng
	 * would probe it with a connection, which is what makes a listener of 1.5.2 deaf. */
	unlink(way->url + sizeof("ipc://") - 1);
	rv = nng_listener_create(&listener, way->nng, way->url);
	if (rv == 0)
		rv = nng_listener_set_int(listener, NNG_OPT_IPC_PERMISSIONS, 0600);
	if (rv == 0)
		rv = nng_listener_start(listener, 0);
	return rv;
}

static int
start_dialling(struct way *way)
{
	nng_dialer dialer;
	int rv = nng_dialer_create(&dialer, way->nng, way->url);

	if (rv == 0)
		rv = nng_dialer_start(dialer, NNG_FLAG_NONBLOCK);
	return rv;
}

static int
open_way(struct way *way)
{
	int rv = nng_pair1_open(&way->nng);

	if (rv != 0)
		return rv;
	way->open = true;
	rv = set_options(way);
	if (rv == 0)
		rv = way->sock->listen ? start_listening(way) : start_dialling(way);
	return rv;
}

int
link_sock_open(struct link_sock *s)
{
	sigset_t old = block_signals();
	int rv = open_way(&s->in);

	if (rv == 0)
		rv = open_way(&s->out);
	if (rv == 0)
		rv = nng_socket_get_int(s->in.nng, NNG_OPT_RECVFD, &s->recv_fd);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rv == 0)
		return 0;
	s->error = nng_strerror(rv);
	link_sock_close(s);
	return -1;
}

static void
on_stuck(int signo)
{
	static const char text[] = "link: nng_close() is stuck (nng issue 1543); exiting to be "
				   "started again\n";

	(void)signo;
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(LINK_EXIT_STUCK);
	_exit(LINK_EXIT_STUCK);
}

/*
 * The deadlock told of above can still be met when we have to close a way in on which a live peer
 * keeps sending. The thread of nng that takes connections down then waits for ever, and with it
 * every nng_close() of the process. There is no way back from that inside this process, and a
 * restart is what the whole group is made for: so the call has a deadline. No callback of the
 * socket runs after it.
 */
static void
close_or_exit(nng_socket nng)
{
	static const struct itimerval off;
	const struct itimerval limit = { .it_value.tv_sec = STUCK_S };
	const struct sigaction action = { .sa_handler = on_stuck };
	struct sigaction old_action;
	sigset_t alarms, old;

	sigemptyset(&alarms);
	sigaddset(&alarms, SIGALRM);
	sigaction(SIGALRM, &action, &old_action);
	setitimer(ITIMER_REAL, &limit, NULL);
	pthread_sigmask(SIG_UNBLOCK, &alarms, &old);
	nng_close(nng);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	setitimer(ITIMER_REAL, &off, NULL);
	sigaction(SIGALRM, &old_action, NULL);
}

static void
close_way(struct way *way)
{
	if (way->open)
		close_or_exit(way->nng);
	way->open = false;
	way->pipe = way->gone = 0;
}

static bool
is_connected(struct link_sock *s, const struct way *way)
{
	pthread_mutex_lock(&s->mutex);
	bool connected = way->open && way->pipe != 0;
	pthread_mutex_unlock(&s->mutex);
	return connected;
}

/*
 * Throws away what still comes until the peer, whose way in we have closed, closes its way out;
 * so that our reader is idle when it is closed. A dead peer has closed it already.
 */
static void
drain(struct link_sock *s)
{
	struct pollfd fds[2] = { { .fd = s->recv_fd, .events = POLLIN },
		{ .fd = s->event_fd, .events = POLLIN } };
	int64_t deadline_us = loop_clock().us + DRAIN_US;
	struct link_rx rx;

	while (is_connected(s, &s->in)) {
		int64_t left_us = deadline_us - loop_clock().us;
		eventfd_t count;

		if (left_us <= 0 || poll(fds, 2, (int)(left_us / 1000 + 1)) <= 0)
			return;
		eventfd_read(s->event_fd, &count);
		for (int i = 0; i < BUFFER_MESSAGES && link_sock_recv(s, &rx) == LINK_SOCK_OK; i++)
			link_rx_free(&rx);
	}
}

void
link_sock_close(struct link_sock *s)
{
	close_way(&s->out);
	drain(s);
	close_way(&s->in);
	s->broken = false;
}

const char *
link_sock_error(const struct link_sock *s)
{
	return s->error != NULL ? s->error : "no error";
}

int
link_sock_event_fd(const struct link_sock *s)
{
	return s->event_fd;
}

int
link_sock_recv_fd(const struct link_sock *s)
{
	return s->recv_fd;
}

int
link_sock_send_fd(const struct link_sock *s)
{
	int fd = -1;

	return nng_socket_get_int(s->out.nng, NNG_OPT_SENDFD, &fd) == 0 ? fd : -1;
}

struct link_sock_peer
link_sock_peer(struct link_sock *s)
{
	eventfd_t count;

	eventfd_read(s->event_fd, &count);
	pthread_mutex_lock(&s->mutex);
	struct link_sock_peer peer = {
		.pipe = s->out.pipe != 0 ? s->in.pipe : 0, .gone = s->in.gone, .broken = s->broken
	};
	pthread_mutex_unlock(&s->mutex);
	return peer;
}

static enum link_sock_status
status_of(int rv)
{
	if (rv == 0)
		return LINK_SOCK_OK;
	return rv == NNG_ETIMEDOUT || rv == NNG_EAGAIN ? LINK_SOCK_AGAIN : LINK_SOCK_DEAD;
}

enum link_sock_status
link_sock_recv(struct link_sock *s, struct link_rx *rx)
{
	nng_recv_aio(s->in.nng, s->recv_aio);
	nng_aio_wait(s->recv_aio);
	int rv = nng_aio_result(s->recv_aio);
	if (rv != 0)
		return status_of(rv);
	nng_msg *msg = nng_aio_get_msg(s->recv_aio);
	*rx = (struct link_rx){ .msg = msg,
		.data = nng_msg_body(msg),
		.n = nng_msg_len(msg),
		.pipe = (uint32_t)nng_pipe_id(nng_msg_get_pipe(msg)) };
	return LINK_SOCK_OK;
}

void
link_rx_free(struct link_rx *rx)
{
	if (rx->msg != NULL)
		nng_msg_free(rx->msg);
	rx->msg = NULL;
}

enum link_sock_status
link_sock_send(
	struct link_sock *s, const uint8_t *head, size_t head_n, const uint8_t *body, size_t n)
{
	nng_msg *msg;

	if (nng_msg_alloc(&msg, head_n + n) != 0)
		return LINK_SOCK_DEAD;
	uint8_t *p = nng_msg_body(msg);
	memcpy(p, head, head_n);
	if (n > 0)
		memcpy(p + head_n, body, n);
	nng_aio_set_msg(s->send_aio, msg);
	nng_send_aio(s->out.nng, s->send_aio);
	nng_aio_wait(s->send_aio);
	int rv = nng_aio_result(s->send_aio);
	if (rv != 0) {
		nng_aio_set_msg(s->send_aio, NULL);
		nng_msg_free(msg);
	}
	return status_of(rv);
}
