/*
 * Fixed small runs of the hot paths, without clock, files or sockets, for counting instructions
 * (qa/bench/guard): parse (announce lines to route operations, apid), rib (operations to packed
 * chunks, ribd), json (received UPDATEs to event lines, apid), config (static routes, apid). Prints
 * a checksum of what came out, so that a run which did not do the work is noticed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/wr.h"
#include "proto/ipc/ipc.h"
#include "proto/ipc/route_ops.h"
#include "proto/text/config.h"
#include "proto/text/event.h"
#include "proto/text/route.h"
#include "proto/wire/open.h"
#include "ribd/rib.h"

enum { ROUTES = 20000, UPDATES = 5000, NLRI_EACH = 5, OPS_BYTES = 2 * 1024 * 1024 };

struct result {
	uint64_t count, bytes;
};

static void
die(const char *what)
{
	fprintf(stderr, "guard: %s\n", what);
	exit(1);
}

static int
write_route(char *line, size_t max, uint32_t i)
{
	return snprintf(line, max, "%u.%u.%u.%u/32 next-hop 192.0.2.1", 1 + (i >> 20 & 0x7f),
		i >> 12 & 0xff, i >> 4 & 0xff, (i & 15) << 4 | 1);
}

/* Route operations of ROUTES lines. */
static size_t
parse_into(uint8_t *ops)
{
	struct route_parser *parser = route_parser_new();
	struct wr w = wr_init(ops, OPS_BYTES);
	bool have_attrs = false;

	route_op_owner(&w, 7);
	route_op_peers(&w, NULL, 0);
	for (uint32_t i = 0; i < ROUTES; i++) {
		struct route_statement st;
		struct text_error e;
		char line[128];
		int n = write_route(line, sizeof(line), i);

		if (route_parse_line(parser, line, (size_t)n, ROUTE_ANNOUNCE, &st, &e) < 0)
			die("a line was refused");
		if (!have_attrs)
			route_op_attrs(&w, &st.attrs);
		have_attrs = true;
		route_op_route(&w, true, &st.nlri[0]);
	}
	route_parser_free(parser);
	if (!wr_ok(&w))
		die("the operations do not fit");
	return wr_len(&w);
}

static struct result
run_parse(void)
{
	uint8_t *ops = malloc(OPS_BYTES);
	struct result r = { .count = ROUTES, .bytes = parse_into(ops) };

	free(ops);
	return r;
}

/* --- ribd --- */

static size_t
no_limit(void *owner)
{
	(void)owner;
	return 1024 * 1024;
}

static void
take_chunk(void *owner, uint64_t number, const uint8_t *sessions, size_t n, const uint8_t *data,
	size_t len)
{
	struct result *r = owner;

	(void)number, (void)sessions, (void)data;
	r->count += n;
	r->bytes += n * len;
}

static void
session_up(struct rib *rib, uint32_t id)
{
	static const uint8_t caps[] = { 1, 4, 0, 1, 0, 1, 65, 4, 0, 0, 0xfd, 0xe8 };
	uint8_t open[128];
	struct wr w = wr_init(open, sizeof(open));
	struct ipc_session_up m = { .neighbor = id,
		.session = 100 + id,
		.local = ipc_bytes("\x7f\x00\x00\x01", 4),
		.peer = ipc_bytes("\x7f\x00\x00\x02", 4) };

	open_encode(&w, 65000, 90, 0x0a000001, caps, sizeof(caps));
	m.open_sent = m.open_received = ipc_bytes(open + 19, wr_len(&w) - 19);
	rib_session_up(rib, &m);
	rib_credit(rib, m.session, UINT32_MAX, 0);
}

static void
neighbor(struct rib *rib, uint32_t id)
{
	static const uint8_t caps[] = { 1, 4, 0, 1, 0, 1, 65, 4, 0, 0, 0xfd, 0xe8 };
	struct ipc_neighbor m = { .id = id,
		.key = ipc_bytes("neighbor", 8),
		.peer = ipc_bytes("\x7f\x00\x00\x01", 4),
		.peer_bits = 32,
		.caps = ipc_bytes(caps, sizeof(caps)),
		.group_updates = true,
		.adj_rib_out = true };

	rib_neighbor(rib, &m);
}

static struct result
run_rib(void)
{
	static struct rib rib;
	struct result r = { 0 };
	struct rib_output out = { .owner = &r, .room = no_limit, .chunk = take_chunk };
	uint8_t *ops = malloc(OPS_BYTES);
	size_t n = parse_into(ops);

	rib_init(&rib, &out);
	rib.now_us = 1000000;
	rib_neighbors_begin(&rib, 1, false);
	neighbor(&rib, 1);
	neighbor(&rib, 2);
	rib_neighbors_end(&rib);
	session_up(&rib, 1);
	session_up(&rib, 2);
	for (int round = 0; round < 2; round++) {
		if (rib_apply(&rib, ops, n) < 0)
			die("the operations were refused");
		while (rib_drain(&rib, INT64_MAX))
			;
		rib_reap(&rib);
	}
	rib_fini(&rib);
	free(ops);
	return r;
}

/* --- events --- */

static size_t
write_update(uint8_t *p, uint32_t i)
{
	static const uint8_t fixed[] = { 0, 0, 0, 52, 0x40, 1, 1, 0, 0x40, 2, 14, 2, 3, 0, 0, 0xfd,
		0xe8, 0, 0, 0, 0, 0, 0, 0, 0, 0x40, 3, 4, 192, 0, 2, 1, 0x80, 4, 4, 0, 0, 0, 0,
		0x40, 5, 4, 0, 0, 0, 100, 0xc0, 8, 8, 0xfd, 0xe8, 0, 1, 0xfd, 0xe8, 0, 0 };
	size_t n = sizeof(fixed);

	memcpy(p, fixed, n);
	p[3] = (uint8_t)(n - 4);
	p[20] = p[24] = (uint8_t)(1 + i);
	p[n - 1] = (uint8_t)i;
	for (uint32_t k = 0; k < NLRI_EACH; k++) {
		uint32_t number = i * NLRI_EACH + k;

		p[n++] = 24;
		p[n++] = 10;
		p[n++] = (uint8_t)(number >> 8);
		p[n++] = (uint8_t)number;
	}
	return n;
}

static struct result
run_json(void)
{
	const struct event_source source = { .host = "guard", .pid = 1, .ppid = 1 };
	const struct event_neighbor who = { .peer = { .len = 4, .bytes = { 127, 0, 0, 2 } },
		.local = { .len = 4, .bytes = { 127, 0, 0, 1 } },
		.local_as = 65000,
		.peer_as = 65001 };
	const struct update_session session = { .attrs = { .asn4 = true, .ibgp = true },
		.families = UINT32_MAX };
	const struct nlri_print how = { .v4 = true };
	struct buf out = { 0 };
	struct result r = { 0 };

	for (uint32_t i = 0; i < UPDATES; i++) {
		struct event_head head = { .version = EVENT_VERSION_4,
			.time_us = 1795161573041742 + i,
			.counter = i + 1,
			.type = "update" };
		uint8_t body[256];
		size_t n = write_update(body, i);
		struct update u;

		if (update_decode(body, n, &session, &u) != 0)
			die("an UPDATE was refused");
		buf_reset(&out);
		event_begin(&out, &source, &head);
		event_neighbor(&out, &who);
		event_direction(&out, "receive");
		event_update(&out, &u, &session, &how, NULL);
		event_end(&out);
		r.count++;
		r.bytes += out.len;
	}
	buf_fini(&out);
	return r;
}

/* --- configuration --- */

static struct result
run_config(void)
{
	static const char head[] =
		"neighbor 127.0.0.2 { router-id 1.2.3.4; local-address 127.0.0.1;\n"
		"local-as 1; peer-as 2; family { ipv4 unicast; }\nstatic {\n";
	struct config_env env = { .version = "guard" };
	struct buf text = { 0 };
	struct result r = { 0 };
	struct config *c;
	char err[512], line[128];

	buf_add(&text, head, sizeof(head) - 1);
	for (uint32_t i = 0; i < ROUTES; i++) {
		write_route(line, sizeof(line), i);
		buf_printf(&text, "route %s;\n", line);
	}
	BUF_LIT(&text, "}\n}\n");
	c = config_parse("guard", (const char *)text.data, text.len, &env, err, sizeof(err));
	if (c == NULL)
		die(err);
	r.count = c->neighbors[0].n_routes;
	r.bytes = c->neighbors[0].routes.len;
	config_free(c);
	buf_fini(&text);
	return r;
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		struct result (*run)(void);
	} runs[] = { { "parse", run_parse }, { "rib", run_rib }, { "json", run_json },
		{ "config", run_config } };

	for (size_t i = 0; argc == 2 && i < sizeof(runs) / sizeof(runs[0]); i++) {
		struct result r;

		if (strcmp(argv[1], runs[i].name) != 0)
			continue;
		r = runs[i].run();
		printf("%llu %llu\n", (unsigned long long)r.count, (unsigned long long)r.bytes);
		return 0;
	}
	fprintf(stderr, "usage: guard parse | rib | json | config\n");
	return 2;
}
