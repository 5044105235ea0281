/* Between the files that write NLRI as statements. */
#ifndef TROUPE_PROTO_TEXT_ROUTE_STATEMENT_PRIV_H
#define TROUPE_PROTO_TEXT_ROUTE_STATEMENT_PRIV_H

#include <stdint.h>

#include "common/rd.h"
#include "proto/text/route_statement.h"

/* Each writes a piece with a leading blank or word; false: it cannot be said. */
bool statement_rd(struct buf *out, struct rd *r);
bool statement_address_bytes(struct buf *out, const char *word, const uint8_t *p, unsigned n);
/* An address after its length in bits; a prefix after its length. */
bool statement_address(struct buf *out, const char *word, struct rd *r);
bool statement_prefix(struct buf *out, uint16_t afi, struct rd *r);

/* Whole NLRI, after "AFI SAFI". */
bool statement_mvpn(struct buf *out, const struct nlri *nlri);
bool statement_mup(struct buf *out, const struct nlri *nlri);
bool statement_evpn(struct buf *out, const struct nlri *nlri);

#endif
