/*
 * The journal: everything that was committed, so that a ribd that starts again has every route and
 * knows how far each session is. Files in the run directory:
 *
 *   journal.N    a log: what happened, one write per turn of the loop
 *   snapshot.N   the state at the moment journal.N was begun; replaces all logs before N
 *
 * A file is 8 bytes of magic, then records: u32 length, u32 CRC-32C, then (length bytes, over
 * which the CRC goes) u8 kind, u64 change number behind it, payload. Reading stops at the first
 * record that is cut off or does not match.
 */
#ifndef TROUPE_RIBD_JOURNAL_H
#define TROUPE_RIBD_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "common/buf.h"
#include "common/rd.h"
#include "ribd/rib.h"

enum journal_kind {
	JOURNAL_NEIGHBORS_BEGIN = 1, /* u64 generation, u8 reload */
	JOURNAL_NEIGHBOR,            /* a packed `neighbor` message, without keys */
	JOURNAL_NEIGHBORS_END,
	JOURNAL_INSTANCE,     /* u32 id, u32 range, u8 gone */
	JOURNAL_ROUTES,       /* route operations as they came */
	JOURNAL_WATCHDOGS,    /* route operations: items of watchdogs (snapshots only) */
	JOURNAL_SESSION,      /* u32 neighbor, u32 number, u64 hash of the OPENs */
	JOURNAL_SESSION_DOWN, /* u32 number */
	JOURNAL_POSITIONS,    /* n x (u32 number, u64 change confirmed, u8 End-of-RIB sent) */
	JOURNAL_END,          /* a snapshot is complete */
	JOURNAL_LIFETIMES     /* route operations: deadlines (snapshots only, behind all routes) */
};

enum {
	JOURNAL_MAGIC_BYTES = 8,
	JOURNAL_RECORD_MAX = 32 * 1024 * 1024,
	JOURNAL_COMPACT_BYTES = 64 * 1024 * 1024 /* a log this long may be replaced */
};
extern const char journal_magic[JOURNAL_MAGIC_BYTES];

struct journal_record {
	uint8_t kind;
	uint64_t seq;
	struct rd payload;
};

/* Appends one record to out. */
void journal_encode(
	struct buf *out, enum journal_kind kind, uint64_t seq, const void *payload, size_t n);
/* The next record of a file's content (behind the magic): 1, 0 at the end, -1 when what follows is
 * cut off or damaged (r stays before it). check: verify the CRC. */
int journal_next(struct rd *r, bool check, struct journal_record *out);

/* --- the log that is being written --- */

struct journal {
	char dir[200];
	int fd;
	uint64_t number;    /* of the log */
	uint64_t size;      /* bytes of it that are good */
	uint64_t old_bytes; /* of the logs before it that the next snapshot replaces */
	struct buf pending; /* records not yet written */
	bool failed;        /* the last write failed; pending is kept */
	uint64_t records, bytes, failures, torn_bytes, replayed, snapshots;
};

/*
 * A journal belongs to one run of the group (TROUPE_GROUP): what an earlier run left is removed.
 * tag NULL: started by hand, the journal is kept.
 */
void journal_claim(const char *dir, const char *tag);
/*
 * Reads what is there into rib (empty so far), cuts off a torn tail and opens the log for
 * appending. dir must exist. 0, or -1 with errno: the log can not be opened.
 */
int journal_open(struct journal *j, const char *dir, struct rib *rib);
void journal_close(struct journal *j);
void journal_add(
	struct journal *j, enum journal_kind kind, uint64_t seq, const void *payload, size_t n);
/* Writes what is pending; false: it failed and stays pending. */
bool journal_flush(struct journal *j);
/* Begins the next log; false with errno. */
bool journal_rotate(struct journal *j);
/* Removes all files older than log N, except snapshot N itself. */
void journal_remove_before(struct journal *j, uint64_t number);
void journal_path(const struct journal *j, const char *kind, uint64_t number, char *out, size_t n);

/* --- what is noted of peers and sessions (journal_state.c) --- */
void journal_neighbors_begin(struct journal *j, const struct rib *rib, bool reload);
void journal_neighbor(struct journal *j, const struct rib *rib, const struct peer *p);
void journal_neighbors_end(struct journal *j, const struct rib *rib);
void journal_instance(
	struct journal *j, const struct rib *rib, uint32_t id, uint32_t range, bool gone);
void journal_session(struct journal *j, const struct rib *rib, const struct session *s);
void journal_session_down(struct journal *j, const struct rib *rib, uint32_t number);
/* Positions that moved since they were last noted (all: every one). True: something was added. */
bool journal_positions(struct journal *j, struct rib *rib, bool all);

/* --- replay (replay.c) --- */
/* One file's content behind the magic; returns how many bytes of it are good. *complete: it ends
 * with JOURNAL_END. */
size_t journal_check(const uint8_t *p, size_t n, bool *complete);
struct replay;
/* First all files are noted (sessions and their last positions), then all are applied, in the
 * same order. */
struct replay *replay_new(struct rib *rib);
void replay_note(struct replay *r, const uint8_t *p, size_t n);
void replay_apply(struct replay *r, const uint8_t *p, size_t n);
/* Places what is left and frees. Returns the number of records applied. */
uint64_t replay_end(struct replay *r);

/* --- snapshots (snapshot.c) --- */
struct snapshot;
/* Begins the next log and a snapshot of the present state. NULL: it can not be written now. */
struct snapshot *snapshot_begin(struct journal *j, struct rib *rib);
/* Writes a slice; 1: go on, 0: complete and in place, -1: failed. After 0 and -1 it is freed. */
int snapshot_step(struct snapshot *s, int64_t deadline_us);
void snapshot_abort(struct snapshot *s);
/* The log is long and mostly outdated. */
bool snapshot_due(const struct journal *j, const struct rib *rib);

#endif
