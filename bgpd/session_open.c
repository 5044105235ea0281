/*
 * Our OPEN and the peer's. With `local-as auto` ours is sent after the peer's and takes its AS
 * number, in the fixed field and in capability 65 (reference/wire.md 2.1).
 */
#include "bgpd/session.h"

#include <string.h>

#include "bgpd/bgpd.h"
#include "bgpd/peer.h"
#include "bgpd/report.h"
#include "common/log.h"
#include "common/rd.h"
#include "proto/wire/message.h"

/* RFC 6286: any number but zero. Not configured: the IPv4 address of this end, or the end of the
 * IPv6 one. */
static uint32_t
router_id(const struct session *s)
{
	struct rd r = rd_init(s->local.bytes, s->local.len);
	uint32_t id;

	if (s->peer->def.router_id != 0)
		return s->peer->def.router_id;
	if (s->local.len == 16)
		rd_bytes(&r, 12);
	id = rd_u32(&r);
	return id != 0 ? id : 1;
}

/* Copies the capability list with another value of capability 65. */
static size_t
capabilities_with_as(struct ipc_bytes caps, uint32_t as, uint8_t *out, size_t max)
{
	struct rd r = rd_init(caps.p, caps.n);
	struct wr w = wr_init(out, max);

	while (rd_left(&r) > 0) {
		uint8_t code = rd_u8(&r);
		uint8_t n = rd_u8(&r);
		const uint8_t *value = rd_bytes(&r, n);

		if (value == NULL)
			return 0;
		wr_u8(&w, code);
		wr_u8(&w, n);
		if (code == CAP_ASN4 && n == 4)
			wr_u32(&w, as);
		else
			wr_bytes(&w, value, n);
	}
	return wr_ok(&w) ? wr_len(&w) : 0;
}

static uint32_t
mirrored_as(const struct open *peer_open)
{
	if (peer_open->my_as == AS_TRANS && open_has(peer_open, CAP_ASN4))
		return peer_open->asn4;
	return peer_open->my_as;
}

bool
session_send_open(struct session *s, const struct open *peer_open)
{
	const struct ipc_neighbor *def = &s->peer->def;
	uint8_t message[MESSAGE_MAX], list[MESSAGE_MAX];
	struct wr w = wr_init(message, sizeof(message));
	uint32_t as = def->local_as;
	const uint8_t *caps = def->caps.p;
	size_t caps_n = def->caps.n;

	if (as == 0 && peer_open == NULL)
		return true; /* later */
	if (as == 0) {
		as = mirrored_as(peer_open);
		caps_n = capabilities_with_as(def->caps, as, list, sizeof(list));
		caps = list;
	}
	open_encode(&w, as, def->hold_time, router_id(s), caps, caps_n);
	if (!wr_ok(&w)) {
		log_error(s->peer->name, "the capabilities do not fit in an OPEN");
		return false;
	}
	blob_set(&s->open_sent, message + MESSAGE_HEADER, wr_len(&w) - MESSAGE_HEADER);
	s->open_is_sent = true;
	session_send(s, message, wr_len(&w));
	return true;
}

static void
prepare_decoding(struct session *s)
{
	const struct negotiated *n = &s->neg;

	s->decode = (struct update_session){
		.attrs = { .asn4 = n->asn4,
			.ibgp = n->ibgp,
			.aigp = s->peer->def.aigp,
			.generic = true,
			.families = n->family_bits },
		.families = n->family_bits,
		.addpath_rx = n->addpath_rx,
		.extended_nexthop = n->n_nexthop > 0,
		.role = n->role,
		.peer_as = n->peer_as,
	};
}

static void
use_opens(struct session *s, const struct open *ours, const struct open *theirs)
{
	s->peer_id = theirs->router_id;
	open_negotiate(ours, theirs, &s->neg);
	s->restarts =
		open_has(ours, CAP_GRACEFUL_RESTART) && open_has(theirs, CAP_GRACEFUL_RESTART);
	prepare_decoding(s);
}

bool
session_negotiate(struct session *s)
{
	struct open theirs, ours;
	struct wire_error err;

	if (open_decode(s->open_sent.p, s->open_sent.n, &ours, &err) < 0 ||
		open_decode(s->open_received.p, s->open_received.n, &theirs, &err) < 0)
		return false;
	use_opens(s, &ours, &theirs);
	return true;
}

enum fsm_outcome
session_open_received(struct session *s, const uint8_t *body, size_t n)
{
	struct open theirs, ours;
	struct wire_error err;

	if (open_decode(body, n, &theirs, &err) < 0)
		return session_fail(s, &err);
	if (!s->open_is_sent) {
		if (!session_send_open(s, &theirs))
			return session_end_with(s, NULL, "closing connection");
		if (session_is_main(s))
			report_fsm(s->peer, IPC_FSM_OPENSENT);
	}
	if (open_decode(s->open_sent.p, s->open_sent.n, &ours, &err) < 0)
		fatalx("our own OPEN is malformed: %.*s", (int)err.len, (const char *)err.data);
	if (open_check(&ours, &theirs, s->peer->def.peer_as, &err) < 0 ||
		open_check_role(&ours, &theirs, s->peer->def.role_strict, &err) < 0)
		return session_fail(s, &err);
	s->peer_id = theirs.router_id;
	blob_set(&s->open_received, body, n);
	if (peer_collide(s) == FSM_FAIL)
		return FSM_FAIL;
	use_opens(s, &ours, &theirs);
	s->opened_us = wall_us();
	if (session_is_main(s))
		report_opened(s);
	return FSM_NEXT;
}
