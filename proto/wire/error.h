/*
 * What decoders return: a verdict ordered by severity (RFC 7606), and for the worst of them the
 * NOTIFICATION to send. A message keeps the maximum.
 */
#ifndef TROUPE_PROTO_WIRE_ERROR_H
#define TROUPE_PROTO_WIRE_ERROR_H

#include <stddef.h>
#include <stdint.h>

enum wire_verdict {
	WIRE_OK,
	WIRE_DISCARD_ATTR,
	WIRE_TREAT_AS_WITHDRAW,
	WIRE_RESET_AFI,
	WIRE_RESET_SESSION
};

enum { WIRE_ERROR_DATA_MAX = 256 };

/* A NOTIFICATION: code, subcode, data (RFC 4271 4.5 and 6). */
struct wire_error {
	uint8_t code, subcode;
	uint16_t len;
	uint8_t data[WIRE_ERROR_DATA_MAX];
};

/* Fills err with an ASCII text as data and returns -1. A NULL err is allowed. */
int wire_error_set(struct wire_error *err, uint8_t code, uint8_t subcode, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* With the standard name of the subcode as data (reference/wire.md 9.3). */
int wire_error_std(struct wire_error *err, uint8_t code, uint8_t subcode);
/* "Administrative Reset"; "unknown notification type" when there is none. */
const char *wire_error_name(uint8_t code, uint8_t subcode);

#endif
