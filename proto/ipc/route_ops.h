/*
 * Route operations: the content of `routes` messages, of the journal's records and of a parsed
 * configuration's static routes. A stream of small binary records with a little state (current
 * owner, peers, attributes, watchdog), so that a million routes with one attribute set cost their
 * NLRI and a few bytes each. Everything is absolute: applying a stream twice changes nothing.
 *
 *   OWNER      u32 owner                         whose the following routes are (1: configuration)
 *   PEERS      u16 n, n x u32 neighbor ids       ROUTE_PEERS_ALL: every neighbor
 *   ATTRS      u8 flags, u8 nh_len, nh, u32 len, block      struct attrset
 *   WATCHDOG   u8 withheld, u8 len, name         for the following ANNOUNCE (len 0: none)
 *   ANNOUNCE   u24 family, u8 has_path_id, [u32 path_id], u16 len, NLRI
 *   WITHDRAW   the same (current ATTRS count for families that carry them)
 *   EOR        u24 family                        send End-of-RIB to the current peers
 *   FLUSH      u24 family (0: all)               send the routes again (api.md 5.4)
 *   CLEAR      u8 direction (0 out, 1 in)        withdraw everything (api.md 5.5) / empty adj-rib-in
 *   DOG        u8 announce, u8 len, name         switch a watchdog's routes (wire.md 10.9)
 *   TTL        u64 deadline                      for the following ANNOUNCE (0: none): withdrawn then
 *   SYNC       u8 enum route_sync                what the current owner does not announce between
 *                                                begin and end is withdrawn at the end
 *   EXPIRE     u64 deadline                      all routes of the current owner are withdrawn then
 *                                                (0: not after all, 1: at once)
 *
 * Deadlines are microseconds of the monotonic clock, which all processes of a machine share.
 */
#ifndef TROUPE_PROTO_IPC_ROUTE_OPS_H
#define TROUPE_PROTO_IPC_ROUTE_OPS_H

#include <stdbool.h>
#include <stdint.h>
#include "common/rd.h"
#include "common/wr.h"
#include "proto/wire/attr.h"
#include "proto/wire/nlri.h"

enum route_op_kind {
	ROUTE_OP_OWNER = 1,
	ROUTE_OP_PEERS,
	ROUTE_OP_ATTRS,
	ROUTE_OP_WATCHDOG,
	ROUTE_OP_ANNOUNCE,
	ROUTE_OP_WITHDRAW,
	ROUTE_OP_EOR,
	ROUTE_OP_FLUSH,
	ROUTE_OP_CLEAR,
	ROUTE_OP_DOG,
	ROUTE_OP_TTL,
	ROUTE_OP_SYNC,
	ROUTE_OP_EXPIRE
};

enum route_sync { ROUTE_SYNC_BEGIN, ROUTE_SYNC_END, ROUTE_SYNC_ABORT };

enum {
	ROUTE_PEERS_ALL = 0xffff,
	ROUTE_OWNER_CONFIG = 1,
	ROUTE_EXPIRE_NOW = 1,
	ROUTE_OP_OVERHEAD = 11 /* bytes of an ANNOUNCE or WITHDRAW beside its NLRI, at most */
};

struct route_op {
	enum route_op_kind kind;
	uint32_t owner;
	bool all_peers;
	uint16_t n_peers;
	const uint8_t *peers; /* n_peers big-endian u32 */
	struct attrset attrs;
	bool flag; /* withheld / announce / direction in */
	const char *name;
	uint8_t name_len;
	struct nlri nlri; /* nlri.family for EOR and FLUSH too */
	uint64_t deadline_us;
	enum route_sync sync;
};

/* 1 with *out (borrowed from the stream), 0 at the end, -1 when malformed. */
int route_op_next(struct rd *r, struct route_op *out);

void route_op_owner(struct wr *w, uint32_t owner);
/* ids NULL: all neighbors. */
void route_op_peers(struct wr *w, const uint32_t *ids, unsigned n);
void route_op_attrs(struct wr *w, const struct attrset *set);
void route_op_watchdog(struct wr *w, bool withheld, const char *name, unsigned n);
void route_op_route(struct wr *w, bool announce, const struct nlri *nlri);
void route_op_eor(struct wr *w, uint32_t family);
void route_op_flush(struct wr *w, uint32_t family);
void route_op_clear(struct wr *w, bool in);
void route_op_dog(struct wr *w, bool announce, const char *name, unsigned n);
void route_op_ttl(struct wr *w, uint64_t deadline_us);
void route_op_sync(struct wr *w, enum route_sync sync);
void route_op_expire(struct wr *w, uint64_t deadline_us);

#endif
