/* Which helper sees which neighbor, and what it hears of it (api.md 1.8, events.md 3). */
#ifndef TROUPE_APID_SUBSCRIBE_H
#define TROUPE_APID_SUBSCRIBE_H

#include <stdbool.h>

#include "proto/text/config.h"

struct apid;
struct neighbor;

/* Derives n->subscriptions from its api sections and the helpers there are. */
void subscribe_neighbor(struct apid *a, struct neighbor *n);
/* The same for all; after helpers came or went. */
void subscribe_all(struct apid *a);

/* The name is in the processes or matched by the processes-match of one of the sections. */
bool subscribe_names(const struct neighbor_conf *conf, const char *process);

static inline bool
subscription_wants(const struct api_direction *d, unsigned type)
{
	return (d->types >> type & 1) != 0 && (d->parsed || d->packets || d->consolidate);
}

#endif
