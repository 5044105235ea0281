/*
 * The finite state machine of one connection (RFC 4271 section 8) as a table of rules. The
 * machine itself does no I/O: actions (fsm_actions.c) and entry actions do.
 */
#ifndef TROUPE_BGPD_FSM_H
#define TROUPE_BGPD_FSM_H

#include <stddef.h>
#include <stdint.h>
#include "proto/wire/error.h"

struct session;

enum fsm_state {
	FSM_IDLE,
	FSM_CONNECT,
	FSM_ACTIVE,
	FSM_OPENSENT,
	FSM_OPENCONFIRM,
	FSM_ESTABLISHED,
	FSM_STATES
};

/* RFC 4271 8.1's number in the comment; those without are ours. */
enum fsm_event {
	FSM_EV_START,           /* 1, 3 */
	FSM_EV_START_PASSIVE,   /* 4, 5 */
	FSM_EV_STOP,            /* 2, 8 */
	FSM_EV_CONNECT_RETRY,   /* 9 */
	FSM_EV_HOLD_EXPIRES,    /* 10 */
	FSM_EV_KEEPALIVE_TIMER, /* 11 */
	FSM_EV_TCP_ACKED,       /* 16: our connect succeeded */
	FSM_EV_TCP_CONFIRMED,   /* 17: the peer's connection was accepted */
	FSM_EV_TCP_FAILS,       /* 18 */
	FSM_EV_OPEN,            /* 19 */
	FSM_EV_HEADER_ERROR,    /* 21 */
	FSM_EV_OPEN_ERROR,      /* 22 */
	FSM_EV_COLLISION,       /* 23 */
	FSM_EV_NOTIFICATION,    /* 24, 25 */
	FSM_EV_KEEPALIVE,       /* 26 */
	FSM_EV_UPDATE,          /* 27 */
	FSM_EV_UPDATE_ERROR,    /* 28 */
	FSM_EV_REFRESH,         /* RFC 2918 */
	FSM_EV_OPERATIONAL,
	FSM_EV_OPEN_WAIT, /* no OPEN came in time */
	FSM_EV_SEND_HOLD, /* 29, RFC 9687 */
	FSM_EVENTS
};

/* What an event brings along; all optional, borrowed for the call. */
struct fsm_input {
	const uint8_t *message; /* whole, with header */
	size_t n;
	const struct wire_error *error; /* the NOTIFICATION to send */
	const char *reason;             /* of the end; NULL: made from the NOTIFICATION */
};

/* FSM_FAIL: the action called session_fail() or session_end_with(); go to Idle instead. */
enum fsm_outcome { FSM_NEXT, FSM_FAIL };

typedef enum fsm_outcome fsm_action_fn(struct session *s, const struct fsm_input *in);

/* action NULL: an event that this state does not expect (see fsm_event). */
struct fsm_rule {
	fsm_action_fn *action;
	enum fsm_state next;
};

const struct fsm_rule *fsm_rule(enum fsm_state state, enum fsm_event event);
const char *fsm_state_name(enum fsm_state state);
const char *fsm_event_name(enum fsm_event event);

/*
 * Handles one event. Afterwards the session may be in any state; its connection may be closed.
 * Unexpected events: ignored in Idle; end the attempt in Connect and Active; in the later states
 * they are FSM errors with the subcode of RFC 6608. in: NULL when the event brings nothing.
 */
void fsm_event(struct session *s, enum fsm_event event, const struct fsm_input *in);

#endif
