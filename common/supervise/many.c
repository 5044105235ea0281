/*
 * The process above several groups. It is ready when all of them are; one that fails before that stops
 * the others. After that a group that ends leaves the others alone.
 */
#include "common/supervise/many.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/log.h"
#include "common/loop.h"
#include "common/supervise/notify.h"

struct many;

struct member {
	struct many *many;
	pid_t pid; /* 0: ended */
	int pipe_fd;
	struct loop_io io;
};

struct many {
	struct loop *loop;
	struct notify *notify;
	struct member members[MANY_MAX];
	int n;
	int alive;
	int not_ready;
	int code;
};

static const int signals[] = { SIGTERM, SIGHUP, SIGINT, SIGUSR1, SIGUSR2, SIGALRM, SIGCHLD, 0 };

static void
forward(struct many *m, int signo)
{
	for (int i = 0; i < m->n; i++)
		if (m->members[i].pid != 0)
			(void)kill(m->members[i].pid, signo);
}

static void
on_pipe(struct loop *loop, void *owner, uint32_t events)
{
	struct member *member = owner;
	struct many *m = member->many;
	uint8_t code = 1;
	bool said = read(member->pipe_fd, &code, 1) == 1;

	(void)events;
	loop_io_del(loop, &member->io);
	close(member->pipe_fd);
	member->pipe_fd = -1;
	if (said && code == 0) {
		if (--m->not_ready == 0)
			notify_ready(m->notify);
		return;
	}
	m->code = code;
	notify_failed(m->notify, code);
	forward(m, SIGTERM);
}

static void
on_signal(struct loop *loop, void *owner, int signo)
{
	struct many *m = owner;
	int status;
	pid_t pid;

	if (signo != SIGCHLD) {
		forward(m, signo);
		return;
	}
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (int i = 0; i < m->n; i++) {
			if (m->members[i].pid != pid)
				continue;
			int code = WIFEXITED(status) ? WEXITSTATUS(status) : 1;

			m->members[i].pid = 0;
			m->code = code > m->code ? code : m->code;
			m->alive--;
		}
	}
	if (m->alive == 0)
		loop_stop(loop, m->code);
}

static int
run(struct many *m)
{
	m->loop = loop_new();
	if (m->loop == NULL || loop_signals(m->loop, signals, on_signal, m) != 0)
		log_fatal("event loop: %s", strerror(errno));
	for (int i = 0; i < m->n; i++)
		if (loop_io_add(m->loop, &m->members[i].io, m->members[i].pipe_fd, EPOLLIN, on_pipe,
			    &m->members[i], "group") != 0)
			log_fatal("event loop: %s", strerror(errno));
	int code = loop_run(m->loop);
	notify_failed(m->notify, code);
	loop_free(m->loop);
	return code;
}

int
many_split(int n, struct notify *notify, int early_fd, int *pipe_fd, int *code)
{
	struct many m = { .notify = notify, .n = n, .alive = n, .not_ready = n };
	sigset_t all, before;
	pid_t self = getpid();

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before); /* until somebody is there to pass them on */
	for (int i = 0; i < n; i++) {
		int ends[2];

		if (pipe2(ends, O_CLOEXEC) != 0)
			log_fatal("pipe: %s", strerror(errno));
		m.members[i] = (struct member){ .many = &m, .pid = fork(), .pipe_fd = ends[0] };
		if (m.members[i].pid < 0)
			log_fatal("fork: %s", strerror(errno));
		if (m.members[i].pid == 0) {
			notify_fini(notify);
			for (int k = 0; k <= i; k++)
				close(m.members[k].pipe_fd);
			if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != self)
				_exit(1);
			sigprocmask(SIG_SETMASK, &before, NULL);
			*pipe_fd = ends[1];
			return i;
		}
		close(ends[1]);
	}
	if (early_fd >= 0)
		close(early_fd);
	*code = run(&m);
	return -1;
}
