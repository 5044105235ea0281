/* An entry together with what it holds: attributes and peers. */
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
