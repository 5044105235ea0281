/*
 * What the attribute files share: the declarations of all rows, and struct attr_index, a parsed
 * attribute list that printers and update.c walk by ascending code.
 */
#ifndef TROUPE_PROTO_WIRE_ATTR_CODECS_H
#define TROUPE_PROTO_WIRE_ATTR_CODECS_H

#include <stddef.h>
#include <stdint.h>
#include "common/buf.h"
#include "proto/wire/attr.h"

extern const struct attr_codec attr_origin_codec;
extern const struct attr_codec attr_as_path_codec;
extern const struct attr_codec attr_next_hop_codec;
extern const struct attr_codec attr_med_codec;
extern const struct attr_codec attr_local_pref_codec;
extern const struct attr_codec attr_atomic_aggregate_codec;
extern const struct attr_codec attr_aggregator_codec;
extern const struct attr_codec attr_community_codec;
extern const struct attr_codec attr_originator_id_codec;
extern const struct attr_codec attr_cluster_list_codec;
extern const struct attr_codec attr_ext_community_codec;
extern const struct attr_codec attr_as4_path_codec;
extern const struct attr_codec attr_as4_aggregator_codec;
extern const struct attr_codec attr_pmsi_codec;
extern const struct attr_codec attr_tunnel_encap_codec;
extern const struct attr_codec attr_ipv6_ext_community_codec;
extern const struct attr_codec attr_aigp_codec;
extern const struct attr_codec attr_bgpls_codec;
extern const struct attr_codec attr_large_community_codec;
extern const struct attr_codec attr_otc_codec;
extern const struct attr_codec attr_prefix_sid_codec;
/* Keywords that are not an attribute code of their own: the grammar only. */
extern const struct attr_codec attr_generic_codec;
extern const struct attr_codec attr_prefix_sid_srv6_codec;

enum {
	ATTR_PRINT_NEXTHOP = 1 << 0, /* attribute 3 too */
	ATTR_PRINT_PARTIAL = 1 << 1  /* unknown attributes were received: show the partial bit */
};

/* The first attribute of each code. at[] is only valid where seen has its bit. */
struct attr_index {
	uint32_t seen[8];
	struct rd path; /* AS_PATH, merged with AS4_PATH by attr_index_merge() */
	bool path_wide; /* 4-byte AS numbers in path */
	struct attr at[256];
};

static inline bool
attr_map_has(const uint32_t map[8], uint8_t code)
{
	return map[code >> 5] >> (code & 31) & 1;
}

static inline void
attr_map_set(uint32_t map[8], uint8_t code)
{
	map[code >> 5] |= UINT32_C(1) << (code & 31);
}

static inline void
attr_map_clear(uint32_t map[8], uint8_t code)
{
	map[code >> 5] &= ~(UINT32_C(1) << (code & 31));
}

/* Reads a list up to its end or the first truncated attribute. */
void attr_index_read(
	struct attr_index *ix, const uint8_t *p, size_t n, const struct attr_context *c);
/* Forgets the attributes whose own check fails. */
void attr_index_check(struct attr_index *ix, const struct attr_context *c);
/* RFC 6793 4.2.3: AS4_PATH and AS4_AGGREGATOR go into AS_PATH and AGGREGATOR, or are ignored.
 * scratch backs ix->path when it had to be rebuilt. */
void attr_index_merge(struct attr_index *ix, const struct attr_context *c, struct buf *scratch);
/* Next code after `after` (-1 to begin), or -1. */
int attr_index_next(const struct attr_index *ix, int after);
/* The members or words of a merged index. how: ATTR_PRINT_*. */
void attr_index_json(
	struct buf *out, const struct attr_index *ix, const struct attr_context *c, unsigned how);
void attr_index_text(
	struct buf *out, const struct attr_index *ix, const struct attr_context *c, unsigned how);

/* Flags, length and value of one attribute by its row (unknown codes: WIRE_OK). why receives what
 * was wrong as data of a NOTIFICATION 3/n. */
enum wire_verdict attr_verdict(
	const struct attr *a, const struct attr_context *c, struct wire_error *why);

/* AS_PATH values of either width (attr_as_path.c). */
void as_path_json(struct buf *out, struct rd path, bool wide);
void as_path_text(struct buf *out, struct rd path, bool wide);
/* The path of RFC 6793 4.2.3 with 4-byte AS numbers; four empty: only widened. */
void as_path_merge(struct buf *out, struct rd two, struct rd four);

/* Text of a list: one entry, or `[ entry… ]` in ascending order; unique: each once. */
void attr_sorted_text(struct buf *out, const struct attr *a, size_t size, bool unique,
	void (*add)(struct buf *out, const uint8_t *entry));
/* A name of the peer in text: printable characters as they are, others as escapes (18.5). */
void attr_printable(struct buf *out, struct rd value);
/* n bytes as one big-endian unsigned number, in decimal (n at most 20). */
void buf_decimal(struct buf *out, const uint8_t *p, size_t n);
/* One extended community as the reference shows it (attr_ext_community.c). */
void ext_community_text(struct buf *out, const uint8_t value[8]);

#endif
