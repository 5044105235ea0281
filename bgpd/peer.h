/*
 * One neighbor: its definition as apid gave it, its session (and a rival while two connections
 * compete), the back-off between attempts. A neighbor with a range of addresses never connects;
 * connections it accepts become instances, peers of their own that go with their session.
 */
#ifndef TROUPE_BGPD_PEER_H
#define TROUPE_BGPD_PEER_H

#include "bgpd/session.h"
#include "proto/ipc/ipc.h"

struct bgpd;

enum { PEER_NAME_MAX = ADDR_TEXT_MAX + 8 };

struct peer {
	struct bgpd *d;
	struct peer *next, **link;  /* in the daemon's list */
	struct peer *same;          /* the next of the same address: see peer_index.h */
	char name[PEER_NAME_MAX];   /* the address, for logs */
	struct ipc_neighbor def;    /* borrows from def_bytes */
	uint8_t *def_bytes;         /* owned */
	struct addr address, local; /* of the definition; local.len 0: auto */
	struct peer *range;         /* of an instance */
	bool is_range;
	bool listed;  /* seen in the list that is being received */
	bool fresh;   /* to be started at the end of the list */
	bool stopped; /* used up its attempts */
	bool gone;    /* removed, freed at the end of the turn */
	bool lost;    /* apid must be told that the session of our predecessor is over */

	struct session slots[2];
	struct session *session; /* the main one */

	struct loop_timer retry_timer;
	unsigned backoff_s;
	unsigned attempts_used;
	uint64_t since_us; /* wall clock of the last change to or from up */
	char last_reason[SESSION_REASON_MAX];
};

/* From a neighbor message; returns owned by the daemon's list. */
struct peer *peer_new(struct bgpd *d, const struct ipc_neighbor *def);
/* A neighbor as a predecessor had it; range: NULL, or of an instance. Returns what is there, too. */
struct peer *peer_restore(struct bgpd *d, const struct ipc_neighbor *def, struct peer *range);
/* It has an address, and lengths that fit. */
bool peer_plausible(const struct ipc_neighbor *def);
/* A definition for a peer that is already there; resets its session when it must. */
void peer_update(struct peer *p, const struct ipc_neighbor *def);
/* Closes without NOTIFICATION; freed at the end of the turn. */
void peer_remove(struct peer *p, const char *reason);
/* At once: for the end of the daemon. */
void peer_free(struct peer *p);
struct peer *peer_find(const struct bgpd *d, uint32_t id);
/* A peer for one address of a range; returns owned by the daemon's list. */
struct peer *peer_new_instance(
	struct peer *range, const struct addr *remote, const struct addr *local);

/* Starts an attempt now, or waits for the peer when passive. */
void peer_start(struct peer *p);
/* A main session came to Idle: plan what follows. */
void peer_session_ended(struct peer *p);
/* Ends the session with a NOTIFICATION, silently with graceful restart, and starts at once. */
void peer_reset(struct peer *p, const struct wire_error *err);
/* A connection the peer opened: takes the descriptor. */
void peer_accept(struct peer *p, int fd, const struct addr *remote, const struct addr *local);
/* The session that is not the main one. */
struct session *peer_rival(struct peer *p);
/* The rival takes the place of the main session, which is over. */
void peer_promote_rival(struct peer *p);
/* RFC 4271 6.8: s accepted an OPEN while the other is in OpenConfirm; FSM_FAIL when s loses. */
enum fsm_outcome peer_collide(struct session *s);

#endif
