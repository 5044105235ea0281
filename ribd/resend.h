/* Sending a session's routes again: a refresh or a flush (reference/wire.md 10.8). */
#ifndef TROUPE_RIBD_RESEND_H
#define TROUPE_RIBD_RESEND_H

#include "ribd/rib.h"

/*
 * One step of the session's oldest request into out: begin markers, one UPDATE per route, end
 * markers. Returns the bytes; *more: the request is not finished. 0 with *more set: no room.
 */
size_t resend_step(struct rib *rib, struct session *s, const struct export_session *e, uint8_t *out,
	size_t limit, uint32_t max_updates, bool *more);

#endif
