/*
 * What happens in one go after a check, at the start, and at the end; always in this order:
 *
 *   hooks      of the new state
 *   add        addresses that are missing, before they are announced
 *   announce
 *   answers    are waited for when something below must come after the routes are gone
 *   drain      the operator's command, when a running service was disabled or ends
 *   remove     addresses, after their withdrawal
 *
 * A phase is called until it returns false; true means that it started something and the
 * completion calls again. So a time-out anywhere delays what follows, but never skips it.
 */
#include <stdlib.h>

#include "apid/helpers/healthcheck/iface.h"
#include "apid/helpers/healthcheck/lines.h"
#include "apid/helpers/healthcheck/report.h"
#include "apid/helpers/healthcheck/service_priv.h"
#include "common/buf.h"

enum {
	ANSWERS_US = 5000000,
	LEAVE_ANSWERS_US = 1000000, /* a service that ends kills us after two seconds */
	IP_US = 10000000
};

typedef bool phase_fn(struct service *s);

/* The state to act for. */
static enum state
target(const struct service *s)
{
	return s->leaving ? STATE_EXIT : s->machine.state;
}

static bool
hooks(struct service *s)
{
	enum state state = s->machine.state;
	const struct texts *own = &s->o->states[state].execute;
	const struct texts *all = &s->o->execute;

	if (s->leaving || !s->changed || s->step >= own->n + all->n)
		return false;
	const char *command = s->step < own->n ? own->v[s->step] : all->v[s->step - own->n];
	s->step++;
	runner_shell(s->runner, command,
		(struct run_request){
			.state = state_name(state), .timeout_us = s->o->execute_timeout_us });
	return true;
}

static void
run_ip(struct service *s, const struct net *host, bool add)
{
	struct iface_command command = { 0 };

	iface_command(&command, s->o, host, add);
	runner_start(s->runner,
		&(struct run_request){ .argv = command.argv, .timeout_us = IP_US, .output = true });
}

static bool
add(struct service *s)
{
	bool wanted =
		s->starting ? !s->o->no_ip_setup : s->o->dynamic_ip_setup && target(s) == STATE_UP;

	if (s->step == 0)
		s->add_failed = false;
	while (wanted && s->step < s->hosts.n) {
		const struct net *host = &s->hosts.v[s->step++];

		if (iface_has(host))
			continue;
		run_ip(s, host, true);
		return true;
	}
	return false;
}

/* The state whose lines are to be sent now; INIT: none. */
static enum state
to_announce(struct service *s)
{
	enum state state = target(s);

	if (channel_refused(s->channel))
		s->announced = STATE_INIT;
	if (state == STATE_EXIT)
		return state;
	if (s->starting || !state_stable(state))
		return STATE_INIT;
	/* No route to an address that could not be added. */
	if (state == STATE_UP && s->add_failed)
		return s->announced == STATE_UP ? STATE_EXIT : STATE_INIT;
	return s->o->no_debounce || s->announced != state ? state : STATE_INIT;
}

static bool
announce(struct service *s)
{
	enum state state = to_announce(s);
	struct buf lines = { 0 };

	if (state == STATE_INIT)
		return false;
	lines_print(&lines, s->o, &s->nets, state);
	if (channel_send(s->channel, &lines, s->nets.n, s->leaving))
		s->announced = state;
	else
		report_warn("the service does not read: nothing is announced");
	buf_fini(&lines);
	return false;
}

/* Only once the withdrawal is out. */
static bool
drains(const struct service *s)
{
	return s->o->drain != NULL && s->serving && s->announced == target(s) &&
	       (target(s) == STATE_DISABLED || target(s) == STATE_EXIT);
}

static bool
removes(const struct service *s)
{
	if (s->leaving)
		return s->hosts.n > 0;
	return s->o->dynamic_ip_setup && s->announced == s->machine.state &&
	       (s->machine.state == STATE_DOWN || s->machine.state == STATE_DISABLED);
}

static bool
answers(struct service *s)
{
	bool last = s->o->interval_us == 0 && state_stable(s->machine.state);

	if (s->step++ > 0 || s->starting)
		return false;
	if (!s->leaving && !last && !drains(s) && !removes(s))
		return false;
	channel_wait(s->channel, s->leaving ? LEAVE_ANSWERS_US : ANSWERS_US, phases_answered);
	return true;
}

static bool
drain(struct service *s)
{
	bool run = s->step++ == 0 && drains(s);

	if (s->announced != STATE_INIT)
		s->serving = s->announced == STATE_UP;
	if (!run)
		return false;
	report_info("draining");
	runner_shell(s->runner, s->o->drain,
		(struct run_request){
			.state = state_name(target(s)), .timeout_us = s->o->drain_timeout_us });
	return true;
}

static bool
remove_addresses(struct service *s)
{
	while (removes(s) && s->step < s->hosts.n) {
		size_t i = s->step++;

		if ((!s->added[i] && !s->o->dynamic_ip_setup) || !iface_has(&s->hosts.v[i]))
			continue;
		run_ip(s, &s->hosts.v[i], false);
		return true;
	}
	return false;
}

static const struct {
	phase_fn *fn;
	const char *name;
} phases[] = {
	{ hooks, "hook" },
	{ add, "ip address add" },
	{ announce, "announce" },
	{ answers, "answers" },
	{ drain, "drain" },
	{ remove_addresses, "ip address delete" },
};

static void
advance(struct service *s)
{
	for (; s->phase < sizeof(phases) / sizeof(phases[0]); s->phase++, s->step = 0)
		if (phases[s->phase].fn(s))
			return;
	service_done(s);
}

void
phases_begin(struct service *s)
{
	s->phase = 0;
	s->step = 0;
	advance(s);
}

void
phases_answered(void *owner)
{
	advance(owner);
}

void
phases_run_done(struct service *s, const struct run_result *result)
{
	bool adding = phases[s->phase].fn == add;
	bool ok = result->how == RUN_EXITED && result->code == 0;
	char text[128];

	/* `ip` ends with 2 for an address that is there already, and for every other refusal. */
	if (adding && !ok && iface_has(&s->hosts.v[s->step - 1]))
		ok = true;
	else if (adding && ok)
		s->added[s->step - 1] = true;
	if (!ok)
		report_warn("%s: %s %s", phases[s->phase].name, runner_text(result, text),
			result->output);
	if (adding && !ok)
		s->add_failed = true;
	advance(s);
}
