/*
 * Route operations on their way to ribd: the batch being filled, and the batches that are sent
 * but not yet in ribd's journal. Every batch stands for itself (it starts with owner, peers and
 * attributes), so it can be sent again to a ribd that has started anew.
 */
#ifndef TROUPE_APID_BATCH_H
#define TROUPE_APID_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/wr.h"
#include "proto/ipc/enums.h"
#include "proto/ipc/route_ops.h"

struct link;

/* Who a command is for. Immutable once made; token names it in the batch's state. */
struct selection {
	uint64_t token;
	uint32_t n;
	uint32_t ids[];
};

enum {
	/* A peers operation must fit into a message beside a batch and one large route. */
	SELECTION_MAX = 20000,
	BATCH_BYTES = IPC_ROUTES_OPS_MAX + 4 * SELECTION_MAX + 80 * 1024
};

struct batch_block;

struct batch {
	struct wr w;        /* over buffer */
	uint64_t seq;       /* number of the batch being filled */
	uint64_t committed; /* highest number in the journal */
	uint32_t owner;     /* current state of the stream; 0: not told yet */
	uint64_t peers;
	bool have_attrs;
	struct attrset attrs; /* block inside buffer */
	uint64_t ttl_us;      /* deadline in the stream */
	uint64_t next_ttl_us; /* deadline of the routes to come; 0: none */
	struct batch_block *head, *tail, *unsent;
	size_t uncommitted; /* bytes of all blocks */
	struct link *link;
	bool held; /* the neighbors are being sent: nothing else may be */
	uint8_t buffer[BATCH_BYTES];
};

void batch_init(struct batch *b);
void batch_fini(struct batch *b);

/* Each appends one operation on behalf of owner for the selected peers. */
void batch_route(struct batch *b, uint32_t owner, const struct selection *s,
	const struct attrset *attrs, bool announce, const struct nlri *nlri);
void batch_eor(struct batch *b, uint32_t owner, const struct selection *s, uint32_t family);
void batch_flush_routes(
	struct batch *b, uint32_t owner, const struct selection *s, uint32_t family);
void batch_clear(struct batch *b, uint32_t owner, const struct selection *s, bool in);
void batch_dog(struct batch *b, uint32_t owner, const struct selection *s, bool announce,
	const char *name, size_t n);

/* The owner begins to say what it has, or has said it all. */
void batch_sync(struct batch *b, uint32_t owner, enum route_sync sync);
/* The owner's routes are withdrawn then (ROUTE_OP_EXPIRE). */
void batch_expire(struct batch *b, uint32_t owner, uint64_t deadline_us);

/* Number that the last appended operation is committed with. */
uint64_t batch_last(const struct batch *b);
/* Closes the current batch and sends what the link takes. */
void batch_flush(struct batch *b);
/* Sends queued batches while the link has credit. */
void batch_pump(struct batch *b);
/* ribd has started anew: everything uncommitted is to be sent again. */
void batch_resend(struct batch *b);
void batch_committed(struct batch *b, uint64_t seq);
/* True while helpers should not be read. */
bool batch_full(const struct batch *b);

#endif
