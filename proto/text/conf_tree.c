/*
 * Dispatch of statements to the tables of the section they stand in (reference/config.md 1.5),
 * and the messages about it. Depth is bounded by the section tree itself: a section is entered
 * only by the row of its parent. Defects D2 and D3 (words before `}`, missing or surplus `}`) are
 * refused here, for every section.
 */
#include "proto/text/conf.h"

#include <stdio.h>

#include "common/xmalloc.h"

enum { WARNINGS_MAX = 1000, WORDS_MAX = 64 };

int
conf_fail(struct conf *c, struct conf_place at, const char *fmt, ...)
{
	va_list ap;

	c->e.line = at.line;
	c->e.col = at.col;
	c->e.incomplete = false;
	va_start(ap, fmt);
	vsnprintf(c->e.text, sizeof(c->e.text), fmt, ap);
	va_end(ap);
	return -1;
}

void
conf_warn(struct conf *c, struct conf_place at, const char *fmt, ...)
{
	struct config *config = c->config;
	char line[1024];
	va_list ap;

	if (config->n_warnings == WARNINGS_MAX)
		return;
	int used = snprintf(line, sizeof(line), "%.500s:%u:%u: ", c->name, at.line, at.col);
	va_start(ap, fmt);
	vsnprintf(line + used, sizeof(line) - (size_t)used, fmt, ap);
	va_end(ap);
	if (config->n_warnings + 1 == WARNINGS_MAX)
		snprintf(line + used, sizeof(line) - (size_t)used, "and more warnings");
	if (config->n_warnings == c->cap_warnings) {
		c->cap_warnings = c->cap_warnings == 0 ? 16 : c->cap_warnings * 2;
		config->warnings =
			xreallocarray(config->warnings, c->cap_warnings, sizeof(*config->warnings));
	}
	config->warnings[config->n_warnings++] = arena_strndup(&config->arena, line, strlen(line));
}

const struct token *
conf_keyword(const struct conf *c)
{
	return &c->run.t.v[0];
}

char *
conf_strdup(struct conf *c, const char *s, size_t n)
{
	return arena_strndup(&c->config->arena, s, n);
}

void
conf_surplus(struct conf *c, const struct tokens *t)
{
	const struct token *k = token_peek(t);
	char quoted[TEXT_QUOTED_MAX];

	if (k != NULL)
		conf_warn(c, conf_at(k), "%s and what follows is ignored", text_quote(k, quoted));
}

struct conf_name {
	const char *kind, *name;
	struct conf_place at;
};

static bool
same_name(const void *item, const void *key)
{
	const struct conf_name *a = item, *b = key;

	return strcmp(a->kind, b->kind) == 0 && strcmp(a->name, b->name) == 0;
}

int
conf_unique(struct conf *c, const char *kind, const char *name, struct conf_place at)
{
	struct conf_name key = { .kind = kind, .name = name, .at = at };
	uint32_t hash = hash_str(name) ^ hash_str(kind);
	const struct conf_name *first = htable_find(&c->names, hash, same_name, &key);

	if (first != NULL)
		return conf_fail(c, at, "expected a new %s, found \"%s\" again (first in line %u)",
			kind, name, first->at.line);
	htable_add(&c->names, hash, arena_dup(&c->config->arena, &key, sizeof(key)));
	return 0;
}

int
conf_check_name(struct conf *c, const struct token *k)
{
	char quoted[TEXT_QUOTED_MAX];

	for (uint32_t i = 0; i < k->n; i++) {
		char ch = k->s[i];

		if ((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') ||
			(ch >= '0' && ch <= '9') || ch == '.' || ch == '-' || ch == '_')
			continue;
		return conf_fail(c, conf_at(k),
			"expected a name of letters, digits, \".\", \"-\" and \"_\", found %s",
			text_quote(k, quoted));
	}
	return 0;
}

static const struct conf_command *
find_command(const struct conf_command *rows, unsigned n, const struct token *k)
{
	for (unsigned i = 0; i < n; i++) {
		if (token_is(k, rows[i].keyword))
			return &rows[i];
	}
	return NULL;
}

/* No row for the first word: what there is instead, and the most similar one. */
static int
unknown(struct conf *c, const struct conf_section *s, bool section)
{
	const struct token *k = c->run.t.n > 0 ? &c->run.t.v[0] : &c->run.at;
	const struct conf_command *other = section ? s->commands : s->sections;
	unsigned n_other = section ? s->n_commands : s->n_sections;
	const char *words[WORDS_MAX], *near, *kind = section ? "a section" : "a statement";
	unsigned n = 0;
	char quoted[TEXT_QUOTED_MAX];

	if (find_command(other, n_other, k) != NULL)
		return conf_fail(c, conf_at(&c->run.at),
			"expected \"%s\" after \"%.*s\", found \"%.*s\"", section ? ";" : "{",
			(int)k->n, k->s, (int)c->run.at.n, c->run.at.s);
	for (unsigned i = 0; i < s->n_keys && n < WORDS_MAX && !section; i++)
		words[n++] = s->keys[i].keyword;
	for (unsigned i = 0; i < s->n_commands && n < WORDS_MAX && !section; i++)
		words[n++] = s->commands[i].keyword;
	for (unsigned i = 0; i < s->n_sections && n < WORDS_MAX && section; i++)
		words[n++] = s->sections[i].keyword;
	near = text_suggest(k, words, n);
	if (near == NULL)
		return conf_fail(c, conf_at(k), "expected %s of %s, found %s", kind, s->name,
			text_quote(k, quoted));
	return conf_fail(c, conf_at(k), "expected %s of %s, found %s (did you mean \"%s\"?)", kind,
		s->name, text_quote(k, quoted), near);
}

/* `keyword [value];` of a key row: 1 handled, 0 not a key, -1. */
static int
run_key(struct conf *c, const struct conf_section *s, void *scope, struct tokens *t)
{
	const struct token *k = &t->v[0];

	for (unsigned i = 0; i < s->n_keys; i++) {
		const struct conf_key *key = &s->keys[i];
		struct conf_value value = { .set = true, .line = k->line, .col = k->col };

		if (!token_is(k, key->keyword))
			continue;
		t->pos = 1;
		if (key->parse(c, key, t, &value) != 0)
			return -1;
		conf_surplus(c, t);
		s->values(scope)[i] = value;
		return 1;
	}
	return 0;
}

static int
statement(struct conf *c, const struct conf_section *s, void *scope)
{
	struct tokens *t = &c->run.t;

	if (t->n == 0)
		return conf_fail(c, conf_at(&c->run.at), "expected a statement before \";\"");
	const struct conf_command *row = find_command(s->commands, s->n_commands, &t->v[0]);
	t->pos = 1;
	if (row != NULL || s->any != NULL)
		return row != NULL ? row->run(c, scope, t) : s->any(c, scope, t);
	int rc = run_key(c, s, scope, t);
	return rc == 0 ? unknown(c, s, false) : rc < 0 ? -1 : 0;
}

static int
section(struct conf *c, const struct conf_section *s, void *scope)
{
	struct tokens *t = &c->run.t;
	const struct conf_command *row =
		t->n > 0 ? find_command(s->sections, s->n_sections, &t->v[0]) : NULL;

	if (row == NULL)
		return unknown(c, s, true);
	t->pos = 1;
	return row->run(c, scope, t);
}

/* The section's `}`; true when it is in order. */
static int
closing(struct conf *c, const struct conf_section *s)
{
	struct tokens at_end = { .v = &c->run.at, .n = 1 };

	if (c->run.t.n > 0)
		return text_error_expected(&c->e, &at_end, "\";\"");
	if (s == &conf_root)
		return conf_fail(c, conf_at(&c->run.at), "this \"}\" closes nothing");
	return 0;
}

int
conf_section_parse(struct conf *c, const struct conf_section *s, void *scope)
{
	struct conf_place open = { .line = c->run.at.line, .col = c->run.at.col };

	for (;;) {
		int rc = 0;

		if (conf_lex_next(&c->lex, &c->run, &c->e) != 0)
			return -1;
		switch (c->run.end) {
		case CONF_END_STATEMENT:
			rc = statement(c, s, scope);
			break;
		case CONF_END_OPEN:
			rc = section(c, s, scope);
			break;
		case CONF_END_CLOSE:
			return closing(c, s);
		case CONF_END_FILE:
			if (s == &conf_root)
				return 0;
			return conf_fail(c, open, "the \"{\" of %s is never closed", s->name);
		}
		if (rc != 0)
			return -1;
	}
}
