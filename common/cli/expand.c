/*
 * Shortcuts: each word is compared with a table of nicknames, in the context of the (already
 * expanded) words before it; then the words of a few forms change places. Where a route's own words
 * begin nothing is expanded any more: `announce watchdog s` has a name, not a summary.
 */
#include "common/cli/expand.h"

#include <string.h>

#include "common/addr.h"
#include "common/buf.h"

struct word {
	const char *s; /* borrowed: of the command or of the table */
	size_t n;
};

struct words {
	struct word v[EXPAND_WORDS];
	unsigned n;
	const char *rest; /* of the command, behind them */
};

static bool
is(const struct word *w, const char *text)
{
	return w->n == strlen(text) && memcmp(w->s, text, w->n) == 0;
}

static bool
is_address(const struct word *w)
{
	struct addr addr;

	return is(w, "*") || addr_parse(w->s, w->n, &addr) == 0;
}

/* One of the blank-separated words of a list. */
static bool
is_one_of(const struct word *w, const char *list)
{
	while (*list != '\0') {
		size_t n = strcspn(list, " ");

		if (n == w->n && memcmp(list, w->s, n) == 0)
			return true;
		list += n + (list[n] == ' ');
	}
	return false;
}

/* --- context of word i --- */

enum context {
	ANYWHERE,
	FIRST,
	NOT_FIRST,
	START,     /* first, or after an address */
	AFTER,     /* after one of the words */
	AFTER_TWO, /* after the two words */
	BEHIND     /* one of the words stands somewhere before */
};

static bool
after_two(const struct words *w, unsigned i, const char *two)
{
	size_t n = strcspn(two, " ");
	const struct word first = { two, n };

	return i >= 2 && w->v[i - 2].n == n && memcmp(w->v[i - 2].s, first.s, n) == 0 &&
	       is(&w->v[i - 1], two + n + 1);
}

static bool
in_context(const struct words *w, unsigned i, enum context context, const char *list)
{
	switch (context) {
	case ANYWHERE:
		return true;
	case FIRST:
		return i == 0;
	case NOT_FIRST:
		return i > 0;
	case START:
		return i == 0 || is_address(&w->v[i - 1]);
	case AFTER:
		return i > 0 && is_one_of(&w->v[i - 1], list);
	case AFTER_TWO:
		return after_two(w, i, list);
	case BEHIND:
		for (unsigned k = 0; k < i; k++) {
			if (is_one_of(&w->v[k], list))
				return true;
		}
		return false;
	}
	return false;
}

#define ROUTE_VERBS "announce withdraw"

/* The first row that fits wins. A word of one or two letters fits when the full word begins so. */
static const struct {
	const char *full;
	const char *nicknames;
	enum context context;
	const char *list;
} shortcuts[] = {
	{ "announce", "a", START, NULL },
	{ "attributes", "a", AFTER, ROUTE_VERBS },
	{ "adj-rib", "a", AFTER, "clear flush show" },
	{ "ack", "a", AFTER, "session" },
	{ "configuration", "c", ANYWHERE, NULL },
	{ "daemon", "d", FIRST, NULL },
	{ "help", "h", FIRST, NULL },
	{ "neighbor", "n", FIRST, NULL },
	{ "show", "s", FIRST, NULL },
	{ "session", "ses", FIRST, NULL },
	{ "eor", "e", AFTER, "announce" },
	{ "extensive", "e", BEHIND, "show" },
	{ "flow", "f", AFTER, ROUTE_VERBS },
	{ "flush", "f", START, NULL },
	{ "operational", "o", AFTER, "announce" },
	{ "in", "i", AFTER, "adj-rib" },
	{ "out", "o", AFTER, "adj-rib" },
	{ "refresh", "r", AFTER_TWO, "announce route" },
	{ "route", "r", AFTER, ROUTE_VERBS },
	{ "router-id", "id", BEHIND, "neighbor" },
	{ "sync", "sy", AFTER, "session" },
	{ "summary", "s", NOT_FIRST, NULL },
	{ "teardown", "t", START, NULL },
	{ "watchdog", "w", AFTER, ROUTE_VERBS },
	{ "withdraw", "w", START, NULL },
	{ "vpls", "v", AFTER, ROUTE_VERBS },
	{ "neighbor", "neighbour neigbour neigbor", ANYWHERE, NULL },
};

static void
expand_word(struct words *w, unsigned i)
{
	struct word *word = &w->v[i];

	for (size_t k = 0; k < sizeof(shortcuts) / sizeof(shortcuts[0]); k++) {
		const char *full = shortcuts[k].full;
		bool fits = is_one_of(word, shortcuts[k].nicknames) ||
			    (word->n <= 2 && strncmp(full, word->s, word->n) == 0);

		if (fits && !is(word, full) &&
			in_context(w, i, shortcuts[k].context, shortcuts[k].list)) {
			*word = (struct word){ full, strlen(full) };
			return;
		}
	}
}

/* Word i is the route's own: it stands behind announce or withdraw and the kind of route. */
static bool
beyond(const struct words *w, unsigned i)
{
	for (unsigned k = 0; k + 1 < i; k++) {
		if (!is_one_of(&w->v[k], ROUTE_VERBS))
			continue;
		/* `announce route r`: the one kind of two words. */
		return i != k + 2 || !is(&w->v[k], "announce") || !is(&w->v[k + 1], "route");
	}
	return false;
}

/* --- order of words --- */

/* Moves n words from `from` to the earlier place `to`. */
static void
move(struct words *w, unsigned to, unsigned from, unsigned n)
{
	struct word kept[4];

	memcpy(kept, &w->v[from], n * sizeof(kept[0]));
	memmove(&w->v[to + n], &w->v[to], (from - to) * sizeof(kept[0]));
	memcpy(&w->v[to], kept, n * sizeof(kept[0]));
}

static bool
rib_show(const struct words *w, unsigned at)
{
	return w->n > at + 2 && is(&w->v[at], "adj-rib") && is_one_of(&w->v[at + 1], "in out") &&
	       is(&w->v[at + 2], "show");
}

static void
reorder(struct words *w)
{
	bool neighbor = w->n > 2 && is(&w->v[0], "neighbor") && is_address(&w->v[1]);

	if (neighbor && is(&w->v[2], "show")) {
		move(w, 0, 2, 1); /* show neighbor IP … */
	} else if (neighbor && rib_show(w, 2)) {
		/* neighbor IP adj-rib in show …: show adj-rib in IP … */
		move(w, 0, 4, 1);
		move(w, 1, 3, 2);
		memmove(&w->v[3], &w->v[4], (w->n - 4) * sizeof(w->v[0]));
		w->n--;
	} else if (rib_show(w, 0)) {
		move(w, 0, 2, 1);
	}
}

/* --- commands --- */

static void
split(struct words *w, const char *p)
{
	w->n = 0;
	for (;;) {
		p += strspn(p, " \t");
		if (*p == '\0' || w->n == EXPAND_WORDS)
			break;
		w->v[w->n].s = p;
		w->v[w->n].n = strcspn(p, " \t");
		p += w->v[w->n++].n;
	}
	w->rest = p;
}

static void
join(struct buf *out, const struct words *w)
{
	for (unsigned i = 0; i < w->n; i++) {
		if (i > 0)
			buf_chr(out, ' ');
		buf_add(out, w->v[i].s, w->v[i].n);
	}
	if (*w->rest != '\0')
		buf_chr(out, ' ');
	buf_str(out, w->rest);
}

bool
expand_command(struct buf *out, const char *command)
{
	struct words w;
	struct buf before = { 0 };
	size_t start = out->len;
	bool changed;

	split(&w, command);
	join(&before, &w);
	for (unsigned i = 0; i < w.n && !beyond(&w, i); i++)
		expand_word(&w, i);
	reorder(&w);
	join(out, &w);
	changed = out->len - start != before.len ||
		  (before.len > 0 && memcmp(out->data + start, before.data, before.len) != 0);
	buf_fini(&before);
	return changed;
}
