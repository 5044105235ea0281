/*
 * Starting a daemon, and its socketpair. Between fork and exec the child puts in order everything it
 * inherited: signals, descriptors, user, umask, directory; it is killed when we die (PDEATHSIG, set
 * after the change of user, which clears it).
 */
#include "common/supervise/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/child.h"
#include "common/log.h"
#include "common/supervise/account.h"

enum {
	SOCKET_BUFFER = 1 << 20,
	TURN_MESSAGES = 32,
	LAST_WORDS = 64, /* turns */
	BACKOFF_FIRST_US = 100000,
	BACKOFF_MAX_US = 10000000,
	STABLE_US = 60000000,
	LOST_US = 2000000,
	EXIT_CONFIGURATION = 78,
};

static const char *const names[] = {
	[ROLE_RIBD] = "ribd",
	[ROLE_BGPD] = "bgpd",
	[ROLE_APID] = "apid",
};

const char *
daemon_name(enum daemon_role role)
{
	return names[role];
}

int
daemon_role(const char *name)
{
	for (int i = 0; i < ROLE_COUNT; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

void
daemon_init(struct daemon *d, enum daemon_role role, struct loop *loop, daemon_message_fn *fn,
	void *owner)
{
	*d = (struct daemon){ .role = role, .loop = loop, .fd = -1, .fn = fn, .owner = owner };
}

static void
reset_signals(void)
{
	sigset_t none;

	for (int signo = 1; signo < NSIG; signo++)
		if (signo != SIGKILL && signo != SIGSTOP)
			signal(signo, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void
set_environment(const struct daemon_spec *spec, pid_t supervisor)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", (int)supervisor);
	setenv("TROUPE_SUPERVISOR_PID", text, 1);
	setenv("TROUPE_GROUP", spec->tag, 1);
	setenv("TROUPE_RUN", spec->run, 1);
	if (spec->env_file != NULL)
		setenv("EXABGP_ENVFILE", spec->env_file, 1);
}

/* Descriptors 0 to 3 and nothing else. */
static int
set_descriptors(const struct daemon_spec *spec, int sock)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int keep = fcntl(sock, F_DUPFD_CLOEXEC, CHILD_FD + 1);

	if (null < 0 || keep < 0 || dup2(null, STDIN_FILENO) < 0)
		return -1;
	if (spec->log_fd >= 0 && dup2(spec->log_fd, STDERR_FILENO) < 0)
		return -1;
	if (dup2(STDERR_FILENO, STDOUT_FILENO) < 0 || dup2(keep, CHILD_FD) < 0)
		return -1;
	return close_range(CHILD_FD + 1, ~0U, 0);
}

static int
set_user(const struct daemon *d, const struct daemon_spec *spec)
{
	if (d->role == ROLE_APID && !spec->drop_helpers)
		return 0;
	if (account_become(spec->account, d->role == ROLE_BGPD) != 0)
		return -1;
	/* Helpers may need sudo; the two others never execute anything. */
	return d->role == ROLE_APID ? 0 : prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static _Noreturn void
child_fail(const struct daemon *d, const char *what)
{
	dprintf(STDERR_FILENO, "troupe: %s: %s: %s\n", names[d->role], what, strerror(errno));
	_exit(EXIT_CONFIGURATION);
}

static _Noreturn void
child_exec(const struct daemon *d, const struct daemon_spec *spec, int sock, pid_t supervisor)
{
	char path[4096];
	const char *argv[8] = { names[d->role], "--run", spec->run };
	int n = 3, program;

	if (spec->log_format != NULL) {
		argv[n++] = "--log-format";
		argv[n++] = spec->log_format;
	}
	if (spec->log_level != NULL) {
		argv[n++] = "--log-level";
		argv[n++] = spec->log_level;
	}
	snprintf(path, sizeof(path), "%s/%s", spec->libexec, names[d->role]);
	reset_signals();
	if (spec->descriptors.rlim_max > 0)
		setrlimit(RLIMIT_NOFILE, &spec->descriptors);
	setpgid(0, 0); /* ^C in a terminal is for the supervisor alone */
	umask(d->role == ROLE_APID ? spec->umask : 077);
	set_environment(spec, supervisor);
	if (set_descriptors(spec, sock) != 0)
		child_fail(d, "descriptors");
	/* Opened as who we are: the new user may not be able to reach a private checkout. */
	program = open(path, O_PATH | O_CLOEXEC);
	if (program < 0)
		child_fail(d, path);
	if (set_user(d, spec) != 0)
		child_fail(d, "cannot change to the user of the daemons");
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != supervisor || chdir("/") != 0)
		_exit(EXIT_CONFIGURATION);
	execveat(program, "", (char *const *)(uintptr_t)argv, environ, AT_EMPTY_PATH);
	child_fail(d, path);
}

static void
kill_now(struct loop *loop, void *owner)
{
	struct daemon *d = owner;

	(void)loop;
	log_warn(names[d->role], "does not stop: killed");
	daemon_kill(d, SIGKILL);
}

/* Its end, if it is that, is reported by SIGCHLD; without a socket a daemon is of no use. */
static void
lost_socket(struct daemon *d)
{
	loop_io_del(d->loop, &d->io);
	close(d->fd);
	d->fd = -1;
	if (!loop_timer_armed(&d->kill_timer))
		loop_timer_set(d->loop, &d->kill_timer, LOST_US, kill_now, d, "lost daemon");
}

static void
add_fds(struct cmsghdr *c, int fds[CHILD_FDS_MAX], int *n_fds)
{
	size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

	for (size_t i = 0; i < n; i++) {
		int fd;

		memcpy(&fd, CMSG_DATA(c) + i * sizeof(fd), sizeof(fd));
		if (*n_fds < CHILD_FDS_MAX)
			fds[(*n_fds)++] = fd;
		else
			close(fd);
	}
}

/* One message with its descriptors; returns its whole length, 0 or -1. */
static ssize_t
receive(struct daemon *d, char *text, int fds[CHILD_FDS_MAX], int *n_fds)
{
	union {
		char bytes[CMSG_SPACE(CHILD_FDS_MAX * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec iov = { .iov_base = text, .iov_len = CHILD_MESSAGE_MAX };
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes) };

	*n_fds = 0;
	ssize_t n = recvmsg(d->fd, &msg, MSG_DONTWAIT | MSG_TRUNC | MSG_CMSG_CLOEXEC);
	if (n < 0)
		return n;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c != NULL; c = CMSG_NXTHDR(&msg, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
			add_fds(c, fds, n_fds);
	return n;
}

static void
on_readable(struct loop *loop, void *owner, uint32_t events)
{
	char text[CHILD_MESSAGE_MAX + 1];
	struct daemon *d = owner;
	int fds[CHILD_FDS_MAX], n_fds;

	(void)loop;
	(void)events;
	for (int i = 0; i < TURN_MESSAGES && d->fd >= 0; i++) {
		ssize_t n = receive(d, text, fds, &n_fds);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0) {
			lost_socket(d);
			return;
		}
		if (n > CHILD_MESSAGE_MAX) {
			log_error(names[d->role], "a message of %zd bytes was too long", n);
			while (n_fds > 0)
				close(fds[--n_fds]);
			continue;
		}
		text[n] = '\0';
		d->fn(d->owner, d, text, fds, n_fds);
	}
}

int
daemon_spawn(struct daemon *d, const struct daemon_spec *spec)
{
	int ends[2], size = SOCKET_BUFFER;
	pid_t supervisor = getpid();

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return -1;
	for (int i = 0; i < 2; i++)
		if (setsockopt(ends[i], SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) != 0)
			(void)setsockopt(ends[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	pid_t pid = fork();
	if (pid == 0)
		child_exec(d, spec, ends[1], supervisor);
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return -1;
	}
	d->pid = pid;
	d->fd = ends[0];
	d->state = DAEMON_STARTING;
	d->started = loop_now(d->loop);
	d->deliberate = false;
	d->status[0] = '\0';
	return loop_io_add(d->loop, &d->io, d->fd, EPOLLIN, on_readable, d, names[d->role]);
}

static bool
send_text(struct daemon *d, const int *fds, int n_fds, const char *fmt, va_list ap)
{
	char text[CHILD_MESSAGE_MAX];
	union {
		struct cmsghdr head;
		char space[CMSG_SPACE(CHILD_FDS_MAX * sizeof(int))];
	} control = { 0 };
	size_t size = (size_t)n_fds * sizeof(int);
	int n = vsnprintf(text, sizeof(text), fmt, ap);

	if (d->fd < 0 || n < 0 || (size_t)n >= sizeof(text) || n_fds > CHILD_FDS_MAX)
		return false;
	struct iovec iov = { .iov_base = text, .iov_len = (size_t)n };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	if (n_fds > 0) {
		msg.msg_control = &control;
		msg.msg_controllen = CMSG_SPACE(size);
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(size);
		memcpy(CMSG_DATA(&control.head), fds, size);
	}
	if (sendmsg(d->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		return true;
	if (errno != EPIPE && errno != ECONNRESET)
		log_errno(names[d->role], "cannot send '%.20s'", text);
	return false;
}

bool
daemon_send(struct daemon *d, int fd, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	bool sent = send_text(d, &fd, fd >= 0 ? 1 : 0, fmt, ap);
	va_end(ap);
	return sent;
}

bool
daemon_send_fds(struct daemon *d, const int *fds, int n, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	bool sent = send_text(d, fds, n, fmt, ap);
	va_end(ap);
	return sent;
}

void
daemon_stop(struct daemon *d, bool restart, int64_t kill_after_us)
{
	if (d->pid == 0 || d->state == DAEMON_STOPPING)
		return;
	d->state = DAEMON_STOPPING;
	d->deliberate = true;
	if (!daemon_send(d, -1, restart ? "STOP RESTART" : "STOP"))
		daemon_kill(d, SIGTERM);
	if (kill_after_us > 0)
		loop_timer_set(d->loop, &d->kill_timer, kill_after_us, kill_now, d, "stop daemon");
}

void
daemon_kill(struct daemon *d, int signo)
{
	if (d->pid != 0) /* our child and not reaped: the pid is still its own */
		(void)kill(d->pid, signo);
}

void
daemon_gone(struct daemon *d)
{
	for (int i = 0; d->fd >= 0 && i < LAST_WORDS; i++)
		on_readable(d->loop, d, 0); /* up to the end of file */
	if (d->fd >= 0)
		lost_socket(d);
	loop_timer_cancel(d->loop, &d->kill_timer);
	d->pid = 0;
	d->state = DAEMON_DOWN;
}

int64_t
daemon_backoff(struct daemon *d)
{
	if (d->deliberate)
		return 0;
	if (loop_now(d->loop).us - d->started.us >= STABLE_US)
		d->backoff_us = 0;
	int64_t delay = d->backoff_us;
	int64_t next = delay == 0 ? BACKOFF_FIRST_US : delay * 2;
	d->backoff_us = next < BACKOFF_MAX_US ? next : BACKOFF_MAX_US;
	return delay;
}
