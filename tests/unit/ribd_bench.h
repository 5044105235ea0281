/*
 * What the ribd tests share: a RIB with neighbors and sessions, and receivers that read the UPDATEs
 * sent to them into a table (IPv4 unicast, /24, told apart by MED).
 */
#ifndef TROUPE_TESTS_RIBD_BENCH_H
#define TROUPE_TESTS_RIBD_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/buf.h"
#include "common/rd.h"
#include "proto/ipc/ipc.h"
#include "proto/ipc/route_ops.h"
#include "proto/wire/open.h"
#include "ribd/rib.h"

enum { BENCH_PEERS = 8, BENCH_PREFIXES = 256, BENCH_ABSENT = 0 };

/* The far end of one session. */
struct receiver {
	uint32_t number;
	bool up;
	uint32_t table[BENCH_PREFIXES]; /* MED of the route, or BENCH_ABSENT */
	unsigned announces, withdraws, eors, refreshes, updates;
	uint64_t taken, granted;
};

struct bench_chunk {
	struct bench_chunk *next;
	uint64_t number;
	size_t n, len;
	uint8_t *data; /* owned: session numbers, then messages */
};

struct bench {
	struct rib rib;
	struct receiver peers[BENCH_PEERS];
	struct bench_chunk *first, **last; /* sent, not yet taken by bgpd */
	size_t room;
	struct buf log; /* one line a message taken */
};

static inline size_t
bench_room(void *owner)
{
	return ((struct bench *)owner)->room;
}

static inline void
bench_chunk(void *owner, uint64_t number, const uint8_t *sessions, size_t n, const uint8_t *data,
	size_t len)
{
	struct bench *b = owner;
	struct bench_chunk *c = calloc(1, sizeof(*c));

	assert_true(len <= RIB_CHUNK_MAX && n > 0);
	c->number = number;
	c->n = n;
	c->len = len;
	c->data = malloc(4 * n + len);
	memcpy(c->data, sessions, 4 * n);
	memcpy(c->data + 4 * n, data, len);
	*b->last = c;
	b->last = &c->next;
}

static inline void
bench_prefix(uint8_t out[4], unsigned i)
{
	out[0] = 24;
	out[1] = 10;
	out[2] = (uint8_t)(i >> 8);
	out[3] = (uint8_t)i;
}

static inline uint32_t
bench_attributes(struct rd *r)
{
	uint32_t med = UINT32_MAX;

	while (rd_left(r) > 0) {
		uint8_t flags = rd_u8(r), code = rd_u8(r);
		struct rd value = rd_sub(r, (flags & 0x10) != 0 ? rd_u16(r) : rd_u8(r));

		if (code == 4)
			med = rd_u32(&value);
	}
	return med;
}

static inline void
bench_nlri(struct bench *b, struct receiver *p, struct rd *r, uint32_t med)
{
	while (rd_left(r) > 0) {
		unsigned bits = rd_u8(r), i;

		assert_int_equal(bits, 24);
		(void)rd_u8(r);
		i = rd_u16(r);
		assert_true(i < BENCH_PREFIXES);
		p->table[i] = med;
		p->announces += med != BENCH_ABSENT;
		p->withdraws += med == BENCH_ABSENT;
		buf_printf(&b->log, med == BENCH_ABSENT ? " -%u" : " %u", i);
	}
}

static inline void
bench_update(struct bench *b, struct receiver *p, struct rd *body)
{
	struct rd gone = rd_sub(body, rd_u16(body));
	struct rd attrs = rd_sub(body, rd_u16(body));
	uint32_t med;

	assert_true(rd_ok(body));
	p->updates++;
	if (rd_left(&gone) == 0 && rd_left(body) == 0) {
		p->eors++;
		buf_printf(&b->log, " eor");
		return;
	}
	bench_nlri(b, p, &gone, BENCH_ABSENT);
	med = bench_attributes(&attrs);
	if (rd_left(body) > 0)
		buf_printf(&b->log, " med%u", med);
	bench_nlri(b, p, body, med);
}

static inline void
bench_messages(struct bench *b, struct receiver *p, const uint8_t *data, size_t n)
{
	struct rd r = rd_init(data, n);

	while (rd_left(&r) > 0) {
		struct rd body;
		uint16_t len;
		uint8_t type;

		rd_bytes(&r, 16);
		len = rd_u16(&r);
		type = rd_u8(&r);
		body = rd_sub(&r, len - 19u);
		assert_true(rd_ok(&r));
		buf_printf(&b->log, "%u:", p->number);
		if (type == 2) {
			bench_update(b, p, &body);
		} else {
			assert_int_equal(type, 5);
			p->refreshes++;
			rd_u16(&body);
			buf_printf(&b->log, " refresh%u", rd_u8(&body));
		}
		buf_chr(&b->log, '\n');
	}
}

/* bgpd takes the oldest chunk; false: there is none. */
static inline bool
bench_take(struct bench *b)
{
	struct bench_chunk *c = b->first;
	struct rd list;

	if (c == NULL)
		return false;
	list = rd_init(c->data, 4 * c->n);
	while (rd_left(&list) > 0) {
		uint32_t number = rd_u32(&list);

		for (unsigned i = 0; i < BENCH_PEERS; i++)
			if (b->peers[i].up && b->peers[i].number == number) {
				assert_true(b->peers[i].taken < c->number);
				b->peers[i].taken = c->number;
				bench_messages(b, &b->peers[i], c->data + 4 * c->n, c->len);
			}
	}
	b->first = c->next;
	if (b->first == NULL)
		b->last = &b->first;
	free(c->data);
	free(c);
	return true;
}

static inline void
bench_lose(struct bench *b)
{
	while (b->first != NULL) {
		struct bench_chunk *c = b->first;

		b->first = c->next;
		free(c->data);
		free(c);
	}
	b->last = &b->first;
}

static inline size_t
bench_caps(uint8_t *out, size_t max, bool refresh)
{
	struct wr w = wr_init(out, max);

	wr_bytes(&w, "\x01\x04\x00\x01\x00\x01", 6);
	if (refresh)
		wr_bytes(&w, "\x02\x00\x46\x00", 4);
	wr_bytes(&w, "\x41\x04\x00\x00\xfd\xe8", 6);
	return wr_len(&w);
}

struct bench_options {
	bool refresh, no_adj_rib_out, no_group, manual_eor;
	uint32_t settle_ms, rate_limit;
};

static inline void
bench_neighbor(struct bench *b, uint32_t id, const struct bench_options *o)
{
	uint8_t caps[64];
	size_t n = bench_caps(caps, sizeof(caps), o->refresh);
	struct ipc_neighbor m = { .id = id,
		.key = ipc_bytes("neighbor", 8),
		.peer = ipc_bytes("\x7f\x00\x00\x01", 4),
		.peer_bits = 32,
		.caps = ipc_bytes(caps, n),
		.group_updates = !o->no_group,
		.adj_rib_in = true,
		.adj_rib_out = !o->no_adj_rib_out,
		.manual_eor = o->manual_eor,
		.settle_ms = o->settle_ms,
		.rate_limit = o->rate_limit };

	rib_neighbor(&b->rib, &m);
}

/* Neighbors 1..n. */
static inline void
bench_init(struct bench *b, unsigned n, const struct bench_options *o)
{
	static const struct bench_options defaults;
	struct rib_output out = { .owner = b, .room = bench_room, .chunk = bench_chunk };

	memset(b, 0, sizeof(*b));
	b->last = &b->first;
	b->room = 512 * 1024;
	rib_init(&b->rib, &out);
	b->rib.now_us = 1000000;
	rib_neighbors_begin(&b->rib, 1, false);
	for (uint32_t i = 1; i <= n; i++)
		bench_neighbor(b, i, o == NULL ? &defaults : o);
	rib_neighbors_end(&b->rib);
}

static inline void
bench_fini(struct bench *b)
{
	bench_lose(b);
	rib_fini(&b->rib);
	buf_fini(&b->log);
}

static inline bool
bench_up_as(struct bench *b, unsigned i, uint32_t number, bool resumed, bool refresh)
{
	uint8_t caps[64], open[128];
	size_t n = bench_caps(caps, sizeof(caps), refresh);
	struct wr w = wr_init(open, sizeof(open));
	struct ipc_session_up m = { .neighbor = i + 1,
		.session = number,
		.local = ipc_bytes("\x7f\x00\x00\x01", 4),
		.peer = ipc_bytes("\x7f\x00\x00\x02", 4),
		.resumed = resumed,
		.chunk = resumed ? b->peers[i].taken : 0 };

	open_encode(&w, 65000, 90, 0x0a000001, caps, n);
	m.open_sent = m.open_received = ipc_bytes(open + 19, wr_len(&w) - 19);
	if (!resumed)
		b->peers[i] = (struct receiver){ .number = number };
	b->peers[i].up = true;
	b->peers[i].granted = 0;
	return rib_session_up(&b->rib, &m);
}

static inline void
bench_up(struct bench *b, unsigned i, bool refresh)
{
	bench_up_as(b, i, 100 + i, false, refresh);
}

static inline void
bench_credit(struct bench *b, unsigned i, uint64_t more)
{
	struct receiver *p = &b->peers[i];

	p->granted += more;
	rib_credit(&b->rib, p->number, p->granted, p->taken);
}

/* Lets everything through until nothing moves. */
static inline void
bench_settle(struct bench *b)
{
	bool moved = true;

	while (moved) {
		moved = rib_drain(&b->rib, INT64_MAX);
		while (bench_take(b))
			moved = true;
		for (unsigned i = 0; i < BENCH_PEERS; i++)
			if (b->peers[i].up) {
				const struct session *s = rib_session(&b->rib, b->peers[i].number);

				assert_non_null(s);
				bench_credit(b, i, s->credit - s->sent < 200000 ? 200000 : 0);
			}
		moved |= rib_drain(&b->rib, INT64_MAX) || b->first != NULL;
		rib_reap(&b->rib);
	}
}

/* A batch of operations under construction. */
struct bench_ops {
	uint8_t bytes[256 * 1024];
	struct wr w;
};

static inline void
ops_begin(struct bench_ops *o)
{
	o->w = wr_init(o->bytes, sizeof(o->bytes));
}

static inline void
ops_peers(struct bench_ops *o, uint32_t bits)
{
	uint32_t ids[32];
	unsigned n = 0;

	for (unsigned i = 0; i < 32; i++)
		if ((bits >> i & 1) != 0)
			ids[n++] = i + 1;
	route_op_peers(&o->w, ids, n);
}

static inline void
ops_attrs(struct bench_ops *o, uint32_t med)
{
	uint8_t block[7] = { 0x80, 4, 4, (uint8_t)(med >> 24), (uint8_t)(med >> 16),
		(uint8_t)(med >> 8), (uint8_t)med };
	struct attrset set = { .nh_len = 4, .nh = { 192, 0, 2, 1 }, .len = 7, .block = block };

	route_op_attrs(&o->w, &set);
}

static inline void
ops_route(struct bench_ops *o, bool announce, unsigned i)
{
	uint8_t bytes[4];
	struct nlri nlri = { .family = IPV4_UNICAST, .len = 4, .bytes = bytes };

	bench_prefix(bytes, i);
	route_op_route(&o->w, announce, &nlri);
}

static inline void
ops_apply(struct bench *b, struct bench_ops *o)
{
	assert_true(wr_ok(&o->w));
	assert_int_equal(rib_apply(&b->rib, o->bytes, wr_len(&o->w)), 0);
}

static inline void
bench_expect(struct bench *b, const char *want)
{
	const char *got = b->log.len == 0 ? "" : buf_cstr(&b->log);

	if (strcmp(got, want) != 0)
		print_error("want:\n%sgot:\n%s", want, got);
	assert_string_equal(got, want);
	buf_reset(&b->log);
}

/* A small generator: the same run everywhere. */
struct rng {
	uint64_t state;
};

static inline uint32_t
rng_next(struct rng *r, uint32_t below)
{
	r->state = r->state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(r->state >> 33) % below;
}

#endif
