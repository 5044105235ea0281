/*
 * Ends processes that must not be there: those a helper program left behind, which came to us because we
 * are a child subreaper, and those of a predecessor that was killed, known by their environment tag.
 */
#ifndef TROUPE_SUPERVISE_SWEEP_H
#define TROUPE_SUPERVISE_SWEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/loop.h"
#include "common/supervise/proc.h"

enum { SWEEP_KEEP_MAX = 4 };

/* Fills in the processes that are to stay, with all that is below them; returns how many. */
typedef size_t sweep_keep_fn(void *owner, pid_t keep[SWEEP_KEEP_MAX]);

/* A sweep of our descendants; embedded in its owner, zeroed before first use. */
struct sweep {
	struct loop *loop;
	sweep_keep_fn *keep;
	struct proc_list found;
	struct loop_timer timer;
	bool running;
	bool killing; /* the grace time is over: SIGKILL */
	loop_fn *done;
	void *owner;
};

/*
 * TERM to every descendant but those of keep (asked at each look), KILL to what is left after 0.5 s, then
 * done(owner), which may be called before this returns. A running sweep takes the new done.
 */
void sweep_start(
	struct sweep *s, struct loop *loop, sweep_keep_fn *keep, loop_fn *done, void *owner);
/* To be called when children have been reaped: their orphans are ours now. */
void sweep_check(struct sweep *s);
void sweep_fini(struct sweep *s);

/* Ends every process with the tag, blocking up to some seconds; returns how many there were. */
size_t sweep_tagged(const char *tag);

#endif
