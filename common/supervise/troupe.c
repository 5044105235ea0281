/*
 * The life of the group. Everything happens in callbacks of the loop: a message from a daemon, SIGCHLD,
 * a timer. Children are reaped in one place, reap(), and nobody else waits for a process.
 */
#include "common/supervise/troupe.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/log.h"

enum {
	STOP_OTHERS_US = 2000000, /* apid has this long to say goodbye to its helpers */
	STOP_TERM_US = 2500000,
	STOP_KILL_US = 3000000,
	STOP_GIVE_UP_US = 8000000,
	RESTART_KILL_US = 3000000,
	ARK_KEEP_US = 60000000,
	ARK_WAIT_US = 100000,
	EXIT_CONFIGURATION = 78,
};

static void
fail(struct troupe *t, const char *why)
{
	if (why != NULL)
		log_error("group", "%s", why);
	if (t->state != TROUPE_STARTING)
		return;
	logfile_failed(&t->log, why);
	troupe_stop(t, 1);
}

static void
start_daemon(struct loop *loop, void *owner)
{
	struct daemon *d = owner;
	struct troupe *t = d->owner;
	char why[160];

	(void)loop;
	if (daemon_spawn(d, &t->spec) == 0)
		return;
	snprintf(why, sizeof(why), "cannot start %s: %s", daemon_name(d->role), strerror(errno));
	fail(t, why);
	if (t->state != TROUPE_STOPPING && d->pid == 0)
		loop_timer_set(
			t->loop, &d->restart_timer, daemon_backoff(d), start_daemon, d, "restart");
}

static void
start_all(struct loop *loop, void *owner)
{
	struct troupe *t = owner;

	(void)loop;
	t->state = TROUPE_STARTING;
	for (int i = 0; i < ROLE_COUNT && t->state == TROUPE_STARTING; i++)
		start_daemon(loop, &t->daemons[i]);
}

/* The next daemon of a restart by command, or the end of it. */
static void
restart_next(struct troupe *t)
{
	t->restarting = -1;
	for (int i = 0; i < ROLE_COUNT; i++) {
		if ((t->restart_pending & 1U << i) == 0)
			continue;
		struct daemon *d = &t->daemons[i];
		t->restart_pending &= ~(1U << i);
		t->restarting = i;
		log_info(daemon_name(d->role), "restart by command");
		/* Only bgpd has something to leave to its successor. */
		daemon_stop(d, d->role == ROLE_BGPD, RESTART_KILL_US);
		if (d->pid == 0 && loop_timer_armed(&d->restart_timer))
			loop_timer_set(t->loop, &d->restart_timer, 0, start_daemon, d, "restart");
		return;
	}
	if (t->restarted != NULL)
		t->restarted(t->owner);
}

static bool
all_up(const struct troupe *t)
{
	for (int i = 0; i < ROLE_COUNT; i++)
		if (t->daemons[i].state != DAEMON_UP)
			return false;
	return true;
}

static void
on_ready(struct troupe *t, struct daemon *d)
{
	if (d->state == DAEMON_STARTING)
		d->state = DAEMON_UP;
	d->ever_ready = true;
	log_debug(daemon_name(d->role), "ready");
	if (t->state == TROUPE_STARTING && all_up(t)) {
		t->state = TROUPE_RUNNING;
		log_info("group", "ready in %s", t->run.path);
		notify_ready(&t->notify);
		logfile_ready(&t->log);
	}
	if (d->role == ROLE_BGPD)
		loop_timer_cancel(t->loop, &t->ark_timer);
	if (d->role == ROLE_APID && t->pending_restart)
		daemon_send(d, -1, "RESTART");
	if (d->role == ROLE_APID && t->pending_reload)
		daemon_send(d, -1, "RELOAD %d", t->reload_signal);
	if (d->role == ROLE_APID) {
		t->pending_restart = false;
		t->pending_reload = false;
	}
	if (t->restarting == (int)d->role && t->state != TROUPE_STOPPING)
		restart_next(t);
}

static void
on_conf(struct troupe *t, struct daemon *d, const char *argument)
{
	if (t->rotate && strcmp(argument, "NEXT") == 0)
		conffiles_rotate(&t->files);
	int fd = conffiles_open(&t->files);
	if (fd < 0) {
		daemon_send(d, -1, "CONF 0 %s: %s", conffiles_name(&t->files), strerror(errno));
		return;
	}
	daemon_send(d, fd, "CONF 1 %s", conffiles_name(&t->files));
	close(fd);
}

/* ANSWER ID CODE TEXT, or ANSWER ID + TEXT. */
static void
on_answer(struct troupe *t, char *argument)
{
	char *rest;
	unsigned long id = strtoul(argument, &rest, 10);

	if (*rest != ' ' || t->answer == NULL)
		return;
	char *code = rest + 1;
	bool more = *code == '+';
	long value = more ? 0 : strtol(code, &rest, 10);
	if (more)
		rest = code + 1;
	if (rest == code || (*rest != ' ' && *rest != '\0'))
		return;
	t->answer(
		t->owner, (uint32_t)id, more, (int)(value & 0xff), *rest == ' ' ? rest + 1 : rest);
}

/* What bgpd says of its sessions; true when it was that. Takes the descriptors. */
static bool
on_ark(struct troupe *t, struct daemon *d, const char *text, const char *argument, const int *fds,
	int n_fds)
{
	if (d->role == ROLE_BGPD && strcmp(text, "HOLD") == 0) {
		ark_hold(&t->ark, argument, fds, n_fds);
		return true;
	}
	while (n_fds > 0)
		close(fds[--n_fds]);
	if (d->role == ROLE_BGPD && strcmp(text, "DROP") == 0)
		ark_drop(&t->ark, argument);
	else if (d->role == ROLE_BGPD && strcmp(text, "ARK") == 0)
		ark_give(&t->ark, d);
	else
		return false;
	return true;
}

static void
on_message(void *owner, struct daemon *d, char *text, const int *fds, int n_fds)
{
	struct troupe *t = owner;
	char *argument = strchr(text, ' ');

	if (argument != NULL)
		*argument++ = '\0';
	else
		argument = text + strlen(text);
	if (on_ark(t, d, text, argument, fds, n_fds))
		return;
	if (strcmp(text, "READY") == 0) {
		on_ready(t, d);
	} else if (strcmp(text, "STATUS") == 0) {
		snprintf(d->status, sizeof(d->status), "%.*s", (int)strcspn(argument, "\n"),
			argument);
	} else if (strcmp(text, "FINISHED") == 0) {
		log_info(daemon_name(d->role), "the work is done");
		troupe_stop(t, (int)(strtol(argument, NULL, 10) & 0xff));
	} else if (strcmp(text, "CONF") == 0) {
		on_conf(t, d, argument);
	} else if (strcmp(text, "ANSWER") == 0) {
		on_answer(t, argument);
	} else {
		log_warn(daemon_name(d->role), "unknown message '%.20s'", text);
	}
}

static size_t
daemon_pids(void *owner, pid_t keep[SWEEP_KEEP_MAX])
{
	const struct troupe *t = owner;
	size_t n = 0;

	for (int i = 0; i < ROLE_COUNT; i++)
		if (t->daemons[i].pid != 0)
			keep[n++] = t->daemons[i].pid;
	return n;
}

static void
end(struct loop *loop, void *owner)
{
	struct troupe *t = owner;

	sweep_tagged(t->run.tag);
	log_info("group", "ended");
	loop_stop(loop, t->code);
}

static void
give_up(struct loop *loop, void *owner)
{
	log_error("group", "some processes cannot be ended");
	end(loop, owner);
}

/* When the last daemon has gone: whatever else there is. */
static void
finish_stop(struct troupe *t)
{
	for (int i = 0; i < ROLE_COUNT; i++)
		if (t->daemons[i].pid != 0)
			return;
	loop_timer_set(t->loop, &t->timer, STOP_GIVE_UP_US, give_up, t, "stop");
	sweep_start(&t->sweep, t->loop, daemon_pids, end, t);
}

static void
stop_kill(struct loop *loop, void *owner)
{
	struct troupe *t = owner;

	(void)loop;
	for (int i = 0; i < ROLE_COUNT; i++)
		if (t->daemons[i].pid != 0)
			log_warn(daemon_name((enum daemon_role)i), "does not stop: killed");
	for (int i = 0; i < ROLE_COUNT; i++)
		daemon_kill(&t->daemons[i], SIGKILL);
}

static void
stop_term(struct loop *loop, void *owner)
{
	struct troupe *t = owner;

	for (int i = 0; i < ROLE_COUNT; i++)
		daemon_kill(&t->daemons[i], SIGTERM);
	loop_timer_set(loop, &t->timer, STOP_KILL_US - STOP_TERM_US, stop_kill, t, "stop");
}

/* apid has gone or had its time: the others now. */
static void
stop_others(struct loop *loop, void *owner)
{
	struct troupe *t = owner;
	int64_t passed = loop_now(loop).us - t->started.us;

	daemon_stop(&t->daemons[ROLE_BGPD], false, 0);
	daemon_stop(&t->daemons[ROLE_RIBD], false, 0);
	loop_timer_set(loop, &t->timer, passed < STOP_TERM_US ? STOP_TERM_US - passed : 0,
		stop_term, t, "stop");
}

void
troupe_stop(struct troupe *t, int code)
{
	struct daemon *apid = &t->daemons[ROLE_APID];
	bool early = t->state != TROUPE_RUNNING;

	if (t->state == TROUPE_STOPPING)
		return;
	t->state = TROUPE_STOPPING;
	t->code = code;
	t->started = loop_now(t->loop); /* of the stop, from here on */
	t->restart_pending = 0;
	t->restarting = -1;
	log_info("group", "stopping");
	notify_systemd(&t->notify, "STOPPING=1");
	if (early)
		notify_failed(&t->notify, code);
	for (int i = 0; i < ROLE_COUNT; i++)
		loop_timer_cancel(t->loop, &t->daemons[i].restart_timer);
	if (apid->pid != 0) {
		daemon_stop(apid, false, 0);
		loop_timer_set(t->loop, &t->timer, STOP_OTHERS_US, stop_others, t, "stop");
	} else {
		stop_others(t->loop, t);
		finish_stop(t);
	}
}

static void
restart_later(struct troupe *t, struct daemon *d)
{
	int64_t delay = daemon_backoff(d);

	/* Peers' hold timers run. A session that kills each bgpd is given up by bgpd after some. */
	if (d->role == ROLE_BGPD && t->ark.n > 0 && delay > ARK_WAIT_US)
		delay = ARK_WAIT_US;
	d->restarts++;
	loop_timer_set(t->loop, &d->restart_timer, delay, start_daemon, d, "restart");
}

static void
apid_swept(struct loop *loop, void *owner)
{
	struct troupe *t = owner;

	(void)loop;
	if (t->state != TROUPE_STOPPING)
		restart_later(t, &t->daemons[ROLE_APID]);
}

static void
describe(const struct daemon *d, int status, char *out, size_t n)
{
	const char *when = d->state == DAEMON_STARTING ? " before it was ready" : "";

	if (WIFSIGNALED(status))
		snprintf(out, n, "%s was killed by signal %d (%s)%s", daemon_name(d->role),
			WTERMSIG(status), strsignal(WTERMSIG(status)), when);
	else
		snprintf(out, n, "%s exited with status %d%s", daemon_name(d->role),
			WEXITSTATUS(status), when);
}

static void
ark_too_long(struct loop *loop, void *owner)
{
	struct troupe *t = owner;

	(void)loop;
	if (t->ark.n > 0)
		log_error("ark", "bgpd does not come back: its sessions are closed");
	ark_clear(&t->ark);
}

/* What its end means, once it is reaped and its last words were read. */
static void
daemon_ended(struct troupe *t, struct daemon *d, int status)
{
	bool failed = WIFEXITED(status) && WEXITSTATUS(status) != 0;
	char why[160];

	describe(d, status, why, sizeof(why));
	daemon_gone(d);
	if (d->role == ROLE_APID && t->apid_gone != NULL)
		t->apid_gone(t->owner);
	if (t->state == TROUPE_STARTING && failed && !d->ever_ready) {
		/* 78: it has said itself what is wrong with the configuration */
		fail(t, WEXITSTATUS(status) == EXIT_CONFIGURATION ? NULL : why);
		return;
	}
	if (d->role == ROLE_BGPD && t->state == TROUPE_STOPPING)
		ark_clear(&t->ark);
	else if (d->role == ROLE_BGPD && !loop_timer_armed(&t->ark_timer))
		loop_timer_set(t->loop, &t->ark_timer, ARK_KEEP_US, ark_too_long, t, "ark");
	if (t->state == TROUPE_STOPPING) {
		if (d->role == ROLE_APID && t->daemons[ROLE_BGPD].state != DAEMON_STOPPING)
			stop_others(t->loop, t);
		finish_stop(t);
		return;
	}
	if (!d->deliberate)
		log_warn("group", "%s", why);
	if (d->role != ROLE_APID) {
		restart_later(t, d);
		return;
	}
	sweep_start(&t->sweep, t->loop, daemon_pids, apid_swept, t);
}

static void
reap(struct troupe *t)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (int i = 0; i < ROLE_COUNT; i++)
			if (t->daemons[i].pid == pid)
				daemon_ended(t, &t->daemons[i], status);
	sweep_check(&t->sweep);
}

void
troupe_signal(struct troupe *t, int signo)
{
	if (signo == SIGCHLD) {
		reap(t);
	} else if (signo == SIGUSR1 || signo == SIGUSR2) {
		log_info("group", "reload (signal %d)", signo);
		troupe_reload(t, signo, 0);
	} else if (signo == SIGALRM) {
		log_info("group", "restart of all sessions (signal %d)", signo);
		t->pending_restart = t->daemons[ROLE_APID].state != DAEMON_UP;
		if (!t->pending_restart)
			daemon_send(&t->daemons[ROLE_APID], -1, "RESTART");
	} else {
		log_info("group", "signal %d", signo);
		troupe_stop(t, 0);
	}
}

bool
troupe_reload(struct troupe *t, int signo, uint32_t id)
{
	struct daemon *apid = &t->daemons[ROLE_APID];

	if (t->rotate)
		conffiles_rotate(&t->files);
	if (apid->state != DAEMON_UP) {
		t->pending_reload = true;
		t->reload_signal = signo;
		return false;
	}
	return id != 0 ? daemon_send(apid, -1, "RELOAD %d %u", signo, id)
		       : daemon_send(apid, -1, "RELOAD %d", signo);
}

bool
troupe_restart(struct troupe *t, unsigned roles)
{
	if (t->state != TROUPE_RUNNING || t->restarting >= 0)
		return false;
	t->restart_pending = roles;
	restart_next(t);
	return true;
}

bool
troupe_command(struct troupe *t, uint32_t id, unsigned uid, const char *words)
{
	struct daemon *apid = &t->daemons[ROLE_APID];

	return apid->state == DAEMON_UP && daemon_send(apid, -1, "CTL %u %u %s", id, uid, words);
}

void
troupe_start(struct troupe *t, struct loop *loop, int64_t delay_us)
{
	t->loop = loop;
	t->state = TROUPE_DELAYED;
	t->started = loop_clock();
	t->restarting = -1;
	for (int i = 0; i < ROLE_COUNT; i++)
		daemon_init(&t->daemons[i], (enum daemon_role)i, loop, on_message, t);
	if (delay_us == 0) {
		start_all(loop, t);
		return;
	}
	log_info("group", "waiting %lld s (tcp.delay)", (long long)(delay_us / 1000000));
	loop_timer_set(loop, &t->timer, delay_us, start_all, t, "delay");
}

void
troupe_fini(struct troupe *t)
{
	sweep_fini(&t->sweep);
	ark_clear(&t->ark);
	rundir_close(&t->run);
	conffiles_fini(&t->files);
	notify_fini(&t->notify);
	logfile_close(&t->log);
}
