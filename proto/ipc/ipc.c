/*
 * Packers, unpackers and names of all messages, made from proto/ipc/messages.def. Packing is
 * msgpack-c's packer into a struct wr; unpacking is our cursor (common/mp_rd.h), which allocates
 * nothing and does not believe announced counts. No state.
 */
#include "proto/ipc/ipc.h"

#include <msgpack/pack.h>
#include <msgpack/sysdep.h>

#include "common/mp_rd.h"
#include "common/rd.h"
#include "common/wr.h"

static int
pack_write(void *data, const char *bytes, size_t n)
{
	struct wr *w = data;

	wr_bytes(w, bytes, n);
	return w->bad ? -1 : 0;
}

static void
pack_str(msgpack_packer *pk, struct ipc_bytes v)
{
	msgpack_pack_str(pk, v.n);
	if (v.n > 0)
		msgpack_pack_str_body(pk, v.p, v.n);
}

static void
pack_bin(msgpack_packer *pk, struct ipc_bytes v)
{
	msgpack_pack_bin(pk, v.n);
	if (v.n > 0)
		msgpack_pack_bin_body(pk, v.p, v.n);
}

static struct ipc_bytes
unpack_str(struct rd *r)
{
	struct ipc_bytes v;

	v.p = mp_rd_str(r, &v.n);
	if (v.n > IPC_STR_LIMIT) {
		rd_fail(r);
		v = (struct ipc_bytes){ 0 };
	}
	return v;
}

static struct ipc_bytes
unpack_bin(struct rd *r)
{
	struct ipc_bytes v;

	v.p = mp_rd_bin(r, &v.n);
	return v;
}

/* Opens the array of a message and returns how many unknown elements follow the known ones. */
static uint32_t
unpack_open(struct rd *r, uint32_t known)
{
	uint32_t n = mp_rd_array(r);

	if (n < known || n > IPC_ELEMENTS_LIMIT) {
		rd_fail(r);
		return 0;
	}
	return n - known;
}

#define PACK_U8(pk, v)   msgpack_pack_uint8(pk, v)
#define PACK_U16(pk, v)  msgpack_pack_uint16(pk, v)
#define PACK_U32(pk, v)  msgpack_pack_uint32(pk, v)
#define PACK_U64(pk, v)  msgpack_pack_uint64(pk, v)
#define PACK_I64(pk, v)  msgpack_pack_int64(pk, v)
#define PACK_BOOL(pk, v) ((v) ? msgpack_pack_true(pk) : msgpack_pack_false(pk))
#define PACK_STR(pk, v)  pack_str(pk, v)
#define PACK_BIN(pk, v)  pack_bin(pk, v)

#define UNPACK_U8(r)   (uint8_t) mp_rd_uint(r, UINT8_MAX)
#define UNPACK_U16(r)  (uint16_t) mp_rd_uint(r, UINT16_MAX)
#define UNPACK_U32(r)  (uint32_t) mp_rd_uint(r, UINT32_MAX)
#define UNPACK_U64(r)  mp_rd_uint(r, UINT64_MAX)
#define UNPACK_I64(r)  mp_rd_int(r)
#define UNPACK_BOOL(r) mp_rd_bool(r)
#define UNPACK_STR(r)  unpack_str(r)
#define UNPACK_BIN(r)  unpack_bin(r)

#define FIELD_COUNT(type, name, doc)  +1
#define FIELD_PACK(type, name, doc)   PACK_##type(&pk, m->name);
#define FIELD_UNPACK(type, name, doc) m->name = UNPACK_##type(&r);

#define IPC_MESSAGE(name, number, way, doc)                                                 \
	_Static_assert((number) < IPC_TYPE_LIMIT, "message number of " #name);              \
	_Static_assert(0 IPC_FIELDS_##name(FIELD_COUNT) <= IPC_FIELDS_LIMIT, "fields");     \
                                                                                            \
	void ipc_pack_##name(struct wr *w, const struct ipc_##name *m)                      \
	{                                                                                   \
		msgpack_packer pk;                                                          \
                                                                                            \
		msgpack_packer_init(&pk, w, pack_write);                                    \
		msgpack_pack_array(&pk, 0 IPC_FIELDS_##name(FIELD_COUNT));                  \
		(void)m;                                                                    \
		IPC_FIELDS_##name(FIELD_PACK)                                               \
	}                                                                                   \
                                                                                            \
	int ipc_unpack_##name(const uint8_t *p, size_t n, struct ipc_##name *m)             \
	{                                                                                   \
		struct rd r = rd_init(p, n);                                                \
		uint32_t unknown = unpack_open(&r, 0 IPC_FIELDS_##name(FIELD_COUNT));       \
                                                                                            \
		IPC_FIELDS_##name(FIELD_UNPACK) for (; unknown > 0 && rd_ok(&r); unknown--) \
			mp_rd_skip(&r);                                                     \
		if (rd_done(&r))                                                            \
			return 0;                                                           \
		memset(m, 0, sizeof(*m));                                                   \
		return -1;                                                                  \
	}
#include "proto/ipc/messages.def"
#undef IPC_MESSAGE

#define FIELD_INFO(type, name, doc) { #type, #name, doc },
#define IPC_MESSAGE(name, number, way, doc)                                                   \
	static const struct ipc_field_info fields_##name[] = { IPC_FIELDS_##name(FIELD_INFO){ \
		NULL, NULL, NULL } };
#include "proto/ipc/messages.def"
#undef IPC_MESSAGE

const struct ipc_info ipc_infos[] = {
#define IPC_MESSAGE(name, number, way, doc) \
	{ #name, way, doc, fields_##name, number, 0 IPC_FIELDS_##name(FIELD_COUNT) },
#include "proto/ipc/messages.def"
#undef IPC_MESSAGE
};

const size_t ipc_info_count = sizeof(ipc_infos) / sizeof(ipc_infos[0]);

static const char *const names[IPC_TYPE_LIMIT] = {
#define IPC_MESSAGE(name, number, way, doc) [number] = #name,
#include "proto/ipc/messages.def"
#undef IPC_MESSAGE
};

const char *
ipc_name(uint16_t type)
{
	return type < IPC_TYPE_LIMIT && names[type] != NULL ? names[type] : "unknown";
}
