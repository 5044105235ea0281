/*
 * A command is completed by comparing the words of the line with every known phrase; there are a few
 * hundred, so nothing is indexed. The selector behind `peer` and `neighbor` is passed over. Behind the
 * prefix of a route the names of attributes are offered.
 */
#include "common/cli/complete.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/cli/json.h"
#include "common/xmalloc.h"

struct word {
	const char *s;
	size_t n;
};

/* Ours; then all commands of apid's tables (`make commands`), also those that help does not list. */
static const char *const own_phrases[] = {
	"exit",
	"quit",
	"clear",
	"history",
	"help",
	"set display json",
	"set display text",
	"set pager on",
	"set pager off",
	"set sync on",
	"set sync off",
	"json",
	"text",
	"peer routes list",
	"peer routes add",
	"peer routes remove",
	"peer withdraw route",
#include "common/cli/phrases.inc"
};

static const char *const attributes[] = {
	"next-hop",
	"origin",
	"as-path",
	"med",
	"local-preference",
	"atomic-aggregate",
	"aggregator",
	"originator-id",
	"cluster-list",
	"community",
	"large-community",
	"extended-community",
	"aigp",
	"label",
	"rd",
	"path-information",
	"attribute",
	"bgp-prefix-sid",
	"split",
	"watchdog",
	"withdraw",
	"name",
	"nlri",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
add_phrase(struct complete *c, const char *front, const char *text, size_t n)
{
	size_t before = strlen(front);
	char *phrase = xmalloc(before + n + 1);

	memcpy(phrase, front, before);
	memcpy(phrase + before, text, n);
	phrase[before + n] = '\0';
	c->phrases = xreallocarray(c->phrases, c->n + 1, sizeof(c->phrases[0]));
	c->phrases[c->n++] = phrase;
}

static bool
begins(const char *text, size_t n, const char *with)
{
	return n >= strlen(with) && memcmp(text, with, strlen(with)) == 0;
}

static void
learn_command(struct complete *c, const struct json *command)
{
	const struct json *words = json_member(command, "command");
	const struct json *options = json_member(command, "options");
	const char *text;
	size_t n;

	if (words == NULL || words->kind != JSON_WORD)
		return;
	text = json_plain(words->text, words->n, &n);
	if (n == 0 || text[0] == '#')
		return;
	add_phrase(c, "", text, n);
	if (begins(text, n, "peer announce ") || begins(text, n, "peer withdraw ")) {
		add_phrase(c, "", text + 5, n - 5);
		add_phrase(c, "neighbor ", text + 5, n - 5);
	}
	for (options = options == NULL ? NULL : options->child; options != NULL;
		options = options->next) {
		struct buf phrase = { 0 };
		size_t len;
		const char *option = json_plain(options->text, options->n, &len);

		if (options->kind != JSON_WORD)
			continue;
		buf_add(&phrase, text, n);
		buf_chr(&phrase, ' ');
		buf_add(&phrase, option, len);
		add_phrase(c, "", (const char *)phrase.data, phrase.len);
		buf_fini(&phrase);
	}
}

void
complete_learn(struct complete *c, const char *json)
{
	struct arena arena = { 0 };
	const struct json *list = json_member(json_parse(&arena, json), "commands");

	for (const struct json *j = list == NULL ? NULL : list->child; j != NULL; j = j->next)
		learn_command(c, j);
	arena_fini(&arena);
}

static void
free_all(char ***v, size_t *n)
{
	for (size_t i = 0; i < *n; i++)
		free((*v)[i]);
	free(*v);
	*v = NULL;
	*n = 0;
}

void
complete_learn_peers(struct complete *c, const char *json)
{
	struct arena arena = { 0 };
	const struct json *list = json_parse(&arena, json);

	free_all(&c->peers, &c->n_peers);
	for (const struct json *j = list == NULL ? NULL : list->child; j != NULL; j = j->next) {
		const struct json *address = json_member(j, "peer-address");
		const char *text;
		size_t n;

		if (address == NULL || address->kind != JSON_WORD)
			continue;
		text = json_plain(address->text, address->n, &n);
		c->peers = xreallocarray(c->peers, c->n_peers + 1, sizeof(c->peers[0]));
		c->peers[c->n_peers++] = xstrndup(text, n);
	}
	arena_fini(&arena);
}

void
complete_free(struct complete *c)
{
	free_all(&c->phrases, &c->n);
	free_all(&c->peers, &c->n_peers);
}

/* --- the line --- */

static bool
is(const struct word *w, const char *text)
{
	return w->n == strlen(text) && memcmp(w->s, text, w->n) == 0;
}

/* Complete words, and the (perhaps empty) last one. Returns the number with the last. */
static unsigned
split(const char *line, size_t n, struct word words[COMPLETE_WORDS])
{
	unsigned count = 0;
	size_t at = 0;

	while (at < n && count < COMPLETE_WORDS - 1) {
		size_t start;

		while (at < n && (line[at] == ' ' || line[at] == '\t'))
			at++;
		start = at;
		while (at < n && line[at] != ' ' && line[at] != '\t')
			at++;
		words[count++] = (struct word){ line + start, at - start };
	}
	if (count == 0 || line[n - 1] == ' ' || line[n - 1] == '\t') {
		if (count == 0 || words[count - 1].n > 0)
			words[count++] = (struct word){ line + n, 0 };
	}
	return count;
}

static bool
selector_word(const struct word *w)
{
	return w->n > 0 && (is(w, "*") || w->s[0] == '[' || memchr(w->s, '.', w->n) != NULL ||
				   memchr(w->s, ':', w->n) != NULL);
}

/* Takes `peer SELECTOR` down to `peer`, `json` and `text` at the front away; the words left. */
static unsigned
simplify(struct word *words, unsigned n)
{
	unsigned end = 2;

	if (n > 1 && (is(&words[0], "json") || is(&words[0], "text")))
		memmove(words, words + 1, --n * sizeof(words[0]));
	if (n < 3 || (!is(&words[0], "peer") && !is(&words[0], "neighbor")) ||
		!selector_word(&words[1]))
		return n;
	/* Further pairs of key and value, further selectors, up to a word of the table. */
	while (end < n - 1 && !is(&words[end], "announce") && !is(&words[end], "withdraw") &&
		!is(&words[end], "show") && !is(&words[end], "teardown") &&
		!is(&words[end], "group") && !is(&words[end], "routes"))
		end++;
	memmove(words + 1, words + end, (n - end) * sizeof(words[0]));
	return n - end + 1;
}

static void
offer(struct candidates *out, const struct word *typed, const char *s, size_t n)
{
	if (n < typed->n || memcmp(s, typed->s, typed->n) != 0 || out->n == COMPLETE_MAX)
		return;
	for (unsigned i = 0; i < out->n; i++) {
		if (out->v[i].n == n && memcmp(out->v[i].s, s, n) == 0)
			return;
	}
	out->v[out->n].s = s;
	out->v[out->n++].n = n;
}

/* The word of the phrase at the place of the line's last one, when those before are the same. */
static void
offer_phrase(struct candidates *out, const struct word *words, unsigned n, const char *phrase)
{
	for (unsigned i = 0; i + 1 < n; i++) {
		size_t len = strcspn(phrase, " ");

		if (len != words[i].n || memcmp(phrase, words[i].s, len) != 0 ||
			phrase[len] == '\0')
			return;
		phrase += len + 1;
	}
	offer(out, &words[n - 1], phrase, strcspn(phrase, " "));
}

static bool
in_route(const struct word *words, unsigned n)
{
	for (unsigned i = 0; i + 2 < n; i++) {
		if (is(&words[i], "announce") || is(&words[i], "withdraw"))
			return is(&words[i + 1], "attributes") || i + 3 < n;
	}
	return false;
}

bool
complete_wants_peers(const char *line, size_t n)
{
	struct word words[COMPLETE_WORDS];
	unsigned count = split(line, n, words);

	return count >= 2 && (is(&words[count - 2], "peer") || is(&words[count - 2], "neighbor") ||
				     is(&words[count - 2], "neighbor,"));
}

void
complete_find(const struct complete *c, const char *line, size_t n, struct candidates *out)
{
	struct word words[COMPLETE_WORDS];
	unsigned count = split(line, n, words);

	out->n = 0;
	out->typed = words[count - 1].n;
	if (complete_wants_peers(line, n)) {
		offer(out, &words[count - 1], "*", 1);
		for (size_t i = 0; i < c->n_peers; i++)
			offer(out, &words[count - 1], c->peers[i], strlen(c->peers[i]));
	}
	count = simplify(words, count);
	for (size_t i = 0; i < COUNT(own_phrases); i++)
		offer_phrase(out, words, count, own_phrases[i]);
	for (size_t i = 0; i < c->n; i++)
		offer_phrase(out, words, count, c->phrases[i]);
	if (in_route(words, count)) {
		for (size_t i = 0; i < COUNT(attributes); i++)
			offer(out, &words[count - 1], attributes[i], strlen(attributes[i]));
	}
}
