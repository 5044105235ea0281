/*
 * Reassembly of BGP streams (RFC 9293 3.4 for sequence numbers, RFC 4271 4.1 for framing).
 *
 * Invariants of a direction: `next` is the sequence number after the bytes in `in`; held segments
 * are sorted by sequence number and start after `next`. `in` is shorter than a message, once what is
 * whole was given out. After a hole, or when the capture began in the middle, bytes are skipped up to
 * a marker with a believable header.
 */
#include "proto/wire/bgp_stream.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/htable.h"
#include "common/xmalloc.h"
#include "proto/wire/message.h"

enum {
	BGP_PORT = 179,
	MARKER = 16,
	STALE = 1 << 24 /* no retransmission is that far behind: another connection */
};

struct held {
	struct held *next;
	uint32_t seq;
	uint64_t time_us;
	size_t len;
	uint8_t bytes[];
};

struct direction {
	bool started;
	uint32_t next;
	struct buf in;
	struct held *held;
	unsigned n_held;
	size_t held_bytes;
};

struct endpoint {
	struct addr addr;
	uint16_t port;
};

struct connection {
	unsigned number;
	struct endpoint ends[2]; /* direction i is from ends[i] to the other */
	struct direction directions[2];
};

struct bgp_streams {
	uint16_t port;
	bgp_message_fn *fn;
	void *owner;
	struct htable connections;
	unsigned n;
	struct bgp_stream_counts counts;
};

/* Where a step happens. */
struct place {
	struct bgp_streams *s;
	struct connection *c;
	unsigned direction;
	uint64_t time_us;
};

static struct direction *
direction_of(const struct place *p)
{
	return &p->c->directions[p->direction];
}

/* --- messages --- */

static void
give(const struct place *p, const uint8_t *message, size_t n)
{
	const struct endpoint *src = &p->c->ends[p->direction], *dst = &p->c->ends[!p->direction];
	struct bgp_flow flow = { .connection = p->c->number,
		.direction = p->direction,
		.time_us = p->time_us,
		.src = &src->addr,
		.dst = &dst->addr,
		.src_port = src->port,
		.dst_port = dst->port };

	p->s->counts.messages++;
	p->s->fn(p->s->owner, &flow, message, n);
}

/* The length of the message at b, 0 when more bytes are needed, -1 when there is none. */
static int
frame(const uint8_t *b, size_t n)
{
	struct wire_error err;
	uint8_t type;
	int length;

	for (size_t i = 0; i < n && i < MARKER; i++)
		if (b[i] != 0xff)
			return -1;
	if (n < MESSAGE_HEADER)
		return 0;
	length = message_header(b, MESSAGE_MAX_EXTENDED, &type, &err);
	if (length < 0 || message_name(type) == NULL)
		return -1;
	return (size_t)length <= n ? length : 0;
}

static void
take_messages(const struct place *p)
{
	struct direction *d = direction_of(p);
	size_t at = 0;

	while (at < d->in.len) {
		int n = frame(d->in.data + at, d->in.len - at);

		if (n == 0)
			break;
		if (n < 0) {
			p->s->counts.skipped++;
			at++;
			continue;
		}
		give(p, d->in.data + at, (size_t)n);
		at += (size_t)n;
	}
	buf_shift(&d->in, at);
}

/* --- order --- */

static void
drop_held(struct direction *d)
{
	for (struct held *h = d->held, *next; h != NULL; h = next) {
		next = h->next;
		free(h);
	}
	d->held = NULL;
	d->n_held = 0;
	d->held_bytes = 0;
}

static void
start_at(struct bgp_streams *s, struct direction *d, uint32_t seq)
{
	s->counts.skipped += d->in.len;
	buf_reset(&d->in);
	drop_held(d);
	d->started = true;
	d->next = seq;
}

/* Bytes that begin at or before `next`. */
static void
append(const struct place *p, uint32_t seq, const uint8_t *bytes, size_t n)
{
	struct direction *d = direction_of(p);
	uint32_t known = d->next - seq;

	if (known >= n)
		return; /* sent again */
	buf_add(&d->in, bytes + known, n - known);
	d->next += (uint32_t)(n - known);
	take_messages(p);
}

static void
append_held(const struct place *p)
{
	struct direction *d = direction_of(p);

	while (d->held != NULL && (int32_t)(d->held->seq - d->next) <= 0) {
		struct held *h = d->held;
		struct place then = *p;

		d->held = h->next;
		d->n_held--;
		d->held_bytes -= h->len;
		then.time_us = h->time_us > p->time_us ? h->time_us : p->time_us;
		append(&then, h->seq, h->bytes, h->len);
		free(h);
	}
}

/* The segment before the first held one will not come. */
static void
give_up_hole(const struct place *p)
{
	struct direction *d = direction_of(p);

	p->s->counts.holes++;
	p->s->counts.skipped += d->in.len;
	buf_reset(&d->in);
	d->next = d->held->seq;
	append_held(p);
}

static void
hold(const struct place *p, const struct tcp_segment *t)
{
	struct direction *d = direction_of(p);
	struct held **at = &d->held, *h;

	while (*at != NULL && (int32_t)((*at)->seq - t->seq) < 0)
		at = &(*at)->next;
	if (*at != NULL && (*at)->seq == t->seq && (*at)->len >= t->len)
		return;
	h = xmalloc(sizeof(*h) + t->len);
	*h = (struct held){ .next = *at, .seq = t->seq, .time_us = p->time_us, .len = t->len };
	memcpy(h->bytes, t->payload, t->len);
	*at = h;
	d->n_held++;
	d->held_bytes += t->len;
	while (d->n_held > BGP_HELD_SEGMENTS || d->held_bytes > BGP_HELD_BYTES)
		give_up_hole(p);
}

/* --- connections --- */

static bool
same_end(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && addr_equal(&a->addr, &b->addr);
}

static bool
same_connection(const void *item, const void *key)
{
	const struct connection *c = item;
	const struct endpoint *ends = key;

	return (same_end(&c->ends[0], &ends[0]) && same_end(&c->ends[1], &ends[1])) ||
	       (same_end(&c->ends[0], &ends[1]) && same_end(&c->ends[1], &ends[0]));
}

/* The same for both directions. */
static uint32_t
hash_ends(const struct endpoint ends[2])
{
	uint32_t sum = 0;

	for (int i = 0; i < 2; i++)
		sum += hash_bytes(ends[i].addr.bytes, ends[i].addr.len) ^ hash_u32(ends[i].port);
	return sum;
}

static bool
wanted(const struct bgp_streams *s, const struct tcp_segment *t)
{
	uint16_t port = s->port != 0 ? s->port : BGP_PORT;

	if (t->src_port == port || t->dst_port == port)
		return true;
	return s->port == 0 && t->len >= MARKER && frame(t->payload, t->len) >= 0;
}

static struct connection *
find_connection(struct bgp_streams *s, const struct tcp_segment *t)
{
	struct endpoint ends[2] = { { t->src, t->src_port }, { t->dst, t->dst_port } };
	uint32_t hash = hash_ends(ends);
	struct connection *c = htable_find(&s->connections, hash, same_connection, ends);

	if (c != NULL || !wanted(s, t))
		return c;
	if (s->n == BGP_CONNECTIONS_MAX) {
		s->counts.not_followed++;
		return NULL;
	}
	c = xcalloc(1, sizeof(*c));
	c->number = s->n++;
	memcpy(c->ends, ends, sizeof(ends));
	htable_add(&s->connections, hash, c);
	return c;
}

/* --- all --- */

struct bgp_streams *
bgp_streams_new(uint16_t port, bgp_message_fn *fn, void *owner)
{
	struct bgp_streams *s = xcalloc(1, sizeof(*s));

	s->port = port;
	s->fn = fn;
	s->owner = owner;
	return s;
}

void
bgp_streams_free(struct bgp_streams *s)
{
	struct connection *c;
	size_t at = 0;

	if (s == NULL)
		return;
	while ((c = htable_next(&s->connections, &at)) != NULL) {
		for (int i = 0; i < 2; i++) {
			drop_held(&c->directions[i]);
			buf_fini(&c->directions[i].in);
		}
		free(c);
	}
	htable_fini(&s->connections);
	free(s);
}

void
bgp_streams_add(struct bgp_streams *s, const struct tcp_segment *t, uint64_t time_us)
{
	struct connection *c = find_connection(s, t);
	struct place p = { .s = s, .c = c, .time_us = time_us };
	struct direction *d;
	uint32_t seq = t->seq + ((t->flags & TCP_SYN) != 0);

	if (c == NULL)
		return;
	p.direction = !same_end(&c->ends[0], &(struct endpoint){ t->src, t->src_port });
	d = direction_of(&p);
	if (!d->started || ((t->flags & TCP_SYN) != 0 && d->next != seq) ||
		(int32_t)(d->next - seq) > STALE)
		start_at(s, d, seq);
	if (t->len == 0)
		return;
	if ((int32_t)(seq - d->next) > 0) {
		struct tcp_segment later = *t;

		later.seq = seq;
		hold(&p, &later);
		return;
	}
	append(&p, seq, t->payload, t->len);
	append_held(&p);
}

void
bgp_streams_finish(struct bgp_streams *s)
{
	struct connection *c;
	size_t at = 0;

	while ((c = htable_next(&s->connections, &at)) != NULL) {
		for (unsigned i = 0; i < 2; i++) {
			struct place p = { .s = s, .c = c, .direction = i };

			while (c->directions[i].held != NULL)
				give_up_hole(&p);
			s->counts.skipped += c->directions[i].in.len;
			buf_reset(&c->directions[i].in);
		}
	}
}

const struct bgp_stream_counts *
bgp_streams_counts(const struct bgp_streams *s)
{
	return &s->counts;
}
