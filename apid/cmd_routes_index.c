/*
 * `peer SELECTOR routes list|add|remove` (reference/api.md 3.15). The index of a route is text made
 * of its identity: family twice as four hex digits, path-id or `disabled`, and the NLRI; as hex.
 * So an index can be turned back into the route, and no table of indexes is kept.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apid/apid.h"
#include "common/hex.h"
#include "common/xmalloc.h"
#include "proto/wire/family.h"

struct routes_list {
	uint32_t family; /* 0: all */
	bool first;
	struct selection *selection; /* owned */
};

static void
index_text(struct buf *out, const struct nlri *nlri)
{
	struct buf raw = { 0 };

	for (int i = 0; i < 2; i++)
		buf_printf(&raw, "%02x%02x", family_afi(nlri->family) & 0xff,
			family_safi(nlri->family));
	if (nlri->has_path_id) {
		uint8_t id[4] = { (uint8_t)(nlri->path_id >> 24), (uint8_t)(nlri->path_id >> 16),
			(uint8_t)(nlri->path_id >> 8), (uint8_t)nlri->path_id };

		buf_add(&raw, id, sizeof(id));
	} else {
		BUF_LIT(&raw, "disabled");
	}
	buf_add(&raw, nlri->bytes, nlri->len);
	buf_hex_lower(out, raw.data, raw.len);
	buf_fini(&raw);
}

/* The reverse; 0 or -1. bytes: room for n/2. */
static int
index_parse(const struct token *k, uint8_t *bytes, struct nlri *out)
{
	size_t n = k->n / 2;
	uint8_t code[2];

	if (k->n % 2 != 0 || n < 8 + 4 || hex_decode(k->s, k->n, bytes) < 0)
		return -1;
	if (hex_decode((const char *)bytes, 4, code) < 0)
		return -1;
	*out = (struct nlri){ .family = FAMILY(code[0], code[1]) };
	/* AFI numbers over 255 (bgp-ls) cannot be originated. */
	if (family_find(out->family) == NULL)
		return -1;
	size_t at = 8;
	if (n >= 16 && memcmp(bytes + at, "disabled", 8) == 0) {
		at += 8;
	} else {
		out->has_path_id = true;
		out->path_id = (uint32_t)bytes[8] << 24 | (uint32_t)bytes[9] << 16 |
			       (uint32_t)bytes[10] << 8 | bytes[11];
		at += 4;
	}
	out->bytes = bytes + at;
	out->len = (uint16_t)(n - at);
	return n - at > NLRI_MAX ? -1 : 0;
}

/* The NLRI must be one that the family's codec reads, to its last byte. */
static bool
index_valid(const struct nlri *nlri)
{
	struct rd r = rd_init(nlri->bytes, nlri->len);
	struct wire_error error;
	struct nlri read;

	return nlri_next(&r, nlri->family, false, true, &read, &error) == 0 && rd_done(&r);
}

static void
json_text(struct buf *out, const struct buf *text)
{
	buf_json_string(out, text->len > 0 ? text->data : (const uint8_t *)"", text->len);
}

/* --- list --- */

static void
list_free(struct client *c)
{
	struct routes_list *l = c->pending;

	free(l->selection);
	free(l);
	c->pending = NULL;
}

static void
list_route(struct client *c, const struct neighbor *n, const struct route_op *op, struct buf *out)
{
	struct routes_list *l = c->pending;
	struct buf text = { 0 };

	buf_str(out, l->first ? "[{\"index\": \"" : ", {\"index\": \"");
	l->first = false;
	index_text(out, &op->nlri);
	BUF_LIT(out, "\", \"route\": ");
	route_print(&text, &op->nlri, &op->attrs, true);
	json_text(out, &text);
	BUF_LIT(out, ", \"neighbor\": ");
	buf_json_string(out, n->key, strlen(n->key));
	buf_chr(out, '}');
	buf_fini(&text);
}

static void
list_end(struct client *c, bool ok, const char *why)
{
	struct routes_list *l = c->pending;

	answer_line(c, l->first ? "[]" : "]");
	list_free(c);
	if (ok)
		answer_done(c);
	else
		answer_error(c, "%s", why);
}

static void
list_start(struct client *c)
{
	struct routes_list *l = c->pending;

	query_routes(
		c, IPC_RIB_OUT, l->selection, &l->family, l->family != 0, list_route, list_end);
}

static void
routes_list(struct request *r, uint32_t family)
{
	struct client *c = r->client;
	struct routes_list *l = xcalloc(1, sizeof(*l));

	l->family = family;
	l->first = true;
	l->selection = xmemdup(r->selection,
		sizeof(*l->selection) + r->selection->n * sizeof(l->selection->ids[0]));
	c->pending = l;
	c->pending_free = list_free;
	batch_flush(&r->apid->batch);
	client_after_commit(c, list_start);
}

/* --- add, remove --- */

static void
add_object(struct buf *out, const struct nlri *nlri, const struct attrset *attrs, bool success)
{
	struct buf text = { 0 };

	BUF_LIT(out, "{\"index\": \"");
	index_text(out, nlri);
	BUF_LIT(out, "\", \"route\": ");
	route_print(&text, nlri, attrs, true);
	json_text(out, &text);
	buf_printf(out, ", \"success\": %s}", success ? "true" : "false");
	buf_fini(&text);
}

static void
remove_object(struct buf *out, const struct nlri *nlri)
{
	struct buf text = { 0 };

	BUF_LIT(out, "{\"removed\": true, \"route\": ");
	nlri_text(&text, nlri);
	json_text(out, &text);
	BUF_LIT(out, ", \"index\": \"");
	index_text(out, nlri);
	BUF_LIT(out, "\"}");
	buf_fini(&text);
}

/* An incomplete route: the answer is its data line, and `done`. */
static void
add_refused(struct request *r, const struct tokens *whole, const struct text_error *e)
{
	struct buf echo = { 0 }, out = { 0 };

	if (!e->incomplete) {
		command_echo(&echo, whole);
		answer_error(r->client, "Could not parse route: %s (%s)", buf_cstr(&echo), e->text);
	} else {
		const struct token *prefix = &whole->v[whole->pos + 1];

		BUF_LIT(&out, "{\"route\": ");
		buf_json_string(&out, prefix->s, prefix->n);
		BUF_LIT(&out, ", \"success\": false, \"error\": ");
		buf_json_string(&out, e->text, strlen(e->text));
		buf_chr(&out, '}');
		answer_buf(r->client, &out);
		answer_done(r->client);
	}
	buf_fini(&echo);
	buf_fini(&out);
}

static void
routes_change(struct request *r, bool add)
{
	struct apid *a = r->apid;
	struct tokens statement;
	struct buf out = { 0 };
	unsigned n = 0;

	while (statement_next(&r->words, &statement)) {
		struct tokens whole = statement;
		struct route_statement st;
		struct text_error e;

		if (route_parse(a->parser, &statement, add ? ROUTE_ANNOUNCE : ROUTE_WITHDRAW, &st,
			    &e) < 0) {
			add_refused(r, &whole, &e);
			buf_fini(&out);
			return;
		}
		for (uint32_t i = 0; i < st.n_nlri; i++, n++) {
			if (n > 0)
				BUF_LIT(&out, ", ");
			if (add)
				add_object(&out, &st.nlri[i], &st.attrs, r->selection->n > 0);
			else
				remove_object(&out, &st.nlri[i]);
			if (r->selection->n > 0)
				batch_route(&a->batch, r->client->owner, r->selection, &st.attrs,
					add, &st.nlri[i]);
		}
	}
	answer_printf(r->client, n > 1 ? "[%.*s]" : "%.*s", (int)out.len, (const char *)out.data);
	buf_fini(&out);
	routes_done(r, r->selection);
}

static void
remove_index(struct request *r)
{
	const struct token *k = token_next(&r->words);
	static const struct attrset none;
	struct nlri nlri;
	uint8_t *bytes;

	if (k == NULL) {
		answer_error(r->client, "routes remove requires route spec or index");
		return;
	}
	bytes = xmalloc(k->n + 1);
	if (index_parse(k, bytes, &nlri) < 0 || !index_valid(&nlri)) {
		answer_error(
			r->client, "Invalid hex index: %.*s", (int)(k->n > 64 ? 64 : k->n), k->s);
	} else {
		if (r->selection->n > 0)
			batch_route(&r->apid->batch, r->client->owner, r->selection, &none, false,
				&nlri);
		answer_printf(r->client, "{\"removed\": %s, \"index\": \"%.*s\"}",
			r->selection->n > 0 ? "true" : "false", (int)k->n, k->s);
		routes_done(r, r->selection);
	}
	free(bytes);
}

void
cmd_peer_routes(struct request *r)
{
	const struct token *k = token_next(&r->words);
	uint32_t family = 0;

	if (k != NULL && afi_by_name(k->s, k->n) != 0) {
		const struct token *safi = token_peek(&r->words);

		if (safi != NULL)
			family = family_by_name(k->s, k->n, safi->s, safi->n, true);
		if (family != 0)
			r->words.pos++;
		k = token_next(&r->words);
	}
	if (token_is(k, "list")) {
		routes_list(r, family);
	} else if (token_is(k, "add")) {
		if (token_peek(&r->words) == NULL)
			answer_error(r->client, "routes add requires route specification");
		else
			routes_change(r, true);
	} else if (token_is(k, "remove")) {
		if (token_peek(&r->words) == NULL)
			answer_error(r->client, "routes remove requires route spec or index");
		else if (token_accept(&r->words, "index"))
			remove_index(r);
		else
			routes_change(r, false);
	} else {
		answer_error(r->client, "routes requires action: list, add, or remove");
	}
}
