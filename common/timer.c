/*
 * The loop's timers: a binary heap of pointers to timers embedded in their owners. A timer knows
 * its position, so re-arming and cancelling are O(log n) without search. A timer set during the
 * run of the timers waits for the next turn, even with a delay of 0.
 */
#include "common/loop_internal.h"

#include <stdlib.h>

#include "common/xmalloc.h"

static void
put(struct timer_heap *heap, size_t at, struct loop_timer *timer)
{
	heap->timers[at] = timer;
	timer->pos = at + 1;
}

static size_t
sift_up(struct timer_heap *heap, size_t at, struct loop_timer *timer)
{
	while (at > 0) {
		size_t parent = (at - 1) / 2;

		if (heap->timers[parent]->at.us <= timer->at.us)
			break;
		put(heap, at, heap->timers[parent]);
		at = parent;
	}
	put(heap, at, timer);
	return at;
}

static void
sift_down(struct timer_heap *heap, size_t at, struct loop_timer *timer)
{
	for (;;) {
		size_t child = at * 2 + 1;

		if (child >= heap->n)
			break;
		if (child + 1 < heap->n &&
			heap->timers[child + 1]->at.us < heap->timers[child]->at.us)
			child++;
		if (heap->timers[child]->at.us >= timer->at.us)
			break;
		put(heap, at, heap->timers[child]);
		at = child;
	}
	put(heap, at, timer);
}

static void
settle(struct timer_heap *heap, size_t at, struct loop_timer *timer)
{
	if (sift_up(heap, at, timer) == at)
		sift_down(heap, at, timer);
}

void
loop_timer_set(struct loop *loop, struct loop_timer *timer, int64_t delay_us, loop_fn *fn,
	void *owner, const char *name)
{
	struct timer_heap *heap = &loop->heap;

	timer->at.us = loop->now.us + (delay_us > 0 ? delay_us : loop->in_timers);
	timer->fn = fn;
	timer->owner = owner;
	timer->name = name;
	if (timer->pos != 0) {
		settle(heap, timer->pos - 1, timer);
		return;
	}
	if (heap->n == heap->cap) {
		heap->cap = heap->cap > 0 ? heap->cap * 2 : 16;
		heap->timers = xreallocarray(heap->timers, heap->cap, sizeof(struct loop_timer *));
	}
	sift_up(heap, heap->n++, timer);
}

void
loop_timer_cancel(struct loop *loop, struct loop_timer *timer)
{
	struct timer_heap *heap = &loop->heap;

	if (timer->pos == 0)
		return;
	size_t at = timer->pos - 1;
	struct loop_timer *last = heap->timers[--heap->n];
	timer->pos = 0;
	if (last != timer)
		settle(heap, at, last);
}

bool
loop_timer_armed(const struct loop_timer *timer)
{
	return timer->pos != 0;
}

void
loop_timers_run(struct loop *loop)
{
	struct timer_heap *heap = &loop->heap;

	loop->in_timers = true;
	while (heap->n > 0 && heap->timers[0]->at.us <= loop->now.us) {
		struct loop_timer *timer = heap->timers[0];
		const char *name = timer->name;
		loop_timer_cancel(loop, timer);
		timer->fn(loop, timer->owner);
		loop_account(loop, name);
	}
	loop->in_timers = false;
}

int64_t
loop_timers_wait(const struct loop *loop)
{
	if (loop->heap.n == 0)
		return -1;
	int64_t wait = loop->heap.timers[0]->at.us - loop_clock().us;
	return wait > 0 ? wait : 0;
}

void
loop_timers_free(struct loop *loop)
{
	for (size_t i = 0; i < loop->heap.n; i++)
		loop->heap.timers[i]->pos = 0;
	free(loop->heap.timers);
	loop->heap = (struct timer_heap){ 0 };
}
