/*
 * The msgpack cursor on arbitrary bytes: whatever it skips as one object, msgpack-c must also see
 * as one object of the same length (unless it is nested deeper than msgpack-c goes).
 */
#include <msgpack.h>
#include <stdlib.h>

#include "common/mp_rd.h"
#include "common/rd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
compare(const uint8_t *data, size_t n, size_t length)
{
	msgpack_zone zone;
	msgpack_object object;
	size_t off = 0;

	msgpack_zone_init(&zone, 8192);
	msgpack_unpack_return rv = msgpack_unpack((const char *)data, n, &off, &zone, &object);
	if (rv == MSGPACK_UNPACK_PARSE_ERROR || rv == MSGPACK_UNPACK_CONTINUE)
		abort();
	if ((rv == MSGPACK_UNPACK_SUCCESS || rv == MSGPACK_UNPACK_EXTRA_BYTES) && off != length)
		abort();
	msgpack_zone_destroy(&zone);
}

static void
read_one(struct rd *r)
{
	uint32_t n;

	switch (mp_rd_kind(r)) {
	case MP_UINT:
		mp_rd_uint(r, UINT64_MAX);
		break;
	case MP_INT:
		mp_rd_int(r);
		break;
	case MP_BOOL:
		mp_rd_bool(r);
		break;
	case MP_NIL:
		mp_rd_nil(r);
		break;
	case MP_STR:
		mp_rd_str(r, &n);
		break;
	case MP_BIN:
		mp_rd_bin(r, &n);
		break;
	case MP_ARRAY:
		n = mp_rd_array(r);
		if (n > rd_left(r))
			abort();
		break;
	case MP_MAP:
		n = mp_rd_map(r);
		if (n > rd_left(r) / 2)
			abort();
		break;
	case MP_NONE:
	case MP_FLOAT:
	case MP_EXT:
		mp_rd_skip(r);
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct rd r = rd_init(data, n);

	mp_rd_skip(&r);
	if (rd_ok(&r))
		compare(data, n, n - rd_left(&r));
	r = rd_init(data, n);
	while (rd_ok(&r) && rd_left(&r) > 0)
		read_one(&r);
	return 0;
}

#include "tests/fuzz/replay.h"
