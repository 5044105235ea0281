/*
 * Values that the session messages between bgpd, ribd and apid carry: states, what apid wants to
 * hear of a neighbor, and the size of a session's transmit ring. Part of the protocol: numbers
 * never change their meaning.
 */
#ifndef TROUPE_PROTO_IPC_SESSION_H
#define TROUPE_PROTO_IPC_SESSION_H

enum ipc_peer_state { IPC_PEER_CONNECTED = 1, IPC_PEER_UP = 2, IPC_PEER_DOWN = 3 };

/* As reported (reference/wire.md 11.1). */
enum ipc_fsm_state {
	IPC_FSM_IDLE = 0,
	IPC_FSM_ACTIVE = 1,
	IPC_FSM_CONNECT = 2,
	IPC_FSM_OPENSENT = 3,
	IPC_FSM_OPENCONFIRM = 4,
	IPC_FSM_ESTABLISHED = 5
};

/* Bits of neighbor.events. type: MESSAGE_OPEN (1) to MESSAGE_OPERATIONAL (6). */
enum {
	IPC_EVENT_STATE = 1 << 0,	 /* peer_state */
	IPC_EVENT_FSM = 1 << 1,		 /* fsm_state */
	IPC_EVENT_OPENED = 1 << 2,	 /* opened */
	IPC_EVENT_HEADER_ERROR = 1 << 3, /* header_error */
};
#define IPC_EVENT_RECEIVED(type) (1u << (8 + (type)))  /* message, received */
#define IPC_EVENT_SENT(type)	 (1u << (16 + (type))) /* message, sent */

enum {
	/* Bytes of UPDATEs that bgpd takes for one session before TCP took any: the first credit. */
	IPC_SESSION_RING = 128 * 1024,
	/* u64 counters in session_info.sent and .received, in the order of the message types. */
	IPC_SESSION_COUNTERS = 6
};

#endif
