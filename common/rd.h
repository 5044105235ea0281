/*
 * A bounded reader over bytes from outside. It is sticky: the first read past the end marks it
 * bad, and from then on every getter returns 0 and nothing is left. So decoders read straight
 * through and look once, at the end. The only place with pointer arithmetic on received bytes.
 */
#ifndef TROUPE_COMMON_RD_H
#define TROUPE_COMMON_RD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct rd {
	const uint8_t *p;
	const uint8_t *end;
	bool bad;
};

static inline struct rd
rd_init(const void *data, size_t n)
{
	static const uint8_t empty[1];
	const uint8_t *p = n > 0 ? data : empty; /* data may be NULL then */

	return (struct rd){ .p = p, .end = p + n };
}

static inline size_t
rd_left(const struct rd *r)
{
	return (size_t)(r->end - r->p);
}

static inline bool
rd_ok(const struct rd *r)
{
	return !r->bad;
}

/* Good and used up. */
static inline bool
rd_done(const struct rd *r)
{
	return !r->bad && r->p == r->end;
}

static inline void
rd_fail(struct rd *r)
{
	r->bad = true;
	r->p = r->end;
}

/* n bytes, borrowed from the buffer, or NULL. n == 0 gives a non-NULL pointer on a good reader. */
static inline const uint8_t *
rd_bytes(struct rd *r, size_t n)
{
	const uint8_t *p = r->p;

	if (r->bad || rd_left(r) < n) {
		rd_fail(r);
		return NULL;
	}
	r->p += n;
	return p;
}

static inline uint8_t
rd_u8(struct rd *r)
{
	const uint8_t *p = rd_bytes(r, 1);

	return p ? p[0] : 0;
}

static inline uint16_t
rd_u16(struct rd *r)
{
	const uint8_t *p = rd_bytes(r, 2);

	return p ? (uint16_t)(p[0] << 8 | p[1]) : 0;
}

static inline uint32_t
rd_u24(struct rd *r)
{
	const uint8_t *p = rd_bytes(r, 3);

	return p ? (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2] : 0;
}

static inline uint32_t
rd_u32(struct rd *r)
{
	const uint8_t *p = rd_bytes(r, 4);

	return p ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3] : 0;
}

static inline uint64_t
rd_u64(struct rd *r)
{
	uint64_t high = rd_u32(r);

	return high << 32 | rd_u32(r);
}

/* Copies n bytes to out; zeroes out when they are not there. */
static inline void
rd_copy(struct rd *r, void *out, size_t n)
{
	const uint8_t *p = rd_bytes(r, n);

	if (p != NULL)
		memcpy(out, p, n);
	else
		memset(out, 0, n);
}

/* A child over the next n bytes; a length that does not fit marks parent and child bad. */
static inline struct rd
rd_sub(struct rd *r, size_t n)
{
	const uint8_t *p = rd_bytes(r, n);

	return p ? rd_init(p, n) : (struct rd){ .p = r->end, .end = r->end, .bad = true };
}

#endif
