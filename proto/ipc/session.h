/* Sizes that bgpd, ribd and apid agree on about a session; its enumerations are in enums.h. */
#ifndef TROUPE_PROTO_IPC_SESSION_H
#define TROUPE_PROTO_IPC_SESSION_H

#include "proto/ipc/enums.h"

enum {
	/* Bytes of UPDATEs that bgpd takes for one session before TCP took any: the first credit.
	 * No chunk is larger. */
	IPC_SESSION_RING = 128 * 1024,
	/* u64 counters in session_info.sent and .received, in the order of the message types. */
	IPC_SESSION_COUNTERS = 6
};

#endif
