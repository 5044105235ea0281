/*
 * `rib flush out` and `rib clear in|out` (reference/api.md 3.4, 5.4, 5.5). With a selector behind
 * the direction only those neighbors are meant; a direction is required (D14).
 */
#include "apid/apid.h"

/* The neighbors: of a selector at the cursor, else all of the client. NULL: malformed. */
static const struct selection *
rib_selection(struct request *r)
{
	const struct selection *s;

	token_accept(&r->words, "neighbor");
	if (token_peek(&r->words) == NULL)
		return selector_all(r->client);
	if (!selector_starts(token_peek(&r->words)))
		return NULL;
	s = selector_parse(r->client, &r->words, r->v4);
	return token_peek(&r->words) == NULL ? s : NULL;
}

void
cmd_rib_flush(struct request *r)
{
	const struct selection *s;

	token_accept(&r->words, "out");
	s = rib_selection(r);
	if (s == NULL || s->n == 0) {
		answer_error(r->client, NULL);
		return;
	}
	batch_flush_routes(&r->apid->batch, r->client->owner, s, 0);
	answer_done_at(r->client, batch_last(&r->apid->batch));
}

void
cmd_rib_clear(struct request *r)
{
	bool in = token_accept(&r->words, "in");
	const struct selection *s;

	if (!in && !token_accept(&r->words, "out")) {
		answer_error(r->client, "rib clear needs a direction: in or out");
		return;
	}
	s = rib_selection(r);
	if (s == NULL || s->n == 0) {
		answer_error(r->client, NULL);
		return;
	}
	batch_clear(&r->apid->batch, r->client->owner, s, in);
	answer_done_at(r->client, batch_last(&r->apid->batch));
}
