/*
 * Logical lines (reference/config.md 1.2, 1.3): physical lines that end in a backslash are joined
 * with the next one, then escapes are decoded. Escapes in comments are left alone (D39), so the
 * decoder follows quotes and comments as the tokeniser will. Every decoded character keeps the
 * line and column it came from.
 */
#include "proto/text/conf_lex_line.h"

#include "common/hex.h"

struct joined {
	char *s;
	struct conf_place *map; /* n + 1: also of the end */
	size_t n;
	size_t at; /* decoder */
};

static bool
is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* One physical line at *p: [*p, return value) without trailing blanks; *next after its LF. */
static const char *
physical_line(const char *p, const char *end, const char **next)
{
	const char *newline = memchr(p, '\n', (size_t)(end - p));
	const char *stop = newline != NULL ? newline : end;

	*next = newline != NULL ? newline + 1 : end;
	while (stop > p && is_blank(stop[-1]))
		stop--;
	return stop;
}

/* How many bytes the joined line has at most. */
static size_t
measure(const struct conf_lex *x)
{
	const char *p = x->p, *next = x->p;

	while (p < x->end) {
		const char *stop = physical_line(p, x->end, &next);

		if (stop == p || stop[-1] != '\\')
			break;
		p = next;
	}
	return (size_t)(next - x->p);
}

static int
join(struct conf_lex *x, struct joined *j, struct text_error *e)
{
	size_t room = measure(x);

	j->s = arena_alloc(&x->scratch, room + 1);
	j->map = arena_alloc(&x->scratch, (room + 1) * sizeof(*j->map));
	for (;;) {
		const char *next, *line = x->p;
		const char *stop = physical_line(line, x->end, &next);
		bool more = stop > line && stop[-1] == '\\';

		for (const char *p = line; p < stop - more; p++) {
			j->map[j->n] = (struct conf_place){ .line = x->line,
				.col = (uint32_t)(p - line) + 1 };
			j->s[j->n++] = *p;
		}
		j->map[j->n] = (struct conf_place){ .line = x->line,
			.col = (uint32_t)(stop - more - line) + 1 };
		if (more && next == x->end && (next == line || next[-1] != '\n')) {
			struct token at = {
				.s = "", .n = 0, .line = x->line, .col = j->map[j->n].col
			};

			return text_error_set(e, &at, "a backslash at the end of the file");
		}
		x->p = next;
		x->line++;
		if (!more || x->p == x->end)
			return 0;
	}
}

/* Four hex digits at offset at of j; -1 when they are not. */
static long
hex4(const struct joined *j, size_t at)
{
	long v = 0;

	if (at + 4 > j->n)
		return -1;
	for (size_t i = at; i < at + 4; i++) {
		int digit = hex_digit(j->s[i]);

		if (digit < 0)
			return -1;
		v = v << 4 | digit;
	}
	return v;
}

/* \uXXXX (or a surrogate pair of them) whose digits start at j->at. -1 when malformed. */
static long
unicode(struct joined *j)
{
	long high = hex4(j, j->at);

	if (high <= 0 || (high >= 0xdc00 && high <= 0xdfff))
		return -1;
	j->at += 4;
	if (high < 0xd800 || high > 0xdbff)
		return high;
	if (j->at + 6 > j->n || j->s[j->at] != '\\' || j->s[j->at + 1] != 'u')
		return -1;
	long low = hex4(j, j->at + 2);
	if (low < 0xdc00 || low > 0xdfff)
		return -1;
	j->at += 6;
	return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

static size_t
put_utf8(char *out, long code)
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xc0 | code >> 6);
		out[1] = (char)(0x80 | (code & 63));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xe0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 63));
		out[2] = (char)(0x80 | (code & 63));
		return 3;
	}
	out[0] = (char)(0xf0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 63));
	out[2] = (char)(0x80 | (code >> 6 & 63));
	out[3] = (char)(0x80 | (code & 63));
	return 4;
}

/* The escape at j->at (a backslash), to out; its length, or 0 when it is malformed. */
static size_t
decode_escape(struct joined *j, char out[4])
{
	static const char letters[128] = {
		['n'] = '\n', ['r'] = '\r', ['t'] = '\t', ['b'] = '\b', ['f'] = '\f'
	};

	j->at++;
	if (j->at == j->n) {
		out[0] = '\\';
		return 1;
	}
	unsigned char c = (unsigned char)j->s[j->at++];
	if (c == 'u') {
		long code = unicode(j);

		return code < 0 ? 0 : put_utf8(out, code);
	}
	out[0] = c < 128 && letters[c] != 0 ? letters[c] : (char)c;
	return 1;
}

/* Quote state after one decoded character; true when it starts a comment. */
static bool
follow(char c, char *quote)
{
	if (c == '"' || c == '\'')
		*quote = *quote == c ? 0 : c;
	return *quote == 0 && c == '#';
}

int
conf_lex_join(struct conf_lex *x, struct text_error *e)
{
	struct joined j = { 0 };
	char quote = 0;
	size_t used = 0;

	x->s_line = x->line;
	if (join(x, &j, e) != 0)
		return -1;
	/* Decoding never makes text longer: it is done in place. */
	while (j.at < j.n) {
		struct conf_place place = j.map[j.at];
		char decoded[4] = { j.s[j.at] };
		size_t len = 1;

		if (j.s[j.at] == '\\')
			len = decode_escape(&j, decoded);
		else
			j.at++;
		if (len == 0) {
			struct token at = { .s = "", .n = 0, .line = place.line, .col = place.col };

			return text_error_set(e, &at, "expected four hex digits after \"\\u\"");
		}
		if (len == 1 && follow(decoded[0], &quote)) {
			/* Keeps the "#": it may stand too close to a word. */
			j.map[used] = place;
			j.s[used++] = '#';
			break;
		}
		for (size_t i = 0; i < len; i++) {
			j.map[used] = place;
			j.s[used++] = decoded[i];
		}
	}
	j.map[used] = j.map[j.n];
	x->s = j.s;
	x->n = used;
	x->at = 0;
	x->map = j.map;
	return 0;
}
