/*
 * Routes with a time to live: the deadline of a route for some of its peers, outside the table of
 * routes, since few have one. Whatever is said about the route afterwards replaces its deadline.
 * Deadlines are times of rib->now_us.
 */
#ifndef TROUPE_RIBD_LIFETIME_H
#define TROUPE_RIBD_LIFETIME_H

#include "common/buf.h"
#include "ribd/rib.h"

/* The route of these peers is withdrawn at the deadline; an earlier deadline is void. */
void lifetime_set(struct rib *rib, uint32_t peers, const struct nlri *nlri, uint32_t attrs,
	int64_t deadline_us);
/* These peers' route stays. */
void lifetime_forget(struct rib *rib, uint32_t peers, const struct nlri *nlri);
/* The route's deadline at a peer; 0: none. */
int64_t lifetime_of(const struct rib *rib, uint32_t slot, const struct nlri *nlri);
/* These peers are gone. */
void lifetime_forget_peers(struct rib *rib, uint32_t peers);
/* `to` has what `from` has. */
void lifetime_copy(struct rib *rib, uint32_t from, uint32_t to);
/* Appends operations that withdraw what is due; to be applied and noted in the journal. False:
 * nothing is. *next: when there will be more, 0: never. */
bool lifetime_due(struct rib *rib, struct buf *ops, int64_t *next);
/* Operations that set all deadlines again, owners' included (JOURNAL_LIFETIMES). */
void lifetime_write(struct rib *rib, struct buf *ops);
void lifetime_fini(struct rib *rib);

#endif
