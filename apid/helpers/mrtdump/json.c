/*
 * A scanner over JSON text. A value is skipped by counting brackets outside of strings, so its cost
 * is its length, whatever it nests.
 */
#include "apid/helpers/mrtdump/json.h"

#include <string.h>

#include "common/addr.h"
#include "common/hex.h"

static void
skip_blanks(struct json_walk *w)
{
	while (w->p < w->end && (*w->p == ' ' || *w->p == '\t' || *w->p == '\r' || *w->p == '\n'))
		w->p++;
}

static bool
take(struct json_walk *w, char c)
{
	skip_blanks(w);
	if (w->p == w->end || *w->p != c)
		return false;
	w->p++;
	return true;
}

/* At the opening quote; leaves w behind the closing one. */
static bool
skip_string(struct json_walk *w)
{
	for (w->p++; w->p < w->end; w->p++) {
		if (*w->p == '\\')
			w->p++;
		else if (*w->p == '"')
			break;
	}
	if (w->p >= w->end) {
		w->p = w->end;
		return false;
	}
	w->p++;
	return true;
}

static bool
skip_container(struct json_walk *w)
{
	size_t depth = 0;

	while (w->p < w->end) {
		char c = *w->p;

		if (c == '"') {
			if (!skip_string(w))
				return false;
			continue;
		}
		w->p++;
		if (c == '{' || c == '[')
			depth++;
		else if ((c == '}' || c == ']') && --depth == 0)
			return true;
	}
	return false;
}

static bool
take_value(struct json_walk *w, struct json *out)
{
	bool good = true;

	skip_blanks(w);
	*out = (struct json){ .s = w->p };
	if (w->p == w->end)
		return false;
	if (*w->p == '"')
		good = skip_string(w);
	else if (*w->p == '{' || *w->p == '[')
		good = skip_container(w);
	else
		while (w->p < w->end && strchr(" \t\r\n,:{}[]\"", *w->p) == NULL)
			w->p++;
	out->n = (size_t)(w->p - out->s);
	return good && out->n > 0;
}

bool
json_parse(const char *text, size_t n, struct json *out)
{
	struct json_walk w = { text, text + n };

	return take_value(&w, out);
}

bool
json_walk(const struct json *container, char open, struct json_walk *w)
{
	*w = (struct json_walk){ container->s, container->s + container->n };
	return take(w, open);
}

bool
json_next_element(struct json_walk *w, struct json *value)
{
	take(w, ',');
	return take_value(w, value);
}

bool
json_next_member(struct json_walk *w, struct json *key, struct json *value)
{
	struct json name;

	take(w, ',');
	return take_value(w, &name) && json_string(&name, key) && take(w, ':') &&
	       take_value(w, value);
}

bool
json_find(const struct json *object, const char *key, struct json *out)
{
	struct json name;
	struct json_walk w;
	size_t n = strlen(key);

	if (!json_walk(object, '{', &w))
		return false;
	while (json_next_member(&w, &name, out))
		if (name.n == n && memcmp(name.s, key, n) == 0)
			return true;
	return false;
}

bool
json_path(const struct json *object, const char *const *path, struct json *out)
{
	*out = *object;
	for (; *path != NULL; path++) {
		struct json inside = *out;

		if (!json_find(&inside, *path, out))
			return false;
	}
	return true;
}

bool
json_is(const struct json *v, const char *text)
{
	struct json inner = *v;

	if (v->n > 0 && v->s[0] == '"' && !json_string(v, &inner))
		return false;
	return inner.n == strlen(text) && memcmp(inner.s, text, inner.n) == 0;
}

bool
json_string(const struct json *v, struct json *out)
{
	if (v->n < 2 || v->s[0] != '"' || memchr(v->s, '\\', v->n) != NULL)
		return false;
	*out = (struct json){ .s = v->s + 1, .n = v->n - 2 };
	return true;
}

bool
json_number(const struct json *v, uint64_t max, uint64_t *out)
{
	return parse_u64(v->s, v->n, max, out) == 0;
}

long
json_hex(const struct json *v, uint8_t *out, size_t max)
{
	struct json text;

	if (!json_string(v, &text) || text.n < 2 || memcmp(text.s, "0x", 2) != 0 ||
		text.n % 2 != 0 || (text.n - 2) / 2 > max ||
		hex_decode(text.s + 2, text.n - 2, out) < 0)
		return -1;
	return (long)(text.n - 2) / 2;
}
