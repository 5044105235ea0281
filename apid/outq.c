/*
 * Output queue of a helper: a list of chunks that is written with writev(). A chunk is either text
 * or a run of `done` lines, which is written from one constant pattern. A run is only begun behind a
 * text chunk that is full: a helper that reads gets everything from one, and where lines and `done`
 * alternate no chunk is left half empty.
 */
#include "apid/outq.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include "common/buf.h"
#include "common/xmalloc.h"

enum { CHUNK_BYTES = 64 * 1024 - 64, DONE_LEN = 5, PATTERN_DONES = 4096, IOV_COUNT = 16 };

struct outq_chunk {
	struct outq_chunk *next;
	size_t off, len; /* of a run: bytes too */
	uint64_t items;
	bool run;
	char data[];
};

static const char *
pattern(void)
{
	static char text[DONE_LEN * PATTERN_DONES];

	if (text[0] == '\0') {
		for (size_t i = 0; i < PATTERN_DONES; i++)
			memcpy(text + i * DONE_LEN, "done\n", DONE_LEN);
	}
	return text;
}

static struct outq_chunk *
append(struct outq *q, bool run)
{
	struct outq_chunk *c = xmalloc(sizeof(*c) + (run ? 0 : CHUNK_BYTES));

	*c = (struct outq_chunk){ .run = run };
	if (q->tail != NULL)
		q->tail->next = c;
	else
		q->head = c;
	q->tail = c;
	return c;
}

static void
pop(struct outq *q)
{
	struct outq_chunk *c = q->head;

	q->head = c->next;
	if (q->head == NULL)
		q->tail = NULL;
	q->items -= c->items;
	free(c);
}

void
outq_fini(struct outq *q)
{
	while (q->head != NULL)
		pop(q);
	*q = (struct outq){ 0 };
}

void
outq_add(struct outq *q, const void *data, size_t n)
{
	const char *p = data;

	q->text += n;
	q->items++;
	while (n > 0) {
		struct outq_chunk *c = q->tail;

		if (c == NULL || c->run || c->len == CHUNK_BYTES)
			c = append(q, false);
		size_t part = n < CHUNK_BYTES - c->len ? n : CHUNK_BYTES - c->len;
		memcpy(c->data + c->len, p, part);
		c->len += part;
		p += part;
		n -= part;
		if (n == 0)
			c->items++;
	}
}

void
outq_done(struct outq *q, uint64_t count)
{
	struct outq_chunk *c = q->tail;

	while (count > 0 && (c == NULL || (!c->run && c->len + DONE_LEN <= CHUNK_BYTES))) {
		outq_add(q, "done\n", DONE_LEN);
		c = q->tail;
		count--;
	}
	if (count == 0)
		return;
	if (c == NULL || !c->run)
		c = append(q, true);
	c->len += count * DONE_LEN;
	c->items += count;
	q->items += count;
	q->dones += count;
}

uint64_t
outq_bytes(const struct outq *q)
{
	return q->text + q->dones * DONE_LEN;
}

static int
gather(const struct outq *q, struct iovec iov[IOV_COUNT])
{
	const struct outq_chunk *c = q->head;
	int n = 0;

	for (; c != NULL && n < IOV_COUNT; c = c->next, n++) {
		size_t left = c->len - c->off;

		if (c->run) {
			size_t at = c->off % DONE_LEN;
			size_t most = (size_t)DONE_LEN * PATTERN_DONES - at;

			iov[n] = (struct iovec){ .iov_base = (void *)(uintptr_t)(pattern() + at),
				.iov_len = left < most ? left : most };
			if (left > most)
				return n + 1;
		} else {
			iov[n] = (struct iovec){ .iov_base = (void *)(uintptr_t)(c->data + c->off),
				.iov_len = left };
		}
	}
	return n;
}

static void
consume(struct outq *q, size_t n)
{
	while (n > 0) {
		struct outq_chunk *c = q->head;
		size_t part = n < c->len - c->off ? n : c->len - c->off;

		if (c->run) {
			uint64_t before = (c->len - c->off + DONE_LEN - 1) / DONE_LEN;
			c->off += part;
			uint64_t after = (c->len - c->off + DONE_LEN - 1) / DONE_LEN;

			q->dones -= before - after;
			q->items -= before - after;
			c->items -= before - after;
		} else {
			c->off += part;
			q->text -= part;
		}
		n -= part;
		if (c->off == c->len)
			pop(q);
	}
}

int
outq_write(struct outq *q, int fd)
{
	struct iovec iov[IOV_COUNT];

	while (q->head != NULL) {
		ssize_t n = writev(fd, iov, gather(q, iov));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? 0 : -1;
		consume(q, (size_t)n);
	}
	return 1;
}

void
outq_take(struct outq *q, struct buf *out, size_t max)
{
	struct iovec iov[IOV_COUNT];

	while (q->head != NULL && max > 0) {
		size_t n;

		gather(q, iov);
		n = iov[0].iov_len < max ? iov[0].iov_len : max;
		buf_add(out, iov[0].iov_base, n);
		consume(q, n);
		max -= n;
	}
}
