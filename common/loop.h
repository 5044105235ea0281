/*
 * The event loop every daemon runs: one thread, epoll, a heap of timers that are embedded in
 * their owners, signals through a signalfd, work deferred to the end of the turn, and one hook
 * before sleeping where links flush their batches.
 *
 * Nothing here allocates per event. Callbacks must not block; work has a budget and re-queues
 * itself with loop_defer().
 */
#ifndef TROUPE_COMMON_LOOP_H
#define TROUPE_COMMON_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>

struct loop;

/* Monotonic time; a struct so that it cannot be mixed up with durations. */
struct mono {
	int64_t us;
};

typedef void loop_io_fn(struct loop *loop, void *owner, uint32_t epoll_events);
typedef void loop_fn(struct loop *loop, void *owner);
typedef void loop_signal_fn(struct loop *loop, void *owner, int signo);

/* A watched descriptor; embedded in its owner, zeroed before first use. */
struct loop_io {
	int fd;
	uint32_t events;
	loop_io_fn *fn;
	void *owner;
	const char *name; /* static text, for the slow-turn log line */
	bool active;
};

/* A one-shot timer; embedded in its owner, zeroed before first use. */
struct loop_timer {
	struct mono at;
	size_t pos; /* heap position + 1; 0: not armed */
	loop_fn *fn;
	void *owner;
	const char *name;
};

/* Work for the end of this turn; embedded in its owner, zeroed before first use. */
struct loop_task {
	struct loop_task *next;
	loop_fn *fn;
	void *owner;
	const char *name; /* static text for the slow-turn log line; the owner may set it */
	bool queued;
};

/* Returns owned, or NULL with errno. Ends with loop_free(). */
struct loop *loop_new(void);
void loop_free(struct loop *loop);

/*
 * Blocks the signals of the list (0-terminated) for the whole process and delivers them through
 * the loop. Must be called before any thread exists (before the first nng call).
 */
int loop_signals(struct loop *loop, const int *signos, loop_signal_fn *fn, void *owner);

/* Runs until loop_stop(), whose turn is finished (tasks and hooks run); returns the code given to
 * it. May be called again. */
int loop_run(struct loop *loop);
void loop_stop(struct loop *loop, int code);
bool loop_stopping(const struct loop *loop);

/* Watch fd for EPOLLIN/EPOLLOUT/...; 0 or -1 with errno. The fd stays the caller's. */
int loop_io_add(struct loop *loop, struct loop_io *io, int fd, uint32_t events, loop_io_fn *fn,
	void *owner, const char *name);
int loop_io_mod(struct loop *loop, struct loop_io *io, uint32_t events);
/* Safe on an inactive watcher and inside any callback; no later callback for it comes. */
void loop_io_del(struct loop *loop, struct loop_io *io);

/* Time of this turn, refreshed after epoll_wait; loop_clock() asks the kernel. */
struct mono loop_now(const struct loop *loop);
struct mono loop_clock(void);

/* Arm (or re-arm) in delay_us microseconds from loop_now(). */
void loop_timer_set(struct loop *loop, struct loop_timer *timer, int64_t delay_us, loop_fn *fn,
	void *owner, const char *name);
void loop_timer_cancel(struct loop *loop, struct loop_timer *timer);
bool loop_timer_armed(const struct loop_timer *timer);

/* Run fn at the end of this turn (before sleeping; a task may defer itself: next turn). */
void loop_defer(struct loop *loop, struct loop_task *task, loop_fn *fn, void *owner);
void loop_defer_cancel(struct loop *loop, struct loop_task *task);

/* Called each turn after tasks, before epoll_wait. At most 8 hooks. */
void loop_before_sleep(struct loop *loop, loop_fn *fn, void *owner);

/* Counters: turns, wake-ups, slow turns (over 50 ms). */
struct loop_stats {
	uint64_t turns;
	uint64_t slow_turns;
	int64_t longest_us;
};
struct loop_stats loop_stats(const struct loop *loop);

#endif
