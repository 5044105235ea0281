/*
 * The operator's commands, one table row each. What concerns sessions and helpers is apid's: it is
 * passed on, and its answer is passed back.
 */
#include "common/supervise/operator.h"

#include <stdio.h>
#include <string.h>

#include "common/buf.h"
#include "common/child.h"

enum { ANSWER_US = 10000000, SESSIONS_US = 2000000, RELOAD_US = 3000000, RESTART_US = 30000000 };

struct command {
	const char *word;
	int max_words; /* with the word itself */
	void (*run)(struct operator_client *c, char **words, int n);
};

static const char *
state_text(const struct daemon *d)
{
	static const char *const texts[] = {
		[DAEMON_DOWN] = "down",
		[DAEMON_STARTING] = "starting",
		[DAEMON_UP] = "up",
		[DAEMON_STOPPING] = "stopping",
	};

	return texts[d->state];
}

static void
add_uptime(struct buf *out, int64_t us)
{
	int64_t s = us / 1000000;
	char text[32];

	if (s >= 86400)
		snprintf(text, sizeof(text), "%lldd%02lld:%02lld", (long long)(s / 86400),
			(long long)(s / 3600 % 24), (long long)(s / 60 % 60));
	else
		snprintf(text, sizeof(text), "%lld:%02lld:%02lld", (long long)(s / 3600),
			(long long)(s / 60 % 60), (long long)(s % 60));
	buf_printf(out, " %11s", text);
}

static void
cmd_status(struct operator_client *c, char **words, int n)
{
	struct troupe *t = c->op->troupe;
	struct buf out = { 0 };

	(void)words;
	(void)n;
	buf_printf(&out, "run directory  %s\nconfiguration  %s\n\n", t->run.path,
		conffiles_name(&t->files));
	buf_printf(&out, "%-6s %8s %-9s %11s %9s  %s\n", "daemon", "pid", "state", "uptime",
		"restarts", "status");
	for (int i = 0; i < ROLE_COUNT; i++) {
		const struct daemon *d = &t->daemons[i];

		buf_printf(&out, "%-6s %8d %-9s", daemon_name(d->role), (int)d->pid, state_text(d));
		add_uptime(&out, d->pid == 0 ? 0 : loop_now(c->op->loop).us - d->started.us);
		buf_printf(&out, " %9u  %s\n", d->restarts, d->status);
	}
	buf_chr(&out, '\n');
	operator_out(c, buf_cstr(&out));
	buf_fini(&out);
	uint32_t id = operator_wait(c, SESSIONS_US, "(apid does not answer)\n", 0);
	if (!troupe_command(t, id, c->uid, "sessions")) {
		operator_out(c, "(apid is not ready)\n");
		operator_end(c, 0);
	}
}

/* The client sees the end of the connection when we are gone. */
static void
cmd_stop(struct operator_client *c, char **words, int n)
{
	(void)words;
	(void)n;
	troupe_stop(c->op->troupe, 0);
}

static void
cmd_restart(struct operator_client *c, char **words, int n)
{
	unsigned roles = (1U << ROLE_COUNT) - 1;

	if (n == 2) {
		int role = daemon_role(words[1]);

		if (role < 0) {
			operator_err(c, "no such daemon: use bgpd, ribd or apid\n");
			operator_end(c, 1);
			return;
		}
		roles = 1U << role;
	}
	operator_wait(c, RESTART_US, "not ready again within 30 s, see the log\n", 1);
	c->wants_restart = true;
	if (!troupe_restart(c->op->troupe, roles)) {
		operator_err(c, "the group is starting, stopping or being restarted\n");
		operator_end(c, 1);
	}
}

static void
cmd_reload(struct operator_client *c, char **words, int n)
{
	uint32_t id = operator_wait(c, RELOAD_US, "reload requested, see the log\n", 0);

	(void)words;
	(void)n;
	if (!troupe_reload(c->op->troupe, 0, id)) {
		operator_out(c, "reload follows when apid is ready\n");
		operator_end(c, 0);
	}
}

static void
cmd_forward(struct operator_client *c, char **words, int n)
{
	struct buf text = { 0 };

	for (int i = 0; i < n; i++) {
		if (i > 0)
			buf_chr(&text, CHILD_WORD_END);
		buf_str(&text, words[i]);
	}
	uint32_t id = operator_wait(c, ANSWER_US, "apid does not answer\n", 1);
	if (!troupe_command(c->op->troupe, id, c->uid, buf_cstr(&text))) {
		operator_err(c, "apid is not ready\n");
		operator_end(c, 1);
	}
	buf_fini(&text);
}

static const struct command commands[] = {
	{ "status", 1, cmd_status },
	{ "stop", 1, cmd_stop },
	{ "restart", 2, cmd_restart },
	{ "reload", 1, cmd_reload },
	{ "attach", OPERATOR_WORDS_MAX, cmd_forward },
	{ "detach", 2, cmd_forward },
	{ "sessions", 1, cmd_forward },
	{ "api", OPERATOR_WORDS_MAX, cmd_forward },
};

void
operator_command(struct operator_client *c, char **words, int n)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i].word, words[0]) != 0)
			continue;
		if (n <= commands[i].max_words) {
			commands[i].run(c, words, n);
			return;
		}
		operator_err(c, "too many words\n");
		operator_end(c, 1);
		return;
	}
	operator_err(c, "unknown command\n");
	operator_end(c, 1);
}
