/*
 * A BGP sink for measurements: accepts --sessions connections on --listen, or makes them itself to
 * --connect, all at once (or --window of them at a time, for speakers with a short listen queue), from the
 * addresses beginning at --from, as soon as the file --go exists.
 * Answers each OPEN with its mirror, counts prefixes. Writes one JSON object to --out as soon as
 * every session has seen --count announced prefixes (and --withdraws withdrawn ones, and the /32
 * --until), or when --deadline is over. With --stay it keeps the sessions until it is killed.
 */
#include <sys/epoll.h>
#include "qa/tools/peer.h"

struct options {
	const char *listen, *connect, *from, *go, *out;
	uint64_t count, withdraws;
	int sessions, window;
	uint32_t as;
	double deadline, keepalive;
	bool stay, until;
	uint8_t until_nlri[5];
};

struct sink {
	const struct options *o;
	struct peer *peers;
	int ep, listener, n;
	bool broken; /* some connection is to be made again */
	double begun, up, tried;
};

static void
usage(void)
{
	fprintf(stderr,
		"usage: bgpsink (--listen A:P | --connect A:P --from A:0 [--go FILE] [--window N]) "
		"--out FILE [--sessions N] [--count N] [--withdraws N] [--until A.B.C.D] "
		"[--as N] [--deadline S] [--keepalive S] [--stay yes]\n");
	exit(2);
}

static bool
argument(struct options *o, const char *name, const char *value)
{
	if (strcmp(name, "--listen") == 0)
		o->listen = value;
	else if (strcmp(name, "--connect") == 0)
		o->connect = value;
	else if (strcmp(name, "--from") == 0)
		o->from = value;
	else if (strcmp(name, "--go") == 0)
		o->go = value;
	else if (strcmp(name, "--out") == 0)
		o->out = value;
	else if (strcmp(name, "--count") == 0)
		o->count = strtoull(value, NULL, 10);
	else if (strcmp(name, "--withdraws") == 0)
		o->withdraws = strtoull(value, NULL, 10);
	else if (strcmp(name, "--sessions") == 0)
		o->sessions = atoi(value);
	else if (strcmp(name, "--window") == 0)
		o->window = atoi(value);
	else if (strcmp(name, "--as") == 0)
		o->as = (uint32_t)strtoul(value, NULL, 10);
	else if (strcmp(name, "--deadline") == 0)
		o->deadline = atof(value);
	else if (strcmp(name, "--keepalive") == 0)
		o->keepalive = atof(value);
	else if (strcmp(name, "--stay") == 0)
		o->stay = strcmp(value, "yes") == 0;
	else if (strcmp(name, "--until") == 0)
		o->until = inet_pton(AF_INET, value, o->until_nlri + 1) == 1;
	else
		return false;
	return true;
}

static struct options
arguments(int argc, char **argv)
{
	struct options o = { .sessions = 1, .deadline = 60, .keepalive = 20, .until_nlri = { 32 } };

	for (int i = 1; i + 1 < argc; i += 2)
		if (!argument(&o, argv[i], argv[i + 1]))
			usage();
	if ((o.listen == NULL && (o.connect == NULL || o.from == NULL)) || o.out == NULL ||
		argc % 2 == 0 || o.sessions < 1)
		usage();
	return o;
}

static bool
satisfied(const struct sink *s)
{
	if (s->n < s->o->sessions)
		return false;
	for (int i = 0; i < s->n; i++)
		if (!s->peers[i].up || s->peers[i].announced < s->o->count ||
			s->peers[i].withdrawn < s->o->withdraws ||
			(s->o->until && !s->peers[i].found))
			return false;
	return true;
}

static struct peer
total(const struct sink *s, int *up)
{
	struct peer sum = { .first = 0 };
	int established = 0;

	for (int i = 0; i < s->n; i++) {
		const struct peer *p = &s->peers[i];

		sum.announced += p->announced;
		sum.withdrawn += p->withdrawn;
		sum.updates += p->updates;
		sum.eors += p->eors;
		sum.keepalives += p->keepalives;
		sum.bytes += p->bytes;
		established += p->up;
		sum.hash += p->hash;
		if (sum.first == 0 || (p->first != 0 && p->first < sum.first))
			sum.first = p->first;
		if (p->last > sum.last)
			sum.last = p->last;
	}
	*up = established;
	return sum;
}

static void
report(const struct sink *s, bool complete)
{
	const struct options *o = s->o;
	char name[512];
	FILE *f;
	int established;
	struct peer sum = total(s, &established);

	snprintf(name, sizeof(name), "%s.new", o->out);
	f = fopen(name, "w");
	if (f == NULL)
		peer_die(name);
	fprintf(f,
		"{\"complete\": %s, \"sessions\": %d, \"established\": %d, \"announced\": %llu, "
		"\"withdrawn\": %llu, "
		"\"updates\": %llu, \"eors\": %llu, \"keepalives\": %llu, \"bytes\": %llu, "
		"\"hash\": \"%016llx\", \"first\": %.6f, \"last\": %.6f, \"begun\": %.6f, "
		"\"up\": %.6f, \"now\": %.6f}\n",
		complete ? "true" : "false", s->n, established, (unsigned long long)sum.announced,
		(unsigned long long)sum.withdrawn, (unsigned long long)sum.updates,
		(unsigned long long)sum.eors, (unsigned long long)sum.keepalives,
		(unsigned long long)sum.bytes, (unsigned long long)sum.hash, sum.first, sum.last,
		s->begun, s->up, peer_now());
	fclose(f);
	if (rename(name, o->out) == -1)
		peer_die(o->out);
}

static void
watch(struct sink *s, struct peer *p)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = p };

	epoll_ctl(s->ep, EPOLL_CTL_ADD, p->fd, &ev);
}

static void
accept_one(struct sink *s)
{
	struct peer *p = &s->peers[s->n];

	if (s->n == s->o->sessions)
		return;
	p->fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
	if (p->fd == -1)
		return;
	s->n++;
	watch(s, p);
}

/* Connections that are missing, and may be made; the others are tried again at the next call. */
static void
connect_all(struct sink *s)
{
	int waiting = 0;

	if (s->begun == 0)
		s->begun = peer_now();
	s->tried = peer_now();
	s->n = s->o->sessions;
	s->broken = false;
	for (int i = 0; i < s->n; i++)
		waiting += s->peers[i].fd != -1 && !s->peers[i].opened;
	for (int i = 0; i < s->n; i++) {
		struct peer *p = &s->peers[i];

		if (p->fd != -1)
			continue;
		if (s->o->window > 0 && waiting++ >= s->o->window) {
			s->broken = true;
			return;
		}
		p->fd = peer_begin(s->o->connect, s->o->from, (uint32_t)i);
		if (p->fd != -1)
			watch(s, p);
		else
			s->broken = true;
	}
}

static void
lost(struct sink *s, struct peer *p)
{
	epoll_ctl(s->ep, EPOLL_CTL_DEL, p->fd, NULL);
	if (p->up || s->o->connect == NULL) {
		close(p->fd);
		return;
	}
	peer_reset(p);
	s->broken = true;
}

static void
look_up(struct sink *s)
{
	int established = 0;

	if (s->up != 0 || s->n < s->o->sessions)
		return;
	for (int i = 0; i < s->n; i++)
		established += s->peers[i].up;
	if (established == s->n)
		s->up = peer_now();
}

static void
turn(struct sink *s, int timeout_ms)
{
	struct epoll_event got[64];
	int ready = epoll_wait(s->ep, got, 64, timeout_ms);

	for (int i = 0; i < ready; i++) {
		struct peer *p = got[i].data.ptr;

		if (p == NULL)
			accept_one(s);
		else if (!peer_read(p, s->o->as))
			lost(s, p);
	}
	if (s->broken && (s->o->window > 0 || peer_now() - s->tried > 0.002))
		connect_all(s);
	look_up(s);
}

static void
beat(struct sink *s, double *next)
{
	if (peer_now() < *next)
		return;
	for (int i = 0; i < s->n; i++)
		if (s->peers[i].up)
			peer_keepalive(&s->peers[i]);
	*next += s->o->keepalive;
}

int
main(int argc, char **argv)
{
	struct options o = arguments(argc, argv);
	struct sink s = { .o = &o, .ep = epoll_create1(EPOLL_CLOEXEC), .listener = -1 };
	double start = peer_now(), next = start + o.keepalive;
	bool complete = false;

	s.peers = calloc((size_t)o.sessions + 1, sizeof(*s.peers));
	for (int i = 0; i < o.sessions; i++)
		s.peers[i] = (struct peer){ .fd = -1, .until = o.until ? o.until_nlri : NULL };
	if (o.listen != NULL) {
		struct epoll_event ev = { .events = EPOLLIN, .data.ptr = NULL };

		s.listener = peer_listen(o.listen, 1024);
		epoll_ctl(s.ep, EPOLL_CTL_ADD, s.listener, &ev);
	}
	while (o.connect != NULL && o.go != NULL && access(o.go, F_OK) != 0)
		poll(NULL, 0, 2);
	if (o.connect != NULL)
		connect_all(&s);
	while (!complete && peer_now() - start < o.deadline) {
		turn(&s, s.broken ? 1 : 200);
		beat(&s, &next);
		complete = satisfied(&s);
	}
	report(&s, complete);
	while (o.stay) {
		turn(&s, 200);
		beat(&s, &next);
	}
	return complete ? 0 : 1;
}
