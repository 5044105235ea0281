/*
 * `sent_request`: apid wants to hear, peer by peer, when everything up to now is in the hands of the
 * peer's session (bgpd confirmed the chunk), or that there is no session.
 */
#include "ribd/ribd.h"

#include <stdlib.h>
#include "common/buf.h"
#include "common/link.h"
#include "common/xmalloc.h"
#include "proto/ipc/send.h"

struct sent {
	struct sent *next;
	uint64_t id, seq;
	uint32_t n;
	uint32_t peers[]; /* slots */
};

void
sent_start(struct ribd *d, const struct ipc_sent_request *m)
{
	struct rd r = rd_init(m->peers.p, m->peers.n);
	struct sent *s = xmalloc(sizeof(*s) + m->peers.n);

	*s = (struct sent){ .id = m->id, .seq = d->rib.table.seq };
	while (rd_left(&r) >= 4)
		s->peers[s->n++] = rd_u32(&r);
	if (d->sents_tail == NULL)
		d->sents_tail = &d->sents;
	*d->sents_tail = s;
	d->sents_tail = &s->next;
	d->n_sents++;
}

static void
add_id(struct buf *b, uint32_t id)
{
	struct wr w = wr_init(buf_room(b, 4), 4);

	wr_u32(&w, id);
	b->len += 4;
}

/* Reports whose time has come; true: nobody is left. */
static bool
check_one(struct ribd *d, struct sent *s, struct buf *sent, struct buf *down)
{
	uint32_t left = 0;

	buf_reset(sent);
	buf_reset(down);
	for (uint32_t i = 0; i < s->n; i++) {
		const struct peer *p = rib_peer(&d->rib, s->peers[i]);

		if (p == NULL || p->session == NULL)
			add_id(down, s->peers[i]);
		else if (rib_session_confirmed(&d->rib, p->session) >= s->seq)
			add_id(sent, s->peers[i]);
		else
			s->peers[left++] = s->peers[i];
	}
	s->n = left;
	if (sent->len > 0 || down->len > 0) {
		struct ipc_sent_report m = { .id = s->id,
			.sent = ipc_bytes(sent->data, sent->len),
			.down = ipc_bytes(down->data, down->len) };

		ipc_send_sent_report(d->apid_ctl, &m);
	}
	return left == 0;
}

void
sent_check(struct ribd *d)
{
	struct sent **at = &d->sents;
	struct buf sent = { 0 }, down = { 0 };

	if (d->sents == NULL || !link_is_up(d->apid_ctl))
		return;
	while (*at != NULL) {
		struct sent *s = *at;

		if (!check_one(d, s, &sent, &down)) {
			at = &s->next;
			continue;
		}
		*at = s->next;
		free(s);
		d->n_sents--;
	}
	d->sents_tail = at;
	buf_fini(&sent);
	buf_fini(&down);
}

void
sent_drop_all(struct ribd *d)
{
	while (d->sents != NULL) {
		struct sent *s = d->sents;

		d->sents = s->next;
		free(s);
	}
	d->sents_tail = &d->sents;
	d->n_sents = 0;
}
