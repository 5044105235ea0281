/*
 * The RIB: what every peer is to have, and how far each has it. Routes stand in one table in the
 * order of their last change (ribd/table.h); peers in step with each other form a group, which is
 * a cursor into that list. This part knows no links, no files and no loop: messages leave through
 * struct rib_output, time comes in through rib->now_us.
 *
 * Positions are change numbers: all entries up to `low` are passed for certain, none beyond
 * `high`. They differ only after a rewind and after a replay of the journal.
 */
#ifndef TROUPE_RIBD_RIB_H
#define TROUPE_RIBD_RIB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "common/htable.h"
#include "proto/ipc/session.h"
#include "proto/wire/export.h"
#include "proto/wire/open.h"
#include "proto/wire/update.h"
#include "ribd/attrs.h"
#include "ribd/peerset.h"
#include "ribd/table.h"

struct ipc_neighbor;
struct ipc_session_up;
struct window;

enum {
	RIB_PEERS_MAX = 65536,
	RIB_CHUNK_TARGET = 64 * 1024,     /* a chunk is cut here */
	RIB_CHUNK_MAX = IPC_SESSION_RING, /* and never exceeds this */
	RIB_WINDOW_MAX = 16384,           /* routes packed together */
	RIB_EORS_MAX = 1024,              /* End-of-RIB requests waiting for one session */
	RIB_RESENDS_MAX = 64,             /* refresh requests waiting for one session */
	RIB_NOTES = 32,                   /* times of sending that are remembered, per session */
	RIB_NOTES_US = 100000,            /* apart */
	RIB_INFLIGHT_MAX = 256,           /* chunks whose arrival is remembered, per session */
	RIB_LOW_CREDIT = 16 * 1024        /* members with less do not hold up the others */
};

/* Where chunks go. */
struct rib_output {
	void *owner;
	size_t (*room)(void *owner); /* bytes that may be sent now */
	/* sessions: n big-endian u32 numbers. */
	void (*chunk)(void *owner, uint64_t number, const uint8_t *sessions, size_t n,
		const uint8_t *data, size_t len);
};

/* A neighbor; its slot is its bit in peer sets. */
struct peer {
	bool used, range, instance, mentioned;
	bool keep; /* adj-rib-out */
	bool adj_rib_in, manual_eor, aigp, group_updates, has_link_local;
	uint8_t link_local[16];
	uint32_t id, slot, range_id;
	uint32_t settle_ms, rate_limit;
	uint32_t families;                       /* configured: bit map */
	int64_t settle_first_us, settle_last_us; /* of the changes not yet sent; 0: none */
	char *key;                               /* owned */
	struct session *session;                 /* NULL: down */
	struct table *in;                        /* adj-rib-in; NULL: empty */
	uint32_t in_generation;                  /* counts how often it was emptied */
};

struct resend {
	struct resend *next;
	uint32_t families; /* whose routes are sent again: bit map */
	uint32_t marked;   /* families with begin and end markers */
	bool attributes;   /* the attributes-only UPDATE too */
	bool begun;
	uint32_t mark;   /* cursor */
	uint64_t target; /* up to this change */
};

struct session_eor {
	uint64_t after;  /* when this change is sent */
	uint32_t family; /* or EOR_AUTOMATIC: all negotiated ones */
};
#define EOR_AUTOMATIC UINT32_MAX

/* When what was handed to bgpd. */
struct sent_note {
	uint64_t seq; /* up to this change */
	int64_t us;   /* rib->now_us */
};

struct inflight {
	uint64_t number; /* of the chunk */
	uint64_t seq;    /* position behind it */
};

struct session {
	uint32_t number; /* bgpd's */
	uint32_t peer;   /* slot */
	uint32_t group;  /* index; every session is in exactly one */
	bool attached;   /* bgpd is there and told us of it */
	bool eor_done, enhanced_refresh, own_refresh;
	uint32_t own_families;
	struct update_session in;  /* for adj-rib-in */
	uint64_t start_seq;        /* withdraws up to this are none of its business */
	uint64_t credit, sent;     /* bytes, since bgpd announced the session */
	uint64_t confirmed_seq;    /* while chunks are in flight; see session_confirmed() */
	uint64_t journal_seq;      /* position last written to the journal */
	struct inflight *inflight; /* owned; oldest first */
	uint32_t n_inflight, cap_inflight;
	struct session_eor *eors; /* owned; oldest first */
	uint32_t n_eors, cap_eors;
	struct resend *resends; /* owned; oldest first */
	int64_t tokens_us;      /* rate limit: time at which the bucket was empty */
	uint32_t n_families;
	uint32_t families[OPEN_FAMILIES_MAX]; /* negotiated, in the peer's order */
	int64_t eor_after_us;                 /* the automatic ones not before: the settle time */
	uint64_t eor_chunk;                   /* chunk that carried the automatic End-of-RIBs */
	uint64_t opens_hash;                  /* recognises the session after a restart of ribd */
	struct sent_note notes[RIB_NOTES];    /* oldest first */
	uint32_t n_notes;
};

/* Sessions that get the same bytes and stand at the same place. */
struct group {
	bool used, attached;
	bool starved; /* no member has credit */
	bool limited; /* rate-limit: never shared */
	uint32_t mark;
	uint64_t low, high, start;
	uint32_t members; /* peer set, held */
	uint32_t settle_ms;
	int64_t wait_until_us; /* 0: not waiting */
	struct export_session export;
};

struct reap_item {
	uint64_t seq;
	uint32_t number;
};

/* Entries to look at again when every session has passed them; first in, first out. */
struct reap_queue {
	struct reap_item *items; /* owned; ring */
	size_t head, n, cap;
};

struct rib_counters {
	uint64_t announces, withdraws, duplicates, refused;
	uint64_t chunks, chunk_bytes, skipped, splits, merges, windows;
	uint64_t resends, reaped, received;
};

struct watchdogs {
	struct htable names;
	size_t items;
};

/* Whom an operation on one family concerns. The last answer is kept: a million routes in a row ask
 * the same. Sets are held. */
struct target {
	bool valid;
	uint8_t row;
	uint32_t peers;
	uint32_t asked; /* those of peers that have the family configured */
	uint32_t kept;  /* of them, with adj-rib-out */
	uint32_t rest;  /* without */
	uint32_t up;    /* with a session */
};

/* Who announced routes (owner.h). */
struct owner {
	uint32_t id;
	uint8_t phase; /* ENTRY_F_PHASE or 0 */
	bool syncing;
	int64_t expires_us; /* all its routes are withdrawn then; 0: they stay */
};
enum { OWNERS_MAX = 65535 };
struct owners {
	struct owner *v; /* owned; [0]: nobody */
	uint32_t n, n_syncing;
	uint16_t last;
};

struct lifetime;
struct lifetimes {
	struct lifetime **heap; /* owned, with the items */
	size_t n, cap;
	struct htable by_nlri;
};

struct rib {
	struct table table;
	struct target target;
	struct attrs_pool attrs;
	struct peerset_pool sets;
	struct peer **peers; /* by slot; owned */
	uint32_t n_peers;
	struct htable ids;       /* peers */
	struct htable by_number; /* sessions */
	/* Sets, held. first: sessions in their first drain; first_content: it has sent something. */
	uint32_t all, keep, up, settle, first, first_content, eor, resending;
	uint32_t configured[ENTRY_FAMILIES];
	struct group *groups; /* owned */
	uint32_t n_groups, turn;
	struct session **sessions; /* owned pointers */
	uint32_t n_sessions, cap_sessions;
	struct reap_queue reap;
	struct watchdogs watchdogs;
	struct owners owners;
	struct lifetimes lifetimes;
	uint16_t speaker;      /* owner of what is being announced */
	struct window *window; /* owned: scratch */
	struct rib_output out;
	uint64_t next_chunk;
	int64_t now_us;
	int64_t eor_wake_us;
	int64_t wake_us; /* after rib_drain(): when it wants to run again, 0: no need */
	bool replaying;
	bool walk_dependent; /* an operation depended on what is in the table: see snapshot.c */
	bool rejoin;         /* a resend ended: its group may stand beside an equal one */
	/* The list of neighbors being received, and the configuration it came from. */
	bool listing, ignore_config, has_generation;
	uint64_t generation;
	uint8_t mark;
	struct rib_counters counters;
};

/* rib: zeroed. */
void rib_init(struct rib *rib, const struct rib_output *out);
void rib_fini(struct rib *rib);

/* --- neighbors (peer.c) --- */
struct peer *rib_peer(const struct rib *rib, uint32_t id);  /* NULL: unknown */
uint32_t rib_peer_slot(const struct rib *rib, uint32_t id); /* UINT32_MAX: unknown */
void rib_neighbors_begin(struct rib *rib, uint64_t generation, bool reload);
void rib_neighbor(struct rib *rib, const struct ipc_neighbor *m);
/* Withdraws configured routes that were not mentioned, removes neighbors that were not. */
void rib_neighbors_end(struct rib *rib);
/* The list broke off (apid died): the next one starts over. */
void rib_neighbors_abort(struct rib *rib);
void rib_instance(struct rib *rib, uint32_t id, uint32_t range_id, bool gone);

/* --- entries (entry.c) --- */
/* Frees an entry with what it holds. */
void rib_entry_drop(struct rib *rib, uint32_t number);
/* Takes peers out of an entry, which dies when none is left. */
void rib_entry_shrink(struct rib *rib, uint32_t number, uint32_t peers);

/* Valid until peers or sessions change or another target is asked for. */
const struct target *rib_target(struct rib *rib, uint32_t peers, uint32_t family);
/* After a change of the sets of peers. */
void rib_target_reset(struct rib *rib);

/* --- routes (route.c, withdraw.c); peers, attrs: borrowed numbers; hash: nlri_hash(nlri) --- */
void rib_announce(struct rib *rib, uint32_t peers, const struct nlri *nlri, uint32_t hash,
	uint32_t attrs, bool config);
/* Sent, but not remembered. */
void rib_announce_once(struct rib *rib, uint32_t peers, const struct nlri *nlri, uint32_t attrs);
void rib_withdraw(
	struct rib *rib, uint32_t peers, const struct nlri *nlri, uint32_t hash, uint32_t attrs);
/* Withdraws every remembered route of these peers. */
void rib_clear(struct rib *rib, uint32_t peers);
/* Withdraws the routes of an owner that have this phase (UINT8_MAX: all of them). */
void rib_withdraw_owned(struct rib *rib, uint16_t owner, uint8_t phase);
/* Withdraws configured routes without the current mark. */
void rib_sweep(struct rib *rib);
/* Forgets these peers in every entry. pending_only: only what waits to be sent and forgotten. */
void rib_forget_peers(struct rib *rib, uint32_t peers, bool pending_only);
/* Gives `to` every route of `from`. */
void rib_copy_routes(struct rib *rib, uint32_t from, uint32_t to);

/* --- adj-rib-in (adj_in.c) --- */
/* A received UPDATE of a session; body without its header. Nothing is kept of a malformed one. */
void rib_received(struct rib *rib, uint32_t session, const uint8_t *body, size_t n);
/* Empties a peer's adj-rib-in. */
void rib_in_clear(struct rib *rib, struct peer *p);

/* --- reaping (reap.c) --- */
void rib_reap_push(struct rib *rib, uint32_t number);
/* Frees what every session has; joins routes that were split. */
void rib_reap(struct rib *rib);

/* --- route operations (ops.c) --- */
/* Applies a stream; 0, or -1 at the first malformed operation (those before count). */
int rib_apply(struct rib *rib, const uint8_t *ops, size_t n);
/* Applies a stream of WATCHDOG and ANNOUNCE operations to the watchdogs alone (a snapshot's). */
int rib_apply_watchdogs(struct rib *rib, const uint8_t *ops, size_t n);
/* The same with TTL, ANNOUNCE and EXPIRE operations and the deadlines. */
int rib_apply_lifetimes(struct rib *rib, const uint8_t *ops, size_t n);

/* --- sessions (session.c) --- */
/* True: it is new here, and starts from the beginning. */
bool rib_session_up(struct rib *rib, const struct ipc_session_up *m);
void rib_session_down(struct rib *rib, uint32_t number);
void rib_credit(struct rib *rib, uint32_t number, uint64_t total, uint64_t chunk);
void rib_refresh_received(struct rib *rib, uint32_t number, uint32_t family, uint8_t subtype);
struct session *rib_session(const struct rib *rib, uint32_t number); /* NULL: unknown */
/* bgpd is gone: sessions stay as they are until it tells which of them live. */
void rib_detach(struct rib *rib);
/* Sessions that bgpd did not tell of again are down. */
void rib_drop_detached(struct rib *rib);
/* A session noted in the journal, standing behind everything replayed so far. */
void rib_session_restore(
	struct rib *rib, uint32_t slot, uint32_t number, uint64_t opens_hash, bool eor_done);
uint64_t rib_session_confirmed(const struct rib *rib, const struct session *s);
/* A chunk with this number left for it; low: the position before it, seq: behind it. */
void rib_session_sent(struct rib *rib, struct session *s, uint64_t number, size_t len, uint64_t low,
	uint64_t seq);
/* When a change was handed over, as far as it is remembered (at this time or before); 0: unknown. */
int64_t rib_session_sent_at(const struct session *s, uint64_t seq);
/* End-of-RIB after everything that is in the list now. */
void rib_session_eor(struct rib *rib, struct session *s, uint32_t family);
void rib_session_resend(
	struct rib *rib, struct session *s, uint32_t families, uint32_t marked, bool attributes);

/* --- groups (group.c) --- */
uint32_t rib_group_new(struct rib *rib, const struct group *like, uint32_t behind);
/* members (held by the callee from now on) leave g and stand at its place. Returns the index. */
uint32_t rib_group_split(struct rib *rib, uint32_t index, uint32_t members);
void rib_group_leave(struct rib *rib, struct session *s);
/* Joins it with an equal group that stands next to it. */
void rib_group_merge(struct rib *rib, uint32_t index);
/* Those of peers that may have passed a change; the result is held for the caller. */
uint32_t rib_maybe_passed(struct rib *rib, uint32_t peers, uint64_t seq);

/* --- sending (drain.c) --- */
/* Sends what can be sent until deadline_us (loop_clock()); true: there is more to do. Sets
 * rib->wake_us. */
bool rib_drain(struct rib *rib, int64_t deadline_us);
/* Everything up to seq is handed over to these (attached) peers. */
bool rib_drained(struct rib *rib, uint32_t peers, uint64_t seq);

#endif
