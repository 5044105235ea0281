/* One buffer that is read into at its end and given out from its front. */
#include "apid/helpers/mrtdump/lines.h"

#include <errno.h>
#include <unistd.h>

enum { PIECE = 1 << 16 };

void
lines_read(struct lines *l)
{
	ssize_t n;

	buf_shift(&l->data, l->at);
	l->at = 0;
	if (l->data.len > LINES_MAX_BYTES) {
		buf_reset(&l->data);
		l->dropping = true;
	}
	n = read(l->fd, buf_room(&l->data, PIECE), PIECE);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0)
		l->eof = true;
	else
		l->data.len += (size_t)n;
}

const char *
lines_next(struct lines *l, size_t *n)
{
	size_t left = l->data.len - l->at;
	const char *start = (const char *)l->data.data + l->at;
	const char *feed = left > 0 ? memchr(start, '\n', left) : NULL;

	if (feed == NULL)
		return NULL;
	*n = (size_t)(feed - start);
	l->at += *n + 1;
	if (l->dropping) {
		l->dropping = false;
		return lines_next(l, n);
	}
	return start;
}
