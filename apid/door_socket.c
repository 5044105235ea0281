/*
 * A listening socket of the doors. It is bound under a name of our own, given its permissions and
 * its backlog, and only then renamed to the name that clients know: nobody meets it half made. A
 * socket that is there already is probed first; the directory is locked meanwhile, so two services
 * that start at once do not take each other for dead.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "apid/apid.h"
#include "apid/door_internal.h"
#include "common/log.h"

enum { BACKLOG = 16, LOCK_TRIES = 20, LOCK_WAIT_NS = 5000000, PAUSE_US = 200000 };

static void on_connect(struct loop *loop, void *owner, uint32_t events);

static const char refusal[] = "error: maximum concurrent clients reached\ndone\n";

/* The descriptor of the locked directory that holds path, or -1 with errno. */
static int
lock_directory(const char *path)
{
	const struct timespec wait = { .tv_nsec = LOCK_WAIT_NS };
	const char *slash = strrchr(path, '/');
	char dir[CLIPATH_MAX];
	int fd;

	snprintf(dir, sizeof(dir), "%.*s", slash == NULL ? 1 : (int)(slash - path) + 1,
		slash == NULL ? "." : path);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	for (int i = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; i++) {
		if (errno != EWOULDBLOCK || i == LOCK_TRIES) {
			int e = errno;

			close(fd);
			errno = e;
			return -1;
		}
		nanosleep(&wait, NULL);
	}
	return fd;
}

static struct sockaddr_un
address(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	_Static_assert(sizeof(at.sun_path) >= CLIPATH_MAX, "paths fit");
	memcpy(at.sun_path, path, strlen(path) + 1);
	return at;
}

/* 0: nothing is there, or a socket that nobody listens on; -1 with errno. */
static int
probe(const char *path)
{
	const struct sockaddr_un at = address(path);
	struct stat st;
	int fd, result, e;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : -1;
	if (!S_ISSOCK(st.st_mode)) {
		errno = EEXIST;
		return -1;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	result = connect(fd, (const struct sockaddr *)&at, sizeof(at));
	e = errno;
	close(fd);
	if (result < 0 && e == ECONNREFUSED)
		return 0;
	/* A full backlog is a living service too. */
	errno = result == 0 || e == EAGAIN ? EADDRINUSE : e;
	return -1;
}

static int
bind_ready(struct door_socket *s, const char *temporary)
{
	const struct sockaddr_un at = address(temporary);
	struct stat st;

	(void)unlink(temporary);
	if (bind(s->fd, (const struct sockaddr *)&at, sizeof(at)) < 0)
		return -1;
	if (door_permit(temporary) < 0 || listen(s->fd, BACKLOG) < 0 || lstat(temporary, &st) < 0 ||
		rename(temporary, s->path) < 0) {
		int e = errno;

		(void)unlink(temporary);
		errno = e;
		return -1;
	}
	s->dev = st.st_dev;
	s->ino = st.st_ino;
	return 0;
}

static void
watch(struct loop *loop, void *owner)
{
	struct door_socket *s = owner;

	if (loop_io_add(loop, &s->io, s->fd, EPOLLIN, on_connect, s, "operators' socket") < 0)
		log_errno("cli", "cannot watch %s", s->path);
}

/* Most likely out of descriptors: the connection stays in the backlog, and would wake us each turn. */
static void
cannot_accept(struct loop *loop, struct door_socket *s)
{
	if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED)
		return;
	if (log_ratelimit(s, loop_now(loop).us))
		log_errno("cli", "cannot accept a connection");
	loop_io_del(loop, &s->io);
	loop_timer_set(loop, &s->pause, PAUSE_US, watch, s, "operators' socket");
}

static void
on_connect(struct loop *loop, void *owner, uint32_t events)
{
	struct door_socket *s = owner;
	struct doors *d = s->doors;
	int fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	int out;

	(void)events;
	if (fd < 0) {
		cannot_accept(loop, s);
		return;
	}
	if (d->clients >= d->clients_max) {
		log_warn("cli", "more than %u clients: refused", d->clients_max);
		(void)!send(fd, refusal, sizeof(refusal) - 1, MSG_NOSIGNAL);
		close(fd);
		return;
	}
	out = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (out < 0) {
		log_errno("cli", "cannot accept a connection");
		close(fd);
		return;
	}
	visitor_new(d, fd, out, false);
}

int
door_socket_open(struct doors *d, const char *path)
{
	struct door_socket *s = &d->sockets[d->n_sockets];
	char temporary[CLIPATH_MAX], suffix[16];
	int lock, result;

	snprintf(suffix, sizeof(suffix), ".%d", (int)getpid());
	if (!clipath_join(temporary, path, suffix)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	*s = (struct door_socket){ .doors = d, .fd = -1 };
	memcpy(s->path, path, strlen(path) + 1);
	lock = lock_directory(path);
	if (lock < 0)
		return -1;
	result = probe(path);
	if (result == 0) {
		s->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		result = s->fd < 0 ? -1 : bind_ready(s, temporary);
	}
	if (result == 0)
		result = loop_io_add(
			d->apid->loop, &s->io, s->fd, EPOLLIN, on_connect, s, "operators' socket");
	int e = errno;
	close(lock);
	if (result < 0 && s->fd >= 0)
		close(s->fd);
	errno = e;
	if (result < 0)
		return -1;
	d->n_sockets++;
	log_info("cli", "listening at %s", path);
	return 0;
}

void
door_socket_close(struct door_socket *s)
{
	struct stat st;
	int lock;

	loop_io_del(s->doors->apid->loop, &s->io);
	loop_timer_cancel(s->doors->apid->loop, &s->pause);
	close(s->fd);
	lock = lock_directory(s->path);
	if (lstat(s->path, &st) == 0 && st.st_dev == s->dev && st.st_ino == s->ino)
		(void)unlink(s->path);
	if (lock >= 0)
		close(lock);
}
