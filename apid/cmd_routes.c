/*
 * `peer SELECTOR announce|withdraw …` (reference/api.md 3.9): one or several statements separated
 * by `;`. All of them are parsed and taken in order; the first that is refused ends the command
 * with its reason (those before it stay).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apid/apid.h"
#include "common/log.h"
#include "common/xmalloc.h"

enum { TTL_MAX_S = 10 * 365 * 86400 };

bool
routes_keyword(const struct token *k)
{
	static const char *const words[] = { "route", "ipv4", "ipv6", "flow", "vpls", "attribute",
		"attributes", "l2vpn", "bgp-ls" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (token_is(k, words[i]))
			return true;
	}
	return false;
}

bool
statement_next(struct tokens *t, struct tokens *out)
{
	int depth = 0;

	while (token_accept(t, ";"))
		;
	if (t->pos == t->n)
		return false;
	uint32_t start = t->pos;
	for (; t->pos < t->n; t->pos++) {
		const struct token *k = &t->v[t->pos];

		if (token_is(k, "{"))
			depth++;
		else if (token_is(k, "}"))
			depth--;
		else if (depth <= 0 && token_is(k, ";"))
			break;
	}
	*out = (struct tokens){ .v = t->v + start, .n = t->pos - start };
	return true;
}

/* own without what shared has, and shared, as one canonical block in w. */
static void
merge(struct wr *w, const struct attrset *own, const struct attrset *shared)
{
	struct rd a = rd_init(own->block, own->len), b = rd_init(shared->block, shared->len);
	struct attr x, y;
	bool more_a = attr_next(&a, &x), more_b = attr_next(&b, &y);

	while (more_a || more_b) {
		const struct attr *next = !more_b || (more_a && x.code < y.code) ? &x : &y;

		attr_write(w, next->flags, next->code, next->value, next->len);
		if (more_a && more_b && x.code == y.code)
			more_a = attr_next(&a, &x);
		if (next == &x)
			more_a = attr_next(&a, &x);
		else
			more_b = attr_next(&b, &y);
	}
}

static void
take(struct request *r, const struct selection *s, bool announce, const struct route_statement *st,
	const struct attrset *attrs)
{
	struct batch *b = &r->apid->batch;
	static const struct nlri none = { .family = FAMILY_NONE, .bytes = (const uint8_t *)"" };

	if (st->attributes_only)
		batch_route(b, r->client->owner, s, attrs, announce, &none);
	for (uint32_t i = 0; i < st->n_nlri; i++) {
		batch_route(b, r->client->owner, s, attrs, announce, &st->nlri[i]);
		r->families |= family_bit(st->nlri[i].family);
	}
}

static int
take_shared(struct request *r, const struct selection *s, bool announce,
	const struct route_statement *st, const struct attrset *shared)
{
	size_t room = ATTR_BLOCK_MAX;
	uint8_t *block = xmalloc(room);
	struct wr w = wr_init(block, room);
	struct attrset merged = st->attrs;

	merge(&w, &st->attrs, shared);
	merged.block = block;
	merged.len = (uint32_t)wr_len(&w);
	if (shared->nh_len != 0) {
		merged.nh_len = shared->nh_len;
		memcpy(merged.nh, shared->nh, sizeof(merged.nh));
	}
	if (wr_ok(&w))
		take(r, s, announce, st, &merged);
	free(block);
	return wr_ok(&w) ? 0 : -1;
}

/* `… ttl SECONDS` at the end of an announce: taken off. -1: no such number. */
static int
read_ttl(struct tokens *t, uint32_t *ttl_s)
{
	const struct token *k;

	if (t->n - t->pos < 3 || !token_is(&t->v[t->n - 2], "ttl"))
		return 0;
	k = &t->v[t->n - 1];
	if (parse_u32(k->s, k->n, TTL_MAX_S, ttl_s) < 0 || *ttl_s == 0)
		return -1;
	t->n -= 2;
	return 0;
}

int
routes_statement(struct request *r, const struct selection *s, bool announce, struct tokens *t,
	const struct attrset *shared, char error[TEXT_ERROR_MAX])
{
	/* Shared attributes may bring what a route must have. */
	enum route_purpose purpose = announce && (shared == NULL || shared->nh_len == 0)
					     ? ROUTE_ANNOUNCE
					     : ROUTE_WITHDRAW;
	struct tokens whole = *t;
	struct route_statement st;
	struct text_error e = { .text = "" };
	uint32_t ttl_s = 0;
	int result;

	if (announce && read_ttl(t, &ttl_s) < 0) {
		snprintf(error, TEXT_ERROR_MAX, "a ttl is a number of seconds from 1 to %d",
			TTL_MAX_S);
		return -1;
	}
	if (route_parse(r->apid->parser, t, purpose, &st, &e) < 0) {
		struct buf echo = { 0 };

		command_echo(&echo, &whole);
		if (e.incomplete)
			snprintf(error, TEXT_ERROR_MAX, "%s", e.text);
		else
			snprintf(error, TEXT_ERROR_MAX, "Could not parse %.*s: %.*s (%.120s)",
				(int)(whole.v[whole.pos].n > 24 ? 24 : whole.v[whole.pos].n),
				whole.v[whole.pos].s, (int)(echo.len > 160 ? 160 : echo.len),
				(const char *)echo.data, e.text);
		buf_fini(&echo);
		return -1;
	}
	if (ttl_s > 0)
		r->apid->batch.next_ttl_us = (uint64_t)(loop_clock().us + ttl_s * INT64_C(1000000));
	result = 0;
	if (shared == NULL)
		take(r, s, announce, &st, &st.attrs);
	else
		result = take_shared(r, s, announce, &st, shared);
	r->apid->batch.next_ttl_us = 0;
	if (result < 0)
		snprintf(error, TEXT_ERROR_MAX, "the attributes are too long");
	return result;
}

void
routes_done(struct request *r, const struct selection *s)
{
	if (r->client->stages.sent)
		stages_routes(r->client, s, r->families);
	else if (r->sync)
		query_sync(r->client, s);
	else
		answer_done_at(r->client, batch_last(&r->apid->batch));
}

static void
unknown_type(struct request *r, bool announce)
{
	const struct token *k = token_peek(&r->words);
	char word[TEXT_QUOTED_MAX];

	if (k == NULL || r->v4_neighbor) {
		answer_error(r->client, NULL);
		return;
	}
	snprintf(word, sizeof(word), "%.*s", (int)(k->n < sizeof(word) ? k->n : sizeof(word) - 1),
		k->s);
	answer_error(r->client, "unknown %s type: %s", announce ? "announce" : "withdraw", word);
}

static void
announce_or_withdraw(struct request *r, bool announce)
{
	char error[TEXT_ERROR_MAX];
	struct tokens statement;

	if (!routes_keyword(token_peek(&r->words))) {
		if (!announce_other(r, announce))
			unknown_type(r, announce);
		return;
	}
	while (statement_next(&r->words, &statement)) {
		/* In a list the word may be repeated. */
		token_accept(&statement, announce ? "announce" : "withdraw");
		if (routes_statement(r, r->selection, announce, &statement, NULL, error) < 0) {
			log_debug(r->client->name, "refused: %s", error);
			answer_error(r->client, "%s", error);
			return;
		}
	}
	routes_done(r, r->selection);
}

void
cmd_peer_announce(struct request *r)
{
	announce_or_withdraw(r, true);
}

void
cmd_peer_withdraw(struct request *r)
{
	announce_or_withdraw(r, false);
}
