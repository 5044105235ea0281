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
	ROUTE_OP_DOG
};

enum {
	ROUTE_PEERS_ALL = 0xffff,
	ROUTE_OWNER_CONFIG = 1,
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

#endif
