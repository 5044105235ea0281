/* A file read from front to end through a window that grows to what the reader of a format needs. */
#ifndef TROUPE_COMMON_INSTREAM_H
#define TROUPE_COMMON_INSTREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "common/buf.h"

struct instream {
	int fd;
	bool eof;
	struct buf window;
	size_t at;
};

/* 0, or -1 with errno. A directory is an error. */
int instream_open(struct instream *s, const char *path);
void instream_close(struct instream *s);
/* Tries to have n bytes in the window (the caller bounds n). Returns how many there are - fewer only
 * at the end of the file - or -1 with errno. */
ssize_t instream_want(struct instream *s, size_t n);
static inline const uint8_t *
instream_data(const struct instream *s)
{
	return s->window.data + s->at;
}
static inline size_t
instream_left(const struct instream *s)
{
	return s->window.len - s->at;
}
/* Drops n bytes of the window. */
static inline void
instream_skip(struct instream *s, size_t n)
{
	s->at += n;
}

#endif
