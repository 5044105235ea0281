/*
 * What a withdraw does to the table (reference/wire.md 10.2, 10.4): it is always sent to peers that
 * are up, also of a route never announced, and stands as a WITHDRAW entry of its own in the list,
 * independent of what is announced later. Only in the first drain of a session a withdraw of what
 * was never sent on it is left out.
 */
#include "ribd/rib.h"

#include "ribd/lifetime.h"

/* What is left of a withdraw with attributes when its NLRI is left out: an UPDATE with the attributes
 * alone, as the reference sends it (10.4). It means nothing to the peer. */
static void
attributes_alone(struct rib *rib, uint32_t peers, uint32_t family, uint32_t attrs)
{
	const struct family_info *info = family_find(family);
	uint32_t to = peerset_ref(&rib->sets, 0);

	if (info == NULL || (info->flags & FAMILY_F_BARE_WITHDRAW) != 0)
		return;
	for (int64_t p = peerset_next(&rib->sets, peers, 0); p >= 0;
		p = peerset_next(&rib->sets, peers, p + 1))
		if ((rib->groups[rib->peers[p]->session->group].export.families &
			    family_bit(family)) != 0)
			peerset_assign(&rib->sets, &to, peerset_with(&rib->sets, to, (uint32_t)p));
	if (to != 0)
		rib_announce_once(rib, to,
			&(struct nlri){ .family = FAMILY_NONE, .bytes = (const uint8_t *)"" },
			attrs);
	peerset_unref(&rib->sets, to);
}

/* Peers in their first drain get no withdraw of what they certainly never got: takes them out of
 * *to. Looks at the entries before they lose their peers. */
static void
leave_out_first(
	struct rib *rib, uint32_t *to, const struct nlri *nlri, uint32_t hash, uint32_t attrs)
{
	struct table *t = &rib->table;
	uint32_t first = peerset_and(&rib->sets, *to, rib->first);

	for (uint32_t i = table_find(t, nlri, hash); i != TABLE_NONE && first != 0;
		i = table_find_next(t, i, nlri)) {
		struct entry *e = table_at(t, i);
		uint32_t common, sent;

		if (e->kind == ENTRY_WITHDRAW)
			continue;
		common = peerset_and(&rib->sets, e->peers, first);
		sent = (e->flags & ENTRY_F_MAYBE_SENT) != 0
			       ? peerset_ref(&rib->sets, common)
			       : rib_maybe_passed(rib, common, entry_seq(e));
		peerset_assign(&rib->sets, &first, peerset_minus(&rib->sets, first, sent));
		peerset_unref(&rib->sets, common);
		peerset_unref(&rib->sets, sent);
	}
	if (first != 0) {
		attributes_alone(rib, first, nlri->family, attrs);
		peerset_assign(&rib->sets, to, peerset_minus(&rib->sets, *to, first));
		peerset_assign(&rib->sets, &rib->first_content,
			peerset_or(&rib->sets, rib->first_content, first));
	}
	peerset_unref(&rib->sets, first);
}

/* Those of peers whose session began after the change: it is not for them. Held for the caller. */
static uint32_t
began_after(struct rib *rib, uint32_t peers, uint64_t seq)
{
	uint32_t set = peerset_ref(&rib->sets, 0);

	for (int64_t p = peerset_next(&rib->sets, peers, 0); p >= 0;
		p = peerset_next(&rib->sets, peers, p + 1))
		if (rib->peers[p]->session != NULL && rib->peers[p]->session->start_seq >= seq)
			peerset_assign(
				&rib->sets, &set, peerset_with(&rib->sets, set, (uint32_t)p));
	return set;
}

/* Peers that still wait for a withdraw of the same NLRI keep that one, with the newest attributes;
 * the others are left in *to. */
static void
join_withdraw(struct rib *rib, uint32_t number, uint32_t *to, uint32_t attrs)
{
	struct entry *e = table_at(&rib->table, number);
	uint32_t common = peerset_and(&rib->sets, e->peers, *to);
	uint32_t passed = rib_maybe_passed(rib, common, entry_seq(e));
	uint32_t stale = began_after(rib, common, entry_seq(e)), waiting;

	peerset_assign(&rib->sets, &passed, peerset_or(&rib->sets, passed, stale));
	waiting = peerset_minus(&rib->sets, common, passed);
	peerset_unref(&rib->sets, stale);
	peerset_assign(&rib->sets, to, peerset_minus(&rib->sets, *to, waiting));
	if (waiting == e->peers) {
		attrs_ref(&rib->attrs, attrs);
		attrs_unref(&rib->attrs, e->attrs);
		e->attrs = attrs;
	} else if (passed != 0) {
		rib_entry_shrink(rib, number, passed);
	}
	peerset_unref(&rib->sets, common);
	peerset_unref(&rib->sets, passed);
	peerset_unref(&rib->sets, waiting);
}

void
rib_withdraw(
	struct rib *rib, uint32_t peers, const struct nlri *nlri, uint32_t hash, uint32_t attrs)
{
	struct table *t = &rib->table;
	const struct target *target = rib_target(rib, peers, nlri->family);
	uint32_t to = peerset_ref(&rib->sets, target->up), n;
	const uint32_t *found;

	rib->counters.withdraws++;
	lifetime_forget(rib, target->asked, nlri);
	attrs_ref(&rib->attrs, attrs);
	if (rib->first != 0)
		leave_out_first(rib, &to, nlri, hash, attrs);
	n = table_find_all(t, nlri, hash, &found);
	for (uint32_t i = 0; i < n; i++) {
		struct entry *e = table_at(t, found[i]);

		if (e->kind == ENTRY_WITHDRAW) {
			join_withdraw(rib, found[i], &to, attrs);
			continue;
		}
		/* The attributes-only UPDATE is withdrawn by sending it once more. */
		if (nlri->family == FAMILY_NONE && e->attrs != attrs) {
			attrs_ref(&rib->attrs, e->attrs);
			attrs_unref(&rib->attrs, attrs);
			attrs = e->attrs;
		}
		rib_entry_shrink(rib, found[i], target->asked);
	}
	if (to != 0)
		rib_reap_push(
			rib, table_add(t, ENTRY_WITHDRAW, nlri, hash, attrs_ref(&rib->attrs, attrs),
				     peerset_ref(&rib->sets, to)));
	attrs_unref(&rib->attrs, attrs);
	peerset_unref(&rib->sets, to);
}

/* Which routes are withdrawn. */
struct pick {
	bool (*wanted)(const struct rib *rib, const struct entry *e, const struct pick *p);
	uint16_t owner;
	uint8_t phase;
};

/* Withdraws the routes that p picks among those in the list now, in list order, with the
 * attributes they were announced with. */
static void
withdraw_where(struct rib *rib, uint32_t peers, const struct pick *p)
{
	struct table *t = &rib->table;
	uint32_t mark = table_mark(t, UINT32_MAX), next;
	uint64_t last = t->seq;
	uint8_t bytes[NLRI_MAX];

	for (uint32_t i = table_at(t, TABLE_NONE)->next; i != TABLE_NONE; i = next) {
		struct entry *e = table_at(t, i);
		struct nlri nlri;
		uint32_t of;

		next = e->next;
		if (e->kind != ENTRY_MARK && entry_seq(e) > last)
			break;
		if (e->kind != ENTRY_ROUTE || !p->wanted(rib, e, p) || e->len > sizeof(bytes))
			continue;
		nlri = entry_nlri(e);
		memcpy(bytes, nlri.bytes, nlri.len);
		nlri.bytes = bytes;
		of = peers == UINT32_MAX ? peerset_ref(&rib->sets, e->peers)
					 : peerset_and(&rib->sets, e->peers, peers);
		if (of != 0) {
			/* The entry dies, and so may its neighbors in the list. */
			table_mark_move(t, mark, i);
			rib_withdraw(rib, of, &nlri, e->hash, e->attrs);
			next = table_at(t, mark)->next;
		}
		peerset_unref(&rib->sets, of);
	}
	table_mark_remove(t, mark);
}

static bool
any(const struct rib *rib, const struct entry *e, const struct pick *p)
{
	(void)rib;
	(void)e;
	(void)p;
	return true;
}

static bool
unmentioned(const struct rib *rib, const struct entry *e, const struct pick *p)
{
	(void)p;
	return (e->flags & ENTRY_F_CONFIG) != 0 && e->whose != rib->mark;
}

static bool
owned(const struct rib *rib, const struct entry *e, const struct pick *p)
{
	(void)rib;
	return (e->flags & ENTRY_F_CONFIG) == 0 && e->whose == p->owner &&
	       (p->phase == UINT8_MAX || (e->flags & ENTRY_F_PHASE) == p->phase);
}

void
rib_clear(struct rib *rib, uint32_t peers)
{
	withdraw_where(rib, peers, &(struct pick){ .wanted = any });
}

void
rib_sweep(struct rib *rib)
{
	withdraw_where(rib, UINT32_MAX, &(struct pick){ .wanted = unmentioned });
}

void
rib_withdraw_owned(struct rib *rib, uint16_t owner, uint8_t phase)
{
	withdraw_where(
		rib, UINT32_MAX, &(struct pick){ .wanted = owned, .owner = owner, .phase = phase });
}

void
rib_forget_peers(struct rib *rib, uint32_t peers, bool pending_only)
{
	struct table *t = &rib->table;
	uint32_t next;

	for (uint32_t i = table_at(t, TABLE_NONE)->next; i != TABLE_NONE; i = next) {
		struct entry *e = table_at(t, i);

		next = e->next;
		if (e->kind == ENTRY_PENDING || (e->kind != ENTRY_MARK && !pending_only))
			rib_entry_shrink(rib, i, peers);
	}
}

void
rib_copy_routes(struct rib *rib, uint32_t from, uint32_t to)
{
	struct table *t = &rib->table;

	for (uint32_t i = table_at(t, TABLE_NONE)->next; i != TABLE_NONE;
		i = table_at(t, i)->next) {
		struct entry *e = table_at(t, i);

		if ((e->kind == ENTRY_ROUTE || e->kind == ENTRY_PENDING) &&
			peerset_has(&rib->sets, e->peers, from))
			peerset_assign(
				&rib->sets, &e->peers, peerset_with(&rib->sets, e->peers, to));
	}
}
