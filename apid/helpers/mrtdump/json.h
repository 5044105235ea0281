/*
 * Looking into JSON without building it: values are slices of the text. Only as strict as finding
 * things needs; what is malformed is not found.
 */
#ifndef TROUPE_APID_MRTDUMP_JSON_H
#define TROUPE_APID_MRTDUMP_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One value: an object or array with its brackets, a string with its quotes, or a bare word. */
struct json {
	const char *s;
	size_t n;
};

struct json_walk {
	const char *p, *end;
};

/* The value at the start of a text. */
bool json_parse(const char *text, size_t n, struct json *out);
/* Over the members of an object or the elements of an array: start, then next until false. */
bool json_walk(const struct json *container, char open, struct json_walk *w);
bool json_next_member(struct json_walk *w, struct json *key, struct json *value);
bool json_next_element(struct json_walk *w, struct json *value);
/* A member by name; and along a path of names, NULL at its end. */
bool json_find(const struct json *object, const char *key, struct json *out);
bool json_path(const struct json *object, const char *const *path, struct json *out);

/* Whether the value is this string or bare word. */
bool json_is(const struct json *v, const char *text);
/* A string's characters, without quotes; false for other values and strings with escapes. */
bool json_string(const struct json *v, struct json *out);
bool json_number(const struct json *v, uint64_t max, uint64_t *out);
/* A string "0x…" of at most max bytes; -1 for anything else. */
long json_hex(const struct json *v, uint8_t *out, size_t max);

#endif
