/*
 * The fast path: `announce route …`, `withdraw route …` and the unicast forms, for everybody or
 * behind a selector seen before. No allocation, one pass to find the words, straight into the
 * batch. Anything unusual - an error, a list of statements, sync mode - is left to command.c,
 * which does the same work slowly and answers in detail.
 */
#include <string.h>

#include "apid/apid.h"

enum { FAST_WORDS = 192 };

struct fast {
	const char *p, *end;
};

static inline bool
fast_accept(struct fast *f, const char *word, size_t n)
{
	if ((size_t)(f->end - f->p) < n || memcmp(f->p, word, n) != 0)
		return false;
	f->p += n;
	return true;
}
#define ACCEPT(f, literal) fast_accept((f), (literal), sizeof(literal) - 1)

/* The selector up to " announce " or " withdraw ": known, or not for us. */
static const struct selection *
known_selector(struct client *c, struct fast *f)
{
	const char *start = f->p, *p = start;
	size_t most = (size_t)(f->end - start);

	if (most > SELECTOR_CACHE_TEXT_MAX)
		most = SELECTOR_CACHE_TEXT_MAX;
	while ((p = memchr(p, ' ', most - (size_t)(p - start))) != NULL) {
		size_t left = (size_t)(f->end - p);

		if (left > 10 &&
			(memcmp(p, " announce ", 10) == 0 || memcmp(p, " withdraw ", 10) == 0))
			break;
		p++;
	}
	if (p == NULL)
		return NULL;
	f->p = p + 1;
	return selector_cached(c, start, (size_t)(p - start));
}

static const struct selection *
fast_selection(struct client *c, struct fast *f)
{
	if (f->p[0] == 'a' || f->p[0] == 'w')
		return selector_all(c);
	if (ACCEPT(f, "peer ") || ACCEPT(f, "neighbor "))
		return known_selector(c, f);
	return NULL;
}

/* Which parser; 0 unknown, else 1 route, 4 and 6 `ipv4 unicast`. The text is left at the prefix
 * for route, at the SAFI for the others. */
static int
fast_type(struct fast *f)
{
	if (ACCEPT(f, "route "))
		return 1;
	if (ACCEPT(f, "ipv4 ") && f->end - f->p > 8 && memcmp(f->p, "unicast ", 8) == 0)
		return 4;
	if (ACCEPT(f, "ipv6 ") && f->end - f->p > 8 && memcmp(f->p, "unicast ", 8) == 0)
		return 6;
	return 0;
}

static int
fast_parse(struct apid *a, int type, const char *text, size_t n, enum route_purpose purpose,
	struct route_statement *s)
{
	struct token words[FAST_WORDS];
	struct text_error e;
	int count;

	if (type == 1)
		return route_parse_line(a->parser, text, n, purpose, s, &e);
	count = tokens_split(text, n, words, FAST_WORDS, &e);
	if (count <= 0)
		return -1;
	struct tokens t = { .v = words, .n = (uint32_t)count };
	return route_parse_family(a->parser, type == 4 ? AFI_IPV4 : AFI_IPV6, &t, purpose, s, &e);
}

bool
fast_execute(struct client *c, const char *line, size_t n)
{
	struct apid *a = c->apid;
	struct fast f = { .p = line, .end = line + n };
	struct route_statement s;
	const struct selection *selection;
	bool announce;
	char last = line[n - 1];
	int type;

	/* sync, async, json and text end in these. */
	if (c->sync || last == 'c' || last == 'n' || last == 't' || last == ';' || last == '}')
		return false;
	selection = fast_selection(c, &f);
	if (selection == NULL || selection->n == 0)
		return false;
	announce = ACCEPT(&f, "announce ");
	if (!announce && !ACCEPT(&f, "withdraw "))
		return false;
	type = fast_type(&f);
	if (type == 0)
		return false;
	size_t left = (size_t)(f.end - f.p);
	if (memchr(f.p, ';', left) != NULL)
		return false;
	if (fast_parse(a, type, f.p, left, announce ? ROUTE_ANNOUNCE : ROUTE_WITHDRAW, &s) < 0)
		return false;
	for (uint32_t i = 0; i < s.n_nlri; i++)
		batch_route(&a->batch, c->owner, selection, &s.attrs, announce, &s.nlri[i]);
	answer_done_at(c, batch_last(&a->batch));
	return true;
}
