/*
 * The event loop: sleep, descriptors, timers, deferred tasks, hooks, again. A turn handles at
 * most 64 descriptors, so timers and tasks are never starved. A watcher that is deleted during
 * a turn is also taken out of the batch of that turn, so its memory may go at once. The loop
 * does not sleep while a task is queued, and has no periodic wake-up of its own. Turns of more
 * than 50 ms are logged with the callback that took longest.
 */
#include "common/loop_internal.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "common/log.h"
#include "common/xmalloc.h"

enum { SLOW_TURN_US = 50 * 1000 };

struct mono
loop_clock(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (struct mono){ .us = (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000 };
}

struct mono
loop_now(const struct loop *loop)
{
	return loop->now;
}

struct loop *
loop_new(void)
{
	int fd = epoll_create1(EPOLL_CLOEXEC);

	if (fd < 0)
		return NULL;
	struct loop *loop = xcalloc(1, sizeof(*loop));
	loop->epoll_fd = fd;
	loop->signal_fd = -1;
	loop->has_pwait2 = true;
	loop->tasks_tail = &loop->tasks;
	loop->now = loop_clock();
	return loop;
}

void
loop_free(struct loop *loop)
{
	if (loop == NULL)
		return;
	loop_timers_free(loop);
	if (loop->signal_fd >= 0)
		close(loop->signal_fd);
	close(loop->epoll_fd);
	free(loop);
}

static void
read_signals(struct loop *loop, void *owner, uint32_t epoll_events)
{
	struct signalfd_siginfo info;

	(void)owner;
	(void)epoll_events;
	while (read(loop->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
		loop->signal_fn(loop, loop->signal_owner, (int)info.ssi_signo);
}

int
loop_signals(struct loop *loop, const int *signos, loop_signal_fn *fn, void *owner)
{
	sigset_t set;

	sigemptyset(&set);
	for (; *signos != 0; signos++)
		sigaddset(&set, *signos);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return -1;
	bool first = loop->signal_fd < 0;
	int fd = signalfd(loop->signal_fd, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (fd < 0)
		return -1;
	loop->signal_fd = fd;
	loop->signal_fn = fn;
	loop->signal_owner = owner;
	if (!first)
		return 0;
	return loop_io_add(loop, &loop->signal_io, fd, EPOLLIN, read_signals, NULL, "signals");
}

int
loop_io_add(struct loop *loop, struct loop_io *io, int fd, uint32_t events, loop_io_fn *fn,
	void *owner, const char *name)
{
	struct epoll_event event = { .events = events, .data.ptr = io };

	if (io->active)
		fatalx("descriptor %d: watcher \"%s\" is in use", fd, name);
	if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0)
		return -1;
	*io = (struct loop_io){
		.fd = fd, .events = events, .fn = fn, .owner = owner, .name = name, .active = true
	};
	return 0;
}

int
loop_io_mod(struct loop *loop, struct loop_io *io, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = io };

	if (!io->active) {
		errno = ENOENT;
		return -1;
	}
	if (io->events == events)
		return 0;
	if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_MOD, io->fd, &event) != 0)
		return -1;
	io->events = events;
	return 0;
}

void
loop_io_del(struct loop *loop, struct loop_io *io)
{
	if (!io->active)
		return;
	epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, io->fd, NULL);
	io->active = false;
	for (int i = 0; i < loop->n_events; i++) {
		if (loop->events[i].data.ptr == io)
			loop->events[i].data.ptr = NULL;
	}
}

void
loop_defer(struct loop *loop, struct loop_task *task, loop_fn *fn, void *owner)
{
	task->fn = fn;
	task->owner = owner;
	if (task->queued)
		return;
	task->queued = true;
	task->next = NULL;
	*loop->tasks_tail = task;
	loop->tasks_tail = &task->next;
}

static bool
unlink_task(struct loop_task **link, const struct loop_task *task)
{
	while (*link != NULL && *link != task)
		link = &(*link)->next;
	if (*link == NULL)
		return false;
	*link = task->next;
	return true;
}

void
loop_defer_cancel(struct loop *loop, struct loop_task *task)
{
	if (!task->queued)
		return;
	task->queued = false;
	if (unlink_task(&loop->running, task) || !unlink_task(&loop->tasks, task))
		return;
	loop->tasks_tail = &loop->tasks;
	while (*loop->tasks_tail != NULL)
		loop->tasks_tail = &(*loop->tasks_tail)->next;
}

void
loop_before_sleep(struct loop *loop, loop_fn *fn, void *owner)
{
	if (loop->n_hooks == LOOP_HOOKS_MAX)
		fatalx("more than %d hooks before sleep", LOOP_HOOKS_MAX);
	loop->hooks[loop->n_hooks++] = (struct loop_hook){ .fn = fn, .owner = owner };
}

void
loop_account(struct loop *loop, const char *name)
{
	struct mono now = loop_clock();
	int64_t took = now.us - loop->stamp.us;

	loop->stamp = now;
	if (took > loop->slowest_us) {
		loop->slowest_us = took;
		loop->slowest_name = name != NULL ? name : "task";
	}
}

static int
sleep_for(struct loop *loop, int64_t wait_us)
{
	if (loop->has_pwait2) {
		struct timespec ts = { .tv_sec = wait_us / 1000000,
			.tv_nsec = wait_us % 1000000 * 1000 };
		int n = epoll_pwait2(loop->epoll_fd, loop->events, LOOP_EVENTS_MAX,
			wait_us < 0 ? NULL : &ts, NULL);

		if (n >= 0 || (errno != ENOSYS && errno != EPERM))
			return n;
		loop->has_pwait2 = false;
	}
	int64_t ms = wait_us < 0 ? -1 : (wait_us + 999) / 1000;
	if (ms > 3600 * 1000)
		ms = 3600 * 1000;
	return epoll_wait(loop->epoll_fd, loop->events, LOOP_EVENTS_MAX, (int)ms);
}

static void
wait_events(struct loop *loop)
{
	int64_t wait_us = loop->tasks != NULL ? 0 : loop_timers_wait(loop);
	int n = sleep_for(loop, wait_us);

	if (n < 0 && errno != EINTR)
		fatalx("epoll_wait: errno %d", errno);
	loop->n_events = n > 0 ? n : 0;
	loop->now = loop_clock();
	loop->turn_start = loop->now;
	loop->stamp = loop->now;
	loop->slowest_us = 0;
	loop->slowest_name = "none";
}

static void
run_events(struct loop *loop)
{
	for (int i = 0; i < loop->n_events; i++) {
		struct loop_io *io = loop->events[i].data.ptr;

		if (io == NULL)
			continue;
		loop->events[i].data.ptr = NULL;
		const char *name = io->name;
		io->fn(loop, io->owner, loop->events[i].events);
		loop_account(loop, name);
	}
	loop->n_events = 0;
}

static void
run_tasks(struct loop *loop)
{
	loop->running = loop->tasks;
	loop->tasks = NULL;
	loop->tasks_tail = &loop->tasks;
	while (loop->running != NULL) {
		struct loop_task *task = loop->running;
		const char *name = task->name;

		loop->running = task->next;
		task->next = NULL;
		task->queued = false;
		task->fn(loop, task->owner);
		loop_account(loop, name);
	}
}

static void
end_turn(struct loop *loop)
{
	for (int i = 0; i < loop->n_hooks; i++)
		loop->hooks[i].fn(loop, loop->hooks[i].owner);
	if (loop->n_hooks > 0)
		loop_account(loop, "before-sleep");
	int64_t took = loop->stamp.us - loop->turn_start.us;
	loop->stats.turns++;
	if (took > loop->stats.longest_us)
		loop->stats.longest_us = took;
	if (took <= SLOW_TURN_US)
		return;
	loop->stats.slow_turns++;
	if (log_ratelimit(loop, loop->stamp.us))
		log_warn("loop", "turn of %lld ms, %lld ms of them in %s", (long long)took / 1000,
			(long long)loop->slowest_us / 1000, loop->slowest_name);
}

int
loop_run(struct loop *loop)
{
	loop->now = loop_clock();
	while (!loop->stopping) {
		wait_events(loop);
		run_events(loop);
		loop_timers_run(loop);
		run_tasks(loop);
		end_turn(loop);
	}
	loop->stopping = false;
	return loop->exit_code;
}

void
loop_stop(struct loop *loop, int code)
{
	loop->stopping = true;
	loop->exit_code = code;
}

bool
loop_stopping(const struct loop *loop)
{
	return loop->stopping;
}

struct loop_stats
loop_stats(const struct loop *loop)
{
	return loop->stats;
}
