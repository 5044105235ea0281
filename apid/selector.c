/*
 * Parsing of selectors, and the selections made of them. Selections are cached per client by
 * the selector's text: a helper that speaks to a thousand neighbors in turn pays for matching
 * once each. The cache is dropped when the table of neighbors changes.
 */
#include "apid/selector.h"

#include <stdlib.h>
#include <string.h>

#include "apid/apid.h"
#include "common/buf.h"
#include "common/xmalloc.h"

static const char *const selector_keys[] = { "local-ip", "local-as", "peer-as", "router-id",
	"family-allowed" };

static bool
is_key(const struct token *k)
{
	for (size_t i = 0; i < sizeof(selector_keys) / sizeof(selector_keys[0]); i++) {
		if (token_is(k, selector_keys[i]))
			return true;
	}
	return false;
}

bool
selector_starts(const struct token *k)
{
	return k != NULL &&
	       (token_is(k, "*") || token_is(k, "[") || memchr(k->s, '.', k->n) != NULL ||
		       memchr(k->s, ':', k->n) != NULL);
}

/* True when "WORD VALUE" stands in key as whole words. */
static bool
key_holds(const char *key, const char *word, const struct token *value)
{
	size_t word_n = strlen(word);

	for (const char *at = key; (at = strstr(at, word)) != NULL; at += word_n) {
		const char *v = at + word_n;

		if ((at != key && at[-1] != ' ') || *v != ' ')
			continue;
		v++;
		if (strncmp(v, value->s, value->n) == 0 &&
			(v[value->n] == ' ' || v[value->n] == '\0'))
			return true;
	}
	return false;
}

bool
selector_match(const char *key, const struct tokens *alternative)
{
	struct tokens t = *alternative;
	const struct token *ip = token_next(&t);

	if (token_is(ip, "*"))
		return true;
	if (!key_holds(key, "neighbor", ip))
		return false;
	while (t.pos + 1 < t.n) {
		const struct token *name = token_next(&t);
		const struct token *value = token_next(&t);
		char word[24];

		memcpy(word, name->s, name->n);
		word[name->n] = '\0';
		if (!key_holds(key, word, value))
			return false;
	}
	return true;
}

/* One alternative at t: 0 with *out, or -1. In v4 a `*` ignores its filters; in v6 it has none. */
static int
parse_alternative(struct tokens *t, bool v4, struct tokens *out)
{
	uint32_t start = t->pos;
	const struct token *ip = token_next(t);

	if (ip == NULL || token_is(ip, ",") || token_is(ip, "]") || is_key(ip))
		return -1;
	if (!token_is(ip, "*") || v4) {
		while (is_key(token_peek(t))) {
			t->pos++;
			if (token_next(t) == NULL)
				return -1;
		}
	}
	*out = (struct tokens){ .v = t->v + start, .n = t->pos - start };
	return 0;
}

enum { ALTERNATIVES_MAX = 1024 };

struct alternatives {
	struct tokens v[ALTERNATIVES_MAX];
	unsigned n;
};

static int
add_alternative(struct alternatives *list, struct tokens *t, bool v4)
{
	if (list->n == ALTERNATIVES_MAX)
		return -1;
	return parse_alternative(t, v4, &list->v[list->n++]);
}

static int
parse_bracket(struct alternatives *list, struct tokens *t, bool v4)
{
	do {
		if (add_alternative(list, t, v4) < 0)
			return -1;
	} while (token_accept(t, ","));
	token_accept(t, "]");
	return 0;
}

static int
parse_list(struct alternatives *list, struct tokens *t, bool v4)
{
	list->n = 0;
	if (token_accept(t, "["))
		return parse_bracket(list, t, v4);
	if (add_alternative(list, t, v4) < 0)
		return -1;
	while (v4 && token_accept(t, ",")) {
		if (!token_accept(t, "neighbor") && !token_accept(t, "peer"))
			return -1;
		if (add_alternative(list, t, v4) < 0)
			return -1;
	}
	return 0;
}

static struct selection *
select_neighbors(struct client *c, const struct alternatives *list)
{
	const struct neighbors *t = &c->apid->neighbors;
	struct selection *s = xmalloc(sizeof(*s) + t->n * sizeof(s->ids[0]));

	s->n = 0;
	s->token = ++c->apid->selection_tokens;
	for (unsigned i = 0; i < t->n && s->n < SELECTION_MAX; i++) {
		bool match = list == NULL;

		if (!neighbor_visible(t->v[i], c))
			continue;
		for (unsigned j = 0; list != NULL && j < list->n && !match; j++)
			match = selector_match(t->v[i]->key, &list->v[j]);
		if (match)
			s->ids[s->n++] = t->v[i]->id;
	}
	return s;
}

void
selector_forget(struct client *c)
{
	free(c->visible);
	c->visible = NULL;
	for (unsigned i = 0; i < SELECTOR_SLOTS; i++) {
		free(c->slots[i].text);
		free(c->slots[i].selection);
		c->slots[i] = (struct selector_slot){ 0 };
	}
	c->generation = c->apid->neighbors.generation;
}

static void
refresh(struct client *c)
{
	if (c->generation != c->apid->neighbors.generation)
		selector_forget(c);
}

const struct selection *
selector_all(struct client *c)
{
	refresh(c);
	if (c->visible == NULL)
		c->visible = select_neighbors(c, NULL);
	return c->visible;
}

static struct selector_slot *
slot_of(struct client *c, const char *text, size_t n, uint32_t *hash)
{
	*hash = hash_bytes(text, n);
	return &c->slots[*hash % SELECTOR_SLOTS];
}

const struct selection *
selector_cached(struct client *c, const char *text, size_t n)
{
	uint32_t hash;
	const struct selector_slot *slot;

	refresh(c);
	if (n == 1 && text[0] == '*')
		return selector_all(c);
	slot = slot_of(c, text, n, &hash);
	if (slot->selection != NULL && slot->hash == hash && slot->n == n &&
		memcmp(slot->text, text, n) == 0)
		return slot->selection;
	return NULL;
}

const struct selection *
selector_parse(struct client *c, struct tokens *t, bool v4)
{
	struct alternatives list;
	uint32_t start = t->pos, hash;
	const struct selection *known;
	struct selector_slot *slot;
	struct selection *s;

	refresh(c);
	if (parse_list(&list, t, v4) < 0)
		return NULL;
	const char *text = t->v[start].s;
	const struct token *last = &t->v[t->pos - 1];
	size_t n = (size_t)(last->s + last->n - text);

	known = selector_cached(c, text, n);
	if (known != NULL)
		return known;
	s = select_neighbors(c, &list);
	slot = slot_of(c, text, n, &hash);
	free(slot->text);
	free(slot->selection);
	*slot = (struct selector_slot){
		.hash = hash, .text = xstrndup(text, n), .n = (uint32_t)n, .selection = s
	};
	return s;
}

/* --- why not --- */

enum { WHY_BYTES = 900 };

/* The value of WORD in a key, or NULL. */
static const char *
key_value(const char *key, const char *word, size_t n, size_t *value_n)
{
	const char *at = key;

	while ((at = strstr(at, word)) != NULL) {
		if ((at == key || at[-1] == ' ') && at[n] == ' ') {
			*value_n = strcspn(at + n + 1, " ");
			return at + n + 1;
		}
		at += n;
	}
	return NULL;
}

/* The first condition of the alternative that the key does not meet. */
static void
why_not(const char *key, const struct tokens *alternative, struct buf *out)
{
	struct tokens t = *alternative;
	const struct token *name = NULL, *value = token_next(&t);

	while (value != NULL) {
		char word[24] = "neighbor";
		const char *has;
		size_t n = 0;

		if (name != NULL) {
			memcpy(word, name->s, name->n);
			word[name->n] = '\0';
		}
		if (!key_holds(key, word, value)) {
			has = key_value(key, word, strlen(word), &n);
			buf_printf(out, "%s is %.*s, not %.*s", name != NULL ? word : "its address",
				has != NULL ? (int)n : 5, has != NULL ? has : "unset",
				(int)(value->n > 64 ? 64 : value->n), value->s);
			return;
		}
		name = token_next(&t);
		value = name != NULL ? token_next(&t) : NULL;
	}
	BUF_LIT(out, "it matches");
}

void
selector_why(struct client *c, struct tokens t, bool v4, struct buf *out)
{
	const struct neighbors *all = &c->apid->neighbors;
	struct alternatives list;
	unsigned left = all->n;

	if (all->n == 0) {
		BUF_LIT(out, "no neighbor matches: there is none");
		return;
	}
	if (parse_list(&list, &t, v4) < 0)
		return;
	BUF_LIT(out, "no neighbor matches");
	for (unsigned i = 0; i < all->n && out->len < WHY_BYTES; i++, left--) {
		const struct neighbor *n = all->v[i];

		buf_printf(out, "%s %s: ", i == 0 ? ":" : ";", n->peer_text);
		if (!neighbor_visible(n, c))
			BUF_LIT(out, "this process is not in its api section");
		else
			why_not(n->key, &list.v[0], out);
	}
	if (left > 0)
		buf_printf(out, "; and %u more", left);
}
