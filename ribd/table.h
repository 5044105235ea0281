/*
 * The routes: entries in one list in the order of their last change, and a hash over their NLRI.
 * An entry is one NLRI with one attribute set for a set of peers; entries of the same NLRI have
 * disjoint peers (per kind). Cursors stand in the same list as MARK entries, so an entry that
 * moves or dies never breaks a cursor.
 *
 * Entries are addressed by number and never move in memory. 48 bytes each, NLRI up to 12 bytes
 * included; with its slots in the index a route takes about 60 bytes. All families share the list, which keeps the
 * order of changes across families.
 */
#ifndef TROUPE_RIBD_TABLE_H
#define TROUPE_RIBD_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "proto/wire/family.h"
#include "proto/wire/nlri.h"
#include "ribd/index.h"

enum { ENTRY_INLINE = 12, ENTRY_FAMILY_NONE = FAMILY_COUNT, ENTRY_FAMILIES = FAMILY_COUNT + 1 };

enum entry_kind {
	ENTRY_FREE,
	ENTRY_ROUTE,    /* announced, remembered */
	ENTRY_PENDING,  /* announced to peers without adj-rib-out: forgotten once sent */
	ENTRY_WITHDRAW, /* to be withdrawn: forgotten once sent */
	ENTRY_MARK      /* a cursor; attrs is its owner's number */
};

enum {
	ENTRY_F_CONFIG = 1 << 0,     /* owned by the configuration */
	ENTRY_F_OUTLINE = 1 << 1,    /* NLRI in memory of its own */
	ENTRY_F_PATH_ID = 1 << 2,    /* has a path-id */
	ENTRY_F_MAYBE_SENT = 1 << 3, /* an earlier version may be on a session's first drain */
	ENTRY_F_QUEUED = 1 << 4,     /* stands in the reap queue */
	ENTRY_F_SECOND = 1 << 5,     /* comes after another version of it in the same window */
	ENTRY_F_PHASE = 1 << 6       /* its owner's phase when it was last announced (owner.h) */
};

struct entry {
	uint32_t prev, next; /* change list */
	uint32_t hash;       /* of the NLRI; of a free entry: the next free one */
	uint32_t attrs;      /* held */
	uint32_t peers;      /* held */
	uint32_t seq_low;    /* of the last change: 40 bits with seq_high */
	uint8_t seq_high;
	uint8_t kind : 3;
	uint8_t family : 5; /* row of family_table, or ENTRY_FAMILY_NONE */
	uint8_t flags;
	uint8_t spare;
	/* ENTRY_F_CONFIG: generation of the configuration that mentioned it last; else its owner */
	uint16_t whose;
	uint16_t len;
	uint32_t path_id;
	uint8_t bytes[ENTRY_INLINE];
};
_Static_assert(sizeof(struct entry) == 48, "an entry is 48 bytes");
_Static_assert(ENTRY_FAMILIES <= 32 && ENTRY_MARK < 8, "they fit into their bits");

struct table {
	struct entry **slabs; /* owned */
	uint32_t n_slabs, high, free;
	struct index index;
	uint32_t *found, found_cap; /* scratch of table_find_all() */
	uint32_t live;
	uint64_t seq;   /* of the newest change */
	uint32_t step;  /* 1; 0 while the journal is replayed: all of a record share its number */
	size_t outline; /* bytes of NLRI in memory of their own */
	uint32_t kinds[ENTRY_MARK + 1];
	uint32_t routes[ENTRY_FAMILIES];
	bool labelled[ENTRY_FAMILIES]; /* identity is not the bytes */
};

enum { TABLE_SLAB = 4096, TABLE_NONE = 0 }; /* entry 0 is both ends of the list */

static inline struct entry *
table_at(const struct table *t, uint32_t number)
{
	return &t->slabs[number / TABLE_SLAB][number % TABLE_SLAB];
}

static inline uint64_t
entry_seq(const struct entry *e)
{
	return (uint64_t)e->seq_high << 32 | e->seq_low;
}

static inline uint32_t
entry_family(const struct entry *e)
{
	return e->family < FAMILY_COUNT ? family_table[e->family].family : FAMILY_NONE;
}

/* Row of family_table, ENTRY_FAMILY_NONE for FAMILY_NONE and the unknown. */
uint8_t entry_family_row(uint32_t family);

void table_init(struct table *t);
void table_fini(struct table *t);

/* Borrows from the entry. */
struct nlri entry_nlri(const struct entry *e);

/* A few lookups ahead, so that the memory of the entry is there in time. */
void table_prefetch_entry(const struct table *t, uint32_t hash);

/* Entries of an NLRI, of all kinds, in no order: first and next number, or TABLE_NONE. */
uint32_t table_find(const struct table *t, const struct nlri *nlri, uint32_t hash);
uint32_t table_find_next(const struct table *t, uint32_t number, const struct nlri *nlri);

/* All of them at once, so that the caller may change the table while it goes through them: *out is
 * scratch of the table, valid until the next call. Returns how many. */
uint32_t table_find_all(
	struct table *t, const struct nlri *nlri, uint32_t hash, const uint32_t **out);

/* A new entry at the tail, with the next change number. attrs and peers: already held for it. The
 * NLRI's family must be in the table of families or FAMILY_NONE. */
uint32_t table_add(struct table *t, enum entry_kind kind, const struct nlri *nlri, uint32_t hash,
	uint32_t attrs, uint32_t peers);
/* The same NLRI, kind, attributes, flags and change number directly behind; peers: held for it.
 * The copy's attribute reference is the caller's to take. */
uint32_t table_split(struct table *t, uint32_t number, uint32_t peers);
void table_set_kind(struct table *t, uint32_t number, enum entry_kind kind);
/* To the tail with the next change number. */
void table_touch(struct table *t, uint32_t number);
/* The caller released attrs and peers. */
void table_remove(struct table *t, uint32_t number);

/* A cursor before all entries; moving it behind an entry (or TABLE_NONE: to the head). */
uint32_t table_mark(struct table *t, uint32_t owner);
void table_mark_move(struct table *t, uint32_t mark, uint32_t behind);
void table_mark_remove(struct table *t, uint32_t mark);

/* Bytes of memory held. */
size_t table_memory(const struct table *t);

#endif
