/*
 * From a closed neighbor section to a neighbor: defaults and derived values (reference/config.md
 * section 5), the checks of section 6, the identity of 5.4. Every refusal names the place of the
 * statement it is about, or of the section when a statement is missing.
 */
#include "proto/text/conf.h"

#include <stdio.h>

#include "common/xmalloc.h"

enum { HOLD_TIME = 180, SETTLE_GROUP = -1 };

static const struct conf_value *
value(const struct conf_scope *s, enum neighbor_key key)
{
	return s->neighbor[key].set ? &s->neighbor[key] : NULL;
}

static uint32_t
number(const struct conf_scope *s, enum neighbor_key key, uint32_t absent)
{
	const struct conf_value *v = value(s, key);

	return v != NULL ? v->u : absent;
}

static bool
flag(const struct conf_scope *s, enum neighbor_key key, bool absent)
{
	const struct conf_value *v = value(s, key);

	return v != NULL ? v->on : absent;
}

static const char *
text(const struct conf_scope *s, enum neighbor_key key)
{
	const struct conf_value *v = value(s, key);

	return v != NULL ? v->s : "";
}

static struct conf_place
place(const struct conf_scope *s, enum neighbor_key key)
{
	const struct conf_value *v = value(s, key);

	return v != NULL ? (struct conf_place){ .line = v->line, .col = v->col } : s->place;
}

static void
finish_scalars(struct conf_scope *s, struct neighbor_conf *n)
{
	n->description = text(s, NK_DESCRIPTION);
	n->hold_time = (uint16_t)number(s, NK_HOLD_TIME, HOLD_TIME);
	n->rate_limit = number(s, NK_RATE_LIMIT, 0);
	n->passive = flag(s, NK_PASSIVE, false);
	n->listen = (uint16_t)number(s, NK_LISTEN, 0);
	n->connect = (uint16_t)number(s, NK_CONNECT, 0);
	n->source_interface = text(s, NK_SOURCE_INTERFACE);
	n->ttl_out = (uint8_t)number(s, NK_OUTGOING_TTL, 0);
	n->ttl_in = (uint8_t)number(s, NK_INCOMING_TTL, 0);
	n->group_updates = flag(s, NK_GROUP_UPDATES, true);
	n->auto_flush = flag(s, NK_AUTO_FLUSH, true);
	n->adj_rib_in = flag(s, NK_ADJ_RIB_IN, true);
	n->adj_rib_out = flag(s, NK_ADJ_RIB_OUT, true);
	n->manual_eor = flag(s, NK_MANUAL_EOR, false);
	n->settle_ms =
		value(s, NK_SETTLE) != NULL ? (int64_t)number(s, NK_SETTLE, 0) : SETTLE_GROUP;
	if (value(s, NK_LOCAL_LINK_LOCAL) != NULL)
		n->link_local = s->neighbor[NK_LOCAL_LINK_LOCAL].ip;
	n->line = s->place.line;
}

/* The peer, which may be a range of addresses (5.2). */
static int
finish_peer(struct conf *c, struct conf_scope *s, struct neighbor_conf *n)
{
	const struct conf_value *peer = &s->neighbor[NK_PEER_ADDRESS];
	struct conf_place at = place(s, NK_PEER_ADDRESS);
	struct addr net = peer->ip;

	n->peer = peer->ip;
	n->peer_bits = peer->bits;
	if (peer->bits == peer->ip.len * 8)
		return 0;
	if (!n->passive && !c->env->passive)
		return conf_fail(c, at, "expected \"passive true\" for a range of neighbors");
	for (unsigned bit = peer->bits; bit < peer->ip.len * 8u; bit++)
		net.bytes[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
	if (!addr_equal(&net, &n->peer))
		conf_warn(c, at, "the address has bits beyond its length; they are cleared");
	n->peer = net;
	return 0;
}

static int
finish_as(struct conf *c, struct conf_scope *s, struct neighbor_conf *n)
{
	if (value(s, NK_LOCAL_AS) == NULL)
		return conf_fail(c, s->place, "expected \"local-as\" in this neighbor");
	if (value(s, NK_PEER_AS) == NULL)
		return conf_fail(c, s->place, "expected \"peer-as\" in this neighbor");
	n->local_as = s->neighbor[NK_LOCAL_AS].u;
	n->peer_as = s->neighbor[NK_PEER_AS].u;
	return 0;
}

static uint32_t
ip4_number(const struct addr *a)
{
	return (uint32_t)a->bytes[0] << 24 | (uint32_t)a->bytes[1] << 16 |
	       (uint32_t)a->bytes[2] << 8 | a->bytes[3];
}

static int
finish_local(struct conf *c, struct conf_scope *s, struct neighbor_conf *n)
{
	const struct conf_value *id = value(s, NK_ROUTER_ID);
	bool range = n->peer_bits != n->peer.len * 8;

	if (value(s, NK_LOCAL_ADDRESS) != NULL)
		n->local = s->neighbor[NK_LOCAL_ADDRESS].ip;
	if (n->local.len != 0 && n->local.len != n->peer.len)
		return conf_fail(c, place(s, NK_LOCAL_ADDRESS),
			"expected a local-address of the neighbor's IP version");
	if (n->listen != 0 && n->local.len == 0)
		return conf_fail(
			c, place(s, NK_LISTEN), "expected a \"local-address\" beside \"listen\"");
	n->md5_ip = n->local;
	if (value(s, NK_MD5_IP) != NULL)
		n->md5_ip = s->neighbor[NK_MD5_IP].ip;
	n->have_router_id = id != NULL || n->local.len == 4;
	if (n->have_router_id)
		n->router_id = ip4_number(id != NULL ? &id->ip : &n->local);
	else if (!range)
		return conf_fail(c, s->place,
			"expected \"router-id\" in this neighbor (its local-address is not IPv4)");
	return 0;
}

static void
finish_lists(struct conf *c, struct conf_scope *s, struct neighbor_conf *n)
{
	struct arena *arena = &c->config->arena;

	for (const struct conf_api *a = s->apis; a != NULL; a = a->next)
		n->n_apis++;
	n->apis = arena_alloc(arena, (n->n_apis + 1) * sizeof(*n->apis));
	n->n_apis = 0;
	for (const struct conf_api *a = s->apis; a != NULL; a = a->next)
		n->apis[n->n_apis++] = a->a;
	for (const struct conf_operational *o = s->operational; o != NULL; o = o->next)
		n->n_operational++;
	n->operational = arena_alloc(arena, (n->n_operational + 1) * sizeof(*n->operational));
	n->n_operational = 0;
	for (const struct conf_operational *o = s->operational; o != NULL; o = o->next) {
		for (unsigned i = 0; i < n->caps.n_families; i++) {
			if (n->caps.families[i] == o->o.family)
				n->operational[n->n_operational++] = o->o;
		}
	}
}

/* Routes of families that are not negotiated; `next-hop self` that can not be resolved (4.2). */
static int
finish_routes(struct conf *c, struct conf_scope *s, struct neighbor_conf *n)
{
	struct conf_routes *r = &s->routes;
	uint32_t negotiated = 0;

	for (unsigned i = 0; i < n->caps.n_families; i++)
		negotiated |= family_bit(n->caps.families[i]);
	uint32_t missing = r->families & ~negotiated;
	for (unsigned i = 0; i < FAMILY_COUNT; i++) {
		if ((missing >> i & 1) == 0)
			continue;
		if (family_table[i].family != IPV4_UNICAST)
			return conf_fail(c, r->place[i],
				"expected a family of this neighbor, found a route of %s",
				family_table[i].name);
		conf_warn(c, r->place[i],
			"ipv4 unicast routes are left out: not a family of this neighbor");
		conf_routes_drop_ipv4(r);
	}
	if (r->self_place[1].line != 0 && n->local.len != 16)
		return conf_fail(c, r->self_place[1],
			"\"next-hop self\" of an IPv6 route needs an IPv6 local-address");
	if (r->self_place[2].line != 0 && n->local.len == 0)
		return conf_fail(c, r->self_place[2],
			"\"next-hop self\" of this route needs a local-address");
	n->routes = r->ops;
	n->n_routes = r->n;
	r->ops = (struct buf){ 0 };
	return 0;
}

static void
add_as(struct buf *b, const char *name, uint32_t as)
{
	buf_str(b, name);
	if (as == 0)
		BUF_LIT(b, "auto");
	else
		buf_u64(b, as);
}

/* The name of 5.4. */
static const char *
make_key(struct conf *c, const struct neighbor_conf *n)
{
	const struct addr id = { .len = 4,
		.bytes = { (uint8_t)(n->router_id >> 24), (uint8_t)(n->router_id >> 16),
			(uint8_t)(n->router_id >> 8), (uint8_t)n->router_id } };
	struct buf b = { 0 };

	BUF_LIT(&b, "neighbor ");
	buf_addr(&b, &n->peer);
	BUF_LIT(&b, " local-ip ");
	if (n->local.len == 0)
		BUF_LIT(&b, "auto");
	else
		buf_addr(&b, &n->local);
	add_as(&b, " local-as ", n->local_as);
	add_as(&b, " peer-as ", n->peer_as);
	BUF_LIT(&b, " router-id ");
	buf_addr(&b, &id);
	BUF_LIT(&b, " family-allowed ");
	if (!n->caps.multisession)
		BUF_LIT(&b, "in-open");
	for (unsigned i = 0; i < n->caps.n_families && n->caps.multisession; i++) {
		const struct family_info *info = family_find(n->caps.families[i]);

		if (i > 0)
			buf_chr(&b, '/');
		buf_printf(&b, "%s-%s", info->afi, info->safi);
	}
	const char *key = conf_strdup(c, buf_cstr(&b), b.len);
	buf_fini(&b);
	return key;
}

static void
push_neighbor(struct conf *c, const struct neighbor_conf *n)
{
	struct config *config = c->config;

	if (config->n_neighbors == c->cap_neighbors) {
		c->cap_neighbors = c->cap_neighbors == 0 ? 8 : c->cap_neighbors * 2;
		config->neighbors = xreallocarray(
			config->neighbors, c->cap_neighbors, sizeof(*config->neighbors));
	}
	config->neighbors[config->n_neighbors++] = *n;
}

int
conf_add_neighbor(struct conf *c, const struct conf_scope *s, struct neighbor_conf *n)
{
	n->key = make_key(c, n);
	if (conf_unique(c, "neighbor", n->key, s->place) != 0) {
		buf_fini(&n->routes);
		return -1;
	}
	push_neighbor(c, n);
	return 0;
}

int
conf_finish(struct conf *c, struct conf_scope *s)
{
	struct neighbor_conf n = { 0 };

	finish_scalars(s, &n);
	if (finish_peer(c, s, &n) != 0 || finish_as(c, s, &n) != 0 || finish_local(c, s, &n) != 0 ||
		conf_finish_secrets(c, s, &n) != 0)
		return -1;
	conf_finish_capabilities(c, s, &n);
	finish_lists(c, s, &n);
	if (finish_routes(c, s, &n) != 0)
		return -1;
	if (n.caps.multisession && n.caps.n_families > 1 && n.peer_bits == n.peer.len * 8)
		return conf_split(c, s, &n);
	return conf_add_neighbor(c, s, &n);
}
