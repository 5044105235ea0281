/*
 * Back pressure of helpers that read slower than events come: bgpd keeps what it has for us, and in
 * the end its peers wait in TCP. Only a helper that takes nothing at all for a second loses events.
 */
#ifndef TROUPE_APID_PRESSURE_H
#define TROUPE_APID_PRESSURE_H

#include <stdbool.h>

struct apid;

enum {
	PRESSURE_PATIENCE_US = 1000 * 1000,   /* without a byte taken: it does not read */
	PRESSURE_HIGH_BYTES = 2 * 1024 * 1024 /* waiting events from which bgpd is held */
};

/* For the link to bgpd: may one more message be delivered? owner: the struct apid. */
bool pressure_accept(void *owner);
/* A helper took some of its events, or is gone. */
void pressure_eased(struct apid *a);
void pressure_fini(struct apid *a);

#endif
