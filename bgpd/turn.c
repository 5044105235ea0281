/*
 * Work at the end of a turn: sessions with something to send are written once, however many
 * messages the turn brought, and sessions that stopped reading go on when a link has credit again.
 */
#include "bgpd/bgpd.h"
#include "bgpd/peer.h"
#include "bgpd/session.h"
#include "common/link.h"

static void
flush_sessions(struct loop *loop, void *owner)
{
	struct bgpd *d = owner;

	(void)loop;
	while (d->dirty != NULL) {
		struct session *s = d->dirty;

		d->dirty = s->next_dirty;
		s->dirty = false;
		session_flush(s);
	}
}

static void
resume_sessions(struct loop *loop, void *owner)
{
	struct bgpd *d = owner;

	(void)loop;
	for (struct peer *p = d->peers; p != NULL; p = p->next) {
		session_resume(&p->slots[0]);
		session_resume(&p->slots[1]);
	}
	if (!d->apid_blocked && d->ribd_bulk != NULL)
		link_resume(d->ribd_bulk);
}

void
bgpd_resume_reading(struct bgpd *d)
{
	loop_defer(d->loop, &d->resume_task, resume_sessions, d);
}

void
bgpd_flush_later(struct bgpd *d)
{
	loop_defer(d->loop, &d->flush_task, flush_sessions, d);
}
