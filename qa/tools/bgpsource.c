/*
 * A BGP source for measurements: accepts one session on --listen (or
 * connects to --connect from --from), mirrors its OPEN, and once
 * the file --go exists sends --count IPv4 prefixes in UPDATEs of --group NLRI each, with attributes
 * that change from message to message, as a real table has them. Reports to --out when it
 * started and when the last byte was taken by TCP. Stays until the session ends.
 */
#include <poll.h>
#include "qa/tools/peer.h"

struct options {
	const char *listen, *connect, *from, *go, *out;
	uint32_t count, group, as;
	bool same; /* all with the same attributes */
};

static struct options
arguments(int argc, char **argv)
{
	struct options o = { .count = 100000, .group = 5, .as = 0 };

	for (int i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--listen") == 0)
			o.listen = argv[i + 1];
		else if (strcmp(argv[i], "--connect") == 0)
			o.connect = argv[i + 1];
		else if (strcmp(argv[i], "--from") == 0)
			o.from = argv[i + 1];
		else if (strcmp(argv[i], "--same") == 0)
			o.same = strcmp(argv[i + 1], "yes") == 0;
		else if (strcmp(argv[i], "--go") == 0)
			o.go = argv[i + 1];
		else if (strcmp(argv[i], "--out") == 0)
			o.out = argv[i + 1];
		else if (strcmp(argv[i], "--count") == 0)
			o.count = (uint32_t)strtoul(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--group") == 0)
			o.group = (uint32_t)strtoul(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--as") == 0)
			o.as = (uint32_t)strtoul(argv[i + 1], NULL, 10);
	}
	if ((o.listen == NULL && (o.connect == NULL || o.from == NULL)) || o.out == NULL ||
		o.group == 0 || o.group > 500) {
		fprintf(stderr, "usage: bgpsource (--listen A:P | --connect A:P --from A:0) "
				"--out FILE [--go FILE] [--count N] [--group N] [--as N] "
				"[--same yes]\n");
		exit(2);
	}
	return o;
}

static size_t
attributes(uint8_t *p, uint32_t i)
{
	/* ORIGIN, AS_PATH of three (4-byte), NEXT_HOP, MED, LOCAL_PREF, COMMUNITIES */
	static const uint8_t fixed[] = { 0x40, 1, 1, 0, 0x40, 2, 14, 2, 3, 0, 0, 0xfd, 0xe8, 0, 0,
		0, 0, 0, 0, 0, 0, 0x40, 3, 4, 192, 0, 2, 1, 0x80, 4, 4, 0, 0, 0, 0, 0x40, 5, 4, 0,
		0, 0, 100, 0xc0, 8, 8, 0xfd, 0xe8, 0, 1, 0xfd, 0xe8, 0, 0 };
	uint32_t path = htonl(1 + i % 60000), med = htonl(i % 100);

	memcpy(p, fixed, sizeof(fixed));
	memcpy(p + 13, &path, 4);
	memcpy(p + 17, &path, 4);
	memcpy(p + 31, &med, 4);
	p[sizeof(fixed) - 1] = (uint8_t)i;
	return sizeof(fixed);
}

static size_t
update(uint8_t *m, uint32_t message, uint32_t *next, uint32_t count, uint32_t group)
{
	uint8_t *p = m + PEER_HEADER + 4;
	size_t attrs = attributes(p, message), n;

	p += attrs;
	for (uint32_t i = 0; i < group && *next < count; i++) {
		uint32_t prefix = htonl((UINT32_C(1) << 24) + ((*next)++ << 8));

		*p++ = 24;
		memcpy(p, &prefix, 3);
		p += 3;
	}
	n = (size_t)(p - m);
	memset(m, 0xff, 16);
	m[16] = (uint8_t)(n >> 8);
	m[17] = (uint8_t)n;
	m[18] = 2;
	m[19] = m[20] = 0;
	m[21] = (uint8_t)(attrs >> 8);
	m[22] = (uint8_t)attrs;
	return n;
}

static void
send_all(struct peer *p, const struct options *o)
{
	static uint8_t buffer[1 << 18];
	uint32_t next = 0, message = 0;
	size_t have = 0;

	while (next < o->count) {
		have += update(buffer + have, o->same ? 0 : message++, &next, o->count, o->group);
		if (have > sizeof(buffer) - 4096 || next == o->count) {
			peer_send(p, buffer, have);
			have = 0;
		}
	}
}

int
main(int argc, char **argv)
{
	struct options o = arguments(argc, argv);
	struct peer p = { 0 };
	double start, sent;
	FILE *f;

	peer_establish(&p, o.listen, o.connect, o.from, o.as);
	while (o.go != NULL && access(o.go, F_OK) != 0)
		poll(NULL, 0, 5);
	start = peer_now();
	send_all(&p, &o);
	sent = peer_now();
	f = fopen(o.out, "w");
	if (f == NULL)
		peer_die(o.out);
	fprintf(f, "{\"start\": %.6f, \"sent\": %.6f, \"count\": %u}\n", start, sent, o.count);
	fclose(f);
	while (peer_read(&p, o.as))
		peer_keepalive(&p);
	return 0;
}
