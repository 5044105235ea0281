/*
 * What `announce` can do besides routes (reference/api.md 3.10-3.13): End-of-RIB, ROUTE-REFRESH
 * and switching watchdogs; OPERATIONAL messages are in operational.c.
 */
#include <stdlib.h>
#include <string.h>

#include "apid/apid.h"
#include "apid/operational.h"
#include "common/link.h"
#include "common/log.h"
#include "common/xmalloc.h"
#include "proto/ipc/send.h"
#include "proto/wire/family.h"
#include "proto/wire/message.h"

struct selection *
selection_established(struct apid *a, const struct selection *s)
{
	struct selection *up = xmalloc(sizeof(*up) + s->n * sizeof(up->ids[0]));

	up->n = 0;
	up->token = ++a->selection_tokens;
	for (uint32_t i = 0; i < s->n; i++) {
		const struct neighbor *n = neighbor_find(&a->neighbors, s->ids[i]);

		if (n != NULL && n->up)
			up->ids[up->n++] = s->ids[i];
	}
	return up;
}

/* "AFI SAFI" at t; 0 when it is none. */
static uint32_t
take_family(struct tokens *t)
{
	const struct token *afi = token_next(t), *safi = token_next(t);

	if (afi == NULL || safi == NULL)
		return 0;
	return family_by_name(afi->s, afi->n, safi->s, safi->n, true);
}

static bool
announce_eor(struct request *r)
{
	uint32_t family = IPV4_UNICAST;
	struct selection *up;

	if (token_peek(&r->words) != NULL)
		family = take_family(&r->words);
	if (family == 0 || token_peek(&r->words) != NULL)
		return false;
	up = selection_established(r->apid, r->selection);
	if (up->n > 0) {
		batch_eor(&r->apid->batch, r->client->owner, up, family);
		answer_done_at(r->client, batch_last(&r->apid->batch));
	} else {
		answer_error(r->client, NULL);
	}
	free(up);
	return true;
}

static bool
announce_refresh(struct request *r)
{
	uint32_t family = take_family(&r->words);
	struct selection *up;

	if (family == 0 || token_peek(&r->words) != NULL)
		return false;
	up = selection_established(r->apid, r->selection);
	for (uint32_t i = 0; i < up->n; i++) {
		const struct neighbor *n = neighbor_find(&r->apid->neighbors, up->ids[i]);
		struct ipc_send_refresh m = { .neighbor = up->ids[i], .family = family };

		if (n->conf->caps.route_refresh && apid_linked(r->apid->bgpd))
			ipc_send_send_refresh(r->apid->bgpd, &m);
		else
			log_warn(n->peer_text, "route-refresh is not enabled in the configuration");
	}
	if (up->n > 0)
		answer_done(r->client);
	else
		answer_error(r->client, NULL);
	free(up);
	return true;
}

/* --- watchdogs --- */

static bool
switch_watchdog(struct request *r, bool announce)
{
	const struct token *k = token_next(&r->words);
	const char *name = k != NULL ? k->s : r->client->name;
	size_t n = k != NULL ? k->n : strlen(name);
	struct apid *a = r->apid;
	struct selection *all;

	if (n > UINT8_MAX)
		return false;
	/* Whatever the selector says, a watchdog is the service's (api.md 3.13). */
	all = xmalloc(sizeof(*all) + a->neighbors.n * sizeof(all->ids[0]));
	all->n = 0;
	all->token = ++a->selection_tokens;
	for (unsigned i = 0; i < a->neighbors.n && i < SELECTION_MAX; i++)
		all->ids[all->n++] = a->neighbors.v[i]->id;
	batch_dog(&a->batch, r->client->owner, all, announce, name, n);
	answer_done_at(r->client, batch_last(&a->batch));
	free(all);
	return true;
}

bool
announce_other(struct request *r, bool announce)
{
	static const struct {
		const char *word;
		bool (*run)(struct request *r);
	} types[] = {
		{ "eor", announce_eor },
		{ "route-refresh", announce_refresh },
		{ "operational", operational_announce },
	};

	if (token_accept(&r->words, "watchdog")) {
		if (!switch_watchdog(r, announce))
			answer_error(r->client, NULL);
		return true;
	}
	for (size_t i = 0; announce && i < sizeof(types) / sizeof(types[0]); i++) {
		if (!token_accept(&r->words, types[i].word))
			continue;
		if (!types[i].run(r))
			answer_error(r->client, NULL);
		return true;
	}
	return false;
}
