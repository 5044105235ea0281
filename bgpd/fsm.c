/*
 * RFC 4271 section 8 as a table, with the events of RFC 2918, RFC 6608 and RFC 9687. Where we
 * depart from the RFC, on purpose:
 * - there is always a listening socket, so Idle accepts a connection (17), and what the RFC does
 *   in Active after a loss - retry later, accept meanwhile - is Idle with the back-off timer;
 * - OpenSent has its own timer with an own error (the RFC: a large hold time and 4/0);
 * - an OPEN in Established is ignored (the RFC leaves it to an optional attribute);
 * - collisions (6.8) are detected when an OPEN is accepted, over the two sessions of a peer.
 * tests/unit/bgpd_fsm_test.c compares every cell with a copy of the RFC's table in text.
 */
#include "bgpd/fsm.h"

#include "bgpd/fsm_actions.h"
#include "bgpd/peer.h"
#include "bgpd/session.h"
#include "common/log.h"

/* clang-format off */
static const struct fsm_rule rules[FSM_STATES][FSM_EVENTS] = {
	[FSM_IDLE] = {
		[FSM_EV_START]           = { act_connect,        FSM_CONNECT },
		[FSM_EV_START_PASSIVE]   = { act_listen,         FSM_ACTIVE },
		[FSM_EV_TCP_CONFIRMED]   = { act_tcp_up,         FSM_OPENSENT },
	},
	[FSM_CONNECT] = {
		[FSM_EV_START]           = { act_nothing,        FSM_CONNECT },
		[FSM_EV_START_PASSIVE]   = { act_nothing,        FSM_CONNECT },
		[FSM_EV_STOP]            = { act_drop,           FSM_IDLE },
		[FSM_EV_CONNECT_RETRY]   = { act_connect,        FSM_CONNECT },
		[FSM_EV_TCP_ACKED]       = { act_tcp_up,         FSM_OPENSENT },
		[FSM_EV_TCP_CONFIRMED]   = { act_tcp_up,         FSM_OPENSENT },
		[FSM_EV_TCP_FAILS]       = { act_drop,           FSM_IDLE },
	},
	[FSM_ACTIVE] = {
		[FSM_EV_START]           = { act_nothing,        FSM_ACTIVE },
		[FSM_EV_START_PASSIVE]   = { act_nothing,        FSM_ACTIVE },
		[FSM_EV_STOP]            = { act_drop,           FSM_IDLE },
		[FSM_EV_CONNECT_RETRY]   = { act_connect,        FSM_CONNECT },
		[FSM_EV_TCP_ACKED]       = { act_tcp_up,         FSM_OPENSENT },
		[FSM_EV_TCP_CONFIRMED]   = { act_tcp_up,         FSM_OPENSENT },
		[FSM_EV_TCP_FAILS]       = { act_drop,           FSM_IDLE },
	},
	[FSM_OPENSENT] = {
		[FSM_EV_START]           = { act_nothing,        FSM_OPENSENT },
		[FSM_EV_START_PASSIVE]   = { act_nothing,        FSM_OPENSENT },
		[FSM_EV_STOP]            = { act_cease,          FSM_IDLE },
		[FSM_EV_HOLD_EXPIRES]    = { act_hold,           FSM_IDLE },
		[FSM_EV_TCP_FAILS]       = { act_tcp_lost,       FSM_IDLE },
		[FSM_EV_OPEN]            = { act_open,           FSM_OPENCONFIRM },
		[FSM_EV_HEADER_ERROR]    = { act_error,          FSM_IDLE },
		[FSM_EV_OPEN_ERROR]      = { act_error,          FSM_IDLE },
		[FSM_EV_COLLISION]       = { act_cease,          FSM_IDLE },
		[FSM_EV_NOTIFICATION]    = { act_notification,   FSM_IDLE },
		[FSM_EV_KEEPALIVE]       = { act_first_not_open, FSM_IDLE },
		[FSM_EV_UPDATE]          = { act_first_not_open, FSM_IDLE },
		[FSM_EV_REFRESH]         = { act_first_not_open, FSM_IDLE },
		[FSM_EV_OPERATIONAL]     = { act_first_not_open, FSM_IDLE },
		[FSM_EV_OPEN_WAIT]       = { act_open_wait,      FSM_IDLE },
		[FSM_EV_SEND_HOLD]       = { act_send_hold,      FSM_IDLE },
	},
	[FSM_OPENCONFIRM] = {
		[FSM_EV_START]           = { act_nothing,        FSM_OPENCONFIRM },
		[FSM_EV_START_PASSIVE]   = { act_nothing,        FSM_OPENCONFIRM },
		[FSM_EV_STOP]            = { act_cease,          FSM_IDLE },
		[FSM_EV_HOLD_EXPIRES]    = { act_hold,           FSM_IDLE },
		[FSM_EV_KEEPALIVE_TIMER] = { act_send_keepalive, FSM_OPENCONFIRM },
		[FSM_EV_TCP_FAILS]       = { act_tcp_lost,       FSM_IDLE },
		[FSM_EV_HEADER_ERROR]    = { act_error,          FSM_IDLE },
		[FSM_EV_OPEN_ERROR]      = { act_error,          FSM_IDLE },
		[FSM_EV_COLLISION]       = { act_cease,          FSM_IDLE },
		[FSM_EV_NOTIFICATION]    = { act_notification,   FSM_IDLE },
		[FSM_EV_KEEPALIVE]       = { act_establish,      FSM_ESTABLISHED },
		[FSM_EV_SEND_HOLD]       = { act_send_hold,      FSM_IDLE },
	},
	[FSM_ESTABLISHED] = {
		[FSM_EV_START]           = { act_nothing,        FSM_ESTABLISHED },
		[FSM_EV_START_PASSIVE]   = { act_nothing,        FSM_ESTABLISHED },
		[FSM_EV_STOP]            = { act_cease,          FSM_IDLE },
		[FSM_EV_HOLD_EXPIRES]    = { act_hold,           FSM_IDLE },
		[FSM_EV_KEEPALIVE_TIMER] = { act_send_keepalive, FSM_ESTABLISHED },
		[FSM_EV_TCP_FAILS]       = { act_tcp_lost,       FSM_IDLE },
		[FSM_EV_OPEN]            = { act_nothing,        FSM_ESTABLISHED },
		[FSM_EV_HEADER_ERROR]    = { act_error,          FSM_IDLE },
		[FSM_EV_COLLISION]       = { act_cease,          FSM_IDLE },
		[FSM_EV_NOTIFICATION]    = { act_notification,   FSM_IDLE },
		[FSM_EV_KEEPALIVE]       = { act_keepalive,      FSM_ESTABLISHED },
		[FSM_EV_UPDATE]          = { act_update,         FSM_ESTABLISHED },
		[FSM_EV_UPDATE_ERROR]    = { act_error,          FSM_IDLE },
		[FSM_EV_REFRESH]         = { act_refresh,        FSM_ESTABLISHED },
		[FSM_EV_OPERATIONAL]     = { act_operational,    FSM_ESTABLISHED },
		[FSM_EV_SEND_HOLD]       = { act_send_hold,      FSM_IDLE },
	},
};

static const char *const state_names[FSM_STATES] = {
	[FSM_IDLE] = "IDLE", [FSM_CONNECT] = "CONNECT", [FSM_ACTIVE] = "ACTIVE",
	[FSM_OPENSENT] = "OPENSENT", [FSM_OPENCONFIRM] = "OPENCONFIRM",
	[FSM_ESTABLISHED] = "ESTABLISHED",
};

static const char *const event_names[FSM_EVENTS] = {
	[FSM_EV_START] = "start", [FSM_EV_START_PASSIVE] = "passive start",
	[FSM_EV_STOP] = "stop", [FSM_EV_CONNECT_RETRY] = "connect retry timer",
	[FSM_EV_HOLD_EXPIRES] = "hold timer", [FSM_EV_KEEPALIVE_TIMER] = "keepalive timer",
	[FSM_EV_TCP_ACKED] = "connected", [FSM_EV_TCP_CONFIRMED] = "connection accepted",
	[FSM_EV_TCP_FAILS] = "connection lost", [FSM_EV_OPEN] = "OPEN",
	[FSM_EV_HEADER_ERROR] = "header error", [FSM_EV_OPEN_ERROR] = "OPEN error",
	[FSM_EV_COLLISION] = "collision", [FSM_EV_NOTIFICATION] = "NOTIFICATION",
	[FSM_EV_KEEPALIVE] = "KEEPALIVE", [FSM_EV_UPDATE] = "UPDATE",
	[FSM_EV_UPDATE_ERROR] = "UPDATE error", [FSM_EV_REFRESH] = "ROUTE-REFRESH",
	[FSM_EV_OPERATIONAL] = "OPERATIONAL", [FSM_EV_OPEN_WAIT] = "open wait timer",
	[FSM_EV_SEND_HOLD] = "send hold timer",
};

static fsm_entry_fn *const entries[FSM_STATES] = {
	[FSM_IDLE] = enter_idle, [FSM_CONNECT] = enter_connect, [FSM_ACTIVE] = enter_active,
	[FSM_OPENSENT] = enter_opensent, [FSM_OPENCONFIRM] = enter_openconfirm,
	[FSM_ESTABLISHED] = enter_established,
};

/* RFC 6608; 0: the state has no subcode, nothing is sent. */
static const uint8_t error_subcodes[FSM_STATES] = {
	[FSM_OPENSENT] = 1, [FSM_OPENCONFIRM] = 2, [FSM_ESTABLISHED] = 3,
};
/* clang-format on */

const struct fsm_rule *
fsm_rule(enum fsm_state state, enum fsm_event event)
{
	return &rules[state][event];
}

const char *
fsm_state_name(enum fsm_state state)
{
	return state_names[state];
}

const char *
fsm_event_name(enum fsm_event event)
{
	return event_names[event];
}

/* An event without a rule. */
static void
unexpected(struct session *s, enum fsm_event event)
{
	struct wire_error err;

	log_debug(s->peer->name, "unexpected %s in %s", event_names[event], state_names[s->state]);
	if (error_subcodes[s->state] == 0) {
		session_end_with(s, NULL, "closing connection");
		return;
	}
	wire_error_std(&err, 5, error_subcodes[s->state]);
	session_fail(s, &err);
}

static void
change_state(struct session *s, enum fsm_state next, enum fsm_event event)
{
	enum fsm_state old = s->state;

	s->state = next;
	log_debug(s->peer->name, "%s -> %s: %s", state_names[old], state_names[next],
		event_names[event]);
	entries[next](s);
}

void
fsm_event(struct session *s, enum fsm_event event, const struct fsm_input *in)
{
	static const struct fsm_input nothing;
	const struct fsm_rule *rule = &rules[s->state][event];
	enum fsm_state next = rule->next;

	if (rule->action == NULL) {
		if (s->state == FSM_IDLE)
			return;
		unexpected(s, event);
		next = FSM_IDLE;
	} else if (rule->action(s, in != NULL ? in : &nothing) == FSM_FAIL) {
		next = FSM_IDLE;
	}
	if (next != s->state)
		change_state(s, next, event);
}
