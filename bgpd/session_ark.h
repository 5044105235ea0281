/*
 * A session in the ark: its rings, what of the received stream has arrived, its record. Only
 * established sessions are there, and only under a supervisor.
 */
#ifndef TROUPE_BGPD_SESSION_ARK_H
#define TROUPE_BGPD_SESSION_ARK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "bgpd/ark.h"
#include "bgpd/ark_tcp.h"
#include "common/addr.h"
#include "common/link.h"
#include "proto/ipc/ipc.h"

struct bgpd;
struct session;

enum { ARK_MARKS = 8 };

/* Everything up to off has arrived when both links have processed up to their points. */
struct ark_mark {
	uint64_t off;
	struct link_point apid, ribd;
};

struct session_ark {
	struct ark *ark; /* owned */
	uint32_t key;
	/* Of the received stream: head <= done <= tail, tail - head <= ARK_RX. */
	uint64_t origin, head, done, tail;
	uint64_t replay; /* what ends before was counted by a predecessor */
	bool handed;     /* something since the last mark went over a link */
	bool held;       /* the supervisor was told */
	bool stale;      /* the record lags behind the transmit ring */
	bool marking;
	struct session *next_marking;
	unsigned n_marks;
	struct ark_mark marks[ARK_MARKS];
};

/* The part of a record that never changes; everything borrowed. */
struct ark_identity {
	uint32_t number, attempts_used;
	bool incoming;
	struct addr local, remote;
	uint64_t opened_us, up_us;
	struct ark_tcp base;
	struct ipc_bytes open_sent, open_received;
	struct ipc_bytes definition; /* ipc_neighbor */
	struct ipc_bytes range;      /* of an instance: its range's; else empty */
};

/* -1: malformed. */
int ark_identity_read(const uint8_t *p, size_t n, struct ark_identity *out);

/* Puts an established session there, with n bytes that were received and not looked at. False: it
 * goes on without (said in the log once). */
bool session_ark_start(struct session *s, const uint8_t *rest, size_t n);
/* Tells the supervisor, when that was not possible before. */
void session_ark_hold(struct session *s);
/* Takes over what a predecessor left: a is taken, tail is what was consumed from the kernel. */
void session_ark_adopt(struct session *s, struct ark *a, uint32_t key, uint64_t tail);
/* The session will be closed on purpose: no successor may resume it. */
void session_ark_closing(struct session *s);
/* Leaves the ark. */
void session_ark_stop(struct session *s);
/* Lets the supervisor close a key. */
void session_ark_drop(struct bgpd *d, uint32_t key);

/* The record takes over how things are; before anything is written to the socket. */
void session_ark_publish(struct session *s);
/* Where to read to, and how much; 0: the ring is full until more has arrived. */
uint8_t *session_ark_room(struct session *s, size_t *n);
/* Some messages were handed on. */
void session_ark_processed(struct session *s);
/* True for a message that a predecessor has counted. */
bool session_ark_again(const struct session *s);

/* Before the loop sleeps: notes what went over the links in this turn. */
void session_ark_turn(struct bgpd *d);
/* A link's peer has processed more, or is gone. */
void session_ark_acked(struct bgpd *d);

#endif
