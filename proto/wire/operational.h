/* OPERATIONAL messages (draft-ietf-idr-operational-message-00; reference/wire.md 9.4). */
#ifndef TROUPE_PROTO_WIRE_OPERATIONAL_H
#define TROUPE_PROTO_WIRE_OPERATIONAL_H

#include <stddef.h>
#include <stdint.h>
#include "common/wr.h"
#include "proto/wire/error.h"

enum operational_form { OPERATIONAL_ADVISORY, OPERATIONAL_QUERY, OPERATIONAL_COUNTER };

enum { OPERATIONAL_ADM = 1, OPERATIONAL_ASM = 2, OPERATIONAL_ADVISORY_MAX = 2048 };

struct operational_kind {
	const char *word; /* "asm", as configuration and commands have it */
	uint16_t type;
	enum operational_form form;
};

struct operational {
	const struct operational_kind *kind;
	uint32_t family;
	uint32_t router_id, sequence; /* not of advisories */
	uint64_t counter;             /* of OPERATIONAL_COUNTER */
	const char *advisory;         /* UTF-8; longer ones are cut and end in "..." */
	size_t advisory_n;
};

/* In any case; NULL when there is none of that name. */
const struct operational_kind *operational_kind(const char *word, size_t n);
/* A whole message. w must have room for 4096 bytes. */
void operational_encode(struct wr *w, const struct operational *o);
/* body: after the BGP header. 0, or -1 with the NOTIFICATION (5/0). Unknown types are fine. */
int operational_check(const uint8_t *body, size_t n, struct wire_error *err);

#endif
