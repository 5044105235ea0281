/*
 * One connection of a peer and everything that ends with it: the socket, the FSM state, both
 * OPENs, what they negotiated, timers, buffers and counters. A peer has two of them, so that a
 * collision (RFC 4271 6.8) can be decided when both OPENs are known; nearly always one is unused.
 */
#ifndef TROUPE_BGPD_SESSION_H
#define TROUPE_BGPD_SESSION_H

#include "bgpd/fsm.h"
#include "bgpd/tx.h"
#include "common/addr.h"
#include "common/loop.h"
#include "proto/ipc/session.h"
#include "proto/wire/open.h"
#include "proto/wire/update.h"

struct peer;
struct session_ark;

enum { SESSION_REASON_MAX = 128 };

/* Bytes received and not handed on: a message that is not complete, or what back-pressure left. */
struct rx {
	uint8_t *data; /* owned; NULL when there are none */
	uint32_t len;
	bool paused; /* not reading: a link has no credit */
};

/* A copy of bytes, owned. */
struct blob {
	uint8_t *p;
	uint32_t n;
};

struct session {
	struct peer *peer;
	enum fsm_state state;
	int fd;          /* -1: none */
	uint32_t serial; /* counts connections, to notice that one was closed meanwhile */
	bool incoming;
	bool connecting; /* connect() is in progress on fd */
	bool connected;  /* TCP is up */
	bool open_is_sent;
	bool dirty;      /* in the daemon's list of sessions to write */
	bool tx_blocked; /* waiting for EPOLLOUT */
	struct session *next_dirty;
	struct loop_io io;

	struct addr local, remote;
	struct rx rx;
	struct tx tx;
	struct blob open_sent, open_received; /* bodies */
	uint32_t peer_id;                     /* router-id of the peer's OPEN */
	bool restarts;                        /* both announced graceful restart (RFC 4724) */
	struct negotiated neg;
	struct update_session decode;

	struct loop_timer connect_timer, hold_timer, keepalive_timer, send_timer;
	unsigned tries;  /* of connect() in this attempt */
	unsigned hold_s; /* of the running hold timer */
	struct mono attempt_start, last_received, last_progress, last_keepalive;
	unsigned zero_hold_keepalives;

	/* Established: what ribd knows it by, and its credit. */
	uint32_t number; /* 0: not established */
	uint64_t accepted, granted, chunk;
	uint64_t chunk_epoch;    /* which ribd's number chunk is */
	struct session_ark *ark; /* owned; NULL: it ends with us */
	bool ark_tried;
	bool told_ribd;            /* session_up was sent on the present link */
	uint64_t fed_epoch;        /* which ribd has the received UPDATEs; 0: none was given any */
	uint64_t opened_us, up_us; /* wall clock */

	uint64_t sent[IPC_SESSION_COUNTERS], received[IPC_SESSION_COUNTERS];
	uint64_t prefixes_received, prefixes_withdrawn;

	/* How it ends: set before the transition to Idle. */
	bool end_notify;
	struct wire_error end_error;
	char end_reason[SESSION_REASON_MAX];
};

void session_init(struct session *s, struct peer *peer);
/* Takes an accepted descriptor; what the session had before is closed silently. */
void session_adopt(struct session *s, int fd, const struct addr *remote, const struct addr *local);
/* One connect(); its outcome comes as an event. */
void session_connect(struct session *s);
/* TCP is up: learns the addresses, starts to read. False when it is gone again. */
bool session_connected(struct session *s);
/* Watches the socket for what the session can take now. */
void session_watch(struct session *s);
void blob_set(struct blob *b, const uint8_t *p, size_t n);

/* The session will end with this NOTIFICATION, reason "notification sent (C,S)". FSM_FAIL. */
enum fsm_outcome session_fail(struct session *s, const struct wire_error *err);
/* The same with a reason of its own; err NULL: the connection is closed silently. */
enum fsm_outcome session_end_with(
	struct session *s, const struct wire_error *err, const char *reason);
/* Closes the socket (with the NOTIFICATION, if any) and forgets all that belongs to it. */
void session_close(struct session *s);

/* True for the session whose states are reported; false for a rival. */
bool session_is_main(const struct session *s);

/* --- session_tx.c --- */
/* Queues one message of ours, counts and reports it; written at the end of this turn. */
void session_send(struct session *s, const uint8_t *message, size_t n);
void session_send_keepalive(struct session *s);
/* Queues messages made by ribd (whole ones), counts[type] of each kind. */
bool session_send_chunk(struct session *s, uint64_t number, const uint8_t *data, size_t n,
	const uint32_t counts[IPC_SESSION_COUNTERS]);
/* Writes what the socket takes. May end the session. */
void session_flush(struct session *s);
/* Puts it into the list that is flushed at the end of the turn. */
void session_mark_dirty(struct session *s);
/* Sends credit to ribd when enough of the ring is free. */
void session_grant(struct session *s);

/* --- session_rx.c --- */
void session_read(struct session *s);
/* Goes on after back-pressure ended. */
void session_resume(struct session *s);
/* Bytes are waiting that were not looked at. */
bool session_has_unread(const struct session *s);

/* --- session_timer.c --- */
void session_start_open_wait(struct session *s);
void session_start_hold(struct session *s, unsigned seconds);
void session_start_keepalive(struct session *s, unsigned hold_seconds);
void session_start_send_hold(struct session *s);
void session_stop_timers(struct session *s);
/* Hold and keepalive timer of a session that goes on, from the times of its record. */
void session_resume_timers(struct session *s);
/* RFC 4271 10: a random factor between 0.75 and 1. */
int64_t timer_jitter(int64_t us);

/* --- session_open.c --- */
/* Our OPEN; peer_open: NULL, or the peer's when `local-as auto` mirrors it. False: too large. */
bool session_send_open(struct session *s, const struct open *peer_open);
/* The peer's OPEN: checks, collision, negotiation. What act_open() is. */
enum fsm_outcome session_open_received(struct session *s, const uint8_t *body, size_t n);
/* Derives from both OPENs what was negotiated; false: one can not be read. */
bool session_negotiate(struct session *s);

#endif
