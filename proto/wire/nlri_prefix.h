/* Printing that every prefix-like NLRI shares (reference/events.md 7.4, 8.1). */
#ifndef TROUPE_PROTO_WIRE_NLRI_PREFIX_H
#define TROUPE_PROTO_WIRE_NLRI_PREFIX_H

#include <stdint.h>

struct buf;
struct nlri;

/* "10.0.0.0/24": prefix holds (bits + 7) / 8 bytes, bits is within the AFI's range. */
void nlri_prefix_text(struct buf *out, uint16_t afi, const uint8_t *prefix, unsigned bits);
/* `, "path-information": "0.0.0.1"` and ` path-information 0.0.0.1`; nothing without path-id. */
void nlri_path_id_json(struct buf *out, const struct nlri *nlri);
void nlri_path_id_text(struct buf *out, const struct nlri *nlri);
void nlri_path_id_dotted(struct buf *out, uint32_t id);

#endif
