/*
 * The session daemon: sockets, the BGP FSM and its timers, framing and validation of messages. It
 * does not know what a route is for, and waits for no other process: apid and ribd may come and go.
 *
 *	bgpd --run DIR [--log-format text|json] [--log-level LEVEL]
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "bgpd/bgpd.h"
#include "bgpd/await_open.h"
#include "bgpd/linger.h"
#include "bgpd/listen.h"
#include "bgpd/peer.h"
#include "bgpd/resume.h"
#include "bgpd/session_ark.h"
#include "common/arguments.h"
#include "common/child.h"
#include "common/link.h"
#include "common/log.h"
#include "common/settings.h"
#include "common/xmalloc.h"

static void
stop(struct bgpd *d)
{
	bgpd_quit(d, false);
	loop_stop(d->loop, 0);
}

/* Another bgpd follows: the sessions stay in the ark. */
static _Noreturn void
leave(struct bgpd *d)
{
	log_info(NULL, "leaving %u sessions to the next bgpd", d->n_up);
	if (d->opened) {
		link_close(d->apid);
		link_close(d->ribd_ctl);
		link_close(d->ribd_bulk);
	}
	_exit(0);
}

static void
before_sleep(struct loop *loop, void *owner)
{
	(void)loop;
	session_ark_turn(owner);
}

static void
on_signal(struct loop *loop, void *owner, int signo)
{
	(void)loop;
	if (signo == SIGTERM || signo == SIGINT)
		stop(owner);
}

/* Everything that was kept for us is here: the links may come up. */
static void
open_links(struct bgpd *d)
{
	if (d->opened)
		return;
	d->opened = true;
	if (apid_open(d, d->run) != 0)
		log_fatal("the link bgpd-apid in %s: %m", d->run);
	if (ribd_open(d, d->run) != 0)
		log_fatal("the links to ribd in %s: %m", d->run);
	loop_before_sleep(d->loop, before_sleep, d);
	child_send(d->child, "READY");
}

static void
on_child(void *owner, char *text, const int *fds, int n_fds)
{
	struct bgpd *d = owner;
	char id[24];

	if (strncmp(text, "HELD ", 5) == 0) {
		resume_held(d, text + 5, fds, n_fds);
		return;
	}
	for (int i = 0; i < n_fds; i++)
		close(fds[i]);
	if (strcmp(text, "HELD-END") == 0)
		open_links(d);
	else if (strcmp(text, "STOP RESTART") == 0)
		leave(d);
	else if (strcmp(text, "STOP") == 0 || strcmp(text, "EOF") == 0)
		stop(d);
	else if (sscanf(text, "CTL %23s", id) == 1)
		child_send(d->child, "ANSWER %s 1 bgpd has no commands of its own", id);
}

static void
raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static void
start(struct bgpd *d, const struct arguments *a)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGALRM, SIGPIPE,
		0 };
	char err[200];

	d->peers_tail = &d->peers;
	d->loop = loop_new();
	if (d->loop == NULL || loop_signals(d->loop, signals, on_signal, d) != 0)
		log_fatal("event loop: %m");
	raise_descriptor_limit();
	srandom((unsigned)(time(NULL) ^ getpid() << 8));
	d->child = child_new(d->loop, on_child, d);
	d->settings = settings_load(NULL, err, sizeof(err));
	if (d->settings == NULL)
		log_fatal("%s", err);
	d->rx_space = xmalloc(RX_SPACE);
	d->run = a->run;
	if (child_supervised(d->child))
		child_send(d->child, "ARK");
	else
		open_links(d);
}

static void
finish(struct bgpd *d)
{
	listen_close_all(d);
	while (d->peers != NULL)
		peer_free(d->peers);
	await_close_all(d);
	linger_close_all(d);
	if (d->opened) {
		link_close(d->apid);
		link_close(d->ribd_ctl);
		link_close(d->ribd_bulk);
		link_free(d->apid);
		link_free(d->ribd_ctl);
		link_free(d->ribd_bulk);
	}
	free(d->drops);
	tx_pool_fini(&d->tx_pool);
	htable_fini(&d->by_id);
	htable_fini(&d->by_address);
	htable_fini(&d->sessions);
	free(d->rx_space);
	settings_free(d->settings);
	child_free(d->child);
	loop_free(d->loop);
}

int
main(int argc, char **argv)
{
	struct bgpd d = { 0 };
	struct arguments a;

	log_init("bgpd", LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
	a = arguments_parse("bgpd", argc, argv);
	log_init("bgpd", a.level, a.format);
	/* ribd must not take a session of ours for one that a predecessor had. */
	if (getrandom(&d.next_session, sizeof(d.next_session), 0) < 0)
		log_errno(NULL, "getrandom");
	start(&d, &a);
	int code = loop_run(d.loop);
	finish(&d);
	return code;
}
