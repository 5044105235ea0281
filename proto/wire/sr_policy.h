/*
 * The sub-TLVs of an SR policy inside TUNNEL_ENCAP (RFC 9830 2.4, RFC 9831): reading and
 * printing. Types below 128 have a 1-byte length, the others 2 bytes.
 */
#ifndef TROUPE_PROTO_WIRE_SR_POLICY_H
#define TROUPE_PROTO_WIRE_SR_POLICY_H

#include <stdbool.h>
#include <stdint.h>
#include "common/buf.h"
#include "common/rd.h"

enum {
	SR_POLICY_TUNNEL = 15,
	SR_PREFERENCE = 12,
	SR_BINDING_SID = 13,
	SR_PRIORITY = 15,
	SR_SRV6_BINDING_SID = 20,
	SR_SEGMENT_LIST = 128,
	SR_CANDIDATE_PATH_NAME = 129,
	SR_POLICY_NAME = 130,
	SR_WEIGHT = 9, /* inside a segment list */
	SR_BEHAVIOR_LEN = 8
};

/* The next sub-TLV: true, or false at the end (r bad when truncated). */
bool sr_policy_next(struct rd *r, uint8_t *type, struct rd *value);
/* Lengths of all sub-TLVs, and of those inside segment lists, fit. */
bool sr_policy_is_sound(struct rd r);
/* {"preference": 200, …} and {preference 200 …} */
void sr_policy_json(struct buf *out, struct rd r);
void sr_policy_text(struct buf *out, struct rd r);

/* One segment of a list (sr_segment.c). False: unknown or too short, nothing printed. */
bool sr_segment_json(struct buf *out, uint8_t type, struct rd value);
bool sr_segment_text(struct buf *out, uint8_t type, struct rd value);
/* "behavior": N, "lb-length": N, … of an SRv6 endpoint behavior (8 bytes). */
void sr_behavior_json(struct buf *out, struct rd value);

#endif
