/* What the rules of the machine do, and what happens on entering a state. None sets a state. */
#ifndef TROUPE_BGPD_FSM_ACTIONS_H
#define TROUPE_BGPD_FSM_ACTIONS_H

#include "bgpd/fsm.h"

fsm_action_fn act_connect;        /* start an attempt to connect, or try again */
fsm_action_fn act_listen;         /* wait for the peer to connect */
fsm_action_fn act_tcp_up;         /* connected: send OPEN */
fsm_action_fn act_drop;           /* close without NOTIFICATION */
fsm_action_fn act_cease;          /* close, with the NOTIFICATION the event brings, if any */
fsm_action_fn act_tcp_lost;       /* the peer closed, or the network did */
fsm_action_fn act_error;          /* the event brings the NOTIFICATION */
fsm_action_fn act_first_not_open; /* FSM error in OpenSent, names the message */
fsm_action_fn act_open_wait;      /* no OPEN in time */
fsm_action_fn act_hold;           /* hold timer expired */
fsm_action_fn act_send_hold;      /* send hold timer expired */
fsm_action_fn act_open;           /* OPEN received in OpenSent */
fsm_action_fn act_notification;   /* NOTIFICATION received */
fsm_action_fn act_send_keepalive;
fsm_action_fn act_nothing;
fsm_action_fn act_establish; /* the first KEEPALIVE */
fsm_action_fn act_keepalive;
fsm_action_fn act_update;
fsm_action_fn act_refresh;
fsm_action_fn act_operational;

typedef void fsm_entry_fn(struct session *s);
fsm_entry_fn enter_idle;
fsm_entry_fn enter_connect;
fsm_entry_fn enter_active;
fsm_entry_fn enter_opensent;
fsm_entry_fn enter_openconfirm;
fsm_entry_fn enter_established;

#endif
