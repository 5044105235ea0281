/* The kinds of events: which type they have, and how their content is printed as JSON and text. */
#include "apid/event_kinds.h"

#include "proto/wire/message.h"

static int
state_json(const struct event *e, struct buf *out)
{
	event_state(out, e->state, e->reason, e->reason_len);
	return 0;
}

static int
state_text(const struct event *e, const struct event_text *t, struct buf *out)
{
	event_text_state(out, t->peer, e->state, e->reason, e->reason_len);
	return 0;
}

static int
signal_json(const struct event *e, struct buf *out)
{
	event_signal(out, e->signo);
	return 0;
}

static int
negotiated_json(const struct event *e, struct buf *out)
{
	event_negotiated(out, &e->neighbor->negotiated);
	return 0;
}

static int
open_json(const struct event *e, struct buf *out)
{
	event_open(out, e->open, e->sent);
	return 0;
}

static int
open_text(const struct event *e, const struct event_text *t, struct buf *out)
{
	event_text_open(out, t, e->open);
	return 0;
}

static int
update_event_json(const struct event *e, struct buf *out)
{
	event_update(out, e->update, e->session, &e->print, &e->neighbor->negotiated_json);
	return 0;
}

static int
update_event_text(const struct event *e, const struct event_text *t, struct buf *out)
{
	event_text_update(out, t, e->update, e->session);
	return 0;
}

static int
notification_json(const struct event *e, struct buf *out)
{
	event_notification(out, e->body, e->body_len, !e->sent && !e->diagnosis);
	return 0;
}

static int
notification_text(const struct event *e, const struct event_text *t, struct buf *out)
{
	event_text_notification(out, t, e->body, e->body_len);
	return 0;
}

static int
keepalive_json(const struct event *e, struct buf *out)
{
	(void)e;
	event_nothing(out);
	return 0;
}

static int
keepalive_text(const struct event *e, const struct event_text *t, struct buf *out)
{
	(void)e;
	event_text_keepalive(out, t);
	return 0;
}

static int
refresh_json(const struct event *e, struct buf *out)
{
	return event_refresh(out, e->body, e->body_len);
}

static int
refresh_text(const struct event *e, const struct event_text *t, struct buf *out)
{
	return event_text_refresh(out, t, e->body, e->body_len);
}

static int
operational_json(const struct event *e, struct buf *out)
{
	return event_operational(out, e->body, e->body_len);
}

static int
operational_text(const struct event *e, const struct event_text *t, struct buf *out)
{
	return event_text_operational(out, t, e->body, e->body_len);
}

static int
packet_json(const struct event *e, struct buf *out)
{
	event_packet(out, e->packet, e->packet_len, &e->neighbor->negotiated_json);
	return 0;
}

static int
packet_text(const struct event *e, const struct event_text *t, struct buf *out)
{
	event_text_packet(out, t, e->packet, e->packet_len);
	return 0;
}

const struct event_kind event_state_kind = { "state", state_json, state_text };
const struct event_kind event_fsm_kind = { "fsm", state_json, NULL };
const struct event_kind event_signal_kind = { "signal", signal_json, NULL };
const struct event_kind event_negotiated_kind = { "negotiated", negotiated_json, NULL };

const struct event_kind event_message_kinds[] = {
	[MESSAGE_OPEN] = { "open", open_json, open_text },
	[MESSAGE_UPDATE] = { "update", update_event_json, update_event_text },
	[MESSAGE_NOTIFICATION] = { "notification", notification_json, notification_text },
	[MESSAGE_KEEPALIVE] = { "keepalive", keepalive_json, keepalive_text },
	[MESSAGE_REFRESH] = { "refresh", refresh_json, refresh_text },
	[MESSAGE_OPERATIONAL] = { "operational", operational_json, operational_text },
};
const struct event_kind event_packet_kinds[] = {
	[MESSAGE_OPEN] = { "open", packet_json, packet_text },
	[MESSAGE_UPDATE] = { "update", packet_json, packet_text },
	[MESSAGE_NOTIFICATION] = { "notification", packet_json, packet_text },
	[MESSAGE_KEEPALIVE] = { "keepalive", packet_json, packet_text },
	[MESSAGE_REFRESH] = { "route-refresh", packet_json, packet_text },
	[MESSAGE_OPERATIONAL] = { "operational", packet_json, packet_text },
};
