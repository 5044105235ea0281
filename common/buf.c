/*
 * Growing byte buffers and what is printed into them: decimal, hexadecimal, JSON strings,
 * printf. Capacity doubles, so appending is amortised constant; memory is given back by
 * buf_fini() only.
 */
#include "common/buf.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/log.h"
#include "common/utf8.h"
#include "common/xmalloc.h"

enum { BUF_MIN = 128 };

static const char digit_pairs[201] = "00010203040506070809101112131415161718192021222324"
				     "25262728293031323334353637383940414243444546474849"
				     "50515253545556575859606162636465666768697071727374"
				     "75767778798081828384858687888990919293949596979899";

void
buf_fini(struct buf *b)
{
	free(b->data);
	*b = (struct buf){ 0 };
}

void
buf_grow(struct buf *b, size_t n)
{
	size_t cap = b->cap < BUF_MIN ? BUF_MIN : b->cap;

	if (n > SIZE_MAX / 4 - b->len)
		fatalx("buffer of %zu bytes and %zu more", b->len, n);
	while (cap - b->len < n)
		cap *= 2;
	b->data = xrealloc(b->data, cap);
	b->cap = cap;
}

void
buf_u64(struct buf *b, uint64_t v)
{
	char text[20];
	size_t at = sizeof(text);

	while (v >= 100) {
		at -= 2;
		memcpy(text + at, digit_pairs + (v % 100) * 2, 2);
		v /= 100;
	}
	if (v >= 10) {
		at -= 2;
		memcpy(text + at, digit_pairs + v * 2, 2);
	} else {
		text[--at] = (char)('0' + v);
	}
	buf_add(b, text + at, sizeof(text) - at);
}

static void
add_hex(struct buf *b, const uint8_t *data, size_t n, const char digits[16])
{
	if (n > SIZE_MAX / 8)
		fatalx("hexadecimal of %zu bytes", n);
	uint8_t *out = buf_room(b, n * 2);
	for (size_t i = 0; i < n; i++) {
		out[i * 2] = (uint8_t)digits[data[i] >> 4];
		out[i * 2 + 1] = (uint8_t)digits[data[i] & 15];
	}
	b->len += n * 2;
}

void
buf_hex_lower(struct buf *b, const void *data, size_t n)
{
	add_hex(b, data, n, "0123456789abcdef");
}

void
buf_hex_upper(struct buf *b, const void *data, size_t n)
{
	add_hex(b, data, n, "0123456789ABCDEF");
}

void
buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	uint8_t *out = buf_room(b, 64);
	size_t room = b->cap - b->len;

	va_copy(again, ap);
	int n = vsnprintf((char *)out, room, fmt, ap);
	if (n < 0)
		fatalx("vsnprintf failed for \"%s\"", fmt);
	if ((size_t)n >= room) {
		out = buf_room(b, (size_t)n + 1);
		vsnprintf((char *)out, (size_t)n + 1, fmt, again);
	}
	va_end(again);
	b->len += (size_t)n;
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

static void
add_unicode(struct buf *b, uint32_t unit)
{
	static const char digits[] = "0123456789abcdef";
	char text[6] = { '\\', 'u', digits[unit >> 12 & 15], digits[unit >> 8 & 15],
		digits[unit >> 4 & 15], digits[unit & 15] };

	buf_add(b, text, sizeof(text));
}

/* One character that cannot stand for itself; returns how many bytes it took. */
static size_t
add_escaped(struct buf *b, const uint8_t *p, size_t n)
{
	static const char letter[128] = { ['"'] = '"',
		['\\'] = '\\',
		['\n'] = 'n',
		['\r'] = 'r',
		['\t'] = 't',
		['\b'] = 'b',
		['\f'] = 'f' };
	uint32_t code;
	size_t len = utf8_decode(p, n, &code);

	if (len == 0) {
		add_unicode(b, 0xfffd);
		return 1;
	}
	if (code < 128 && letter[code] != 0) {
		char text[2] = { '\\', letter[code] };

		buf_add(b, text, sizeof(text));
	} else if (code < 0x10000) {
		add_unicode(b, code);
	} else {
		code -= 0x10000;
		add_unicode(b, 0xd800 + (code >> 10));
		add_unicode(b, 0xdc00 + (code & 0x3ff));
	}
	return len;
}

static inline size_t
plain_run(const uint8_t *p, size_t n)
{
	size_t i = 0;

	while (i < n && p[i] >= 0x20 && p[i] <= 0x7e && p[i] != '"' && p[i] != '\\')
		i++;
	return i;
}

void
buf_json_string(struct buf *b, const void *text, size_t n)
{
	const uint8_t *p = text;

	buf_room(b, n + 2);
	buf_chr(b, '"');
	while (n > 0) {
		size_t len = plain_run(p, n);

		if (len > 0)
			buf_add(b, p, len);
		else
			len = add_escaped(b, p, n);
		p += len;
		n -= len;
	}
	buf_chr(b, '"');
}

void
buf_shift(struct buf *b, size_t n)
{
	if (n > b->len)
		fatalx("dropping %zu of %zu buffered bytes", n, b->len);
	b->len -= n;
	if (n > 0 && b->len > 0)
		memmove(b->data, b->data + n, b->len);
}

const char *
buf_cstr(struct buf *b)
{
	*buf_room(b, 1) = '\0';
	return (const char *)b->data;
}
