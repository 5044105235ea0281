/*
 * Sending: each group in turn gets its resends, then a window of changes, then the End-of-RIBs that
 * were asked for up to there (reference/wire.md 10.3-10.5). Nothing is sent without credit of the
 * session and room on the link; a group that lacks something waits for the event that brings it.
 */
#include "ribd/rib.h"

#include "common/log.h"
#include "common/loop.h"
#include "ribd/resend.h"
#include "ribd/window.h"

enum { CHUNK_ENVELOPE = 64, EOR_BYTES = 30 };

enum turn { TURN_IDLE, TURN_PROGRESS, TURN_LINK_FULL };

static size_t
credit_left(const struct session *s)
{
	return s->credit > s->sent ? (size_t)(s->credit - s->sent) : 0;
}

/* Bytes the link takes besides the envelope and the list of sessions. */
static size_t
link_room(const struct rib *rib, uint32_t members)
{
	size_t room = rib->out.room(rib->out.owner);
	size_t fixed = CHUNK_ENVELOPE + 4 * (size_t)peerset_count(&rib->sets, members);

	return room > fixed ? room - fixed : 0;
}

static void
send_chunk(struct rib *rib, uint32_t members, const uint8_t *data, size_t len, uint64_t low,
	uint64_t seq)
{
	uint8_t *sessions = window_sessions(rib);
	struct wr w = wr_init(sessions, 4 * RIB_PEERS_MAX);
	uint64_t number = ++rib->next_chunk;
	size_t n = 0;

	for (int64_t p = peerset_next(&rib->sets, members, 0); p >= 0;
		p = peerset_next(&rib->sets, members, p + 1)) {
		struct session *s = rib->peers[p]->session;

		wr_u32(&w, s->number);
		rib_session_sent(rib, s, number, len, low, seq);
		n++;
	}
	rib->out.chunk(rib->out.owner, number, sessions, n, data, len);
	rib->counters.chunks++;
	rib->counters.chunk_bytes += len;
}

/* --- rate limit: a bucket of a tenth of a second --- */

static uint32_t
updates_allowed(struct rib *rib, const struct group *g, struct session **limited)
{
	struct session *s;
	int64_t rate, least;

	*limited = NULL;
	if (!g->limited)
		return UINT32_MAX;
	s = rib->peers[peerset_next(&rib->sets, g->members, 0)]->session;
	rate = rib->peers[s->peer]->rate_limit;
	if (rate == 0)
		return UINT32_MAX;
	least = rib->now_us - (rate < 10 ? 1000000 / rate : 100000);
	if (s->tokens_us < least)
		s->tokens_us = least;
	*limited = s;
	return (uint32_t)((rib->now_us - s->tokens_us) * rate / 1000000);
}

static void
updates_used(struct rib *rib, struct session *limited, const uint8_t *data, size_t len)
{
	if (limited != NULL)
		limited->tokens_us += (int64_t)window_count(data, len) * 1000000 /
				      rib->peers[limited->peer]->rate_limit;
}

static void
wait_for_tokens(struct rib *rib, struct group *g, const struct session *limited)
{
	g->wait_until_us = limited->tokens_us + 1000000 / rib->peers[limited->peer]->rate_limit + 1;
	if (g->wait_until_us <= rib->now_us)
		g->wait_until_us = rib->now_us + 1;
}

/* --- a window of changes --- */

/* What the members can take: the ones with little credit do not count as long as others have
 * more. */
static size_t
group_credit(const struct rib *rib, const struct group *g)
{
	size_t least = SIZE_MAX, most = 0;

	for (int64_t p = peerset_next(&rib->sets, g->members, 0); p >= 0;
		p = peerset_next(&rib->sets, g->members, p + 1)) {
		size_t left = credit_left(rib->peers[p]->session);

		most = left > most ? left : most;
		if (left >= RIB_LOW_CREDIT && left < least)
			least = left;
	}
	return least != SIZE_MAX ? least : most;
}

/* Members who can not take so many bytes stay behind. */
static void
leave_poor_behind(struct rib *rib, uint32_t index, size_t len)
{
	uint32_t poor = peerset_ref(&rib->sets, 0), members = rib->groups[index].members;

	for (int64_t p = peerset_next(&rib->sets, members, 0); p >= 0;
		p = peerset_next(&rib->sets, members, p + 1))
		if (credit_left(rib->peers[p]->session) < len)
			peerset_assign(
				&rib->sets, &poor, peerset_with(&rib->sets, poor, (uint32_t)p));
	if (poor == 0)
		peerset_unref(&rib->sets, poor);
	else
		rib->groups[rib_group_split(rib, index, poor)].starved = true;
}

static void
note_first_content(struct rib *rib, uint32_t members)
{
	uint32_t first;

	if (rib->first == 0)
		return;
	first = peerset_and(&rib->sets, members, rib->first);
	peerset_assign(
		&rib->sets, &rib->first_content, peerset_or(&rib->sets, rib->first_content, first));
	peerset_unref(&rib->sets, first);
}

static void
advance(struct rib *rib, uint32_t index, const struct selection *sel)
{
	struct group *g = &rib->groups[index];

	if (sel->behind != g->mark)
		table_mark_move(&rib->table, g->mark, sel->behind);
	g->low = sel->low;
	g->high = sel->high;
}

static enum turn
send_window(struct rib *rib, uint32_t index, const struct selection *sel, struct session *limited)
{
	uint64_t low = rib->groups[index].low;
	const uint8_t *data;
	size_t len = window_pack(rib, &rib->groups[index], &data);

	if (len > 0)
		leave_poor_behind(rib, index, len);
	advance(rib, index, sel);
	note_first_content(rib, rib->groups[index].members);
	updates_used(rib, limited, data, len);
	if (len > 0)
		send_chunk(rib, rib->groups[index].members, data, len, low, sel->low);
	return TURN_PROGRESS;
}

static enum turn
window_turn(struct rib *rib, uint32_t index)
{
	struct group *g = &rib->groups[index];
	size_t credit = group_credit(rib, g), room = link_room(rib, g->members);
	size_t limit = credit < RIB_CHUNK_TARGET ? credit : RIB_CHUNK_TARGET;
	bool link_short = room < limit;
	struct session *limited;
	uint32_t allowed = updates_allowed(rib, g, &limited);
	struct selection sel;
	bool moved;

	window_select(rib, g, link_short ? room : limit, allowed, &sel);
	if (sel.split != 0) {
		advance(rib, index, &sel);
		rib_group_split(rib, index, sel.split);
		return TURN_PROGRESS;
	}
	if (sel.n > 0)
		return send_window(rib, index, &sel, limited);
	moved = sel.low != g->low;
	advance(rib, index, &sel);
	if (!sel.full)
		return moved ? TURN_PROGRESS : TURN_IDLE;
	if (allowed == 0)
		wait_for_tokens(rib, g, limited);
	else if (link_short)
		return TURN_LINK_FULL;
	else
		g->starved = true;
	return moved ? TURN_PROGRESS : TURN_IDLE;
}

/* --- refreshes --- */

/* Members with a refresh to send go on alone until it is done. */
static uint32_t
isolate_resending(struct rib *rib, uint32_t index)
{
	uint32_t members = rib->groups[index].members;
	int64_t p = peerset_next(&rib->sets, members, 0);

	while (p >= 0 && !peerset_has(&rib->sets, rib->resending, (uint32_t)p))
		p = peerset_next(&rib->sets, members, p + 1);
	if (p < 0)
		return UINT32_MAX;
	if (peerset_count(&rib->sets, members) == 1)
		return index;
	return rib_group_split(rib, index, peerset_with(&rib->sets, 0, (uint32_t)p));
}

static enum turn
resend_turn(struct rib *rib, uint32_t index)
{
	struct group *g = &rib->groups[index];
	struct session *s = rib->peers[peerset_next(&rib->sets, g->members, 0)]->session;
	struct export_session one = g->export;
	size_t credit = credit_left(s), room = link_room(rib, g->members);
	size_t limit = credit < RIB_CHUNK_TARGET ? credit : RIB_CHUNK_TARGET;
	struct session *limited;
	uint32_t allowed = updates_allowed(rib, g, &limited);
	uint8_t *out = window_scratch(rib);
	bool more;
	size_t len;

	one.group_updates = false;
	len = resend_step(rib, s, &one, out, room < limit ? room : limit, allowed, &more);
	if (s->resends == NULL) {
		peerset_assign(&rib->sets, &rib->resending,
			peerset_without(&rib->sets, rib->resending, s->peer));
		rib->rejoin = true;
	}
	if (len > 0) {
		/* It got routes ahead of its cursor: from now on every withdraw is sent. */
		peerset_assign(
			&rib->sets, &rib->first, peerset_without(&rib->sets, rib->first, s->peer));
		updates_used(rib, limited, out, len);
		send_chunk(rib, g->members, out, len, g->low, g->low);
	} else if (more && allowed == 0) {
		wait_for_tokens(rib, g, limited);
	} else if (more && room < limit) {
		return TURN_LINK_FULL;
	} else if (more && limit < RIB_CHUNK_TARGET) {
		g->starved = true;
		return TURN_IDLE;
	}
	return TURN_PROGRESS;
}

/* --- End-of-RIB --- */

static void
write_eor(struct wr *w, const struct session *s, uint32_t family)
{
	if (family != EOR_AUTOMATIC) {
		export_eor(w, family);
		return;
	}
	for (uint32_t i = 0; i < s->n_families; i++)
		export_eor(w, s->families[i]);
	if (s->n_families == 0)
		export_keepalive(w);
}

/* True: everything due was sent. */
static bool
send_eors(struct rib *rib, struct session *s, uint64_t low)
{
	struct wr w = wr_init(window_scratch(rib), RIB_CHUNK_MAX);
	size_t credit = credit_left(s), room = rib->out.room(rib->out.owner);
	size_t limit = room < credit + CHUNK_ENVELOPE ? room : credit;
	uint32_t n = 0, alone;

	while (n < s->n_eors && s->eors[n].after <= low) {
		uint32_t family = s->eors[n].family;
		size_t bound = family == EOR_AUTOMATIC ? EOR_BYTES * (size_t)(s->n_families + 1)
						       : EOR_BYTES;

		if (family == EOR_AUTOMATIC && s->eor_after_us > rib->now_us) {
			if (rib->eor_wake_us == 0 || s->eor_after_us < rib->eor_wake_us)
				rib->eor_wake_us = s->eor_after_us;
			break;
		}
		if (wr_len(&w) + bound > limit)
			break;
		write_eor(&w, s, family);
		if (family == EOR_AUTOMATIC) {
			s->eor_done = true;
			s->eor_chunk = rib->next_chunk + 1;
		}
		n++;
	}
	if (n == 0)
		return s->n_eors == 0 || s->eors[0].after > low;
	s->n_eors -= n;
	memmove(s->eors, s->eors + n, s->n_eors * sizeof(s->eors[0]));
	if (s->n_eors == 0)
		peerset_assign(
			&rib->sets, &rib->eor, peerset_without(&rib->sets, rib->eor, s->peer));
	alone = peerset_with(&rib->sets, 0, s->peer);
	send_chunk(rib, alone, window_scratch(rib), wr_len(&w), low, low);
	peerset_unref(&rib->sets, alone);
	return true;
}

static void
eor_turn(struct rib *rib, uint32_t index)
{
	const struct group *g = &rib->groups[index];
	uint32_t due;

	if (rib->eor == 0)
		return;
	due = peerset_and(&rib->sets, g->members, rib->eor);
	for (int64_t p = peerset_next(&rib->sets, due, 0); p >= 0;
		p = peerset_next(&rib->sets, due, p + 1))
		(void)send_eors(rib, rib->peers[p]->session, g->low);
	peerset_unref(&rib->sets, due);
}

/* --- settle time --- */

static int64_t
settles_at(const struct peer *p)
{
	int64_t quiet = (int64_t)p->settle_ms * 1000;
	int64_t last = p->settle_last_us + quiet, most = p->settle_first_us + 10 * quiet;

	return p->settle_last_us == 0 ? 0 : last < most ? last : most;
}

/* False: nobody in the group has been quiet long enough. Members who have not are left behind. */
static bool
settled(struct rib *rib, uint32_t index)
{
	uint32_t members = rib->groups[index].members, waiting = peerset_ref(&rib->sets, 0);
	int64_t soonest = INT64_MAX;

	for (int64_t p = peerset_next(&rib->sets, members, 0); p >= 0;
		p = peerset_next(&rib->sets, members, p + 1)) {
		int64_t at = settles_at(rib->peers[p]);

		if (at <= rib->now_us)
			continue;
		soonest = at < soonest ? at : soonest;
		peerset_assign(
			&rib->sets, &waiting, peerset_with(&rib->sets, waiting, (uint32_t)p));
	}
	if (waiting == members) {
		rib->groups[index].wait_until_us = soonest;
		peerset_unref(&rib->sets, waiting);
		return false;
	}
	if (waiting == 0)
		peerset_unref(&rib->sets, waiting);
	else
		rib->groups[rib_group_split(rib, index, waiting)].wait_until_us = soonest;
	return true;
}

/* --- turns --- */

/* The group has everything: first drains are over, settle times start anew. */
static void
caught_up(struct rib *rib, const struct group *g)
{
	if (rib->first_content != 0) {
		uint32_t over = peerset_and(&rib->sets, g->members, rib->first_content);

		peerset_assign(
			&rib->sets, &rib->first, peerset_minus(&rib->sets, rib->first, over));
		peerset_assign(&rib->sets, &rib->first_content,
			peerset_minus(&rib->sets, rib->first_content, over));
		peerset_unref(&rib->sets, over);
	}
	if (g->settle_ms == 0)
		return;
	for (int64_t p = peerset_next(&rib->sets, g->members, 0); p >= 0;
		p = peerset_next(&rib->sets, g->members, p + 1))
		rib->peers[p]->settle_first_us = rib->peers[p]->settle_last_us = 0;
}

static enum turn
group_turn(struct rib *rib, uint32_t index)
{
	enum turn did = TURN_IDLE;
	uint32_t alone;
	uint64_t low;

	if (!rib->groups[index].used || !rib->groups[index].attached || rib->groups[index].starved)
		return TURN_IDLE;
	if (rib->resending != 0) {
		alone = isolate_resending(rib, index);
		if (alone != UINT32_MAX)
			did = resend_turn(rib, alone);
		if (alone != UINT32_MAX && (alone != index || did != TURN_PROGRESS))
			return did;
	}
	if (rib->groups[index].wait_until_us > rib->now_us)
		return did;
	rib->groups[index].wait_until_us = 0;
	low = rib->groups[index].low;
	if (rib->groups[index].low < rib->table.seq) {
		enum turn window;

		if (rib->groups[index].settle_ms > 0 && !settled(rib, index))
			return did;
		window = window_turn(rib, index);
		if (window == TURN_LINK_FULL)
			return window;
		did = window == TURN_PROGRESS ? window : did;
	}
	eor_turn(rib, index);
	if (rib->groups[index].low >= rib->table.seq)
		caught_up(rib, &rib->groups[index]);
	/* Only after a move: what was just split stands at the same place. */
	if (rib->groups[index].low != low || (rib->rejoin && low == rib->table.seq))
		rib_group_merge(rib, index);
	rib->rejoin = false;
	return did;
}

static void
set_wake(struct rib *rib)
{
	rib->wake_us = rib->eor_wake_us;
	for (uint32_t i = 0; i < rib->n_groups; i++) {
		const struct group *g = &rib->groups[i];

		if (g->used && g->attached && !g->starved && g->wait_until_us > rib->now_us &&
			(rib->wake_us == 0 || g->wait_until_us < rib->wake_us))
			rib->wake_us = g->wait_until_us;
	}
}

bool
rib_drain(struct rib *rib, int64_t deadline_us)
{
	bool progress = true, more = false;

	rib->eor_wake_us = 0;
	while (progress && !more) {
		progress = false;
		for (uint32_t i = 0; i < rib->n_groups && !more; i++) {
			enum turn did = group_turn(rib, (rib->turn + i) % rib->n_groups);

			if (did == TURN_LINK_FULL) {
				set_wake(rib);
				return false;
			}
			progress |= did == TURN_PROGRESS;
			more = did == TURN_PROGRESS && loop_clock().us >= deadline_us;
			if (more)
				rib->turn = (rib->turn + i + 1) % rib->n_groups;
		}
	}
	set_wake(rib);
	return more;
}

bool
rib_drained(struct rib *rib, uint32_t peers, uint64_t seq)
{
	for (uint32_t i = 0; i < rib->n_groups; i++) {
		const struct group *g = &rib->groups[i];

		if (g->used && g->attached && g->low < seq &&
			peerset_relation(&rib->sets, peers, g->members) != PEERSET_NONE)
			return false;
	}
	return true;
}
