/*
 * Route statements, of the configuration and of commands: `route …`, `attributes … nlri …`, `ipv4
 * unicast …` and, as families are added, the others (reference/config.md section 4, api.md
 * section 4). Text is parsed straight to wire form: an attribute set and NLRI.
 */
#ifndef TROUPE_PROTO_TEXT_ROUTE_H
#define TROUPE_PROTO_TEXT_ROUTE_H

#include "common/arena.h"
#include "proto/text/token.h"
#include "proto/wire/attr.h"
#include "proto/wire/nlri.h"

enum { ROUTE_SPLIT_MAX = 1 << 20 }; /* NLRI one statement may make */

struct route_text {
	const char *s;
	uint32_t n; /* 0: absent */
};

struct route_statement {
	struct attrset attrs;    /* valid until the parser's next call */
	const struct nlri *nlri; /* valid until the parser's next call; n_nlri 0: attributes only */
	uint32_t n_nlri;
	bool attributes_only;
	struct route_text watchdog, name;
	bool withdraw;        /* the word `withdraw`: starts withheld */
	struct token ignored; /* first word of a block that was skipped; s NULL: none */
};

/* Scratch memory of a parser; one per caller. About 130 KiB. */
struct route_parser;
struct route_parser *route_parser_new(void); /* returns owned */
void route_parser_free(struct route_parser *p);

/* What the statement is for: an announce must be complete (next-hop, label, rd; config D34), a
 * withdraw need not. */
enum route_purpose { ROUTE_ANNOUNCE, ROUTE_WITHDRAW };

/*
 * Each parses one statement after its keyword, up to the end of t; surplus words are errors.
 * 0, or -1 with e.
 *   route_parse_route       "PREFIX item…" of `route` (also "PREFIX { item; … }" in commands)
 *   route_parse_attributes  "item… [nlri PREFIX…]" of `attributes`
 *   route_parse_family      "SAFI PREFIX item…" of `announce { ipv4 { … } }` and of the commands
 *                           `announce ipv4 …`; afi is the section's
 */
int route_parse_route(struct route_parser *p, struct tokens *t, enum route_purpose purpose,
	struct route_statement *out, struct text_error *e);
int route_parse_attributes(struct route_parser *p, struct tokens *t, enum route_purpose purpose,
	struct route_statement *out, struct text_error *e);
int route_parse_family(struct route_parser *p, uint16_t afi, struct tokens *t,
	enum route_purpose purpose, struct route_statement *out, struct text_error *e);

/*
 * A statement with its keyword: `route …`, `attributes …`, `ipv4 SAFI …`, `ipv6 SAFI …`, `l2vpn vpls
 * …`, `flow route …`, `vpls …`, `sr-policy …`. Blocks are words: `{`, `;`, `}`.
 */
int route_parse(struct route_parser *p, struct tokens *t, enum route_purpose purpose,
	struct route_statement *out, struct text_error *e);

/*
 * The text after the word `route`, of n bytes without `;` (columns count from its start): the fast
 * way for many routes that differ in their prefix only. What follows the prefix is not parsed
 * again when it is byte for byte that of the previous call.
 */
int route_parse_line(struct route_parser *p, const char *line, size_t n, enum route_purpose purpose,
	struct route_statement *out, struct text_error *e);

/* "10.0.0.0/24 next-hop 1.2.3.4 med 5 …" of one route, for show (api.md 3.5) and `decode -m`. */
void route_print(
	struct buf *out, const struct nlri *nlri, const struct attrset *set, bool with_attributes);

#endif
