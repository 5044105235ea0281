/*
 * The memory of a session that outlives bgpd: one memfd with a header, the fixed part of the
 * session's record, two generations of the part that changes, the transmit and the receive ring.
 * The supervisor keeps the descriptor, and a duplicate of the socket, for the next bgpd.
 *
 *	page 0..  struct ark_head, then the fixed part (bytes of the caller)
 *	then      transmit ring, ARK_TX bytes
 *	then      receive ring, ARK_RX bytes, mapped twice in a row: what wraps is contiguous
 *
 * Nothing here does I/O on the socket or knows the session.
 */
#ifndef TROUPE_BGPD_ARK_H
#define TROUPE_BGPD_ARK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "bgpd/tx.h"
#include "proto/ipc/session.h"

enum {
	ARK_MAGIC = 0x41524b31, /* "ARK1" */
	ARK_LAYOUT = 1,
	ARK_TX = TX_MAX,
	ARK_RX = 1024 * 1024,
	ARK_KEEP = 8 * 1024, /* of each ring that an idle session may hold */
	ARK_FIXED_MAX = 128 * 1024,
	ARK_RESUMES = 8 /* in a row without having got anywhere: the session is given up */
};

/* Stream offsets count bytes of the session's BGP streams since the ark has it. */
struct ark_state {
	uint64_t tx_off; /* of the byte at tx_head */
	uint32_t tx_head, tx_len, tx_rest, unused;
	uint64_t rx_origin; /* stands at the ring's first byte */
	uint64_t rx_head;   /* the first byte not known to have arrived at apid and ribd */
	uint64_t rx_done;   /* the first byte not handed to them */
	uint64_t chunk;
	uint64_t chunk_epoch; /* of the ribd that sent it */
	uint64_t fed_epoch;   /* of the ribd that has what the peer sent; 0: none was told */
	uint64_t sent[IPC_SESSION_COUNTERS], received[IPC_SESSION_COUNTERS];
	uint64_t prefixes_received, prefixes_withdrawn;
	int64_t last_received_us, last_keepalive_us; /* monotonic */
};

struct ark_head {
	uint32_t magic, layout, head_len, fixed_len;
	uint32_t state_size, tx_size, rx_size;
	uint32_t closed;  /* bgpd ended the session itself: never resume */
	uint32_t resumes; /* see ARK_RESUMES */
	uint32_t unused;
	uint64_t generation; /* states[generation & 1] is whole */
	struct ark_state states[2];
};

struct ark {
	int fd; /* owned */
	struct ark_head *head;
	uint8_t *tx, *rx;
	size_t rx_high; /* used of the receive ring since it was trimmed */
	size_t mapped;
};

/* A new memfd with its fixed part; NULL with errno. Returns owned. */
struct ark *ark_new(const uint8_t *fixed, size_t n);
/* Maps one that a predecessor made; takes fd in any case. NULL with *why: not usable. */
struct ark *ark_open(int fd, const char **why);
/* Unmaps and closes. */
void ark_free(struct ark *a);

const uint8_t *ark_fixed(const struct ark *a, size_t *n);
/* The record as it was when last published whole, whatever instruction its writer died at. */
const struct ark_state *ark_state(const struct ark *a);
/* Makes *state the record. */
void ark_publish(struct ark *a, const struct ark_state *state);
/* Its numbers are possible. */
bool ark_state_valid(const struct ark_state *state);

/* A place in the receive ring: up to ARK_RX bytes from there are contiguous. */
static inline uint8_t *
ark_rx_at(const struct ark *a, uint64_t origin, uint64_t offset)
{
	return a->rx + ((offset - origin) & (ARK_RX - 1));
}

/* The ring is empty and starts anew at its first page: give back what is beyond ARK_KEEP. */
void ark_trim_tx(struct ark *a);
void ark_trim_rx(struct ark *a);

#endif
