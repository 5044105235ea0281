/* What loop.c and timer.c share; nobody else includes it. */
#ifndef TROUPE_COMMON_LOOP_INTERNAL_H
#define TROUPE_COMMON_LOOP_INTERNAL_H

#include "common/loop.h"

enum { LOOP_EVENTS_MAX = 64, LOOP_HOOKS_MAX = 8 };

struct loop_hook {
	loop_fn *fn;
	void *owner;
};

/* A binary heap of borrowed timers, the earliest at 0. */
struct timer_heap {
	struct loop_timer **timers;
	size_t n;
	size_t cap;
};

struct loop {
	int epoll_fd;
	struct mono now;
	bool stopping;
	int exit_code;
	bool has_pwait2;

	/* The batch being dispatched; loop_io_del() clears what it removes. */
	struct epoll_event events[LOOP_EVENTS_MAX];
	int n_events;

	struct timer_heap heap;
	bool in_timers; /* what is set now must not run in this turn */

	struct loop_task *tasks; /* for the end of this turn */
	struct loop_task **tasks_tail;
	struct loop_task *running; /* taken from tasks, not yet run */

	struct loop_hook hooks[LOOP_HOOKS_MAX];
	int n_hooks;

	int signal_fd;
	struct loop_io signal_io;
	loop_signal_fn *signal_fn;
	void *signal_owner;

	struct loop_stats stats;
	struct mono turn_start;
	struct mono stamp; /* end of the last callback of this turn */
	int64_t slowest_us;
	const char *slowest_name;
};

/* Accounts the time since the last call to the callback called name (NULL: "task"). */
void loop_account(struct loop *loop, const char *name);
/* Runs every timer that was due at loop->now. */
void loop_timers_run(struct loop *loop);
/* Microseconds until the first timer (0: due), or -1 without timers. */
int64_t loop_timers_wait(const struct loop *loop);
void loop_timers_free(struct loop *loop);

#endif
