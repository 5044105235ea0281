/*
 * Decoding of msgpack (the published format description: one tag byte, big-endian lengths).
 *
 * One table of 256 rows' worth of meaning, folded into head(): every object is a kind, a number
 * (the value of an integer, the length of a string, the count of a container) and a payload that
 * follows. All readers below are head() and one check of the kind.
 */
#include "common/mp_rd.h"

#include "common/rd.h"

struct head {
	enum mp_kind kind;
	uint64_t number; /* value, length or count; two's complement for MP_INT */
};

/* Rows for the tags 0xc0..0xdf: width of the number that follows. */
struct tag_row {
	uint8_t kind;
	uint8_t width;
	uint8_t value; /* when width is 0: the number itself */
	bool is_signed;
};

static const struct tag_row tags[32] = {
	[0x00] = { .kind = MP_NIL },
	[0x01] = { .kind = MP_NONE },
	[0x02] = { .kind = MP_BOOL, .value = 0 },
	[0x03] = { .kind = MP_BOOL, .value = 1 },
	[0x04] = { .kind = MP_BIN, .width = 1 },
	[0x05] = { .kind = MP_BIN, .width = 2 },
	[0x06] = { .kind = MP_BIN, .width = 4 },
	[0x07] = { .kind = MP_EXT, .width = 1 },
	[0x08] = { .kind = MP_EXT, .width = 2 },
	[0x09] = { .kind = MP_EXT, .width = 4 },
	[0x0a] = { .kind = MP_FLOAT, .value = 4 },
	[0x0b] = { .kind = MP_FLOAT, .value = 8 },
	[0x0c] = { .kind = MP_UINT, .width = 1 },
	[0x0d] = { .kind = MP_UINT, .width = 2 },
	[0x0e] = { .kind = MP_UINT, .width = 4 },
	[0x0f] = { .kind = MP_UINT, .width = 8 },
	[0x10] = { .kind = MP_INT, .width = 1, .is_signed = true },
	[0x11] = { .kind = MP_INT, .width = 2, .is_signed = true },
	[0x12] = { .kind = MP_INT, .width = 4, .is_signed = true },
	[0x13] = { .kind = MP_INT, .width = 8, .is_signed = true },
	[0x14] = { .kind = MP_EXT, .value = 1 },
	[0x15] = { .kind = MP_EXT, .value = 2 },
	[0x16] = { .kind = MP_EXT, .value = 4 },
	[0x17] = { .kind = MP_EXT, .value = 8 },
	[0x18] = { .kind = MP_EXT, .value = 16 },
	[0x19] = { .kind = MP_STR, .width = 1 },
	[0x1a] = { .kind = MP_STR, .width = 2 },
	[0x1b] = { .kind = MP_STR, .width = 4 },
	[0x1c] = { .kind = MP_ARRAY, .width = 2 },
	[0x1d] = { .kind = MP_ARRAY, .width = 4 },
	[0x1e] = { .kind = MP_MAP, .width = 2 },
	[0x1f] = { .kind = MP_MAP, .width = 4 },
};

static uint64_t
number(struct rd *r, const struct tag_row *row)
{
	switch (row->width) {
	case 0:
		return row->value;
	case 1:
		return row->is_signed ? (uint64_t)(int8_t)rd_u8(r) : rd_u8(r);
	case 2:
		return row->is_signed ? (uint64_t)(int16_t)rd_u16(r) : rd_u16(r);
	case 4:
		return row->is_signed ? (uint64_t)(int32_t)rd_u32(r) : rd_u32(r);
	}
	return rd_u64(r);
}

static struct head
head(struct rd *r)
{
	uint8_t tag = rd_u8(r);

	if (!rd_ok(r))
		return (struct head){ .kind = MP_NONE };
	if (tag <= 0x7f)
		return (struct head){ .kind = MP_UINT, .number = tag };
	if (tag <= 0x8f)
		return (struct head){ .kind = MP_MAP, .number = tag & 0x0f };
	if (tag <= 0x9f)
		return (struct head){ .kind = MP_ARRAY, .number = tag & 0x0f };
	if (tag <= 0xbf)
		return (struct head){ .kind = MP_STR, .number = tag & 0x1f };
	if (tag >= 0xe0)
		return (struct head){ .kind = MP_INT, .number = (uint64_t)(int8_t)tag };

	const struct tag_row *row = &tags[tag - 0xc0];
	struct head h = { .kind = (enum mp_kind)row->kind, .number = number(r, row) };

	if (h.kind == MP_NONE)
		rd_fail(r);
	return h;
}

/* The next object's head, which must be of this kind. */
static uint64_t
expect(struct rd *r, enum mp_kind kind)
{
	struct head h = head(r);

	if (h.kind != kind || !rd_ok(r)) {
		rd_fail(r);
		return 0;
	}
	return h.number;
}

enum mp_kind
mp_rd_kind(const struct rd *r)
{
	if (r->bad || rd_left(r) == 0)
		return MP_NONE;

	uint8_t tag = r->p[0];

	if (tag >= 0xc0 && tag <= 0xdf)
		return (enum mp_kind)tags[tag - 0xc0].kind;

	struct rd copy = *r;

	return head(&copy).kind;
}

uint64_t
mp_rd_uint(struct rd *r, uint64_t max)
{
	struct head h = head(r);
	bool whole = h.kind == MP_UINT || (h.kind == MP_INT && h.number <= INT64_MAX);

	if (!whole || h.number > max || !rd_ok(r)) {
		rd_fail(r);
		return 0;
	}
	return h.number;
}

int64_t
mp_rd_int(struct rd *r)
{
	struct head h = head(r);
	bool whole = h.kind == MP_INT || (h.kind == MP_UINT && h.number <= INT64_MAX);

	if (!whole || !rd_ok(r)) {
		rd_fail(r);
		return 0;
	}
	return (int64_t)h.number;
}

bool
mp_rd_bool(struct rd *r)
{
	return expect(r, MP_BOOL) != 0;
}

void
mp_rd_nil(struct rd *r)
{
	expect(r, MP_NIL);
}

static const uint8_t *
payload(struct rd *r, enum mp_kind kind, uint32_t *n)
{
	uint64_t len = expect(r, kind);
	const uint8_t *p = rd_bytes(r, len);

	*n = p != NULL ? (uint32_t)len : 0;
	return p;
}

const uint8_t *
mp_rd_str(struct rd *r, uint32_t *n)
{
	return payload(r, MP_STR, n);
}

const uint8_t *
mp_rd_bin(struct rd *r, uint32_t *n)
{
	return payload(r, MP_BIN, n);
}

static uint32_t
container(struct rd *r, enum mp_kind kind, size_t bytes_each)
{
	uint64_t count = expect(r, kind);

	if (count > rd_left(r) / bytes_each) {
		rd_fail(r);
		return 0;
	}
	return (uint32_t)count;
}

uint32_t
mp_rd_array(struct rd *r)
{
	return container(r, MP_ARRAY, 1);
}

uint32_t
mp_rd_map(struct rd *r)
{
	return container(r, MP_MAP, 2);
}

void
mp_rd_skip(struct rd *r)
{
	/* Every object still to come takes a byte at least: the debt never exceeds what is left. */
	for (uint64_t debt = 1; debt > 0 && rd_ok(r); debt--) {
		struct head h = head(r);

		switch (h.kind) {
		case MP_NONE:
			rd_fail(r);
			break;
		case MP_NIL:
		case MP_BOOL:
		case MP_UINT:
		case MP_INT:
			break;
		case MP_FLOAT:
		case MP_STR:
		case MP_BIN:
			rd_bytes(r, h.number);
			break;
		case MP_EXT:
			rd_bytes(r, h.number + 1);
			break;
		case MP_ARRAY:
			debt += h.number;
			break;
		case MP_MAP:
			debt += h.number * 2;
			break;
		}
		if (debt - 1 > rd_left(r))
			rd_fail(r);
	}
}
