/*
 * Events as helpers read them (reference/events.md): one JSON object a line, or the text lines of
 * API version 4. Pure functions; who gets what is apid's business.
 *
 * A JSON event is put together from pieces, each of which ends where the next begins:
 *
 *	event_begin()      { "exabgp": …, "type": "T", [ "header": …, "body": …, ]
 *	neighbor piece     "neighbor": { "address": …, "router-id": "1.2.3.4"      (may be cached)
 *	event_direction()  , "direction": "receive"                               (message events)
 *	one content        , "state": "up"
 *	event_end()        } }
 */
#ifndef TROUPE_PROTO_TEXT_EVENT_H
#define TROUPE_PROTO_TEXT_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/addr.h"
#include "common/buf.h"

struct negotiated;
struct open;
struct nlri_print;
struct update;
struct update_session;

#define EVENT_VERSION_6 "6.0.0"
#define EVENT_VERSION_4 "4.0.1"

/* Who renders: constant for the life of a process. host is printed as it is. */
struct event_source {
	const char *host;
	int pid, ppid;
};

struct event_head {
	const char *version; /* EVENT_VERSION_* */
	uint64_t time_us;    /* wall clock */
	uint64_t counter;    /* 0: none is printed */
	const char *type;
	/* A whole BGP message whose header and body are to be shown, or NULL. */
	const uint8_t *packet;
	size_t packet_len;
};

struct event_neighbor {
	struct addr peer, local; /* local.len 0: "auto" */
	uint32_t local_as, peer_as;
	uint32_t router_id;
	bool have_router_id;
};

void event_begin(struct buf *out, const struct event_source *source, const struct event_head *head);
void event_neighbor(struct buf *out, const struct event_neighbor *n);
/* direction: "send", "receive" or "in". */
void event_direction(struct buf *out, const char *direction);
void event_end(struct buf *out);
/* Seconds with the fewest digits that give the same double. */
void event_time(struct buf *out, uint64_t time_us);

/* Contents (events.md 5). */
void event_nothing(struct buf *out); /* keepalive */
void event_state(struct buf *out, const char *state, const char *reason, size_t reason_len);
void event_signal(struct buf *out, int signo);
/* `{ "message_size": …, "add_path": {…} }`; NULL: the values before the OPENs. */
void event_negotiated_object(struct buf *out, const struct negotiated *n);
void event_negotiated(struct buf *out, const struct negotiated *n);
/* by_name: capabilities are keyed by name (a sent OPEN), else by code. */
void event_open(struct buf *out, const struct open *o, bool by_name);
/* The message part of an update event; negotiated: an object as above, or NULL for none. */
void event_update(struct buf *out, const struct update *u, const struct update_session *s,
	const struct nlri_print *how, const struct buf *negotiated);
/* body: code, subcode, data. received: a shutdown communication becomes a sentence. */
void event_notification(struct buf *out, const uint8_t *body, size_t n, bool received);
/* body of a ROUTE-REFRESH; 0, or -1 when it is malformed (nothing is written). */
int event_refresh(struct buf *out, const uint8_t *body, size_t n);
int event_operational(struct buf *out, const uint8_t *body, size_t n);
void event_packet(struct buf *out, const uint8_t *message, size_t n, const struct buf *negotiated);

/* A shutdown event: whole, without neighbor. And the count of events a slow helper missed. */
void event_shutdown(
	struct buf *out, const struct event_source *source, const char *version, uint64_t time_us);
void event_dropped(struct buf *out, const struct event_source *source, const char *version,
	uint64_t time_us, uint64_t count);

/* Text of API version 4: whole lines with line feed, without the empty line that follows. peer is
 * the address; direction as above; packet: as in struct event_head. */
struct event_text {
	const char *peer;
	const char *direction;
	const uint8_t *packet;
	size_t packet_len;
};
void event_text_state(struct buf *out, const char *peer, const char *state, const char *reason,
	size_t reason_len);
void event_text_open(struct buf *out, const struct event_text *t, const struct open *o);
void event_text_update(struct buf *out, const struct event_text *t, const struct update *u,
	const struct update_session *s);
void event_text_notification(
	struct buf *out, const struct event_text *t, const uint8_t *body, size_t n);
void event_text_keepalive(struct buf *out, const struct event_text *t);
int event_text_refresh(struct buf *out, const struct event_text *t, const uint8_t *body, size_t n);
/* Without line feed (events.md 1: no empty line follows these). */
int event_text_operational(
	struct buf *out, const struct event_text *t, const uint8_t *body, size_t n);
void event_text_packet(
	struct buf *out, const struct event_text *t, const uint8_t *message, size_t n);

/* Text from a peer inside a text line: control characters and non-ASCII as escapes (events.md
 * 18.5, D3), so that it cannot forge a line. lower: ASCII letters in lower case. */
void event_escape(struct buf *out, const void *text, size_t n, bool lower);

#endif
