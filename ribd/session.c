/*
 * Sessions as bgpd tells them. A new one starts before the first route with nothing sent; one that
 * was up before bgpd or ribd restarted goes on behind the last chunk bgpd has of it. While bgpd is
 * away sessions are detached: each stands alone, and everything not confirmed stays in reach.
 */
#include "ribd/rib.h"

#include <stdlib.h>
#include "common/crc32c.h"
#include "common/log.h"
#include "common/xmalloc.h"
#include "proto/ipc/ipc.h"

static bool
number_eq(const void *item, const void *key)
{
	const struct session *s = item;
	const uint32_t *number = key;

	return s->number == *number;
}

struct session *
rib_session(const struct rib *rib, uint32_t number)
{
	return htable_find(&rib->by_number, hash_u32(number), number_eq, &number);
}

static void
join_set(struct rib *rib, uint32_t *set, uint32_t slot)
{
	peerset_assign(&rib->sets, set, peerset_with(&rib->sets, *set, slot));
}

static void
leave_set(struct rib *rib, uint32_t *set, uint32_t slot)
{
	peerset_assign(&rib->sets, set, peerset_without(&rib->sets, *set, slot));
}

/* --- what the OPENs say --- */

static void
set_self(struct export_session *e, const struct open *sent, struct ipc_bytes local)
{
	struct wr w = wr_init(e->self4, sizeof(e->self4));

	e->self4_len = 4;
	if (local.n == 4)
		memcpy(e->self4, local.p, 4);
	else
		wr_u32(&w, sent->router_id);
	if (local.n == 16) {
		e->self6_len = 16;
		memcpy(e->self6, local.p, 16);
	}
}

/* What two OPENs make of a session; false when they can not be read (they passed bgpd). */
static bool
read_opens(struct session *s, struct export_session *e, const struct peer *p,
	const struct ipc_session_up *m)
{
	struct open sent, received;
	struct negotiated n;
	struct wire_error err;

	if (open_decode(m->open_sent.p, m->open_sent.n, &sent, &err) != 0 ||
		open_decode(m->open_received.p, m->open_received.n, &received, &err) != 0)
		return false;
	open_negotiate(&sent, &received, &n);
	*e = (struct export_session){ .local_as = n.local_as,
		.asn4 = n.asn4,
		.ibgp = n.ibgp,
		.aigp = p->aigp || n.ibgp,
		.role = n.ibgp ? ROLE_NONE : n.role,
		.group_updates = p->group_updates,
		.message_max = n.message_max,
		.families = n.family_bits,
		.addpath_tx = n.addpath_tx,
		.link_local = n.link_local_nexthop && p->has_link_local };
	if (e->link_local)
		memcpy(e->link_local_addr, p->link_local, 16);
	set_self(e, &sent, m->local);
	s->enhanced_refresh = n.refresh == REFRESH_ENHANCED;
	s->own_refresh =
		open_has(&sent, CAP_ROUTE_REFRESH) || open_has(&sent, CAP_ENHANCED_REFRESH);
	s->own_families = 0;
	for (unsigned i = 0; i < sent.n_families; i++)
		s->own_families |= family_bit(sent.families[i]);
	s->n_families = n.n_families;
	memcpy(s->families, n.families, n.n_families * sizeof(n.families[0]));
	s->opens_hash = (uint64_t)crc32c(0, m->open_sent.p, m->open_sent.n) << 32 |
			crc32c(0, m->open_received.p, m->open_received.n);
	s->in = (struct update_session){ .attrs = { .asn4 = n.asn4,
						 .ibgp = n.ibgp,
						 .aigp = p->aigp,
						 .generic = true,
						 .families = n.family_bits },
		.families = n.family_bits,
		.addpath_rx = n.addpath_rx,
		.extended_nexthop = n.n_nexthop > 0,
		.role = n.role,
		.peer_as = n.peer_as };
	return true;
}

/* --- coming and going --- */

static void
add_session(struct rib *rib, struct session *s)
{
	if (rib->n_sessions == rib->cap_sessions) {
		rib->cap_sessions = rib->cap_sessions == 0 ? 16 : rib->cap_sessions * 2;
		rib->sessions =
			xreallocarray(rib->sessions, rib->cap_sessions, sizeof(rib->sessions[0]));
	}
	rib->sessions[rib->n_sessions++] = s;
	htable_add(&rib->by_number, hash_u32(s->number), s);
	rib->peers[s->peer]->session = s;
	rib_target_reset(rib);
	join_set(rib, &rib->up, s->peer);
}

static void
free_resend(struct rib *rib, struct session *s)
{
	struct resend *job = s->resends;

	s->resends = job->next;
	if (job->begun)
		table_mark_remove(&rib->table, job->mark);
	free(job);
}

static void
remove_session(struct rib *rib, struct session *s)
{
	struct peer *p = rib->peers[s->peer];
	uint32_t alone = peerset_with(&rib->sets, 0, s->peer);

	while (s->resends != NULL)
		free_resend(rib, s);
	rib_group_leave(rib, s);
	rib_target_reset(rib);
	leave_set(rib, &rib->up, s->peer);
	leave_set(rib, &rib->first, s->peer);
	leave_set(rib, &rib->first_content, s->peer);
	leave_set(rib, &rib->eor, s->peer);
	leave_set(rib, &rib->resending, s->peer);
	for (uint32_t i = 0; i < rib->n_sessions; i++)
		if (rib->sessions[i] == s)
			rib->sessions[i] = rib->sessions[--rib->n_sessions];
	htable_remove(&rib->by_number, hash_u32(s->number), number_eq, &s->number);
	p->session = NULL;
	p->settle_first_us = p->settle_last_us = 0;
	/* What was announced without adj-rib-out is not repeated on another session. */
	if (rib->table.kinds[ENTRY_PENDING] > 0 && !p->keep)
		rib_forget_peers(rib, alone, true);
	peerset_unref(&rib->sets, alone);
	free(s->inflight);
	free(s->eors);
	free(s);
}

static void
start_session(struct rib *rib, struct session *s, const struct export_session *e)
{
	struct peer *p = rib->peers[s->peer];
	struct group g = { .attached = true,
		.limited = p->rate_limit > 0,
		.start = rib->table.seq,
		.settle_ms = p->settle_ms,
		.export = *e };

	add_session(rib, s);
	s->attached = true;
	s->start_seq = rib->table.seq;
	g.members = peerset_with(&rib->sets, 0, s->peer);
	s->group = rib_group_new(rib, &g, TABLE_NONE);
	join_set(rib, &rib->first, s->peer);
	s->eor_after_us = p->settle_ms == 0 ? 0 : rib->now_us + (int64_t)p->settle_ms * 1000;
	/* In ExaBGP's rhythm what the peer says right behind its KEEPALIVE is heard before the
	 * first route is sent: a fiftieth of the settle time is enough for that. */
	if (p->settle_ms > 0 && p->settle_last_us == 0)
		p->settle_first_us = p->settle_last_us = rib->now_us - (int64_t)p->settle_ms * 980;
	if (!p->manual_eor)
		rib_session_eor(rib, s, EOR_AUTOMATIC);
	rib_in_clear(rib, p);
	rib_group_merge(rib, s->group);
}

/* Back to just behind everything that is confirmed. */
static void
rewind_group(struct rib *rib, struct group *g, uint64_t confirmed)
{
	struct table *t = &rib->table;
	uint32_t at = table_at(t, g->mark)->prev;

	while (at != TABLE_NONE &&
		(table_at(t, at)->kind == ENTRY_MARK || entry_seq(table_at(t, at)) > confirmed))
		at = table_at(t, at)->prev;
	table_mark_move(t, g->mark, at);
	g->low = confirmed;
}

static void
confirm(struct session *s, uint64_t chunk)
{
	uint32_t n = 0;

	while (n < s->n_inflight && s->inflight[n].number <= chunk)
		s->confirmed_seq = s->inflight[n++].seq;
	s->n_inflight -= n;
	if (n > 0)
		memmove(s->inflight, s->inflight + n, s->n_inflight * sizeof(s->inflight[0]));
}

static void
attach_again(struct rib *rib, struct session *s, const struct export_session *e, uint64_t chunk)
{
	struct group *g = &rib->groups[s->group];
	const struct peer *p = rib->peers[s->peer];

	confirm(s, chunk);
	if (s->n_inflight > 0)
		rewind_group(rib, g, s->confirmed_seq);
	s->n_inflight = 0;
	if (s->eor_done && s->eor_chunk > chunk && !p->manual_eor)
		rib_session_eor(rib, s, EOR_AUTOMATIC);
	s->credit = s->sent = 0;
	s->attached = true;
	g->attached = true;
	g->starved = false;
	g->export = *e;
	g->settle_ms = p->settle_ms;
	g->limited = p->rate_limit > 0;
	rib_group_merge(rib, s->group);
}

bool
rib_session_up(struct rib *rib, const struct ipc_session_up *m)
{
	struct peer *p = rib_peer(rib, m->neighbor);
	struct session *old = rib_session(rib, m->session), *s;
	struct export_session e;

	if (p == NULL) {
		log_warn(NULL, "session %u is of an unknown neighbor", m->session);
		return false;
	}
	s = xcalloc(1, sizeof(*s));
	if (!read_opens(s, &e, p, m)) {
		log_error(p->key, "the OPENs of session %u can not be read", m->session);
		free(s);
		return false;
	}
	if (old != NULL && m->resumed && !old->attached && old == p->session &&
		old->opens_hash == s->opens_hash) {
		free(s);
		read_opens(old, &e, p, m);
		attach_again(rib, old, &e, m->chunk);
		return false;
	}
	if (m->resumed)
		log_warn(p->key, "session %u is not known here: all routes are sent again",
			m->session);
	if (old != NULL)
		remove_session(rib, old);
	if (p->session != NULL)
		remove_session(rib, p->session);
	s->number = m->session;
	s->peer = p->slot;
	start_session(rib, s, &e);
	return true;
}

void
rib_session_down(struct rib *rib, uint32_t number)
{
	struct session *s = rib_session(rib, number);

	if (s != NULL)
		remove_session(rib, s);
}

void
rib_detach(struct rib *rib)
{
	for (uint32_t i = 0; i < rib->n_sessions; i++) {
		struct session *s = rib->sessions[i];

		s->attached = false;
		if (peerset_count(&rib->sets, rib->groups[s->group].members) > 1)
			rib_group_split(rib, s->group, peerset_with(&rib->sets, 0, s->peer));
		rib->groups[s->group].attached = false;
		for (struct resend *job = s->resends; job != NULL; job = job->next) {
			if (job->begun)
				table_mark_remove(&rib->table, job->mark);
			job->begun = false;
		}
	}
}

void
rib_drop_detached(struct rib *rib)
{
	for (uint32_t i = rib->n_sessions; i-- > 0;)
		if (!rib->sessions[i]->attached)
			remove_session(rib, rib->sessions[i]);
}

void
rib_session_restore(
	struct rib *rib, uint32_t slot, uint32_t number, uint64_t opens_hash, bool eor_done)
{
	struct group g = { .low = rib->table.seq, .high = rib->table.seq };
	struct session *s;

	if (rib->peers[slot]->session != NULL || rib_session(rib, number) != NULL)
		return;
	s = xcalloc(1, sizeof(*s));
	s->number = number;
	s->peer = slot;
	s->opens_hash = opens_hash;
	s->eor_done = eor_done;
	add_session(rib, s);
	g.members = peerset_with(&rib->sets, 0, slot);
	s->group = rib_group_new(rib, &g, table_at(&rib->table, TABLE_NONE)->prev);
	if (!eor_done && !rib->peers[slot]->manual_eor)
		rib_session_eor(rib, s, EOR_AUTOMATIC);
}

/* --- what bgpd says of a session --- */

uint64_t
rib_session_confirmed(const struct rib *rib, const struct session *s)
{
	return s->n_inflight > 0 ? s->confirmed_seq : rib->groups[s->group].low;
}

static void
note_sent(struct session *s, uint64_t seq, int64_t now_us)
{
	struct sent_note *last = s->n_notes > 0 ? &s->notes[s->n_notes - 1] : NULL;

	if (last != NULL && now_us - last->us < RIB_NOTES_US) {
		last->seq = seq;
		return;
	}
	if (s->n_notes == RIB_NOTES) {
		s->n_notes--;
		memmove(s->notes, s->notes + 1, s->n_notes * sizeof(s->notes[0]));
	}
	s->notes[s->n_notes++] = (struct sent_note){ .seq = seq, .us = now_us };
}

int64_t
rib_session_sent_at(const struct session *s, uint64_t seq)
{
	for (uint32_t i = 0; i < s->n_notes; i++)
		if (s->notes[i].seq >= seq)
			return s->notes[i].us;
	return 0;
}

void
rib_session_sent(
	struct rib *rib, struct session *s, uint64_t number, size_t len, uint64_t low, uint64_t seq)
{
	note_sent(s, seq, rib->now_us);
	if (s->n_inflight == 0)
		s->confirmed_seq = low;
	if (s->n_inflight == RIB_INFLIGHT_MAX) {
		/* The oldest is confirmed together with the next. */
		s->n_inflight--;
		memmove(s->inflight, s->inflight + 1, s->n_inflight * sizeof(s->inflight[0]));
	}
	if (s->n_inflight == s->cap_inflight) {
		s->cap_inflight = s->cap_inflight == 0 ? 4 : s->cap_inflight * 2;
		s->inflight = xreallocarray(s->inflight, s->cap_inflight, sizeof(s->inflight[0]));
	}
	s->inflight[s->n_inflight++] = (struct inflight){ .number = number, .seq = seq };
	s->sent += len;
}

void
rib_credit(struct rib *rib, uint32_t number, uint64_t total, uint64_t chunk)
{
	struct session *s = rib_session(rib, number);

	if (s == NULL || !s->attached)
		return;
	s->credit = total;
	confirm(s, chunk);
	rib->groups[s->group].starved = false;
}

void
rib_session_eor(struct rib *rib, struct session *s, uint32_t family)
{
	if (s->n_eors == RIB_EORS_MAX) {
		log_warn(rib->peers[s->peer]->key, "more than %d End-of-RIB wait: one is left out",
			RIB_EORS_MAX);
		return;
	}
	if (s->n_eors == s->cap_eors) {
		s->cap_eors = s->cap_eors == 0 ? 2 : s->cap_eors * 2;
		s->eors = xreallocarray(s->eors, s->cap_eors, sizeof(s->eors[0]));
	}
	s->eors[s->n_eors++] = (struct session_eor){ .after = rib->table.seq, .family = family };
	if (s->n_eors == 1)
		join_set(rib, &rib->eor, s->peer);
}

void
rib_session_resend(
	struct rib *rib, struct session *s, uint32_t families, uint32_t marked, bool attributes)
{
	struct resend **link = &s->resends;
	unsigned n = 0;

	if (!rib->peers[s->peer]->keep)
		return;
	for (; *link != NULL; link = &(*link)->next, n++)
		/* The same one waits already and will see everything that is in the list now. */
		if (!(*link)->begun && (*link)->families == families && (*link)->marked == marked) {
			(*link)->target = rib->table.seq;
			return;
		}
	if (n == RIB_RESENDS_MAX) {
		log_warn(rib->peers[s->peer]->key, "more than %d refreshes wait: one is left out",
			RIB_RESENDS_MAX);
		return;
	}
	*link = xcalloc(1, sizeof(**link));
	**link = (struct resend){ .families = families,
		.marked = marked,
		.attributes = attributes,
		.target = rib->table.seq };
	join_set(rib, &rib->resending, s->peer);
	rib->counters.resends++;
}

void
rib_refresh_received(struct rib *rib, uint32_t number, uint32_t family, uint8_t subtype)
{
	struct session *s = rib_session(rib, number);
	uint32_t bit = family_bit(family), marked;

	/* Begin and end of a refresh (RFC 7313) ask for nothing. */
	if (s == NULL || subtype != 0 || bit == 0)
		return;
	marked = s->enhanced_refresh ? bit & s->own_families : 0;
	rib_session_resend(rib, s, bit, marked, false);
}
