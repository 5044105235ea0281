/*
 * What waits to be told to a peer. Messages are made when they are sent, because sequence numbers
 * and router-ids belong to the session; a message that was not negotiated (the capability, or its
 * family) is dropped with a warning. The queue of a neighbor without a session is bounded; the
 * newest is refused.
 */
#include "apid/operational.h"

#include <stdlib.h>
#include <string.h>

#include "apid/apid.h"
#include "common/link.h"
#include "common/log.h"
#include "common/xmalloc.h"
#include "proto/ipc/send.h"
#include "proto/wire/message.h"
#include "proto/wire/operational.h"

struct item {
	struct item *next;
	struct operational o; /* the advisory is in text */
	char text[];
};

struct operational_queue {
	struct item *kept[FAMILY_COUNT]; /* the ASM of each family */
	struct item *once, **once_end;
	size_t bytes;
	uint32_t sequence; /* of the last message without one */
};

static struct operational_queue *
queue_of(struct neighbor *n)
{
	if (n->operational == NULL) {
		n->operational = xcalloc(1, sizeof(*n->operational));
		n->operational->once_end = &n->operational->once;
	}
	return n->operational;
}

void
operational_free(struct operational_queue *q)
{
	if (q == NULL)
		return;
	for (unsigned i = 0; i < FAMILY_COUNT; i++)
		free(q->kept[i]);
	for (struct item *i = q->once, *next; i != NULL; i = next) {
		next = i->next;
		free(i);
	}
	free(q);
}

/* False: no room. */
static bool
add(struct neighbor *n, const struct operational *o)
{
	struct operational_queue *q = queue_of(n);
	size_t size = sizeof(struct item) + o->advisory_n;
	int family = family_index(o->family);
	struct item *item;

	if (q->bytes + size > OPERATIONAL_QUEUE_MAX || family < 0)
		return false;
	item = xcalloc(1, size);
	item->o = *o;
	memcpy(item->text, o->advisory != NULL ? o->advisory : "", o->advisory_n);
	item->o.advisory = item->text;
	if (o->kind->type == OPERATIONAL_ASM) {
		free(q->kept[family]);
		q->kept[family] = item;
		return true;
	}
	*q->once_end = item;
	q->once_end = &item->next;
	q->bytes += size;
	return true;
}

static void
send_one(struct apid *a, struct neighbor *n, const struct operational *o)
{
	struct operational m = *o;
	uint8_t message[MESSAGE_MAX];
	struct wr w = wr_init(message, sizeof(message));

	if (!n->have_opens || !n->negotiated.operational ||
		(n->negotiated.family_bits & family_bit(o->family)) == 0) {
		log_warn(n->peer_text, "operational %s of %s was not negotiated: dropped",
			o->kind->word, family_find(o->family)->name);
		return;
	}
	if (m.router_id == 0)
		m.router_id = n->conf->router_id;
	if (m.sequence == 0 && m.kind->form != OPERATIONAL_ADVISORY)
		m.sequence = ++n->operational->sequence;
	operational_encode(&w, &m);
	struct ipc_send_message send = { .neighbor = n->id,
		.data = ipc_bytes(message, wr_len(&w)) };
	if (wr_ok(&w) && apid_linked(a->bgpd))
		ipc_send_send_message(a->bgpd, &send);
}

void
operational_flush(struct apid *a, struct neighbor *n)
{
	struct operational_queue *q = n->operational;

	if (q == NULL || !n->up)
		return;
	for (struct item *i = q->once, *next; i != NULL; i = next) {
		next = i->next;
		send_one(a, n, &i->o);
		free(i);
	}
	q->once = NULL;
	q->once_end = &q->once;
	q->bytes = 0;
}

void
operational_up(struct apid *a, struct neighbor *n)
{
	struct operational_queue *q = n->operational;

	for (unsigned i = 0; q != NULL && i < FAMILY_COUNT; i++)
		if (q->kept[i] != NULL)
			send_one(a, n, &q->kept[i]->o);
	operational_flush(a, n);
}

static bool
same(const struct operational_conf *a, const struct operational_conf *b)
{
	if (strcmp(a->kind, b->kind) != 0 || a->family != b->family || a->sequence != b->sequence ||
		a->counter != b->counter || (a->advisory == NULL) != (b->advisory == NULL))
		return false;
	return a->advisory == NULL || strcmp(a->advisory, b->advisory) == 0;
}

static bool
has(const struct neighbor_conf *conf, const struct operational_conf *o)
{
	for (unsigned i = 0; i < conf->n_operational; i++)
		if (same(&conf->operational[i], o))
			return true;
	return false;
}

void
operational_configure(struct neighbor *n, struct neighbor *before)
{
	if (before != NULL) {
		n->operational = before->operational;
		before->operational = NULL;
	}
	for (unsigned i = 0; i < n->conf->n_operational; i++) {
		const struct operational_conf *c = &n->conf->operational[i];
		struct operational o = { .kind = operational_kind(c->kind, strlen(c->kind)),
			.family = c->family,
			.sequence = c->sequence,
			.counter = c->counter,
			.advisory = c->advisory,
			.advisory_n = c->advisory != NULL ? strlen(c->advisory) : 0 };

		if (before != NULL && has(before->conf, c))
			continue; /* it was queued then */
		if (!add(n, &o))
			log_warn(n->peer_text, "too many operational messages: one is left out");
	}
}

/* --- the command --- */

static const struct token *
take_value(struct tokens *t, const char *word)
{
	if (!token_is_fold(token_peek(t), word))
		return NULL;
	t->pos++;
	return token_next(t);
}

static int
take_router_id(struct tokens *t, struct operational *o)
{
	uint8_t id[4];
	const struct token *k = take_value(t, "router-id");

	if (k == NULL)
		return 0;
	if (addr_parse4(k->s, k->n, id) < 0)
		return -1;
	o->router_id = (uint32_t)id[0] << 24 | (uint32_t)id[1] << 16 | (uint32_t)id[2] << 8 | id[3];
	return 0;
}

static int
parse(struct tokens *t, struct operational *o)
{
	const struct token *afi, *safi, *k = token_next(t);

	*o = (struct operational){ .kind = k != NULL ? operational_kind(k->s, k->n) : NULL };
	if (o->kind == NULL)
		return -1;
	if (o->kind->form != OPERATIONAL_ADVISORY && take_router_id(t, o) < 0)
		return -1;
	afi = take_value(t, "afi");
	safi = take_value(t, "safi");
	if (afi == NULL || safi == NULL)
		return -1;
	o->family = family_by_name(afi->s, afi->n, safi->s, safi->n, true);
	if (o->family == 0)
		return -1;
	if (o->kind->form == OPERATIONAL_ADVISORY) {
		k = take_value(t, "advisory");
		if (k == NULL)
			return -1;
		o->advisory = k->s;
		o->advisory_n = k->n;
		return t->pos == t->n ? 0 : -1;
	}
	k = take_value(t, "sequence");
	if (k == NULL || parse_u32(k->s, k->n, UINT32_MAX, &o->sequence) < 0)
		return -1;
	if (o->kind->form == OPERATIONAL_COUNTER) {
		k = take_value(t, "counter");
		if (k == NULL || parse_u64(k->s, k->n, UINT64_MAX, &o->counter) < 0)
			return -1;
	}
	return t->pos == t->n ? 0 : -1;
}

bool
operational_announce(struct request *r)
{
	struct operational o;

	if (parse(&r->words, &o) < 0)
		return false;
	for (uint32_t i = 0; i < r->selection->n; i++) {
		struct neighbor *n = neighbor_find(&r->apid->neighbors, r->selection->ids[i]);

		if (n == NULL)
			continue;
		if (!add(n, &o)) {
			log_warn(n->peer_text, "too many operational messages wait: refused");
			return false;
		}
		if (n->up && o.kind->type == OPERATIONAL_ASM)
			send_one(r->apid, n, &o);
		operational_flush(r->apid, n);
	}
	answer_done(r->client);
	return true;
}
