/*
 * Groups (reference/api.md 3.14): lines kept between `group start` and `group end`, and the form
 * in one line. All of a group goes into the batch at once, so a peer sees it as one change as
 * far as messages allow. Lines that cannot be parsed are reported, the others are taken.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apid/apid.h"
#include "common/xmalloc.h"

enum { GROUP_LINES_MAX = 100000, GROUP_BYTES_MAX = 100 * 1024 * 1024 };

struct group_result {
	unsigned announced, withdrawn, errors;
	struct buf json; /* the errors, as JSON strings */
	/* attributes for the elements that follow */
	bool have_shared;
	struct attrset shared;
	uint8_t *block; /* owned */
};

static void
group_error(struct request *r, const char *json, const char *text)
{
	answer_either(r, json, text);
	answer_error(r->client, NULL);
}

void
group_add(struct client *c, const char *line, size_t n)
{
	struct group_buffer *g = &c->group;

	if (g->count == GROUP_LINES_MAX || g->lines.len + n + 1 > GROUP_BYTES_MAX) {
		buf_fini(&g->lines);
		*g = (struct group_buffer){ 0 };
		answer_line(c, "{\"error\": \"group buffer limit reached, group discarded\"}");
		answer_error(c, NULL);
		return;
	}
	buf_add(&g->lines, line, n);
	buf_chr(&g->lines, '\n');
	g->count++;
	answer_done(c);
}

void
cmd_group_start(struct request *r)
{
	if (r->v4) {
		answer_error(r->client, NULL);
		return;
	}
	if (r->client->group.open) {
		group_error(r,
			"{\"error\": \"already in group block (nested groups not allowed)\"}",
			"error: already in group block (nested groups not allowed)");
		return;
	}
	r->client->group.open = true;
	answer_line(r->client, "{\"status\": \"group started\"}");
	answer_done(r->client);
}

static void
note_error(struct group_result *g, const char *what, const struct tokens *t)
{
	struct buf text = { 0 };

	buf_str(&text, what);
	command_echo(&text, t);
	if (g->errors++ > 0)
		BUF_LIT(&g->json, ", ");
	buf_json_string(&g->json, text.data, text.len);
	buf_fini(&text);
}

/* `attributes …` inside a group: kept for what follows. */
static void
share(struct request *r, struct group_result *g, struct tokens *t)
{
	struct tokens whole = *t;
	struct route_statement st;
	struct text_error e;

	if (route_parse(r->apid->parser, t, ROUTE_WITHDRAW, &st, &e) < 0 || st.n_nlri > 0) {
		note_error(g, "could not parse: ", &whole);
		return;
	}
	free(g->block);
	g->block = xmemdup(st.attrs.block, st.attrs.len);
	g->shared = st.attrs;
	g->shared.block = g->block;
	g->have_shared = true;
}

static void
group_element(
	struct request *r, const struct selection *s, struct group_result *g, struct tokens *t)
{
	struct tokens whole = *t;
	char error[TEXT_ERROR_MAX];
	bool announce = token_accept(t, "announce");

	if (!announce && !token_accept(t, "withdraw")) {
		if (token_is(token_peek(t), "attributes") || token_is(token_peek(t), "attribute")) {
			share(r, g, t);
		} else {
			whole.n = whole.pos + 1;
			note_error(g, "unknown action in group: ", &whole);
		}
		return;
	}
	if (!routes_keyword(token_peek(t)) ||
		routes_statement(r, s, announce, t, g->have_shared ? &g->shared : NULL, error) < 0)
		note_error(g, "could not parse: ", &whole);
	else if (announce)
		g->announced++;
	else
		g->withdrawn++;
}

static void
group_answer(struct request *r, const struct selection *s, struct group_result *g)
{
	if (r->json) {
		struct buf b = { 0 };

		buf_printf(&b,
			"{\"status\": \"group processed\", \"announced\": %u, \"withdrawn\": %u",
			g->announced, g->withdrawn);
		if (g->errors > 0) {
			BUF_LIT(&b, ", \"errors\": [");
			buf_add(&b, g->json.data, g->json.len);
			buf_chr(&b, ']');
		}
		buf_chr(&b, '}');
		answer_buf(r->client, &b);
		buf_fini(&b);
	} else if (g->errors > 0) {
		answer_printf(r->client, "group processed: %u announced, %u withdrawn, %u errors",
			g->announced, g->withdrawn, g->errors);
	} else {
		answer_printf(r->client, "group processed: %u announced, %u withdrawn",
			g->announced, g->withdrawn);
	}
	routes_done(r, s);
	buf_fini(&g->json);
	free(g->block);
}

/* One kept line; the first one's trailing word decides about sync mode. */
static void
group_line(struct request *r, const struct selection *s, struct group_result *g, char *line,
	size_t n, bool first)
{
	struct token *words = command_room(r->apid, n + 1);
	struct text_error e;
	int count;

	for (size_t i = 0; i < n && i < 8; i++)
		line[i] = (char)(line[i] >= 'A' && line[i] <= 'Z' ? line[i] + 32 : line[i]);
	count = tokens_split(line, n, words, (unsigned)n + 1, &e);
	if (count <= 0) {
		struct token whole = { .s = line, .n = (uint32_t)n };

		note_error(g, "could not parse: ", &(struct tokens){ .v = &whole, .n = 1 });
		return;
	}
	while (count > 2) {
		const struct token *last = &words[count - 1];
		bool sync = token_is(last, "sync");

		if (!sync && !token_is(last, "async") && !token_is(last, "json") &&
			!token_is(last, "text"))
			break;
		if (first && (sync || token_is(last, "async")))
			r->sync = sync;
		count--;
	}
	group_element(r, s, g, &(struct tokens){ .v = words, .n = (uint32_t)count });
}

void
cmd_group_end(struct request *r)
{
	struct group_buffer group = r->client->group;
	const struct selection *s = selector_all(r->client);
	struct group_result g = { 0 };
	bool first = true;

	if (r->v4) {
		answer_error(r->client, NULL);
		return;
	}
	if (!group.open) {
		group_error(r, "{\"error\": \"not in group block\"}", "error: not in group block");
		return;
	}
	r->client->group = (struct group_buffer){ 0 };
	if (group.count == 0) {
		answer_line(r->client, "{\"status\": \"group ended\", \"commands\": 0}");
		answer_done(r->client);
		return;
	}
	for (size_t at = 0; at < group.lines.len; first = false) {
		char *line = (char *)group.lines.data + at;
		size_t n = (size_t)((char *)memchr(line, '\n', group.lines.len - at) - line);

		group_line(r, s, &g, line, n, first);
		at += n + 1;
	}
	group_answer(r, s, &g);
	buf_fini(&group.lines);
}

void
cmd_peer_group(struct request *r)
{
	struct group_result g = { 0 };
	struct tokens element;
	unsigned n = 0;

	if (token_peek(&r->words) == NULL) {
		group_error(r, "{\"error\": \"empty group\"}", "error: empty group");
		return;
	}
	while (statement_next(&r->words, &element)) {
		group_element(r, r->selection, &g, &element);
		n++;
	}
	if (n == 0)
		group_error(r, "{\"error\": \"empty group\"}", "error: empty group");
	else
		group_answer(r, r->selection, &g);
}
