/*
 * A cursor over msgpack bytes from outside. It works on struct rd and shares its error model:
 * sticky, so decode straight through and look once at rd_ok()/rd_done(). Nothing is allocated,
 * strings and binaries are borrowed from the input, announced counts are checked against the
 * bytes that are left before the caller sees them.
 */
#ifndef TROUPE_COMMON_MP_RD_H
#define TROUPE_COMMON_MP_RD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rd;

enum mp_kind {
	MP_NONE,
	MP_NIL,
	MP_BOOL,
	MP_UINT,
	MP_INT,
	MP_FLOAT,
	MP_STR,
	MP_BIN,
	MP_ARRAY,
	MP_MAP,
	MP_EXT
};

/* Kind of the next object, without moving; MP_NONE: nothing left, bad reader or unused tag. A
 * number that is not negative may be reported as MP_INT when its sender chose a signed form. */
enum mp_kind mp_rd_kind(const struct rd *r);

/* A whole number of 0..max, whatever form it was sent in. 0 and a bad reader otherwise. */
uint64_t mp_rd_uint(struct rd *r, uint64_t max);
int64_t mp_rd_int(struct rd *r);
bool mp_rd_bool(struct rd *r);
void mp_rd_nil(struct rd *r);
/* Borrowed; the length goes to *n. NULL and 0 on a bad reader. */
const uint8_t *mp_rd_str(struct rd *r, uint32_t *n);
const uint8_t *mp_rd_bin(struct rd *r, uint32_t *n);
/* Number of elements (pairs for a map), never more than the bytes left could hold. */
uint32_t mp_rd_array(struct rd *r);
uint32_t mp_rd_map(struct rd *r);
/* Over one object of any kind with all it contains; nesting needs no stack. */
void mp_rd_skip(struct rd *r);

#endif
