/*
 * Printing answers. As JSON: what fits in a line stays in a line, the rest is indented. As text: an
 * object is a line per member, a list of flat objects is a table, other lists are sections.
 * Escapes stay escapes and control characters become `?`: nothing acts on the terminal.
 */
#include "common/cli/show.h"

#include <string.h>

#include "common/buf.h"
#include "common/cli/json.h"

enum { WIDTH = 96, INDENT = 2, COLUMNS_MAX = 32, CELL_MAX = 60 };

static void
indent(struct buf *out, unsigned n)
{
	for (unsigned i = 0; i < n * INDENT; i++)
		buf_chr(out, ' ');
}

/* --- JSON --- */

/* On one line; false (and out as it was) when it is longer than room. */
static bool
compact(struct buf *out, const struct json *j, size_t room)
{
	size_t start = out->len;

	if (j->key != NULL) {
		buf_add(out, j->key, j->key_n);
		BUF_LIT(out, ": ");
	}
	if (j->kind == JSON_WORD) {
		buf_add(out, j->text, j->n);
		return out->len - start <= room;
	}
	buf_str(out, j->kind == JSON_OBJECT ? "{" : "[");
	for (const struct json *c = j->child; c != NULL; c = c->next) {
		buf_str(out, c != j->child ? ", " : j->kind == JSON_OBJECT ? " " : "");
		if (out->len - start > room || !compact(out, c, room - (out->len - start))) {
			out->len = start;
			return false;
		}
	}
	buf_str(out, j->kind == JSON_ARRAY ? "]" : j->child != NULL ? " }" : "}");
	if (out->len - start <= room)
		return true;
	out->len = start;
	return false;
}

static void
pretty(struct buf *out, const struct json *j, unsigned depth)
{
	size_t used = (size_t)depth * INDENT + 1;

	if (compact(out, j, used < WIDTH ? WIDTH - used : 1) || j->kind == JSON_WORD)
		return;
	if (j->key != NULL) {
		buf_add(out, j->key, j->key_n);
		BUF_LIT(out, ": ");
	}
	buf_str(out, j->kind == JSON_OBJECT ? "{\n" : "[\n");
	for (const struct json *c = j->child; c != NULL; c = c->next) {
		indent(out, depth + 1);
		pretty(out, c, depth + 1);
		buf_str(out, c->next != NULL ? ",\n" : "\n");
	}
	indent(out, depth);
	buf_str(out, j->kind == JSON_OBJECT ? "}" : "]");
}

/* --- text --- */

static void text_value(struct buf *out, const struct json *j, unsigned depth);

static void
plain(struct buf *out, const char *text, size_t n)
{
	size_t len;
	const char *p = json_plain(text, n, &len);

	buf_add(out, p, len);
}

static bool
words_only(const struct json *j)
{
	for (const struct json *c = j->child; c != NULL; c = c->next) {
		if (c->kind != JSON_WORD)
			return false;
	}
	return true;
}

/* An object of words and lists of words. */
static bool
is_row(const struct json *j)
{
	for (const struct json *c = j->child; c != NULL; c = c->next) {
		if (c->kind == JSON_OBJECT || !words_only(c))
			return false;
	}
	return j->kind == JSON_OBJECT && j->child != NULL;
}

static bool
is_table(const struct json *j)
{
	for (const struct json *c = j->child; c != NULL; c = c->next) {
		if (!is_row(c))
			return false;
	}
	return j->kind == JSON_ARRAY && j->child != NULL;
}

/* A word, or the words of a list. */
static void
words(struct buf *out, const struct json *j)
{
	if (j->kind == JSON_WORD)
		plain(out, j->text, j->n);
	for (const struct json *c = j->child; c != NULL; c = c->next) {
		plain(out, c->text, c->n);
		if (c->next != NULL)
			buf_chr(out, ' ');
	}
}

struct column {
	const char *name;
	size_t n, width;
};

static const struct json *
cell(const struct json *row, const struct column *column)
{
	for (const struct json *c = row->child; c != NULL; c = c->next) {
		size_t n;
		const char *name = json_plain(c->key, c->key_n, &n);

		if (n == column->n && memcmp(name, column->name, n) == 0)
			return c;
	}
	return NULL;
}

static void
measure(struct column *columns, unsigned *n, const struct json *member)
{
	struct column key = { .width = 0 };
	struct buf text = { 0 };
	unsigned i = 0;

	key.name = json_plain(member->key, member->key_n, &key.n);
	words(&text, member);
	size_t width = text.len;
	buf_fini(&text);
	while (i < *n && (columns[i].n != key.n || memcmp(columns[i].name, key.name, key.n) != 0))
		i++;
	if (i == COLUMNS_MAX)
		return;
	if (i == *n) {
		columns[(*n)++] = key;
		columns[i].width = key.n;
	}
	if (width > columns[i].width)
		columns[i].width = width < CELL_MAX ? width : CELL_MAX;
}

static void
pad(struct buf *out, size_t used, size_t width)
{
	for (; used < width; used++)
		buf_chr(out, ' ');
}

static void
table(struct buf *out, const struct json *j, unsigned depth)
{
	struct column columns[COLUMNS_MAX];
	unsigned n = 0;

	for (const struct json *row = j->child; row != NULL; row = row->next) {
		for (const struct json *c = row->child; c != NULL; c = c->next)
			measure(columns, &n, c);
	}
	indent(out, depth);
	for (unsigned i = 0; i < n; i++) {
		buf_add(out, columns[i].name, columns[i].n);
		if (i + 1 < n)
			pad(out, columns[i].n, columns[i].width + 2);
	}
	buf_chr(out, '\n');
	for (const struct json *row = j->child; row != NULL; row = row->next) {
		indent(out, depth);
		for (unsigned i = 0; i < n; i++) {
			const struct json *c = cell(row, &columns[i]);
			size_t start = out->len;

			if (c != NULL)
				words(out, c);
			if (i + 1 < n)
				pad(out, out->len - start, columns[i].width + 2);
		}
		buf_chr(out, '\n');
	}
}

static void
text_members(struct buf *out, const struct json *j, unsigned depth)
{
	for (const struct json *c = j->child; c != NULL; c = c->next) {
		indent(out, depth);
		plain(out, c->key, c->key_n);
		if (c->kind == JSON_WORD || c->child == NULL ||
			(c->kind == JSON_ARRAY && words_only(c))) {
			BUF_LIT(out, ": ");
			text_value(out, c, 0);
		} else {
			BUF_LIT(out, ":\n");
			text_value(out, c, depth + 1);
		}
	}
}

static void
text_list(struct buf *out, const struct json *j, unsigned depth)
{
	unsigned number = 0;

	for (const struct json *c = j->child; c != NULL; c = c->next) {
		indent(out, depth);
		buf_printf(out, "--- %u ---\n", ++number);
		text_value(out, c, depth);
	}
}

static void
text_value(struct buf *out, const struct json *j, unsigned depth)
{
	if (j->kind == JSON_WORD) {
		indent(out, depth);
		plain(out, j->text, j->n);
		buf_chr(out, '\n');
	} else if (j->kind == JSON_OBJECT) {
		text_members(out, j, depth);
		if (j->child == NULL)
			buf_chr(out, '\n');
	} else if (is_table(j)) {
		table(out, j, depth);
	} else if (words_only(j)) {
		indent(out, depth);
		words(out, j);
		buf_chr(out, '\n');
	} else {
		text_list(out, j, depth);
	}
}

/* --- lines --- */

static void
as_it_is(struct buf *out, const char *line)
{
	for (; *line != '\0'; line++)
		buf_chr(out, ((unsigned char)*line < 0x20 && *line != '\t') || *line == 0x7f
				     ? '?'
				     : *line);
	buf_chr(out, '\n');
}

void
show_line(struct buf *out, const char *line, enum show_mode mode)
{
	struct arena arena = { 0 };
	bool json = mode != SHOW_RAW && (line[0] == '{' || line[0] == '[');
	const struct json *j = json ? json_parse(&arena, line) : NULL;

	if (j == NULL) {
		as_it_is(out, line);
	} else if (mode == SHOW_TEXT) {
		text_value(out, j, 0);
	} else {
		pretty(out, j, 0);
		buf_chr(out, '\n');
	}
	arena_fini(&arena);
}
