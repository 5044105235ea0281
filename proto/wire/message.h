/* The BGP message header (RFC 4271 4.1) and its checks (6.1), with the texts of wire.md 1.2. */
#ifndef TROUPE_PROTO_WIRE_MESSAGE_H
#define TROUPE_PROTO_WIRE_MESSAGE_H

#include <stddef.h>
#include <stdint.h>
#include "common/wr.h"
#include "proto/wire/error.h"

enum {
	MESSAGE_HEADER = 19,
	MESSAGE_MAX = 4096,
	MESSAGE_MAX_EXTENDED = 65535,
	MESSAGE_OPEN = 1,
	MESSAGE_UPDATE = 2,
	MESSAGE_NOTIFICATION = 3,
	MESSAGE_KEEPALIVE = 4,
	MESSAGE_REFRESH = 5,
	MESSAGE_OPERATIONAL = 6
};

/* p: at least MESSAGE_HEADER bytes. Returns the message's length and its type, or -1 with err. An
 * unknown type is no error here (see message_type_known). */
int message_header(const uint8_t *p, size_t max, uint8_t *type, struct wire_error *err);
/* "OPEN", "UPDATE", ...; NULL when unknown. */
const char *message_name(uint8_t type);
/* Marker, length placeholder, type; message_end() patches the length. Returns the start offset. */
size_t message_begin(struct wr *w, uint8_t type);
void message_end(struct wr *w, size_t start);
void message_notification(struct wr *w, const struct wire_error *err);

#endif
