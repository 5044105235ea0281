/*
 * Adj-rib-in: what a peer with `adj-rib-in` announced in its present session, in a table of its
 * own like the one for sending. All peers share the attribute sets. A position in the list is the
 * order of arrival.
 */
#include "ribd/rib.h"

#include <stdlib.h>
#include "common/log.h"
#include "common/xmalloc.h"

enum { IN_ROUTES_MAX = 8 * 1024 * 1024 }; /* of one peer */

void
rib_in_clear(struct rib *rib, struct peer *p)
{
	struct table *t = p->in;

	if (t == NULL)
		return;
	for (uint32_t i = table_at(t, TABLE_NONE)->next; i != TABLE_NONE; i = table_at(t, i)->next)
		if (table_at(t, i)->kind == ENTRY_ROUTE)
			attrs_unref(&rib->attrs, table_at(t, i)->attrs);
	table_fini(t);
	free(t);
	p->in = NULL;
	p->in_generation++;
}

/* One UPDATE being stored. */
struct storing {
	struct rib *rib;
	struct peer *peer;
	struct attrset set; /* without next-hop */
};

static void
forget(struct storing *s, const struct nlri *nlri, uint32_t hash)
{
	struct table *t = s->peer->in;
	uint32_t i = table_find(t, nlri, hash);

	if (i == TABLE_NONE)
		return;
	attrs_unref(&s->rib->attrs, table_at(t, i)->attrs);
	table_remove(t, i);
}

static bool
store(void *owner, bool announce, const struct nlri *nlri, const uint8_t *nexthop,
	uint8_t nexthop_len)
{
	struct storing *s = owner;
	struct table *t = s->peer->in;
	uint32_t hash = nlri_hash(nlri), i, attrs;
	struct entry *e;

	if (family_index(nlri->family) < 0)
		return true;
	if (!announce) {
		forget(s, nlri, hash);
		return true;
	}
	s->set.nh_len = nexthop_len == 4 || nexthop_len == 16 ? nexthop_len : 0;
	if (s->set.nh_len > 0)
		memcpy(s->set.nh, nexthop, s->set.nh_len);
	i = table_find(t, nlri, hash);
	if (i == TABLE_NONE && t->live >= IN_ROUTES_MAX) {
		if (log_ratelimit(s->peer, s->rib->now_us))
			log_warn(s->peer->key, "more than %d received routes: not all are kept",
				IN_ROUTES_MAX);
		return true;
	}
	attrs = attrs_intern(&s->rib->attrs, &s->set);
	if (i == TABLE_NONE) {
		table_add(t, ENTRY_ROUTE, nlri, hash, attrs, 0);
		return true;
	}
	e = table_at(t, i);
	attrs_unref(&s->rib->attrs, e->attrs);
	e->attrs = attrs;
	return true;
}

void
rib_received(struct rib *rib, uint32_t number, const uint8_t *body, size_t n)
{
	struct session *session = rib_session(rib, number);
	uint8_t block[ATTR_BLOCK_MAX + 1024];
	struct wr w = wr_init(block, sizeof(block));
	struct storing s = { .rib = rib };
	struct update u;

	if (session == NULL || !session->attached)
		return;
	s.peer = rib->peers[session->peer];
	if (!s.peer->adj_rib_in || update_decode(body, n, &session->in, &u) != 0 || u.eor)
		return;
	if (s.peer->in == NULL) {
		s.peer->in = xcalloc(1, sizeof(*s.peer->in));
		table_init(s.peer->in);
	}
	update_canonical(&u, &session->in, &w);
	if (!wr_ok(&w))
		return;
	s.set.block = block;
	s.set.len = (uint32_t)wr_len(&w);
	update_each(&u, &session->in, store, &s);
	rib->counters.received++;
}
