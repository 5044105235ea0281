/*
 * MRT files (RFC 6396, add-path RFC 8050): BGP4MP and BGP4MP_ET records, TABLE_DUMP_V2 tables. The
 * reader borrows from the record; the writer appends whole records to a struct wr.
 */
#ifndef TROUPE_PROTO_WIRE_MRT_H
#define TROUPE_PROTO_WIRE_MRT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "common/addr.h"
#include "common/rd.h"
#include "common/wr.h"
#include "proto/wire/nlri.h"

struct attrset;

enum {
	MRT_HEADER = 12,
	MRT_RECORD_MAX = 1 << 24, /* a longer record is not believed */

	MRT_TABLE_DUMP = 12,
	MRT_TABLE_DUMP_V2 = 13,
	MRT_BGP4MP = 16,
	MRT_BGP4MP_ET = 17,

	MRT_PEER_INDEX_TABLE = 1,
	MRT_RIB_IPV4_UNICAST = 2,
	MRT_RIB_IPV4_MULTICAST = 3,
	MRT_RIB_IPV6_UNICAST = 4,
	MRT_RIB_IPV6_MULTICAST = 5,
	MRT_RIB_GENERIC = 6,
	MRT_RIB_IPV4_UNICAST_ADDPATH = 8,
	MRT_RIB_IPV4_MULTICAST_ADDPATH = 9,
	MRT_RIB_IPV6_UNICAST_ADDPATH = 10,
	MRT_RIB_IPV6_MULTICAST_ADDPATH = 11,
	MRT_RIB_GENERIC_ADDPATH = 12
};

/* States of the FSM as STATE_CHANGE numbers them. */
enum mrt_state {
	MRT_IDLE = 1,
	MRT_CONNECT = 2,
	MRT_ACTIVE = 3,
	MRT_OPENSENT = 4,
	MRT_OPENCONFIRM = 5,
	MRT_ESTABLISHED = 6
};

struct mrt_record {
	uint64_t time_us;
	uint16_t type, subtype;
	struct rd body; /* borrowed; after the microseconds of an _ET record */
};

/*
 * The record at the start of p[0..n). Returns how many bytes it takes; 0 when more are needed (*need
 * in all); -1 when this is no MRT record. p[0..n) empty: 0, with *need the length of a header.
 */
long mrt_record(const uint8_t *p, size_t n, struct mrt_record *out, size_t *need);
/* "TABLE_DUMP_V2"; NULL for a type that is no MRT type. */
const char *mrt_type_name(uint16_t type);

/* --- BGP4MP, BGP4MP_ET --- */

struct mrt_bgp4mp {
	uint32_t peer_as, local_as;
	uint16_t interface;
	struct addr peer, local;
	bool as4;     /* AS numbers, those of the message too, are 4 bytes wide */
	bool addpath; /* NLRI of the message start with a path-id */
	bool sent;    /* the message went from local to peer */
	bool state_change;
	uint16_t old_state, new_state;
	const uint8_t *message; /* borrowed, with its header; not checked */
	size_t len;
};

/* 0, or -1 for a record that is malformed or of another kind. */
int mrt_bgp4mp(const struct mrt_record *record, struct mrt_bgp4mp *out);
/* A BGP4MP_ET record. A local address of the other family is written as zeros; as4 false: AS numbers
 * over 65535 are AS_TRANS. */
void mrt_bgp4mp_write(struct wr *w, uint64_t time_us, const struct mrt_bgp4mp *m);

/* --- TABLE_DUMP_V2 --- */

struct mrt_peer {
	struct addr addr;
	uint32_t as, router_id;
};

struct mrt_peer_index {
	uint32_t collector;
	const uint8_t *view; /* borrowed */
	uint16_t view_len, n;
	struct rd peers;
};

/* 0 or -1; then n times mrt_peer_next(). */
int mrt_peer_index(const struct mrt_record *record, struct mrt_peer_index *out);
bool mrt_peer_next(struct mrt_peer_index *index, struct mrt_peer *out);
void mrt_peer_index_write(struct wr *w, uint64_t time_us, uint32_t collector, const char *view,
	const struct mrt_peer *peers, uint16_t n);

struct mrt_rib {
	uint32_t sequence;
	struct nlri nlri;    /* with path-id only in the RFC's form of RIB_GENERIC_ADDPATH */
	bool entry_path_ids; /* every entry has one */
	uint16_t n;
	struct rd entries;
};

struct mrt_rib_entry {
	uint16_t peer;
	uint32_t originated;
	bool has_path_id;
	uint32_t path_id;
	const uint8_t *attrs; /* borrowed; 4-byte AS numbers */
	uint16_t len;
};

/* 0, or -1 for a record that is malformed, of another kind, or of an unknown family. Every entry is
 * known to be whole then; n times mrt_rib_next(). */
int mrt_rib(const struct mrt_record *record, struct mrt_rib *out);
bool mrt_rib_next(struct mrt_rib *rib, struct mrt_rib_entry *out);
/*
 * The UPDATE message (header included, 4-byte AS numbers, path-id when the route has one) that
 * announces one entry: the next-hop alone, as tables hold it, becomes a whole MP_REACH_NLRI again.
 */
void mrt_rib_update(struct wr *w, const struct mrt_rib *rib, const struct mrt_rib_entry *entry);

/* A RIB record; between begin and end one call of add for each entry. */
struct mrt_rib_writer {
	struct wr *w;
	size_t start, count_at;
	uint32_t family;
	uint16_t n;
	bool entry_path_ids;
};

/* nlri with path-id: an ADDPATH record (of a family without records of its own, the path-id stands
 * before the NLRI: one path a record). */
void mrt_rib_begin(struct mrt_rib_writer *rib, struct wr *w, uint64_t time_us, uint32_t sequence,
	const struct nlri *nlri);
void mrt_rib_add(struct mrt_rib_writer *rib, uint16_t peer, uint32_t originated, uint32_t path_id,
	const struct attrset *set);
void mrt_rib_end(struct mrt_rib_writer *rib);

#endif
