/* Events of the service as records of an MRT file. */
#ifndef TROUPE_APID_MRTDUMP_EVENT_H
#define TROUPE_APID_MRTDUMP_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "common/htable.h"
#include "proto/wire/message.h"
#include "proto/wire/mrt.h"

enum { PEERS_MAX = 1 << 17 };

enum event_result {
	EVENT_RECORD,   /* one record was written */
	EVENT_OTHER,    /* nothing to write: another kind of line or event, no change of state */
	EVENT_MALFORMED /* an event that should be a record and can not be read */
};

/* What is remembered between events; zeroed at the start. */
struct events {
	struct htable peers; /* of struct event_peer, owned */
	unsigned n_peers;
	uint8_t message[MESSAGE_MAX_EXTENDED];
};

void events_fini(struct events *e);
/* A line of n bytes; *time_us is set when there is a record. */
enum event_result events_record(
	struct events *e, const char *line, size_t n, struct wr *w, uint64_t *time_us);

#endif
