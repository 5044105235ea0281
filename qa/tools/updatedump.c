/*
 * Prints what an UPDATE says: reads lines of hexadecimal (the whole message, or its body with -b)
 * and writes one JSON object a line; a message that resets the session gives
 * {"notify": [code, subcode, "text"]}. With -t the text lines of API v4. For comparing with
 * reference/decode-samples.jsonl (qa/decode_samples.py).
 *
 *   updatedump [-b] [-t] [-2] [-e] [-g] [-c] [-4] [-p AFI/SAFI,…] [-f AFI/SAFI,…]
 *     -2 two-byte AS numbers, -e external peer, -g AIGP enabled, -c compact, -4 API v4,
 *     -p families with ADD-PATH, -f negotiated families (default all), -x extended next hop
 *     -r N: print each line N times and report prefixes a second to stderr
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/hex.h"
#include "proto/wire/family.h"
#include "proto/wire/message.h"
#include "proto/wire/update.h"

struct options {
	bool body, text;
	unsigned long repeat;
	struct update_session session;
	struct nlri_print how;
};

static uint32_t
parse_families(char *list)
{
	uint32_t bits = 0;

	for (char *word = strtok(list, ","); word != NULL; word = strtok(NULL, ",")) {
		unsigned afi, safi;

		if (sscanf(word, "%u/%u", &afi, &safi) != 2) {
			fprintf(stderr, "updatedump: %s is not AFI/SAFI\n", word);
			exit(2);
		}
		bits |= family_bit(FAMILY(afi, safi));
	}
	return bits;
}

static void
print_error(struct buf *out, const struct wire_error *e)
{
	buf_printf(out, "{\"notify\": [%u, %u, ", e->code, e->subcode);
	buf_json_string(out, e->data, e->len);
	BUF_LIT(out, "]}");
}

static void
print_update(struct buf *out, const struct options *o, const uint8_t *p, size_t n)
{
	struct update u;

	if (update_decode(p, n, &o->session, &u) == -1) {
		print_error(out, &u.error);
	} else if (o->text) {
		update_text(out, &u, &o->session, "update");
	} else {
		BUF_LIT(out, "{ ");
		update_json(out, &u, &o->session, &o->how);
		BUF_LIT(out, " }");
	}
}

static bool
count_one(void *owner, bool announce, const struct nlri *nlri, const uint8_t *nexthop, uint8_t len)
{
	(void)announce, (void)nlri, (void)nexthop, (void)len;
	++*(unsigned long *)owner;
	return true;
}

/* Decodes and prints again and again; the speed goes to stderr. */
static void
measure(const struct options *o, const uint8_t *p, size_t n)
{
	struct buf out = { 0 };
	struct update u;
	struct timespec from, to;
	unsigned long count = 0;

	if (update_decode(p, n, &o->session, &u) == -1)
		return;
	update_each(&u, &o->session, count_one, &count);
	clock_gettime(CLOCK_MONOTONIC, &from);
	for (unsigned long i = 0; i < o->repeat; i++) {
		buf_reset(&out);
		print_update(&out, o, p, n);
	}
	clock_gettime(CLOCK_MONOTONIC, &to);
	double s = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
	fprintf(stderr, "%lu prefixes, %.0f a second\n", count * o->repeat,
		(double)(count * o->repeat) / s);
	buf_fini(&out);
}

static void
dump_line(const struct options *o, const char *line, size_t n)
{
	static uint8_t message[65536];
	struct buf out = { 0 };
	size_t header = o->body ? 0 : MESSAGE_HEADER;

	if (n / 2 > sizeof(message) || hex_decode(line, n, message) == -1 || n / 2 < header) {
		puts("{\"error\": \"not a message in hexadecimal\"}");
		return;
	}
	/* The header's length counts: what follows is another message. */
	if (!o->body && (size_t)(message[16] << 8 | message[17]) < n / 2)
		n = (size_t)(message[16] << 8 | message[17]) * 2;
	if (n / 2 < header)
		n = header * 2;
	if (o->repeat > 0)
		measure(o, message + header, n / 2 - header);
	print_update(&out, o, message + header, n / 2 - header);
	puts(buf_cstr(&out));
	buf_fini(&out);
}

static void
usage(void)
{
	fputs("usage: updatedump [-bt2egc4x] [-p families] [-f families] [-r times]\n", stderr);
	exit(2);
}

int
main(int argc, char **argv)
{
	struct options o = { .session = { .attrs = { .asn4 = true, .ibgp = true, .generic = true },
				     .families = UINT32_MAX } };
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	for (int c; (c = getopt(argc, argv, "bt2egc4xp:f:r:")) != -1;) {
		switch (c) {
		case 'b':
			o.body = true;
			break;
		case 't':
			o.text = true;
			break;
		case '2':
			o.session.attrs.asn4 = false;
			break;
		case 'e':
			o.session.attrs.ibgp = false;
			break;
		case 'g':
			o.session.attrs.aigp = true;
			break;
		case 'c':
			o.how.compact = true;
			break;
		case '4':
			o.how.v4 = true;
			break;
		case 'x':
			o.session.extended_nexthop = true;
			break;
		case 'p':
			o.session.addpath_rx = parse_families(optarg);
			break;
		case 'f':
			o.session.families = parse_families(optarg);
			break;
		case 'r':
			o.repeat = strtoul(optarg, NULL, 10);
			break;
		default:
			usage();
		}
	}
	while ((n = getline(&line, &cap, stdin)) != -1) {
		if (n > 0 && line[n - 1] == '\n')
			n--;
		dump_line(&o, line, (size_t)n);
		fflush(stdout);
	}
	free(line);
	return 0;
}
