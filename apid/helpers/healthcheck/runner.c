/*
 * A run ends when its process does: what it left in the background is not waited for, and what
 * is in the pipe by then is its output. At the time-out the whole group gets SIGKILL and the run
 * is over at once, whether the kernel can end the process or not (a hung NFS mount); processes
 * that were given up are only counted, and at STUCK_MAX no new one is started.
 */
#include "apid/helpers/healthcheck/runner.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/loop.h"
#include "common/xmalloc.h"

enum { OUTPUT_MAX = 4096, STUCK_MAX = 16 };

struct runner {
	struct loop *loop;
	run_done_fn *done;
	void *owner;
	pid_t pid; /* also its group; 0: nothing runs */
	int fd;    /* what it writes; -1: closed */
	unsigned stuck;
	struct loop_io io;
	struct loop_timer timer;
	struct loop_task failed;
	int error;
	char output[OUTPUT_MAX + 1];
	size_t len;
};

struct runner *
runner_new(struct loop *loop, run_done_fn *done, void *owner)
{
	struct runner *r = xcalloc(1, sizeof(*r));

	r->loop = loop;
	r->done = done;
	r->owner = owner;
	r->fd = -1;
	return r;
}

void
runner_free(struct runner *r)
{
	if (r == NULL)
		return;
	runner_abort(r, SIGKILL);
	free(r);
}

/* Nothing runs any more. */
static void
settle(struct runner *r)
{
	loop_timer_cancel(r->loop, &r->timer);
	loop_defer_cancel(r->loop, &r->failed);
	if (r->fd >= 0) {
		loop_io_del(r->loop, &r->io);
		close(r->fd);
		r->fd = -1;
	}
	r->pid = 0;
}

static void
finish(struct runner *r, enum run_end how, int code)
{
	settle(r);
	r->output[r->len] = '\0';
	r->done(r->owner, &(struct run_result){ .how = how, .code = code, .output = r->output });
}

/* Keeps the beginning, reads the rest away. */
static void
read_output(struct loop *loop, void *owner, uint32_t epoll_events)
{
	struct runner *r = owner;
	char rest[4096];
	ssize_t n;

	(void)loop;
	(void)epoll_events;
	for (int turns = 0; turns < 16; turns++) {
		size_t room = OUTPUT_MAX - r->len;

		n = room > 0 ? read(r->fd, r->output + r->len, room)
			     : read(r->fd, rest, sizeof(rest));
		if (n <= 0)
			break;
		r->len += room > 0 ? (size_t)n : 0;
	}
	if (n == 0)
		loop_io_del(r->loop, &r->io);
}

static void
too_late(struct loop *loop, void *owner)
{
	struct runner *r = owner;

	(void)loop;
	if (r->fd >= 0)
		read_output(loop, r, 0);
	kill(-r->pid, SIGKILL);
	r->stuck++; /* until it is reaped */
	finish(r, RUN_TIMEOUT, 0);
}

static void
not_started(struct loop *loop, void *owner)
{
	struct runner *r = owner;

	(void)loop;
	finish(r, RUN_FAILED, r->error);
}

/* Our environment with STATE=state; the array is the caller's to free, and its last-but-one text
 * when a state is given. */
static char **
environment(const char *state)
{
	char text[32];
	size_t n = 0;
	size_t kept = 0;

	while (environ[n] != NULL)
		n++;
	char **env = xcalloc(n + 2, sizeof(env[0]));
	for (size_t i = 0; i < n; i++)
		if (state == NULL || strncmp(environ[i], "STATE=", 6) != 0)
			env[kept++] = environ[i];
	if (state != NULL) {
		snprintf(text, sizeof(text), "STATE=%s", state);
		env[kept++] = xstrdup(text);
	}
	env[kept] = NULL;
	return env;
}

static void
environment_free(char **env, const char *state)
{
	size_t n = 0;

	while (env[n] != NULL)
		n++;
	if (state != NULL)
		free(env[n - 1]);
	free(env);
}

/* 0 or an errno. The child gets default signals, a group of its own, and `out` or /dev/null. */
static int
spawn(struct runner *r, const struct run_request *request, int out)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, defaults;
	char **env = environment(request->state);

	sigemptyset(&none);
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(
		&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &defaults);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (out >= 0)
		posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	else
		posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
	int error = posix_spawnp(&r->pid, request->argv[0], &files, &attr, request->argv, env);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	environment_free(env, request->state);
	return error;
}

/* 0 or an errno. */
static int
start_with_pipe(struct runner *r, const struct run_request *request)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) != 0)
		return errno;
	if (fcntl(fds[0], F_SETFL, O_NONBLOCK) != 0 ||
		loop_io_add(r->loop, &r->io, fds[0], EPOLLIN, read_output, r, "output") != 0) {
		int error = errno;

		close(fds[0]);
		close(fds[1]);
		return error;
	}
	r->fd = fds[0];
	int error = spawn(r, request, fds[1]);
	close(fds[1]);
	return error;
}

void
runner_start(struct runner *r, const struct run_request *request)
{
	int error = EAGAIN;

	r->len = 0;
	if (r->stuck < STUCK_MAX)
		error = request->output ? start_with_pipe(r, request) : spawn(r, request, -1);
	if (error != 0) {
		settle(r);
		r->error = error;
		loop_defer(r->loop, &r->failed, not_started, r);
		return;
	}
	if (request->timeout_us > 0)
		loop_timer_set(r->loop, &r->timer, request->timeout_us, too_late, r, "time-out");
}

void
runner_shell(struct runner *r, const char *command, struct run_request request)
{
	char shell[] = "/bin/sh";
	char option[] = "-c";
	char *text = xstrdup(command);
	char *argv[] = { shell, option, text, NULL };

	request.argv = argv;
	runner_start(r, &request);
	free(text);
}

void
runner_abort(struct runner *r, int signo)
{
	if (r->pid > 0) {
		kill(-r->pid, signo);
		r->stuck++;
	}
	settle(r);
}

void
runner_reap(struct runner *r)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != r->pid) {
			r->stuck -= r->stuck > 0;
			continue;
		}
		if (r->fd >= 0)
			read_output(r->loop, r, 0);
		if (WIFEXITED(status))
			finish(r, RUN_EXITED, WEXITSTATUS(status));
		else
			finish(r, RUN_SIGNALED, WTERMSIG(status));
	}
}

const char *
runner_text(const struct run_result *result, char out[128])
{
	switch (result->how) {
	case RUN_EXITED:
		snprintf(out, 128, "status %d", result->code);
		break;
	case RUN_SIGNALED:
		snprintf(out, 128, "signal %d", result->code);
		break;
	case RUN_TIMEOUT:
		snprintf(out, 128, "time-out, killed");
		break;
	case RUN_FAILED:
		snprintf(out, 128, "not started: %s", strerror(result->code));
		break;
	}
	return out;
}
