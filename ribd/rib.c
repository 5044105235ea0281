/* Making and freeing a RIB. */
#include "ribd/rib.h"

#include <stdlib.h>
#include "ribd/lifetime.h"
#include "ribd/owner.h"
#include "ribd/watchdog.h"
#include "ribd/window.h"

void
rib_init(struct rib *rib, const struct rib_output *out)
{
	*rib = (struct rib){ .out = *out };
	table_init(&rib->table);
	attrs_init(&rib->attrs);
	peerset_init(&rib->sets);
	rib->window = window_new();
	(void)owner_number(rib, 0);
}

void
rib_fini(struct rib *rib)
{
	rib_target_reset(rib);
	rib_detach(rib);
	rib_drop_detached(rib);
	watchdog_fini(rib);
	lifetime_fini(rib);
	owners_fini(rib);
	for (uint32_t i = 0; i < rib->n_peers; i++) {
		if (rib->peers[i] == NULL)
			continue;
		rib_in_clear(rib, rib->peers[i]);
		free(rib->peers[i]->key);
		free(rib->peers[i]);
	}
	free(rib->peers);
	free(rib->groups);
	free(rib->sessions);
	free(rib->reap.items);
	htable_fini(&rib->ids);
	htable_fini(&rib->by_number);
	table_fini(&rib->table);
	attrs_fini(&rib->attrs);
	peerset_fini(&rib->sets);
	window_free(rib->window);
}
