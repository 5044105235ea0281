/* Node descriptors of BGP-LS NLRI (RFC 9552 5.2.1): sub-TLVs 512 to 515. */
#ifndef TROUPE_PROTO_WIRE_NLRI_BGPLS_NODE_H
#define TROUPE_PROTO_WIRE_NLRI_BGPLS_NODE_H

#include <stdbool.h>
#include <stdint.h>
#include "common/rd.h"
#include "proto/wire/error.h"

struct buf;

/* Takes the next TLV of a list: false at its end or when it is truncated (r bad). */
bool bgpls_tlv(struct rd *r, uint16_t *type, struct rd *value);
/* 0, or -1 with err for a descriptor that is unknown or has a wrong size. */
int bgpls_node_check(struct rd list, uint8_t protocol, struct wire_error *err);
/* `[ { "autonomous-system": 65000 }, … ]` of a checked list. */
void bgpls_node_json(struct buf *out, struct rd list, uint8_t protocol);

#endif
