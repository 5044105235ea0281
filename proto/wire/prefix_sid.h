/* PREFIX_SID TLVs (RFC 8669, RFC 9252) and the words for them (reference/config.md 4.7). */
#ifndef TROUPE_PROTO_WIRE_PREFIX_SID_H
#define TROUPE_PROTO_WIRE_PREFIX_SID_H

#include <stdbool.h>
#include <stdint.h>
#include "common/rd.h"
#include "proto/text/token.h"

struct attr;
struct attr_builder;
struct attr_context;
struct buf;

enum {
	PREFIX_SID_LABEL_INDEX = 1,
	PREFIX_SID_SRGB = 3,
	PREFIX_SID_L3_SERVICE = 5,
	PREFIX_SID_L2_SERVICE = 6,
	PREFIX_SID_LABEL_INDEX_LEN = 7,
	SRV6_SID_INFORMATION = 1,
	SRV6_SID_INFORMATION_LEN = 21,
	SRV6_SID_STRUCTURE = 1,
	SRV6_SID_STRUCTURE_LEN = 6
};

/* `[ IDX ]` or `[ IDX, [ ( BASE,RANGE ), … ] ]` */
int prefix_sid_parse(struct tokens *t, struct attr_builder *b, struct text_error *e);
/* `( l3-service SID BEHAVIOR [LBL,LNL,FL,AL,TL,TO] )` */
int prefix_sid_parse_srv6(struct tokens *t, struct attr_builder *b, struct text_error *e);
/* The next TLV, sub-TLV or sub-sub-TLV: true, or false at the end (r bad when truncated). */
bool prefix_sid_next(struct rd *r, uint8_t *type, struct rd *value);
/* A sub-sub-TLV that is a SID structure of the right size. */
bool prefix_sid_is_structure(uint8_t type, const struct rd *value);
/* The ranges of an SRGB: open BASE middle RANGE close, joined by ", ". */
void prefix_sid_add_srgb(
	struct buf *out, struct rd value, const char *open, const char *middle, const char *close);
void prefix_sid_text(struct buf *out, const struct attr *a, const struct attr_context *c);
/* Lower-case hexadecimal without padding. */
void prefix_sid_hex(struct buf *out, uint32_t v);

#endif
