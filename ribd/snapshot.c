/*
 * Snapshots: the state written beside the log in slices while changes go on. The next log is begun
 * first; what changes afterwards is in that log, so the walk only writes what has not changed since
 * (its change number tells). Operations whose effect depends on routes that the walk may miss
 * (clear, watchdogs, a new list of neighbors) abort it: the owner tries again later.
 */
#include "ribd/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "common/loop.h"
#include "common/xmalloc.h"
#include "proto/ipc/route_ops.h"
#include "ribd/lifetime.h"
#include "ribd/owner.h"
#include "ribd/watchdog.h"

enum { SLICE_ROUTES = 2048, SLICE_BYTES = 64 * 1024, RECORD_BYTES = 256 * 1024, ROUTE_GUESS = 40 };

struct snapshot {
	struct journal *j;
	struct rib *rib;
	int fd;
	uint64_t number; /* of the log begun with it */
	uint64_t target; /* the newest change it holds */
	uint32_t mark;
	struct buf out;               /* encoded records */
	struct buf ops;               /* one record's operations */
	struct buf lifetimes;         /* as they were at the beginning */
	uint32_t owner, peers, attrs; /* state of the operations within the record */
	bool have_peers, have_attrs;
	char path[256], temporary[264];
};

bool
snapshot_due(const struct journal *j, const struct rib *rib)
{
	uint64_t live = (uint64_t)rib->table.live * ROUTE_GUESS + rib->attrs.bytes;

	/* A snapshot does not hold what an owner's synchronisation has mentioned: after a crash such a
	 * synchronisation ends without withdrawing anything. */
	if (rib->owners.n_syncing > 0 && j->size + j->old_bytes < 16ull * JOURNAL_COMPACT_BYTES)
		return false;
	return j->size + j->old_bytes > JOURNAL_COMPACT_BYTES &&
	       j->size + j->old_bytes > 2 * live && !rib->listing && rib->has_generation &&
	       !j->failed;
}

/* --- the operations of one record --- */

static void
ops_reset(struct snapshot *s)
{
	buf_reset(&s->ops);
	s->have_peers = s->have_attrs = false;
	s->owner = 0;
}

static void
ops_peers(struct snapshot *s, uint32_t set)
{
	struct rib *rib = s->rib;
	uint32_t n = peerset_count(&rib->sets, set), i = 0;
	uint32_t *ids = xreallocarray(NULL, n + 1, sizeof(ids[0]));
	size_t room = 3 + 4 * (size_t)n;
	struct wr w = wr_init(buf_room(&s->ops, room), room);

	for (int64_t p = peerset_next(&rib->sets, set, 0); p >= 0;
		p = peerset_next(&rib->sets, set, p + 1))
		ids[i++] = rib->peers[p]->id;
	route_op_peers(&w, ids, n);
	s->ops.len += wr_len(&w);
	free(ids);
}

static void
ops_attrs(struct snapshot *s, uint32_t attrs)
{
	struct attrset set = attrs_view(&s->rib->attrs, attrs);
	size_t room = 32 + set.len;
	struct wr w = wr_init(buf_room(&s->ops, room), room);

	route_op_attrs(&w, &set);
	s->ops.len += wr_len(&w);
}

/* Operations that make this route; the state is only repeated when it differs. */
static void
ops_route(struct snapshot *s, bool announce, uint32_t owner, uint32_t peers, uint32_t attrs,
	const struct nlri *nlri)
{
	size_t room = 16 + ROUTE_OP_OVERHEAD + nlri->len;
	struct wr w;

	if (!s->have_peers || s->peers != peers)
		ops_peers(s, peers);
	if (!s->have_attrs || s->attrs != attrs)
		ops_attrs(s, attrs);
	w = wr_init(buf_room(&s->ops, room), room);
	if (s->owner != owner)
		route_op_owner(&w, owner);
	route_op_route(&w, announce, nlri);
	s->ops.len += wr_len(&w);
	s->owner = owner;
	s->peers = peers;
	s->attrs = attrs;
	s->have_peers = s->have_attrs = true;
}

static void
end_record(struct snapshot *s, enum journal_kind kind, uint64_t seq)
{
	if (s->ops.len > 0)
		journal_encode(&s->out, kind, seq, s->ops.data, s->ops.len);
	ops_reset(s);
}

/* --- the parts --- */

/* Notes go through a journal that has no file: its pending records are ours. */
static void
write_state(struct snapshot *s)
{
	struct journal notes = { .fd = -1 };
	struct rib *rib = s->rib;

	journal_neighbors_begin(&notes, rib, true);
	for (uint32_t i = 0; i < rib->n_peers; i++)
		if (rib->peers[i] != NULL && !rib->peers[i]->instance)
			journal_neighbor(&notes, rib, rib->peers[i]);
	journal_neighbors_end(&notes, rib);
	for (uint32_t i = 0; i < rib->n_peers; i++)
		if (rib->peers[i] != NULL && rib->peers[i]->instance)
			journal_instance(
				&notes, rib, rib->peers[i]->id, rib->peers[i]->range_id, false);
	for (uint32_t i = 0; i < rib->n_sessions; i++)
		journal_session(&notes, rib, rib->sessions[i]);
	journal_positions(&notes, rib, true);
	buf_add(&s->out, notes.pending.data, notes.pending.len);
	buf_fini(&notes.pending);
}

static void
ops_watchdog(struct snapshot *s, const struct watchdog_view *item, uint32_t peers, bool withheld)
{
	size_t n = strlen(item->name), room = 3 + n;
	struct wr w;

	if (peers == 0)
		return;
	w = wr_init(buf_room(&s->ops, room), room);
	route_op_watchdog(&w, withheld, item->name, (unsigned)n);
	s->ops.len += wr_len(&w);
	ops_route(s, true, 0, peers, item->attrs, &item->nlri);
}

static void
write_watchdog(void *owner, const struct watchdog_view *item)
{
	struct snapshot *s = owner;
	uint32_t off = peerset_minus(&s->rib->sets, item->peers, item->on);

	ops_watchdog(s, item, item->on, false);
	ops_watchdog(s, item, off, true);
	peerset_unref(&s->rib->sets, off);
	/* Sets and attributes of one item need not live until the next. */
	s->have_peers = s->have_attrs = false;
	if (s->ops.len > SLICE_BYTES)
		end_record(s, JOURNAL_WATCHDOGS, 0);
}

/* Up to SLICE_ROUTES entries; true: the walk is at its end. */
static bool
write_routes(struct snapshot *s)
{
	struct table *t = &s->rib->table;
	uint32_t at = table_at(t, s->mark)->next, behind = s->mark;
	uint64_t seq = 0;
	unsigned n = 0;
	bool end = false;

	for (; at != TABLE_NONE && n < SLICE_ROUTES && s->ops.len < SLICE_BYTES;
		at = table_at(t, at)->next) {
		const struct entry *e = table_at(t, at);
		struct nlri nlri;

		if (e->kind == ENTRY_MARK)
			continue;
		end = entry_seq(e) > s->target;
		if (end)
			break;
		nlri = entry_nlri(e);
		ops_route(s, e->kind != ENTRY_WITHDRAW,
			(e->flags & ENTRY_F_CONFIG) != 0 ? ROUTE_OWNER_CONFIG
							 : owner_id(s->rib, e->whose),
			e->peers, e->attrs, &nlri);
		seq = entry_seq(e);
		behind = at;
		n++;
	}
	table_mark_move(t, s->mark, behind);
	end_record(s, JOURNAL_ROUTES, seq);
	return end || at == TABLE_NONE;
}

/* --- the file --- */

static bool
write_out(struct snapshot *s)
{
	size_t done = 0;

	while (done < s->out.len) {
		ssize_t n = write(s->fd, s->out.data + done, s->out.len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	buf_reset(&s->out);
	return true;
}

static void
snapshot_free(struct snapshot *s)
{
	if (s->fd >= 0)
		close(s->fd);
	table_mark_remove(&s->rib->table, s->mark);
	buf_fini(&s->out);
	buf_fini(&s->ops);
	buf_fini(&s->lifetimes);
	free(s);
}

void
snapshot_abort(struct snapshot *s)
{
	unlink(s->temporary);
	snapshot_free(s);
}

struct snapshot *
snapshot_begin(struct journal *j, struct rib *rib)
{
	struct snapshot *s;

	if (!journal_flush(j) || !journal_rotate(j)) {
		log_errno("journal", "cannot begin the next log");
		return NULL;
	}
	s = xcalloc(1, sizeof(*s));
	s->j = j;
	s->rib = rib;
	s->number = j->number;
	s->target = rib->table.seq;
	s->mark = table_mark(&rib->table, UINT32_MAX);
	journal_path(j, "snapshot", s->number, s->path, sizeof(s->path));
	snprintf(s->temporary, sizeof(s->temporary), "%s.tmp", s->path);
	s->fd = open(s->temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (s->fd < 0) {
		log_errno("journal", "cannot write %s", s->temporary);
		snapshot_free(s);
		return NULL;
	}
	buf_add(&s->out, journal_magic, sizeof(journal_magic));
	write_state(s);
	watchdog_each(rib, write_watchdog, s);
	end_record(s, JOURNAL_WATCHDOGS, 0);
	lifetime_write(rib, &s->lifetimes);
	return s;
}

/* In records of a bounded size, cut between operations. */
static void
write_lifetimes(struct snapshot *s)
{
	struct rd r = rd_init(s->lifetimes.data, s->lifetimes.len);
	const uint8_t *start = r.p;
	struct route_op op;

	while (route_op_next(&r, &op) == 1) {
		bool whole = op.kind == ROUTE_OP_ANNOUNCE || op.kind == ROUTE_OP_EXPIRE;

		if ((size_t)(r.p - start) < RECORD_BYTES && rd_left(&r) > 0)
			continue;
		if (!whole)
			continue;
		journal_encode(&s->out, JOURNAL_LIFETIMES, s->target, start, (size_t)(r.p - start));
		start = r.p;
	}
}

static int
finish(struct snapshot *s)
{
	write_lifetimes(s);
	journal_encode(&s->out, JOURNAL_END, s->target, "", 0);
	if (!write_out(s) || rename(s->temporary, s->path) != 0) {
		log_errno("journal", "cannot complete %s", s->path);
		snapshot_abort(s);
		return -1;
	}
	journal_remove_before(s->j, s->number);
	s->j->snapshots++;
	log_debug("journal", "snapshot %llu is complete", (unsigned long long)s->number);
	snapshot_free(s);
	return 0;
}

int
snapshot_step(struct snapshot *s, int64_t deadline_us)
{
	do {
		if (write_routes(s))
			return finish(s);
		if (s->out.len >= RECORD_BYTES && !write_out(s)) {
			log_errno("journal", "cannot write %s", s->temporary);
			snapshot_abort(s);
			return -1;
		}
	} while (loop_clock().us < deadline_us);
	return 1;
}
