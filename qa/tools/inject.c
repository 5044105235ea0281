/*
 * A helper program for measurements: once the file --go exists it writes --count `announce route`
 * lines as fast as the pipe takes them, reading the answers meanwhile, then reports when it
 * started, had written and had been answered. Stays until its input closes.
 */
#include <poll.h>
#include "qa/tools/peer.h"

struct options {
	const char *go, *out, *prefix, *tail;
	uint32_t count, distinct; /* lines; different prefixes among them */
	uint32_t first;           /* number of the first prefix */
	bool acks;
};

static struct options
arguments(int argc, char **argv)
{
	struct options o = {
		.prefix = "announce route", .tail = "next-hop 192.0.2.1", .acks = true
	};

	for (int i = 1; i + 1 < argc; i += 2) {
		const char *value = argv[i + 1];

		if (strcmp(argv[i], "--go") == 0)
			o.go = value;
		else if (strcmp(argv[i], "--out") == 0)
			o.out = value;
		else if (strcmp(argv[i], "--count") == 0)
			o.count = (uint32_t)strtoul(value, NULL, 10);
		else if (strcmp(argv[i], "--distinct") == 0)
			o.distinct = (uint32_t)strtoul(value, NULL, 10);
		else if (strcmp(argv[i], "--first") == 0)
			o.first = (uint32_t)strtoul(value, NULL, 10);
		else if (strcmp(argv[i], "--prefix") == 0)
			o.prefix = value;
		else if (strcmp(argv[i], "--tail") == 0)
			o.tail = value;
		else if (strcmp(argv[i], "--acks") == 0)
			o.acks = strcmp(value, "no") != 0;
	}
	if (o.out == NULL || o.count == 0) {
		fprintf(stderr, "usage: inject --count N --out FILE [--go FILE] [--distinct N] "
				"[--first N] [--prefix WORDS] [--tail WORDS] [--acks no]\n");
		exit(2);
	}
	return o;
}

static char *
put_byte(char *p, unsigned value, char after)
{
	if (value >= 100)
		*p++ = (char)('0' + value / 100);
	if (value >= 10)
		*p++ = (char)('0' + value / 10 % 10);
	*p++ = (char)('0' + value % 10);
	*p++ = after;
	return p;
}

/* By hand: snprintf() costs as much as Troupe does for the line. */
static size_t
fill(const struct options *o, char *buffer, size_t max, uint32_t *next)
{
	size_t prefix = strlen(o->prefix), tail = strlen(o->tail);
	uint32_t distinct = o->distinct != 0 ? o->distinct : o->count;
	char *p = buffer;

	while (*next < o->count && max - (size_t)(p - buffer) > prefix + tail + 64) {
		uint32_t i = o->first + (*next)++ % distinct;

		memcpy(p, o->prefix, prefix);
		p += prefix;
		*p++ = ' ';
		p = put_byte(p, 1 + (i >> 20 & 0x7f), '.');
		p = put_byte(p, i >> 12 & 0xff, '.');
		p = put_byte(p, i >> 4 & 0xff, '.');
		p = put_byte(p, (i & 15) << 4 | 1, '/');
		memcpy(p, "32 ", 3);
		p += 3;
		memcpy(p, o->tail, tail);
		p += tail;
		*p++ = '\n';
	}
	return (size_t)(p - buffer);
}

static uint64_t
count_answers(const char *text, size_t n)
{
	uint64_t lines = 0;

	for (size_t i = 0; i < n; i++)
		lines += text[i] == '\n';
	return lines;
}

static void
report(const struct options *o, double start, double written, double acked, uint64_t answers)
{
	char name[512];
	FILE *f;

	snprintf(name, sizeof(name), "%s.new", o->out);
	f = fopen(name, "w");
	if (f == NULL)
		peer_die(name);
	fprintf(f, "{\"start\": %.6f, \"written\": %.6f, \"acked\": %.6f, \"answers\": %llu}\n",
		start, written, acked, (unsigned long long)answers);
	fclose(f);
	if (rename(name, o->out) == -1)
		peer_die(o->out);
}

int
main(int argc, char **argv)
{
	struct options o = arguments(argc, argv);
	static char out[1 << 18], in[1 << 16];
	size_t have = 0, at = 0;
	uint32_t next = 0;
	uint64_t answers = 0;
	double start, written = 0;
	struct pollfd fds[2] = { { .fd = 0, .events = POLLIN }, { .fd = 1, .events = POLLOUT } };

	while (o.go != NULL && access(o.go, F_OK) != 0)
		poll(NULL, 0, 5);
	fcntl(0, F_SETFL, fcntl(0, F_GETFL) | O_NONBLOCK);
	fcntl(1, F_SETFL, fcntl(1, F_GETFL) | O_NONBLOCK);
	start = peer_now();
	while (written == 0 || (o.acks && answers < o.count)) {
		ssize_t n;

		fds[1].fd = written == 0 ? 1 : -1;
		if (poll(fds, 2, 1000) == -1)
			break;
		if (fds[0].revents & (POLLIN | POLLHUP)) {
			n = read(0, in, sizeof(in));
			if (n == 0)
				return 1;
			if (n > 0)
				answers += count_answers(in, (size_t)n);
		}
		if (written == 0 && (fds[1].revents & POLLOUT)) {
			if (at == have) {
				have = fill(&o, out, sizeof(out), &next);
				at = 0;
			}
			n = have > at ? write(1, out + at, have - at) : 0;
			if (n > 0)
				at += (size_t)n;
			if (at == have && next == o.count)
				written = peer_now();
		}
	}
	report(&o, start, written, peer_now(), answers);
	while (poll(fds, 1, -1) >= 0 && read(0, in, sizeof(in)) != 0)
		;
	return 0;
}
