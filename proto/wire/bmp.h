/*
 * Writing BMP version 3 (RFC 7854): adj-rib-in before and after policy, adj-rib-out (RFC 8671). Each
 * function appends one whole message; what does not fit marks the writer bad, and the caller drops
 * the message.
 */
#ifndef TROUPE_PROTO_WIRE_BMP_H
#define TROUPE_PROTO_WIRE_BMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "common/addr.h"
#include "common/wr.h"

enum {
	BMP_VERSION = 3,
	BMP_COMMON_HEADER = 6,
	BMP_PEER_HEADER = 42,
	BMP_TEXT_MAX = 255, /* of the texts below: more is cut */

	BMP_ROUTE_MONITORING = 0,
	BMP_STATISTICS = 1,
	BMP_PEER_DOWN = 2,
	BMP_PEER_UP = 3,
	BMP_INITIATION = 4,
	BMP_TERMINATION = 5,
	BMP_ROUTE_MIRRORING = 6
};

enum bmp_peer_type { BMP_GLOBAL = 0, BMP_RD = 1, BMP_LOCAL = 2 };
enum bmp_table { BMP_IN_PRE_POLICY, BMP_IN_POST_POLICY, BMP_OUT_PRE_POLICY, BMP_OUT_POST_POLICY };

/* The per-peer header. */
struct bmp_peer {
	enum bmp_peer_type type;
	enum bmp_table table;
	bool as2; /* the peer's messages have 2-byte AS numbers */
	uint64_t distinguisher;
	struct addr addr;
	uint32_t as, router_id;
	uint64_t time_us; /* 0: not known */
};

/* sysDescr and sysName are wanted by the RFC; text may be NULL. */
void bmp_initiation(struct wr *w, const char *name, const char *description, const char *text);

/* Why the exporter ends. */
enum bmp_termination {
	BMP_END_ADMINISTRATIVE = 0,
	BMP_END_UNSPECIFIED = 1,
	BMP_END_RESOURCES = 2,
	BMP_END_REDUNDANT = 3,
	BMP_END_PERMANENT = 4
};
void bmp_termination(struct wr *w, enum bmp_termination reason, const char *text);

/* Both OPENs whole, with their headers. text may be NULL. */
struct bmp_up {
	struct addr local;
	uint16_t local_port, remote_port;
	const uint8_t *sent, *received;
	size_t sent_n, received_n;
	const char *text;
};
void bmp_peer_up(struct wr *w, const struct bmp_peer *peer, const struct bmp_up *up);

enum bmp_down {
	BMP_LOCAL_NOTIFICATION = 1, /* data: the message */
	BMP_LOCAL_EVENT = 2,        /* event: of the FSM, 0 for none (RFC 4271 8.1) */
	BMP_REMOTE_NOTIFICATION = 3,
	BMP_REMOTE_CLOSED = 4,
	BMP_DECONFIGURED = 5
};
void bmp_peer_down(struct wr *w, const struct bmp_peer *peer, enum bmp_down reason, uint16_t event,
	const uint8_t *notification, size_t n);

/* One UPDATE, whole, with its header (End-of-RIB too). */
void bmp_route_monitoring(
	struct wr *w, const struct bmp_peer *peer, const uint8_t *update, size_t n);
/* A message as it came or went, with its header; and the mark that some were not mirrored. */
void bmp_route_mirroring(
	struct wr *w, const struct bmp_peer *peer, const uint8_t *message, size_t n);
void bmp_messages_lost(struct wr *w, const struct bmp_peer *peer);

/* Types of statistics (RFC 7854 4.8, RFC 8671 6.2); the width of each is fixed. */
enum bmp_stat_type {
	BMP_STAT_REJECTED = 0,
	BMP_STAT_DUPLICATE_PREFIXES = 1,
	BMP_STAT_DUPLICATE_WITHDRAWS = 2,
	BMP_STAT_CLUSTER_LOOPS = 3,
	BMP_STAT_AS_LOOPS = 4,
	BMP_STAT_ORIGINATOR_LOOPS = 5,
	BMP_STAT_CONFED_LOOPS = 6,
	BMP_STAT_IN_ROUTES = 7,
	BMP_STAT_LOCAL_ROUTES = 8,
	BMP_STAT_IN_FAMILY_ROUTES = 9,     /* of family */
	BMP_STAT_LOCAL_FAMILY_ROUTES = 10, /* of family */
	BMP_STAT_UPDATES_WITHDRAWN = 11,
	BMP_STAT_PREFIXES_WITHDRAWN = 12,
	BMP_STAT_DUPLICATE_UPDATES = 13,
	BMP_STAT_OUT_PRE_ROUTES = 14,
	BMP_STAT_OUT_POST_ROUTES = 15,
	BMP_STAT_OUT_PRE_FAMILY_ROUTES = 16, /* of family */
	BMP_STAT_OUT_POST_FAMILY_ROUTES = 17 /* of family */
};
struct bmp_stat {
	enum bmp_stat_type type;
	uint32_t family; /* where the type says so */
	uint64_t value;  /* counters of 32 bits go round */
};
void bmp_statistics(
	struct wr *w, const struct bmp_peer *peer, const struct bmp_stat *stats, uint32_t n);

#endif
