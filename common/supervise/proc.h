/*
 * Which processes are there: /proc read once into a list, and signals that cannot hit another process
 * that got the same number meanwhile.
 */
#ifndef TROUPE_SUPERVISE_PROC_H
#define TROUPE_SUPERVISE_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct proc {
	pid_t pid;
	pid_t parent;
	unsigned long long start; /* clock ticks since boot: with the pid, an identity */
	bool zombie;
	bool chosen;
};

struct proc_list {
	struct proc *items; /* owned; zeroed is an empty list */
	size_t n;
	size_t cap;
};

void proc_list_fini(struct proc_list *l);
/*
 * Fills the list with the living descendants of root. keep: processes to leave out, with all that
 * is below them.
 */
void proc_descendants(struct proc_list *l, pid_t root, const pid_t *keep, size_t n_keep);
/* Fills the list with every living process started with TROUPE_GROUP=tag, but us and our ancestors. */
void proc_tagged(struct proc_list *l, const char *tag);
/* Sends the signal to each; returns how many were still there. */
size_t proc_signal(const struct proc_list *l, int signo);
/* Blocks until all have ended or the time is over. For the start only. */
void proc_wait(const struct proc_list *l, int timeout_ms);
/* "name[pid] name[pid]..." for a log line. */
void proc_print(const struct proc_list *l, char *out, size_t n);

#endif
