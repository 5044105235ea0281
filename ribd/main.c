/*
 * The RIB daemon: every route to announce and, when asked, every route received; who has got how
 * much of it; the journal. It touches no socket of a peer and waits for nobody: bgpd and apid may
 * come and go.
 *
 *	ribd --run DIR [--log-format text|json] [--log-level LEVEL]
 */
#include "ribd/ribd.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "common/arguments.h"
#include "common/child.h"
#include "common/htable.h"
#include "common/log.h"
#include "proto/ipc/send.h"

static size_t
room(void *owner)
{
	const struct ribd *d = owner;

	return ribd_bgpd_ready(d) ? link_credit(d->bgpd_bulk) : 0;
}

static void
send_chunk(void *owner, uint64_t number, const uint8_t *sessions, size_t n, const uint8_t *data,
	size_t len)
{
	struct ribd *d = owner;
	struct ipc_chunk m = { .number = number,
		.sessions = ipc_bytes(sessions, 4 * n),
		.data = ipc_bytes(data, len) };

	ipc_send_chunk(d->bgpd_bulk, &m);
	ribd_note_soon(d);
}

static void
stop(struct ribd *d)
{
	loop_stop(d->loop, 0);
}

static void
on_signal(struct loop *loop, void *owner, int signo)
{
	(void)loop;
	if (signo == SIGTERM || signo == SIGINT)
		stop(owner);
}

static void
on_child(void *owner, char *text, const int *fds, int n_fds)
{
	struct ribd *d = owner;
	char id[24];

	for (int i = 0; i < n_fds; i++)
		close(fds[i]);
	if (strcmp(text, "STOP") == 0 || strcmp(text, "EOF") == 0)
		stop(d);
	else if (sscanf(text, "CTL %23s", id) == 1)
		child_send(d->child, "ANSWER %s 1 ribd has no commands of its own", id);
}

/* Chunk numbers go on ascending after a restart. */
static uint64_t
first_chunk(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void
load(struct ribd *d, const char *run)
{
	struct mono start = loop_clock();

	journal_claim(run, getenv("TROUPE_GROUP"));
	if (journal_open(&d->journal, run, &d->rib) != 0)
		log_fatal("the journal in %s: %m", run);
	if (d->journal.replayed > 0)
		log_info("journal", "%u routes from %llu records in %lld ms",
			d->rib.table.kinds[ENTRY_ROUTE], (unsigned long long)d->journal.replayed,
			(long long)(loop_clock().us - start.us) / 1000);
}

static void
start(struct ribd *d, const struct arguments *a)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGALRM, SIGPIPE,
		0 };
	struct rib_output out = { .owner = d, .room = room, .chunk = send_chunk };

	d->loop = loop_new();
	if (d->loop == NULL || loop_signals(d->loop, signals, on_signal, d) != 0)
		log_fatal("event loop: %m");
	hash_seed_random();
	d->child = child_new(d->loop, on_child, d);
	rib_init(&d->rib, &out);
	d->rib.next_chunk = first_chunk();
	load(d, a->run);
	ribd_now(d);
	if (ribd_listen_bgpd(d, a->run) != 0)
		log_fatal("the links to bgpd in %s: %m", a->run);
	if (ribd_listen_apid(d, a->run) != 0)
		log_fatal("the links to apid in %s: %m", a->run);
	child_send(d->child, "READY");
	stats_status(d);
}

static void
finish(struct ribd *d)
{
	struct link *const links[] = { d->bgpd_ctl, d->bgpd_bulk, d->apid_ctl, d->apid_bulk };

	ribd_finish(d);
	show_stop_all(d);
	sync_drop_all(d);
	sent_drop_all(d);
	for (unsigned i = 0; i < 4; i++)
		link_close(links[i]);
	for (unsigned i = 0; i < 4; i++)
		link_free(links[i]);
	journal_close(&d->journal);
	rib_fini(&d->rib);
	child_free(d->child);
	loop_free(d->loop);
}

int
main(int argc, char **argv)
{
	static struct ribd d;
	struct arguments a;
	int code;

	log_init("ribd", LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
	a = arguments_parse("ribd", argc, argv);
	log_init("ribd", a.level, a.format);
	start(&d, &a);
	code = loop_run(d.loop);
	finish(&d);
	return code;
}
