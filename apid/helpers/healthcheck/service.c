/*
 * An iteration: is the service disabled, else the check, then the state, then the phases. One
 * thing runs at a time, so the next check begins an interval after all of that; each of its
 * parts has a time-out, so it comes. The end interrupts whatever runs.
 */
#include "apid/helpers/healthcheck/service.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apid/helpers/healthcheck/account.h"
#include "apid/helpers/healthcheck/report.h"
#include "apid/helpers/healthcheck/service_priv.h"
#include "common/xmalloc.h"

enum { HOSTS_MAX = 1024 };

static void
stop(struct service *s)
{
	loop_timer_cancel(s->loop, &s->timer);
	loop_stop(s->loop, s->exit_code);
}

static void
judge(struct service *s, enum verdict verdict)
{
	enum state before = s->machine.state;

	s->changed = state_step(&s->machine, verdict);
	if (s->changed)
		report_info("%s -> %s", state_name(before), state_name(s->machine.state));
	phases_begin(s);
}

static void
run_done(void *owner, const struct run_result *result)
{
	struct service *s = owner;
	bool ok = result->how == RUN_EXITED && result->code == 0;
	char text[128];

	if (!s->checking) {
		phases_run_done(s, result);
		return;
	}
	s->checking = false;
	if (!ok)
		report_warn("check failed: %s", runner_text(result, text));
	if (result->output[strspn(result->output, " \t\r\n")] != '\0')
		report_info("check said: %s", result->output);
	judge(s, ok ? VERDICT_OK : VERDICT_FAILED);
}

static void
check(struct service *s)
{
	struct run_request request = { .timeout_us = s->o->timeout_us, .output = true };

	s->checking = true;
	if (s->o->command != NULL) {
		runner_shell(s->runner, s->o->command, request);
	} else {
		request.argv = s->o->exec;
		runner_start(s->runner, &request);
	}
}

static void
iterate(struct loop *loop, void *owner)
{
	struct service *s = owner;

	(void)loop;
	if (s->o->disable != NULL && access(s->o->disable, F_OK) == 0)
		judge(s, VERDICT_DISABLED);
	else if ((s->o->command == NULL && s->o->exec == NULL) ||
		 s->machine.state == STATE_DISABLED)
		judge(s, VERDICT_OK);
	else
		check(s);
}

static void
leave(struct service *s)
{
	report_info("leaving");
	s->leaving = true;
	s->starting = false;
	loop_timer_cancel(s->loop, &s->timer);
	channel_wait(s->channel, 0, NULL);
	runner_abort(s->runner, s->checking ? SIGKILL : SIGTERM);
	s->checking = false;
	phases_begin(s);
}

void
service_leave(struct service *s)
{
	if (s->asked)
		stop(s);
	else if (!s->leaving)
		leave(s);
	s->asked = true;
}

static void
fail(struct service *s, const char *why)
{
	report_error("%s", why);
	s->exit_code = 1;
	leave(s);
}

/* Nobody reads our commands: the service is gone, and its sessions with it. */
static void
service_gone(void *owner)
{
	struct service *s = owner;

	if (!s->leaving)
		fail(s, "the service is gone");
}

/* The addresses are there: from here on without privileges. */
static void
begin_checks(struct service *s)
{
	char err[256] = "";

	s->starting = false;
	if (s->add_failed)
		fail(s, "the addresses cannot be set up (--no-ip-setup: without)");
	else if (account_drop(s->o->user, s->o->group, err, sizeof(err)) != 0)
		fail(s, err);
	else
		iterate(s->loop, s);
}

void
service_done(struct service *s)
{
	enum state state = s->machine.state;
	bool moving = state == STATE_RISING || state == STATE_FALLING;

	if (s->leaving) {
		stop(s);
	} else if (s->starting) {
		begin_checks(s);
	} else if (s->o->interval_us == 0 && state_stable(state)) {
		s->exit_code = channel_refused(s->channel);
		stop(s);
	} else {
		loop_timer_set(s->loop, &s->timer, moving ? s->o->fast_us : s->o->interval_us,
			iterate, s, "check");
	}
}

struct service *
service_new(struct loop *loop, const struct options *o, const struct nets *nets)
{
	struct service *s = xcalloc(1, sizeof(*s));

	s->loop = loop;
	s->o = o;
	s->machine = (struct machine){ .rise = (uint32_t)o->rise, .fall = (uint32_t)o->fall };
	bool sets_up = (!o->no_ip_setup && o->ips.n > 0) || o->dynamic_ip_setup;
	if (sets_up && !nets_hosts(nets, HOSTS_MAX, &s->hosts)) {
		report_error(
			"more than %d addresses to set up (--no-ip-setup: without)", HOSTS_MAX);
		service_free(s);
		return NULL;
	}
	s->added = xcalloc(s->hosts.n + 1, sizeof(s->added[0]));
	bool fits = true;
	if (o->deaggregate)
		fits = nets_hosts(nets, NETS_MAX, &s->nets);
	for (size_t i = 0; !o->deaggregate && i < nets->n; i++)
		fits = nets_add(&s->nets, &nets->v[i]) && fits;
	if (!fits) {
		report_error("more than %d routes to announce", NETS_MAX);
		service_free(s);
		return NULL;
	}
	nets_rotate(&s->nets, (size_t)o->start_ip);
	s->runner = runner_new(loop, run_done, s);
	s->channel = channel_new(loop, STDIN_FILENO, STDOUT_FILENO, !o->no_ack, service_gone, s);
	return s;
}

void
service_start(struct service *s)
{
	s->starting = true;
	phases_begin(s);
}

void
service_free(struct service *s)
{
	if (s == NULL)
		return;
	loop_timer_cancel(s->loop, &s->timer);
	runner_free(s->runner);
	channel_free(s->channel);
	nets_fini(&s->nets);
	nets_fini(&s->hosts);
	free(s->added);
	free(s);
}

void
service_reap(struct service *s)
{
	runner_reap(s->runner);
}
