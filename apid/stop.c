/*
 * The orderly end (reference/api.md 1.7 with its recommendations): signal events; bgpd closes the
 * sessions; the shutdown notice, and everything else that waits, is written; then SIGTERM to all
 * helpers at once, SIGKILL two seconds later, and whatever they left behind is killed.
 */
#include <signal.h>
#include <sys/ioctl.h>

#include "apid/apid.h"
#include "apid/door.h"
#include "common/link.h"
#include "common/log.h"
#include "proto/ipc/send.h"

enum {
	SESSIONS_US = 300000, /* for bgpd to close the sessions */
	FLUSH_US = 100000,    /* for helpers to read what waits */
	FLUSH_STEP_US = 2000,
	SWEEP_US = 10000 /* between two sweeps of strays */
};

static void
sweep(struct loop *loop, void *owner)
{
	struct apid *a = owner;

	helpers_sweep_all();
	loop_timer_set(loop, &a->sweep_timer, SWEEP_US, sweep, a, "sweep");
}

static void
finish(struct apid *a)
{
	a->stop = STOP_DONE;
	loop_timer_cancel(a->loop, &a->stop_timer);
	loop_timer_cancel(a->loop, &a->sweep_timer);
	helpers_sweep_all();
	loop_stop(a->loop, a->exit_code);
}

static void
kill_helpers(struct loop *loop, void *owner)
{
	struct apid *a = owner;

	log_warn("helpers", "some did not end within 2 s of SIGTERM: killed");
	helpers_kill(a);
	sweep(loop, a);
}

/* Something is not written yet, or written and not read by the helper. */
static bool
output_waits(const struct apid *a)
{
	for (const struct helper *h = a->helpers; h != NULL; h = h->next) {
		int unread = 0;

		if (h->state == HELPER_DOWN || h->out_fd < 0)
			continue;
		if (!outq_empty(&h->client.out))
			return true;
		if (ioctl(h->out_fd, FIONREAD, &unread) == 0 && unread > 0)
			return true;
	}
	return false;
}

static void
stop_helpers(struct apid *a)
{
	a->stop = STOP_HELPERS;
	for (struct helper *h = a->helpers; h != NULL; h = h->next) {
		helper_stop(h);
		loop_timer_cancel(a->loop, &h->kill_timer);
	}
	if (helpers_gone(a))
		finish(a);
	else
		loop_timer_set(a->loop, &a->stop_timer, HELPER_KILL_US, kill_helpers, a, "stop");
}

/* Looks every few milliseconds whether the helpers have read everything. */
static void
flush_step(struct loop *loop, void *owner)
{
	struct apid *a = owner;

	if (a->stop != STOP_FLUSH)
		return;
	if (output_waits(a) && ++a->flush_steps < FLUSH_US / FLUSH_STEP_US)
		loop_timer_set(loop, &a->stop_timer, FLUSH_STEP_US, flush_step, a, "stop flush");
	else
		stop_helpers(a);
}

void
stop_sessions_closed(struct apid *a)
{
	if (a->stop != STOP_SESSIONS)
		return;
	a->stop = STOP_FLUSH;
	events_shutdown(a);
	doors_shut(a->doors);
	helpers_write(a);
	flush_step(a->loop, a);
}

static void
sessions_late(struct loop *loop, void *owner)
{
	struct apid *a = owner;

	(void)loop;
	stop_sessions_closed(a);
}

void
stop_helper_gone(struct apid *a)
{
	if (a->stop == STOP_HELPERS && helpers_gone(a))
		finish(a);
}

void
apid_stop(struct apid *a, int signo)
{
	struct ipc_quit quit = { .notify = false };

	if (a->stopping)
		return;
	log_info("apid", "stopping");
	a->stopping = true;
	a->stop = STOP_SESSIONS;
	if (!a->finishing)
		events_signal(a, signo);
	batch_flush(&a->batch);
	if (apid_linked(a->bgpd)) {
		ipc_send_quit(a->bgpd, &quit);
		loop_timer_set(
			a->loop, &a->stop_timer, SESSIONS_US, sessions_late, a, "stop sessions");
	} else {
		stop_sessions_closed(a);
	}
}
