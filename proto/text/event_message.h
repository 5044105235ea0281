/* What the JSON and the text form of message events share: decoding of the small messages. */
#ifndef TROUPE_PROTO_TEXT_EVENT_MESSAGE_H
#define TROUPE_PROTO_TEXT_EVENT_MESSAGE_H

#include "proto/text/event.h"

/* Appends the data of a NOTIFICATION as events show it (events.md 15). */
void event_notification_data(struct buf *out, const uint8_t *body, size_t n, bool received);
/* 0, or -1 when malformed. subtype: static text. */
int event_refresh_decode(const uint8_t *body, size_t n, uint32_t *family, const char **subtype);

enum event_operational_kind { EVENT_ADVISORY, EVENT_QUERY, EVENT_COUNTER, EVENT_UNKNOWN };
struct event_operational {
	uint16_t type;
	const char *name;
	enum event_operational_kind kind;
	uint32_t family;
	uint8_t router_id[4];
	uint32_t sequence;
	uint64_t counter;
	const uint8_t *data; /* advisory, or the value of an unknown type; borrowed */
	size_t data_len;
};
/* 0, or -1 when malformed (events.md 5.10). */
int event_operational_decode(const uint8_t *body, size_t n, struct event_operational *o);

#endif
