/*
 * Reading the journal back. Applying a record again does what it did, so routes come out as they
 * were. Sessions are put back where they stood: one whose last confirmed change is n is placed
 * before the first record with changes beyond n; everything from there on counts as not yet sent,
 * and withdraws from there on leave their entries. Repeating a little is harmless.
 *
 * All changes of a record get the record's change number, so that positions noted later mean the
 * same when these files are read once more.
 */
#include "ribd/journal.h"

#include <stdlib.h>
#include "common/htable.h"
#include "common/xmalloc.h"
#include "proto/ipc/ipc.h"

struct noted {
	uint32_t neighbor, number;
	uint64_t hash, seq;
	bool eor_done, placed;
};

struct replay {
	struct rib *rib;
	struct htable sessions; /* of struct noted, by number; owned */
	uint64_t next;          /* the least position of a session not yet placed */
	uint64_t records;
};

size_t
journal_check(const uint8_t *p, size_t n, bool *complete)
{
	struct rd r = rd_init(p, n);
	struct journal_record record = { 0 };

	*complete = false;
	while (journal_next(&r, true, &record) == 1)
		*complete = record.kind == JOURNAL_END;
	return n - rd_left(&r);
}

struct replay *
replay_new(struct rib *rib)
{
	struct replay *r = xcalloc(1, sizeof(*r));

	r->rib = rib;
	rib->replaying = true;
	rib->table.step = 0;
	return r;
}

/* --- noting --- */

static bool
number_eq(const void *item, const void *key)
{
	const struct noted *s = item;
	const uint32_t *number = key;

	return s->number == *number;
}

static void
forget(struct replay *r, uint32_t number)
{
	free(htable_remove(&r->sessions, hash_u32(number), number_eq, &number));
}

/* A neighbor has one session. */
static void
forget_neighbor(struct replay *r, uint32_t neighbor)
{
	const struct noted *s;

	for (size_t pos = 0; (s = htable_next(&r->sessions, &pos)) != NULL;)
		if (s->neighbor == neighbor) {
			forget(r, s->number);
			return;
		}
}

static void
note_session(struct replay *r, struct rd *p)
{
	struct noted *s = xcalloc(1, sizeof(*s));

	s->neighbor = rd_u32(p);
	s->number = rd_u32(p);
	s->hash = rd_u64(p);
	if (!rd_ok(p)) {
		free(s);
		return;
	}
	forget(r, s->number);
	forget_neighbor(r, s->neighbor);
	htable_add(&r->sessions, hash_u32(s->number), s);
}

static void
note_positions(struct replay *r, struct rd *p)
{
	while (rd_left(p) > 0) {
		uint32_t number = rd_u32(p);
		uint64_t seq = rd_u64(p);
		bool eor_done = rd_u8(p) != 0;
		struct noted *s = htable_find(&r->sessions, hash_u32(number), number_eq, &number);

		if (s == NULL || !rd_ok(p))
			continue;
		s->seq = seq;
		s->eor_done = eor_done;
	}
}

void
replay_note(struct replay *r, const uint8_t *p, size_t n)
{
	struct rd all = rd_init(p, n);
	struct journal_record record;

	while (journal_next(&all, false, &record) == 1) {
		if (record.kind == JOURNAL_SESSION)
			note_session(r, &record.payload);
		else if (record.kind == JOURNAL_POSITIONS)
			note_positions(r, &record.payload);
		else if (record.kind == JOURNAL_SESSION_DOWN)
			forget(r, rd_u32(&record.payload));
	}
}

/* --- applying --- */

/* Sessions that had nothing beyond seq confirmed are put behind what was applied so far. */
static void
place(struct replay *r, uint64_t seq)
{
	struct noted *s;

	r->next = UINT64_MAX;
	for (size_t pos = 0; (s = htable_next(&r->sessions, &pos)) != NULL;) {
		uint32_t slot = rib_peer_slot(r->rib, s->neighbor);

		if (s->placed || slot == UINT32_MAX)
			continue;
		if (s->seq < seq) {
			rib_session_restore(r->rib, slot, s->number, s->hash, s->eor_done);
			s->placed = true;
		} else if (s->seq < r->next) {
			r->next = s->seq;
		}
	}
}

static void
apply_neighbor(struct rib *rib, struct rd *p)
{
	struct ipc_neighbor m;

	if (ipc_unpack_neighbor(p->p, rd_left(p), &m) == 0)
		rib_neighbor(rib, &m);
}

static void
apply(struct rib *rib, struct journal_record *record)
{
	struct rd *p = &record->payload;
	uint64_t generation;
	uint32_t id, range;

	switch ((enum journal_kind)record->kind) {
	case JOURNAL_NEIGHBORS_BEGIN:
		generation = rd_u64(p);
		rib_neighbors_begin(rib, generation, rd_u8(p) != 0);
		break;
	case JOURNAL_NEIGHBOR:
		apply_neighbor(rib, p);
		break;
	case JOURNAL_NEIGHBORS_END:
		rib_neighbors_end(rib);
		break;
	case JOURNAL_INSTANCE:
		id = rd_u32(p);
		range = rd_u32(p);
		rib_instance(rib, id, range, rd_u8(p) != 0);
		break;
	case JOURNAL_ROUTES:
		(void)rib_apply(rib, p->p, rd_left(p));
		break;
	case JOURNAL_WATCHDOGS:
		(void)rib_apply_watchdogs(rib, p->p, rd_left(p));
		break;
	case JOURNAL_LIFETIMES:
		(void)rib_apply_lifetimes(rib, p->p, rd_left(p));
		break;
	case JOURNAL_SESSION:
	case JOURNAL_SESSION_DOWN:
	case JOURNAL_POSITIONS:
	case JOURNAL_END:
		break;
	}
}

void
replay_apply(struct replay *r, const uint8_t *p, size_t n)
{
	struct rd all = rd_init(p, n);
	struct journal_record record;

	while (journal_next(&all, false, &record) == 1) {
		if (record.seq > r->next)
			place(r, record.seq);
		if (record.seq > r->rib->table.seq)
			r->rib->table.seq = record.seq;
		apply(r->rib, &record);
		/* A neighbor that just came may have had a session. */
		if (record.kind == JOURNAL_NEIGHBOR || record.kind == JOURNAL_INSTANCE)
			r->next = 0;
		r->records++;
	}
}

uint64_t
replay_end(struct replay *r)
{
	uint64_t records = r->records;
	struct noted *s;

	place(r, UINT64_MAX);
	rib_neighbors_abort(r->rib);
	r->rib->table.step = 1;
	r->rib->replaying = false;
	for (size_t pos = 0; (s = htable_next(&r->sessions, &pos)) != NULL;)
		free(s);
	htable_fini(&r->sessions);
	free(r);
	return records;
}
