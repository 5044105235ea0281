/*
 * What travels over a link, as bytes; no I/O. A frame is a head of 24 bytes and, by kind, nothing,
 * a HELLO, or items: messages of a type and a body each.
 *
 *	head:  magic u32, layout u8, kind u8, zero u16, epoch of the receiver u64,
 *	       bytes the sender of this frame has processed on this connection u64
 *	item:  type u16, length u32, body
 *
 * Credit: a DATA frame costs its whole length, head included. What was sent and not yet reported
 * as processed never exceeds the window that the receiver told in its HELLO.
 */
#ifndef TROUPE_COMMON_LINK_FRAME_H
#define TROUPE_COMMON_LINK_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/link.h"

struct rd;
struct wr;

enum link_kind {
	LINK_HELLO = 1,
	LINK_HELLO_ACK,
	LINK_CREDIT,
	LINK_DATA,
	LINK_BYE,
	LINK_BYE_ACK,
	LINK_KINDS
};

enum {
	LINK_MAGIC = 0x54525031, /* "TRP1" */
	LINK_LAYOUT = 1,
	LINK_HEAD_BYTES = 24,
	LINK_ITEM_BYTES = 6,
	/* Items of a frame, unless one message alone is longer. A frame of this size is one write
	 * that the kernel takes whole or not at all, even over a nearly full socket buffer. */
	LINK_FRAME_ITEMS = 40 * 1024,
	LINK_HELLO_MAX = 256,
	/* Credit is returned when so much was processed: a message of full size must always fit
	 * in what a sender has left while the receiver keeps less than this to itself. */
	LINK_RETURN_BYTES = LINK_WINDOW_BYTES - LINK_MESSAGE_MAX - 4096
};

struct link_head {
	enum link_kind kind;
	uint64_t epoch;
	uint64_t processed;
};

void link_head_write(struct wr *w, const struct link_head *head);
/* 0, or -1: not a frame of ours. */
int link_head_read(struct rd *r, struct link_head *head);

struct link_hello {
	uint64_t epoch;      /* the sender's, of this connection */
	uint64_t last_epoch; /* of the peer it spoke to before; 0: none */
	uint32_t pid;
	uint32_t window;
	uint16_t version_min, version_max;
	char name[64], role[32];
};

void link_hello_write(struct wr *w, const struct link_hello *hello);
int link_hello_read(struct rd *r, struct link_hello *hello);

struct link_item {
	const uint8_t *body;
	uint32_t n;
	uint16_t type;
};

/* The next item, borrowed. 0, or -1 when it is cut off or too long. */
int link_item_read(struct rd *r, struct link_item *item);
void link_item_write(struct wr *w, uint16_t type, uint32_t n);
/* How many bytes of whole items at the front make one frame within room; 0: none fits. */
size_t link_frame_cut(const uint8_t *items, size_t n, size_t room);

/* Both directions' counters of one connection, in bytes. */
struct link_flow {
	uint64_t window;                    /* granted by the peer */
	uint64_t sent, acked;               /* ours, and what the peer said it has processed */
	uint64_t received, processed, told; /* the peer's */
};

static inline uint64_t
link_flow_room(const struct link_flow *f)
{
	uint64_t flying = f->sent - f->acked;

	return flying < f->window ? f->window - flying : 0;
}

/* The peer reports what it has processed. False: more than we sent, or less than before. */
static inline bool
link_flow_ack(struct link_flow *f, uint64_t processed)
{
	if (processed < f->acked || processed > f->sent)
		return false;
	f->acked = processed;
	return true;
}

/* A frame of n bytes came. False: the peer had no credit for it. */
static inline bool
link_flow_take(struct link_flow *f, size_t n)
{
	f->received += n;
	return f->received - f->told <= LINK_WINDOW_BYTES;
}

#endif
