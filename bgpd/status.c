/* The line of `troupe status`, at most once a second, and the end when all peers are finished. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "bgpd/bgpd.h"
#include "bgpd/peer.h"
#include "common/child.h"
#include "common/link.h"
#include "common/log.h"
#include "proto/ipc/send.h"

enum { STATUS_US = 1000 * 1000 };

uint64_t
wall_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

static void
send_status(struct loop *loop, void *owner)
{
	struct bgpd *d = owner;
	char text[sizeof(d->status)];

	d->status_at = loop_now(loop);
	snprintf(text, sizeof(text), "%u of %u sessions up", d->n_up, d->n_peers);
	if (strcmp(text, d->status) == 0)
		return;
	memcpy(d->status, text, sizeof(text));
	child_send(d->child, "STATUS %s", text);
}

void
status_changed(struct bgpd *d)
{
	int64_t wait = d->status_at.us + STATUS_US - loop_now(d->loop).us;

	if (d->quitting || loop_timer_armed(&d->status_timer))
		return;
	/* Never at once: changes come in groups. */
	loop_timer_set(d->loop, &d->status_timer, wait > 0 ? wait : STATUS_US / 20, send_status, d,
		"status");
}

void
status_check_finished(struct bgpd *d)
{
	struct ipc_finished m = { .code = 0 };
	unsigned stopped = 0;

	if (d->finished || d->receiving)
		return;
	for (const struct peer *p = d->peers; p != NULL; p = p->next) {
		if (!p->gone && !p->stopped)
			return;
		stopped += !p->gone;
	}
	if (stopped == 0)
		return;
	d->finished = true;
	log_info(NULL, "every neighbor has used up its attempts");
	if (d->apid_ready)
		ipc_send_finished(d->apid, &m);
	child_send(d->child, "FINISHED 0");
}
