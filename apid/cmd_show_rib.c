/*
 * `rib show in|out …` (reference/api.md 3.4): asks ribd once everything before is committed, and
 * prints a line per route, or one JSON object per api.chunk routes, as the reader takes them.
 */
#include <stdlib.h>
#include <string.h>

#include "apid/apid.h"
#include "common/xmalloc.h"
#include "proto/wire/family.h"

enum { FAMILIES_MAX = 32 };

struct show_rib {
	uint8_t direction;
	bool json, extensive;
	uint32_t families[FAMILIES_MAX];
	unsigned n_families;
	char *filter; /* owned: address, or NULL */
	unsigned chunk, in_object;
	uint32_t object; /* neighbor of the open JSON object */
};

static void
show_free(struct client *c)
{
	struct show_rib *s = c->pending;

	free(s->filter);
	free(s);
	c->pending = NULL;
}

static bool
prefix_based(uint32_t family)
{
	switch (family_safi(family)) {
	case SAFI_UNICAST:
	case SAFI_MULTICAST:
	case SAFI_NLRI_MPLS:
	case SAFI_MPLS_VPN:
		return true;
	default:
		return false;
	}
}

static void
close_object(struct show_rib *s, struct buf *out)
{
	if (s->in_object > 0)
		BUF_LIT(out, "]}}\n");
	s->in_object = 0;
}

static void
attributes_json(const struct route_op *op, const struct neighbor *n, struct buf *out)
{
	const struct attr_context context = { .asn4 = true,
		.generic = true,
		.ibgp = true,
		.aigp = true,
		.families = n->negotiated.family_bits };

	if (op->attrs.nh_len == NEXTHOP_SELF) {
		BUF_LIT(out, ", \"next-hop\": \"self\"");
	} else if (op->attrs.nh_len != 0) {
		BUF_LIT(out, ", \"next-hop\": \"");
		buf_addr_bytes(out, op->attrs.nh, op->attrs.nh_len);
		buf_chr(out, '"');
	}
	BUF_LIT(out, ", \"attribute\": {");
	attrs_json(out, op->attrs.block, op->attrs.len, &context, false);
	buf_chr(out, '}');
}

static void
route_json(struct show_rib *s, const struct neighbor *n, const struct route_op *op, struct buf *out)
{
	const struct family_info *info = family_find(op->nlri.family);
	struct buf text = { 0 };

	if (s->in_object > 0 && (s->in_object == s->chunk || s->object != n->id))
		close_object(s, out);
	if (s->in_object == 0)
		buf_printf(out, "{\"%s\": {\"routes\": [", n->peer_text);
	else
		BUF_LIT(out, ", ");
	s->object = n->id;
	s->in_object++;
	buf_printf(out, "{\"family\": \"%s\", \"%s\": ", info != NULL ? info->name : "attributes",
		prefix_based(op->nlri.family) ? "prefix" : "nlri");
	if (op->nlri.family != FAMILY_NONE)
		nlri_text(&text, &op->nlri);
	buf_json_string(out, text.data != NULL ? text.data : (const uint8_t *)"", text.len);
	buf_fini(&text);
	if (s->extensive)
		attributes_json(op, n, out);
	buf_chr(out, '}');
	if (s->in_object == s->chunk)
		close_object(s, out);
}

static void
show_route(struct client *c, const struct neighbor *n, const struct route_op *op, struct buf *out)
{
	struct show_rib *s = c->pending;
	const struct family_info *info = family_find(op->nlri.family);

	if (s->json) {
		route_json(s, n, op, out);
		return;
	}
	buf_str(out, s->extensive ? n->key : n->peer_text);
	buf_chr(out, ' ');
	buf_str(out, info != NULL ? info->name : "attributes");
	buf_chr(out, ' ');
	if (s->extensive)
		route_print(out, &op->nlri, &op->attrs, true);
	else if (op->nlri.family != FAMILY_NONE)
		nlri_text(out, &op->nlri);
	buf_chr(out, '\n');
}

static void
show_end(struct client *c, bool ok, const char *why)
{
	struct buf tail = { 0 };

	close_object(c->pending, &tail);
	if (tail.len > 0)
		answer_text(c, tail.data, tail.len);
	buf_fini(&tail);
	show_free(c);
	if (ok)
		answer_done(c);
	else
		answer_error(c, "%s", why);
}

/* All neighbors of the service, or those whose key begins with the filter's address. */
static struct selection *
show_peers(const struct apid *a, const char *filter)
{
	struct selection *s = xmalloc(sizeof(*s) + a->neighbors.n * sizeof(s->ids[0]));

	s->n = 0;
	s->token = 0;
	for (unsigned i = 0; i < a->neighbors.n; i++) {
		const struct neighbor *n = a->neighbors.v[i];

		if (filter == NULL || strcmp(filter, n->peer_text) == 0)
			s->ids[s->n++] = n->id;
	}
	return s;
}

static void
show_start(struct client *c)
{
	struct show_rib *s = c->pending;
	struct selection *peers = show_peers(c->apid, s->filter);

	query_routes(c, s->direction, peers, s->families, s->n_families, show_route, show_end);
	free(peers);
}

static void
add_families(struct show_rib *s, const uint8_t *safis, size_t n)
{
	for (size_t i = 0; i < FAMILY_COUNT; i++) {
		for (size_t j = 0; j < n && s->n_families < FAMILIES_MAX; j++) {
			if (family_safi(family_table[i].family) == safis[j])
				s->families[s->n_families++] = family_table[i].family;
		}
	}
}

static void
show_word(struct show_rib *s, const struct token *k)
{
	static const uint8_t inet[] = { SAFI_UNICAST, SAFI_MULTICAST, SAFI_NLRI_MPLS,
		SAFI_MPLS_VPN };
	static const uint8_t flow[] = { SAFI_FLOW, SAFI_FLOW_VPN };
	static const uint8_t l2vpn[] = { SAFI_VPLS, SAFI_EVPN };

	if (token_is(k, "extensive")) {
		s->extensive = true;
	} else if (token_is(k, "json")) {
		s->json = true;
	} else if (token_is(k, "inet")) {
		add_families(s, inet, sizeof(inet));
	} else if (token_is(k, "flow")) {
		add_families(s, flow, sizeof(flow));
	} else if (token_is(k, "l2vpn")) {
		add_families(s, l2vpn, sizeof(l2vpn));
	} else if (!token_is(k, "routes") && !token_is(k, "static") && !token_is(k, "*") &&
		   !token_is(k, "text") && s->filter == NULL) {
		s->filter = xstrndup(k->s, k->n);
	}
}

void
cmd_rib_show(struct request *r)
{
	struct client *c = r->client;
	bool in = token_accept(&r->words, "in");
	const struct token *k;
	struct show_rib *s;

	if (!in && !token_accept(&r->words, "out")) {
		answer_error(c, NULL);
		return;
	}
	s = xcalloc(1, sizeof(*s));
	s->direction = in ? IPC_RIB_IN : IPC_RIB_OUT;
	s->json = r->json;
	s->chunk = (unsigned)settings_int(r->apid->settings, "api.chunk");
	if (s->chunk == 0)
		s->chunk = 1;
	while ((k = token_next(&r->words)) != NULL)
		show_word(s, k);
	c->pending = s;
	c->pending_free = show_free;
	batch_flush(&r->apid->batch);
	client_after_commit(c, show_start);
}
