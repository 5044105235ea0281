/*
 * Routes as the statements that make them: the reverse of route.h's grammars, for `decode -m`.
 * What stands after `announce` or `withdraw` in a command.
 */
#ifndef TROUPE_PROTO_TEXT_ROUTE_STATEMENT_H
#define TROUPE_PROTO_TEXT_ROUTE_STATEMENT_H

#include <stdbool.h>
#include <stddef.h>

struct attrset;
struct buf;
struct nlri;

/*
 * "ipv4 mcast-vpn source-ad source …": family and NLRI in the words of their grammar, or as
 * "ipv4 troupe-nlri SAFI 0x…" where there are none that give the same bytes.
 */
void route_statement_nlri(struct buf *out, const struct nlri *nlri);
/* The form with the bytes. */
void route_statement_raw(struct buf *out, const struct nlri *nlri);
/* Whether a statement (a withdraw of n bytes) gives exactly this NLRI. */
bool route_statement_reads_back(const char *text, size_t n, const struct nlri *nlri);
/* Each writes " word value…", starting with a blank: next-hop; then the attributes, those without
 * words as `attribute [0xCC 0xFF 0x…]`. terse: not those that are added by default on iBGP. */
void route_statement_nexthop(struct buf *out, const struct attrset *set);
void route_statement_attributes(struct buf *out, const struct attrset *set, bool terse);

#endif
