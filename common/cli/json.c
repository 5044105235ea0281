/*
 * A strict reader of JSON (RFC 8259) with a bounded depth. It only finds the parts; escapes in strings
 * are checked for their form and left alone, so printing is safe for a terminal whatever comes.
 */
#include "common/cli/json.h"

#include <string.h>

struct reader {
	const char *p;
	struct arena *arena;
	unsigned depth;
};

static struct json *value(struct reader *r);

static void
blanks(struct reader *r)
{
	r->p += strspn(r->p, " \t\r\n");
}

/* A string with its quotes; false when it has no end, or control characters. */
static bool
string(struct reader *r, const char **text, size_t *n)
{
	const char *p = r->p;

	if (*p != '"')
		return false;
	for (p++; *p != '"'; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return false;
		if (*p == '\\' && (*++p == '\0' || strchr("\"\\/bfnrtu", *p) == NULL))
			return false;
	}
	*text = r->p;
	*n = (size_t)(p + 1 - r->p);
	r->p = p + 1;
	return true;
}

static bool
bare_word(struct reader *r, const char **text, size_t *n)
{
	static const char *const words[] = { "true", "false", "null" };
	size_t len = strspn(r->p, "+-.0123456789eE");

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strncmp(r->p, words[i], strlen(words[i])) == 0)
			len = strlen(words[i]);
	}
	*text = r->p;
	*n = len;
	r->p += len;
	return len > 0;
}

static bool
member(struct reader *r, struct json **out)
{
	const char *key;
	size_t n;

	blanks(r);
	if (!string(r, &key, &n))
		return false;
	blanks(r);
	if (*r->p != ':')
		return false;
	r->p++;
	*out = value(r);
	if (*out == NULL)
		return false;
	(*out)->key = key;
	(*out)->key_n = n;
	return true;
}

/* Members or elements up to the closing bracket. */
static bool
items(struct reader *r, struct json *parent, char end)
{
	struct json **tail = &parent->child;

	r->p++;
	blanks(r);
	if (*r->p == end) {
		r->p++;
		return true;
	}
	for (;;) {
		if (parent->kind == JSON_OBJECT) {
			if (!member(r, tail))
				return false;
		} else {
			*tail = value(r);
			if (*tail == NULL)
				return false;
		}
		tail = &(*tail)->next;
		blanks(r);
		if (*r->p == end) {
			r->p++;
			return true;
		}
		if (*r->p != ',')
			return false;
		r->p++;
	}
}

static struct json *
value(struct reader *r)
{
	struct json *j = arena_alloc(r->arena, sizeof(*j));
	bool good;

	if (++r->depth > JSON_DEPTH_MAX)
		return NULL;
	blanks(r);
	if (*r->p == '{' || *r->p == '[') {
		j->kind = *r->p == '{' ? JSON_OBJECT : JSON_ARRAY;
		good = items(r, j, *r->p == '{' ? '}' : ']');
	} else if (*r->p == '"') {
		good = string(r, &j->text, &j->n);
	} else {
		good = bare_word(r, &j->text, &j->n);
	}
	r->depth--;
	return good ? j : NULL;
}

struct json *
json_parse(struct arena *arena, const char *text)
{
	struct reader r = { .p = text, .arena = arena };
	struct json *j = value(&r);

	if (j == NULL)
		return NULL;
	blanks(&r);
	return *r.p == '\0' ? j : NULL;
}

const struct json *
json_member(const struct json *object, const char *key)
{
	if (object == NULL || object->kind != JSON_OBJECT)
		return NULL;
	for (const struct json *j = object->child; j != NULL; j = j->next) {
		size_t n;
		const char *plain = json_plain(j->key, j->key_n, &n);

		if (n == strlen(key) && memcmp(plain, key, n) == 0)
			return j;
	}
	return NULL;
}

const char *
json_plain(const char *text, size_t n, size_t *plain_n)
{
	if (n >= 2 && text[0] == '"') {
		*plain_n = n - 2;
		return text + 1;
	}
	*plain_n = n;
	return text;
}
