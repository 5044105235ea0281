/*
 * How a session's rings and record follow it. Order is everything, because the process may die
 * between any two instructions:
 * - transmit: bytes go to the ring, the record is published with them (and with the number of their
 *   chunk), only then are they written; the memory of bytes that TCP took is used again only when
 *   the record does not need them to find a message boundary;
 * - receive: bytes are read into free space of the ring; head moves, and the space becomes free,
 *   when apid and ribd have processed everything before it. A successor hands on again from
 *   there; apid recognises what it had by the number of each message.
 */
#include "bgpd/session_ark.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/bgpd.h"
#include "bgpd/peer.h"
#include "bgpd/session.h"
#include "common/child.h"
#include "common/log.h"
#include "common/xmalloc.h"

enum { MARK_STEP = 32 * 1024 };

/* --- the record --- */

void
session_ark_publish(struct session *s)
{
	struct session_ark *a = s->ark;
	struct ark_state state = { .tx_off = s->tx.off,
		.tx_head = s->tx.head,
		.tx_len = s->tx.len,
		.tx_rest = s->tx.rest,
		.rx_origin = a->origin,
		.rx_head = a->head,
		.rx_done = a->done,
		.chunk = s->chunk,
		.chunk_epoch = s->chunk_epoch,
		.fed_epoch = s->fed_epoch,
		.prefixes_received = s->prefixes_received,
		.prefixes_withdrawn = s->prefixes_withdrawn,
		.last_received_us = s->last_received.us,
		.last_keepalive_us = s->last_keepalive.us };

	memcpy(state.sent, s->sent, sizeof(state.sent));
	memcpy(state.received, s->received, sizeof(state.received));
	ark_publish(a->ark, &state);
	a->stale = false;
}

bool
session_ark_again(const struct session *s)
{
	return s->ark != NULL && s->ark->done < s->ark->replay;
}

/* --- receiving --- */

uint8_t *
session_ark_room(struct session *s, size_t *n)
{
	struct session_ark *a = s->ark;
	size_t room = ARK_RX - (size_t)(a->tail - a->head);
	size_t end = (size_t)(a->tail - a->origin) + (room < RX_SPACE ? room : RX_SPACE);

	*n = room < RX_SPACE ? room : RX_SPACE;
	if (end > a->ark->rx_high)
		a->ark->rx_high = end;
	return ark_rx_at(a->ark, a->origin, a->tail);
}

/* Everything before off has arrived. */
static void
release(struct session *s, uint64_t off)
{
	struct session_ark *a = s->ark;
	bool empty = off == a->tail;

	a->head = off;
	if (empty)
		a->origin = off;
	session_ark_publish(s);
	if (empty && a->ark->rx_high > ARK_KEEP)
		ark_trim_rx(a->ark);
}

static void
mark_later(struct session *s)
{
	struct session_ark *a = s->ark;
	struct bgpd *d = s->peer->d;

	if (a->marking)
		return;
	a->marking = true;
	a->next_marking = d->marking;
	d->marking = s;
}

void
session_ark_processed(struct session *s)
{
	struct session_ark *a = s->ark;

	if (a->head == a->done)
		return;
	if (a->handed || a->n_marks > 0) {
		session_ark_publish(s);
		mark_later(s);
	} else {
		release(s, a->done);
	}
}

static void
mark(struct session *s, const struct ark_mark *m)
{
	struct session_ark *a = s->ark;
	uint64_t last = a->n_marks > 0 ? a->marks[a->n_marks - 1].off : a->head;

	a->handed = false;
	if (a->n_marks == ARK_MARKS || (a->n_marks > 1 && a->done - last < MARK_STEP))
		a->n_marks--; /* one mark for both */
	a->marks[a->n_marks] = *m;
	a->marks[a->n_marks++].off = a->done;
}

void
session_ark_turn(struct bgpd *d)
{
	struct ark_mark m;

	if (d->marking == NULL)
		return;
	link_flush(d->apid);
	link_flush(d->ribd_bulk);
	if (!link_point(d->apid, &m.apid) || !link_point(d->ribd_bulk, &m.ribd))
		return; /* when more was sent, there is another turn */
	while (d->marking != NULL) {
		struct session *s = d->marking;

		d->marking = s->ark->next_marking;
		s->ark->marking = false;
		mark(s, &m);
	}
	session_ark_acked(d);
}

static void
take_marks(struct session *s)
{
	struct session_ark *a = s->ark;
	const struct bgpd *d = s->peer->d;
	unsigned n = 0;

	while (n < a->n_marks && link_reached(d->apid, &a->marks[n].apid) &&
		link_reached(d->ribd_bulk, &a->marks[n].ribd))
		n++;
	if (n == 0)
		return;
	uint64_t off = a->marks[n - 1].off;
	a->n_marks -= n;
	memmove(a->marks, a->marks + n, a->n_marks * sizeof(a->marks[0]));
	release(s, off);
	if (s->rx.paused)
		bgpd_resume_reading(s->peer->d);
}

void
session_ark_acked(struct bgpd *d)
{
	for (struct peer *p = d->peers; p != NULL; p = p->next)
		if (p->session->ark != NULL && p->session->ark->n_marks > 0)
			take_marks(p->session);
}

/* --- going in --- */

static void
write_bytes(struct wr *w, const void *p, size_t n)
{
	wr_u32(w, (uint32_t)n);
	wr_bytes(w, p, n);
}

static void
write_addr(struct wr *w, const struct addr *a)
{
	wr_u32(w, a->scope);
	write_bytes(w, a->bytes, a->len);
}

/* p: NULL for none. */
static void
write_definition(struct wr *w, const struct peer *p)
{
	if (p == NULL) {
		wr_u32(w, 0);
		return;
	}
	size_t max = ipc_size_bound_neighbor(&p->def);
	uint8_t *space = xmalloc(max);
	struct wr def = wr_init(space, max);

	ipc_pack_neighbor(&def, &p->def);
	write_bytes(w, space, wr_len(&def));
	free(space);
}

static void
write_identity(struct wr *w, const struct session *s, const struct ark_tcp *base)
{
	wr_u32(w, s->number);
	wr_u32(w, s->peer->attempts_used);
	wr_u8(w, s->incoming);
	write_addr(w, &s->local);
	write_addr(w, &s->remote);
	wr_u64(w, s->opened_us);
	wr_u64(w, s->up_us);
	wr_u64(w, base->accepted);
	wr_u64(w, base->consumed);
	write_bytes(w, s->open_sent.p, s->open_sent.n);
	write_bytes(w, s->open_received.p, s->open_received.n);
	write_definition(w, s->peer);
	write_definition(w, s->peer->range);
}

static bool
without(struct session *s, const char *why)
{
	struct bgpd *d = s->peer->d;

	if (!d->ark_failed)
		log_warn(s->peer->name, "this session would not outlive bgpd: %s: %s", why,
			strerror(errno));
	d->ark_failed = true;
	return false;
}

/* Moves the rings and makes the first record. */
static void
fill(struct session *s, struct ark *ark, const uint8_t *rest, size_t n)
{
	struct session_ark *a = xcalloc(1, sizeof(*a));

	a->ark = ark;
	a->key = s->number;
	a->tail = n;
	ark->rx_high = n;
	if (n > 0)
		memcpy(ark->rx, rest, n);
	tx_fix(&s->tx, &s->peer->d->tx_pool, ark->tx);
	s->ark = a;
	session_ark_publish(s);
}

void
session_ark_hold(struct session *s)
{
	struct session_ark *a = s->ark;
	char text[32];

	if (a == NULL || a->held)
		return;
	snprintf(text, sizeof(text), "HOLD %u", a->key);
	a->held = child_send_fds(s->peer->d->child, text, (int[]){ s->fd, a->ark->fd }, 2);
	if (!a->held)
		without(s, "telling the supervisor");
}

bool
session_ark_start(struct session *s, const uint8_t *rest, size_t n)
{
	uint8_t *space = xmalloc(ARK_FIXED_MAX);
	struct wr w = wr_init(space, ARK_FIXED_MAX);
	struct ark *ark = NULL;
	struct ark_tcp base;

	if (ark_tcp_read(s->fd, &base) == 0) {
		base.consumed -= n;
		write_identity(&w, s, &base);
		ark = wr_ok(&w) ? ark_new(space, wr_len(&w)) : NULL;
	}
	free(space);
	if (ark == NULL)
		return without(s, "the ark");
	fill(s, ark, rest, n);
	session_ark_hold(s);
	return true;
}

void
session_ark_adopt(struct session *s, struct ark *ark, uint32_t key, uint64_t tail)
{
	const struct ark_state *state = ark_state(ark);
	struct session_ark *a = xcalloc(1, sizeof(*a));

	*a = (struct session_ark){ .ark = ark,
		.key = key,
		.held = true,
		.origin = state->rx_origin,
		.head = state->rx_head,
		.done = state->rx_head,
		.replay = state->rx_done,
		.tail = tail };
	s->tx = (struct tx){ .data = ark->tx,
		.cap = TX_MAX,
		.head = state->tx_head,
		.len = state->tx_len,
		.rest = state->tx_rest,
		.off = state->tx_off,
		.high = TX_MAX,
		.fixed = true };
	s->ark = a;
}

int
ark_identity_read(const uint8_t *p, size_t n, struct ark_identity *out)
{
	struct rd r = rd_init(p, n);
	struct addr *addrs[] = { &out->local, &out->remote };
	struct ipc_bytes *parts[] = { &out->open_sent, &out->open_received, &out->definition,
		&out->range };

	*out = (struct ark_identity){ .number = rd_u32(&r) };
	out->attempts_used = rd_u32(&r);
	out->incoming = rd_u8(&r) != 0;
	for (int i = 0; i < 2; i++) {
		addrs[i]->scope = rd_u32(&r);
		uint32_t len = rd_u32(&r);
		const uint8_t *bytes = rd_bytes(&r, len);
		if (bytes == NULL || (len != 4 && len != 16))
			return -1;
		addrs[i]->len = (uint8_t)len;
		memcpy(addrs[i]->bytes, bytes, len);
	}
	out->opened_us = rd_u64(&r);
	out->up_us = rd_u64(&r);
	out->base.accepted = rd_u64(&r);
	out->base.consumed = rd_u64(&r);
	for (int i = 0; i < 4; i++) {
		uint32_t len = rd_u32(&r);

		*parts[i] = ipc_bytes(rd_bytes(&r, len), len);
	}
	return rd_ok(&r) && rd_left(&r) == 0 && out->number != 0 ? 0 : -1;
}

/* --- going out --- */

static void
send_drops(struct loop *loop, void *owner)
{
	struct bgpd *d = owner;
	char text[32];

	while (d->n_drops > 0) {
		snprintf(text, sizeof(text), "DROP %u", d->drops[d->n_drops - 1]);
		if (!child_send_fds(d->child, text, NULL, 0) && errno == EAGAIN) {
			loop_timer_set(loop, &d->drop_timer, 20000, send_drops, d, "ark-drop");
			return;
		}
		d->n_drops--;
	}
	free(d->drops);
	d->drops = NULL;
}

void
session_ark_drop(struct bgpd *d, uint32_t key)
{
	d->drops = xreallocarray(d->drops, d->n_drops + 1, sizeof(d->drops[0]));
	d->drops[d->n_drops++] = key;
	if (!loop_timer_armed(&d->drop_timer))
		send_drops(d->loop, d);
}

void
session_ark_closing(struct session *s)
{
	if (s->ark != NULL)
		__atomic_store_n(&s->ark->ark->head->closed, 1, __ATOMIC_RELEASE);
}

void
session_ark_stop(struct session *s)
{
	struct session_ark *a = s->ark;
	struct bgpd *d = s->peer->d;

	if (a == NULL)
		return;
	if (a->marking)
		for (struct session **at = &d->marking; *at != NULL; at = &(*at)->ark->next_marking)
			if (*at == s) {
				*at = a->next_marking;
				break;
			}
	s->ark = NULL;
	ark_free(a->ark);
	session_ark_drop(d, a->key);
	free(a);
}
