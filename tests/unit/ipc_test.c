/*
 * Every message of the table: packed and unpacked again, the same to msgpack-c, refused when cut
 * off, too short, of wrong types or followed by more bytes; unknown elements at the end are
 * skipped. The cases are made from the table itself, so a new message is covered at once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <msgpack.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/wr.h"
#include "proto/ipc/ipc.h"

static const char text[] = "neighbor 127.0.0.1 local-ip auto";
static uint64_t sample_seed;

/* Numbers of every width, seldom the same twice. */
static uint64_t
sample(void)
{
	sample_seed = sample_seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return sample_seed >> (sample_seed >> 58);
}

static struct ipc_bytes
sample_bytes(void)
{
	return ipc_bytes(text, sample() % sizeof(text));
}

#define SAMPLE_U8   (uint8_t) sample()
#define SAMPLE_U16  (uint16_t) sample()
#define SAMPLE_U32  (uint32_t) sample()
#define SAMPLE_U64  sample()
#define SAMPLE_I64  (int64_t)(sample() ^ (sample() & 1 ? UINT64_MAX : 0))
#define SAMPLE_BOOL ((sample() & 1) != 0)
#define SAMPLE_STR  sample_bytes()
#define SAMPLE_BIN  sample_bytes()

static void
equal_number(uint64_t a, uint64_t b)
{
	assert_true(a == b);
}

static void
equal_bytes(struct ipc_bytes a, struct ipc_bytes b)
{
	assert_int_equal(a.n, b.n);
	assert_non_null(b.p);
	assert_memory_equal(a.p, b.p, a.n);
}

#define EQUAL_U8(a, b)   equal_number(a, b)
#define EQUAL_U16(a, b)  equal_number(a, b)
#define EQUAL_U32(a, b)  equal_number(a, b)
#define EQUAL_U64(a, b)  equal_number(a, b)
#define EQUAL_I64(a, b)  equal_number((uint64_t)(a), (uint64_t)(b))
#define EQUAL_BOOL(a, b) equal_number(a, b)
#define EQUAL_STR(a, b)  equal_bytes(a, b)
#define EQUAL_BIN(a, b)  equal_bytes(a, b)

/* What msgpack-c understands. */
static void
oracle_uint(const msgpack_object *o, uint64_t v)
{
	assert_int_equal(o->type, MSGPACK_OBJECT_POSITIVE_INTEGER);
	assert_true(o->via.u64 == v);
}

static inline void /* inline: no message may have such a field */
oracle_int(const msgpack_object *o, int64_t v)
{
	assert_int_equal(
		o->type, v < 0 ? MSGPACK_OBJECT_NEGATIVE_INTEGER : MSGPACK_OBJECT_POSITIVE_INTEGER);
	assert_true(o->via.i64 == v);
}

static void
oracle_bool(const msgpack_object *o, bool v)
{
	assert_int_equal(o->type, MSGPACK_OBJECT_BOOLEAN);
	assert_int_equal(o->via.boolean, v);
}

static void
oracle_bytes(const msgpack_object *o, struct ipc_bytes v, msgpack_object_type type)
{
	assert_int_equal(o->type, type);
	assert_int_equal(o->via.bin.size, v.n);
	assert_memory_equal(o->via.bin.ptr, v.p, v.n);
}

#define ORACLE_U8(o, v)   oracle_uint(o, v)
#define ORACLE_U16(o, v)  oracle_uint(o, v)
#define ORACLE_U32(o, v)  oracle_uint(o, v)
#define ORACLE_U64(o, v)  oracle_uint(o, v)
#define ORACLE_I64(o, v)  oracle_int(o, v)
#define ORACLE_BOOL(o, v) oracle_bool(o, v)
#define ORACLE_STR(o, v)  oracle_bytes(o, v, MSGPACK_OBJECT_STR)
#define ORACLE_BIN(o, v)  oracle_bytes(o, v, MSGPACK_OBJECT_BIN)

typedef int unpack_fn(const uint8_t *p, size_t n);

/* The same elements behind another head: count more or fewer of them. */
static size_t
with_count(uint8_t *out, const uint8_t *packed, size_t n, unsigned fields, int more)
{
	size_t head = packed[0] == 0xdc ? 3 : 1;
	unsigned count = fields + (unsigned)more;

	out[0] = 0xdc;
	out[1] = (uint8_t)(count >> 8);
	out[2] = (uint8_t)count;
	memcpy(out + 3, packed + head, n - head);
	return 3 + n - head;
}

/* Everything that is wrong with a message whatever its fields are. */
static void
check_refusals(const uint8_t *packed, size_t n, unsigned fields, unpack_fn *unpack)
{
	uint8_t other[4096];

	for (size_t i = 0; i < n; i++) {
		uint8_t *exact = malloc(i + 1); /* so that a read past the end is seen */

		memcpy(exact, packed, i);
		assert_int_equal(unpack(exact, i), -1);
		free(exact);
	}
	memcpy(other, packed, n);
	other[n] = 0xc0;
	assert_int_equal(unpack(other, n + 1), -1);
	if (fields > 0) {
		assert_int_equal(unpack(other, with_count(other, packed, n, fields, -1)), -1);
		memset(other, 0xc0, sizeof(other));
		other[0] = 0xdc;
		other[1] = 0;
		other[2] = (uint8_t)fields;
		assert_int_equal(unpack(other, 3 + fields), -1);
	}
	/* A newer peer's fields: a string and a map. */
	size_t m = with_count(other, packed, n, fields, 2);
	memcpy(other + m, "\xa3new\x81\x01\x92\x02\xc0", 9);
	assert_int_equal(unpack(other, m + 9), 0);
	assert_int_equal(unpack(other, with_count(other, packed, n, fields, 1)), -1);
}

#define FIELD_SAMPLE(type, name, doc) m.name = SAMPLE_##type;
#define FIELD_EQUAL(type, name, doc)  EQUAL_##type(m.name, back.name);
#define FIELD_ORACLE(type, name, doc) ORACLE_##type(o++, m.name);
#define FIELD_COUNT(type, name, doc)  +1

#define IPC_MESSAGE(name, number, way, doc)                                                     \
	static int unpack_##name(const uint8_t *p, size_t n)                                    \
	{                                                                                       \
		struct ipc_##name m;                                                            \
                                                                                                \
		return ipc_unpack_##name(p, n, &m);                                             \
	}                                                                                       \
                                                                                                \
	static void test_##name(void **state)                                                   \
	{                                                                                       \
		unsigned fields = 0 IPC_FIELDS_##name(FIELD_COUNT);                             \
                                                                                                \
		(void)state;                                                                    \
		for (int round = 0; round < 50; round++) {                                      \
			uint8_t packed[4096];                                                   \
			struct ipc_##name m = { 0 }, back;                                      \
			msgpack_unpacked oracle;                                                \
                                                                                                \
			IPC_FIELDS_##name(FIELD_SAMPLE);                                        \
			struct wr w = wr_init(packed, ipc_size_bound_##name(&m));               \
			ipc_pack_##name(&w, &m);                                                \
			assert_true(wr_ok(&w));                                                 \
			assert_int_equal(ipc_unpack_##name(packed, wr_len(&w), &back), 0);      \
			IPC_FIELDS_##name(FIELD_EQUAL);                                         \
			msgpack_unpacked_init(&oracle);                                         \
			assert_int_equal(                                                       \
				msgpack_unpack_next(&oracle, (char *)packed, wr_len(&w), NULL), \
				MSGPACK_UNPACK_SUCCESS);                                        \
			assert_int_equal(oracle.data.type, MSGPACK_OBJECT_ARRAY);               \
			assert_int_equal(oracle.data.via.array.size, fields);                   \
			const msgpack_object *o = oracle.data.via.array.ptr;                    \
			(void)o;                                                                \
			IPC_FIELDS_##name(FIELD_ORACLE);                                        \
			msgpack_unpacked_destroy(&oracle);                                      \
			if (round == 0)                                                         \
				check_refusals(packed, wr_len(&w), fields, unpack_##name);      \
			struct wr small = wr_init(packed, wr_len(&w) - 1);                      \
			ipc_pack_##name(&small, &m);                                            \
			assert_false(wr_ok(&small));                                            \
		}                                                                               \
	}
#include "proto/ipc/messages.def"
#undef IPC_MESSAGE

static void
test_table(void **state)
{
	bool seen[IPC_TYPE_LIMIT] = { false };

	(void)state;
	assert_true(ipc_info_count > 0);
	for (size_t i = 0; i < ipc_info_count; i++) {
		const struct ipc_info *info = &ipc_infos[i];

		assert_in_range(info->type, 1, IPC_TYPE_LIMIT - 1);
		assert_false(seen[info->type]);
		seen[info->type] = true;
		assert_string_equal(ipc_name(info->type), info->name);
		assert_true(info->doc[0] != '\0' && info->way[0] != '\0');
		for (unsigned f = 0; f < info->field_count; f++)
			assert_true(info->fields[f].doc[0] != '\0');
		assert_null(info->fields[info->field_count].name);
	}
	assert_string_equal(ipc_name(0), "unknown");
	assert_string_equal(ipc_name(UINT16_MAX), "unknown");
}

/* A string longer than its limit is refused though it is all there. */
static void
test_long_string(void **state)
{
	size_t room = IPC_STR_LIMIT + 4096;
	char *body = calloc(1, IPC_STR_LIMIT + 1);
	uint8_t *packed = malloc(room);
	struct ipc_rib_stats m = { .id = 1, .text = ipc_bytes(body, IPC_STR_LIMIT + 1) };

	(void)state;
	for (int over = 1; over >= 0; over--) {
		struct wr w = wr_init(packed, room);

		m.text.n = IPC_STR_LIMIT + (uint32_t)over;
		ipc_pack_rib_stats(&w, &m);
		assert_true(wr_ok(&w));
		struct ipc_rib_stats back;
		assert_int_equal(ipc_unpack_rib_stats(packed, wr_len(&w), &back), over ? -1 : 0);
		assert_int_equal(back.id, over ? 0 : 1);
	}
	free(packed);
	free(body);
}

struct heard {
	uint64_t seq;
	unsigned good, bad;
};

static void
on_committed(struct heard *h, const struct ipc_committed *m)
{
	h->seq = m->seq;
	h->good++;
}

static void
on_bad(struct heard *h, uint16_t type, const uint8_t *p, size_t n)
{
	(void)p;
	assert_int_equal(type, IPC_committed);
	assert_int_equal(n, 1);
	h->bad++;
}

IPC_HANDLER(committed, struct heard, on_committed, on_bad)

static ipc_handler_fn *const handlers[IPC_TYPE_LIMIT] = {
	[IPC_committed] = ipc_thunk_on_committed,
};

static void
test_dispatch(void **state)
{
	struct heard h = { 0 };

	(void)state;
	assert_true(ipc_dispatch(handlers, &h, IPC_committed, (const uint8_t *)"\x91\x07", 2));
	assert_true(ipc_dispatch(handlers, &h, IPC_committed, (const uint8_t *)"\x91", 1));
	assert_false(ipc_dispatch(handlers, &h, IPC_routes, NULL, 0));
	assert_false(ipc_dispatch(handlers, &h, UINT16_MAX, NULL, 0));
	assert_int_equal(h.seq, 7);
	assert_int_equal(h.good, 1);
	assert_int_equal(h.bad, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define IPC_MESSAGE(name, number, way, doc) cmocka_unit_test(test_##name),
#include "proto/ipc/messages.def"
#undef IPC_MESSAGE
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_long_string),
		cmocka_unit_test(test_dispatch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
