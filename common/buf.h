/*
 * A growing byte buffer; also the output of every text and JSON printer. Growth aborts the
 * process only when memory is exhausted; every caller that appends data from outside checks a
 * named limit first. The common case (it fits) is inline.
 */
#ifndef TROUPE_COMMON_BUF_H
#define TROUPE_COMMON_BUF_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct buf {
	uint8_t *data; /* owned */
	size_t len;
	size_t cap;
};

/* Zeroed is a valid empty buffer. */
void buf_fini(struct buf *b);
static inline void
buf_reset(struct buf *b)
{
	b->len = 0;
}

/* Makes cap at least len + n (slow path of buf_room). */
void buf_grow(struct buf *b, size_t n);

/* Makes room for n more bytes and returns where they go; buf->len is the caller's to advance. */
static inline uint8_t *
buf_room(struct buf *b, size_t n)
{
	if (__builtin_expect(b->data == NULL || b->cap - b->len < n, 0))
		buf_grow(b, n);
	return b->data + b->len;
}

static inline void
buf_add(struct buf *b, const void *data, size_t n)
{
	if (n == 0)
		return;
	memcpy(buf_room(b, n), data, n);
	b->len += n;
}

static inline void
buf_str(struct buf *b, const char *text)
{
	buf_add(b, text, strlen(text));
}

static inline void
buf_chr(struct buf *b, char c)
{
	*buf_room(b, 1) = (uint8_t)c;
	b->len++;
}

void buf_u64(struct buf *b, uint64_t v);
void buf_hex_lower(struct buf *b, const void *data, size_t n);
void buf_hex_upper(struct buf *b, const void *data, size_t n);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
/* A JSON string with quotes: \" \\ \n \r \t \b \f, everything outside 0x20..0x7e as \uXXXX (lower
 * case, surrogate pairs), bytes that are not UTF-8 as \ufffd. (reference/events.md 2.4) */
void buf_json_string(struct buf *b, const void *text, size_t n);
/* Drops n bytes at the front. */
void buf_shift(struct buf *b, size_t n);
/* NUL-terminated view (the NUL is not counted). */
const char *buf_cstr(struct buf *b);

#define BUF_LIT(b, literal) buf_add((b), (literal), sizeof(literal) - 1)

#endif
