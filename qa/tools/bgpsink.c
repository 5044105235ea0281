/*
 * A BGP sink for measurements: accepts --sessions connections on --listen, answers each OPEN with
 * its mirror, counts prefixes. Writes one JSON object to --out as soon as every session has seen
 * --count announced prefixes (and --withdraws withdrawn ones), or when --deadline is over.
 */
#include <sys/epoll.h>
#include "qa/tools/peer.h"

struct options {
	const char *listen, *out;
	uint64_t count, withdraws;
	int sessions;
	uint32_t as;
	double deadline, keepalive;
};

static void
usage(void)
{
	fprintf(stderr, "usage: bgpsink --listen A:P --out FILE [--sessions N] [--count N] "
			"[--withdraws N] [--as N] [--deadline S] [--keepalive S]\n");
	exit(2);
}

static struct options
arguments(int argc, char **argv)
{
	struct options o = { .sessions = 1, .deadline = 60, .keepalive = 20 };

	for (int i = 1; i + 1 < argc; i += 2) {
		const char *value = argv[i + 1];

		if (strcmp(argv[i], "--listen") == 0)
			o.listen = value;
		else if (strcmp(argv[i], "--out") == 0)
			o.out = value;
		else if (strcmp(argv[i], "--count") == 0)
			o.count = strtoull(value, NULL, 10);
		else if (strcmp(argv[i], "--withdraws") == 0)
			o.withdraws = strtoull(value, NULL, 10);
		else if (strcmp(argv[i], "--sessions") == 0)
			o.sessions = atoi(value);
		else if (strcmp(argv[i], "--as") == 0)
			o.as = (uint32_t)strtoul(value, NULL, 10);
		else if (strcmp(argv[i], "--deadline") == 0)
			o.deadline = atof(value);
		else if (strcmp(argv[i], "--keepalive") == 0)
			o.keepalive = atof(value);
		else
			usage();
	}
	if (o.listen == NULL || o.out == NULL || argc % 2 == 0)
		usage();
	return o;
}

static bool
satisfied(const struct options *o, const struct peer *peers, int n)
{
	if (n < o->sessions)
		return false;
	for (int i = 0; i < n; i++)
		if (!peers[i].up || peers[i].announced < o->count ||
			peers[i].withdrawn < o->withdraws)
			return false;
	return true;
}

static void
report(const struct options *o, const struct peer *peers, int n, bool complete, double up)
{
	char name[512];
	FILE *f;
	struct peer sum = { .first = 0 };

	for (int i = 0; i < n; i++) {
		sum.announced += peers[i].announced;
		sum.withdrawn += peers[i].withdrawn;
		sum.updates += peers[i].updates;
		sum.eors += peers[i].eors;
		sum.keepalives += peers[i].keepalives;
		sum.bytes += peers[i].bytes;
		sum.hash += peers[i].hash;
		if (sum.first == 0 || (peers[i].first != 0 && peers[i].first < sum.first))
			sum.first = peers[i].first;
		if (peers[i].last > sum.last)
			sum.last = peers[i].last;
	}
	snprintf(name, sizeof(name), "%s.new", o->out);
	f = fopen(name, "w");
	if (f == NULL)
		peer_die(name);
	fprintf(f,
		"{\"complete\": %s, \"sessions\": %d, \"announced\": %llu, \"withdrawn\": %llu, "
		"\"updates\": %llu, \"eors\": %llu, \"keepalives\": %llu, \"bytes\": %llu, "
		"\"hash\": \"%016llx\", \"first\": %.6f, \"last\": %.6f, \"up\": %.6f, \"now\": "
		"%.6f}\n",
		complete ? "true" : "false", n, (unsigned long long)sum.announced,
		(unsigned long long)sum.withdrawn, (unsigned long long)sum.updates,
		(unsigned long long)sum.eors, (unsigned long long)sum.keepalives,
		(unsigned long long)sum.bytes, (unsigned long long)sum.hash, sum.first, sum.last,
		up, peer_now());
	fclose(f);
	if (rename(name, o->out) == -1)
		peer_die(o->out);
}

int
main(int argc, char **argv)
{
	struct options o = arguments(argc, argv);
	struct peer *peers = calloc((size_t)o.sessions + 1, sizeof(*peers));
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = NULL }, got[64];
	int listener = peer_listen(o.listen, 1024), ep = epoll_create1(EPOLL_CLOEXEC), n = 0;
	double start = peer_now(), beat = start + o.keepalive, up = 0;
	bool complete = false;

	epoll_ctl(ep, EPOLL_CTL_ADD, listener, &ev);
	while (!complete && peer_now() - start < o.deadline) {
		int ready = epoll_wait(ep, got, 64, 200);

		for (int i = 0; i < ready; i++) {
			struct peer *p = got[i].data.ptr;

			if (p == NULL && n < o.sessions) {
				p = &peers[n];
				p->fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
				if (p->fd == -1)
					continue;
				n++;
				ev.data.ptr = p;
				epoll_ctl(ep, EPOLL_CTL_ADD, p->fd, &ev);
			} else if (p != NULL && !peer_read(p, o.as)) {
				epoll_ctl(ep, EPOLL_CTL_DEL, p->fd, NULL);
				close(p->fd);
			}
		}
		if (peer_now() > beat) {
			for (int i = 0; i < n; i++)
				peer_keepalive(&peers[i]);
			beat += o.keepalive;
		}
		if (up == 0 && n == o.sessions) {
			int established = 0;

			for (int i = 0; i < n; i++)
				established += peers[i].up;
			if (established == n)
				up = peer_now();
		}
		complete = satisfied(&o, peers, n);
	}
	report(&o, peers, n, complete, up);
	return complete ? 0 : 1;
}
