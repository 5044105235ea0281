/* Segments of SR policies: between route_sr_policy.c and route_sr_segment.c. */
#ifndef TROUPE_PROTO_TEXT_ROUTE_SR_POLICY_H
#define TROUPE_PROTO_TEXT_ROUTE_SR_POLICY_H

#include "proto/text/route_grammar.h"

/* Takes the words of a segment list after `weight N` (`segment …`, any number) and writes the
 * segment sub-TLVs; 0 or -1 with e. */
int sr_segments_parse(struct route_call *c, struct wr *w);
/* `endpoint-behavior BEHAVIOR BLOCK NODE FUNCTION ARGUMENT`, 8 bytes: 1 taken, 0 not there, or -1. */
int sr_behavior_parse(struct route_call *c, struct wr *w);

#endif
