/*
 * Measures reaction time: helper program and BGP neighbor in one process. Listens on --listen, or
 * connects to --connect from --from;
 * once the session is up (and End-of-RIB or a second of quiet passed) it writes one `announce
 * route` line at a time and waits for the UPDATE that carries it. Reports percentiles in
 * microseconds to --out.
 */
#include <poll.h>
#include "qa/tools/peer.h"

struct options {
	const char *listen, *connect, *from, *out, *prefix;
	unsigned count, gap_us, as;
};

static struct options
arguments(int argc, char **argv)
{
	struct options o = { .count = 1000, .gap_us = 1000, .prefix = "announce route" };

	for (int i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--listen") == 0)
			o.listen = argv[i + 1];
		else if (strcmp(argv[i], "--connect") == 0)
			o.connect = argv[i + 1];
		else if (strcmp(argv[i], "--from") == 0)
			o.from = argv[i + 1];
		else if (strcmp(argv[i], "--as") == 0)
			o.as = (unsigned)atoi(argv[i + 1]);
		else if (strcmp(argv[i], "--out") == 0)
			o.out = argv[i + 1];
		else if (strcmp(argv[i], "--prefix") == 0)
			o.prefix = argv[i + 1];
		else if (strcmp(argv[i], "--count") == 0)
			o.count = (unsigned)atoi(argv[i + 1]);
		else if (strcmp(argv[i], "--gap") == 0)
			o.gap_us = (unsigned)atoi(argv[i + 1]);
	}
	if ((o.listen == NULL && (o.connect == NULL || o.from == NULL)) || o.out == NULL) {
		fprintf(stderr,
			"usage: reaction (--listen A:P | --connect A:P --from A:0) --out FILE "
			"[--as N] [--count N] [--gap US] [--prefix WORDS]\n");
		exit(2);
	}
	return o;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
drain_answers(void)
{
	char in[65536];

	while (read(0, in, sizeof(in)) > 0)
		;
}

/* Waits until the peer announced `target` prefixes, at most timeout seconds. */
static bool
wait_announced(struct peer *p, uint64_t target, double timeout)
{
	double end = peer_now() + timeout;

	while (p->announced < target) {
		struct pollfd fds[2] = { { .fd = p->fd, .events = POLLIN },
			{ .fd = 0, .events = POLLIN } };
		double left = end - peer_now();

		if (left <= 0 || poll(fds, 2, (int)(left * 1000) + 1) == -1)
			return false;
		if (fds[1].revents & POLLIN)
			drain_answers();
		if ((fds[0].revents & (POLLIN | POLLHUP)) && !peer_read(p, 0))
			return false;
	}
	return true;
}

int
main(int argc, char **argv)
{
	struct options o = arguments(argc, argv);
	struct peer p = { 0 };
	double *us = calloc(o.count, sizeof(*us));
	unsigned done = 0;
	FILE *f;

	fcntl(0, F_SETFL, fcntl(0, F_GETFL) | O_NONBLOCK);
	peer_establish(&p, o.listen, o.connect, o.from, o.as);
	wait_announced(&p, UINT64_MAX, 1.0);
	for (unsigned i = 0; i < o.count; i++) {
		char line[128];
		int n = snprintf(line, sizeof(line), "%s 10.%u.%u.0/24 next-hop 192.0.2.%u\n",
			o.prefix, i >> 8 & 0xff, i & 0xff, 1 + (i >> 16));
		uint64_t before = p.announced;
		double sent = peer_now();

		if (write(1, line, (size_t)n) != n || !wait_announced(&p, before + 1, 5))
			break;
		us[done++] = (peer_now() - sent) * 1e6;
		if (i % 256 == 255)
			peer_keepalive(&p);
		wait_announced(&p, UINT64_MAX, o.gap_us / 1e6);
	}
	qsort(us, done, sizeof(*us), by_value);
	f = fopen(o.out, "w");
	if (f == NULL)
		peer_die(o.out);
	fprintf(f,
		"{\"count\": %u, \"p50\": %.1f, \"p90\": %.1f, \"p99\": %.1f, \"p999\": %.1f, "
		"\"max\": %.1f}\n",
		done, done ? us[done / 2] : 0, done ? us[done * 9 / 10] : 0,
		done ? us[done * 99 / 100] : 0, done ? us[done * 999ull / 1000] : 0,
		done ? us[done - 1] : 0);
	fclose(f);
	free(us);
	wait_announced(&p, UINT64_MAX, 3600);
	return 0;
}
