/*
 * What a route operation does to the table (reference/wire.md 10.2): duplicates change nothing, an
 * announce replaces, a withdraw is always sent to peers that are up, and leaves a WITHDRAW entry
 * behind which is independent of what is announced later.
 *
 * Entries of one NLRI have disjoint peers. A peer may be added to an entry in place only when it
 * certainly has not passed it; else the entry would never be sent to it.
 */
#include "ribd/rib.h"

#include "common/log.h"

static void
drop(struct rib *rib, uint32_t number)
{
	struct entry *e = table_at(&rib->table, number);

	attrs_unref(&rib->attrs, e->attrs);
	peerset_unref(&rib->sets, e->peers);
	table_remove(&rib->table, number);
}

/* Takes peers out of an entry, which dies when none is left. */
static void
shrink(struct rib *rib, uint32_t number, uint32_t peers)
{
	struct entry *e = table_at(&rib->table, number);

	peerset_assign(&rib->sets, &e->peers, peerset_minus(&rib->sets, e->peers, peers));
	if (e->peers == 0)
		drop(rib, number);
}

static bool
same_bytes(const struct entry *e, const struct nlri *nlri)
{
	struct nlri mine = entry_nlri(e);

	return mine.len == nlri->len && memcmp(mine.bytes, nlri->bytes, nlri->len) == 0;
}

static uint32_t
family_row(uint32_t family)
{
	int row = family_index(family);

	return row < 0 ? ENTRY_FAMILY_NONE : (uint32_t)row;
}

/* Two parts of what was one entry: same place, same everything. */
static void
merge_twin(struct rib *rib, uint32_t number, uint32_t hash)
{
	struct table *t = &rib->table;
	struct entry *e = table_at(t, number);
	struct nlri nlri = entry_nlri(e);

	for (uint32_t i = table_find(t, &nlri, hash); i != TABLE_NONE;
		i = table_find_next(t, i, &nlri)) {
		struct entry *twin = table_at(t, i);

		if (i == number || twin->kind != ENTRY_ROUTE || twin->attrs != e->attrs ||
			entry_seq(twin) != entry_seq(e) || twin->mark != e->mark ||
			((twin->flags ^ e->flags) & ENTRY_F_CONFIG) != 0 ||
			!same_bytes(twin, &nlri))
			continue;
		twin->flags |= e->flags & ENTRY_F_MAYBE_SENT;
		peerset_assign(
			&rib->sets, &twin->peers, peerset_or(&rib->sets, twin->peers, e->peers));
		drop(rib, number);
		return;
	}
}

/* The configuration mentions what is already announced: it is the configuration's now. */
static void
own(struct rib *rib, uint32_t number, uint32_t peers, uint32_t hash)
{
	struct entry *e = table_at(&rib->table, number);

	if ((e->flags & ENTRY_F_CONFIG) != 0 && e->mark == rib->mark)
		return;
	if (peers != e->peers) {
		uint32_t twin = table_split(&rib->table, number, peerset_ref(&rib->sets, peers));

		e = table_at(&rib->table, number);
		attrs_ref(&rib->attrs, e->attrs);
		peerset_assign(&rib->sets, &e->peers, peerset_minus(&rib->sets, e->peers, peers));
		number = twin;
		e = table_at(&rib->table, number);
	}
	e->flags |= ENTRY_F_CONFIG;
	e->mark = rib->mark;
	merge_twin(rib, number, hash);
}

/* A version of the route may have been sent in a session's first drain, where withdraws of what
 * was never sent are left out. */
static bool
maybe_sent(struct rib *rib, const struct entry *e, uint32_t peers)
{
	uint32_t first, passed;
	bool sent;

	if (rib->first == 0)
		return false;
	first = peerset_and(&rib->sets, peers, rib->first);
	passed = rib_maybe_passed(rib, first, entry_seq(e));
	sent = passed != 0 || (first != 0 && (e->flags & ENTRY_F_MAYBE_SENT) != 0);
	peerset_unref(&rib->sets, first);
	peerset_unref(&rib->sets, passed);
	return sent;
}

/* What an announce is about while it looks at the entries of its NLRI. */
struct claim {
	struct rib *rib;
	const struct nlri *nlri;
	uint32_t hash, attrs;
	bool config;
	uint32_t peers; /* all it is for; borrowed */
	uint32_t left;  /* those that still need an entry; held */
	uint32_t reuse; /* an entry that lost all its peers to us */
	bool maybe_sent, siblings;
};

static void
claim_from(struct claim *c, uint32_t number)
{
	struct rib *rib = c->rib;
	struct entry *e = table_at(&rib->table, number);
	uint32_t common = peerset_and(&rib->sets, e->peers, c->peers);

	c->siblings |= e->attrs == c->attrs;
	if (common != 0 && e->attrs == c->attrs && same_bytes(e, c->nlri)) {
		rib->counters.duplicates++;
		peerset_assign(&rib->sets, &c->left, peerset_minus(&rib->sets, c->left, common));
		if (c->config)
			own(rib, number, common, c->hash);
	} else if (common != 0) {
		c->maybe_sent |= maybe_sent(rib, e, common);
		if (common == e->peers && c->reuse == TABLE_NONE && same_bytes(e, c->nlri))
			c->reuse = number;
		else
			shrink(rib, number, common);
	}
	peerset_unref(&rib->sets, common);
}

/* Peers with a withdraw of this NLRI on its way: the announce must come behind it. Held. */
static uint32_t
being_withdrawn(struct claim *c)
{
	struct rib *rib = c->rib;
	struct table *t = &rib->table;
	uint32_t set = peerset_ref(&rib->sets, 0);

	for (uint32_t i = table_find(t, c->nlri, c->hash); i != TABLE_NONE;
		i = table_find_next(t, i, c->nlri))
		if (table_at(t, i)->kind == ENTRY_WITHDRAW)
			peerset_assign(&rib->sets, &set,
				peerset_or(&rib->sets, set, table_at(t, i)->peers));
	return set;
}

/* Adds peers that certainly have not passed it to an equal entry, in place. */
static void
claim_join(struct claim *c)
{
	struct rib *rib = c->rib;
	struct table *t = &rib->table;
	uint32_t late = being_withdrawn(c);

	for (uint32_t i = table_find(t, c->nlri, c->hash); i != TABLE_NONE && c->left != 0;
		i = table_find_next(t, i, c->nlri)) {
		struct entry *e = table_at(t, i);
		bool config = (e->flags & ENTRY_F_CONFIG) != 0;
		uint32_t passed, add;

		if (e->kind != ENTRY_ROUTE || e->attrs != c->attrs || config != c->config ||
			(config && e->mark != rib->mark) || !same_bytes(e, c->nlri))
			continue;
		passed = rib_maybe_passed(rib, c->left, entry_seq(e));
		peerset_assign(&rib->sets, &passed, peerset_or(&rib->sets, passed, late));
		add = peerset_minus(&rib->sets, c->left, passed);
		peerset_unref(&rib->sets, passed);
		peerset_assign(&rib->sets, &e->peers, peerset_or(&rib->sets, e->peers, add));
		peerset_assign(&rib->sets, &c->left, peerset_minus(&rib->sets, c->left, add));
		peerset_unref(&rib->sets, add);
		if (c->maybe_sent)
			e->flags |= ENTRY_F_MAYBE_SENT;
	}
	peerset_unref(&rib->sets, late);
}

static void
claim_settle(struct claim *c)
{
	struct rib *rib = c->rib;
	uint32_t number = c->reuse;
	struct entry *e;

	if (c->left == 0) {
		if (number != TABLE_NONE)
			drop(rib, number);
		return;
	}
	if (number == TABLE_NONE) {
		number = table_add(&rib->table, ENTRY_ROUTE, c->nlri, c->hash,
			attrs_ref(&rib->attrs, c->attrs), peerset_ref(&rib->sets, c->left));
		e = table_at(&rib->table, number);
	} else {
		e = table_at(&rib->table, number);
		attrs_ref(&rib->attrs, c->attrs);
		attrs_unref(&rib->attrs, e->attrs);
		e->attrs = c->attrs;
		peerset_assign(&rib->sets, &e->peers, peerset_ref(&rib->sets, c->left));
		e->flags &= (uint8_t) ~(ENTRY_F_CONFIG | ENTRY_F_QUEUED);
		table_touch(&rib->table, number);
	}
	e->mark = rib->mark;
	if (c->config)
		e->flags |= ENTRY_F_CONFIG;
	if (c->maybe_sent)
		e->flags |= ENTRY_F_MAYBE_SENT;
	else
		e->flags &= (uint8_t)~ENTRY_F_MAYBE_SENT;
	if (c->siblings)
		rib_reap_push(rib, number);
}

static void
announce_kept(struct rib *rib, uint32_t peers, const struct nlri *nlri, uint32_t hash,
	uint32_t attrs, bool config)
{
	struct claim c = { .rib = rib,
		.nlri = nlri,
		.hash = hash,
		.attrs = attrs,
		.config = config,
		.peers = peers,
		.left = peerset_ref(&rib->sets, peers) };
	struct table *t = &rib->table;
	uint32_t next;

	for (uint32_t i = table_find(t, nlri, hash); i != TABLE_NONE; i = next) {
		next = table_find_next(t, i, nlri);
		if (table_at(t, i)->kind == ENTRY_ROUTE)
			claim_from(&c, i);
	}
	if (c.siblings)
		claim_join(&c);
	claim_settle(&c);
	peerset_unref(&rib->sets, c.left);
}

/* Without adj-rib-out: no duplicates are known, only what still waits is replaced. */
static void
announce_pending(
	struct rib *rib, uint32_t peers, const struct nlri *nlri, uint32_t hash, uint32_t attrs)
{
	struct table *t = &rib->table;
	uint32_t left = peerset_ref(&rib->sets, peers), next;

	for (uint32_t i = table_find(t, nlri, hash); i != TABLE_NONE; i = next) {
		struct entry *e = table_at(t, i);
		uint32_t common, passed, waiting;

		next = table_find_next(t, i, nlri);
		if (e->kind != ENTRY_PENDING)
			continue;
		common = peerset_and(&rib->sets, e->peers, peers);
		passed = rib_maybe_passed(rib, common, entry_seq(e));
		waiting = peerset_minus(&rib->sets, common, passed);
		if (e->attrs == attrs && same_bytes(e, nlri)) {
			peerset_assign(&rib->sets, &left, peerset_minus(&rib->sets, left, waiting));
			shrink(rib, i, passed);
		} else if (common != 0) {
			shrink(rib, i, common);
		}
		peerset_unref(&rib->sets, common);
		peerset_unref(&rib->sets, passed);
		peerset_unref(&rib->sets, waiting);
	}
	if (left != 0)
		rib_reap_push(
			rib, table_add(t, ENTRY_PENDING, nlri, hash, attrs_ref(&rib->attrs, attrs),
				     peerset_ref(&rib->sets, left)));
	peerset_unref(&rib->sets, left);
}

void
rib_announce(struct rib *rib, uint32_t peers, const struct nlri *nlri, uint32_t attrs, bool config)
{
	uint32_t asked = peerset_and(&rib->sets, peers, rib->configured[family_row(nlri->family)]);
	uint32_t kept = peerset_and(&rib->sets, asked, rib->keep);
	uint32_t hash = nlri_hash(nlri);

	rib->counters.announces++;
	if (kept != 0)
		announce_kept(rib, kept, nlri, hash, attrs, config);
	if (kept != asked) {
		uint32_t rest = peerset_minus(&rib->sets, asked, kept);

		announce_pending(rib, rest, nlri, hash, attrs);
		peerset_unref(&rib->sets, rest);
	}
	peerset_unref(&rib->sets, kept);
	peerset_unref(&rib->sets, asked);
}

/* Peers in their first drain get no withdraw of what they certainly never got: takes them out of
 * *to. Looks at the entries before they lose their peers. */
static void
leave_out_first(struct rib *rib, uint32_t *to, const struct nlri *nlri, uint32_t hash)
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
		shrink(rib, number, passed);
	}
	peerset_unref(&rib->sets, common);
	peerset_unref(&rib->sets, passed);
	peerset_unref(&rib->sets, waiting);
}

void
rib_withdraw(struct rib *rib, uint32_t peers, const struct nlri *nlri, uint32_t attrs)
{
	struct table *t = &rib->table;
	uint32_t hash = nlri_hash(nlri), next;
	uint32_t asked = peerset_and(&rib->sets, peers, rib->configured[family_row(nlri->family)]);
	uint32_t to = peerset_and(&rib->sets, asked, rib->up);

	rib->counters.withdraws++;
	attrs_ref(&rib->attrs, attrs);
	if (rib->first != 0)
		leave_out_first(rib, &to, nlri, hash);
	for (uint32_t i = table_find(t, nlri, hash); i != TABLE_NONE; i = next) {
		struct entry *e = table_at(t, i);

		next = table_find_next(t, i, nlri);
		if (e->kind == ENTRY_WITHDRAW) {
			join_withdraw(rib, i, &to, attrs);
			continue;
		}
		/* The attributes-only UPDATE is withdrawn by sending it once more. */
		if (nlri->family == FAMILY_NONE && e->attrs != attrs) {
			attrs_ref(&rib->attrs, e->attrs);
			attrs_unref(&rib->attrs, attrs);
			attrs = e->attrs;
		}
		shrink(rib, i, asked);
	}
	if (to != 0)
		rib_reap_push(
			rib, table_add(t, ENTRY_WITHDRAW, nlri, hash, attrs_ref(&rib->attrs, attrs),
				     peerset_ref(&rib->sets, to)));
	attrs_unref(&rib->attrs, attrs);
	peerset_unref(&rib->sets, to);
	peerset_unref(&rib->sets, asked);
}

/* Withdraws the routes that `wanted` picks among those in the list now, in list order, with the
 * attributes they were announced with. */
static void
withdraw_where(
	struct rib *rib, uint32_t peers, bool (*wanted)(const struct rib *, const struct entry *))
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
		if (e->kind != ENTRY_ROUTE || !wanted(rib, e) || e->len > sizeof(bytes))
			continue;
		nlri = entry_nlri(e);
		memcpy(bytes, nlri.bytes, nlri.len);
		nlri.bytes = bytes;
		of = peers == UINT32_MAX ? peerset_ref(&rib->sets, e->peers)
					 : peerset_and(&rib->sets, e->peers, peers);
		if (of != 0) {
			/* The entry dies, and so may its neighbors in the list. */
			table_mark_move(t, mark, i);
			rib_withdraw(rib, of, &nlri, e->attrs);
			next = table_at(t, mark)->next;
		}
		peerset_unref(&rib->sets, of);
	}
	table_mark_remove(t, mark);
}

static bool
any(const struct rib *rib, const struct entry *e)
{
	(void)rib;
	(void)e;
	return true;
}

static bool
unmentioned(const struct rib *rib, const struct entry *e)
{
	return (e->flags & ENTRY_F_CONFIG) != 0 && e->mark != rib->mark;
}

void
rib_clear(struct rib *rib, uint32_t peers)
{
	withdraw_where(rib, peers, any);
}

void
rib_sweep(struct rib *rib)
{
	withdraw_where(rib, UINT32_MAX, unmentioned);
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
			shrink(rib, i, peers);
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
