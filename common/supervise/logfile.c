/*
 * The log file. Our own lines go to the file directly (descriptor 2), never into the pipe that we
 * ourselves have to empty.
 */
#include "common/supervise/logfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/log.h"
#include "common/xmalloc.h"

enum { CHUNK = 65536, TURN_CHUNKS = 16 };

static int
open_file(struct logfile *l)
{
	int fd = openat(l->dir_fd, l->name,
		O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0640);

	if (fd < 0)
		return -1;
	if (dup2(fd, STDOUT_FILENO) < 0 || dup2(fd, STDERR_FILENO) < 0) {
		close(fd);
		return -1;
	}
	if (l->fd >= 0)
		close(l->fd);
	l->fd = fd;
	return 0;
}

static void
rotate(struct logfile *l)
{
	struct stat st;
	char *old = xmalloc(strlen(l->name) + 3);

	if (fstat(l->fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size >= l->max) {
		sprintf(old, "%s.1", l->name);
		if (renameat(l->dir_fd, l->name, l->dir_fd, old) != 0 || open_file(l) != 0)
			log_errno("log", "cannot start a new file");
	}
	free(old);
}

static void
keep_early(struct logfile *l, const uint8_t *data, size_t n)
{
	size_t room = LOGFILE_EARLY_MAX - l->early.len;

	if (l->early_fd >= 0)
		buf_add(&l->early, data, n < room ? n : room);
}

/* Returns false when the pipe is empty. */
static bool
copy_chunk(struct logfile *l)
{
	uint8_t chunk[CHUNK];
	ssize_t n = read(l->read_fd, chunk, sizeof(chunk));

	if (n <= 0)
		return false;
	keep_early(l, chunk, (size_t)n);
	if (write(l->fd, chunk, (size_t)n) < 0 && log_ratelimit(l, loop_clock().us))
		log_errno("log", "%zd bytes lost", n);
	return true;
}

static void
on_readable(struct loop *loop, void *owner, uint32_t events)
{
	struct logfile *l = owner;

	(void)loop;
	(void)events;
	for (int i = 0; i < TURN_CHUNKS && copy_chunk(l); i++)
		;
	rotate(l);
}

int
logfile_open(struct logfile *l, struct loop *loop, int dir_fd, const char *name, int early_fd)
{
	int ends[2];

	*l = (struct logfile){ .loop = loop, .dir_fd = dir_fd, .fd = -1, .read_fd = -1 };
	l->write_fd = -1;
	l->early_fd = early_fd;
	l->max = LOGFILE_MAX;
	l->name = xstrdup(name);
	if (open_file(l) != 0 || pipe2(ends, O_CLOEXEC) != 0)
		return -1;
	l->read_fd = ends[0];
	l->write_fd = ends[1];
	if (fcntl(l->read_fd, F_SETFL, O_NONBLOCK) != 0)
		return -1;
	return loop_io_add(loop, &l->io, l->read_fd, EPOLLIN, on_readable, l, "log");
}

void
logfile_ready(struct logfile *l)
{
	if (l->name == NULL || l->early_fd < 0)
		return;
	close(l->early_fd);
	l->early_fd = -1;
	buf_fini(&l->early);
}

void
logfile_failed(struct logfile *l, const char *why)
{
	if (l->name == NULL || l->early_fd < 0)
		return;
	while (copy_chunk(l))
		;
	if (why != NULL)
		buf_printf(&l->early, "%s\n", why);
	if (write(l->early_fd, l->early.data, l->early.len) < 0)
		log_errno("log", "cannot show why the start failed");
	logfile_ready(l);
}

void
logfile_close(struct logfile *l)
{
	if (l->name == NULL)
		return;
	loop_io_del(l->loop, &l->io);
	if (l->write_fd >= 0)
		close(l->write_fd);
	while (l->read_fd >= 0 && copy_chunk(l))
		;
	if (l->read_fd >= 0)
		close(l->read_fd);
	if (l->fd >= 0)
		close(l->fd);
	if (l->early_fd >= 0)
		close(l->early_fd);
	buf_fini(&l->early);
	free(l->name);
	*l = (struct logfile){ .fd = -1, .read_fd = -1, .write_fd = -1, .early_fd = -1 };
}
