/*
 * The run directory: private to the daemons' user, locked by one supervisor, with the tag of its group.
 *
 *   lock      held (fcntl) as long as the supervisor lives; holds its pid
 *   group     the value of TROUPE_GROUP of every process of this group
 *   ctl.sock  the operator's socket
 *   log       what the daemons write when there is no terminal
 */
#ifndef TROUPE_SUPERVISE_RUNDIR_H
#define TROUPE_SUPERVISE_RUNDIR_H

#include <stddef.h>

#include "common/runpath.h"

struct account;

enum { RUNDIR_TAG_MAX = 48 };

struct rundir {
	char path[RUNPATH_MAX];
	int fd;
	int lock_fd;
	char tag[RUNDIR_TAG_MAX];
};

/*
 * Creates the directory (and its parents) when needed, takes the lock, ends what a killed predecessor
 * left, and writes a new tag. 0, or -1 with a text in err.
 */
int rundir_open(
	struct rundir *r, const char *path, const struct account *account, char *err, size_t err_n);
/* Forgets the tag: the group ended in order. */
void rundir_close(struct rundir *r);

#endif
