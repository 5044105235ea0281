/* Small steps that the grammars of families share. */
#ifndef TROUPE_PROTO_TEXT_ROUTE_WORDS_H
#define TROUPE_PROTO_TEXT_ROUTE_WORDS_H

#include "proto/text/route_grammar.h"

/* Takes exactly this word; 0 or -1 with e. */
int route_word(struct route_call *c, const char *word);
/* Takes an address of the section's AFI (of any when there is no section). */
int route_address(struct route_call *c, struct addr *ip);
/* Takes n bytes written as pairs of hexadecimal digits with `:` or `-` between. what: for e. */
int route_hex_pairs(struct route_call *c, const char *what, uint8_t *out, unsigned n);

#endif
