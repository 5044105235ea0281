/*
 * While a helper that does read has much waiting, messages of bgpd stay on the link, whose window
 * then stops bgpd. The decision is made for each message anew; the timer sees to it that a helper
 * which stops to read holds up the others once, for PRESSURE_PATIENCE_US, and not for ever.
 */
#include "apid/pressure.h"

#include "apid/apid.h"
#include "common/link.h"

static bool
holds(const struct helper *h, int64_t now_us)
{
	return h->out_fd >= 0 && h->client.out.text > PRESSURE_HIGH_BYTES &&
	       now_us - h->taken_us < PRESSURE_PATIENCE_US;
}

static bool
anyone_holds(const struct apid *a)
{
	int64_t now_us = loop_now(a->loop).us;

	for (const struct helper *h = a->helpers; h != NULL; h = h->next)
		if (holds(h, now_us))
			return true;
	return false;
}

static void
look_again(struct loop *loop, void *owner)
{
	struct apid *a = owner;

	(void)loop;
	link_resume(a->bgpd);
}

bool
pressure_accept(void *owner)
{
	struct apid *a = owner;

	if (a->finishing || !anyone_holds(a))
		return true;
	a->pressed = true;
	loop_timer_set(
		a->loop, &a->pressure_timer, PRESSURE_PATIENCE_US, look_again, a, "slow helper");
	return false;
}

void
pressure_eased(struct apid *a)
{
	if (!a->pressed || anyone_holds(a))
		return;
	a->pressed = false;
	loop_timer_cancel(a->loop, &a->pressure_timer);
	if (a->bgpd != NULL)
		link_resume(a->bgpd);
}

void
pressure_fini(struct apid *a)
{
	loop_timer_cancel(a->loop, &a->pressure_timer);
}
