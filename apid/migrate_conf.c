/*
 * Configurations of older versions. The text is cut into words, marks and what stands between them;
 * each rule looks at words and replaces some. A rule belongs to the step between two versions, and
 * the steps are taken one after the other.
 */
#include "apid/migrate.h"

#include <stdlib.h>
#include <string.h>

#include "common/xmalloc.h"

enum { DEPTH_MAX = 32 };
enum piece_kind { BLANK, WORD, MARK };

struct piece {
	const char *p;
	size_t n;
	enum piece_kind kind;
	unsigned line;
};

struct rewrite {
	struct piece *v; /* words and marks; blanks are between them */
	size_t n, cap;
	struct buf *out;
	bool wrap;
	enum migrate_version from;
	unsigned changes;
	void (*note)(unsigned line, const char *what);
};

static void
push(struct rewrite *r, const char *p, size_t n, enum piece_kind kind, unsigned line)
{
	if (r->n == r->cap) {
		r->cap = r->cap == 0 ? 256 : r->cap * 2;
		r->v = xreallocarray(r->v, r->cap, sizeof(*r->v));
	}
	r->v[r->n++] = (struct piece){ .p = p, .n = n, .kind = kind, .line = line };
}

/* The length of the piece at p. */
static size_t
measure(const char *p, const char *end, enum piece_kind *kind)
{
	static const char marks[] = ";{}[](),", blanks[] = " \t\r\n";
	const char *q = p;

	*kind = BLANK;
	if (*p == '#') {
		while (q < end && *q != '\n')
			q++;
		return (size_t)(q - p);
	}
	while (q < end && *q != '\0' && strchr(blanks, *q) != NULL)
		q++;
	if (q > p)
		return (size_t)(q - p);
	*kind = MARK;
	if (*p != '\0' && strchr(marks, *p) != NULL)
		return 1;
	*kind = WORD;
	if (*p == '"' || *p == '\'') {
		for (q = p + 1; q < end && *q != *p && *q != '\n'; q++)
			if (*q == '\\' && q + 1 < end)
				q++;
		return (size_t)(q - p) + (q < end);
	}
	while (q < end && (*q == '\0' || (strchr(marks, *q) == NULL && strchr(blanks, *q) == NULL &&
						 *q != '#' && *q != '"')))
		q++;
	return q > p ? (size_t)(q - p) : 1;
}

static void
cut(struct rewrite *r, const char *text, size_t n)
{
	const char *end;
	unsigned line = 1;

	r->n = 0;
	if (n == 0)
		return; /* text may be NULL then */
	end = text + n;
	for (const char *p = text; p < end;) {
		enum piece_kind kind;
		size_t len = measure(p, end, &kind);

		push(r, p, len, kind, line);
		for (size_t i = 0; i < len; i++)
			line += p[i] == '\n';
		p += len;
	}
}

static bool
is(const struct piece *k, const char *word)
{
	return k != NULL && k->n == strlen(word) && memcmp(k->p, word, k->n) == 0;
}

/* The next word or mark after i; NULL at the end. */
static const struct piece *
after(const struct rewrite *r, size_t i)
{
	for (i++; i < r->n; i++)
		if (r->v[i].kind != BLANK)
			return &r->v[i];
	return NULL;
}

static void
change(struct rewrite *r, const struct piece *k, const char *what)
{
	r->changes++;
	if (r->note != NULL)
		r->note(k->line, what);
}

/* --- where a rule stands: the sections around it --- */

struct place {
	const struct piece *name[DEPTH_MAX]; /* first word of each open section */
	size_t encoder[DEPTH_MAX];           /* 1: the section has an `encoder` */
	unsigned depth;
	const struct piece *first; /* of the statement; NULL: the next word is */
};

static const struct piece *
section(const struct place *at)
{
	return at->depth > 0 && at->depth <= DEPTH_MAX ? at->name[at->depth - 1] : NULL;
}

static void
enter(struct place *at)
{
	if (at->depth < DEPTH_MAX) {
		at->name[at->depth] = at->first;
		at->encoder[at->depth] = 0;
	}
	at->depth++;
	at->first = NULL;
}

static void
leave(struct place *at)
{
	at->depth -= at->depth > 0;
	at->first = NULL;
}

/* --- the rules: true when the piece was written, with *i at the last one used --- */

typedef bool rule_fn(struct rewrite *r, struct place *at, size_t *i);

/* Moves *i over what up to the piece k stands between. */
static void
skip_to(const struct rewrite *r, size_t *i, const struct piece *k)
{
	*i = (size_t)(k - r->v);
}

static bool
to_4(struct rewrite *r, struct place *at, size_t *i)
{
	const struct piece *k = &r->v[*i], *next = after(r, *i);
	bool first = at->first == NULL || at->first == k;

	if (first && is(k, "route-refresh") && is(next, ";")) {
		BUF_LIT(r->out, "route-refresh enable");
		change(r, k, "route-refresh; is route-refresh enable;");
		return true;
	}
	if (first && is(k, "process") && is(section(at), "neighbor") && next != NULL &&
		next->kind == WORD && is(after(r, (size_t)(next - r->v)), ";")) {
		BUF_LIT(r->out, "api { processes [ ");
		buf_add(r->out, next->p, next->n);
		BUF_LIT(r->out, " ]; }");
		change(r, k, "process NAME; is api { processes [ NAME ]; }");
		skip_to(r, i, after(r, (size_t)(next - r->v)));
		at->first = NULL;
		return true;
	}
	if (first && is(k, "encoder") && at->depth > 0 && at->depth <= DEPTH_MAX)
		at->encoder[at->depth - 1] = 1;
	if (is(k, "}") && is(section(at), "process") && !at->encoder[at->depth - 1]) {
		BUF_LIT(r->out, "encoder text; }");
		change(r, k, "encoder text; added to the process");
		return true;
	}
	return false;
}

static bool
two_words(struct rewrite *r, size_t *i, const char *a, const char *b, const char *text)
{
	const struct piece *k = &r->v[*i], *next = after(r, *i);

	if (!is(k, a) || !is(next, b))
		return false;
	buf_str(r->out, text);
	change(r, k, text);
	skip_to(r, i, next);
	return true;
}

static bool
one_word(struct rewrite *r, size_t i, const char *a, const char *text)
{
	if (!is(&r->v[i], a))
		return false;
	buf_str(r->out, text);
	change(r, &r->v[i], text);
	return true;
}

static bool
to_5(struct rewrite *r, struct place *at, size_t *i)
{
	(void)at;
	return two_words(r, i, "route", "refresh", "route-refresh") ||
	       two_words(r, i, "tcp.once", "true", "tcp.attempts 1") ||
	       two_words(r, i, "tcp.once", "false", "tcp.attempts 0") ||
	       two_words(r, i, "facility", "syslog", "facility daemon") ||
	       one_word(r, *i, "not-a-fragment", "!is-fragment");
}

static bool
to_main(struct rewrite *r, struct place *at, size_t *i)
{
	const struct piece *k = &r->v[*i];

	if (one_word(r, *i, "nlri-mpls", "labeled-unicast"))
		return true;
	if (!r->wrap || !is(k, "run") || (at->first != NULL && at->first != k) ||
		!is(section(at), "process") || after(r, *i) == NULL)
		return false;
	buf_printf(r->out, "run troupe migrate api -f %s -t main --exec",
		r->from == MIGRATE_5 ? "5" : "4");
	change(r, k, "run goes through troupe migrate api");
	return true;
}

static void
step(struct rewrite *r, rule_fn *rule)
{
	struct place at = { 0 };

	for (size_t i = 0; i < r->n; i++) {
		const struct piece *k = &r->v[i];
		bool written = k->kind != BLANK && rule(r, &at, &i);

		if (!written)
			buf_add(r->out, k->p, k->n);
		if (k->kind == BLANK || (written && is(k, "process")))
			continue;
		if (k->kind == WORD && at.first == NULL)
			at.first = k;
		else if (is(k, "{"))
			enter(&at);
		else if (is(k, "}"))
			leave(&at);
		else if (is(k, ";"))
			at.first = NULL;
	}
}

unsigned
migrate_conf(struct buf *out, const char *text, size_t n, enum migrate_version from,
	enum migrate_version to, bool wrap, void (*note)(unsigned line, const char *what))
{
	static rule_fn *const steps[] = {
		[MIGRATE_4] = to_4,
		[MIGRATE_5] = to_5,
		[MIGRATE_MAIN] = to_main,
	};
	struct buf before = { 0 };
	struct rewrite r = { .wrap = wrap, .from = from, .note = note };

	buf_add(&before, text, n);
	for (int v = (int)from + 1; v <= (int)to; v++) {
		struct buf next = { 0 };

		r.out = &next;
		cut(&r, (const char *)before.data, before.len);
		step(&r, steps[v]);
		buf_fini(&before);
		before = next;
	}
	buf_add(out, before.data, before.len);
	buf_fini(&before);
	free(r.v);
	return r.changes;
}
