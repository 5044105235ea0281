/*
 * Links between the daemons: msgpack messages over nng pair1 sockets on ipc:// addresses. The
 * only file that knows nng is link.c, and it does all that architecture-notes.md part F asks:
 * options, permissions, uid check, lock before listen, re-creation of a deaf listener, HELLO
 * with epochs and a deadline, credit in bytes, batching, no delivery to a wrong epoch.
 *
 * A link is a FIFO within one connection of one pair of epochs, nothing more. LINK_UP means: the
 * peer answered our HELLO; both owners now resend what the other side must know. After LINK_DOWN
 * everything unsent is forgotten. Nothing is ever delivered that was sent for another epoch.
 */
#ifndef TROUPE_COMMON_LINK_H
#define TROUPE_COMMON_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;
struct link;

enum link_event { LINK_UP, LINK_DOWN, LINK_WRITABLE };

enum {
	LINK_MESSAGE_MAX = 256 * 1024, /* one message's body */
	LINK_FLUSH_BYTES = 32 * 1024,  /* a batch is sent at this size, or before the loop sleeps */
	LINK_WINDOW_BYTES = 512 * 1024, /* credit granted at HELLO */
	LINK_PROMPT_US = 10 * 1000,
	/* Exit status when nng 1.5.2 lost a connection in a way that leaves it unusable for the
	 * rest of the process (see link.c); rare, and to be answered with an immediate restart. */
	LINK_EXIT_STUCK = 75
};

/* Peer's identity as told in its HELLO. */
struct link_peer {
	uint32_t pid;
	uint64_t epoch;
	uint16_t version;
};

/* One message: body of n bytes, borrowed for the call. A handler that finds it malformed calls
 * link_fail(). Return value: none; messages are counted as processed when the handler returns. */
typedef void link_message_fn(void *owner, uint16_t type, const uint8_t *body, size_t n);
typedef void link_event_fn(void *owner, enum link_event event, const struct link_peer *peer);

struct link_config {
	const char *name; /* "ribd-apid.ctl": for logs and the HELLO; both ends must agree */
	const char *role; /* "ribd": who we are */
	const char *path; /* RUN/NAME.ipc */
	bool listen;      /* else dial */
	uint16_t version_min, version_max; /* ipc protocol versions spoken */
	link_message_fn *message;
	link_event_fn *event;
	void *owner;
	/* Called for every message about to be delivered; false: leave it (and stop granting
	 * credit) until link_resume(). May be NULL: always accept. */
	bool (*accept)(void *owner);
	/* The peer processed more of what was sent. May be NULL. */
	void (*acked)(void *owner);
};

/* Returns owned or NULL with errno (lock taken by another process: EBUSY). Links come up later. */
struct link *link_new(struct loop *loop, const struct link_config *config);
/* Without BYE; no LINK_DOWN is told. Not from the link's own callbacks. */
void link_free(struct link *link);
bool link_is_up(const struct link *link);

/*
 * Queues one message (type, body of n bytes, copied) into the current batch. Returns true when
 * the peer has credit left afterwards; false: it was queued, but the caller should stop
 * producing until LINK_WRITABLE. On a link that is down the message is dropped (see LINK_UP).
 * Bytes queued beyond the window are bounded by the caller's obedience; over 8 windows: fatalx.
 */
bool link_send(struct link *link, uint16_t type, const void *body, size_t n);
/* Room for a message of at most n bytes to be written in place; link_send_end() tells the real
 * size (0: cancel). Between the two no other call on the link. */
uint8_t *link_send_begin(struct link *link, uint16_t type, size_t n);
bool link_send_end(struct link *link, size_t n);
/* Credit left, in bytes; 0 when down or exhausted. Once it fell below a quarter of the window,
 * LINK_WRITABLE comes when it is above that again. */
size_t link_credit(const struct link *link);
void link_flush(struct link *link);
/* The peer waits to hear that the message in hand was processed: it is told within LINK_PROMPT_US,
 * not only when much was. */
void link_tell_soon(struct link *link);
/* After accept() returned false. */
void link_resume(struct link *link);
/* The peer sent nonsense: log with a hexdump, drop the connection, start over. */
void link_fail(struct link *link, const char *why, const uint8_t *body, size_t n);
/* Orderly end: what is queued, BYE, its answer, up to 500 ms in all (runs nng only, not the loop).
 * No LINK_DOWN is told; the link stays down until link_free(). Allowed in a message handler. */
void link_close(struct link *link);

/* A place in what was sent. */
struct link_point {
	uint64_t epoch, bytes; /* epoch 0: the link was down */
};
/* The place behind everything sent; false while something waits to be sent. */
bool link_point(const struct link *link, struct link_point *out);
/* The peer has processed everything before the point, or that connection is over. */
bool link_reached(const struct link *link, const struct link_point *point);

struct link_stats {
	uint64_t sent_messages, sent_bytes, received_messages, received_bytes;
	uint64_t wrong_epoch, connects, failures, listener_recreations;
	size_t queued_bytes, queued_peak;
};
struct link_stats link_stats(const struct link *link);

#endif
