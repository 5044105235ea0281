/*
 * Pairs of named pipes: commands are read from BASE.in, answers are written to BASE.out while
 * somebody reads there (reference/api.md 6.5). The input is opened for writing too, so it has no
 * end; the output is opened for each burst of answers, so that its reader sees an end. What nobody
 * reads is kept for the next reader up to a bound, then no more commands are executed.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "apid/apid.h"
#include "apid/door_internal.h"
#include "common/log.h"

enum { READER_RETRY_US = 50000 };

static int
open_pipe(const char *base, const char *suffix, int flags)
{
	char path[CLIPATH_MAX];
	struct stat st;
	int fd;

	if (!clipath_join(path, base, suffix)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = open(path, flags | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode))
		return fd;
	close(fd);
	errno = EEXIST;
	return -1;
}

static int
create_pipe(const char *base, const char *suffix)
{
	char path[CLIPATH_MAX];

	if (!clipath_join(path, base, suffix)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	/* One that is left from before is looked at when it is opened. */
	if (mkfifo(path, 0600) < 0)
		return errno == EEXIST ? 0 : -1;
	return door_permit(path);
}

void
door_pipes_open(struct doors *d, const char *base, bool create)
{
	struct visitor *v;
	int fd, out;

	if (create && (create_pipe(base, ".in") < 0 || create_pipe(base, ".out") < 0)) {
		log_errno("cli", "cannot make the pipes %s.in and %s.out", base, base);
		return;
	}
	fd = open_pipe(base, ".in", O_RDWR);
	if (fd < 0) {
		log_errno("cli", "cannot read commands from %s.in", base);
		return;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		log_warn("cli", "another service reads %s.in: left to it", base);
		close(fd);
		return;
	}
	out = open_pipe(base, ".out", O_WRONLY);
	if (out < 0 && errno != ENXIO) {
		log_errno("cli", "cannot write answers to %s.out", base);
		close(fd);
		return;
	}
	if (out >= 0)
		close(out);
	v = visitor_new(d, fd, -1, true);
	if (v == NULL)
		return;
	memcpy(v->path, base, strlen(base) + 1);
	v->remove = create;
	log_info("cli", "serving the pipes %s.in and %s.out", base, base);
}

static void
look_again(struct loop *loop, void *owner)
{
	struct visitor *v = owner;

	(void)loop;
	v->dirty = true;
}

bool
door_pipe_reader(struct visitor *v)
{
	if (v->out_fd >= 0)
		return true;
	v->out_fd = open_pipe(v->path, ".out", O_WRONLY);
	if (v->out_fd >= 0)
		return true;
	if (!loop_timer_armed(&v->retry))
		loop_timer_set(v->doors->apid->loop, &v->retry, READER_RETRY_US, look_again, v,
			"pipe reader");
	return false;
}

void
door_pipe_drained(struct visitor *v)
{
	loop_io_del(v->doors->apid->loop, &v->out_io);
	if (v->out_fd >= 0)
		close(v->out_fd);
	v->out_fd = -1;
}

void
door_pipes_remove(const struct visitor *v)
{
	static const char *const suffixes[] = { ".in", ".out" };
	char path[CLIPATH_MAX];
	struct stat st;

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		if (clipath_join(path, v->path, suffixes[i]) && lstat(path, &st) == 0 &&
			S_ISFIFO(st.st_mode))
			(void)unlink(path);
	}
}
