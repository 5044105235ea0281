/*
 * Selectors: which neighbors a command is for (reference/api.md 2.3 and 2.5). A neighbor matches
 * when its key holds `neighbor ADDRESS` and every `KEY VALUE` of the selector as whole words.
 */
#ifndef TROUPE_APID_SELECTOR_H
#define TROUPE_APID_SELECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "apid/batch.h"
#include "proto/text/token.h"

struct apid;
struct buf;
struct client;

/* True when the word can start a selector of `peer` (2.2). */
bool selector_starts(const struct token *k);

/*
 * Reads a selector at t and leaves t at the word after it. v4: after `neighbor`, with comma lists.
 * Returns the neighbors of the client that match, in the order of the table (borrowed, until the
 * table changes or 64 other selectors were used); empty when none does; NULL when malformed.
 * visible false: all neighbors of the service are looked at.
 */
const struct selection *selector_parse(struct client *c, struct tokens *t, bool v4);
/* The same for the fast path: the text of a selector seen before, or NULL. */
const struct selection *selector_cached(struct client *c, const char *text, size_t n);
/* Why the selector that starts at t (it was read before) matches nobody: each neighbor with the
 * first thing that differs, as far as there is room. */
void selector_why(struct client *c, struct tokens t, bool v4, struct buf *out);
/* All neighbors of the client. */
const struct selection *selector_all(struct client *c);
/* Drops what is cached. */
void selector_forget(struct client *c);

/* One alternative: the words `ADDRESS [KEY VALUE]…` or `*` at t. Exposed for `show` and tests. */
bool selector_match(const char *key, const struct tokens *alternative);

#endif
