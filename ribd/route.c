/*
 * What an announce does to the table (reference/wire.md 10.2): a duplicate changes nothing, anything
 * else replaces. Withdraws are in withdraw.c.
 *
 * Entries of one NLRI have disjoint peers. A peer may be added to an entry in place only when it
 * certainly has not passed it; else the entry would never be sent to it.
 */
#include "ribd/rib.h"

#include "common/log.h"
#include "ribd/owner.h"

enum { WHOSE_FLAGS = ENTRY_F_CONFIG | ENTRY_F_PHASE };

static bool
same_bytes(const struct entry *e, const struct nlri *nlri)
{
	struct nlri mine = entry_nlri(e);

	return mine.len == nlri->len && memcmp(mine.bytes, nlri->bytes, nlri->len) == 0;
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
			entry_seq(twin) != entry_seq(e) || twin->whose != e->whose ||
			((twin->flags ^ e->flags) & WHOSE_FLAGS) != 0 || !same_bytes(twin, &nlri))
			continue;
		twin->flags |= e->flags & ENTRY_F_MAYBE_SENT;
		peerset_assign(
			&rib->sets, &twin->peers, peerset_or(&rib->sets, twin->peers, e->peers));
		rib_entry_drop(rib, number);
		return;
	}
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
	uint16_t whose;
	uint8_t whose_flags; /* of WHOSE_FLAGS */
	uint32_t peers;      /* all it is for; borrowed */
	uint32_t left;       /* those that still need an entry; held */
	uint32_t reuse;      /* an entry that lost all its peers to us */
	bool maybe_sent, siblings;
	bool repeats; /* the configuration names the route twice */
};

static bool
is_ours(const struct claim *c, const struct entry *e)
{
	return e->whose == c->whose && (e->flags & WHOSE_FLAGS) == c->whose_flags;
}

/* Somebody mentions what is already announced: it is theirs now, unless it is the configuration's,
 * which only the configuration takes back. */
static void
own(const struct claim *c, uint32_t number, uint32_t peers)
{
	struct rib *rib = c->rib;
	struct entry *e = table_at(&rib->table, number);

	if (is_ours(c, e) || (!c->config && (e->flags & ENTRY_F_CONFIG) != 0))
		return;
	if (peers != e->peers) {
		uint32_t twin = table_split(&rib->table, number, peerset_ref(&rib->sets, peers));

		e = table_at(&rib->table, number);
		attrs_ref(&rib->attrs, e->attrs);
		peerset_assign(&rib->sets, &e->peers, peerset_minus(&rib->sets, e->peers, peers));
		number = twin;
		e = table_at(&rib->table, number);
	}
	e->flags = (uint8_t)((e->flags & ~WHOSE_FLAGS) | c->whose_flags);
	e->whose = c->whose;
	merge_twin(rib, number, c->hash);
}

/*
 * The configuration being read names a route a second time with other attributes: both are sent,
 * in this order, but only the second is remembered (reference/wire.md 10.2). The first stays in
 * its place for those who have not passed it.
 */
static void
keep_first_mention(struct claim *c, uint32_t number, uint32_t peers)
{
	struct rib *rib = c->rib;
	const struct entry *e = table_at(&rib->table, number);
	uint32_t passed, left;

	if (!c->config || !rib->listing || (e->flags & ENTRY_F_CONFIG) == 0 ||
		e->whose != rib->mark)
		return;
	passed = rib_maybe_passed(rib, peers, entry_seq(e));
	left = peerset_minus(&rib->sets, peers, passed);
	peerset_unref(&rib->sets, passed);
	if (left == 0)
		return;
	attrs_ref(&rib->attrs, e->attrs);
	table_set_kind(&rib->table, table_split(&rib->table, number, left), ENTRY_PENDING);
	c->repeats = true;
}

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
		own(c, number, common);
	} else if (common != 0) {
		c->maybe_sent |= maybe_sent(rib, e, common);
		keep_first_mention(c, number, common);
		e = table_at(&rib->table, number);
		if (common == e->peers && c->reuse == TABLE_NONE && same_bytes(e, c->nlri))
			c->reuse = number;
		else
			rib_entry_shrink(rib, number, common);
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
		uint32_t passed, add;

		if (e->kind != ENTRY_ROUTE || e->attrs != c->attrs || !is_ours(c, e) ||
			!same_bytes(e, c->nlri))
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
			rib_entry_drop(rib, number);
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
		e->flags &= (uint8_t)~ENTRY_F_QUEUED;
		table_touch(&rib->table, number);
	}
	e->whose = c->whose;
	e->flags = (uint8_t)((e->flags & ~WHOSE_FLAGS) | c->whose_flags);
	e->flags &= (uint8_t) ~(ENTRY_F_MAYBE_SENT | ENTRY_F_SECOND);
	if (c->maybe_sent)
		e->flags |= ENTRY_F_MAYBE_SENT;
	if (c->repeats)
		e->flags |= ENTRY_F_SECOND;
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
		.whose = config ? rib->mark : rib->speaker,
		.whose_flags = config ? ENTRY_F_CONFIG : owner_phase(rib, rib->speaker),
		.peers = peers,
		.left = peerset_ref(&rib->sets, peers) };
	const uint32_t *found;
	uint32_t n = table_find_all(&rib->table, nlri, hash, &found);

	for (uint32_t i = 0; i < n; i++)
		if (table_at(&rib->table, found[i])->kind == ENTRY_ROUTE)
			claim_from(&c, found[i]);
	if (c.siblings && !c.repeats)
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
	const uint32_t *found;
	uint32_t left = peerset_ref(&rib->sets, peers), n = table_find_all(t, nlri, hash, &found);

	for (uint32_t i = 0; i < n; i++) {
		struct entry *e = table_at(t, found[i]);
		uint32_t common, passed, waiting;

		if (e->kind != ENTRY_PENDING)
			continue;
		common = peerset_and(&rib->sets, e->peers, peers);
		passed = rib_maybe_passed(rib, common, entry_seq(e));
		waiting = peerset_minus(&rib->sets, common, passed);
		if (e->attrs == attrs && same_bytes(e, nlri)) {
			peerset_assign(&rib->sets, &left, peerset_minus(&rib->sets, left, waiting));
			rib_entry_shrink(rib, found[i], passed);
		} else if (common != 0) {
			rib_entry_shrink(rib, found[i], common);
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
rib_announce_once(struct rib *rib, uint32_t peers, const struct nlri *nlri, uint32_t attrs)
{
	announce_pending(rib, peers, nlri, nlri_hash(nlri), attrs);
}

void
rib_announce(struct rib *rib, uint32_t peers, const struct nlri *nlri, uint32_t hash,
	uint32_t attrs, bool config)
{
	const struct target *to = rib_target(rib, peers, nlri->family);

	rib->counters.announces++;
	if (to->kept != 0)
		announce_kept(rib, to->kept, nlri, hash, attrs, config);
	if (to->rest != 0)
		announce_pending(rib, to->rest, nlri, hash, attrs);
}
