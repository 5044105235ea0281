/*
 * What happens at the end of a turn, in this order: what was changed is written to the journal and
 * acknowledged, then sent, then listings and a snapshot get their slices.
 */
#include "ribd/ribd.h"

#include "common/link.h"
#include "common/log.h"
#include "proto/ipc/send.h"
#include "ribd/lifetime.h"

enum { SNAPSHOT_RETRY_US = 5000000 };

void
ribd_now(struct ribd *d)
{
	d->rib.now_us = loop_now(d->loop).us;
}

static void
on_wake(struct loop *loop, void *owner)
{
	(void)loop;
	ribd_work_soon(owner);
}

static void
on_note(struct loop *loop, void *owner)
{
	struct ribd *d = owner;

	(void)loop;
	if (journal_positions(&d->journal, &d->rib, false))
		ribd_work_soon(d);
}

void
ribd_note_soon(struct ribd *d)
{
	if (!loop_timer_armed(&d->note))
		loop_timer_set(d->loop, &d->note, RIBD_NOTE_US, on_note, d, "note-positions");
}

static void
commit(struct ribd *d)
{
	struct ipc_committed m = { .seq = d->received_seq };

	if (!journal_flush(&d->journal)) {
		if (!loop_timer_armed(&d->retry))
			loop_timer_set(
				d->loop, &d->retry, RIBD_RETRY_US, on_wake, d, "journal-retry");
		return;
	}
	if (d->received_seq == d->committed_seq || !link_is_up(d->apid_ctl))
		return;
	d->committed_seq = d->received_seq;
	ipc_send_committed(d->apid_ctl, &m);
}

void
ribd_drop_snapshot(struct ribd *d)
{
	if (d->snapshot == NULL)
		return;
	snapshot_abort(d->snapshot);
	d->snapshot = NULL;
	d->snapshot_after_us = loop_now(d->loop).us + SNAPSHOT_RETRY_US;
}

/* True: go on next turn. */
static bool
snapshot_work(struct ribd *d)
{
	int left;

	if (d->snapshot == NULL && d->rib.now_us >= d->snapshot_after_us &&
		snapshot_due(&d->journal, &d->rib)) {
		d->rib.walk_dependent = false;
		d->snapshot = snapshot_begin(&d->journal, &d->rib);
		if (d->snapshot == NULL)
			d->snapshot_after_us = d->rib.now_us + SNAPSHOT_RETRY_US;
	}
	if (d->snapshot == NULL)
		return false;
	if (d->rib.walk_dependent || d->rib.listing) {
		ribd_drop_snapshot(d);
		return false;
	}
	left = snapshot_step(d->snapshot, loop_clock().us + RIBD_TURN_US);
	if (left <= 0)
		d->snapshot = NULL;
	if (left < 0)
		d->snapshot_after_us = d->rib.now_us + SNAPSHOT_RETRY_US;
	return left > 0;
}

/* Withdraws what has lived its time; true: go on next turn. */
static bool
end_lifetimes(struct ribd *d)
{
	struct buf ops = { 0 };
	int64_t next;

	if (lifetime_due(&d->rib, &ops, &next)) {
		(void)rib_apply(&d->rib, ops.data, ops.len);
		journal_add(&d->journal, JOURNAL_ROUTES, d->rib.table.seq, ops.data, ops.len);
	}
	buf_fini(&ops);
	if (next > d->rib.now_us)
		loop_timer_set(d->loop, &d->lifetime, next - d->rib.now_us, on_wake, d, "lifetime");
	return next != 0 && next <= d->rib.now_us;
}

static void
work(struct loop *loop, void *owner)
{
	struct ribd *d = owner;
	bool more;

	(void)loop;
	ribd_now(d);
	more = end_lifetimes(d);
	commit(d);
	more |= rib_drain(&d->rib, loop_clock().us + RIBD_TURN_US);
	rib_reap(&d->rib);
	sync_check(d);
	sent_check(d);
	more |= show_run(d, loop_clock().us + RIBD_TURN_US);
	more |= snapshot_work(d);
	if (more)
		ribd_work_soon(d);
	if (d->rib.wake_us != 0)
		loop_timer_set(d->loop, &d->wake,
			d->rib.wake_us > d->rib.now_us ? d->rib.wake_us - d->rib.now_us : 1,
			on_wake, d, "rib-wake");
	stats_status(d);
}

void
ribd_work_soon(struct ribd *d)
{
	loop_defer(d->loop, &d->work, work, d);
}

void
ribd_finish(struct ribd *d)
{
	ribd_drop_snapshot(d);
	journal_positions(&d->journal, &d->rib, false);
	commit(d);
}
