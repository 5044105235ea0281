/* An entry together with what it holds: attributes and peers; and whom an operation concerns. */
#include "ribd/rib.h"

void
rib_entry_drop(struct rib *rib, uint32_t number)
{
	struct entry *e = table_at(&rib->table, number);

	attrs_unref(&rib->attrs, e->attrs);
	peerset_unref(&rib->sets, e->peers);
	table_remove(&rib->table, number);
}

void
rib_entry_shrink(struct rib *rib, uint32_t number, uint32_t peers)
{
	struct entry *e = table_at(&rib->table, number);

	peerset_assign(&rib->sets, &e->peers, peerset_minus(&rib->sets, e->peers, peers));
	if (e->peers == 0)
		rib_entry_drop(rib, number);
}

const struct target *
rib_target(struct rib *rib, uint32_t peers, uint32_t family)
{
	struct peerset_pool *sets = &rib->sets;
	struct target *t = &rib->target;
	uint8_t row = entry_family_row(family);

	if (t->valid && t->peers == peers && t->row == row)
		return t;
	rib_target_reset(rib);
	t->valid = true;
	t->row = row;
	t->peers = peerset_ref(sets, peers);
	t->asked = peerset_and(sets, peers, rib->configured[row]);
	t->kept = peerset_and(sets, t->asked, rib->keep);
	t->rest = peerset_minus(sets, t->asked, rib->keep);
	t->up = peerset_and(sets, t->asked, rib->up);
	return t;
}

void
rib_target_reset(struct rib *rib)
{
	struct target *t = &rib->target;

	peerset_unref(&rib->sets, t->peers);
	peerset_unref(&rib->sets, t->asked);
	peerset_unref(&rib->sets, t->kept);
	peerset_unref(&rib->sets, t->rest);
	peerset_unref(&rib->sets, t->up);
	*t = (struct target){ 0 };
}
