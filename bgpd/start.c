/*
 * When new neighbors start. A session whose neighbor ribd has not heard of could not be served:
 * apid tells both of us the same list, so we wait until ribd reports that its list is complete,
 * and only then connect and listen. Not for ever, though: START_WAIT_US after apid's list the
 * sessions start anyway, since a missing ribd must not keep them down.
 */
#include "bgpd/bgpd.h"
#include "bgpd/listen.h"
#include "bgpd/peer.h"
#include "common/log.h"

enum { START_WAIT_US = 3 * 1000 * 1000 };

static bool
ribd_knows(const struct bgpd *d)
{
	uint32_t count = 0;
	uint64_t sum = 0;

	for (const struct peer *p = d->peers; p != NULL; p = p->next) {
		if (p->gone || p->range != NULL)
			continue;
		count++;
		sum += p->def.id;
	}
	return d->ribd_ready && count == d->known_count && sum == d->known_sum;
}

static void
start_all(struct bgpd *d)
{
	loop_timer_cancel(d->loop, &d->start_timer);
	listen_update(d);
	for (struct peer *p = d->peers; p != NULL; p = p->next) {
		if (p->fresh && !p->gone) {
			p->fresh = false;
			peer_start(p);
		}
	}
}

static void
waited(struct loop *loop, void *owner)
{
	(void)loop;
	log_warn(NULL, "ribd does not have the list of neighbors: sessions start without it");
	start_all(owner);
}

void
start_fresh(struct bgpd *d)
{
	bool fresh = false;

	if (d->receiving || d->quitting || !d->have_list)
		return;
	for (const struct peer *p = d->peers; p != NULL && !fresh; p = p->next)
		fresh = p->fresh && !p->gone;
	if (!fresh || ribd_knows(d))
		start_all(d);
	else if (!loop_timer_armed(&d->start_timer))
		loop_timer_set(d->loop, &d->start_timer, START_WAIT_US, waited, d, "start");
}
