/* OPERATIONAL messages (draft-ietf-idr-operational-message-00; reference/wire.md 9.4). */
#ifndef TROUPE_PROTO_WIRE_OPERATIONAL_H
#define TROUPE_PROTO_WIRE_OPERATIONAL_H

#include <stddef.h>
#include <stdint.h>
#include "proto/wire/error.h"

/* body: after the BGP header. 0, or -1 with the NOTIFICATION (5/0). Unknown types are fine. */
int operational_check(const uint8_t *body, size_t n, struct wire_error *err);

#endif
