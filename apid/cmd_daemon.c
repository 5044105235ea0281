/* `daemon …` and `system …`: the service itself (reference/api.md 3.1, 3.3). */
#include <string.h>

#include "apid/apid.h"

void
cmd_daemon_shutdown(struct request *r)
{
	answer_either(r, "{\"status\": \"shutdown in progress\"}", "shutdown in progress");
	answer_done(r->client);
	events_signal(r->apid, 0);
	apid_finish(r->apid, 0);
}

void
cmd_daemon_reload(struct request *r)
{
	answer_either(r, "{\"status\": \"reload in progress\"}", "reload in progress");
	answer_done(r->client);
	events_signal(r->apid, 0);
	apid_want_conf(r->apid, CONF_RELOAD, true);
}

void
cmd_daemon_restart(struct request *r)
{
	answer_either(r, "{\"status\": \"restart in progress\"}", "restart in progress");
	answer_done(r->client);
	events_signal(r->apid, 0);
	apid_want_conf(r->apid, CONF_RESTART, false);
}

static const char *
state_of(const struct neighbor *n, const struct session_list *l)
{
	const struct session_row *row = session_row_find(l, n->id);

	return fsm_name(row != NULL ? row->state : n->fsm);
}

static void
status_json(struct apid *a, struct client *c, const struct session_list *l)
{
	struct buf b = { 0 };

	BUF_LIT(&b, "{\"version\": ");
	buf_json_string(&b, conf_version(), strlen(conf_version()));
	buf_printf(&b,
		", \"uuid\": \"%s\", \"pid\": %d, \"uptime\": %llu, \"start_time\": ", a->uuid,
		a->source.pid, (unsigned long long)((wall_us() - a->start_us) / 1000000));
	event_time(&b, a->start_us);
	BUF_LIT(&b, ", \"peers\": {");
	for (unsigned i = 0; i < a->neighbors.n; i++) {
		const struct neighbor *n = a->neighbors.v[i];

		if (i > 0)
			BUF_LIT(&b, ", ");
		buf_json_string(&b, n->key, strlen(n->key));
		buf_printf(&b, ": \"%s\"", state_of(n, l));
	}
	BUF_LIT(&b, "}}");
	answer_buf(c, &b);
	buf_fini(&b);
	answer_done(c);
}

static void
status_text(struct apid *a, struct client *c, const struct session_list *l)
{
	unsigned long long up = (wall_us() - a->start_us) / 1000000;
	struct buf b = { 0 };

	BUF_LIT(&b, "ExaBGP Daemon Status\n====================\n");
	buf_printf(&b, "Version: %s\nUUID: %s\nPID: %d\nUptime: %lluh %llum %llus\nPeers: %u\n",
		conf_version(), a->uuid, a->source.pid, up / 3600, up / 60 % 60, up % 60,
		a->neighbors.n);
	for (unsigned i = 0; i < a->neighbors.n; i++)
		buf_printf(
			&b, "  - %s: %s\n", a->neighbors.v[i]->key, state_of(a->neighbors.v[i], l));
	answer_text(c, b.data, b.len);
	buf_fini(&b);
	answer_done(c);
}

void
cmd_daemon_status(struct request *r)
{
	query_sessions(r->apid, r->client, r->json ? status_json : status_text);
}

void
cmd_system_help(struct request *r)
{
	struct buf b = { 0 };

	if (r->json) {
		command_help_json(&b);
		buf_chr(&b, '\n');
	} else {
		command_help_text(&b);
	}
	answer_text(r->client, b.data, b.len);
	buf_fini(&b);
	answer_done(r->client);
}

void
cmd_system_version(struct request *r)
{
	if (r->json)
		answer_printf(r->client, "{\"version\": \"%s\", \"application\": \"exabgp\"}",
			conf_version());
	else
		answer_printf(r->client, "exabgp %s", conf_version());
	answer_done(r->client);
}

void
cmd_system_crash(struct request *r)
{
	answer_done(r->client);
	answer_error(r->client, NULL);
}

void
cmd_system_queue_status(struct request *r)
{
	struct buf b = { 0 };
	bool first = true;

	if (r->json)
		buf_chr(&b, '{');
	for (const struct helper *h = r->apid->helpers; h != NULL; h = h->next) {
		const struct outq *q = &h->client.out;

		if (r->json) {
			if (!first)
				BUF_LIT(&b, ", ");
			buf_json_string(&b, h->name, strlen(h->name));
			buf_printf(&b, ": {\"items\": %llu, \"bytes\": %llu}",
				(unsigned long long)q->items, (unsigned long long)outq_bytes(q));
		} else {
			buf_printf(&b, "%s%s: %llu items (%llu bytes)", first ? "" : "\n", h->name,
				(unsigned long long)q->items, (unsigned long long)outq_bytes(q));
		}
		first = false;
	}
	if (r->json)
		buf_chr(&b, '}');
	else if (first)
		BUF_LIT(&b, "no queued messages");
	answer_buf(r->client, &b);
	buf_fini(&b);
	answer_done(r->client);
}

static const char *
describe_version(int version)
{
	return version == 6 ? "json-only" : "legacy (text/json)";
}

static void
set_version(struct request *r, const struct token *k)
{
	struct client *c = r->client;
	char word[32];
	uint32_t v;

	if (parse_u32(k->s, k->n, UINT32_MAX, &v) < 0) {
		size_t n = k->n < sizeof(word) - 1 ? k->n : sizeof(word) - 1;

		for (size_t i = 0; i < n; i++)
			word[i] = (char)(k->s[i] < 0x20 || k->s[i] == 0x7f || k->s[i] == '"' ||
							 k->s[i] == '\\'
						 ? '?'
						 : k->s[i]);
		word[n] = '\0';
		if (r->json)
			answer_printf(c, "{\"error\": \"Invalid version: %s\"}", word);
		else
			answer_printf(c, "error: invalid version: %s", word);
		answer_error(c, NULL);
		return;
	}
	if (v != 4 && v != 6) {
		answer_either(r, "{\"error\": \"API version must be 4 or 6\"}",
			"error: API version must be 4 or 6");
		answer_error(c, NULL);
		return;
	}
	r->apid->version = (int)v;
	if (r->json)
		answer_printf(c,
			"{\"status\": \"API version set\", \"version\": %u, \"note\": \"effective "
			"on next process restart\"}",
			v);
	else
		answer_printf(c, "API version set to %u (effective on next process restart)", v);
	answer_done(c);
}

void
cmd_system_api_version(struct request *r)
{
	const struct token *k = token_next(&r->words);
	int version = r->apid->version;

	if (k != NULL) {
		set_version(r, k);
		return;
	}
	if (r->json)
		answer_printf(r->client, "{\"api_version\": %d, \"description\": \"%s\"}", version,
			describe_version(version));
	else
		answer_printf(
			r->client, "API version: %d (%s)", version, describe_version(version));
	answer_done(r->client);
}

/* Counters of ribd, then ours: "name value" lines. */
static void
metrics(struct client *c, const char *text, size_t n)
{
	const struct apid *a = c->apid;
	struct buf b = { 0 };

	if (text != NULL) {
		buf_add(&b, text, n);
		if (n > 0 && text[n - 1] != '\n')
			buf_chr(&b, '\n');
	}
	buf_printf(&b, "apid_neighbors %u\n", a->neighbors.n);
	buf_printf(&b, "apid_batches_committed %llu\n", (unsigned long long)a->batch.committed);
	buf_printf(&b, "apid_uncommitted_bytes %zu\n", a->batch.uncommitted);
	buf_printf(&b, "apid_uncommitted_bytes_limit %d\n", IPC_COMMIT_WINDOW);
	buf_printf(&b, "apid_helper_event_bytes_limit %d\n", HELPER_EVENT_BYTES);
	for (const struct helper *h = a->helpers; h != NULL; h = h->next) {
		buf_printf(&b, "apid_helper_output_bytes{name=\"%s\"} %llu\n", h->name,
			(unsigned long long)outq_bytes(&h->client.out));
		buf_printf(&b, "apid_helper_events_dropped{name=\"%s\"} %llu\n", h->name,
			(unsigned long long)h->dropped_total);
	}
	answer_text(c, b.data, b.len);
	buf_fini(&b);
	answer_done(c);
}

void
cmd_system_metrics(struct request *r)
{
	query_stats(r->client, metrics);
}
