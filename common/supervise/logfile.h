/*
 * The log of a group without a terminal: the daemons and helpers write into a pipe, the supervisor
 * appends to a file and starts a new one at 10 MiB, keeping one old one (`log.1`). Before the group
 * is ready what was written is also kept in memory, to be shown when the start fails.
 */
#ifndef TROUPE_SUPERVISE_LOGFILE_H
#define TROUPE_SUPERVISE_LOGFILE_H

#include <stdbool.h>

#include "common/buf.h"
#include "common/loop.h"

enum { LOGFILE_MAX = 10 << 20, LOGFILE_EARLY_MAX = 64 << 10 };

struct logfile {
	struct loop *loop;
	int dir_fd; /* borrowed */
	char *name; /* relative to dir_fd, or absolute; owned */
	int fd;
	int read_fd;
	int write_fd; /* for the children; -1: no log file */
	struct loop_io io;
	struct buf early;
	int early_fd; /* the terminal of the start, or -1 */
	off_t max;
};

/*
 * Opens (appends to) the file and makes it our standard output and error. early_fd: taken, where the
 * early lines go if the start fails. 0, or -1 with errno.
 */
int logfile_open(struct logfile *l, struct loop *loop, int dir_fd, const char *name, int early_fd);
/* The start succeeded; or failed, with why (may be NULL) after what the daemons wrote. */
void logfile_ready(struct logfile *l);
void logfile_failed(struct logfile *l, const char *why);
/* Writes what is still in the pipe. */
void logfile_close(struct logfile *l);

#endif
