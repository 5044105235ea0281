/*
 * Entries in slabs, and the change list threaded through them. The hash of an NLRI is kept in its
 * entry, so that nothing computes it twice.
 */
#include "ribd/table.h"

#include <stdlib.h>
#include "common/log.h"
#include "common/xmalloc.h"

enum { ENTRIES_MAX = 1 << 30 };

static void
add_slab(struct table *t)
{
	t->slabs = xreallocarray(t->slabs, t->n_slabs + 1, sizeof(t->slabs[0]));
	t->slabs[t->n_slabs++] = xmalloc(TABLE_SLAB * sizeof(struct entry));
}

void
table_init(struct table *t)
{
	*t = (struct table){ .step = 1, .high = 1 };
	index_init(&t->index);
	add_slab(t);
	*table_at(t, TABLE_NONE) = (struct entry){ 0 };
	for (unsigned i = 0; i < FAMILY_COUNT; i++) {
		const struct nlri_codec *codec = nlri_codec(family_table[i].family);

		t->labelled[i] = codec != NULL && codec->key != NULL;
	}
}

void
table_fini(struct table *t)
{
	for (uint32_t i = 1; i < t->high; i++)
		if (table_at(t, i)->kind != ENTRY_FREE)
			if ((table_at(t, i)->flags & ENTRY_F_OUTLINE) != 0) {
				void *p;

				memcpy(&p, table_at(t, i)->bytes, sizeof(p));
				free(p);
			}
	for (uint32_t i = 0; i < t->n_slabs; i++)
		free(t->slabs[i]);
	free(t->slabs);
	index_fini(&t->index);
	free(t->found);
	*t = (struct table){ 0 };
}

static const uint8_t *
entry_bytes(const struct entry *e)
{
	const uint8_t *p;

	if ((e->flags & ENTRY_F_OUTLINE) == 0)
		return e->bytes;
	memcpy(&p, e->bytes, sizeof(p));
	return p;
}

struct nlri
entry_nlri(const struct entry *e)
{
	return (struct nlri){ .family = entry_family(e),
		.has_path_id = (e->flags & ENTRY_F_PATH_ID) != 0,
		.path_id = e->path_id,
		.len = e->len,
		.bytes = entry_bytes(e) };
}

static bool
matches(const struct table *t, const struct entry *e, const struct nlri *nlri, uint8_t family)
{
	bool path_id = (e->flags & ENTRY_F_PATH_ID) != 0;
	struct nlri mine;

	if (e->family != family || path_id != nlri->has_path_id ||
		(path_id && e->path_id != nlri->path_id))
		return false;
	if (e->len == nlri->len && memcmp(entry_bytes(e), nlri->bytes, e->len) == 0)
		return true;
	if (!t->labelled[family])
		return false;
	mine = entry_nlri(e);
	return nlri_same(&mine, nlri);
}

uint8_t
entry_family_row(uint32_t family)
{
	int row = family_index(family);

	return row < 0 ? ENTRY_FAMILY_NONE : (uint8_t)row;
}

/* The first match behind `after`; TABLE_NONE: of all. */
static uint32_t
scan(const struct table *t, uint32_t hash, uint32_t after, const struct nlri *nlri)
{
	uint8_t family = entry_family_row(nlri->family);
	struct index_walk w = index_walk(&t->index, hash);
	bool behind = after == TABLE_NONE;
	uint32_t number;

	while ((number = index_next(&t->index, hash, &w)) != INDEX_EMPTY) {
		if (behind && matches(t, table_at(t, number), nlri, family))
			return number;
		behind |= number == after;
	}
	return TABLE_NONE;
}

uint32_t
table_find(const struct table *t, const struct nlri *nlri, uint32_t hash)
{
	return scan(t, hash, TABLE_NONE, nlri);
}

uint32_t
table_find_next(const struct table *t, uint32_t number, const struct nlri *nlri)
{
	return scan(t, table_at(t, number)->hash, number, nlri);
}

uint32_t
table_find_all(struct table *t, const struct nlri *nlri, uint32_t hash, const uint32_t **out)
{
	uint8_t family = entry_family_row(nlri->family);
	struct index_walk w = index_walk(&t->index, hash);
	uint32_t number, n = 0;

	while ((number = index_next(&t->index, hash, &w)) != INDEX_EMPTY) {
		if (!matches(t, table_at(t, number), nlri, family))
			continue;
		if (n == t->found_cap) {
			t->found_cap = n == 0 ? 16 : n * 2;
			t->found = xreallocarray(t->found, t->found_cap, sizeof(t->found[0]));
		}
		t->found[n++] = number;
	}
	*out = t->found;
	return n;
}

void
table_prefetch_entry(const struct table *t, uint32_t hash)
{
	struct index_walk w = index_walk(&t->index, hash);
	uint32_t number = index_next(&t->index, hash, &w);

	if (number == INDEX_EMPTY)
		return;
	/* It may lie across two cache lines. */
	__builtin_prefetch(table_at(t, number));
	__builtin_prefetch(table_at(t, number)->bytes + ENTRY_INLINE - 1);
}

static void
link_before(struct table *t, uint32_t number, uint32_t next)
{
	struct entry *e = table_at(t, number), *n = table_at(t, next);

	e->prev = n->prev;
	e->next = next;
	table_at(t, n->prev)->next = number;
	n->prev = number;
}

static void
unlink_entry(struct table *t, uint32_t number)
{
	struct entry *e = table_at(t, number);

	table_at(t, e->prev)->next = e->next;
	table_at(t, e->next)->prev = e->prev;
}

static void
stamp(struct table *t, struct entry *e)
{
	t->seq += t->step;
	e->seq_low = (uint32_t)t->seq;
	e->seq_high = (uint8_t)(t->seq >> 32);
}

static uint32_t
allocate(struct table *t)
{
	uint32_t number = t->free;

	if (number != TABLE_NONE) {
		t->free = table_at(t, number)->hash;
		return number;
	}
	if (t->high == t->n_slabs * TABLE_SLAB) {
		if (t->high >= ENTRIES_MAX)
			fatalx("more than %d routes", ENTRIES_MAX);
		add_slab(t);
	}
	return t->high++;
}

static void
set_nlri(struct table *t, struct entry *e, const struct nlri *nlri)
{
	e->family = entry_family_row(nlri->family) & 31;
	e->len = nlri->len;
	e->path_id = nlri->has_path_id ? nlri->path_id : 0;
	if (nlri->has_path_id)
		e->flags |= ENTRY_F_PATH_ID;
	if (nlri->len <= ENTRY_INLINE) {
		memcpy(e->bytes, nlri->bytes, nlri->len);
		return;
	}
	void *copy = xmemdup(nlri->bytes, nlri->len);
	memcpy(e->bytes, &copy, sizeof(copy));
	e->flags |= ENTRY_F_OUTLINE;
	t->outline += nlri->len;
}

static uint32_t
insert(struct table *t, enum entry_kind kind, const struct nlri *nlri, uint32_t hash)
{
	uint32_t number = allocate(t);
	struct entry *e = table_at(t, number);

	*e = (struct entry){ .kind = (uint8_t)kind & 7, .hash = hash };
	set_nlri(t, e, nlri);
	index_add(&t->index, hash, number);
	t->live++;
	t->kinds[kind]++;
	if (kind == ENTRY_ROUTE)
		t->routes[e->family]++;
	return number;
}

uint32_t
table_add(struct table *t, enum entry_kind kind, const struct nlri *nlri, uint32_t hash,
	uint32_t attrs, uint32_t peers)
{
	uint32_t number = insert(t, kind, nlri, hash);
	struct entry *e = table_at(t, number);

	e->attrs = attrs;
	e->peers = peers;
	stamp(t, e);
	link_before(t, number, TABLE_NONE);
	return number;
}

uint32_t
table_split(struct table *t, uint32_t number, uint32_t peers)
{
	struct nlri nlri = entry_nlri(table_at(t, number));
	uint32_t twin = insert(
		t, (enum entry_kind)table_at(t, number)->kind, &nlri, table_at(t, number)->hash);
	const struct entry *e = table_at(t, number);
	struct entry *copy = table_at(t, twin);

	copy->attrs = e->attrs;
	copy->peers = peers;
	copy->seq_low = e->seq_low;
	copy->seq_high = e->seq_high;
	copy->whose = e->whose;
	copy->flags |= e->flags & (ENTRY_F_CONFIG | ENTRY_F_MAYBE_SENT | ENTRY_F_PHASE);
	link_before(t, twin, e->next);
	return twin;
}

void
table_set_kind(struct table *t, uint32_t number, enum entry_kind kind)
{
	struct entry *e = table_at(t, number);

	t->kinds[e->kind]--;
	t->routes[e->family] -= e->kind == ENTRY_ROUTE;
	e->kind = (uint8_t)kind & 7;
	t->kinds[kind]++;
	t->routes[e->family] += kind == ENTRY_ROUTE;
}

void
table_touch(struct table *t, uint32_t number)
{
	unlink_entry(t, number);
	stamp(t, table_at(t, number));
	link_before(t, number, TABLE_NONE);
}

static void
release(struct table *t, uint32_t number)
{
	struct entry *e = table_at(t, number);

	e->kind = ENTRY_FREE;
	e->flags = 0;
	e->hash = t->free;
	t->free = number;
}

void
table_remove(struct table *t, uint32_t number)
{
	struct entry *e = table_at(t, number);

	index_remove(&t->index, e->hash, number);
	unlink_entry(t, number);
	t->live--;
	t->kinds[e->kind]--;
	if (e->kind == ENTRY_ROUTE)
		t->routes[e->family]--;
	if ((e->flags & ENTRY_F_OUTLINE) != 0) {
		void *copy;

		memcpy(&copy, e->bytes, sizeof(copy));
		free(copy);
		t->outline -= e->len;
	}
	release(t, number);
}

uint32_t
table_mark(struct table *t, uint32_t owner)
{
	uint32_t number = allocate(t);

	*table_at(t, number) = (struct entry){ .kind = ENTRY_MARK, .attrs = owner };
	link_before(t, number, table_at(t, TABLE_NONE)->next);
	t->kinds[ENTRY_MARK]++;
	return number;
}

void
table_mark_move(struct table *t, uint32_t mark, uint32_t behind)
{
	if (behind == mark || table_at(t, mark)->prev == behind)
		return;
	unlink_entry(t, mark);
	link_before(t, mark, table_at(t, behind)->next);
}

void
table_mark_remove(struct table *t, uint32_t mark)
{
	unlink_entry(t, mark);
	t->kinds[ENTRY_MARK]--;
	release(t, mark);
}

size_t
table_memory(const struct table *t)
{
	return (size_t)t->n_slabs * TABLE_SLAB * sizeof(struct entry) + index_memory(&t->index) +
	       t->outline;
}
