/*
 * NOTIFICATION contents: the standard names of codes and subcodes (RFC 4271 4.5, RFC 4486, RFC
 * 7313, RFC 8203) as table rows, and how an error is filled (reference/wire.md 9.3).
 */
#include "proto/wire/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
	uint8_t code, subcode;
	const char *name;
} names[] = {
	{ 1, 1, "Connection Not Synchronized" },
	{ 1, 2, "Bad Message Length" },
	{ 1, 3, "Bad Message Type" },
	{ 2, 1, "Unsupported Version Number" },
	{ 2, 2, "Bad Peer AS" },
	{ 2, 3, "Bad BGP Identifier" },
	{ 2, 4, "Unsupported Optional Parameter" },
	{ 2, 5, "Authentication Notification (Deprecated)" },
	{ 2, 6, "Unacceptable Hold Time" },
	{ 2, 7, "Unsupported Capability" },
	{ 2, 8, "Grouping Conflict" },
	{ 2, 9, "Grouping Required" },
	{ 2, 10, "Capability Value Mismatch" },
	{ 2, 11, "Role Mismatch" },
	{ 3, 1, "Malformed Attribute List" },
	{ 3, 2, "Unrecognized Well-known Attribute" },
	{ 3, 3, "Missing Well-known Attribute" },
	{ 3, 4, "Attribute Flags Error" },
	{ 3, 5, "Attribute Length Error" },
	{ 3, 6, "Invalid ORIGIN Attribute" },
	{ 3, 7, "AS Routing Loop" },
	{ 3, 8, "Invalid NEXT_HOP Attribute" },
	{ 3, 9, "Optional Attribute Error" },
	{ 3, 10, "Invalid Network Field" },
	{ 3, 11, "Malformed AS_PATH" },
	{ 5, 1, "Receive Unexpected Message in OpenSent State" },
	{ 5, 2, "Receive Unexpected Message in OpenConfirm State" },
	{ 5, 3, "Receive Unexpected Message in Established State" },
	{ 6, 1, "Maximum Number of Prefixes Reached" },
	{ 6, 2, "Administrative Shutdown" },
	{ 6, 3, "Peer De-configured" },
	{ 6, 4, "Administrative Reset" },
	{ 6, 5, "Connection Rejected" },
	{ 6, 6, "Other Configuration Change" },
	{ 6, 7, "Connection Collision Resolution" },
	{ 6, 8, "Out of Resources" },
	{ 7, 1, "Invalid Message Length" },
	{ 7, 2, "Malformed Message Subtype" },
};

int
wire_error_set(struct wire_error *err, uint8_t code, uint8_t subcode, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (err == NULL)
		return -1;
	err->code = code;
	err->subcode = subcode;
	va_start(ap, fmt);
	n = vsnprintf((char *)err->data, sizeof(err->data), fmt, ap);
	va_end(ap);
	if (n < 0)
		n = 0;
	err->len = (uint16_t)((size_t)n < sizeof(err->data) ? (size_t)n : sizeof(err->data) - 1);
	return -1;
}

const char *
wire_error_name(uint8_t code, uint8_t subcode)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].code == code && names[i].subcode == subcode)
			return names[i].name;
	return subcode == 0 ? "Unspecific" : "unknown notification type";
}

int
wire_error_std(struct wire_error *err, uint8_t code, uint8_t subcode)
{
	/* The hold timer's NOTIFICATION has no data (RFC 4271 6.5). */
	return wire_error_set(
		err, code, subcode, "%s", code == 4 ? "" : wire_error_name(code, subcode));
}
