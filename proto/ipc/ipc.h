/*
 * The messages between the daemons. proto/ipc/fields.h and proto/ipc/messages.def are the one
 * table of all of them; everything here is made from it by the preprocessor. For a row
 *
 *	#define IPC_FIELDS_routes(F) \
 *		F(U64, seq, "batch number, ascending within an epoch of apid") \
 *		F(BIN, ops, "operations, see proto/ipc/route_ops.h")
 *	IPC_MESSAGE(routes, 20, "apid -> ribd", "a batch of route operations")
 *
 * there are: the number IPC_routes, struct ipc_routes, ipc_pack_routes(), ipc_unpack_routes(),
 * ipc_size_bound_routes(), and in proto/ipc/send.h ipc_send_routes(). On the link a message is
 * a msgpack array of the fields in the order of the table.
 *
 * Compatibility: fields are only ever appended, a reader skips elements it does not know, a
 * missing one is an error. Strings and binaries are borrowed: from the caller when packing, from
 * the message when unpacked (valid as long as its bytes are).
 */
#ifndef TROUPE_PROTO_IPC_IPC_H
#define TROUPE_PROTO_IPC_IPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/ipc/fields.h"
#include "proto/ipc/limits.h"

struct wr;

struct ipc_bytes {
	const uint8_t *p;
	uint32_t n;
};

/* Field types of the table in C, and the most bytes each takes in msgpack. */
#define IPC_C_U8   uint8_t
#define IPC_C_U16  uint16_t
#define IPC_C_U32  uint32_t
#define IPC_C_U64  uint64_t
#define IPC_C_I64  int64_t
#define IPC_C_BOOL bool
#define IPC_C_STR  struct ipc_bytes
#define IPC_C_BIN  struct ipc_bytes

#define IPC_BOUND_U8(v)   2
#define IPC_BOUND_U16(v)  3
#define IPC_BOUND_U32(v)  5
#define IPC_BOUND_U64(v)  9
#define IPC_BOUND_I64(v)  9
#define IPC_BOUND_BOOL(v) 1
#define IPC_BOUND_STR(v)  (5 + (size_t)(v).n)
#define IPC_BOUND_BIN(v)  (5 + (size_t)(v).n)

enum ipc_type {
#define IPC_MESSAGE(name, number, way, doc) IPC_##name = (number),
#include "proto/ipc/messages.def"
#undef IPC_MESSAGE
};

#define IPC_FIELD_DECLARE(type, name, doc) IPC_C_##type name;
#define IPC_FIELD_BOUND(type, name, doc)   +IPC_BOUND_##type(m->name)

#define IPC_MESSAGE(name, number, way, doc)                                      \
	struct ipc_##name {                                                      \
		IPC_FIELDS_##name(IPC_FIELD_DECLARE)                             \
	};                                                                       \
	/* Writes into w; w goes bad when it does not fit. */                    \
	void ipc_pack_##name(struct wr *w, const struct ipc_##name *m);          \
	/* 0, or -1 when the n bytes are not such a message (m is zeroed). */    \
	int ipc_unpack_##name(const uint8_t *p, size_t n, struct ipc_##name *m); \
	/* Bytes that ipc_pack_*() will certainly not exceed. */                 \
	static inline size_t ipc_size_bound_##name(const struct ipc_##name *m)   \
	{                                                                        \
		(void)m;                                                         \
		return 3 IPC_FIELDS_##name(IPC_FIELD_BOUND);                     \
	}
#include "proto/ipc/messages.def"
#undef IPC_MESSAGE
#undef IPC_FIELD_DECLARE
#undef IPC_FIELD_BOUND

/* "routes"; "unknown" for a number that is not in the table. */
const char *ipc_name(uint16_t type);

struct ipc_field_info {
	const char *type; /* "U32" */
	const char *name;
	const char *doc;
};

struct ipc_info {
	const char *name;
	const char *way; /* "apid -> ribd" */
	const char *doc;
	const struct ipc_field_info *fields;
	uint16_t type;
	uint16_t field_count;
};

/* The table as data, in its order. */
extern const struct ipc_info ipc_infos[];
extern const size_t ipc_info_count;

static inline struct ipc_bytes
ipc_bytes(const void *p, size_t n)
{
	return (struct ipc_bytes){ .p = p, .n = (uint32_t)n };
}

/*
 * Handlers. A daemon writes `static void on_routes(struct ribd *d, const struct ipc_routes *m)`,
 * then IPC_HANDLER(routes, struct ribd, on_routes, on_bad) makes ipc_thunk_on_routes(), which
 * unpacks and calls it, or on_bad(d, IPC_routes, p, n) when the body is malformed; and a table
 * `static ipc_handler_fn *const handlers[IPC_TYPE_LIMIT] = { [IPC_routes] = ipc_thunk_on_routes }`
 * is served by ipc_dispatch(), which returns false for a message without a handler.
 */
typedef void ipc_handler_fn(void *owner, const uint8_t *p, size_t n);

#define IPC_HANDLER(message, owner_type, fn, bad)                              \
	static void ipc_thunk_##fn(void *owner_, const uint8_t *p_, size_t n_) \
	{                                                                      \
		owner_type *self_ = owner_;                                    \
		struct ipc_##message m_;                                       \
                                                                               \
		if (ipc_unpack_##message(p_, n_, &m_) < 0)                     \
			bad(self_, IPC_##message, p_, n_);                     \
		else                                                           \
			fn(self_, &m_);                                        \
	}

static inline bool
ipc_dispatch(ipc_handler_fn *const handlers[IPC_TYPE_LIMIT], void *owner, uint16_t type,
	const uint8_t *p, size_t n)
{
	if (type >= IPC_TYPE_LIMIT || handlers[type] == NULL)
		return false;
	handlers[type](owner, p, n);
	return true;
}

#endif
