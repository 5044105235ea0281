/*
 * The two links to ribd. What we tell it of sessions and what their peers sent goes in one order
 * over the bulk link, so that a received UPDATE never comes before its session; chunks come over
 * it too. Over the other one ribd tells which neighbors it knows. Both must be up; when either goes,
 * ribd counts as gone, and when both are back it is told every established session again. Its
 * death touches no session.
 */
#include <stdio.h>
#include <string.h>

#include "bgpd/bgpd.h"
#include "bgpd/peer.h"
#include "bgpd/report.h"
#include "bgpd/session.h"
#include "bgpd/session_ark.h"
#include "common/link.h"
#include "common/log.h"
#include "common/rd.h"
#include "proto/ipc/send.h"
#include "proto/wire/export.h"
#include "proto/wire/message.h"

/* An epoch that no ribd has. */
enum { FED_LOST = 1 };

static bool
same_number(const void *item, const void *key)
{
	const struct session *s = item;
	const uint32_t *number = key;

	return s->number == *number;
}

static void
sent_to_ribd(struct bgpd *d, bool more)
{
	if (!more && d->ribd_ready)
		d->ribd_blocked = true;
}

void
ribd_session_up(struct session *s, bool resumed)
{
	struct bgpd *d = s->peer->d;
	struct ipc_session_up m = { .neighbor = s->peer->def.id,
		.session = s->number,
		.local = ipc_bytes(s->local.bytes, s->local.len),
		.peer = ipc_bytes(s->remote.bytes, s->remote.len),
		.open_sent = ipc_bytes(s->open_sent.p, s->open_sent.n),
		.open_received = ipc_bytes(s->open_received.p, s->open_received.n),
		.resumed = resumed,
		.chunk = s->chunk_epoch == d->ribd_pid ? s->chunk : 0 };

	s->accepted = s->granted = 0;
	s->told_ribd = d->ribd_ready;
	if (!d->ribd_ready)
		return;
	sent_to_ribd(d, ipc_send_session_up(d->ribd_bulk, &m));
	session_grant(s);
}

void
ribd_session_down(struct session *s)
{
	struct bgpd *d = s->peer->d;
	struct ipc_session_down m = { .session = s->number };

	if (d->ribd_ready && s->told_ribd)
		sent_to_ribd(d, ipc_send_session_down(d->ribd_bulk, &m));
}

void
ribd_credit(struct session *s, uint64_t total)
{
	struct bgpd *d = s->peer->d;
	struct ipc_credit m = { .session = s->number,
		.total = total,
		.chunk = s->chunk_epoch == d->ribd_pid ? s->chunk : 0 };

	if (d->ribd_ready)
		sent_to_ribd(d, ipc_send_credit(d->ribd_bulk, &m));
}

void
ribd_refresh(struct session *s, uint32_t family, uint8_t subtype)
{
	struct bgpd *d = s->peer->d;
	struct ipc_refresh_received m = {
		.session = s->number, .family = family, .subtype = subtype
	};

	if (s->ark != NULL)
		s->ark->handed = true;
	if (d->ribd_ready)
		sent_to_ribd(d, ipc_send_refresh_received(d->ribd_bulk, &m));
}

void
ribd_received(struct session *s, const uint8_t *body, size_t n)
{
	struct bgpd *d = s->peer->d;
	struct ipc_received m = { .session = s->number, .body = ipc_bytes(body, n) };

	if (!d->ribd_ready)
		return;
	s->fed_epoch = d->ribd_pid;
	if (s->ark != NULL)
		s->ark->handed = true;
	sent_to_ribd(d, ipc_send_received(d->ribd_bulk, &m));
}

/* --- chunks --- */

static void
on_bad(struct bgpd *d, uint16_t type, const uint8_t *p, size_t n)
{
	(void)type;
	link_fail(d->ribd_bulk, "malformed message", p, n);
}

/* Checks that data is whole messages, and counts them by type. */
static bool
count_messages(const uint8_t *data, size_t n, uint32_t counts[IPC_SESSION_COUNTERS])
{
	struct rd r = rd_init(data, n);

	while (rd_left(&r) > 0) {
		struct rd peek = r;

		rd_bytes(&peek, 16);
		size_t length = rd_u16(&peek);
		uint8_t type = rd_u8(&peek);
		if (!rd_ok(&peek) || length < MESSAGE_HEADER || rd_bytes(&r, length) == NULL)
			return false;
		if (type >= 1 && type <= IPC_SESSION_COUNTERS)
			counts[type - 1]++;
	}
	return true;
}

static void
on_chunk(struct bgpd *d, const struct ipc_chunk *m)
{
	uint32_t counts[IPC_SESSION_COUNTERS] = { 0 };
	struct rd r = rd_init(m->sessions.p, m->sessions.n);

	if (!count_messages(m->data.p, m->data.n, counts)) {
		link_fail(d->ribd_bulk, "a chunk that is not BGP messages", m->data.p, m->data.n);
		return;
	}
	while (rd_left(&r) > 0) {
		uint32_t number = rd_u32(&r);
		struct session *s =
			htable_find(&d->sessions, hash_u32(number), same_number, &number);

		if (s == NULL || !s->told_ribd)
			continue; /* it ended while the chunk was on its way */
		if (!session_send_chunk(s, m->number, m->data.p, m->data.n, counts)) {
			link_fail(d->ribd_bulk, "a chunk beyond the session's credit", NULL, 0);
			return;
		}
	}
}

IPC_HANDLER(chunk, struct bgpd, on_chunk, on_bad)

static void
on_bulk(void *owner, uint16_t type, const uint8_t *body, size_t n)
{
	struct bgpd *d = owner;

	if (type == IPC_chunk)
		ipc_thunk_on_chunk(d, body, n);
	else
		link_fail(d->ribd_bulk, ipc_name(type), body, n);
}

static void
on_ctl(void *owner, uint16_t type, const uint8_t *body, size_t n)
{
	struct bgpd *d = owner;
	struct ipc_neighbors_known m;

	if (type != IPC_neighbors_known || ipc_unpack_neighbors_known(body, n, &m) < 0) {
		link_fail(d->ribd_ctl, ipc_name(type), body, n);
		return;
	}
	d->known_count = m.count;
	d->known_sum = m.sum;
	start_fresh(d);
}

/* What is sent is also shown to apid: without its credit ribd must wait. */
static bool
accept_chunk(void *owner)
{
	const struct bgpd *d = owner;

	return !(d->apid_blocked && d->sent_updates);
}

/* --- the links --- */

/* A new ribd knows nothing that peers told its predecessor: they are asked again. A session that we
 * resumed with the ribd it had lost nothing. */
static void
ask_again(struct session *s)
{
	uint8_t space[MESSAGE_HEADER + 4];

	if (s->fed_epoch == 0 || s->fed_epoch == s->peer->d->ribd_pid ||
		s->neg.refresh == REFRESH_ABSENT)
		return;
	for (unsigned i = 0; i < s->neg.n_families; i++) {
		struct wr w = wr_init(space, sizeof(space));

		export_refresh(&w, s->neg.families[i], 0);
		session_send(s, space, wr_len(&w));
	}
}

static void
ribd_came(struct bgpd *d)
{
	log_info(NULL, "ribd is here");
	d->ribd_ready = true;
	for (struct peer *p = d->peers; p != NULL; p = p->next) {
		if (p->gone)
			continue;
		if (p->range != NULL)
			ribd_instance(p, false);
		if (p->session->state == FSM_ESTABLISHED) {
			ribd_session_up(p->session, true);
			ask_again(p->session);
		}
	}
	bgpd_resume_reading(d);
	/* That ribd knows the neighbors may have come on the one link before the other was up. */
	start_fresh(d);
}

static void
ribd_went(struct bgpd *d)
{
	if (!d->ribd_ready)
		return;
	log_info(NULL, "ribd is gone");
	d->ribd_ready = d->ribd_blocked = false;
	d->known_count = 0;
	for (struct peer *p = d->peers; p != NULL; p = p->next) {
		p->slots[0].told_ribd = p->slots[1].told_ribd = false;
		/* What was on its way is lost, even if it is the same one that comes back. */
		if (p->session->fed_epoch != 0)
			p->session->fed_epoch = FED_LOST;
		if (p->session->ark != NULL)
			session_ark_publish(p->session);
	}
}

static void
on_event(void *owner, enum link_event event, const struct link_peer *peer)
{
	struct bgpd *d = owner;

	switch (event) {
	case LINK_UP:
		d->ribd_pid = peer->pid;
		ribd_went(d); /* the other link is still with the predecessor */
		if (link_is_up(d->ribd_ctl) && link_is_up(d->ribd_bulk))
			ribd_came(d);
		break;
	case LINK_DOWN:
		ribd_went(d);
		session_ark_acked(d);
		break;
	case LINK_WRITABLE:
		d->ribd_blocked = false;
		bgpd_resume_reading(d);
		break;
	}
}

static void
on_acked(void *owner)
{
	session_ark_acked(owner);
}

static struct link *
open_link(struct bgpd *d, const char *run, const char *name, link_message_fn *message, bool bulk)
{
	char path[256];
	struct link_config config = {
		.name = name,
		.role = "bgpd",
		.path = path,
		.version_min = IPC_VERSION_MIN,
		.version_max = IPC_VERSION_MAX,
		.message = message,
		.event = on_event,
		.owner = d,
		.accept = bulk ? accept_chunk : NULL,
		.acked = bulk ? on_acked : NULL,
	};

	if ((size_t)snprintf(path, sizeof(path), "%s/%s.ipc", run, name) >= sizeof(path))
		return NULL;
	return link_new(d->loop, &config);
}

int
ribd_open(struct bgpd *d, const char *run)
{
	d->ribd_ctl = open_link(d, run, "ribd-bgpd.ctl", on_ctl, false);
	d->ribd_bulk = open_link(d, run, "ribd-bgpd.bulk", on_bulk, true);
	return d->ribd_ctl != NULL && d->ribd_bulk != NULL ? 0 : -1;
}
