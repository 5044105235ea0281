/*
 * NLRI: one codec row per family, each in nlri_KIND.c together with everything about that kind:
 * reading with validation, identity, JSON and text printing, and the text grammar. The bytes of
 * an NLRI are its wire form without the path-id, which is kept apart.
 */
#ifndef TROUPE_PROTO_WIRE_NLRI_H
#define TROUPE_PROTO_WIRE_NLRI_H

#include <stdbool.h>
#include <stdint.h>
#include "common/rd.h"
#include "common/wr.h"
#include "proto/wire/error.h"

struct buf;
struct tokens;
struct text_error;

enum {
	NLRI_MAX = 4096,
	/* Of a codec's decode(): taken from the list, but not usable: go on with the next. */
	NLRI_SKIP = 2
};

struct nlri {
	uint32_t family;
	bool has_path_id; /* false: the route has none (written as 0 when ADD-PATH is negotiated) */
	uint32_t path_id;
	uint16_t len;
	const uint8_t *bytes; /* borrowed */
};

/* How NLRI are printed (reference/events.md 7.4, 7.6, section 4). */
struct nlri_print {
	bool compact; /* exabgp.api.compact */
	bool v4;      /* API v4 members (next-hop inside flow and BGP-LS) */
	bool withdraw;
	const char *nexthop; /* text, or NULL */
};

struct nlri_codec {
	uint32_t family;
	/* Reads the next NLRI (never with path-id: the caller read it). 0, NLRI_SKIP, or -1 with err
	 * filled. */
	int (*decode)(struct rd *r, uint32_t family, bool withdraw, struct nlri *out,
		struct wire_error *err);
	/* Identity within its family, without path-id (wire.md 6.1): writes to key. NULL: the bytes. */
	void (*key)(const struct nlri *nlri, struct wr *key);
	void (*json)(struct buf *out, const struct nlri *nlri, const struct nlri_print *how);
	void (*text)(struct buf *out, const struct nlri *nlri);
};

/* NULL when the family has no codec. */
const struct nlri_codec *nlri_codec(uint32_t family);

/* Next NLRI of a list, with path-id when addpath; 0, 1 at the end of the list, -1 with err. */
int nlri_next(struct rd *r, uint32_t family, bool addpath, bool withdraw, struct nlri *out,
	struct wire_error *err);
/* Identity: hash and equality over family, path-id presence, path-id and key. */
uint32_t nlri_hash(const struct nlri *nlri);
bool nlri_same(const struct nlri *a, const struct nlri *b);
/* Order inside a grouped UPDATE (wire.md 5.6): mask, prefix; path-id first where there is one. */
int nlri_compare(const struct nlri *a, const struct nlri *b);
/* Writes the NLRI, with path-id when addpath and the family carries one. */
void nlri_write(struct wr *w, const struct nlri *nlri, bool addpath);
size_t nlri_wire_len(const struct nlri *nlri, bool addpath);
void nlri_json(struct buf *out, const struct nlri *nlri, const struct nlri_print *how);
void nlri_text(struct buf *out, const struct nlri *nlri);

#endif
