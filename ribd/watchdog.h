/*
 * Routes of the configuration that belong to a watchdog (reference/wire.md 10.9): switched on and
 * off by name. An item knows which of its peers have the route announced ("+") and which not.
 */
#ifndef TROUPE_RIBD_WATCHDOG_H
#define TROUPE_RIBD_WATCHDOG_H

#include "ribd/rib.h"

enum { WATCHDOG_NAME_MAX = 255 };

void watchdog_fini(struct rib *rib);
/* A route of the configuration. announce: also do what its state asks for. */
void watchdog_route(struct rib *rib, const char *name, size_t n, bool withheld, uint32_t peers,
	const struct nlri *nlri, uint32_t attrs, bool announce);
/* Switches every route of that name for these peers. */
void watchdog_switch(struct rib *rib, const char *name, size_t n, uint32_t peers, bool announce);
/* A configuration is being read: what it does not mention is gone at the end. */
void watchdog_begin(struct rib *rib);
void watchdog_end(struct rib *rib);
void watchdog_forget(struct rib *rib, uint32_t peers);

/* One item; on: those of peers that have it announced. */
struct watchdog_view {
	const char *name;
	struct nlri nlri;
	uint32_t attrs, peers, on;
};
/* Calls fn for every item, in the order of the configuration within a name. */
void watchdog_each(
	struct rib *rib, void (*fn)(void *owner, const struct watchdog_view *item), void *owner);

#endif
