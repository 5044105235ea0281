/* Values of enumerated fields of the messages (proto/ipc/fields.h): what apid may subscribe to
 * for a neighbor, and the states of sessions that bgpd reports. */
#ifndef TROUPE_PROTO_IPC_ENUMS_H
#define TROUPE_PROTO_IPC_ENUMS_H

#include <stdint.h>

/* Field `events` of neighbor. A BGP message of type t (MESSAGE_OPEN...) is sent to apid when the
 * bit of its direction is set. Header errors come with IPC_EVENT_RECEIVED(MESSAGE_NOTIFICATION). */
enum {
	IPC_EVENT_STATE = 1 << 0, /* peer_state */
	IPC_EVENT_FSM = 1 << 1,   /* fsm_state */
	IPC_EVENT_OPENED = 1 << 2 /* opened */
};
#define IPC_EVENT_SENT(type)     (UINT32_C(1) << (8 + (type)))
#define IPC_EVENT_RECEIVED(type) (UINT32_C(1) << (16 + (type)))

enum ipc_peer { IPC_PEER_CONNECTED, IPC_PEER_UP, IPC_PEER_DOWN };

enum ipc_fsm {
	IPC_FSM_IDLE,
	IPC_FSM_ACTIVE,
	IPC_FSM_CONNECT,
	IPC_FSM_OPENSENT,
	IPC_FSM_OPENCONFIRM,
	IPC_FSM_ESTABLISHED
};

/* Field `direction` of show_rib. */
enum { IPC_RIB_OUT, IPC_RIB_IN };

/* Bounds of the route batches between apid and ribd. */
enum {
	IPC_ROUTES_OPS_MAX =
		64 * 1024, /* a batch is sent at this size (one operation may exceed it) */
	IPC_COMMIT_WINDOW = 128 * 1024 /* uncommitted bytes at which apid stops reading helpers */
};

/* Where a route is on its way to a peer (explain_data). A row: u32 neighbor, u8 verdict, u32 owner
 * (ROUTE_OWNER_CONFIG; 0: none), u64 microseconds to live, u64 changes between the peer's position and
 * it, u64 microseconds since it was sent; UINT64_MAX: unknown. */
enum ipc_explain {
	IPC_EXPLAIN_ABSENT,
	IPC_EXPLAIN_OTHERS,
	IPC_EXPLAIN_NOT_CONFIGURED,
	IPC_EXPLAIN_DOWN,
	IPC_EXPLAIN_NOT_NEGOTIATED,
	IPC_EXPLAIN_BGPD_GONE,
	IPC_EXPLAIN_CREDIT,
	IPC_EXPLAIN_RATE,
	IPC_EXPLAIN_SETTLING,
	IPC_EXPLAIN_QUEUED,
	IPC_EXPLAIN_HANDED_OVER,
	IPC_EXPLAIN_SENT,
	IPC_EXPLAIN_WITHDRAWING
};
enum { IPC_EXPLAIN_ROW = 33 };

#endif
