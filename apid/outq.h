/*
 * What waits to be written to a helper: text in chunks, and acknowledgements run-length coded, so
 * that a helper that never reads a million `done` costs no memory.
 */
#ifndef TROUPE_APID_OUTQ_H
#define TROUPE_APID_OUTQ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct outq_chunk;

/* Zeroed is empty. */
struct outq {
	struct outq_chunk *head, *tail;
	size_t text;    /* unwritten bytes of text */
	uint64_t dones; /* unwritten `done` lines kept as runs */
	uint64_t items; /* outq_add() calls not completely written, and dones */
};

void outq_fini(struct outq *q);
/* Copies n bytes. */
void outq_add(struct outq *q, const void *data, size_t n);
void outq_done(struct outq *q, uint64_t count);
static inline bool
outq_empty(const struct outq *q)
{
	return q->head == NULL;
}
uint64_t outq_bytes(const struct outq *q);
/* Writes what the descriptor takes: 1 when drained, 0 when it would block, -1 with errno. */
int outq_write(struct outq *q, int fd);
/* Takes at most max bytes out of the queue, appended to out. */
void outq_take(struct outq *q, struct buf *out, size_t max);

#endif
