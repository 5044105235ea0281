/*
 * Life of the daemon: start, configuration from the supervisor, readiness, signals, and the hook
 * before the loop sleeps, where batches and output are sent. Order of the start: signals are
 * blocked before nng makes its threads; helpers start when ribd and bgpd have been told of all
 * neighbors for the first time.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "apid/apid.h"
#include "apid/door.h"
#include "apid/options.h"
#include "common/child.h"
#include "common/log.h"
#include "common/xmalloc.h"
#include "common/link.h"
#include "proto/ipc/send.h"

uint64_t
wall_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

/* --- readiness and status --- */

void
apid_status(struct apid *a)
{
	a->status_dirty = true;
}

static void
send_status(struct apid *a)
{
	unsigned up = 0, helpers = 0;

	a->status_dirty = false;
	for (unsigned i = 0; i < a->neighbors.n; i++)
		up += a->neighbors.v[i]->up;
	for (const struct helper *h = a->helpers; h != NULL; h = h->next)
		helpers += h->state == HELPER_RUNNING;
	child_send(a->child, "STATUS %u of %u neighbors established, %u helpers", up,
		a->neighbors.n, helpers);
}

void
apid_fed(struct apid *a)
{
	apid_status(a);
	if (a->serving || !a->ribd_feed.told || !a->bgpd_feed.told)
		return;
	a->serving = true;
	helpers_start(a);
	a->doors = doors_open(a);
	child_send(a->child, "READY");
}

void
apid_finish(struct apid *a, int code)
{
	if (a->finishing)
		return;
	a->exit_code = code;
	a->finishing = true;
	if (a->supervised)
		child_send(a->child, "FINISHED %d", code);
	else
		apid_stop(a, 0);
}

/* --- configuration --- */

static void
answer_reloads(struct apid *a, int code, const char *text)
{
	for (unsigned i = 0; i < a->n_reload_ids; i++)
		child_send(a->child, "ANSWER %lu %d %s", a->reload_ids[i], code, text);
	a->n_reload_ids = 0;
}

static void
refuse(struct apid *a, const char *why)
{
	a->conf_wanted = false;
	a->conf_purpose = CONF_START;
	if (a->config == NULL) {
		/* The supervisor recognises the status and does not start us again. */
		log_error("configuration", "%s", why);
		fprintf(stderr, "%s\n", why);
		exit(EXIT_BAD_CONFIGURATION);
	}
	log_error("configuration", "not taken over, nothing changed: %s", why);
	answer_reloads(a, 1, why);
}

static void
take(struct apid *a, const char *path, int fd)
{
	struct ipc_restart_all restart = { .code = 3 };
	char err[CONF_ERROR_MAX];
	struct config *config = conf_read(a->settings, path, fd, err, sizeof(err));
	enum conf_purpose purpose = a->config == NULL ? CONF_START : a->conf_purpose;

	if (config == NULL) {
		refuse(a, err);
		return;
	}
	a->conf_wanted = false;
	a->conf_purpose = CONF_START;
	conf_apply(a, config, purpose);
	if (purpose == CONF_RESTART && apid_linked(a->bgpd))
		ipc_send_restart_all(a->bgpd, &restart);
	answer_reloads(a, 0, "the configuration is taken over");
	if (purpose == CONF_START && links_open(a) < 0)
		log_fatal("the links to ribd and bgpd cannot be opened");
}

static void
take_file(struct apid *a)
{
	int fd = open(a->conf_file, O_RDONLY | O_CLOEXEC);
	char err[CONF_ERROR_MAX];

	if (fd < 0) {
		snprintf(err, sizeof(err), "%s: %s", a->conf_file, strerror(errno));
		refuse(a, err);
		return;
	}
	take(a, a->conf_file, fd);
	close(fd);
}

void
apid_want_conf(struct apid *a, enum conf_purpose purpose, bool next)
{
	if (purpose > a->conf_purpose)
		a->conf_purpose = purpose;
	if (a->conf_wanted)
		return;
	a->conf_wanted = true;
	if (!a->supervised && a->conf_file != NULL)
		take_file(a);
	else if (!a->supervised)
		a->conf_wanted = false;
	else if (next)
		child_send(a->child, "CONF NEXT");
	else
		child_send(a->child, "CONF");
}

/* "CONF 1 PATH" with a descriptor, or "CONF 0 PATH: REASON". */
static void
on_conf(struct apid *a, const char *text, const int *fds, int n_fds)
{
	if (strncmp(text, "1 ", 2) == 0 && n_fds == 1)
		take(a, text + 2, fds[0]);
	else if (strncmp(text, "0 ", 2) == 0)
		refuse(a, text + 2);
	else
		log_error("supervise", "malformed CONF");
}

static enum conf_purpose
purpose_of(int signo)
{
	return signo == SIGUSR2   ? CONF_RELOAD_HELPERS
	       : signo == SIGALRM ? CONF_RESTART
				  : CONF_RELOAD;
}

static void
reload(struct apid *a, int signo, unsigned long id)
{
	if (id != 0 && a->n_reload_ids < RELOAD_IDS_MAX)
		a->reload_ids[a->n_reload_ids++] = id;
	events_signal(a, signo);
	apid_want_conf(a, purpose_of(signo), false);
}

static void
on_child(void *owner, char *text, const int *fds, int n_fds)
{
	struct apid *a = owner;
	char *rest = strchr(text, ' ');

	rest = rest != NULL ? rest + 1 : text + strlen(text);
	if (strcmp(text, "STOP") == 0 || strcmp(text, "EOF") == 0) {
		apid_stop(a, SIGTERM);
	} else if (strncmp(text, "RELOAD ", 7) == 0) {
		char *id = NULL;
		int signo = (int)strtol(rest, &id, 10);

		reload(a, signo, strtoul(id, NULL, 10));
	} else if (strcmp(text, "RESTART") == 0) {
		reload(a, SIGALRM, 0);
	} else if (strncmp(text, "CONF ", 5) == 0) {
		on_conf(a, rest, fds, n_fds);
	} else if (strncmp(text, "CTL ", 4) == 0) {
		ctl_handle(a, text);
	} else {
		log_warn("supervise", "unknown message \"%s\"", text);
	}
	for (int i = 0; i < n_fds; i++)
		close(fds[i]);
}

/* --- loop --- */

static void
reap(struct apid *a)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (helpers_reaped(a, pid, status))
			apid_status(a);
	}
	stop_helper_gone(a);
}

static void
on_signal(struct loop *loop, void *owner, int signo)
{
	struct apid *a = owner;

	(void)loop;
	if (signo == SIGCHLD)
		reap(a);
	else if (signo == SIGUSR1 || signo == SIGUSR2 || signo == SIGALRM)
		reload(a, signo, 0);
	else
		apid_stop(a, signo);
}

static void
before_sleep(struct loop *loop, void *owner)
{
	struct apid *a = owner;

	(void)loop;
	batch_flush(&a->batch);
	queries_batches_sent(a);
	stages_pump(a);
	helpers_write(a);
	if (a->status_dirty && a->serving && !a->stopping)
		send_status(a);
}

static void
make_uuid(char out[37])
{
	uint8_t b[16];

	if (getrandom(b, sizeof(b), 0) != (ssize_t)sizeof(b))
		memset(b, 0, sizeof(b));
	b[6] = (uint8_t)((b[6] & 0x0f) | 0x40);
	b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
	for (int i = 0, at = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			out[at++] = '-';
		at += snprintf(out + at, 3, "%02x", b[i]);
	}
}

static void
setup(struct apid *a, const struct apid_options *o)
{
	char err[512];

	a->settings = settings_load(o->env_file, err, sizeof(err));
	if (a->settings == NULL)
		log_fatal("%s", err);
	a->run_dir = o->run_dir;
	a->conf_file = o->conf_file;
	a->self = o->program;
	a->version = (int)settings_int(a->settings, "api.version");
	a->ack_default = settings_bool(a->settings, "api.ack");
	a->compact = settings_bool(a->settings, "api.compact");
	if (gethostname(a->host, sizeof(a->host) - 1) < 0)
		a->host[0] = '\0';
	/* The daemon that helpers see is the group: its supervisor's parent started it. */
	a->source = (struct event_source){
		.host = a->host, .pid = (int)getpid(), .ppid = (int)getppid()
	};
	make_uuid(a->uuid);
	a->start_us = wall_us();
	a->parser = route_parser_new();
	batch_init(&a->batch);
	feed_init(&a->ribd_feed, a, true);
	feed_init(&a->bgpd_feed, a, false);
}

static void
teardown(struct apid *a)
{
	links_close(a);
	doors_free(a->doors);
	helpers_free(a);
	neighbors_fini(&a->neighbors);
	if (a->config != NULL)
		config_free(a->config);
	batch_fini(&a->batch);
	feed_fini(&a->ribd_feed);
	feed_fini(&a->bgpd_feed);
	events_fini(&a->event_cache);
	route_parser_free(a->parser);
	settings_free(a->settings);
	child_free(a->child);
	loop_free(a->loop);
	free(a->tokens);
	free(a);
}

int
daemon_run(const struct apid_options *o)
{
	static const int supervised[] = { SIGCHLD, SIGTERM, 0 };
	static const int alone[] = { SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGALRM,
		0 };
	struct apid *a = xcalloc(1, sizeof(*a));
	int code;

	log_init("apid", o->log_level, o->log_format);
	hash_seed_random();
	a->supervised = o->conf_file == NULL;
	signal(SIGPIPE, SIG_IGN);
	if (a->supervised) {
		signal(SIGINT, SIG_IGN);
		signal(SIGHUP, SIG_IGN);
	}
	a->loop = loop_new();
	if (a->loop == NULL ||
		loop_signals(a->loop, a->supervised ? supervised : alone, on_signal, a) < 0)
		log_fatal("cannot set up the event loop: %s", strerror(errno));
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	setup(a, o);
	loop_before_sleep(a->loop, before_sleep, a);
	a->child = child_new(a->loop, on_child, a);
	apid_want_conf(a, CONF_START, false);
	code = loop_run(a->loop);
	teardown(a);
	return code;
}
