/*
 * Delivery of events (reference/events.md 3, api.md 1.8). A helper's subscription decides alone
 * what it gets. An event is rendered when the first helper needs it in that form, and the bytes are
 * shared by the others. The counter of a neighbor goes up once per event.
 */
#include "apid/events.h"

#include <string.h>

#include "apid/event_kinds.h"
#include "apid/operational.h"
#include "proto/wire/message.h"

/* --- rendering --- */

static const char *
version_of(enum encoder encoder)
{
	return encoder == ENCODER_JSON6 ? EVENT_VERSION_6 : EVENT_VERSION_4;
}

/* Leaves out empty when the message is malformed or the kind has no text. */
static void
render_json(struct event *e, enum encoder encoder, bool with_packet, struct buf *out)
{
	struct event_head head = { .version = version_of(encoder),
		.time_us = e->time_us,
		.counter = e->neighbor->counter,
		.type = e->kind->type };

	if (with_packet) {
		head.packet = e->packet;
		head.packet_len = e->packet_len;
	}
	e->print =
		(struct nlri_print){ .compact = e->apid->compact, .v4 = encoder == ENCODER_JSON4 };
	event_begin(out, &e->apid->source, &head);
	buf_add(out, e->neighbor->json.data, e->neighbor->json.len);
	if (e->direction != NULL)
		event_direction(out, e->direction);
	if (e->kind->json(e, out) < 0) {
		buf_reset(out);
		return;
	}
	event_end(out);
}

static void
render_text(struct event *e, bool with_packet, struct buf *out)
{
	struct event_text t = { .peer = e->neighbor->peer_text, .direction = e->direction };

	if (with_packet) {
		t.packet = e->packet;
		t.packet_len = e->packet_len;
	}
	if (e->kind->text == NULL || e->kind->text(e, &t, out) < 0) {
		buf_reset(out);
		return;
	}
	buf_chr(out, '\n');
}

static const struct buf *
rendered(struct event *e, enum encoder encoder, bool with_packet)
{
	struct event_cache *c = &e->apid->event_cache;
	struct buf *out = &c->text[with_packet][encoder];

	if (!c->made[with_packet][encoder]) {
		c->made[with_packet][encoder] = true;
		buf_reset(out);
		if (encoder == ENCODER_TEXT4)
			render_text(e, with_packet, out);
		else
			render_json(e, encoder, with_packet, out);
	}
	return out;
}

static void
give(struct event *e, struct helper *h, bool with_packet)
{
	const struct buf *text = rendered(e, h->encoder, with_packet);

	if (text->len > 0)
		helper_event(h, text);
}

/* A new event: what is cached belongs to the one before. */
static void
next_event(struct event *e)
{
	memset(e->apid->event_cache.made, 0, sizeof(e->apid->event_cache.made));
	e->neighbor->counter++;
}

void
events_fini(struct event_cache *c)
{
	for (int i = 0; i < EVENT_ENCODERS; i++) {
		buf_fini(&c->text[0][i]);
		buf_fini(&c->text[1][i]);
	}
}

/* --- events without a message --- */

typedef bool wants_fn(const struct subscription *s);

static bool
wants_state(const struct subscription *s)
{
	return s->neighbor_changes;
}

static bool
wants_fsm(const struct subscription *s)
{
	return s->fsm;
}

static bool
wants_negotiated(const struct subscription *s)
{
	return s->negotiated;
}

static bool
wants_signal(const struct subscription *s)
{
	return s->signal;
}

static void
give_all(struct event *e, wants_fn *wants)
{
	struct neighbor *n = e->neighbor;

	next_event(e);
	for (unsigned i = 0; i < n->n_subscriptions; i++) {
		if (wants(&n->subscriptions[i]))
			give(e, n->subscriptions[i].helper, false);
	}
}

static struct event
event_of(struct apid *a, struct neighbor *n, uint64_t time_us, const struct event_kind *kind)
{
	return (struct event){ .apid = a,
		.neighbor = n,
		.kind = kind,
		.time_us = time_us != 0 ? time_us : wall_us() };
}

void
events_on_peer_state(struct apid *a, const struct ipc_peer_state *m)
{
	static const char *const names[] = {
		[IPC_PEER_CONNECTED] = "connected",
		[IPC_PEER_UP] = "up",
		[IPC_PEER_DOWN] = "down",
	};
	struct neighbor *n = neighbor_find(&a->neighbors, m->neighbor);
	struct addr local = { 0 };

	if (n == NULL || m->state > IPC_PEER_DOWN)
		return;
	if (m->local.n == 4 || m->local.n == 16) {
		local.len = (uint8_t)m->local.n;
		memcpy(local.bytes, m->local.p, m->local.n);
		neighbor_set_local(n, &local);
	}
	bool again = m->state == IPC_PEER_UP && n->up && m->time_us == n->up_us;
	n->up = m->state == IPC_PEER_UP;
	n->up_us = n->up ? m->time_us : 0;
	if (n->up)
		n->fsm = IPC_FSM_ESTABLISHED;
	if (again) /* a new bgpd went on with the session */
		return;
	struct event e = event_of(a, n, m->time_us, &event_state_kind);
	e.state = names[m->state];
	if (m->state == IPC_PEER_DOWN) {
		e.reason = (const char *)m->reason.p;
		e.reason_len = m->reason.n;
		n->fsm = IPC_FSM_IDLE;
	}
	give_all(&e, wants_state);
	if (m->state == IPC_PEER_DOWN)
		neighbor_closed(n);
	if (n->up)
		operational_up(a, n);
	apid_status(a);
}

const char *
fsm_name(enum ipc_fsm state)
{
	static const char *const names[] = {
		[IPC_FSM_IDLE] = "IDLE",
		[IPC_FSM_ACTIVE] = "ACTIVE",
		[IPC_FSM_CONNECT] = "CONNECT",
		[IPC_FSM_OPENSENT] = "OPENSENT",
		[IPC_FSM_OPENCONFIRM] = "OPENCONFIRM",
		[IPC_FSM_ESTABLISHED] = "ESTABLISHED",
	};

	return names[state];
}

void
events_on_fsm_state(struct apid *a, const struct ipc_fsm_state *m)
{
	struct neighbor *n = neighbor_find(&a->neighbors, m->neighbor);

	if (n == NULL || m->state > IPC_FSM_ESTABLISHED)
		return;
	n->fsm = (enum ipc_fsm)m->state;
	struct event e = event_of(a, n, m->time_us, &event_fsm_kind);
	e.state = fsm_name(n->fsm);
	give_all(&e, wants_fsm);
}

void
events_on_opened(struct apid *a, const struct ipc_opened *m)
{
	struct neighbor *n = neighbor_find(&a->neighbors, m->neighbor);

	if (n == NULL || (n->have_opens && n->opened_us == m->time_us) ||
		neighbor_opened(n, m->open_sent, m->open_received) < 0)
		return;
	n->opened_us = m->time_us;
	struct event e = event_of(a, n, m->time_us, &event_negotiated_kind);
	give_all(&e, wants_negotiated);
}

void
events_signal(struct apid *a, int signo)
{
	for (unsigned i = 0; i < a->neighbors.n; i++) {
		struct event e = event_of(a, a->neighbors.v[i], 0, &event_signal_kind);

		e.signo = signo;
		give_all(&e, wants_signal);
	}
}

/* --- messages --- */

static const struct api_direction *
direction_of(const struct subscription *s, bool sent)
{
	return sent ? &s->send : &s->receive;
}

/* A bgpd that goes on with a session tells again what its predecessor may not have told. */
static bool
told_before(struct neighbor *n, const struct ipc_message *m)
{
	if (m->seq == 0)
		return false;
	if (n->rx_session == m->session && m->seq <= n->rx_seq)
		return true;
	n->rx_session = m->session;
	n->rx_seq = m->seq;
	return false;
}

/* Raw events: subscribers with packets, but without consolidate. */
static void
give_packets(struct event *e, uint8_t type)
{
	const struct event_kind *parsed = e->kind;
	struct neighbor *n = e->neighbor;
	bool first = true;

	e->kind = &event_packet_kinds[type];
	for (unsigned i = 0; i < n->n_subscriptions; i++) {
		const struct api_direction *d = direction_of(&n->subscriptions[i], e->sent);

		if (!subscription_wants(d, type) || !d->packets || d->consolidate)
			continue;
		if (first)
			next_event(e);
		first = false;
		give(e, n->subscriptions[i].helper, false);
	}
	e->kind = parsed;
}

static bool
anyone_parses(const struct neighbor *n, bool sent, uint8_t type)
{
	for (unsigned i = 0; i < n->n_subscriptions; i++) {
		const struct api_direction *d = direction_of(&n->subscriptions[i], sent);

		if (subscription_wants(d, type) && (d->parsed || d->consolidate))
			return true;
	}
	return false;
}

static void
give_parsed(struct event *e, uint8_t type)
{
	struct neighbor *n = e->neighbor;

	next_event(e);
	for (unsigned i = 0; i < n->n_subscriptions; i++) {
		const struct api_direction *d = direction_of(&n->subscriptions[i], e->sent);

		if (!subscription_wants(d, type) || !(d->parsed || d->consolidate))
			continue;
		/* Sent messages carry their bytes only when packets are asked for too. */
		give(e, n->subscriptions[i].helper, d->consolidate && (!e->sent || d->packets));
	}
}

static void
give_open(struct event *e)
{
	struct wire_error error;
	struct open open;

	if (open_decode(e->body, e->body_len, &open, &error) < 0)
		return;
	/* cppcheck-suppress autoVariables; it is taken back below */
	e->open = &open;
	give_parsed(e, MESSAGE_OPEN);
	e->open = NULL;
}

static void
give_update(struct event *e)
{
	struct neighbor *n = e->neighbor;
	struct update update;

	e->session = e->sent ? &n->tx : &n->rx;
	if (update_decode(e->body, e->body_len, e->session, &update) < 0)
		return;
	/* cppcheck-suppress autoVariables; it is taken back below */
	e->update = &update;
	give_parsed(e, MESSAGE_UPDATE);
	e->update = NULL;
}

void
events_on_message(struct apid *a, const struct ipc_message *m)
{
	struct neighbor *n = neighbor_find(&a->neighbors, m->neighbor);
	uint8_t type;

	if (n == NULL || m->data.n < MESSAGE_HEADER || told_before(n, m))
		return;
	type = m->data.p[MESSAGE_HEADER - 1];
	if (type < MESSAGE_OPEN || type > MESSAGE_OPERATIONAL)
		return;
	struct event e = event_of(a, n, m->time_us, &event_message_kinds[type]);
	e.sent = m->sent;
	e.direction = m->sent ? "send" : "receive";
	e.packet = m->data.p;
	e.packet_len = m->data.n;
	e.body = m->data.p + MESSAGE_HEADER;
	e.body_len = m->data.n - MESSAGE_HEADER;
	give_packets(&e, type);
	if (!anyone_parses(n, e.sent, type))
		return;
	if (type == MESSAGE_OPEN)
		give_open(&e);
	else if (type == MESSAGE_UPDATE)
		give_update(&e);
	else
		give_parsed(&e, type);
}

void
events_on_header_error(struct apid *a, const struct ipc_header_error *m)
{
	struct neighbor *n = neighbor_find(&a->neighbors, m->neighbor);
	struct buf body = { 0 };

	if (n == NULL || m->header.n != MESSAGE_HEADER)
		return;
	struct event e = event_of(a, n, m->time_us, &event_message_kinds[MESSAGE_NOTIFICATION]);
	buf_chr(&body, (char)m->code);
	buf_chr(&body, (char)m->subcode);
	buf_add(&body, m->text.p, m->text.n);
	e.direction = "receive";
	e.diagnosis = true;
	e.packet = m->header.p;
	e.packet_len = m->header.n;
	e.body = body.data;
	e.body_len = body.len;
	give_packets(&e, MESSAGE_NOTIFICATION);
	if (anyone_parses(n, false, MESSAGE_NOTIFICATION))
		give_parsed(&e, MESSAGE_NOTIFICATION);
	buf_fini(&body);
}

/* --- notices without a neighbor --- */

void
events_shutdown(struct apid *a)
{
	for (struct helper *h = a->helpers; h != NULL; h = h->next) {
		struct buf b = { 0 };

		if (h->encoder == ENCODER_TEXT4)
			buf_printf(&b, "shutdown %d %d\n\n", a->source.pid, a->source.ppid);
		else
			event_shutdown(&b, &a->source, version_of(h->encoder), wall_us());
		helper_event(h, &b);
		buf_fini(&b);
	}
}

void
events_dropped(struct helper *h, struct buf *out, uint64_t count)
{
	if (h->encoder == ENCODER_TEXT4)
		buf_printf(out, "dropped %llu\n\n", (unsigned long long)count);
	else
		event_dropped(out, &h->apid->source, version_of(h->encoder), wall_us(), count);
}
