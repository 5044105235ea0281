/*
 * The daemon's end of the socketpair to the supervisor. One datagram is read a callback (epoll
 * is level-triggered), so nothing here is touched after the owner's function, which may free the
 * child. Descriptors that do not reach the owner are closed here.
 */
#include "common/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/addr.h"
#include "common/buf.h"
#include "common/log.h"
#include "common/loop.h"
#include "common/xmalloc.h"

struct child {
	struct loop *loop;
	struct loop_io io;
	int fd; /* -1: started by hand, or the supervisor is gone */
	child_fn *fn;
	void *owner;
	struct buf out; /* scratch of child_send() */
	char in[CHILD_MESSAGE_MAX + 1];
};

static bool
is_supervisor_socket(int fd)
{
	int type = 0;
	int domain = 0;
	socklen_t n = sizeof(type);

	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &n) != 0)
		return false;
	n = sizeof(domain);
	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &n) != 0)
		return false;
	return type == SOCK_SEQPACKET && domain == AF_UNIX;
}

void
child_die_with_parent(void)
{
	const char *expected = getenv("TROUPE_SUPERVISOR_PID");
	uint32_t pid;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
		log_fatal("PR_SET_PDEATHSIG: %s", strerror(errno));
	if (expected == NULL)
		return;
	if (parse_u32(expected, strlen(expected), INT32_MAX, &pid) != 0)
		log_fatal("TROUPE_SUPERVISOR_PID is not a process id: %s", expected);
	if (getppid() != (pid_t)pid)
		log_fatal("the supervisor died before this daemon was ready");
}

/* Collects the descriptors of all control messages; returns how many. */
static int
take_fds(struct msghdr *msg, int fds[CHILD_FDS_MAX])
{
	int n_fds = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c != NULL; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(fd), sizeof(fd));
			if (n_fds < CHILD_FDS_MAX)
				fds[n_fds++] = fd;
			else
				close(fd);
		}
	}
	return n_fds;
}

static void
end_of_file(struct child *c)
{
	static char text[] = "EOF";

	loop_io_del(c->loop, &c->io);
	close(c->fd);
	c->fd = -1;
	c->fn(c->owner, text, NULL, 0);
}

static void
read_message(struct loop *loop, void *owner, uint32_t epoll_events)
{
	struct child *c = owner;
	int fds[CHILD_FDS_MAX];
	union {
		char bytes[CMSG_SPACE(sizeof(fds))];
		struct cmsghdr align;
	} control;
	struct iovec iov = { .iov_base = c->in, .iov_len = sizeof(c->in) - 1 };
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes) };

	(void)loop;
	(void)epoll_events;
	ssize_t n = recvmsg(c->fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		end_of_file(c);
		return;
	}
	int n_fds = take_fds(&msg, fds);
	if (msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) {
		log_error("supervise", "dropped an oversized message");
		while (n_fds > 0)
			close(fds[--n_fds]);
		return;
	}
	c->in[n] = '\0';
	c->fn(c->owner, c->in, fds, n_fds);
}

struct child *
child_new(struct loop *loop, child_fn *fn, void *owner)
{
	struct child *c = xcalloc(1, sizeof(*c));

	c->loop = loop;
	c->fn = fn;
	c->owner = owner;
	c->fd = -1;
	if (!is_supervisor_socket(CHILD_FD))
		return c;
	if (fcntl(CHILD_FD, F_SETFD, FD_CLOEXEC) != 0)
		log_fatal("descriptor %d: %s", CHILD_FD, strerror(errno));
	child_die_with_parent();
	if (loop_io_add(loop, &c->io, CHILD_FD, EPOLLIN, read_message, c, "supervise") != 0)
		log_fatal("descriptor %d: %s", CHILD_FD, strerror(errno));
	c->fd = CHILD_FD;
	return c;
}

void
child_free(struct child *c)
{
	if (c == NULL)
		return;
	loop_io_del(c->loop, &c->io);
	if (c->fd >= 0)
		close(c->fd);
	buf_fini(&c->out);
	free(c);
}

void
child_send(struct child *c, const char *fmt, ...)
{
	va_list ap;

	if (c->fd < 0)
		return;
	buf_reset(&c->out);
	va_start(ap, fmt);
	buf_vprintf(&c->out, fmt, ap);
	va_end(ap);
	if (c->out.len > CHILD_MESSAGE_MAX) {
		log_warn("supervise", "a message of %zu bytes was cut", c->out.len);
		c->out.len = CHILD_MESSAGE_MAX;
	}
	ssize_t n = send(c->fd, c->out.data, c->out.len, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0 && errno != EPIPE && errno != ECONNRESET &&
		log_ratelimit(c, loop_now(c->loop).us))
		log_errno("supervise", "dropped \"%.20s\"", buf_cstr(&c->out));
}

bool
child_supervised(const struct child *c)
{
	return c->fd >= 0;
}

bool
child_send_fds(struct child *c, const char *text, const int *fds, int n)
{
	union {
		char bytes[CMSG_SPACE(CHILD_FDS_MAX * sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	struct iovec iov = { .iov_base = (void *)(uintptr_t)text, .iov_len = strlen(text) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	size_t size = (size_t)n * sizeof(int);

	if (c->fd < 0 || n < 0 || n > CHILD_FDS_MAX) {
		errno = EINVAL;
		return false;
	}
	if (n > 0) {
		msg.msg_control = control.bytes;
		msg.msg_controllen = CMSG_SPACE(size);
		control.align.cmsg_level = SOL_SOCKET;
		control.align.cmsg_type = SCM_RIGHTS;
		control.align.cmsg_len = CMSG_LEN(size);
		memcpy(CMSG_DATA(&control.align), fds, size);
	}
	return sendmsg(c->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}
