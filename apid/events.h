/*
 * Events to helpers: what bgpd reports is rendered at most once per encoder and form, and given to
 * every helper that asked for it.
 */
#ifndef TROUPE_APID_EVENTS_H
#define TROUPE_APID_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "proto/ipc/enums.h"
#include "proto/ipc/ipc.h"

struct apid;
struct helper;
struct neighbor;

enum { EVENT_ENCODERS = 3 };

/* Renderings of the event being delivered; [with packet bytes][encoder]. */
struct event_cache {
	struct buf text[2][EVENT_ENCODERS];
	bool made[2][EVENT_ENCODERS];
};

/* "ESTABLISHED" */
const char *fsm_name(enum ipc_fsm state);
void events_fini(struct event_cache *c);
void events_on_peer_state(struct apid *a, const struct ipc_peer_state *m);
void events_on_fsm_state(struct apid *a, const struct ipc_fsm_state *m);
void events_on_opened(struct apid *a, const struct ipc_opened *m);
void events_on_message(struct apid *a, const struct ipc_message *m);
void events_on_header_error(struct apid *a, const struct ipc_header_error *m);
/* A signal, or a daemon command (0), was handled. */
void events_signal(struct apid *a, int signo);
/* The shutdown notice, to every helper. */
void events_shutdown(struct apid *a);
/* The notice that a helper missed count events. */
void events_dropped(struct helper *h, struct buf *out, uint64_t count);

#endif
