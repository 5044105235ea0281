/* The inside of struct route_parser, for route.c and route_finish() only. */
#ifndef TROUPE_PROTO_TEXT_ROUTE_PRIV_H
#define TROUPE_PROTO_TEXT_ROUTE_PRIV_H

#include "common/buf.h"
#include "proto/text/route_grammar.h"

/*
 * The words after the prefix of the last plain route, and what they mean. Valid as long as the
 * builder, which the attribute set points into, was not used again. Only for statements whose tail
 * holds nothing but a next-hop and attributes: then the tail alone decides the attribute set.
 */
struct route_cache {
	bool valid;
	bool has_raw; /* raw is the same tail as text */
	enum route_purpose purpose;
	struct attrset attrs;
	struct buf words; /* per word: u32 length, bytes */
	uint32_t n_words;
	struct buf raw;
};

struct route_parser {
	struct route_cache cache;
	struct nlri *nlri; /* owned */
	size_t n_nlri, cap_nlri;
	struct buf bytes; /* of all NLRI, one after the other */
	struct attr_builder builder;
};

/* True when `route` makes a multicast route of it (config.md 4.1). at: the prefix as written. */
bool route_prefix_multicast(const struct addr *net, const struct token *at);

#endif
