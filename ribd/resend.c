/*
 * A resend walks the list with a cursor of its own up to the change that was the newest when it
 * was asked for; what changes meanwhile moves behind that and comes the ordinary way. It never
 * withdraws, and it never touches the session's position.
 */
#include "ribd/resend.h"

#include <stdlib.h>
#include "ribd/window.h"

enum { STEPS_MAX = 65536, MARKER_BYTES = 23 };

static bool
write_markers(struct wr *w, size_t limit, uint32_t families, uint8_t subtype)
{
	if (limit < MARKER_BYTES * (size_t)__builtin_popcount(families))
		return false;
	for (unsigned i = 0; i < FAMILY_COUNT; i++)
		if ((families >> i & 1) != 0)
			export_refresh(w, family_table[i].family, subtype);
	return true;
}

static bool
wanted(const struct rib *rib, const struct session *s, const struct export_session *e,
	const struct resend *job, const struct entry *entry)
{
	if (entry->kind != ENTRY_ROUTE || !peerset_has(&rib->sets, entry->peers, s->peer))
		return false;
	if (entry->family == ENTRY_FAMILY_NONE)
		return job->attributes;
	return ((job->families & e->families) >> entry->family & 1) != 0;
}

/* False: no room for this route. */
static bool
send_again(struct rib *rib, const struct export_session *e, struct wr *w, const struct entry *entry)
{
	struct attrset set = attrs_view(&rib->attrs, entry->attrs);
	struct nlri nlri = entry_nlri(entry);
	size_t skipped = 0;

	if (export_announce(w, e, nlri.family, &set, &nlri, 1, &skipped) == 0)
		return false;
	rib->counters.skipped += skipped;
	return true;
}

/* True: the walk is at its end. */
static bool
walk(struct rib *rib, const struct session *s, const struct export_session *e,
	const struct resend *job, struct wr *w, uint32_t max_updates)
{
	struct table *t = &rib->table;
	uint32_t at = table_at(t, job->mark)->next, behind = job->mark;
	bool end = true;

	for (unsigned steps = 0; at != TABLE_NONE; at = table_at(t, at)->next) {
		const struct entry *entry = table_at(t, at);

		if (entry->kind == ENTRY_MARK)
			continue;
		if (entry_seq(entry) > job->target)
			break;
		end = steps++ < STEPS_MAX;
		if (end && wanted(rib, s, e, job, entry))
			end = max_updates-- > 0 && send_again(rib, e, w, entry);
		if (!end)
			break;
		behind = at;
	}
	table_mark_move(t, job->mark, behind);
	return end;
}

static void
finish(struct rib *rib, struct session *s)
{
	struct resend *job = s->resends;

	table_mark_remove(&rib->table, job->mark);
	s->resends = job->next;
	free(job);
}

size_t
resend_step(struct rib *rib, struct session *s, const struct export_session *e, uint8_t *out,
	size_t limit, uint32_t max_updates, bool *more)
{
	struct resend *job = s->resends;
	struct wr w = wr_init(out, limit);

	*more = true;
	if (!job->begun) {
		if (!write_markers(&w, wr_left(&w), job->marked, 1))
			return 0;
		job->mark = table_mark(&rib->table, UINT32_MAX);
		job->begun = true;
	}
	if (walk(rib, s, e, job, &w, max_updates) &&
		write_markers(&w, wr_left(&w), job->marked, 2)) {
		finish(rib, s);
		*more = false;
	}
	return wr_len(&w);
}
