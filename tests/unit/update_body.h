/* Sessions and UPDATE bodies for the tests of update.c. */
#ifndef TROUPE_TESTS_UNIT_UPDATE_BODY_H
#define TROUPE_TESTS_UNIT_UPDATE_BODY_H

#include <stdlib.h>
#include <string.h>

#include "proto/wire/update.h"
#include "tests/unit/wire_hex.h"

enum { UPDATE_BODY_MAX = 70000 };

static const struct update_session ibgp __attribute__((unused)) = {
	.attrs = { .asn4 = true, .ibgp = true, .generic = true, .aigp = true },
	.families = UINT32_MAX,
};
static const struct update_session ebgp __attribute__((unused)) = {
	.attrs = { .asn4 = true, .generic = true },
	.families = UINT32_MAX,
};
static const struct update_session as2 __attribute__((unused)) = {
	.attrs = { .generic = true },
	.families = UINT32_MAX,
};

/* An UPDATE from hex attributes and NLRI, into a buffer of its exact size (for ASan). */
static inline int
decode(const char *withdrawn, const char *attributes, const char *nlri,
	const struct update_session *s, struct update *u)
{
	static uint8_t room[UPDATE_BODY_MAX], *exact;
	size_t n = 2, part;

	part = wire_hex(withdrawn, room + n, UPDATE_BODY_MAX - n);
	room[0] = (uint8_t)(part >> 8);
	room[1] = (uint8_t)part;
	n += part + 2;
	part = wire_hex(attributes, room + n, UPDATE_BODY_MAX - n);
	room[n - 2] = (uint8_t)(part >> 8);
	room[n - 1] = (uint8_t)part;
	n += part;
	n += wire_hex(nlri, room + n, UPDATE_BODY_MAX - n);
	free(exact);
	exact = malloc(n);
	memcpy(exact, room, n);
	return update_decode(exact, n, s, u);
}

#endif
