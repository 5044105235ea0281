/*
 * The BGP message header: one table row per message type with its name and its rule for the
 * length (RFC 4271 6.1, RFC 2918), the checks of a received header, and writing of headers and
 * NOTIFICATIONs (4.5). Texts as reference/wire.md 1.2.
 */
#include "proto/wire/message.h"

#include <string.h>

struct message_type {
	const char *name;
	uint16_t min;
	uint16_t only; /* the one length allowed, or 0 */
};

static const struct message_type types[] = {
	[MESSAGE_OPEN] = { "OPEN", 29, 0 },
	[MESSAGE_UPDATE] = { "UPDATE", 23, 0 },
	[MESSAGE_NOTIFICATION] = { "NOTIFICATION", 21, 0 },
	[MESSAGE_KEEPALIVE] = { "KEEPALIVE", 19, 19 },
	[MESSAGE_REFRESH] = { "ROUTE_REFRESH", 23, 23 },
	[MESSAGE_OPERATIONAL] = { "OPERATIONAL", 19, 0 },
};

static const uint8_t marker[16] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

const char *
message_name(uint8_t type)
{
	return type < sizeof(types) / sizeof(types[0]) ? types[type].name : NULL;
}

int
message_header(const uint8_t *p, size_t max, uint8_t *type, struct wire_error *err)
{
	const char *name = message_name(p[18]);
	unsigned n = (unsigned)p[16] << 8 | p[17];

	*type = p[18];
	if (memcmp(p, marker, sizeof(marker)) != 0)
		return wire_error_set(
			err, 1, 1, "The packet received does not contain a BGP marker");
	unsigned min = name != NULL ? types[*type].min : MESSAGE_HEADER;
	unsigned only = name != NULL ? types[*type].only : 0;
	if (n < min || n > max || (only != 0 && n != only))
		return wire_error_set(err, 1, 2, "%s has an invalid message length of %u",
			name != NULL ? name : "UNKNOWN", n);
	return (int)n;
}

size_t
message_begin(struct wr *w, uint8_t type)
{
	size_t start = wr_len(w);

	wr_bytes(w, marker, sizeof(marker));
	wr_u16(w, 0);
	wr_u8(w, type);
	return start;
}

void
message_end(struct wr *w, size_t start)
{
	size_t n = wr_len(w) - start;

	if (!wr_ok(w))
		return;
	if (n > MESSAGE_MAX_EXTENDED) {
		w->bad = true;
		return;
	}
	w->base[start + 16] = (uint8_t)(n >> 8);
	w->base[start + 17] = (uint8_t)n;
}

void
message_notification(struct wr *w, const struct wire_error *err)
{
	size_t start = message_begin(w, MESSAGE_NOTIFICATION);

	wr_u8(w, err->code);
	wr_u8(w, err->subcode);
	wr_bytes(w, err->data, err->len);
	message_end(w, start);
}
