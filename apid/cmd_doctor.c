/*
 * `system doctor` (`doctor`): what stands between this service and its work - configuration,
 * privileges, sockets, clock, the other daemons, helpers, and peers that are down and why. A line for
 * each check: ok, warn or FAIL. The answer ends with `error` when one fails.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include "apid/apid.h"
#include "common/xmalloc.h"

enum level { FINE, WARN, FAIL };

/* Descriptors that the service has besides those of helpers and peers. */
enum { BASE_FDS = 64, EARLIEST_YEAR = 2024 };

struct doctor {
	bool json;
	unsigned checks, failures;
	struct buf out;
};

static void __attribute__((format(printf, 4, 5)))
check(struct doctor *d, enum level level, const char *what, const char *fmt, ...)
{
	static const char *const words[] = { [FINE] = "ok", [WARN] = "warn", [FAIL] = "FAIL" };
	struct buf text = { 0 };
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	if (d->json) {
		buf_printf(&d->out, "%s{\"result\": \"%s\", \"check\": \"%s\", \"text\": ",
			d->checks > 0 ? ", " : "[", words[level], what);
		buf_json_string(&d->out, text.data, text.len);
		buf_chr(&d->out, '}');
	} else {
		buf_printf(&d->out, "%-4s  %-14s %s\n", words[level], what, buf_cstr(&text));
	}
	d->checks++;
	d->failures += level == FAIL;
	buf_fini(&text);
}

static void
configuration(struct doctor *d, const struct apid *a)
{
	const struct config *c = a->config;

	check(d, c->n_warnings > 0 ? WARN : FINE, "configuration",
		"%u neighbors, %u processes, %u warnings%s%s", a->neighbors.n, c->n_processes,
		c->n_warnings, c->n_warnings > 0 ? ", the first: " : "",
		c->n_warnings > 0 ? c->warnings[0] : "");
}

static void
privileges(struct doctor *d, const struct apid *a)
{
	const char *user = settings_str(a->settings, "daemon.user");
	unsigned low = 0;

	for (unsigned i = 0; i < a->neighbors.n; i++) {
		uint16_t port = a->neighbors.v[i]->conf->listen;

		low += port != 0 && port < IPPORT_RESERVED;
	}
	if (getuid() == 0)
		check(d, strcmp(user, "root") == 0 ? WARN : FINE, "privileges",
			"apid is root; helpers run as %s", user);
	else
		check(d, low > 0 ? WARN : FINE, "privileges",
			"user %u: helpers run as it too; %u neighbors listen on ports below %d",
			(unsigned)getuid(), low, IPPORT_RESERVED);
}

static void
sockets(struct doctor *d, const struct apid *a)
{
	static const struct {
		const char *name;
		size_t offset;
	} links[] = { { "ribd (routes)", offsetof(struct apid, bulk) },
		{ "ribd (questions)", offsetof(struct apid, ctl) },
		{ "bgpd", offsetof(struct apid, bgpd) } };
	struct stat st;

	if (stat(a->run_dir, &st) != 0)
		check(d, FAIL, "run directory", "%s: %s", a->run_dir, strerror(errno));
	else if ((st.st_mode & 0002) != 0)
		check(d, FAIL, "run directory", "%s can be written by everybody", a->run_dir);
	else if (access(a->run_dir, W_OK | X_OK) != 0)
		check(d, FAIL, "run directory", "%s: %s", a->run_dir, strerror(errno));
	else
		check(d, FINE, "run directory", "%s", a->run_dir);
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		const struct link *link =
			*(struct link *const *)(const void *)((const char *)a + links[i].offset);

		check(d, apid_linked(link) ? FINE : FAIL, "link", "to %s: %s", links[i].name,
			apid_linked(link) ? "up" : "down");
	}
}

static void
limits(struct doctor *d, const struct apid *a)
{
	rlim_t wanted = BASE_FDS + a->neighbors.n;
	struct rlimit limit;

	for (const struct helper *h = a->helpers; h != NULL; h = h->next)
		wanted += 2;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	check(d, limit.rlim_cur < wanted ? FAIL : FINE, "limits",
		"%llu open files allowed, about %llu needed", (unsigned long long)limit.rlim_cur,
		(unsigned long long)wanted);
}

static void
clock_check(struct doctor *d)
{
	struct timex tx = { 0 };
	time_t now = time(NULL);
	struct tm tm;
	int state = adjtimex(&tx);

	gmtime_r(&now, &tm);
	if (tm.tm_year + 1900 < EARLIEST_YEAR)
		check(d, FAIL, "clock", "it is the year %d", tm.tm_year + 1900);
	else if (state == TIME_ERROR || (tx.status & STA_UNSYNC) != 0)
		check(d, WARN, "clock", "not synchronised: times in events may be wrong");
	else
		check(d, FINE, "clock", "synchronised");
}

static void
helpers(struct doctor *d, const struct apid *a)
{
	for (const struct helper *h = a->helpers; h != NULL; h = h->next) {
		if (h->failed)
			check(d, FAIL, "process", "%s stays down until a reload, see the log",
				h->name);
		else if (h->state == HELPER_DOWN)
			check(d, WARN, "process", "%s has ended", h->name);
		else if (h->dropped_total > 0)
			check(d, WARN, "process", "%s does not read: %llu events dropped", h->name,
				(unsigned long long)h->dropped_total);
		else
			check(d, FINE, "process", "%s runs as process %d", h->name, (int)h->pid);
	}
}

static void
peer(struct doctor *d, const struct neighbor *n, const struct session_row *row)
{
	bool range = n->conf->peer_bits < n->peer.len * 8 && n->origin != NEIGHBOR_INSTANCE;

	if (row != NULL && row->state == IPC_FSM_ESTABLISHED)
		check(d, FINE, "peer", "%s is up", n->peer_text);
	else if (range)
		check(d, FINE, "peer", "%s/%u: a range, peers come by themselves", n->peer_text,
			n->conf->peer_bits);
	else if (row != NULL && row->reason.n > 0)
		check(d, FAIL, "peer", "%s is down (%s): %.*s", n->peer_text, fsm_name(row->state),
			(int)(row->reason.n > 300 ? 300 : row->reason.n),
			(const char *)row->reason.p);
	else
		check(d, FAIL, "peer", "%s is down (%s): %s", n->peer_text,
			fsm_name(row != NULL ? row->state : n->fsm),
			n->conf->passive ? "passive, it has not connected"
					 : "no connection so far");
}

static void
doctor_free(struct client *c)
{
	struct doctor *d = c->pending;

	buf_fini(&d->out);
	free(d);
	c->pending = NULL;
}

static void
on_sessions(struct apid *a, struct client *c, const struct session_list *l)
{
	struct doctor *d = c->pending;
	unsigned failures;

	for (unsigned i = 0; i < a->neighbors.n; i++)
		peer(d, a->neighbors.v[i], session_row_find(l, a->neighbors.v[i]->id));
	failures = d->failures;
	if (d->json)
		BUF_LIT(&d->out, "]\n");
	answer_text(c, d->out.data, d->out.len);
	doctor_free(c);
	if (failures == 0)
		answer_done(c);
	else
		answer_error(c, "%u of the checks failed", failures);
}

void
cmd_system_doctor(struct request *r)
{
	struct doctor *d = xcalloc(1, sizeof(*d));

	d->json = r->json;
	configuration(d, r->apid);
	privileges(d, r->apid);
	sockets(d, r->apid);
	limits(d, r->apid);
	clock_check(d);
	helpers(d, r->apid);
	r->client->pending = d;
	r->client->pending_free = doctor_free;
	query_sessions(r->apid, r->client, on_sessions);
}
