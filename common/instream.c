/*
 * Blocking reads in large pieces into one buffer. What was skipped is moved out of the way before
 * the next read, so the window is as large as the largest piece wanted plus one read.
 */
#include "common/instream.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 1 << 16 };

int
instream_open(struct instream *s, const char *path)
{
	struct stat st;

	*s = (struct instream){ .fd = open(path, O_RDONLY | O_CLOEXEC) };
	if (s->fd < 0)
		return -1;
	if (fstat(s->fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		instream_close(s);
		errno = EISDIR;
		return -1;
	}
	buf_room(&s->window, PIECE); /* so that instream_data() is never NULL */
	return 0;
}

void
instream_close(struct instream *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	buf_fini(&s->window);
}

ssize_t
instream_want(struct instream *s, size_t n)
{
	while (instream_left(s) < n && !s->eof) {
		ssize_t got;

		buf_shift(&s->window, s->at);
		s->at = 0;
		got = read(s->fd, buf_room(&s->window, PIECE), PIECE);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		s->eof = got == 0;
		s->window.len += (size_t)got;
	}
	return (ssize_t)instream_left(s);
}
