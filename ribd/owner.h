/*
 * Whose routes are: helpers and operators, by the hash of their name. An entry knows its owner by a
 * small number. An owner may say "after this my routes are exactly these": every announce then sets
 * the owner's present phase on the route, and at the end those of the other phase are withdrawn.
 */
#ifndef TROUPE_RIBD_OWNER_H
#define TROUPE_RIBD_OWNER_H

#include "ribd/rib.h"

enum { OWNER_NOBODY = 0 };

/* Number of an owner; new ones are remembered for good. id 0, or too many of them: OWNER_NOBODY. */
uint16_t owner_number(struct rib *rib, uint32_t id);
uint32_t owner_id(const struct rib *rib, uint16_t number);
/* ENTRY_F_PHASE or 0: what an announce of this owner sets. */
static inline uint8_t
owner_phase(const struct rib *rib, uint16_t number)
{
	return number < rib->owners.n ? rib->owners.v[number].phase : 0;
}

/* Until the end, or until abort, the owner says what it has. A second begin starts over. */
void owner_sync_begin(struct rib *rib, uint16_t number);
/* Withdraws what was not announced since. */
void owner_sync_end(struct rib *rib, uint16_t number);
void owner_sync_abort(struct rib *rib, uint16_t number);
/* ROUTE_OP_EXPIRE. */
void owner_expire(struct rib *rib, uint16_t number, uint64_t deadline_us);
/* The earliest owner whose time has come, or OWNER_NOBODY. *next: lowered to the next deadline. */
uint16_t owner_due(const struct rib *rib, int64_t *next);
void owners_fini(struct rib *rib);

#endif
