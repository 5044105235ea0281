/*
 * `@ID` commands. Those that wait for `sent` stand in one list, in the order of their commands; they
 * hold no client up, and go with it. Their number and the number of their peers are bounded.
 */
#include "apid/stages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apid/apid.h"
#include "common/xmalloc.h"
#include "proto/ipc/send.h"
#include "proto/wire/family.h"

struct stages_wait {
	struct stages_wait *next;
	struct client *client;
	struct stages stages;
	uint32_t id;
	bool asked;
	uint32_t n; /* peers not yet reported */
	uint32_t peers[];
};

/* --- the words in front --- */

static size_t
word_length(const char *p, size_t n)
{
	size_t len = 0;

	while (len < n && p[len] != ' ')
		len++;
	return len;
}

bool
stages_begin(struct client *c, char **line, size_t *n)
{
	char *p = *line + 1;
	size_t left = *n - 1, len = word_length(p, left);

	if (len == 0 || len > STAGES_ID_MAX) {
		answer_error(c, "after @ an id of 1 to %d characters is expected", STAGES_ID_MAX);
		return false;
	}
	for (size_t i = 0; i < len; i++) {
		if (p[i] < 0x21 || p[i] > 0x7e) {
			answer_error(c, "an id has printable ASCII characters");
			return false;
		}
	}
	memcpy(c->stages.id, p, len);
	c->stages.id_n = (uint8_t)len;
	for (;;) {
		p += len;
		left -= len;
		while (left > 0 && *p == ' ') {
			p++;
			left--;
		}
		len = word_length(p, left);
		if (len == 4 && memcmp(p, "sent", 4) == 0)
			c->stages.sent = true;
		else if (len != 8 || memcmp(p, "accepted", 8) != 0)
			break;
	}
	if (left == 0) {
		answer_error(c, "a command is expected after the id");
		return false;
	}
	*line = p;
	*n = left;
	return true;
}

void
stages_prefix(const struct stages *s, struct buf *out, const void *text, size_t n)
{
	const char *p = text;

	while (n > 0) {
		const char *lf = memchr(p, '\n', n);
		size_t len = lf != NULL ? (size_t)(lf - p) + 1 : n;

		buf_chr(out, '@');
		buf_add(out, s->id, s->id_n);
		buf_chr(out, ' ');
		buf_add(out, p, len);
		p += len;
		n -= len;
	}
}

/* --- sent --- */

static void
say(struct client *c, const struct stages *s, const char *what, const char *peer, const char *why)
{
	struct buf b = { 0 };

	buf_printf(&b, "@%.*s %s", (int)s->id_n, s->id, what);
	if (peer != NULL)
		buf_printf(&b, " %s", peer);
	if (why != NULL)
		buf_printf(&b, " %s", why);
	buf_chr(&b, '\n');
	answer_raw(c, b.data, b.len);
	buf_fini(&b);
}

static const char *
peer_name(const struct apid *a, uint32_t id)
{
	const struct neighbor *n = neighbor_find(&a->neighbors, id);

	return n != NULL ? n->peer_text : "?";
}

static void
wait_end(struct apid *a, struct stages_wait *w)
{
	struct stages_wait **at = &a->stages_waits;

	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	if (a->stages_last == &w->next)
		a->stages_last = at;
	a->n_stages--;
	a->n_stages_peers -= w->n;
	free(w);
}

static void
wait_complete(struct apid *a, struct stages_wait *w)
{
	say(w->client, &w->stages, "complete", NULL, NULL);
	wait_end(a, w);
}

/* The families among these that the session does not carry; NULL: it carries one of them at least. */
static const char *
not_carried(const struct neighbor *n, uint32_t families, char *out, size_t size)
{
	size_t used = 0;

	if (families == 0 || (families & n->negotiated.family_bits) != 0)
		return NULL;
	used = (size_t)snprintf(out, size, "family not negotiated:");
	for (unsigned i = 0; i < FAMILY_COUNT && used < size; i++) {
		if ((families >> i & 1) != 0)
			used += (size_t)snprintf(
				out + used, size - used, " %s", family_table[i].name);
	}
	return out;
}

/* Why nothing can be sent to it now, or NULL. */
static const char *
held(const struct apid *a, uint32_t id, uint32_t families, char *out, size_t size)
{
	const struct neighbor *n = neighbor_find(&a->neighbors, id);

	if (n == NULL)
		return "no such neighbor any more";
	if (n->conf->peer_bits < n->peer.len * 8 && n->origin != NEIGHBOR_INSTANCE)
		return "a range: held for the peers that come";
	if (!n->up)
		return "peer down: held until up";
	return n->have_opens ? not_carried(n, families, out, size) : NULL;
}

void
stages_routes(struct client *c, const struct selection *s, uint32_t families)
{
	struct apid *a = c->apid;
	struct stages_wait *w;
	char why[512];

	c->stages.routes = true;
	answer_done_at(c, batch_last(&a->batch));
	w = xmalloc(sizeof(*w) + s->n * sizeof(w->peers[0]));
	*w = (struct stages_wait){ .client = c, .stages = c->stages, .id = ++a->query_ids };
	for (uint32_t i = 0; i < s->n; i++) {
		const char *reason = held(a, s->ids[i], families, why, sizeof(why));

		if (reason == NULL && (a->n_stages == STAGES_WAITS_MAX ||
					      a->n_stages_peers + w->n >= STAGES_PEERS_MAX))
			reason = "limit: too many commands wait to be sent";
		if (reason != NULL)
			say(c, &c->stages, "held", peer_name(a, s->ids[i]), reason);
		else
			w->peers[w->n++] = s->ids[i];
	}
	if (a->stages_last == NULL)
		a->stages_last = &a->stages_waits;
	*a->stages_last = w;
	a->stages_last = &w->next;
	a->n_stages++;
	a->n_stages_peers += w->n;
	if (w->n == 0)
		wait_complete(a, w);
	else
		a->stages_unasked = true;
}

static void
ask(struct apid *a, struct stages_wait *w)
{
	struct buf ids = { 0 };
	size_t room = 4 * (size_t)w->n;
	struct wr out = wr_init(buf_room(&ids, room), room);
	struct ipc_sent_request m = { .id = w->id };

	for (uint32_t i = 0; i < w->n; i++)
		wr_u32(&out, w->peers[i]);
	m.peers = ipc_bytes(out.base, wr_len(&out));
	ipc_send_sent_request(a->bulk, &m);
	w->asked = true;
	buf_fini(&ids);
}

void
stages_pump(struct apid *a)
{
	if (!a->stages_unasked || a->batch.unsent != NULL || a->batch.held ||
		wr_len(&a->batch.w) > 0 || !apid_linked(a->bulk))
		return;
	a->stages_unasked = false;
	for (struct stages_wait *w = a->stages_waits; w != NULL; w = w->next) {
		if (!w->asked)
			ask(a, w);
	}
}

void
stages_ribd_down(struct apid *a)
{
	for (struct stages_wait *w = a->stages_waits; w != NULL; w = w->next)
		w->asked = false;
	a->stages_unasked = a->stages_waits != NULL;
}

static void
report(struct apid *a, struct stages_wait *w, struct ipc_bytes ids, const char *what,
	const char *why)
{
	struct rd r = rd_init(ids.p, ids.n);

	while (rd_left(&r) >= 4) {
		uint32_t id = rd_u32(&r);

		for (uint32_t i = 0; i < w->n; i++) {
			if (w->peers[i] != id)
				continue;
			say(w->client, &w->stages, what, peer_name(a, id), why);
			memmove(&w->peers[i], &w->peers[i + 1],
				(w->n - i - 1) * sizeof(w->peers[0]));
			w->n--;
			a->n_stages_peers--;
			break;
		}
	}
}

void
stages_on_sent(struct apid *a, const struct ipc_sent_report *m)
{
	struct stages_wait *w = a->stages_waits;

	while (w != NULL && w->id != m->id)
		w = w->next;
	if (w == NULL)
		return;
	report(a, w, m->sent, "sent", NULL);
	report(a, w, m->down, "held", "peer down: held until up");
	if (w->n == 0)
		wait_complete(a, w);
}

void
stages_forget(struct client *c)
{
	struct stages_wait *next;

	c->stages = (struct stages){ 0 };
	for (struct stages_wait *w = c->apid->stages_waits; w != NULL; w = next) {
		next = w->next;
		if (w->client == c)
			wait_end(c->apid, w);
	}
}
