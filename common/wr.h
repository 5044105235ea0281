/*
 * A bounded writer into memory of fixed size. Sticky like struct rd: once something did not fit
 * it is bad and writes nothing more.
 */
#ifndef TROUPE_COMMON_WR_H
#define TROUPE_COMMON_WR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct wr {
	uint8_t *base;
	uint8_t *p;
	uint8_t *end;
	bool bad;
};

static inline struct wr
wr_init(void *data, size_t n)
{
	return (struct wr){ .base = data, .p = data, .end = (uint8_t *)data + n };
}

static inline size_t
wr_len(const struct wr *w)
{
	return (size_t)(w->p - w->base);
}

static inline size_t
wr_left(const struct wr *w)
{
	return (size_t)(w->end - w->p);
}

static inline bool
wr_ok(const struct wr *w)
{
	return !w->bad;
}

/* Room for n bytes that the caller fills at once, or NULL. */
static inline uint8_t *
wr_room(struct wr *w, size_t n)
{
	uint8_t *p = w->p;

	if (w->bad || wr_left(w) < n) {
		w->bad = true;
		return NULL;
	}
	w->p += n;
	return p;
}

static inline void
wr_u8(struct wr *w, uint8_t v)
{
	uint8_t *p = wr_room(w, 1);

	if (p != NULL)
		p[0] = v;
}

static inline void
wr_u16(struct wr *w, uint16_t v)
{
	uint8_t *p = wr_room(w, 2);

	if (p != NULL) {
		p[0] = (uint8_t)(v >> 8);
		p[1] = (uint8_t)v;
	}
}

static inline void
wr_u24(struct wr *w, uint32_t v)
{
	wr_u8(w, (uint8_t)(v >> 16));
	wr_u16(w, (uint16_t)v);
}

static inline void
wr_u32(struct wr *w, uint32_t v)
{
	uint8_t *p = wr_room(w, 4);

	if (p != NULL) {
		p[0] = (uint8_t)(v >> 24);
		p[1] = (uint8_t)(v >> 16);
		p[2] = (uint8_t)(v >> 8);
		p[3] = (uint8_t)v;
	}
}

static inline void
wr_u64(struct wr *w, uint64_t v)
{
	wr_u32(w, (uint32_t)(v >> 32));
	wr_u32(w, (uint32_t)v);
}

static inline void
wr_bytes(struct wr *w, const void *data, size_t n)
{
	uint8_t *p = wr_room(w, n);

	if (p != NULL && data != NULL && n > 0)
		memcpy(p, data, n);
}

/* A length field to be patched: returns its offset. wr_patch_u16() stores what was written since. */
static inline size_t
wr_mark_u16(struct wr *w)
{
	size_t at = wr_len(w);

	wr_u16(w, 0);
	return at;
}

static inline void
wr_patch_u16(struct wr *w, size_t at)
{
	size_t n = wr_len(w) - at - 2;

	if (w->bad)
		return;
	if (n > UINT16_MAX) {
		w->bad = true;
		return;
	}
	w->base[at] = (uint8_t)(n >> 8);
	w->base[at + 1] = (uint8_t)n;
}

#endif
