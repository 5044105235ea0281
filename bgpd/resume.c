/*
 * A session is resumed when its record can be read and the kernel's counts lie inside its rings: what
 * TCP took of the transmit ring is skipped, what was read into the receive ring is processed. Its
 * neighbor is made from the definition in the record; apid's list, when it comes, is compared
 * with it as on every reload. Until apid has been told of the session nothing more is read from it,
 * because events of it would be lost. A session that does not add up is reset, alone.
 */
#include "bgpd/resume.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bgpd/bgpd.h"
#include "bgpd/linger.h"
#include "bgpd/peer.h"
#include "bgpd/session_ark.h"
#include "bgpd/tcp.h"
#include "common/log.h"
#include "proto/wire/message.h"

enum { AWAIT_US = 5 * 1000 * 1000 };

static const char reason[] = "the session could not be resumed";

static void
farewell(struct bgpd *d, int fd)
{
	uint8_t space[MESSAGE_HEADER + 2 + WIRE_ERROR_DATA_MAX];
	struct wr w = wr_init(space, sizeof(space));
	struct wire_error err;

	wire_error_set(&err, 6, 0, "%s", reason);
	message_notification(&w, &err);
	linger_start(d, fd, space, wr_len(&w));
}

static struct peer *
restore_peer(struct bgpd *d, const struct ark_identity *id)
{
	struct ipc_neighbor def, range_def;
	struct peer *range = NULL;

	if (ipc_unpack_neighbor(id->definition.p, id->definition.n, &def) < 0 ||
		!peer_plausible(&def))
		return NULL;
	if (id->range.n > 0) {
		if (ipc_unpack_neighbor(id->range.p, id->range.n, &range_def) < 0 ||
			!peer_plausible(&range_def))
			return NULL;
		range = peer_restore(d, &range_def, NULL);
	}
	return peer_restore(d, &def, range);
}

/* How far TCP is in the transmit ring, and where the received bytes end. False: impossible. */
static bool
positions(const struct ark_state *state, const struct ark_identity *id, const struct ark_tcp *now,
	size_t *written, uint64_t *tail)
{
	uint64_t accepted = now->accepted - id->base.accepted;

	*tail = now->consumed - id->base.consumed;
	*written = (size_t)(accepted - state->tx_off);
	return accepted >= state->tx_off && *written <= state->tx_len && *tail >= state->rx_done &&
	       *tail - state->rx_head <= ARK_RX;
}

static void
fill(struct session *s, const struct ark_identity *id, const struct ark_state *state)
{
	s->number = id->number;
	s->incoming = id->incoming;
	s->local = id->local;
	s->remote = id->remote;
	s->opened_us = id->opened_us;
	s->up_us = id->up_us;
	s->chunk = state->chunk;
	s->chunk_epoch = state->chunk_epoch;
	s->fed_epoch = state->fed_epoch;
	s->prefixes_received = state->prefixes_received;
	s->prefixes_withdrawn = state->prefixes_withdrawn;
	memcpy(s->sent, state->sent, sizeof(s->sent));
	memcpy(s->received, state->received, sizeof(s->received));
	s->last_received.us = state->last_received_us;
	s->last_keepalive.us = state->last_keepalive_us;
	blob_set(&s->open_sent, id->open_sent.p, id->open_sent.n);
	blob_set(&s->open_received, id->open_received.p, id->open_received.n);
}

/* The session is Established, as if we had brought it up. */
static void
set_going(struct session *s, int fd)
{
	struct peer *p = s->peer;
	struct bgpd *d = p->d;

	s->fd = fd;
	s->serial++;
	s->state = FSM_ESTABLISHED;
	s->connected = s->open_is_sent = s->ark_tried = true;
	s->rx.paused = d->awaiting_apid = true;
	htable_add(&d->sessions, hash_u32(s->number), s);
	d->n_up++;
	p->fresh = false;
	p->since_us = s->up_us;
	session_resume_timers(s);
	session_mark_dirty(s);
	status_changed(d);
}

/* NULL, or what does not add up. Then neither a nor fd was taken. */
static const char *
resume(struct bgpd *d, struct ark *a, const struct ark_identity *id, struct peer *p, int fd)
{
	const struct ark_state *state = ark_state(a);
	struct session *s = p->session;
	struct ark_tcp now;
	size_t written;
	uint64_t tail;

	if (s->state != FSM_IDLE || p->gone)
		return "its neighbor has another session";
	if (!ark_state_valid(state))
		return "its record is damaged";
	if (ark_tcp_read(fd, &now) != 0)
		return "the kernel does not tell its counts";
	if (!positions(state, id, &now, &written, &tail))
		return "the kernel's counts and the record differ";
	fill(s, id, state);
	if (!session_negotiate(s)) {
		session_close(s);
		s->number = 0;
		return "its OPENs can not be read";
	}
	p->attempts_used = id->attempts_used;
	session_ark_adopt(s, a, id->number, tail);
	tx_consume(&s->tx, &d->tx_pool, written);
	session_ark_publish(s);
	set_going(s, fd);
	log_debug(p->name, "resumed: %u bytes to send, %llu received", s->tx.len,
		(unsigned long long)(tail - s->ark->done));
	return NULL;
}

static void
give_up(struct bgpd *d, struct peer *p, uint32_t key, int fd, const char *why)
{
	char name[32];

	snprintf(name, sizeof(name), "session %u", key);
	log_warn(p != NULL ? p->name : name, "not resumed: %s", why);
	if (p != NULL && p->session->state == FSM_IDLE) {
		snprintf(p->last_reason, sizeof(p->last_reason), "%s", reason);
		p->lost = true;
	}
	farewell(d, fd);
	session_ark_drop(d, key);
}

static void
resume_one(struct bgpd *d, uint32_t key, int fd, int record)
{
	const char *why;
	struct ark *a = ark_open(record, &why);
	struct ark_identity id;
	struct peer *p = NULL;
	size_t n;

	if (a != NULL && a->head->closed) {
		ark_free(a);
		close(fd);
		session_ark_drop(d, key);
		return;
	}
	if (a != NULL) {
		const uint8_t *fixed = ark_fixed(a, &n);

		if (ark_identity_read(fixed, n, &id) == 0 && id.number == key)
			p = restore_peer(d, &id);
		if (p == NULL)
			why = "its record can not be read";
		else if (a->head->resumes++ >= ARK_RESUMES)
			why = "that failed too often";
		else
			why = resume(d, a, &id, p, fd);
	}
	if (why == NULL)
		return;
	if (a != NULL)
		__atomic_store_n(&a->head->closed, 1, __ATOMIC_RELEASE);
	give_up(d, p, key, fd, why);
	ark_free(a);
}

static void
waited(struct loop *loop, void *owner)
{
	(void)loop;
	log_warn(NULL, "apid does not come: resumed sessions go on without it");
	resume_reading(owner);
}

void
resume_held(struct bgpd *d, char *keys, const int *fds, int n_fds)
{
	char *save, *word = strtok_r(keys, " ", &save);
	int i = 0;

	for (; word != NULL && i + 1 < n_fds; i += 2, word = strtok_r(NULL, " ", &save))
		resume_one(d, (uint32_t)strtoul(word, NULL, 10), fds[i], fds[i + 1]);
	for (; i < n_fds; i++)
		close(fds[i]);
	if (d->awaiting_apid && !loop_timer_armed(&d->await_timer))
		loop_timer_set(d->loop, &d->await_timer, AWAIT_US, waited, d, "await apid");
}

void
resume_reading(struct bgpd *d)
{
	loop_timer_cancel(d->loop, &d->await_timer);
	d->awaiting_apid = false;
	bgpd_resume_reading(d);
}
