/* An event being delivered, and what kinds of events there are. */
#ifndef TROUPE_APID_EVENT_KINDS_H
#define TROUPE_APID_EVENT_KINDS_H

#include "apid/apid.h"

struct event;
typedef int event_json_fn(const struct event *e, struct buf *out);
typedef int event_text_fn(const struct event *e, const struct event_text *t, struct buf *out);

/* What kinds of events have in common; text NULL: the kind has no text form. */
struct event_kind {
	const char *type;
	event_json_fn *json;
	event_text_fn *text;
};

struct event {
	struct apid *apid;
	struct neighbor *neighbor;
	const struct event_kind *kind;
	uint64_t time_us;
	const char *direction; /* NULL: not of a message */
	const uint8_t *packet; /* the whole message */
	size_t packet_len;
	/* Payload, as the kind needs it. */
	const uint8_t *body;
	size_t body_len;
	const char *state;
	const char *reason; /* NULL: none */
	size_t reason_len;
	int signo;
	bool sent, diagnosis;
	const struct open *open;
	const struct update *update;
	const struct update_session *session;
	struct nlri_print print;
};

extern const struct event_kind event_state_kind, event_fsm_kind, event_signal_kind,
	event_negotiated_kind;
/* By message type (MESSAGE_OPEN...); the raw form has names of its own. */
extern const struct event_kind event_message_kinds[], event_packet_kinds[];

#endif
