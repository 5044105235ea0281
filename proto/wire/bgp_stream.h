/*
 * BGP messages out of the TCP segments of a capture: each direction of each connection is put back
 * in order, and cut into messages. Memory is bounded; what was not captured costs the messages it
 * was part of, not those after it.
 */
#ifndef TROUPE_PROTO_WIRE_BGP_STREAM_H
#define TROUPE_PROTO_WIRE_BGP_STREAM_H

#include "proto/wire/pcap.h"

enum {
	BGP_CONNECTIONS_MAX = 4096, /* more are ignored, and counted */
	BGP_HELD_SEGMENTS = 256,    /* of one direction, waiting for a missing one */
	BGP_HELD_BYTES = 1 << 20
};

struct bgp_flow {
	unsigned connection; /* below BGP_CONNECTIONS_MAX */
	unsigned direction;  /* 0 or 1; the other of the connection is the reverse */
	uint64_t time_us;    /* of the segment that completed the message */
	const struct addr *src, *dst;
	uint16_t src_port, dst_port;
};

typedef void bgp_message_fn(
	void *owner, const struct bgp_flow *flow, const uint8_t *message, size_t n);

struct bgp_stream_counts {
	uint64_t messages;
	uint64_t holes;        /* segments that never came */
	uint64_t skipped;      /* bytes that belong to no whole message */
	uint64_t not_followed; /* segments of connections over the limit */
};

struct bgp_streams;

/* port 0: port 179, and every connection in which data starts with a message's marker. Returns
 * owned. */
struct bgp_streams *bgp_streams_new(uint16_t port, bgp_message_fn *fn, void *owner);
void bgp_streams_free(struct bgp_streams *s);
void bgp_streams_add(struct bgp_streams *s, const struct tcp_segment *segment, uint64_t time_us);
/* The capture ends: what waits for a missing segment is given out without it. */
void bgp_streams_finish(struct bgp_streams *s);
const struct bgp_stream_counts *bgp_streams_counts(const struct bgp_streams *s);

#endif
