/*
 * A good result leads up by RISING, a bad one down by FALLING, each left after so many equal
 * results; the direction alone decides where an iteration goes. RISING and FALLING announce
 * nothing: the announcement of the last stable state holds. A service that is enabled again
 * starts over in INIT.
 */
#include "apid/helpers/healthcheck/state.h"

/* Where a good (1) and a bad (0) result lead, and the state on the way. */
static const struct {
	enum state way;
	enum state end;
} directions[] = {
	[VERDICT_FAILED] = { STATE_FALLING, STATE_DOWN }, [VERDICT_OK] = { STATE_RISING, STATE_UP }
};

static const char *const names[] = { [STATE_INIT] = "INIT",
	[STATE_RISING] = "RISING",
	[STATE_UP] = "UP",
	[STATE_FALLING] = "FALLING",
	[STATE_DOWN] = "DOWN",
	[STATE_DISABLED] = "DISABLED",
	[STATE_EXIT] = "EXIT" };

static void
count(struct machine *m, enum verdict verdict)
{
	uint32_t needed = verdict == VERDICT_OK ? m->rise : m->fall;

	if (m->state == directions[verdict].end)
		return;
	m->count = m->state == directions[verdict].way ? m->count + 1 : 1;
	m->state = m->count >= needed ? directions[verdict].end : directions[verdict].way;
}

bool
state_step(struct machine *m, enum verdict verdict)
{
	enum state before = m->state;

	if (verdict == VERDICT_DISABLED)
		m->state = STATE_DISABLED;
	else if (m->state == STATE_DISABLED)
		m->state = STATE_INIT;
	else
		count(m, verdict);
	return m->state != before;
}

const char *
state_name(enum state state)
{
	return names[state];
}

bool
state_stable(enum state state)
{
	return state == STATE_UP || state == STATE_DOWN || state == STATE_DISABLED;
}
