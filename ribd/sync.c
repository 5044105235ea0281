/* `sync_request`: apid wants to know when everything up to now is handed to bgpd. */
#include "ribd/ribd.h"

#include <stdlib.h>
#include "common/link.h"
#include "common/log.h"
#include "common/xmalloc.h"
#include "proto/ipc/send.h"

struct sync {
	struct sync *next;
	uint64_t id, seq;
	uint32_t peers; /* held set */
};

static void
answer(struct ribd *d, uint64_t id)
{
	struct ipc_synced m = { .id = id };

	if (link_is_up(d->apid_ctl))
		ipc_send_synced(d->apid_ctl, &m);
}

static uint32_t
read_peers(struct rib *rib, struct ipc_bytes ids)
{
	struct rd r = rd_init(ids.p, ids.n);
	uint32_t set = peerset_ref(&rib->sets, ids.n == 0 ? rib->all : 0);

	while (rd_left(&r) >= 4) {
		uint32_t slot = rib_peer_slot(rib, rd_u32(&r));

		if (slot != UINT32_MAX)
			peerset_assign(&rib->sets, &set, peerset_with(&rib->sets, set, slot));
	}
	return set;
}

void
sync_start(struct ribd *d, const struct ipc_sync_request *m)
{
	struct sync *s;

	if (d->n_syncs == RIBD_SYNCS_MAX) {
		log_warn("apid", "more than %d synchronisations wait: one is answered at once",
			RIBD_SYNCS_MAX);
		answer(d, m->id);
		return;
	}
	s = xmalloc(sizeof(*s));
	*s = (struct sync){
		.id = m->id, .seq = d->rib.table.seq, .peers = read_peers(&d->rib, m->peers)
	};
	if (d->syncs_tail == NULL)
		d->syncs_tail = &d->syncs;
	*d->syncs_tail = s;
	d->syncs_tail = &s->next;
	d->n_syncs++;
}

static void
drop_first(struct ribd *d)
{
	struct sync *s = d->syncs;

	d->syncs = s->next;
	if (d->syncs == NULL)
		d->syncs_tail = &d->syncs;
	peerset_unref(&d->rib.sets, s->peers);
	free(s);
	d->n_syncs--;
}

/* In order: a later one is never answered before an earlier one. */
void
sync_check(struct ribd *d)
{
	while (d->syncs != NULL && rib_drained(&d->rib, d->syncs->peers, d->syncs->seq)) {
		answer(d, d->syncs->id);
		drop_first(d);
	}
}

void
sync_drop_all(struct ribd *d)
{
	while (d->syncs != NULL)
		drop_first(d);
}
