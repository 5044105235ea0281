/* JSON of one line as a tree, for printing it again. Strings and numbers are kept as they are written. */
#ifndef TROUPE_CLI_JSON_H
#define TROUPE_CLI_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "common/arena.h"

enum json_kind { JSON_WORD /* string, number, true, false, null */, JSON_ARRAY, JSON_OBJECT };

enum { JSON_DEPTH_MAX = 64 };

/* key, text: slices of the parsed text; those of strings with their quotes. */
struct json {
	enum json_kind kind;
	const char *key; /* in an object, else NULL */
	size_t key_n;
	const char *text; /* of a word */
	size_t n;
	struct json *child, *next;
};

/* The whole text as one value, in the arena; NULL when it is not JSON. text must stay. */
struct json *json_parse(struct arena *arena, const char *text);
/* Member of an object, or NULL. */
const struct json *json_member(const struct json *object, const char *key);
/* The characters between the quotes of a string (or the word itself), as a slice. */
const char *json_plain(const char *text, size_t n, size_t *plain_n);

#endif
