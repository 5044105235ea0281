/*
 * What the rules of the FSM do. An action returns FSM_NEXT to go where its rule says, or what
 * session_fail() and session_end_with() return, to go to Idle; how the session ends (NOTIFICATION
 * or not, the reason told to apid) is set here and carried out by enter_idle().
 */
#include "bgpd/fsm_actions.h"

#include <stdio.h>

#include "bgpd/bgpd.h"
#include "bgpd/peer.h"
#include "bgpd/report.h"
#include "bgpd/session.h"
#include "bgpd/session_ark.h"
#include "common/log.h"
#include "common/rd.h"
#include "proto/wire/message.h"
#include "proto/wire/operational.h"

static const char closing[] = "closing connection";

enum fsm_outcome
act_connect(struct session *s, const struct fsm_input *in)
{
	(void)in;
	session_connect(s);
	return FSM_NEXT;
}

enum fsm_outcome
act_listen(struct session *s, const struct fsm_input *in)
{
	(void)s;
	(void)in;
	return FSM_NEXT;
}

enum fsm_outcome
act_nothing(struct session *s, const struct fsm_input *in)
{
	(void)s;
	(void)in;
	return FSM_NEXT;
}

enum fsm_outcome
act_tcp_up(struct session *s, const struct fsm_input *in)
{
	(void)in;
	if (!session_connected(s))
		return session_end_with(s, NULL, closing);
	if (!s->incoming)
		s->peer->attempts_used++;
	if (session_is_main(s)) {
		report_state(s->peer, IPC_PEER_CONNECTED, "");
		report_fsm(s->peer, IPC_FSM_CONNECT);
	}
	if (!session_send_open(s, NULL))
		return session_end_with(s, NULL, closing);
	return FSM_NEXT;
}

enum fsm_outcome
act_drop(struct session *s, const struct fsm_input *in)
{
	session_end_with(s, NULL, in->reason != NULL ? in->reason : closing);
	return FSM_NEXT;
}

enum fsm_outcome
act_tcp_lost(struct session *s, const struct fsm_input *in)
{
	return act_drop(s, in);
}

enum fsm_outcome
act_cease(struct session *s, const struct fsm_input *in)
{
	if (in->error != NULL && in->reason == NULL)
		session_fail(s, in->error);
	else
		session_end_with(s, in->error, in->reason != NULL ? in->reason : closing);
	return FSM_NEXT;
}

enum fsm_outcome
act_error(struct session *s, const struct fsm_input *in)
{
	if (in->error == NULL)
		fatalx("an error event without its NOTIFICATION");
	session_fail(s, in->error);
	return FSM_NEXT;
}

enum fsm_outcome
act_first_not_open(struct session *s, const struct fsm_input *in)
{
	static const char *const names[] = { [MESSAGE_UPDATE] = "UPDATE",
		[MESSAGE_KEEPALIVE] = "KEEPALIVE",
		[MESSAGE_REFRESH] = "REFRESH",
		[MESSAGE_OPERATIONAL] = "OPERATIONAL" };
	uint8_t type = in->message[18];
	struct wire_error err;
	bool eor = type == MESSAGE_UPDATE && in->n == MESSAGE_HEADER + 4;

	wire_error_set(&err, 5, 1, "The first packet received is not an open message (%s)",
		eor ? "EOR" : names[type]);
	session_fail(s, &err);
	return FSM_NEXT;
}

enum fsm_outcome
act_open_wait(struct session *s, const struct fsm_input *in)
{
	struct wire_error err;

	(void)in;
	wire_error_set(&err, 5, 1, "waited for open too long, we do not like stuck in active");
	session_fail(s, &err);
	return FSM_NEXT;
}

enum fsm_outcome
act_hold(struct session *s, const struct fsm_input *in)
{
	struct wire_error err;

	(void)in;
	wire_error_std(&err, 4, 0);
	session_fail(s, &err);
	return FSM_NEXT;
}

enum fsm_outcome
act_send_hold(struct session *s, const struct fsm_input *in)
{
	struct wire_error err;

	(void)in;
	log_warn(s->peer->name, "nothing could be sent for too long (RFC 9687)");
	wire_error_set(&err, 8, 0, "Send Hold Timer Expired");
	session_fail(s, &err);
	return FSM_NEXT;
}

enum fsm_outcome
act_open(struct session *s, const struct fsm_input *in)
{
	return session_open_received(s, in->message + MESSAGE_HEADER, in->n - MESSAGE_HEADER);
}

enum fsm_outcome
act_notification(struct session *s, const struct fsm_input *in)
{
	char reason[48];
	uint8_t code = in->message[MESSAGE_HEADER];
	uint8_t subcode = in->message[MESSAGE_HEADER + 1];

	snprintf(reason, sizeof(reason), "notification received (%u,%u)", code, subcode);
	session_end_with(s, NULL, reason);
	return FSM_NEXT;
}

enum fsm_outcome
act_send_keepalive(struct session *s, const struct fsm_input *in)
{
	(void)in;
	session_send_keepalive(s);
	session_start_keepalive(s, s->neg.hold_time);
	return FSM_NEXT;
}

enum fsm_outcome
act_establish(struct session *s, const struct fsm_input *in)
{
	struct session *other = peer_rival(s->peer);
	struct wire_error err;
	struct fsm_input collision = { .error = &err,
		.reason = "connection received before we could fully establish one "
			  "(another one is established)" };

	(void)in;
	wire_error_set(&err, 6, 7, "could not accept the connection, already established");
	if (other == s)
		other = s->peer->session;
	if (other->state != FSM_IDLE)
		fsm_event(other, FSM_EV_COLLISION, &collision);
	return FSM_NEXT;
}

/* With a hold time of zero a KEEPALIVE is not expected; one may be late (reference 11.5). */
enum fsm_outcome
act_keepalive(struct session *s, const struct fsm_input *in)
{
	struct wire_error err;

	(void)in;
	if (s->neg.hold_time != 0 || ++s->zero_hold_keepalives < 2)
		return FSM_NEXT;
	wire_error_set(&err, 2, 6,
		"Negotiated holdtime was zero, it was invalid to send us a keepalive messages");
	return session_fail(s, &err);
}

static bool
count_prefix(void *owner, bool announce, const struct nlri *nlri, const uint8_t *nexthop,
	uint8_t nexthop_len)
{
	struct session *s = owner;

	(void)nlri;
	(void)nexthop;
	(void)nexthop_len;
	if (session_ark_again(s))
		return false;
	if (announce)
		s->prefixes_received++;
	else
		s->prefixes_withdrawn++;
	return true;
}

enum fsm_outcome
act_update(struct session *s, const struct fsm_input *in)
{
	const uint8_t *body = in->message + MESSAGE_HEADER;
	size_t n = in->n - MESSAGE_HEADER;
	bool keep = s->peer->def.adj_rib_in;
	struct update u;

	/* Nobody asked for the content: it is not looked at (reference/wire.md 8.1). */
	if (!keep && !report_wants(s->peer, false, MESSAGE_UPDATE))
		return FSM_NEXT;
	if (update_decode(body, n, &s->decode, &u) < 0)
		return session_fail(s, &u.error);
	if (u.verdict != WIRE_OK && log_ratelimit(s, loop_now(s->peer->d->loop).us))
		log_warn(s->peer->name, "UPDATE: %s", u.reason);
	update_each(&u, &s->decode, count_prefix, s);
	if (keep)
		ribd_received(s, body, n);
	return FSM_NEXT;
}

enum fsm_outcome
act_refresh(struct session *s, const struct fsm_input *in)
{
	struct rd r = rd_init(in->message + MESSAGE_HEADER, in->n - MESSAGE_HEADER);
	uint16_t afi = rd_u16(&r);
	uint8_t subtype = rd_u8(&r);
	uint8_t safi = rd_u8(&r);
	struct wire_error err;

	if (subtype > 2) {
		wire_error_set(&err, 7, 2, "invalid route-refresh message subtype");
		return session_fail(s, &err);
	}
	ribd_refresh(s, FAMILY(afi, safi), subtype);
	return FSM_NEXT;
}

enum fsm_outcome
act_operational(struct session *s, const struct fsm_input *in)
{
	struct wire_error err;

	if (s->neg.operational &&
		operational_check(in->message + MESSAGE_HEADER, in->n - MESSAGE_HEADER, &err) < 0)
		return session_fail(s, &err);
	return FSM_NEXT;
}
