/* The event loop: descriptors, timers, tasks, hooks, signals, deletion inside a batch. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <unistd.h>

#include "common/log.h"
#include "common/loop.h"

enum { PIPES = 40, DEADLINE_US = 10 * 1000000 };

static struct loop *
start(void)
{
	struct loop *loop = loop_new();

	assert_non_null(loop);
	return loop;
}

static void
fail_late(struct loop *loop, void *owner)
{
	(void)owner;
	loop_stop(loop, 99);
}

/* Runs with a deadline. */
static int
run(struct loop *loop)
{
	struct loop_timer deadline = { 0 };

	loop_timer_set(loop, &deadline, DEADLINE_US, fail_late, NULL, "deadline");
	int code = loop_run(loop);
	loop_timer_cancel(loop, &deadline);
	return code;
}

struct pipes {
	struct loop_io io[PIPES];
	int fds[PIPES][2];
	int calls;
};

/* The first one called deletes all the others of the batch and closes their descriptors. */
static void
delete_all(struct loop *loop, void *owner, uint32_t epoll_events)
{
	struct pipes *p = owner;

	assert_true(epoll_events & EPOLLIN);
	p->calls++;
	for (int i = 0; i < PIPES; i++) {
		loop_io_del(loop, &p->io[i]);
		close(p->fds[i][0]);
		close(p->fds[i][1]);
	}
	memset(p->io, 0xee, sizeof(p->io)); /* the memory may be reused */
	loop_stop(loop, 7);
}

static void
deletion_inside_a_batch(void **state)
{
	struct loop *loop = start();
	struct pipes *p = calloc(1, sizeof(*p));

	(void)state;
	for (int i = 0; i < PIPES; i++) {
		assert_int_equal(pipe2(p->fds[i], O_CLOEXEC), 0);
		assert_int_equal(write(p->fds[i][1], "x", 1), 1);
		assert_int_equal(
			loop_io_add(loop, &p->io[i], p->fds[i][0], EPOLLIN, delete_all, p, "pipe"),
			0);
	}
	assert_int_equal(run(loop), 7);
	assert_int_equal(p->calls, 1);
	free(p);
	loop_free(loop);
}

struct echo {
	struct loop_io io;
	int fds[2];
	int got;
};

static void
read_one(struct loop *loop, void *owner, uint32_t epoll_events)
{
	struct echo *e = owner;
	char c;

	if (epoll_events & EPOLLIN) {
		assert_int_equal(read(e->fds[0], &c, 1), 1);
		if (++e->got < 3)
			assert_int_equal(write(e->fds[1], "x", 1), 1);
		else
			close(e->fds[1]);
	} else if (epoll_events & EPOLLHUP) {
		loop_io_del(loop, &e->io);
		loop_io_del(loop, &e->io); /* an inactive one is fine */
		close(e->fds[0]);
		loop_stop(loop, 1);
	}
}

static void
descriptors(void **state)
{
	struct loop *loop = start();
	struct echo e = { 0 };

	(void)state;
	assert_int_equal(pipe2(e.fds, O_CLOEXEC), 0);
	assert_int_equal(loop_io_mod(loop, &e.io, EPOLLIN), -1);
	assert_int_equal(loop_io_add(loop, &e.io, e.fds[0], 0, read_one, &e, "echo"), 0);
	assert_int_equal(loop_io_mod(loop, &e.io, EPOLLIN), 0);
	assert_int_equal(write(e.fds[1], "x", 1), 1);
	assert_int_equal(run(loop), 1);
	assert_int_equal(e.got, 3);
	struct loop_io bad = { 0 };
	assert_int_equal(loop_io_add(loop, &bad, -1, EPOLLIN, read_one, &e, "bad"), -1);
	assert_false(bad.active);
	loop_free(loop);
}

enum { TIMERS = 500 };
struct timers {
	struct loop_timer timer[TIMERS];
	int64_t last_us;
	int fired;
	int expected;
	struct one {
		struct timers *all;
		int index;
	} one[TIMERS];
};

static void
timer_fired(struct loop *loop, void *owner)
{
	struct one *one = owner;
	struct timers *all = one->all;
	struct loop_timer *timer = &all->timer[one->index];

	assert_false(loop_timer_armed(timer));
	assert_true(timer->at.us >= all->last_us);
	assert_true(timer->at.us <= loop_now(loop).us);
	all->last_us = timer->at.us;
	if (++all->fired == all->expected)
		loop_stop(loop, 2);
}

static void
timers_fire_in_order(void **state)
{
	struct loop *loop = start();
	struct timers *all = calloc(1, sizeof(*all));
	unsigned random = 1;

	(void)state;
	for (int i = 0; i < TIMERS * 4; i++) {
		struct one *one = &all->one[i % TIMERS];

		*one = (struct one){ .all = all, .index = i % TIMERS };
		random = random * 1103515245 + 12345;
		loop_timer_set(loop, &all->timer[i % TIMERS], random / 65536 % 20000, timer_fired,
			one, "timer");
	}
	for (int i = 0; i < TIMERS; i += 3)
		loop_timer_cancel(loop, &all->timer[i]);
	for (int i = 0; i < TIMERS; i++) {
		assert_int_equal(loop_timer_armed(&all->timer[i]), i % 3 != 0);
		all->expected += i % 3 != 0;
	}
	loop_timer_cancel(loop, &all->timer[0]);
	assert_int_equal(run(loop), 2);
	assert_int_equal(all->fired, all->expected);
	free(all);
	loop_free(loop);
}

struct again {
	struct loop_timer timer;
	struct loop_task task;
	struct loop_task other;
	uint64_t last_turn;
	int runs;
	int hooks;
	int64_t started_us;
};

static void
set_again(struct loop *loop, void *owner)
{
	struct again *a = owner;

	assert_true(a->runs == 0 || loop_stats(loop).turns > a->last_turn);
	a->last_turn = loop_stats(loop).turns;
	if (++a->runs == 100)
		loop_stop(loop, 3);
	else
		loop_timer_set(loop, &a->timer, 0, set_again, a, "again");
}

static void
zero_delay_waits_for_next_turn(void **state)
{
	struct loop *loop = start();
	struct again a = { 0 };

	(void)state;
	loop_timer_set(loop, &a.timer, 0, set_again, &a, "again");
	assert_int_equal(run(loop), 3);
	assert_int_equal(a.runs, 100);
	loop_free(loop);
}

static void
never(struct loop *loop, void *owner)
{
	(void)owner;
	loop_stop(loop, 98);
}

static void
defer_again(struct loop *loop, void *owner)
{
	struct again *a = owner;

	assert_true(a->runs == 0 || loop_stats(loop).turns == a->last_turn + 1);
	a->last_turn = loop_stats(loop).turns;
	loop_defer(loop, &a->other, never, a);
	loop_defer_cancel(loop, &a->other);
	loop_defer_cancel(loop, &a->other);
	if (++a->runs == 1000) {
		loop_stop(loop, 4);
		return;
	}
	loop_defer(loop, &a->task, defer_again, a);
	loop_defer(loop, &a->task, defer_again, a);
}

static void
count_hook(struct loop *loop, void *owner)
{
	struct again *a = owner;

	(void)loop;
	a->hooks++;
}

static void
tasks_defer_themselves_without_sleep(void **state)
{
	struct loop *loop = start();
	struct again a = { 0 };

	(void)state;
	loop_before_sleep(loop, count_hook, &a);
	loop_defer(loop, &a.task, defer_again, &a);
	assert_int_equal(run(loop), 4);
	assert_int_equal(a.runs, 1000);
	assert_int_equal(a.hooks, 1000);
	assert_int_equal(loop_stats(loop).turns, 1000);
	loop_free(loop);
}

struct order {
	struct loop_task task[4];
	char text[8];
};

static void
second(struct loop *loop, void *owner)
{
	struct order *o = owner;

	(void)loop;
	strcat(o->text, "b");
}

static void
last(struct loop *loop, void *owner)
{
	struct order *o = owner;

	strcat(o->text, "d");
	loop_stop(loop, 5);
}

/* Cancels a task of the same turn that was to run after it. */
static void
first(struct loop *loop, void *owner)
{
	struct order *o = owner;

	strcat(o->text, "a");
	loop_defer_cancel(loop, &o->task[2]);
	loop_defer(loop, &o->task[2], last, o);
}

static void
tasks_keep_order(void **state)
{
	struct loop *loop = start();
	struct order o = { 0 };

	(void)state;
	loop_defer(loop, &o.task[0], first, &o);
	loop_defer(loop, &o.task[1], second, &o);
	loop_defer(loop, &o.task[2], never, &o);
	loop_defer(loop, &o.task[3], second, &o);
	loop_defer_cancel(loop, &o.task[3]);
	loop_defer(loop, &o.task[3], second, &o);
	assert_int_equal(run(loop), 5);
	assert_string_equal(o.text, "abbd");
	loop_free(loop);
}

static void
got_signal(struct loop *loop, void *owner, int signo)
{
	int *seen = owner;

	*seen |= signo == SIGUSR1 ? 1 : signo == SIGUSR2 ? 2 : 4;
	if (*seen == 3)
		loop_stop(loop, 6);
}

static void
signals(void **state)
{
	struct loop *loop = start();
	int seen = 0;
	const int list[] = { SIGUSR1, SIGUSR2, 0 };

	(void)state;
	assert_int_equal(loop_signals(loop, list, got_signal, &seen), 0);
	kill(getpid(), SIGUSR1);
	kill(getpid(), SIGUSR2);
	assert_int_equal(run(loop), 6);
	assert_int_equal(seen, 3);
	loop_free(loop);
}

static void
finish(struct loop *loop, void *owner)
{
	(void)owner;
	loop_stop(loop, 8);
}

static void
sleeps_until_the_timer(void **state)
{
	struct loop *loop = start();
	struct loop_timer timer = { 0 };
	struct mono before = loop_clock();

	(void)state;
	loop_timer_set(loop, &timer, 20000, finish, NULL, "finish");
	assert_int_equal(run(loop), 8);
	assert_true(loop_clock().us - before.us >= 20000);
	assert_true(loop_stats(loop).turns <= 2);
	loop_free(loop);
}

static void
dawdle(struct loop *loop, void *owner)
{
	struct mono until = loop_clock();

	(void)owner;
	while (loop_clock().us - until.us < 60000)
		;
	loop_stop(loop, 9);
}

static void
slow_turns_are_logged(void **state)
{
	struct loop *loop = start();
	struct loop_timer timer = { 0 };
	char text[512] = { 0 };
	int saved = dup(STDERR_FILENO);
	int fds[2];

	(void)state;
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	dup2(fds[1], STDERR_FILENO);
	loop_timer_set(loop, &timer, 0, dawdle, NULL, "dawdler");
	int code = run(loop);
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(fds[1]);
	assert_int_equal(code, 9);
	assert_int_equal(loop_stats(loop).slow_turns, 1);
	assert_true(loop_stats(loop).longest_us >= 60000);
	assert_true(read(fds[0], text, sizeof(text) - 1) > 0);
	assert_non_null(strstr(text, "warn loop: turn of "));
	assert_non_null(strstr(text, "in dawdler\n"));
	close(fds[0]);
	loop_free(loop);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(deletion_inside_a_batch),
		cmocka_unit_test(descriptors),
		cmocka_unit_test(timers_fire_in_order),
		cmocka_unit_test(zero_delay_waits_for_next_turn),
		cmocka_unit_test(tasks_defer_themselves_without_sleep),
		cmocka_unit_test(tasks_keep_order),
		cmocka_unit_test(signals),
		cmocka_unit_test(sleeps_until_the_timer),
		cmocka_unit_test(slow_turns_are_logged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
