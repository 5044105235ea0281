/*
 * `explain ROUTE [peer SELECTOR]`: why a route is, or is not, at a peer. ROUTE is a prefix, or a
 * statement as withdraw takes it (`route 10.0.0.0/24 rd 1:1 label 5`, `flow …`). ribd tells where
 * it stands; here it is put into words.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "apid/apid.h"
#include "apid/query_internal.h"
#include "common/xmalloc.h"
#include "proto/ipc/send.h"

enum { EXPLAIN_PEERS_MAX = 1000, EXPLAIN_OPS = NLRI_MAX + 64 };

static const struct {
	const char *word, *text;
} verdicts[] = {
	[IPC_EXPLAIN_ABSENT] = { "absent", "not announced" },
	[IPC_EXPLAIN_OTHERS] = { "others", "announced, but only to other neighbors" },
	[IPC_EXPLAIN_NOT_CONFIGURED] = { "family-not-configured",
		"the neighbor's configuration does not have the family" },
	[IPC_EXPLAIN_DOWN] = { "held", "held: peer down" },
	[IPC_EXPLAIN_NOT_NEGOTIATED] = { "family-not-negotiated",
		"held: the family is not negotiated" },
	[IPC_EXPLAIN_BGPD_GONE] = { "bgpd-gone", "held: bgpd is being started again" },
	[IPC_EXPLAIN_CREDIT] = { "credit", "waiting for credit: the peer reads slowly" },
	[IPC_EXPLAIN_RATE] = { "rate-limit", "waiting: the neighbor's rate-limit" },
	[IPC_EXPLAIN_SETTLING] = { "settling", "waiting: changes settle before they are sent" },
	[IPC_EXPLAIN_QUEUED] = { "queued", "waiting for its turn" },
	[IPC_EXPLAIN_HANDED_OVER] = { "handed-over", "on its way from ribd to bgpd" },
	[IPC_EXPLAIN_SENT] = { "sent", "sent" },
	[IPC_EXPLAIN_WITHDRAWING] = { "withdrawing", "not announced; the withdraw is on its way" },
};

struct row {
	const struct neighbor *n;
	uint8_t verdict;
	uint32_t owner;
	uint64_t ttl_us, ahead, ago_us; /* UINT64_MAX: unknown */
};

/* The process, or NULL: somebody who is gone, or an operator. */
static const char *
owner_name(const struct apid *a, uint32_t owner)
{
	for (const struct client *c = a->clients; c != NULL; c = c->next) {
		if (c->owner == owner)
			return c->name;
	}
	return NULL;
}

static void
print_time(struct buf *out, uint64_t ago_us)
{
	time_t at = (time_t)((wall_us() - ago_us) / 1000000);
	struct tm tm;
	char text[32];

	localtime_r(&at, &tm);
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
	buf_str(out, text);
}

static void
print_owner(struct buf *out, const struct apid *a, const struct row *r, const char *quote)
{
	const char *name = owner_name(a, r->owner);

	if (r->owner == ROUTE_OWNER_CONFIG)
		buf_printf(out, "%sconfiguration%s", quote, quote);
	else if (name != NULL)
		buf_printf(out, "%sprocess %s%s", quote, name, quote);
	else
		buf_printf(out, "%sa client that is gone%s", quote, quote);
}

static bool
has_route(const struct row *r)
{
	return r->verdict != IPC_EXPLAIN_ABSENT && r->verdict != IPC_EXPLAIN_OTHERS &&
	       r->verdict != IPC_EXPLAIN_WITHDRAWING && r->owner != 0;
}

static void
print_text(struct buf *out, const struct apid *a, const struct row *r)
{
	buf_printf(out, "%s: %s", r->n->peer_text, verdicts[r->verdict].text);
	if (r->verdict == IPC_EXPLAIN_DOWN)
		buf_printf(out, " (%s)", fsm_name(r->n->fsm));
	if (r->verdict == IPC_EXPLAIN_SENT && r->ago_us != UINT64_MAX) {
		BUF_LIT(out, " at ");
		print_time(out, r->ago_us);
	}
	if (r->ahead > 1 && r->verdict != IPC_EXPLAIN_SENT && has_route(r))
		buf_printf(out, ", %llu changes before it", (unsigned long long)(r->ahead - 1));
	if (has_route(r)) {
		BUF_LIT(out, ", announced by ");
		print_owner(out, a, r, "");
	}
	if (r->ttl_us != UINT64_MAX)
		buf_printf(out, ", withdrawn in %llu s", (unsigned long long)r->ttl_us / 1000000);
	buf_chr(out, '\n');
}

static void
print_json(struct buf *out, const struct apid *a, const struct row *r)
{
	buf_printf(out, "{\"peer\": \"%s\", \"verdict\": \"%s\", \"text\": \"%s\"", r->n->peer_text,
		verdicts[r->verdict].word, verdicts[r->verdict].text);
	if (has_route(r)) {
		BUF_LIT(out, ", \"owner\": ");
		print_owner(out, a, r, "\"");
	}
	if (r->verdict == IPC_EXPLAIN_SENT && r->ago_us != UINT64_MAX) {
		BUF_LIT(out, ", \"sent\": \"");
		print_time(out, r->ago_us);
		buf_chr(out, '"');
	}
	if (r->ttl_us != UINT64_MAX)
		buf_printf(out, ", \"ttl\": %llu", (unsigned long long)r->ttl_us / 1000000);
	buf_printf(out, ", \"changes-before\": %llu}",
		(unsigned long long)(r->ahead > 0 ? r->ahead - 1 : 0));
}

static void
on_rows(struct apid *a, struct client *c, bool json, struct ipc_bytes rows)
{
	struct rd r = rd_init(rows.p, rows.n);
	struct buf out = { 0 };
	bool first = true;

	while (rd_left(&r) >= IPC_EXPLAIN_ROW) {
		struct row row = { .n = neighbor_find(&a->neighbors, rd_u32(&r)) };

		row.verdict = rd_u8(&r);
		row.owner = rd_u32(&r);
		row.ttl_us = rd_u64(&r);
		row.ahead = rd_u64(&r);
		row.ago_us = rd_u64(&r);
		if (row.n == NULL || row.verdict >= sizeof(verdicts) / sizeof(verdicts[0]))
			continue;
		if (json) {
			buf_str(&out, first ? "[" : ", ");
			print_json(&out, a, &row);
		} else {
			print_text(&out, a, &row);
		}
		first = false;
	}
	if (json)
		buf_str(&out, first ? "[]\n" : "]\n");
	answer_text(c, out.data, out.len);
	buf_fini(&out);
	answer_done(c);
}

void
query_explain_complete(struct apid *a, struct query *q, bool ok, struct ipc_bytes rows)
{
	struct client *c = q->client;
	bool json = q->json;

	query_unlink(a, q);
	query_free(q);
	if (ok)
		on_rows(a, c, json, rows);
	else
		answer_error(c, "ribd is not connected");
	client_unbusy(c);
}

void
query_on_explain(struct apid *a, const struct ipc_explain_data *m)
{
	struct query *q = query_find(a, QUERY_EXPLAIN, m->id);

	if (q != NULL)
		query_explain_complete(a, q, true, m->rows);
}

/* --- the question --- */

/* A prefix as a withdraw of unicast. 0 or -1. */
static int
prefix_route(const struct token *k, struct wr *w)
{
	uint8_t bytes[17], bits;
	struct nlri nlri = { .bytes = bytes };
	struct addr net;
	const char *why;

	if (prefix_parse(k->s, k->n, &net, &bits, &why) != 0)
		return -1;
	nlri.family = net.len == 4 ? IPV4_UNICAST : IPV6_UNICAST;
	bytes[0] = bits;
	memcpy(bytes + 1, net.bytes, (bits + 7u) / 8);
	nlri.len = (uint16_t)(1 + (bits + 7u) / 8);
	route_op_route(w, false, &nlri);
	return 0;
}

static int
statement_route(struct request *r, struct tokens *t, struct wr *w, char error[TEXT_ERROR_MAX])
{
	struct route_statement st;
	struct text_error e;
	const struct token *k = token_peek(t);

	if (k != NULL && t->n - t->pos == 1 && prefix_route(k, w) == 0)
		return 0;
	if (k == NULL || !routes_keyword(k) ||
		route_parse(r->apid->parser, t, ROUTE_WITHDRAW, &st, &e) < 0 || st.n_nlri != 1) {
		snprintf(error, TEXT_ERROR_MAX,
			"a prefix or one route is expected: explain 10.0.0.0/24 peer 127.0.0.1");
		return -1;
	}
	route_op_route(w, false, &st.nlri[0]);
	return 0;
}

/* Splits at `peer` or `neighbor`; without one the selection is all neighbors. NULL: answered. */
static const struct selection *
whose(struct request *r, struct tokens *route)
{
	const struct selection *s;
	struct tokens selector;
	uint32_t at = r->words.n;
	struct buf why = { 0 };

	*route = r->words;
	for (uint32_t i = r->words.pos; i < r->words.n; i++) {
		if (token_is(&r->words.v[i], "peer") || token_is(&r->words.v[i], "neighbor"))
			at = i;
	}
	if (at == r->words.n)
		return selector_all(r->client);
	route->n = at;
	selector = r->words;
	selector.pos = at + 1;
	s = selector_parse(r->client, &selector, false);
	if (s == NULL || s->n == 0) {
		if (s != NULL)
			selector_why(r->client,
				(struct tokens){ .v = r->words.v, .n = r->words.n, .pos = at + 1 },
				false, &why);
		else
			BUF_LIT(&why, "a selector is expected after peer");
		answer_error(r->client, "%s", buf_cstr(&why));
		buf_fini(&why);
		return NULL;
	}
	return s;
}

void
cmd_rib_explain(struct request *r)
{
	struct apid *a = r->apid;
	uint8_t bytes[EXPLAIN_OPS];
	struct wr route = wr_init(bytes, sizeof(bytes)), ids;
	char error[TEXT_ERROR_MAX];
	struct buf list = { 0 };
	struct tokens words;
	const struct selection *s = whose(r, &words);
	struct query *q;

	if (s == NULL)
		return;
	if (statement_route(r, &words, &route, error) < 0 || !wr_ok(&route)) {
		answer_error(r->client, "%s", error);
		return;
	}
	q = query_new(a, r->client, QUERY_EXPLAIN);
	q->json = r->json;
	if (!apid_linked(a->bulk)) {
		query_explain_complete(a, q, false, ipc_bytes(NULL, 0));
		return;
	}
	ids = wr_init(buf_room(&list, 4 * EXPLAIN_PEERS_MAX), 4 * EXPLAIN_PEERS_MAX);
	for (uint32_t i = 0; i < s->n && i < EXPLAIN_PEERS_MAX; i++)
		wr_u32(&ids, s->ids[i]);
	struct ipc_explain_get m = { .id = q->id,
		.peers = ipc_bytes(ids.base, wr_len(&ids)),
		.route = ipc_bytes(bytes, wr_len(&route)) };
	/* What this client said before must be there first. */
	batch_flush(&a->batch);
	ipc_send_explain_get(a->bulk, &m);
	buf_fini(&list);
}
