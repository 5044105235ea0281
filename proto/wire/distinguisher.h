/* Route distinguishers (RFC 4364 4.2): how every family prints them (reference/events.md 8.3). */
#ifndef TROUPE_PROTO_WIRE_DISTINGUISHER_H
#define TROUPE_PROTO_WIRE_DISTINGUISHER_H

#include <stdint.h>

struct buf;

enum { DISTINGUISHER_BYTES = 8 };

/* "65000:100", "10.1.2.3:7", "4200000001:9", or 0x and 16 digits for another type. */
void distinguisher_text(struct buf *out, const uint8_t rd[DISTINGUISHER_BYTES]);

#endif
