/* What link_core.c and link_send.c share; nobody else includes it. */
#ifndef TROUPE_COMMON_LINK_PRIV_H
#define TROUPE_COMMON_LINK_PRIV_H

#include "common/buf.h"
#include "common/link.h"
#include "common/link_frame.h"
#include "common/link_sock.h"
#include "common/loop.h"

/*
 *	SHUT -> IDLE -> SHAKING -> IS_UP -> ENDING -> SHUT
 *
 * SHUT: no socket; the timer re-opens it, unless closed. IDLE: waiting for a connection. SHAKING:
 * connected, HELLO sent. ENDING: the peer said BYE; waiting for it to go.
 */
enum link_state { LINK_SHUT, LINK_IDLE, LINK_SHAKING, LINK_IS_UP, LINK_ENDING };

/* Received DATA frames that were not delivered yet, a ring. Bounded by the window. */
struct link_held {
	struct link_rx *rx; /* owned */
	size_t first, n, cap;
	size_t pos; /* bytes of the first one that are done, head included */
};

struct link {
	struct loop *loop;
	struct link_config config; /* its texts are owned */
	struct link_sock *sock;
	struct loop_io event_io, recv_io, send_io;
	struct loop_timer timer, prompt_timer;
	struct loop_task flush_task, deliver_task, drop_task;

	enum link_state state;
	bool closed;        /* by link_close(): never opened again */
	bool dropping;      /* drop_task is queued: this connection is over */
	bool told_up;       /* the owner heard LINK_UP and not yet LINK_DOWN */
	bool delivering;    /* inside the owner's message() */
	bool recreated;     /* the listener was made anew since the last connection */
	bool failing;       /* the drop that is due comes from link_fail() */
	unsigned malformed; /* connections in a row that ended so */
	int64_t backoff_us;

	/* Of the current connection. */
	uint32_t pipe;
	uint64_t epoch;
	struct link_peer peer;
	bool got_hello, got_ack, got_bye, got_bye_ack;
	unsigned pending; /* control frames to send, a bit per enum link_kind */
	bool choked;      /* nng takes no more for now: send_io tells when */
	struct link_flow flow;
	struct link_held held;
	bool refused; /* accept() said no; until link_resume() */

	/* Items not sent yet: out.data[out_pos..out.len). */
	struct buf out;
	size_t out_pos;
	size_t item_room; /* between begin and end; 0: not between them */
	uint16_t item_type;
	bool low; /* credit fell below a quarter of the window: LINK_WRITABLE is owed */

	struct link_stats stats;
};

static inline size_t
link_queued(const struct link *l)
{
	return l->out.len - l->out_pos;
}

/* link_core.c: ends the connection at the end of this turn; why: NULL when it is no failure. */
void link_drop(struct link *l, const char *why);
void link_go_up(struct link *l);
void link_tell_down(struct link *l);
/* Starts the deadline of the current state. */
void link_await(struct link *l);

/* link_recv.c: one received frame, taken over. */
void link_receive(struct link *l, struct link_rx *rx);
/* Gives the owner what is held, as far as it accepts. */
void link_deliver(struct link *l);
void link_held_clear(struct link_held *h);

/* link_send.c */
void link_send_reset(struct link *l);
/* Sends what is pending and what the credit allows. */
void link_pump(struct link *l);
/* Credit came: send, and tell the owner when it waits for it. */
void link_credit_came(struct link *l);
/* A control frame as soon as possible, before any DATA. */
void link_control(struct link *l, enum link_kind kind);
void link_unchoke(struct link *l);

#endif
