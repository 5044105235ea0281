/*
 * The inside of the FlowSpec grammar, for route_flow*.c: a rule while its words are read. The
 * components are kept in wire form, by type; route_flow.c makes the NLRI of them.
 */
#ifndef TROUPE_PROTO_TEXT_ROUTE_FLOW_H
#define TROUPE_PROTO_TEXT_ROUTE_FLOW_H

#include "proto/text/route_grammar.h"
#include "proto/wire/flow_names.h"

enum { FLOW_RULE_MAX = 4094, FLOW_WORDS_MAX = 40 };

struct flow_call {
	struct route_call c; /* the first member: the callbacks of route_block() get it */
	/* AFI of the section or of the first prefix; 0: none yet. */
	uint16_t afi;
	/* The first keyword of one IP version, and which; AFI 0: none. */
	uint16_t only_afi;
	const struct token *only_at;
	/* Components of type T stand in bytes[end[T - 1]..end[T]); last[T]: offset of the last
	 * operator in them. */
	uint16_t end[FLOW_TYPES], last[FLOW_TYPES];
	uint8_t bytes[FLOW_RULE_MAX];
};

/* Each: 1 the next words were one of its items, 0 something else, -1 with e. */
int flow_match_item(struct flow_call *f);
int flow_then_item(struct flow_call *f);
int flow_scope_item(struct flow_call *f);
/* Their keywords, for suggestions; returns how many. */
unsigned flow_match_words(const char **out);
unsigned flow_then_words(const char **out);

#endif
