/*
 * What the NLRI kinds that are a type and a length before a payload share (EVPN, MVPN, MUP,
 * BGP-LS): their JSON begins with the raw bytes (reference/events.md 8.6 to 8.11).
 */
#ifndef TROUPE_PROTO_WIRE_NLRI_UNIT_H
#define TROUPE_PROTO_WIRE_NLRI_UNIT_H

#include <stdbool.h>
#include <stdint.h>
#include "common/rd.h"
#include "proto/wire/error.h"

struct buf;
struct nlri;

/* Takes one NLRI of head bytes, the last len_bytes (1 or 2) of them the length of the payload that
 * follows; fills out->bytes and len. kind begins the error texts. 0, or -1 with err. */
int nlri_unit_read(struct rd *r, const char *kind, unsigned head, unsigned len_bytes,
	struct nlri *out, struct wire_error *err);
/* `{ "code": 2, "parsed": true, "raw": "…"`: the object is left open. */
void nlri_unit_json(struct buf *out, unsigned code, bool parsed, const struct nlri *nlri);
/* `"raw": "…"` alone, upper case. */
void nlri_raw_json(struct buf *out, const struct nlri *nlri);
/* `"rd": "…"`. */
void nlri_rd_json(struct buf *out, const uint8_t *rd);
/* `"key": "10.0.0.1"`. */
void nlri_addr_json(struct buf *out, const char *key, const uint8_t *addr, size_t len);
/* `"label": [ [800, 12801], … ]` of n labels; the raw field is left out when it is 0. */
void nlri_labels_json(struct buf *out, const uint8_t *labels, unsigned n);
/* "afi ipv4 safi mup": the text of kinds without a rendering. */
void nlri_family_text(struct buf *out, const struct nlri *nlri);

#endif
