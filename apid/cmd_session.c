/* `session …`: acknowledgements, sync mode, liveness of clients (reference/api.md 1.10, 1.11, 3.2). */
#include "apid/apid.h"

void
cmd_session_ack(struct request *r)
{
	struct client *c = r->client;

	if (token_accept(&r->words, "enable")) {
		c->ack = true;
		answer_done(c);
	} else if (token_accept(&r->words, "disable")) {
		/* The last one: answered although it switches answers off. */
		c->ack = true;
		answer_done(c);
		c->ack = false;
	} else if (token_accept(&r->words, "silence")) {
		c->ack = false;
	} else {
		answer_error(c, NULL);
	}
}

void
cmd_session_sync(struct request *r)
{
	struct client *c = r->client;

	if (token_accept(&r->words, "enable")) {
		c->sync = true;
	} else if (token_accept(&r->words, "disable")) {
		c->sync = false;
	} else {
		answer_error(c, NULL);
		return;
	}
	answer_done(c);
}

void
cmd_session_reset(struct request *r)
{
	answer_either(
		r, "{\"status\": \"asynchronous queue cleared\"}", "asynchronous queue cleared");
	answer_done(r->client);
}

void
cmd_session_ping(struct request *r)
{
	if (request_has(r, "text"))
		answer_printf(r->client, "pong %s active=true", r->apid->uuid);
	else
		answer_printf(r->client, "{\"pong\": \"%s\", \"active\": true}", r->apid->uuid);
	answer_done(r->client);
}

void
cmd_session_bye(struct request *r)
{
	answer_done(r->client);
}

void
cmd_session_sync_begin(struct request *r)
{
	struct client *c = r->client;

	c->syncing = true;
	batch_sync(&r->apid->batch, c->owner, ROUTE_SYNC_BEGIN);
	answer_done_at(c, batch_last(&r->apid->batch));
}

void
cmd_session_sync_end(struct request *r)
{
	struct client *c = r->client;

	if (!c->syncing) {
		answer_error(c, "sync-end without sync-begin");
		return;
	}
	c->syncing = false;
	batch_sync(&r->apid->batch, c->owner, ROUTE_SYNC_END);
	answer_done_at(c, batch_last(&r->apid->batch));
}
