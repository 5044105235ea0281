/*
 * ipc_send_NAME(link, &message): packs a message straight into the link's current batch. Header
 * only, so that proto/ itself does no I/O. Returns what link_send_end() returns: false means it
 * was queued, but stop producing until LINK_WRITABLE.
 */
#ifndef TROUPE_PROTO_IPC_SEND_H
#define TROUPE_PROTO_IPC_SEND_H

#include "common/link.h"
#include "common/wr.h"
#include "proto/ipc/ipc.h"

#define IPC_MESSAGE(name, number, way, doc)                                               \
	static inline bool ipc_send_##name(struct link *link, const struct ipc_##name *m) \
	{                                                                                 \
		size_t room = ipc_size_bound_##name(m);                                   \
		struct wr w = wr_init(link_send_begin(link, IPC_##name, room), room);     \
                                                                                          \
		ipc_pack_##name(&w, m);                                                   \
		return link_send_end(link, wr_ok(&w) ? wr_len(&w) : 0);                   \
	}
#include "proto/ipc/messages.def"
#undef IPC_MESSAGE

#endif
