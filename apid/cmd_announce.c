/*
 * What `announce` can do besides routes (reference/api.md 3.10-3.13): End-of-RIB, ROUTE-REFRESH,
 * OPERATIONAL messages, and switching watchdogs.
 */
#include <stdlib.h>
#include <string.h>

#include "apid/apid.h"
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

/* --- OPERATIONAL --- */

enum operational_form { ADVISORY, QUERY, COUNTER };

struct operational {
	uint16_t type;
	enum operational_form form;
	uint32_t family;
	bool have_router_id;
	uint8_t router_id[4];
	uint32_t sequence;
	uint64_t counter;
	const struct token *advisory;
};

static int
operational_type(const struct token *k, struct operational *o)
{
	static const struct {
		const char *word;
		uint16_t type;
		enum operational_form form;
	} types[] = {
		{ "adm", 1, ADVISORY },
		{ "asm", 2, ADVISORY },
		{ "rpcq", 3, QUERY },
		{ "rpcp", 4, COUNTER },
		{ "apcq", 5, QUERY },
		{ "apcp", 6, COUNTER },
		{ "lpcq", 7, QUERY },
		{ "lpcp", 8, COUNTER },
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (token_is_fold(k, types[i].word)) {
			o->type = types[i].type;
			o->form = types[i].form;
			return 0;
		}
	}
	return -1;
}

static const struct token *
take_value(struct tokens *t, const char *word)
{
	if (!token_is_fold(token_peek(t), word))
		return NULL;
	t->pos++;
	return token_next(t);
}

static int
operational_parse(struct tokens *t, struct operational *o)
{
	const struct token *afi, *safi, *k;

	memset(o, 0, sizeof(*o));
	if (operational_type(token_next(t), o) < 0)
		return -1;
	k = o->form != ADVISORY ? take_value(t, "router-id") : NULL;
	if (k != NULL) {
		o->have_router_id = true;
		if (addr_parse4(k->s, k->n, o->router_id) < 0)
			return -1;
	}
	afi = take_value(t, "afi");
	safi = take_value(t, "safi");
	if (afi == NULL || safi == NULL)
		return -1;
	o->family = family_by_name(afi->s, afi->n, safi->s, safi->n, true);
	if (o->family == 0)
		return -1;
	if (o->form == ADVISORY) {
		o->advisory = take_value(t, "advisory");
		return o->advisory != NULL && t->pos == t->n ? 0 : -1;
	}
	k = take_value(t, "sequence");
	if (k == NULL || parse_u32(k->s, k->n, UINT32_MAX, &o->sequence) < 0)
		return -1;
	if (o->form == COUNTER) {
		k = take_value(t, "counter");
		if (k == NULL || parse_u64(k->s, k->n, UINT64_MAX, &o->counter) < 0)
			return -1;
	}
	return t->pos == t->n ? 0 : -1;
}

enum { ADVISORY_MAX = 2048, OPERATIONAL_ROOM = MESSAGE_MAX };

static void
operational_message(struct wr *w, const struct operational *o, const struct neighbor *n)
{
	size_t start = message_begin(w, MESSAGE_OPERATIONAL), length;

	wr_u16(w, o->type);
	length = wr_mark_u16(w);
	wr_u16(w, family_afi(o->family));
	wr_u8(w, family_safi(o->family));
	if (o->form == ADVISORY) {
		wr_bytes(w, o->advisory->s,
			o->advisory->n < ADVISORY_MAX ? o->advisory->n : ADVISORY_MAX);
	} else {
		if (o->have_router_id)
			wr_bytes(w, o->router_id, 4);
		else
			wr_u32(w, n->conf->router_id);
		wr_u32(w, o->sequence);
		if (o->form == COUNTER)
			wr_u64(w, o->counter);
	}
	wr_patch_u16(w, length);
	message_end(w, start);
}

static bool
announce_operational(struct request *r)
{
	struct operational o;
	uint8_t message[OPERATIONAL_ROOM];

	if (operational_parse(&r->words, &o) < 0)
		return false;
	for (uint32_t i = 0; i < r->selection->n; i++) {
		const struct neighbor *n = neighbor_find(&r->apid->neighbors, r->selection->ids[i]);
		struct wr w = wr_init(message, sizeof(message));

		if (n == NULL || !n->up)
			continue;
		operational_message(&w, &o, n);
		struct ipc_send_message m = { .neighbor = n->id,
			.data = ipc_bytes(message, wr_len(&w)) };
		if (wr_ok(&w) && apid_linked(r->apid->bgpd))
			ipc_send_send_message(r->apid->bgpd, &m);
	}
	answer_done(r->client);
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
		{ "operational", announce_operational },
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
