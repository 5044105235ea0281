/*
 * Sweeping. Whatever dies makes its orphans our children and sends us SIGCHLD, so looking again after
 * each reaping is enough to find everything, also what is forked while we look: no polling.
 */
#include "common/supervise/sweep.h"

#include <signal.h>
#include <unistd.h>

#include "common/log.h"

enum {
	GRACE_US = 500000,
	GIVE_UP_US = 5000000,
	STALE_GRACE_MS = 500,
	STALE_KILL_MS = 1000,
	ROUNDS = 8
};

static void
look(struct sweep *s)
{
	pid_t keep[SWEEP_KEEP_MAX];
	size_t n = s->keep(s->owner, keep);

	proc_descendants(&s->found, getpid(), keep, n);
}

static void
finish(struct sweep *s)
{
	loop_timer_cancel(s->loop, &s->timer);
	s->running = false;
	s->done(s->loop, s->owner);
}

static void
give_up(struct loop *loop, void *owner)
{
	struct sweep *s = owner;
	char text[512];

	(void)loop;
	proc_print(&s->found, text, sizeof(text));
	log_error("sweep", "these processes cannot be killed: %s", text);
	finish(s);
}

static void
kill_rest(struct loop *loop, void *owner)
{
	struct sweep *s = owner;

	s->killing = true;
	loop_timer_set(loop, &s->timer, GIVE_UP_US, give_up, s, "sweep");
	sweep_check(s);
}

void
sweep_check(struct sweep *s)
{
	if (!s->running)
		return;
	look(s);
	if (s->found.n == 0)
		finish(s);
	else if (s->killing)
		proc_signal(&s->found, SIGKILL);
}

void
sweep_start(struct sweep *s, struct loop *loop, sweep_keep_fn *keep, loop_fn *done, void *owner)
{
	char text[512];

	s->loop = loop;
	s->keep = keep;
	s->done = done;
	s->owner = owner;
	look(s);
	if (s->found.n > 0 && !s->running) {
		proc_print(&s->found, text, sizeof(text));
		log_info("sweep", "ending what was left: %s", text);
		proc_signal(&s->found, SIGTERM);
		s->killing = false;
		loop_timer_set(loop, &s->timer, GRACE_US, kill_rest, s, "sweep");
	}
	s->running = true;
	sweep_check(s);
}

void
sweep_fini(struct sweep *s)
{
	if (s->running)
		loop_timer_cancel(s->loop, &s->timer);
	proc_list_fini(&s->found);
	*s = (struct sweep){ 0 };
}

size_t
sweep_tagged(const char *tag)
{
	struct proc_list found = { 0 };
	char text[512];

	proc_tagged(&found, tag);
	size_t n = found.n;
	if (n > 0) {
		proc_print(&found, text, sizeof(text));
		log_warn("sweep", "ending processes of an earlier run: %s", text);
		proc_signal(&found, SIGTERM);
		proc_wait(&found, STALE_GRACE_MS);
	}
	for (int round = 0; found.n > 0 && round < ROUNDS; round++) {
		proc_tagged(&found, tag);
		proc_signal(&found, SIGKILL);
		proc_wait(&found, STALE_KILL_MS);
	}
	proc_list_fini(&found);
	return n;
}
