/*
 * The lengths of OPERATIONAL messages by type. Nothing in Troupe acts on them: they are checked and
 * shown, so this is all there is.
 */
#include "proto/wire/operational.h"

#include "common/rd.h"

static const struct {
	uint8_t min; /* of the data; 0: unknown type */
	const char *holds;
} types[] = {
	[1] = { 3, "an advisory" },
	[2] = { 3, "an advisory" },
	[3] = { 11, "a query" },
	[4] = { 15, "a counter" },
	[5] = { 11, "a query" },
	[6] = { 15, "a counter" },
	[7] = { 11, "a query" },
	[8] = { 15, "a counter" },
};

int
operational_check(const uint8_t *body, size_t n, struct wire_error *err)
{
	struct rd r = rd_init(body, n);
	uint16_t type = rd_u16(&r);
	uint16_t len = rd_u16(&r);

	if (!rd_ok(&r))
		return wire_error_set(err, 5, 0,
			"operational message too short: need 4 bytes for the header, got %zu", n);
	if (len > rd_left(&r))
		return wire_error_set(err, 5, 0,
			"operational message announces %u bytes of payload but only %zu follow",
			len, rd_left(&r));
	if (type >= sizeof(types) / sizeof(types[0]) || len >= types[type].min)
		return 0;
	return wire_error_set(err, 5, 0, "operational message %u needs %u bytes to hold %s, got %u",
		type, types[type].min, types[type].holds, len);
}
