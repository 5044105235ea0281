/* Numbers both ends of a link agree on. */
#ifndef TROUPE_PROTO_IPC_LIMITS_H
#define TROUPE_PROTO_IPC_LIMITS_H

enum {
	IPC_VERSION = 1,
	IPC_ROUTES_OPS_MAX = 64 * 1024,	  /* bytes of one `routes` batch */
	IPC_CHUNK_DATA_MAX = 128 * 1024,  /* bytes of one chunk */
	IPC_SESSION_RING = 256 * 1024,	  /* transmit ring of a session: its credit when idle */
	IPC_COMMIT_WINDOW = 4 * 1024 * 1024 /* bytes of uncommitted batches before apid stops reading */
};

/* neighbor.events */
enum {
	IPC_EVENT_STATE = 1 << 0,
	IPC_EVENT_FSM = 1 << 1,
	IPC_EVENT_OPENED = 1 << 2,
	/* message events: bit 8 + MESSAGE_* type received, bit 16 + type sent */
	IPC_EVENT_RECEIVED = 1 << 8,
	IPC_EVENT_SENT = 1 << 16
};
#define IPC_EVENT_RECEIVED_BIT(type) ((uint32_t)IPC_EVENT_RECEIVED << (type))
#define IPC_EVENT_SENT_BIT(type)     ((uint32_t)IPC_EVENT_SENT << (type))

enum ipc_peer_state { IPC_PEER_CONNECTED, IPC_PEER_UP, IPC_PEER_DOWN };

enum ipc_fsm_state {
	IPC_FSM_IDLE,
	IPC_FSM_ACTIVE,
	IPC_FSM_CONNECT,
	IPC_FSM_OPENSENT,
	IPC_FSM_OPENCONFIRM,
	IPC_FSM_ESTABLISHED
};

#endif
