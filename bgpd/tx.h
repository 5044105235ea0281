/*
 * A session's transmit ring: whole BGP messages in the order they leave, taken by TCP in any
 * pieces. Memory comes when the first byte does and goes with the last, so an idle session has
 * none. The ring knows where the message begins that TCP took a part of, so that everything
 * after it can be dropped for a NOTIFICATION. In the ark the memory is of fixed size and belongs to it
 * (session_ark.c).
 */
#ifndef TROUPE_BGPD_TX_H
#define TROUPE_BGPD_TX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

enum {
	TX_MIN = 4 * 1024,
	TX_MAX = 256 * 1024, /* IPC_SESSION_RING and our own messages */
	TX_POOL_MAX = 8      /* rings of TX_MAX kept for the next one that fills up */
};

/* Rings of full size that are free; shared by all sessions. Zeroed is valid. */
struct tx_pool {
	uint8_t *rings[TX_POOL_MAX]; /* owned */
	unsigned n;
};

struct tx {
	uint8_t *data; /* owned */
	uint32_t cap;  /* a power of two, or 0 */
	uint32_t head; /* offset of the first byte */
	uint32_t len;
	uint32_t rest; /* bytes at the head that belong to a message TCP took a part of */
	uint32_t high; /* fixed: bytes of it used since it was trimmed */
	bool fixed;    /* data is borrowed and TX_MAX bytes */
	uint64_t off;  /* stream offset of the head */
};

void tx_pool_fini(struct tx_pool *pool);

/* Appends n bytes of whole messages; false (and nothing done) when they do not fit in TX_MAX. */
bool tx_put(struct tx *t, struct tx_pool *pool, const void *data, size_t n);
/* What to write next; returns how many entries of iov[2] are filled. */
int tx_iov(const struct tx *t, struct iovec iov[2]);
/* TCP took n bytes. */
void tx_consume(struct tx *t, struct tx_pool *pool, size_t n);
/* Forgets all messages of which TCP has nothing yet. */
void tx_cut(struct tx *t, struct tx_pool *pool);
/* Copies everything to out (at least t->len bytes). */
void tx_copy(const struct tx *t, uint8_t *out);
/* Moves what it holds to the start of fixed memory, of TX_MAX bytes, as stream offset 0. */
void tx_fix(struct tx *t, struct tx_pool *pool, uint8_t *memory);
void tx_fini(struct tx *t, struct tx_pool *pool);

#endif
