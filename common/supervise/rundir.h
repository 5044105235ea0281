/*
 * The run directory: private to the daemons' user, locked by one supervisor, with the tag of its group.
 *
 *   lock      held (fcntl) as long as the supervisor lives; holds its pid
 *   group     the value of TROUPE_GROUP of every process of this group
 *   ctl.sock  the operator's socket
 *   log       what the daemons write when there is no terminal
 *   settings  copy of the INI file: the daemons read what the supervisor read, as who they are
 */
#ifndef TROUPE_SUPERVISE_RUNDIR_H
#define TROUPE_SUPERVISE_RUNDIR_H

#include <stddef.h>

#include "common/runpath.h"

struct account;

enum { RUNDIR_TAG_MAX = 48 };
#define RUNDIR_SETTINGS "settings"

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
/* Copies a file (64 KiB at most) into the directory, for the daemons' user alone. 0 or -1. */
int rundir_copy(
	struct rundir *r, const struct account *account, const char *path, const char *name);
/* Forgets the tag: the group ended in order. */
void rundir_close(struct rundir *r);

#endif
