/* Extended communities as text: one word each (reference/config.md 4.6). */
#ifndef TROUPE_PROTO_WIRE_EXT_COMMUNITY_H
#define TROUPE_PROTO_WIRE_EXT_COMMUNITY_H

#include "common/wr.h"
#include "proto/text/token.h"

/* Writes the 8 bytes of one word; 0 or -1. */
int ext_community_parse(const struct token *k, struct wr *w);

#endif
