/*
 * TLVs of the BGP-LS attribute (RFC 9552 5.3, RFC 9085, RFC 8571, RFC 9514): one row each, with its
 * JSON member, its words in text, its sizes and its printer. Text output follows the reference's
 * Python notation (reference/events.md section 11).
 */
#ifndef TROUPE_PROTO_WIRE_BGPLS_TLV_H
#define TROUPE_PROTO_WIRE_BGPLS_TLV_H

#include <stdbool.h>
#include <stdint.h>
#include "common/buf.h"
#include "common/rd.h"

struct bgpls_tlv {
	uint16_t type;
	const char *key;   /* JSON member */
	const char *label; /* text before the value, "" when the value brings its own words */
	bool repeats;      /* an array member that collects all of them */
	uint16_t min_len, max_len, multiple; /* multiple 0: any */
	/* The value, in JSON or in text. */
	void (*print)(struct buf *out, const struct bgpls_tlv *row, struct rd value, bool json);
	/* Names of flag bits, most significant first, for print. */
	const char *const *flags;
	/* Beyond the length; NULL: nothing. */
	bool (*check)(struct rd value);
};

/* NULL for an unknown type. */
const struct bgpls_tlv *bgpls_row(uint16_t type);
/* The next TLV (also a sub-TLV): true, or false at the end (r bad when truncated). */
bool bgpls_next(struct rd *r, uint16_t *type, struct rd *value);

/* Printers. bgpls_value.c: */
void bgpls_flags(struct buf *out, uint8_t bits, const char *const *names, bool json);
void bgpls_key(struct buf *out, const char *key, bool json); /* "key":  or 'key': */
void bgpls_double(struct buf *out, double v, bool json);
void bgpls_print_flags(struct buf *, const struct bgpls_tlv *, struct rd, bool json);
void bgpls_print_protection(struct buf *, const struct bgpls_tlv *, struct rd, bool json);
void bgpls_print_number(struct buf *, const struct bgpls_tlv *, struct rd, bool json);
void bgpls_print_numbers8(struct buf *, const struct bgpls_tlv *, struct rd, bool json);
void bgpls_print_numbers32(struct buf *, const struct bgpls_tlv *, struct rd, bool json);
void bgpls_print_numbers64(struct buf *, const struct bgpls_tlv *, struct rd, bool json);
void bgpls_print_decimal(struct buf *, const struct bgpls_tlv *, struct rd, bool json);
void bgpls_print_float(struct buf *, const struct bgpls_tlv *, struct rd, bool json);
void bgpls_print_floats(struct buf *, const struct bgpls_tlv *, struct rd, bool json);
void bgpls_print_opaque(struct buf *, const struct bgpls_tlv *, struct rd, bool json);
void bgpls_print_name(struct buf *, const struct bgpls_tlv *, struct rd, bool json);
void bgpls_print_address(struct buf *, const struct bgpls_tlv *, struct rd, bool json);
void bgpls_print_identifiers(struct buf *, const struct bgpls_tlv *, struct rd, bool json);
void bgpls_print_delay(struct buf *, const struct bgpls_tlv *, struct rd, bool json);
void bgpls_print_minmax_delay(struct buf *, const struct bgpls_tlv *, struct rd, bool json);
void bgpls_print_variation(struct buf *, const struct bgpls_tlv *, struct rd, bool json);
void bgpls_print_loss(struct buf *, const struct bgpls_tlv *, struct rd, bool json);
bool bgpls_check_address(struct rd value);
/* Segment routing, bgpls_sr.c: */
void bgpls_print_capabilities(struct buf *, const struct bgpls_tlv *, struct rd, bool json);
void bgpls_print_adjacency(struct buf *, const struct bgpls_tlv *, struct rd, bool json);
void bgpls_print_lan_adjacency(struct buf *, const struct bgpls_tlv *, struct rd, bool json);
void bgpls_print_prefix_sid(struct buf *, const struct bgpls_tlv *, struct rd, bool json);
bool bgpls_check_capabilities(struct rd value);
bool bgpls_check_prefix_sid(struct rd value);
/* SRv6, bgpls_srv6.c: */
void bgpls_print_srv6_capabilities(struct buf *, const struct bgpls_tlv *, struct rd, bool json);
void bgpls_print_endx(struct buf *, const struct bgpls_tlv *, struct rd, bool json);
void bgpls_print_locator(struct buf *, const struct bgpls_tlv *, struct rd, bool json);
void bgpls_print_behavior(struct buf *, const struct bgpls_tlv *, struct rd, bool json);
void bgpls_print_structure(struct buf *, const struct bgpls_tlv *, struct rd, bool json);
bool bgpls_check_endx(struct rd value);
bool bgpls_check_endx_isis(struct rd value);
bool bgpls_check_endx_ospf(struct rd value);

enum {
	BGPLS_ENDX = 1106,
	BGPLS_ENDX_ISIS = 1107,
	BGPLS_ENDX_OSPF = 1108,
	BGPLS_SID_LABEL = 1161,
	BGPLS_SID_STRUCTURE = 1252,
	BGPLS_SID_STRUCTURE_LEN = 4
};

#endif
