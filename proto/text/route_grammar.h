/*
 * How route statements are put together; for the files that define grammars of families.
 *
 * Adding a family's grammar: write route_KIND.c with one or more functions
 *
 *	int grammar_KIND(struct route_call *c);
 *
 * declare them at the end of this header, and replace the NULL of the family's rows in
 * route_grammar.c by them. A grammar is called with c->t after the keyword (the SAFI word, or
 * `flow`, `vpls`, …). It
 *   - takes its own words with value_*() (value.h), and everything that all families share (next-hop,
 *     label, rd, path-information, split, name, watchdog, withdraw and all attributes) with
 *     route_item() one at a time or route_items() for the rest of the statement;
 *   - may add attributes of its own (extended communities of flow actions) with attr_builder_add()
 *     on c->b;
 *   - builds the NLRI bytes (wire form without path-id) and hands them to route_add_nlri();
 *   - ends with `return route_finish(c, needs);`.
 * It returns 0, or -1 after text_error_set()/text_error_expected() on c->e. Scratch space: c->b and
 * the stack. c->afi is that of the section (`ipv4 …`), 0 where the statement decides. c->purpose
 * says whether the statement must be complete.
 *
 * Block forms (`flow { route NAME { match { … } then { … } } }`, `vpls SITE { … }`, `route P { … }`)
 * arrive flat from the configuration as well as from commands: `{`, `}` and `;` are words of
 * c->t, so one function serves both: see route_block().
 */
#ifndef TROUPE_PROTO_TEXT_ROUTE_GRAMMAR_H
#define TROUPE_PROTO_TEXT_ROUTE_GRAMMAR_H

#include "common/addr.h"
#include "common/buf.h"
#include "proto/text/route.h"
#include "proto/text/value.h"
#include "proto/wire/family.h"

enum { ROUTE_LABELS_MAX = 10 }; /* more do not fit before the shortest prefix */

/* Which shared items a grammar takes; and, in items.seen, which stood in the statement. */
enum route_item_bit {
	ROUTE_ITEM_NEXT_HOP = 1 << 0,
	ROUTE_ITEM_LABEL = 1 << 1,
	ROUTE_ITEM_RD = 1 << 2,
	ROUTE_ITEM_PATH_ID = 1 << 3,
	ROUTE_ITEM_SPLIT = 1 << 4,
	ROUTE_ITEM_NAME = 1 << 5,
	ROUTE_ITEM_WATCHDOG = 1 << 6,
	ROUTE_ITEM_WITHDRAW = 1 << 7,
	ROUTE_ITEM_ATTRIBUTE = 1 << 8, /* any attribute keyword */
	ROUTE_ITEM_ALL = (1 << 9) - 1
};

struct route_items {
	uint32_t seen; /* enum route_item_bit */
	uint32_t path_id;
	uint8_t rd[8]; /* wire form */
	uint32_t labels[ROUTE_LABELS_MAX];
	unsigned n_labels;
	uint8_t split;
};

/* One statement being parsed. */
struct route_call {
	struct route_parser *p;
	struct tokens *t;
	struct attr_builder *b;
	struct route_statement *out;
	struct text_error *e;
	enum route_purpose purpose;
	uint16_t afi; /* of the section, or 0 */
	uint8_t safi; /* of the grammar's row, or 0 */
	struct route_items items;
};

enum {
	GRAMMAR_IPV4 = 1 << 0,
	GRAMMAR_IPV6 = 1 << 1,
	GRAMMAR_L2VPN = 1 << 2,
	GRAMMAR_BGPLS = 1 << 3,
	GRAMMAR_IP = GRAMMAR_IPV4 | GRAMMAR_IPV6
};

/* One row per SAFI word of `announce { ipv4 { … } }`, and one per statement keyword. */
struct route_grammar {
	const char *keyword;
	uint8_t safi; /* 0: the statement decides */
	uint8_t afis; /* GRAMMAR_* sections it may stand in; statements: the section it opens or 0 */
	int (*parse)(struct route_call *c); /* NULL: not supported yet */
};

/* NULL and e when there is no such row. */
const struct route_grammar *grammar_by_safi(uint16_t afi, struct tokens *t, struct text_error *e);
const struct route_grammar *grammar_by_statement(struct tokens *t, struct text_error *e);
/* Runs the row (which may have no parser yet). */
int grammar_run(const struct route_grammar *g, struct route_call *c);

/* 1: the next word and its value were a shared item; 0: it is something else; -1 with e. */
int route_item(struct route_call *c, uint32_t allowed);
/* Shared items up to the end of the statement (a last `;` is taken too); 0 or -1. */
int route_items(struct route_call *c, uint32_t allowed);
/* "expected a route item…" at the next word, with the nearest keyword. Returns -1. */
int route_item_unknown(struct route_call *c, const char *const *own, unsigned n_own);
/*
 * The content of a block after its `{`: item() is called at the start of each statement with its
 * first word next; it returns 1 (taken), 0 (unknown: error) or -1. A statement ends with `;`,
 * except that item() itself may have taken a whole inner block (then it returns 2). The closing
 * `}` is taken. Words after a statement's value are skipped and noted in c->out->ignored.
 */
int route_block(struct route_call *c, int (*item)(struct route_call *c));

/* Appends an NLRI (with the path-id of c->items); 0 or -1 with e. */
int route_add_nlri(struct route_call *c, uint32_t family, const void *bytes, size_t n);

enum route_needs {
	ROUTE_NEEDS_NOTHING = 0,
	ROUTE_NEEDS_NEXT_HOP = 1 << 0, /* on an announce */
};
/* Completes c->out: NLRI pointers, attribute block; checks what is missing. 0 or -1 with e. */
int route_finish(struct route_call *c, unsigned needs);

/* Prefix families (route_prefix.c): unicast, multicast, nlri-mpls, mpls-vpn. */
int grammar_prefix(struct route_call *c);
int grammar_route(struct route_call *c);
int grammar_attributes(struct route_call *c);
int grammar_raw(struct route_call *c); /* route_raw.c: `troupe-nlri SAFI 0xHEX item…` */
/* The other families, each in the file of its name (route_flow.c, …). */
int grammar_flow(struct route_call *c);
int grammar_flow_route(struct route_call *c); /* after the word `flow` */
int grammar_vpls(struct route_call *c);
int grammar_mvpn(struct route_call *c);
int grammar_mup(struct route_call *c);
int grammar_sr_policy(struct route_call *c);
int grammar_evpn(struct route_call *c);
int grammar_rtc(struct route_call *c);
int grammar_bgpls(struct route_call *c);

#endif
