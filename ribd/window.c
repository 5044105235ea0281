/*
 * Picking and packing. Picking counts an upper bound of the bytes: every bucket (attribute set and
 * family) pays for its messages' fixed part, every route for its NLRI; so what is packed always
 * fits. All memory is scratch of fixed size, allocated once.
 */
#include "ribd/window.h"

#include <stdlib.h>
#include "common/log.h"
#include "common/xmalloc.h"

enum {
	SLOTS = 2 * RIB_WINDOW_MAX,
	MEMO = 16,
	STEPS_MAX = 65536,   /* entries looked at in one go */
	FIXED_BYTES = 23,    /* header and both length fields */
	DEFAULTS_BYTES = 48, /* attributes that may be added */
	MP_BYTES = 56,       /* MP_REACH without its NLRI */
	BARE_BYTES = FIXED_BYTES + 8,
	NLRI_SLACK = 64, /* longer ones count as a message of their own */
	SIBLING_REACH = 64,
	GROUPED_MIN = 512,
	NONE = UINT32_MAX
};

/* One attribute set in one family. */
struct bucket {
	uint32_t attrs, count, start, room, used;
	uint32_t overhead;
	uint32_t sibling; /* the next family of the same attribute set */
	uint32_t last;    /* in the first one: the last sibling */
	uint8_t family;
	bool first; /* the attribute set's first family */
	bool grouped;
	bool second; /* routes whose first version comes before */
};

struct slot {
	uint32_t stamp, bucket;
};

struct window {
	uint32_t n_routes, n_withdraws, n_buckets, stamp;
	struct {
		uint32_t entry, bucket;
	} routes[RIB_WINDOW_MAX];
	uint32_t withdraws[RIB_WINDOW_MAX];
	struct bucket buckets[RIB_WINDOW_MAX];
	struct slot slots[SLOTS];
	struct nlri nlri[RIB_WINDOW_MAX];
	struct {
		uint32_t peers;
		uint8_t relation;
	} memo[MEMO];
	uint32_t families; /* seen by find_bucket(): bit map */
	uint8_t out[RIB_CHUNK_MAX];
	uint8_t sessions[4 * RIB_PEERS_MAX];
};

struct window *
window_new(void)
{
	return xcalloc(1, sizeof(struct window));
}

void
window_free(struct window *w)
{
	free(w);
}

uint8_t *
window_scratch(struct rib *rib)
{
	return rib->window->out;
}

uint8_t *
window_sessions(struct rib *rib)
{
	return rib->window->sessions;
}

/* --- how many bytes --- */

static bool
is_grouped(const struct export_session *s, uint8_t family)
{
	return s->group_updates && family < FAMILY_COUNT &&
	       (family_table[family].flags & FAMILY_F_GROUPED) != 0;
}

static uint32_t
overhead(const struct rib *rib, const struct export_session *s, uint32_t attrs)
{
	uint32_t len = attrs_block_len(&rib->attrs, attrs);

	return FIXED_BYTES + DEFAULTS_BYTES + MP_BYTES + (s->asn4 ? len : 2 * len);
}

static size_t
capped(const struct export_session *s, size_t n)
{
	return n < s->message_max ? n : s->message_max;
}

size_t
window_route_bound(const struct rib *rib, const struct export_session *s, const struct entry *e)
{
	bool bare = e->kind == ENTRY_WITHDRAW && e->family < FAMILY_COUNT &&
		    (family_table[e->family].flags & FAMILY_F_BARE_WITHDRAW) != 0;
	size_t fixed = bare ? BARE_BYTES : overhead(rib, s, e->attrs);

	return capped(s, fixed + e->len + 4);
}

/* --- picking --- */

static struct slot *
find_slot(struct window *w, uint32_t attrs, uint8_t family, bool second)
{
	uint32_t i = hash_u32(attrs * 64 + family) % SLOTS;

	for (;; i = (i + 1) % SLOTS) {
		struct slot *slot = &w->slots[i];
		const struct bucket *b = &w->buckets[slot->bucket];

		if (slot->stamp != w->stamp ||
			(b->attrs == attrs && b->family == family && b->second == second))
			return slot;
	}
}

/* Ties a bucket to the others of its attribute set. Looks SIBLING_REACH buckets back: farther apart
 * only the order of the messages suffers. */
static void
link_sibling(struct window *w, uint32_t number)
{
	struct bucket *b = &w->buckets[number];

	b->sibling = NONE;
	b->last = number;
	b->first = true;
	w->families |= UINT32_C(1) << b->family;
	if ((w->families & (w->families - 1)) == 0 || b->second)
		return;
	for (uint32_t i = number; i-- > 0 && i + SIBLING_REACH > number;)
		if (w->buckets[i].attrs == b->attrs && w->buckets[i].first &&
			!w->buckets[i].second) {
			w->buckets[w->buckets[i].last].sibling = number;
			w->buckets[i].last = number;
			b->first = false;
			return;
		}
}

static struct bucket *
find_bucket(struct rib *rib, const struct group *g, const struct entry *e, bool *created)
{
	struct window *w = rib->window;
	bool second = (e->flags & ENTRY_F_SECOND) != 0;
	struct slot *slot = find_slot(w, e->attrs, e->family, second);
	struct bucket *b;
	uint32_t closed;

	*created = slot->stamp != w->stamp;
	if (!*created)
		return &w->buckets[slot->bucket];
	slot->stamp = w->stamp;
	slot->bucket = w->n_buckets;
	b = &w->buckets[w->n_buckets++];
	*b = (struct bucket){ .attrs = e->attrs,
		.family = e->family,
		.second = second,
		.overhead = overhead(rib, &g->export, e->attrs),
		.grouped = is_grouped(&g->export, e->family) };
	/* A full message of a grouped bucket holds at least `room` bytes of NLRI. */
	closed = b->overhead + NLRI_SLACK;
	b->room = g->export.message_max > closed ? g->export.message_max - closed : 0;
	if (b->room < GROUPED_MIN)
		b->room = 0;
	link_sibling(w, slot->bucket);
	return b;
}

/* The bytes this route adds at most, and whether it may start another message. */
static size_t
route_cost(const struct bucket *b, const struct group *g, const struct entry *e, bool created,
	bool *message)
{
	uint32_t len = (uint32_t)e->len + 4;

	*message = created || !b->grouped || b->room == 0 || b->used + len > b->room ||
		   len > NLRI_SLACK;
	return *message ? capped(&g->export, b->overhead + len) + (created ? 0 : len) : len;
}

static void
take_route(struct window *w, struct bucket *b, uint32_t number, bool message, uint32_t len)
{
	w->routes[w->n_routes].entry = number;
	w->routes[w->n_routes++].bucket = (uint32_t)(b - w->buckets);
	b->count++;
	b->used = message ? len : b->used + len;
}

static enum peerset_relation
relation(struct rib *rib, const struct group *g, uint32_t peers)
{
	struct window *w = rib->window;
	uint32_t i = peers % MEMO;

	if (w->memo[i].peers != peers) {
		w->memo[i].peers = peers;
		w->memo[i].relation = (uint8_t)peerset_relation(&rib->sets, peers, g->members);
	}
	return (enum peerset_relation)w->memo[i].relation;
}

/* Of the members, those whose session began before this withdraw. Held for the caller. */
static uint32_t
concerned(struct rib *rib, const struct group *g, const struct entry *e)
{
	uint32_t set = peerset_and(&rib->sets, e->peers, g->members);

	if (e->kind != ENTRY_WITHDRAW || entry_seq(e) > g->start)
		return set;
	for (int64_t p = peerset_next(&rib->sets, set, 0); p >= 0;
		p = peerset_next(&rib->sets, set, p + 1))
		if (rib->peers[p]->session->start_seq >= entry_seq(e))
			peerset_assign(
				&rib->sets, &set, peerset_without(&rib->sets, set, (uint32_t)p));
	return set;
}

/* NONE: not for this group; SOME: *split are the members it is for (held). */
static enum peerset_relation
judge(struct rib *rib, const struct group *g, const struct entry *e, uint32_t *split)
{
	enum peerset_relation rel = relation(rib, g, e->peers);

	if (rel == PEERSET_NONE ||
		(e->family < FAMILY_COUNT && (g->export.families >> e->family & 1) == 0))
		return PEERSET_NONE;
	if (rel == PEERSET_ALL && (e->kind != ENTRY_WITHDRAW || entry_seq(e) > g->start))
		return PEERSET_ALL;
	*split = concerned(rib, g, e);
	if (*split != g->members && *split != 0)
		return PEERSET_SOME;
	rel = *split == 0 ? PEERSET_NONE : PEERSET_ALL;
	peerset_unref(&rib->sets, *split);
	*split = 0;
	return rel;
}

/* False: no room. */
static bool
pick(struct rib *rib, const struct group *g, uint32_t number, size_t *left, uint32_t *updates)
{
	struct window *w = rib->window;
	struct entry *e = table_at(&rib->table, number);
	struct bucket *b;
	bool created, message;
	size_t cost;

	if (e->kind == ENTRY_WITHDRAW) {
		cost = window_route_bound(rib, &g->export, e);
		if (cost > *left || *updates == 0)
			return false;
		w->withdraws[w->n_withdraws++] = number;
		(*updates)--;
		*left -= cost;
		return true;
	}
	b = find_bucket(rib, g, e, &created);
	cost = route_cost(b, g, e, created, &message);
	if (cost > *left || (message && *updates == 0))
		return false;
	take_route(w, b, number, message, (uint32_t)e->len + 4);
	*updates -= message;
	*left -= cost;
	if (e->kind == ENTRY_PENDING && (e->flags & ENTRY_F_QUEUED) == 0)
		rib_reap_push(rib, number);
	return true;
}

static void
reset(struct window *w)
{
	w->n_routes = w->n_withdraws = w->n_buckets = w->families = 0;
	if (++w->stamp == 0) {
		memset(w->slots, 0, sizeof(w->slots));
		w->stamp = 1;
	}
	for (unsigned i = 0; i < MEMO; i++)
		w->memo[i].peers = NONE;
}

void
window_select(struct rib *rib, const struct group *g, size_t limit, uint32_t max_updates,
	struct selection *out)
{
	struct table *t = &rib->table;
	struct window *w = rib->window;
	uint32_t at = table_at(t, g->mark)->next;
	unsigned steps = 0;

	*out = (struct selection){ .behind = g->mark, .low = g->low, .high = g->high };
	reset(w);
	for (; at != TABLE_NONE; at = table_at(t, at)->next) {
		const struct entry *e = table_at(t, at);
		enum peerset_relation rel;

		if (e->kind == ENTRY_MARK)
			continue;
		if (steps++ == STEPS_MAX || w->n_routes + w->n_withdraws == RIB_WINDOW_MAX)
			break;
		rel = judge(rib, g, e, &out->split);
		if (rel == PEERSET_SOME)
			break;
		if (rel == PEERSET_ALL && !pick(rib, g, at, &limit, &max_updates)) {
			out->full = true;
			break;
		}
		out->behind = at;
		if (entry_seq(e) > out->high)
			out->high = entry_seq(e);
	}
	out->n = w->n_routes + w->n_withdraws;
	out->end = at == TABLE_NONE;
	out->low = out->end ? t->seq : entry_seq(table_at(t, at)) - 1;
	if (out->low > out->high)
		out->high = out->low;
	if (out->split != 0 && out->n > 0) {
		/* First what is for all. */
		peerset_unref(&rib->sets, out->split);
		out->split = 0;
	}
}

/* --- packing --- */

static void
count_skipped(struct rib *rib, uint32_t family, size_t skipped)
{
	const struct family_info *info = family_find(family);

	if (skipped == 0)
		return;
	rib->counters.skipped += skipped;
	if (log_ratelimit(&rib->counters.skipped, rib->now_us))
		log_warn(info == NULL ? NULL : info->name,
			"%zu routes can not be sent: too large, or no address for `self`", skipped);
}

static void
pack_withdraw(struct rib *rib, const struct group *g, struct wr *w, uint32_t number)
{
	const struct entry *e = table_at(&rib->table, number);
	struct attrset set = attrs_view(&rib->attrs, e->attrs);
	struct nlri nlri = entry_nlri(e);
	size_t skipped = 0;

	if (export_withdraw(w, &g->export, nlri.family, &set, &nlri, 1, &skipped) != 1)
		fatalx("a window of withdraws does not fit");
	count_skipped(rib, nlri.family, skipped);
}

static void
pack_withdraws(struct rib *rib, const struct group *g, struct wr *w)
{
	struct window *win = rib->window;
	uint32_t done = 0;

	for (uint32_t i = 0; i < win->n_withdraws; i++) {
		uint8_t family = table_at(&rib->table, win->withdraws[i])->family;

		if ((done >> family & 1) != 0)
			continue;
		done |= UINT32_C(1) << family;
		for (uint32_t k = i; k < win->n_withdraws; k++)
			if (table_at(&rib->table, win->withdraws[k])->family == family)
				pack_withdraw(rib, g, w, win->withdraws[k]);
	}
}

static int
compare(const void *a, const void *b)
{
	return nlri_compare(a, b);
}

static void
sort(struct nlri *nlri, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++)
		if (nlri_compare(&nlri[i - 1], &nlri[i]) > 0) {
			qsort(nlri, n, sizeof(nlri[0]), compare);
			return;
		}
}

static void
pack_bucket(struct rib *rib, const struct group *g, struct wr *w, const struct bucket *b)
{
	struct attrset set = attrs_view(&rib->attrs, b->attrs);
	struct nlri *nlri = &rib->window->nlri[b->start];
	uint32_t family = b->family < FAMILY_COUNT ? family_table[b->family].family : FAMILY_NONE;
	size_t skipped = 0;
	/* The attributes alone say the same however often. */
	uint32_t n = family == FAMILY_NONE ? 1 : b->count;

	if (b->grouped)
		sort(nlri, n);
	if (export_announce(w, &g->export, family, &set, nlri, n, &skipped) != n)
		fatalx("a window of %u routes does not fit", n);
	count_skipped(rib, family, skipped);
}

/* Brings the routes of each bucket together, in list order within it. */
static void
arrange(struct rib *rib)
{
	struct window *w = rib->window;
	uint32_t start = 0;

	for (uint32_t i = 0; i < w->n_buckets; i++) {
		w->buckets[i].start = start;
		start += w->buckets[i].count;
		w->buckets[i].used = w->buckets[i].start;
	}
	for (uint32_t i = 0; i < w->n_routes; i++) {
		struct bucket *b = &w->buckets[w->routes[i].bucket];

		w->nlri[b->used++] = entry_nlri(table_at(&rib->table, w->routes[i].entry));
	}
}

size_t
window_pack(struct rib *rib, const struct group *g, const uint8_t **data)
{
	struct window *win = rib->window;
	struct wr w = wr_init(win->out, sizeof(win->out));

	pack_withdraws(rib, g, &w);
	arrange(rib);
	for (uint32_t i = 0; i < win->n_buckets; i++) {
		if (!win->buckets[i].first)
			continue;
		for (uint32_t k = i; k != NONE; k = win->buckets[k].sibling)
			if (win->buckets[k].count > 0)
				pack_bucket(rib, g, &w, &win->buckets[k]);
	}
	rib->counters.windows++;
	*data = win->out;
	return wr_len(&w);
}

uint32_t
window_count(const uint8_t *data, size_t n)
{
	struct rd r = rd_init(data, n);
	uint32_t count = 0;

	while (rd_left(&r) >= 19) {
		rd_bytes(&r, 16);
		rd_bytes(&r, rd_u16(&r) - 18);
		count++;
	}
	return count;
}
