/*
 * The ring grows by factors of four from TX_MIN to TX_MAX. Full-sized ones are kept in a small
 * pool, because a session that sends a table empties and fills its ring many times a second.
 * Invariants: cap is a power of two or 0; len <= cap; rest <= len; the bytes at head + rest begin
 * with a message header.
 */
#include "bgpd/tx.h"

#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include "common/log.h"
#include "common/xmalloc.h"
#include "proto/wire/message.h"

static uint8_t *
pool_take(struct tx_pool *pool, uint32_t cap)
{
	if (cap == TX_MAX && pool->n > 0)
		return pool->rings[--pool->n];
	return xmalloc(cap);
}

static void
pool_give(struct tx_pool *pool, uint8_t *ring, uint32_t cap)
{
	if (cap == TX_MAX && pool->n < TX_POOL_MAX)
		pool->rings[pool->n++] = ring;
	else
		free(ring);
}

void
tx_pool_fini(struct tx_pool *pool)
{
	while (pool->n > 0)
		free(pool->rings[--pool->n]);
}

int
tx_iov(const struct tx *t, struct iovec iov[2])
{
	uint32_t first = t->cap - t->head;

	if (t->len == 0)
		return 0;
	if (first >= t->len) {
		iov[0] = (struct iovec){ .iov_base = t->data + t->head, .iov_len = t->len };
		return 1;
	}
	iov[0] = (struct iovec){ .iov_base = t->data + t->head, .iov_len = first };
	iov[1] = (struct iovec){ .iov_base = t->data, .iov_len = t->len - first };
	return 2;
}

void
tx_copy(const struct tx *t, uint8_t *out)
{
	struct iovec iov[2];
	int n = tx_iov(t, iov);

	for (int i = 0; i < n; i++) {
		memcpy(out, iov[i].iov_base, iov[i].iov_len);
		out += iov[i].iov_len;
	}
}

static void
grow(struct tx *t, struct tx_pool *pool, size_t need)
{
	uint32_t cap = t->cap != 0 ? t->cap : TX_MIN;

	while (cap < need)
		cap *= 4;
	if (cap == t->cap || t->fixed)
		return;
	uint8_t *data = pool_take(pool, cap);
	tx_copy(t, data);
	if (t->data != NULL)
		pool_give(pool, t->data, t->cap);
	t->data = data;
	t->cap = cap;
	t->head = 0;
}

bool
tx_put(struct tx *t, struct tx_pool *pool, const void *data, size_t n)
{
	if (n > TX_MAX - t->len)
		return false;
	grow(t, pool, t->len + n);
	uint32_t tail = (t->head + t->len) & (t->cap - 1);
	uint32_t first = t->cap - tail;
	if (first > n)
		first = (uint32_t)n;
	memcpy(t->data + tail, data, first);
	memcpy(t->data, (const uint8_t *)data + first, n - first);
	t->len += (uint32_t)n;
	if (t->fixed)
		t->high = first < n ? t->cap : tail + first > t->high ? tail + first : t->high;
	return true;
}

void
tx_fix(struct tx *t, struct tx_pool *pool, uint8_t *memory)
{
	struct tx old = *t;

	tx_copy(&old, memory);
	if (old.data != NULL)
		pool_give(pool, old.data, old.cap);
	*t = (struct tx){ .data = memory,
		.cap = TX_MAX,
		.len = old.len,
		.rest = old.rest,
		.high = old.len,
		.fixed = true };
}

/* It is empty: starts again at the first byte. */
static void
rewind_ring(struct tx *t)
{
	t->off += t->len;
	t->head = t->len = t->rest = 0;
}

static uint32_t
message_length_at(const struct tx *t, uint32_t offset)
{
	uint32_t mask = t->cap - 1;
	uint32_t at = t->head + offset + 16;

	return (uint32_t)t->data[at & mask] << 8 | t->data[(at + 1) & mask];
}

/* Moves the boundary so that it is not before n bytes from the head. */
static void
advance_boundary(struct tx *t, uint32_t n)
{
	while (t->rest < n) {
		uint32_t length = message_length_at(t, t->rest);

		if (length < MESSAGE_HEADER || length > t->len - t->rest)
			fatalx("transmit ring: message of %u bytes at %u of %u", length, t->rest,
				t->len);
		t->rest += length;
	}
}

void
tx_consume(struct tx *t, struct tx_pool *pool, size_t n)
{
	if (n > t->len)
		fatalx("transmit ring: %zu bytes taken of %u", n, t->len);
	if (n == t->len && t->fixed) {
		rewind_ring(t);
		return;
	}
	if (n == t->len) {
		tx_fini(t, pool);
		return;
	}
	advance_boundary(t, (uint32_t)n);
	t->head = (t->head + (uint32_t)n) & (t->cap - 1);
	t->len -= (uint32_t)n;
	t->off += n;
	t->rest -= (uint32_t)n;
}

void
tx_cut(struct tx *t, struct tx_pool *pool)
{
	if (t->rest == 0 && !t->fixed)
		tx_fini(t, pool);
	else
		t->len = t->rest;
}

void
tx_fini(struct tx *t, struct tx_pool *pool)
{
	if (t->data != NULL && !t->fixed)
		pool_give(pool, t->data, t->cap);
	*t = (struct tx){ 0 };
}
