/*
 * Telling ribd and bgpd the list of all neighbors, in the pace of their links: begin, every
 * neighbor (for ribd with its static routes), end. The same walk serves a connection that came
 * up and a reload; a reload during a walk starts it over.
 */
#ifndef TROUPE_APID_FEED_H
#define TROUPE_APID_FEED_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"

struct apid;
struct link;

enum feed_step { FEED_IDLE, FEED_BEGIN, FEED_NEIGHBOR, FEED_ROUTES };

struct feed {
	struct apid *apid;
	struct link *link;
	bool with_routes; /* ribd */
	bool resync;      /* the other side has no state of ours: use the committed number */
	enum feed_step step;
	bool told; /* a walk was finished on this connection */
	bool reload;
	uint32_t sent;                           /* neighbors of this walk */
	unsigned neighbor;                       /* index of the current one */
	size_t routes_at;                        /* how far its routes are sent */
	size_t attrs_at, attrs_n, dog_at, dog_n; /* state of the stream there */
	struct buf scratch;
};

void feed_init(struct feed *f, struct apid *a, bool with_routes);
void feed_fini(struct feed *f);
/* Starts a walk. resync: the connection is new. */
void feed_start(struct feed *f, bool reload, bool resync);
/* Goes on after LINK_WRITABLE. */
void feed_run(struct feed *f);
void feed_stop(struct feed *f);
static inline bool
feed_active(const struct feed *f)
{
	return f->step != FEED_IDLE;
}

#endif
