/*
 * The nng end of a link: options, permissions, uid check, lock before listen. nng's threads run
 * exactly one function of ours, on_pipe(): it notes which connection came or went under a mutex
 * and wakes the loop through an eventfd.
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
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/xmalloc.h"

enum { BUFFER_MESSAGES = 128, RECEIVE_MAX = 1024 * 1024, RECONNECT_MS = 20 };

struct link_sock {
	nng_socket nng;
	nng_aio *send_aio, *recv_aio;
	char *path, *url;
	bool listen, open;
	int lock_fd, event_fd, recv_fd;
	const char *error;

	pthread_mutex_t mutex; /* over peer, which nng's threads write */
	struct link_sock_peer peer;
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

struct link_sock *
link_sock_new(const char *path, bool listen)
{
	if (strlen(path) >= sizeof(((struct sockaddr_un *)NULL)->sun_path)) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	struct link_sock *s = xcalloc(1, sizeof(*s));

	pthread_mutex_init(&s->mutex, NULL);
	s->path = xstrdup(path);
	s->url = xmalloc(strlen(path) + sizeof("ipc://"));
	sprintf(s->url, "ipc://%s", path);
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
	free(s->path);
	free(s->url);
	free(s);
}

/* Runs on nng's threads. */
static void
on_pipe(nng_pipe pipe, nng_pipe_ev event, void *arg)
{
	struct link_sock *s = arg;
	uint32_t id = (uint32_t)nng_pipe_id(pipe);
	uint64_t uid;

	if (event == NNG_PIPE_EV_ADD_PRE) {
		if (nng_pipe_get_uint64(pipe, NNG_OPT_IPC_PEER_UID, &uid) != 0 ||
			(uid != geteuid() && uid != 0))
			nng_pipe_close(pipe);
		return;
	}
	pthread_mutex_lock(&s->mutex);
	if (event == NNG_PIPE_EV_ADD_POST && s->peer.gone != id)
		s->peer.pipe = id;
	if (event == NNG_PIPE_EV_REM_POST) {
		s->peer.gone = id;
		if (s->peer.pipe == id)
			s->peer.pipe = 0;
	}
	pthread_mutex_unlock(&s->mutex);
	eventfd_write(s->event_fd, 1);
}

static int
set_options(struct link_sock *s)
{
	static const nng_pipe_ev events[] = { NNG_PIPE_EV_ADD_PRE, NNG_PIPE_EV_ADD_POST,
		NNG_PIPE_EV_REM_POST };
	int rv = 0;

	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]) && rv == 0; i++)
		rv = nng_pipe_notify(s->nng, events[i], on_pipe, s);
	if (rv == 0)
		rv = nng_socket_set_int(s->nng, NNG_OPT_SENDBUF, BUFFER_MESSAGES);
	if (rv == 0)
		rv = nng_socket_set_int(s->nng, NNG_OPT_RECVBUF, BUFFER_MESSAGES);
	if (rv == 0)
		rv = nng_socket_set_size(s->nng, NNG_OPT_RECVMAXSZ, RECEIVE_MAX);
	if (rv == 0)
		rv = nng_socket_set_ms(s->nng, NNG_OPT_RECONNMINT, RECONNECT_MS);
	if (rv == 0)
		rv = nng_socket_set_ms(s->nng, NNG_OPT_RECONNMAXT, RECONNECT_MS);
	if (rv == 0)
		rv = nng_socket_get_int(s->nng, NNG_OPT_RECVFD, &s->recv_fd);
	return rv;
}

static int
start_listening(struct link_sock *s)
{
	nng_listener listener;
	int rv;

	/* We hold the lock: what lies there was left by a killed predecessor. Without this nng
	 * would probe it with a connection, which is what makes a listener of 1.5.2 deaf. */
	unlink(s->path);
	rv = nng_listener_create(&listener, s->nng, s->url);
	if (rv == 0)
		rv = nng_listener_set_int(listener, NNG_OPT_IPC_PERMISSIONS, 0600);
	if (rv == 0)
		rv = nng_listener_start(listener, 0);
	return rv;
}

static int
start_dialling(struct link_sock *s)
{
	nng_dialer dialer;
	int rv = nng_dialer_create(&dialer, s->nng, s->url);

	if (rv == 0)
		rv = nng_dialer_start(dialer, NNG_FLAG_NONBLOCK);
	return rv;
}

int
link_sock_open(struct link_sock *s)
{
	sigset_t old = block_signals();
	int rv = nng_pair1_open(&s->nng);

	if (rv == 0) {
		s->open = true;
		rv = set_options(s);
		if (rv == 0)
			rv = s->listen ? start_listening(s) : start_dialling(s);
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rv == 0)
		return 0;
	s->error = nng_strerror(rv);
	link_sock_close(s);
	return -1;
}

void
link_sock_close(struct link_sock *s)
{
	if (!s->open)
		return;
	nng_close(s->nng); /* no callback of this socket runs after it */
	s->open = false;
	s->peer = (struct link_sock_peer){ 0 };
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

	return nng_socket_get_int(s->nng, NNG_OPT_SENDFD, &fd) == 0 ? fd : -1;
}

struct link_sock_peer
link_sock_peer(struct link_sock *s)
{
	eventfd_t count;

	eventfd_read(s->event_fd, &count);
	pthread_mutex_lock(&s->mutex);
	struct link_sock_peer peer = s->peer;
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
	nng_recv_aio(s->nng, s->recv_aio);
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
	nng_send_aio(s->nng, s->send_aio);
	nng_aio_wait(s->send_aio);
	int rv = nng_aio_result(s->send_aio);
	if (rv != 0) {
		nng_aio_set_msg(s->send_aio, NULL);
		nng_msg_free(msg);
	}
	return status_of(rv);
}
