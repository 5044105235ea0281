/*
 * OPERATIONAL messages to peers (reference/wire.md 9.4, config.md 3.11, api.md 3.12): an ASM is kept,
 * one per family, and sent at each start of the session; all others are sent once.
 */
#ifndef TROUPE_APID_OPERATIONAL_H
#define TROUPE_APID_OPERATIONAL_H

#include <stdbool.h>

struct apid;
struct neighbor;
struct operational_queue;
struct request;

enum { OPERATIONAL_QUEUE_MAX = 64 * 1024 };

/* The definition's own messages, at a start or a reload. before: the neighbor's predecessor, whose
 * queue moves here, or NULL. */
void operational_configure(struct neighbor *n, struct neighbor *before);
/* The session is up: sends everything that waited. */
void operational_up(struct apid *a, struct neighbor *n);
/* What was queued while the session was up. */
void operational_flush(struct apid *a, struct neighbor *n);
void operational_free(struct operational_queue *q);
/* The command; false: it is malformed. */
bool operational_announce(struct request *r);

#endif
