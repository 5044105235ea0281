/*
 * From a line to a handler: comments, groups, the fast path for routes; then words, trailing
 * modes, translation of version 4 (reference/api.md 2.4-2.6), selector, table. Whatever is not
 * understood is answered `error` and changes nothing.
 */
#include "apid/command.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "apid/apid.h"
#include "common/log.h"
#include "common/xmalloc.h"

enum { WORDS_EXTRA = 8 /* room for words that translation puts in front */ };

struct token *
command_room(struct apid *a, size_t n)
{
	if (n > a->tokens_max) {
		a->tokens = xreallocarray(a->tokens, n, sizeof(a->tokens[0]));
		a->tokens_max = (unsigned)n;
	}
	return a->tokens;
}

void
command_echo(struct buf *out, const struct tokens *t)
{
	for (uint32_t i = t->pos; i < t->n; i++) {
		if (i > t->pos)
			buf_chr(out, ' ');
		buf_add(out, t->v[i].s, t->v[i].n);
	}
}

bool
request_has(const struct request *r, const char *word)
{
	for (uint32_t i = r->words.pos; i < r->words.n; i++) {
		if (token_is(&r->words.v[i], word))
			return true;
	}
	return false;
}

void
answer_either(struct request *r, const char *json, const char *text)
{
	answer_line(r->client, r->json ? json : text);
}

static void
unknown(struct client *c, const char *line, size_t n)
{
	log_debug(c->name, "unknown command: %.*s", (int)(n > 200 ? 200 : n), line);
	answer_error(c, NULL);
}

/* --- table --- */

/* True when the words of the entry stand at t; t is moved behind them. */
static bool
words_match(const char *words, struct tokens *t)
{
	uint32_t pos = t->pos;

	while (*words != '\0') {
		size_t n = strcspn(words, " ");

		if (pos == t->n || t->v[pos].n != n || memcmp(t->v[pos].s, words, n) != 0)
			return false;
		pos++;
		words += n;
		words += *words == ' ';
	}
	t->pos = pos;
	return true;
}

static const struct command *
find_command(struct tokens *t, bool peer)
{
	for (size_t i = 0; i < command_count; i++) {
		const struct command *c = &command_table[i];

		if (c->run != NULL && ((c->flags & COMMAND_PEER) != 0) == peer &&
			words_match(c->words, t))
			return c;
	}
	return NULL;
}

/* --- trailing words --- */

static bool
takes_sync(const struct tokens *t)
{
	for (uint32_t i = 0; i < t->n; i++) {
		if (token_is(&t->v[i], "announce") || token_is(&t->v[i], "withdraw"))
			return true;
	}
	return false;
}

/* Strips up to two of sync, async, json, text from the end (api.md 1.11, 2.1). */
static void
strip_modes(struct request *r)
{
	bool syncs = takes_sync(&r->words);

	for (int i = 0; i < 2 && r->words.n > 1; i++) {
		const struct token *last = &r->words.v[r->words.n - 1];

		if (token_is(last, "json"))
			r->json = true;
		else if (syncs && token_is(last, "sync"))
			r->sync = true;
		else if (syncs && token_is(last, "async"))
			r->sync = false;
		else if (!token_is(last, "text") || (!syncs && !r->v4))
			return;
		r->words.n--;
	}
}

/* --- version 4 --- */

/* Puts words in front of the cursor; there is room for WORDS_EXTRA of them. */
static void
prepend(struct tokens *t, struct token *room, const char *words)
{
	struct token front[WORDS_EXTRA] = { { 0 } };
	uint32_t n = 0;

	while (*words != '\0') {
		size_t len = strcspn(words, " ");

		front[n] = (struct token){ .s = words, .n = (uint32_t)len, .line = 1, .col = 1 };
		n++;
		words += len;
		words += *words == ' ';
	}
	uint32_t rest = t->n - t->pos;
	/* room is the start of the word array; the words begin WORDS_EXTRA into it. */
	struct token *at = room + WORDS_EXTRA + t->pos - n;
	memcpy(at, front, n * sizeof(front[0]));
	*t = (struct tokens){ .v = at, .n = rest + n };
}

static bool
is_v6_start(const struct token *k)
{
	static const char *const words[] = { "daemon", "session", "system", "rib", "peer" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (token_is(k, words[i]))
			return true;
	}
	return false;
}

static bool
translate(struct request *r, struct token *room)
{
	if (is_v6_start(token_peek(&r->words)))
		return true;
	for (size_t i = 0; i < command_v4_count; i++) {
		if (words_match(command_v4_table[i].v4, &r->words)) {
			prepend(&r->words, room, command_v4_table[i].v6);
			return true;
		}
	}
	return false;
}

/* --- dispatch --- */

/* The prefix `neighbor …` of version 4 is answered as ever: with one word. */
static void
nobody(struct request *r, struct tokens selector)
{
	struct client *client = r->client;
	struct buf why = { 0 };

	selector_why(client, selector, r->v4_neighbor, &why);
	log_debug(client->name, "%s", buf_cstr(&why));
	if (r->v4_neighbor && client->stages.id_n == 0)
		answer_error(client, NULL);
	else
		answer_error(client, "%s", buf_cstr(&why));
	buf_fini(&why);
}

static void
run_peer(struct request *r)
{
	struct client *client = r->client;
	const struct tokens selector = r->words;
	const struct command *c;

	r->selection = selector_parse(client, &r->words, r->v4_neighbor);
	if (r->selection == NULL) {
		answer_error(client, NULL);
		return;
	}
	c = find_command(&r->words, true);
	if (c == NULL) {
		answer_error(client, NULL);
		return;
	}
	if (r->selection->n == 0 && (c->flags & COMMAND_EMPTY_OK) == 0) {
		nobody(r, selector);
		return;
	}
	c->run(r);
}

static bool
v4_neighbor_action(const struct tokens *t)
{
	for (uint32_t i = 1; i < t->n; i++) {
		if (token_is(&t->v[i], "announce") || token_is(&t->v[i], "withdraw") ||
			token_is(&t->v[i], "teardown"))
			return true;
	}
	return false;
}

static void
run_words(struct request *r, struct token *room)
{
	const struct command *c;

	if (r->v4 && token_is(token_peek(&r->words), "neighbor")) {
		r->words.pos++;
		r->v4_neighbor = true;
		if (v4_neighbor_action(&r->words))
			run_peer(r);
		else
			answer_error(r->client, NULL);
		return;
	}
	if (r->v4 && !translate(r, room)) {
		answer_error(r->client, NULL);
		return;
	}
	if (token_is(token_peek(&r->words), "peer") && r->words.n > 1 &&
		selector_starts(&r->words.v[r->words.pos + 1])) {
		r->words.pos++;
		run_peer(r);
		return;
	}
	c = find_command(&r->words, false);
	if (c == NULL)
		answer_error(r->client, NULL);
	else
		c->run(r);
}

void
command_words(struct client *c, const char *line, size_t n)
{
	struct apid *a = c->apid;
	struct token *room = command_room(a, n + 2 + WORDS_EXTRA);
	struct text_error e;
	int words = tokens_split(line, n, room + WORDS_EXTRA, (unsigned)n + 1, &e);
	struct request r = { .apid = a, .client = c, .sync = c->sync };

	if (words <= 0) {
		if (words < 0)
			log_debug(c->name, "refused command: %s", e.text);
		answer_error(c, words < 0 ? "%s" : NULL, e.text);
		return;
	}
	r.words = (struct tokens){ .v = room + WORDS_EXTRA, .n = (uint32_t)words };
	/* The two spellings share no first word: helpers written for version 4 go on working when
	 * nobody sets the version, and are answered as they expect. */
	r.v4 = (c->version != 0 ? c->version : a->version) == 4 ||
	       (!is_v6_start(token_peek(&r.words)) && !token_is(token_peek(&r.words), "group"));
	r.json = !r.v4;
	strip_modes(&r);
	run_words(&r, room);
}

/* --- lines --- */

static bool
starts_fold(const char *line, size_t n, const char *word)
{
	size_t len = strlen(word);

	return n >= len && strncasecmp(line, word, len) == 0;
}

static bool
to_be_grouped(const struct client *c, const char *line, size_t n)
{
	return c->group.open &&
	       (starts_fold(line, n, "announce") || starts_fold(line, n, "withdraw"));
}

void
command_execute(struct client *c, char *line, size_t n)
{
	while (n > 0 && isspace((unsigned char)line[n - 1]))
		n--;
	while (n > 0 && isspace((unsigned char)line[0])) {
		line++;
		n--;
	}
	c->stages = (struct stages){ 0 };
	if (n > 0 && line[0] == '@' && !stages_begin(c, &line, &n))
		return;
	if (n == 0 || line[0] == '#') {
		answer_done(c);
		return;
	}
	if (!c->group.open && !c->stages.sent && fast_execute(c, line, n))
		return;
	if (starts_fold(line, n, "debug ") && memcmp(line, "debug ", 6) == 0) {
		log_warn(c->name, "debug: %.*s", (int)(n > 1000 ? 1000 : n - 6), line + 6);
		return;
	}
	if (to_be_grouped(c, line, n)) {
		group_add(c, line, n);
		return;
	}
	if (memchr(line, '\0', n) != NULL) {
		unknown(c, line, n);
		return;
	}
	command_words(c, line, n);
}
