/*
 * Path attributes: one codec row per attribute, each in attr_NAME.c with its grammar, its checks
 * (RFC 7606 verdicts) and its printers; attr.c holds the rows together.
 *
 * The canonical block is how attributes travel inside Troupe: wire form, ascending type code,
 * 4-byte AS numbers, final flags, without NEXT_HOP (3), MP_REACH (14), MP_UNREACH (15), AS4_PATH
 * (17), AS4_AGGREGATOR (18), and without defaults: those are added at packing (export.h).
 */
#ifndef TROUPE_PROTO_WIRE_ATTR_H
#define TROUPE_PROTO_WIRE_ATTR_H

#include <stdbool.h>
#include <stdint.h>
#include "common/rd.h"
#include "common/wr.h"
#include "proto/wire/error.h"

struct buf;
struct tokens;
struct text_error;
struct attr_builder;

enum {
	ATTR_ORIGIN = 1,
	ATTR_AS_PATH = 2,
	ATTR_NEXT_HOP = 3,
	ATTR_MED = 4,
	ATTR_LOCAL_PREF = 5,
	ATTR_ATOMIC_AGGREGATE = 6,
	ATTR_AGGREGATOR = 7,
	ATTR_COMMUNITY = 8,
	ATTR_ORIGINATOR_ID = 9,
	ATTR_CLUSTER_LIST = 10,
	ATTR_MP_REACH = 14,
	ATTR_MP_UNREACH = 15,
	ATTR_EXT_COMMUNITY = 16,
	ATTR_AS4_PATH = 17,
	ATTR_AS4_AGGREGATOR = 18,
	ATTR_PMSI = 22,
	ATTR_TUNNEL_ENCAP = 23,
	ATTR_IPV6_EXT_COMMUNITY = 25,
	ATTR_AIGP = 26,
	ATTR_BGPLS = 29,
	ATTR_LARGE_COMMUNITY = 32,
	ATTR_OTC = 35,
	ATTR_PREFIX_SID = 40,

	ATTR_F_OPTIONAL = 0x80,
	ATTR_F_TRANSITIVE = 0x40,
	ATTR_F_PARTIAL = 0x20,
	ATTR_F_EXTENDED = 0x10,

	ATTR_BLOCK_MAX = 65535
};

struct attr {
	uint8_t flags, code;
	uint16_t len;
	const uint8_t *value; /* borrowed */
};

enum { NEXTHOP_SELF = 255 }; /* nh_len of `next-hop self`: resolved per peer at packing */

enum {
	ATTRSET_RAW_AS_PATH = 1 << 0,   /* AS_PATH is a generic attribute: sent as given */
	ATTRSET_RAW_AGGREGATOR = 1 << 1 /* the same for AGGREGATOR */
};

/* What a route carries besides its NLRI. A view: block is borrowed. */
struct attrset {
	uint8_t flags;  /* ATTRSET_* */
	uint8_t nh_len; /* 0 none, 4, 16, NEXTHOP_SELF */
	uint8_t nh[16];
	uint32_t len;
	const uint8_t *block;
};

/* What the value of an attribute depends on when received or printed. */
struct attr_context {
	bool asn4; /* AS numbers are 4 bytes wide */
	bool ibgp;
	bool aigp;         /* AIGP enabled on this session */
	bool generic;      /* print unknown attributes (always true in the daemon) */
	uint32_t families; /* bit map of what is printed along, for BGP-LS */
};

struct attr_codec {
	uint8_t code;
	uint8_t flags;                       /* required optional/transitive bits */
	const char *name;                    /* configuration keyword; NULL: has none */
	const char *json_name;               /* member name; NULL: not printed */
	uint16_t min_len, max_len, multiple; /* of the value; multiple 0: any */
	enum wire_verdict bad_flags, bad_len;
	/* Beyond flags and length; NULL: nothing more to check. */
	enum wire_verdict (*check)(
		const struct attr *a, const struct attr_context *c, struct wire_error *err);
	/* The words after the keyword, into the builder; 0 or -1 with e. NULL: no grammar. */
	int (*parse)(struct tokens *t, struct attr_builder *b, struct text_error *e);
	/* The JSON value alone; and the text with leading blank and name. NULL: not printed. */
	void (*json)(struct buf *out, const struct attr *a, const struct attr_context *c);
	void (*text)(struct buf *out, const struct attr *a, const struct attr_context *c);
};

/* NULL for an unknown code / keyword. */
const struct attr_codec *attr_codec(uint8_t code);
const struct attr_codec *attr_codec_by_name(const char *name, size_t n);
/* All rows, ascending code; n receives how many. */
const struct attr_codec *const *attr_codecs(size_t *n);

/* Next attribute of a block: true, or false at the end (r bad when truncated). */
bool attr_next(struct rd *r, struct attr *out);
/* Header and value; extended length when it must (over 255) or flags ask for it. */
void attr_write(struct wr *w, uint8_t flags, uint8_t code, const void *value, size_t n);
/* Finds one in a canonical block. */
bool attr_find(const struct attrset *set, uint8_t code, struct attr *out);

/*
 * Collects attributes of one statement in any order; gives the canonical block. First occurrence
 * of a code wins, except extended communities, which merge (reference/config.md 4.3). Fixed
 * memory, no allocation.
 */
enum { ATTR_BUILDER_MAX = 64, ATTR_BUILDER_BYTES = 65536 };
struct attr_builder {
	struct attr_slot {
		uint8_t code, flags;
		bool raw; /* generic: value as given */
		uint32_t at, len;
	} slots[ATTR_BUILDER_MAX];
	unsigned n;
	uint8_t nh_len;
	uint8_t nh[16];
	struct wr values; /* over bytes[] */
	uint8_t bytes[ATTR_BUILDER_BYTES];
	uint8_t block[ATTR_BUILDER_BYTES];
};
void attr_builder_init(struct attr_builder *b);
/* A new attribute's value is written to b->values between begin and end. */
void attr_builder_begin(struct attr_builder *b, uint8_t code, uint8_t flags, bool raw);
void attr_builder_end(struct attr_builder *b);
void attr_builder_add(
	struct attr_builder *b, uint8_t code, uint8_t flags, bool raw, const void *value, size_t n);
/* 0 or -1 (too much). out->block points into the builder. Sorts communities as config.md 4.3
 * asks, merges extended communities, drops empty optional attributes. */
int attr_builder_finish(struct attr_builder *b, struct attrset *out);

/* `attributes` of an UPDATE: JSON members `"origin": "igp", …` and text ` origin igp …` (events.md
 * section 9) of a raw (received or canonical) attribute list, ascending code. with_nexthop: print
 * attribute 3 too. */
void attrs_json(struct buf *out, const uint8_t *p, size_t n, const struct attr_context *c,
	bool with_nexthop);
void attrs_text(struct buf *out, const uint8_t *p, size_t n, const struct attr_context *c);

#endif
