/*
 * `peer create`, `peer delete`, `peer SELECTOR teardown` (reference/api.md 3.6-3.8). A created
 * neighbor is written as configuration text and parsed by the configuration's grammar, so
 * it has the defaults of a configured one.
 */
#include <stdlib.h>
#include <string.h>

#include "apid/apid.h"
#include "common/link.h"
#include "common/xmalloc.h"
#include "proto/ipc/send.h"

enum { APIS_MAX = 32 };

struct create {
	struct token address, local, local_as, peer_as, router_id, family, restart, group;
	struct token apis[APIS_MAX];
	unsigned n_apis;
};

#define BAD "Unexpected error: ValueError: "

static const struct {
	const char *word;
	size_t offset;
} create_keys[] = {
	{ "local-address", offsetof(struct create, local) },
	{ "local-ip", offsetof(struct create, local) },
	{ "local-as", offsetof(struct create, local_as) },
	{ "peer-as", offsetof(struct create, peer_as) },
	{ "router-id", offsetof(struct create, router_id) },
	{ "family-allowed", offsetof(struct create, family) },
	{ "graceful-restart", offsetof(struct create, restart) },
	{ "group-updates", offsetof(struct create, group) },
};

static struct token *
create_slot(struct create *c, const struct token *key)
{
	for (size_t i = 0; i < sizeof(create_keys) / sizeof(create_keys[0]); i++) {
		if (token_is(key, create_keys[i].word))
			return (struct token *)(void *)((char *)c + create_keys[i].offset);
	}
	if (token_is(key, "api") && c->n_apis < APIS_MAX)
		return &c->apis[c->n_apis++];
	return NULL;
}

/* 0, or -1 with the answer given. */
static int
create_parse(struct request *r, struct create *c)
{
	const struct token *key, *value;
	struct addr address;

	value = token_next(&r->words);
	if (value == NULL) {
		answer_error(r->client, BAD "no neighbor selector");
		return -1;
	}
	c->address = *value;
	if (addr_parse(value->s, value->n, &address) < 0) {
		answer_error(r->client, BAD "invalid IP address %.*s: unrecognised ip address %.*s",
			(int)value->n, value->s, (int)value->n, value->s);
		return -1;
	}
	while ((key = token_next(&r->words)) != NULL) {
		struct token *slot;

		if (token_is(key, "create"))
			continue;
		slot = create_slot(c, key);
		if (slot == NULL || slot->n > 0) {
			answer_error(r->client, BAD "%s parameter: %.*s",
				slot == NULL ? "unknown" : "duplicate", (int)key->n, key->s);
			return -1;
		}
		value = token_next(&r->words);
		if (value == NULL) {
			answer_error(r->client, BAD "missing value for %.*s", (int)key->n, key->s);
			return -1;
		}
		*slot = *value;
	}
	return 0;
}

static int
create_complete(struct request *r, const struct create *c)
{
	static const char *const names[] = { "local-address", "local-as", "peer-as" };
	const struct token *const values[] = { &c->local, &c->local_as, &c->peer_as };
	struct buf missing = { 0 };
	int result = 0;

	for (int i = 0; i < 3; i++) {
		if (values[i]->n > 0)
			continue;
		if (missing.len > 0)
			BUF_LIT(&missing, ", ");
		buf_str(&missing, names[i]);
	}
	if (missing.len > 0) {
		answer_error(r->client, BAD "missing required parameters: %s", buf_cstr(&missing));
		result = -1;
	}
	buf_fini(&missing);
	return result;
}

static void
statement(struct buf *out, const char *word, const struct token *value)
{
	if (value->n > 0)
		buf_printf(out, "%s %.*s;\n", word, (int)value->n, value->s);
}

/* "ipv4-unicast/ipv6-unicast" as statements of a family section. */
static void
families(struct buf *out, const struct token *k)
{
	struct rd r = rd_init(k->n > 0 ? k->s : "", k->n);

	BUF_LIT(out, "family {\n");
	if (k->n == 0 || token_is(k, "in-open")) {
		BUF_LIT(out, "ipv4 unicast;\n}\n");
		return;
	}
	while (rd_left(&r) > 0) {
		const char *p = (const char *)r.p;
		const char *slash = memchr(p, '/', rd_left(&r));
		size_t n = slash != NULL ? (size_t)(slash - p) : rd_left(&r);
		const char *dash = memchr(p, '-', n);

		if (dash == NULL)
			buf_printf(out, "%.*s;\n", (int)n, p);
		else
			buf_printf(out, "%.*s %.*s;\n", (int)(dash - p), p,
				(int)(n - (size_t)(dash - p) - 1), dash + 1);
		rd_bytes(&r, slash != NULL ? n + 1 : n);
	}
	BUF_LIT(out, "}\n");
}

static bool
defined_before(const struct create *c, unsigned i)
{
	for (unsigned j = 0; j < i; j++) {
		if (c->apis[j].n == c->apis[i].n &&
			memcmp(c->apis[j].s, c->apis[i].s, c->apis[i].n) == 0)
			return true;
	}
	return false;
}

static void
create_text(struct buf *out, const struct create *c)
{
	for (unsigned i = 0; i < c->n_apis; i++) {
		if (!defined_before(c, i))
			buf_printf(out, "process %.*s { run /bin/true; }\n", (int)c->apis[i].n,
				c->apis[i].s);
	}
	buf_printf(out, "neighbor %.*s {\n", (int)c->address.n, c->address.s);
	statement(out, "local-address", &c->local);
	statement(out, "local-as", &c->local_as);
	statement(out, "peer-as", &c->peer_as);
	statement(out, "router-id", c->router_id.n > 0 ? &c->router_id : &c->local);
	statement(out, "group-updates", &c->group);
	families(out, &c->family);
	if (c->restart.n > 0 && !token_is(&c->restart, "0"))
		buf_printf(out, "capability { graceful-restart %.*s; }\n", (int)c->restart.n,
			c->restart.s);
	if (c->n_apis > 0) {
		BUF_LIT(out, "api {\nprocesses [");
		for (unsigned i = 0; i < c->n_apis; i++) {
			if (!defined_before(c, i))
				buf_printf(out, " %.*s", (int)c->apis[i].n, c->apis[i].s);
		}
		BUF_LIT(out, " ];\n}\n");
	}
	BUF_LIT(out, "}\n");
}

void
cmd_peer_create(struct request *r)
{
	struct config_env env = { .version = conf_version() };
	struct create c = { .n_apis = 0 };
	struct config *config;
	struct buf text = { 0 };
	char err[CONF_ERROR_MAX];

	if (create_parse(r, &c) < 0 || create_complete(r, &c) < 0)
		return;
	create_text(&text, &c);
	config = config_parse("create", (const char *)text.data, text.len, &env, err, sizeof(err));
	buf_fini(&text);
	if (config == NULL) {
		answer_error(r->client, BAD "%s", err);
		return;
	}
	if (neighbor_create(r->apid, config) == NULL) {
		answer_error(r->client, "peer already exists: %s", config->neighbors[0].key);
		config_free(config);
		return;
	}
	conf_changed(r->apid);
	answer_done(r->client);
}

void
cmd_peer_delete(struct request *r)
{
	struct apid *a = r->apid;
	const struct selection *s = NULL;
	uint32_t *ids;
	uint32_t n;

	if (selector_starts(token_peek(&r->words)))
		s = selector_parse(r->client, &r->words, r->v4);
	if (s == NULL || s->n == 0) {
		answer_error(r->client, "no neighbors match the selector");
		return;
	}
	/* Removing changes the table, and with it the selection. */
	n = s->n;
	ids = xmemdup(s->ids, n * sizeof(ids[0]));
	for (uint32_t i = 0; i < n; i++) {
		struct neighbor *peer = neighbor_find(&a->neighbors, ids[i]);
		struct ipc_teardown m = {
			.neighbor = ids[i], .code = 6, .subcode = 3, .text = ipc_bytes("", 0)
		};

		if (peer == NULL)
			continue;
		if (apid_linked(a->bgpd))
			ipc_send_teardown(a->bgpd, &m);
		neighbor_remove(a, peer);
	}
	free(ids);
	conf_changed(a);
	answer_done(r->client);
}

void
cmd_peer_teardown(struct request *r)
{
	const struct token *k = token_next(&r->words);
	uint32_t code;

	if (k == NULL || parse_u32(k->s, k->n, UINT8_MAX, &code) < 0) {
		answer_error(r->client, NULL);
		return;
	}
	/* What was announced before goes to ribd first. */
	batch_flush(&r->apid->batch);
	for (uint32_t i = 0; i < r->selection->n; i++) {
		struct ipc_teardown m = { .neighbor = r->selection->ids[i],
			.code = 6,
			.subcode = (uint8_t)code,
			.text = ipc_bytes("", 0) };

		if (apid_linked(r->apid->bgpd))
			ipc_send_teardown(r->apid->bgpd, &m);
	}
	answer_done(r->client);
}
