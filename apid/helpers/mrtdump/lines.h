/* Lines from a descriptor. */
#ifndef TROUPE_APID_MRTDUMP_LINES_H
#define TROUPE_APID_MRTDUMP_LINES_H

#include <stdbool.h>
#include "common/buf.h"

enum { LINES_MAX_BYTES = 1 << 26 }; /* a longer line is dropped */

struct lines {
	int fd;
	bool eof, dropping;
	struct buf data;
	size_t at;
};

/* Reads once, may block. */
void lines_read(struct lines *l);
/* The next whole line, without line feed, valid until the next read; NULL when there is none. */
const char *lines_next(struct lines *l, size_t *n);

#endif
