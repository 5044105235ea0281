/*
 * `system queues` (`show queues`): every bounded queue of the group, how full it is, and what happens
 * at the bound. ribd tells its own in its counters (`X` beside `X_limit`), bgpd the transmit ring of
 * each session; so two questions, one after the other.
 */
#include <stdlib.h>
#include <string.h>

#include "apid/apid.h"
#include "apid/door.h"
#include "apid/door_internal.h"
#include "common/xmalloc.h"
#include "proto/ipc/session.h"

struct queues {
	bool json;
	unsigned rows;
	struct buf out;
};

static void
queues_free(struct client *c)
{
	struct queues *q = c->pending;

	buf_fini(&q->out);
	free(q);
	c->pending = NULL;
}

/* name: what it is, and of whom (or NULL). */
static void
row(struct queues *q, const char *process, const char *name, const char *of, uint64_t used,
	uint64_t bound, const char *unit, const char *full)
{
	struct buf whole = { 0 };

	buf_str(&whole, name);
	if (of != NULL) {
		buf_chr(&whole, ' ');
		buf_str(&whole, of);
	}
	if (q->json) {
		buf_str(&q->out, q->rows > 0 ? ", " : "{\"queues\": [");
		buf_printf(&q->out, "{\"process\": \"%s\", \"queue\": ", process);
		buf_json_string(&q->out, whole.data, whole.len);
		buf_printf(&q->out,
			", \"used\": %llu, \"bound\": %llu, \"unit\": \"%s\", \"full\": \"%s\"}",
			(unsigned long long)used, (unsigned long long)bound, unit, full);
	} else {
		if (q->rows == 0)
			buf_printf(&q->out, "%-7s %-36s %12s %12s  %-7s  %s\n", "process", "queue",
				"used", "bound", "unit", "at the bound");
		buf_printf(&q->out, "%-7s %-36s %12llu %12llu  %-7s  %s\n", process,
			buf_cstr(&whole), (unsigned long long)used, (unsigned long long)bound, unit,
			full);
	}
	q->rows++;
	buf_fini(&whole);
}

static void
helper_rows(struct queues *q, const struct helper *h)
{
	row(q, "apid", "input of", h->name, h->in.len - h->in_off,
		HELPER_LINE_MAX + HELPER_READ_BYTES, "bytes", "it is not read");
	row(q, "apid", "output to", h->name, h->client.out.text + h->client.answer_text,
		HELPER_EVENT_BYTES, "bytes", "events are dropped");
	row(q, "apid", "answers to", h->name, h->client.out.text + h->client.answer_text,
		HELPER_EVENT_BYTES + HELPER_ANSWER_BYTES, "bytes", "it is not read");
}

static void
door_rows(struct queues *q, const struct doors *d)
{
	if (d == NULL)
		return;
	row(q, "apid", "connected operators", NULL, d->clients, d->clients_max, "clients",
		"the next one is refused");
	for (const struct visitor *v = d->visitors; v != NULL; v = v->next) {
		row(q, "apid", "input of", v->name, v->in.len - v->in_off,
			VISITOR_LINE_MAX + VISITOR_READ_BYTES, "bytes", "it is not read");
		row(q, "apid", "output to", v->name, v->client.out.text + v->client.answer_text,
			VISITOR_OUTPUT_BYTES, "bytes", "it is not read");
	}
}

static void
link_row(struct queues *q, const char *to, const struct link *link)
{
	if (apid_linked(link))
		row(q, "apid", "messages to", to, link_stats(link).queued_bytes, LINK_WINDOW_BYTES,
			"bytes", "helpers are not read");
}

static void
own_rows(struct queues *q, const struct apid *a)
{
	row(q, "apid", "routes not yet in the journal", NULL, a->batch.uncommitted,
		IPC_COMMIT_WINDOW, "bytes", "helpers are not read");
	row(q, "apid", "commands that wait to be sent", NULL, a->n_stages, STAGES_WAITS_MAX,
		"commands", "answered held: limit");
	link_row(q, "ribd", a->bulk);
	link_row(q, "ribd (questions)", a->ctl);
	link_row(q, "bgpd", a->bgpd);
	for (const struct helper *h = a->helpers; h != NULL; h = h->next)
		helper_rows(q, h);
	door_rows(q, a->doors);
}

/* The number behind "name " at the beginning of a line of text; -1: there is no such line. */
static int64_t
counter(const char *text, const char *name, size_t n)
{
	for (const char *line = text; line != NULL && *line != '\0';) {
		if (strncmp(line, name, n) == 0 && line[n] == ' ')
			return strtoll(line + n + 1, NULL, 10);
		line = strchr(line, '\n');
		line += line != NULL;
	}
	return -1;
}

static void
ribd_rows(struct queues *q, const char *text)
{
	static const char suffix[] = "_limit ", prefix[] = "ribd_";

	for (const char *line = text; *line != '\0';
		line += strcspn(line, "\n"), line += *line == '\n') {
		size_t n = strcspn(line, " \n"), tail = sizeof(suffix) - 2;
		int64_t used;
		char name[64];

		if (n <= tail || n - tail >= sizeof(name) ||
			memcmp(line + n - tail, suffix, tail) != 0)
			continue;
		used = counter(text, line, n - tail);
		if (used < 0)
			continue;
		memcpy(name, line, n - tail);
		name[n - tail] = '\0';
		row(q, "ribd",
			strncmp(name, prefix, sizeof(prefix) - 1) == 0 ? name + sizeof(prefix) - 1
								       : name,
			NULL, (uint64_t)used, (uint64_t)strtoull(line + n + 1, NULL, 10), "entries",
			"the next one is refused");
	}
}

static void
on_sessions(struct apid *a, struct client *c, const struct session_list *l)
{
	struct queues *q = c->pending;

	for (unsigned i = 0; i < l->n; i++) {
		const struct neighbor *n = neighbor_find(&a->neighbors, l->v[i].neighbor);

		if (n != NULL)
			row(q, "bgpd", "transmit ring of", n->peer_text, l->v[i].ring_bytes,
				IPC_SESSION_RING, "bytes", "ribd sends nothing for it");
	}
	if (q->json)
		BUF_LIT(&q->out, "]}\n");
	answer_text(c, q->out.data, q->out.len);
	queues_free(c);
	answer_done(c);
}

static void
on_stats(struct client *c, const char *text, size_t n)
{
	struct buf copy = { 0 };

	buf_add(&copy, text, n);
	ribd_rows(c->pending, buf_cstr(&copy));
	buf_fini(&copy);
	query_sessions(c->apid, c, on_sessions);
}

void
cmd_system_queues(struct request *r)
{
	struct queues *q = xcalloc(1, sizeof(*q));

	q->json = r->json;
	own_rows(q, r->apid);
	r->client->pending = q;
	r->client->pending_free = queues_free;
	query_stats(r->client, on_stats);
}
