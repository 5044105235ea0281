/*
 * A window: the next routes of one group's cursor, picked so that they certainly fit into a number
 * of bytes, and packed in the order of reference/wire.md 10.3: withdraws first (families in the
 * order of their first use), then announces by attribute set in the order of first use, then
 * family.
 */
#ifndef TROUPE_RIBD_WINDOW_H
#define TROUPE_RIBD_WINDOW_H

#include "ribd/rib.h"

struct selection {
	uint32_t n;      /* routes picked */
	uint32_t behind; /* the last entry passed */
	uint64_t low, high;
	uint32_t split; /* the next entry is for these members only: held set, else 0 */
	bool full;      /* stopped for lack of bytes or updates */
	bool end;       /* nothing is left behind */
};

struct window *window_new(void);
void window_free(struct window *w);
/* Picks for group g at most limit bytes and max_updates messages. */
void window_select(struct rib *rib, const struct group *g, size_t limit, uint32_t max_updates,
	struct selection *out);
/* Packs what was picked; *data borrows from the window. Returns the bytes. */
size_t window_pack(struct rib *rib, const struct group *g, const uint8_t **data);
/* At most this many bytes are one UPDATE with this route alone. */
size_t window_route_bound(
	const struct rib *rib, const struct export_session *s, const struct entry *e);
/* How many messages these bytes are. */
uint32_t window_count(const uint8_t *data, size_t n);
/* RIB_CHUNK_MAX bytes to build other messages in. */
uint8_t *window_scratch(struct rib *rib);
/* Room for a list of session numbers. */
uint8_t *window_sessions(struct rib *rib);

#endif
