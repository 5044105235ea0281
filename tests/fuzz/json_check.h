/* Whether bytes are one JSON value (RFC 8259), for fuzzers and tests. Not fast, not lenient. */
#ifndef TROUPE_TESTS_FUZZ_JSON_CHECK_H
#define TROUPE_TESTS_FUZZ_JSON_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct json_check {
	const char *p, *end;
	int depth;
};

static inline void
json_blank(struct json_check *j)
{
	while (j->p < j->end && strchr(" \t\r\n", *j->p) != NULL && *j->p != '\0')
		j->p++;
}

static inline bool
json_take(struct json_check *j, char c)
{
	json_blank(j);
	if (j->p == j->end || *j->p != c)
		return false;
	j->p++;
	return true;
}

static inline bool
json_check_string(struct json_check *j)
{
	if (!json_take(j, '"'))
		return false;
	while (j->p < j->end && *j->p != '"') {
		if (*j->p < 0x20 || *j->p > 0x7e) /* ours are pure ASCII */
			return false;
		if (*j->p == '\\') {
			j->p++;
			if (j->p == j->end || *j->p == '\0' || strchr("\"\\/bfnrtu", *j->p) == NULL)
				return false;
		}
		j->p++;
	}
	return json_take(j, '"');
}

static inline bool
json_check_number(struct json_check *j)
{
	const char *start;

	if (j->p < j->end && *j->p == '-')
		j->p++;
	start = j->p;
	while (j->p < j->end && *j->p >= '0' && *j->p <= '9')
		j->p++;
	if (j->p == start || (*start == '0' && j->p - start > 1))
		return false;
	while (j->p < j->end && *j->p != '\0' && strchr("0123456789.eE+-", *j->p) != NULL)
		j->p++;
	return true;
}

static inline bool
json_check_word(struct json_check *j, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(j->end - j->p) < n || memcmp(j->p, word, n) != 0)
		return false;
	j->p += n;
	return true;
}

static inline bool json_check_value(struct json_check *j);

static inline bool
json_check_list(struct json_check *j, char close, bool members)
{
	if (json_take(j, close))
		return true;
	do {
		if (members && (!json_check_string(j) || !json_take(j, ':')))
			return false;
		if (!json_check_value(j))
			return false;
	} while (json_take(j, ','));
	return json_take(j, close);
}

static inline bool
json_check_value(struct json_check *j)
{
	bool ok;

	json_blank(j);
	if (j->p == j->end || ++j->depth > 64)
		return false;
	switch (*j->p) {
	case '{':
		j->p++;
		ok = json_check_list(j, '}', true);
		break;
	case '[':
		j->p++;
		ok = json_check_list(j, ']', false);
		break;
	case '"':
		ok = json_check_string(j);
		break;
	case 't':
		ok = json_check_word(j, "true");
		break;
	case 'f':
		ok = json_check_word(j, "false");
		break;
	case 'n':
		ok = json_check_word(j, "null");
		break;
	default:
		ok = json_check_number(j);
	}
	j->depth--;
	return ok;
}

/* One value and nothing after it. */
static inline bool
json_is_valid(const void *text, size_t n)
{
	struct json_check j = { .p = text, .end = (const char *)text + n };

	if (!json_check_value(&j))
		return false;
	json_blank(&j);
	return j.p == j.end;
}

#endif
