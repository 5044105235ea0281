/*
 * `peer list`, `peer show …` and version 4's `show neighbor …` (reference/api.md 3.5): asked of
 * bgpd, then printed as JSON, table, blocks or configuration.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apid/apid.h"
#include "apid/show_neighbor.h"
#include "common/xmalloc.h"

enum show_mode { SHOW_JSON, SHOW_CONFIGURATION, SHOW_SUMMARY, SHOW_EXTENSIVE };

struct show_neighbor {
	enum show_mode mode;
	char *filter;                /* owned: address, or NULL */
	struct selection *selection; /* owned, or NULL: all */
};

static void
show_free(struct client *c)
{
	struct show_neighbor *s = c->pending;

	free(s->filter);
	free(s->selection);
	free(s);
	c->pending = NULL;
}

static bool
wanted(const struct show_neighbor *s, const struct neighbor *n)
{
	if (s->selection != NULL) {
		bool found = false;

		for (uint32_t i = 0; i < s->selection->n && !found; i++)
			found = s->selection->ids[i] == n->id;
		if (!found)
			return false;
	}
	return s->filter == NULL || strcmp(s->filter, n->peer_text) == 0;
}

static void
show_rows(struct apid *a, struct client *c, const struct session_list *l)
{
	struct show_neighbor *s = c->pending;
	struct buf out = { 0 };
	bool first = true;

	if (s->mode == SHOW_JSON)
		buf_chr(&out, '[');
	else if (s->mode == SHOW_SUMMARY)
		show_summary_head(&out);
	for (unsigned i = 0; i < a->neighbors.n; i++) {
		const struct neighbor *n = a->neighbors.v[i];
		const struct session_row *row = session_row_find(l, n->id);

		if (!wanted(s, n))
			continue;
		switch (s->mode) {
		case SHOW_JSON:
			if (!first)
				BUF_LIT(&out, ", ");
			show_json(&out, n, row);
			break;
		case SHOW_CONFIGURATION:
			config_print_neighbor(&out, n->conf);
			break;
		case SHOW_SUMMARY:
			show_summary(&out, n, row);
			break;
		case SHOW_EXTENSIVE:
			show_extensive(&out, n, row);
			break;
		}
		first = false;
	}
	if (s->mode == SHOW_JSON)
		BUF_LIT(&out, "]\n");
	if (out.len > 0)
		answer_text(c, out.data, out.len);
	buf_fini(&out);
	show_free(c);
	answer_done(c);
}

static struct selection *
copy_selection(const struct selection *s)
{
	return s != NULL ? xmemdup(s, sizeof(*s) + s->n * sizeof(s->ids[0])) : NULL;
}

void
cmd_peer_show(struct request *r)
{
	bool summary = false, extensive = false, configuration = false;
	struct show_neighbor *s = xcalloc(1, sizeof(*s));
	const struct token *k;

	while ((k = token_next(&r->words)) != NULL) {
		if (token_is(k, "json"))
			r->json = true;
		else if (token_is(k, "summary"))
			summary = true;
		else if (token_is(k, "extensive"))
			extensive = true;
		else if (token_is(k, "configuration"))
			configuration = true;
		else if (s->filter == NULL && !token_is(k, "*"))
			s->filter = xstrndup(k->s, k->n);
	}
	s->selection = copy_selection(r->selection);
	s->mode = r->json         ? SHOW_JSON
		  : configuration ? SHOW_CONFIGURATION
		  : summary       ? SHOW_SUMMARY
				  : SHOW_EXTENSIVE;
	if (!r->json && !summary && !extensive && !configuration) {
		free(s->filter);
		free(s->selection);
		free(s);
		answer_line(r->client, "usage: peer <ip> show [summary|extensive|configuration]");
		answer_done(r->client);
		return;
	}
	r->client->pending = s;
	r->client->pending_free = show_free;
	query_sessions(r->apid, r->client, show_rows);
}

static void
list_rows(struct apid *a, struct client *c, const struct session_list *l)
{
	struct buf out = { 0 };

	buf_chr(&out, '[');
	for (unsigned i = 0; i < a->neighbors.n; i++) {
		const struct neighbor *n = a->neighbors.v[i];
		const struct session_row *row = session_row_find(l, n->id);

		buf_printf(&out, "%s{\"peer-address\": \"%s\", \"peer-as\": %u, \"state\": \"%s\"}",
			i > 0 ? ", " : "", n->peer_text, n->conf->peer_as,
			fsm_name(row != NULL ? row->state : n->fsm));
	}
	buf_chr(&out, ']');
	answer_buf(c, &out);
	buf_fini(&out);
	answer_done(c);
}

void
cmd_peer_list(struct request *r)
{
	query_sessions(r->apid, r->client, list_rows);
}
