/*
 * Neighbors with `multi-session` and several families: each family gets a neighbor, thus a session
 * and a TCP connection, of its own (draft-ietf-idr-bgp-multisession; reference/wire.md 2.3,
 * config.md D17). All have the definition in common; each has its family's routes.
 */
#include "proto/text/conf.h"

#include "proto/ipc/route_ops.h"

/* The operations of one family, with the state (attributes, watchdog) they stand under. others:
 * those of no family too. */
static void
take_routes(const struct buf *all, uint32_t family, bool others, struct neighbor_conf *out)
{
	struct rd r = rd_init(all->data, all->len);
	const uint8_t *start = r.p, *attrs = NULL, *dog = NULL;
	size_t attrs_n = 0, dog_n = 0;
	struct route_op op;

	for (; route_op_next(&r, &op) == 1; start = r.p) {
		size_t n = (size_t)(r.p - start);

		if (op.kind == ROUTE_OP_ATTRS) {
			attrs = start;
			attrs_n = n;
		} else if (op.kind == ROUTE_OP_WATCHDOG) {
			dog = start;
			dog_n = n;
		} else if (op.nlri.family == family || (others && op.nlri.family == FAMILY_NONE)) {
			buf_add(&out->routes, attrs, attrs_n);
			buf_add(&out->routes, dog, dog_n);
			buf_add(&out->routes, start, n);
			attrs_n = dog_n = 0;
			out->n_routes++;
		}
	}
}

static void
narrow(struct conf *c, const struct conf_scope *s, uint32_t family, const struct neighbor_conf *all,
	struct neighbor_conf *out)
{
	struct capability_config *caps = &out->caps;
	uint32_t bit = family_bit(family);

	caps->families[0] = family;
	caps->n_families = 1;
	caps->add_path_families &= bit;
	caps->nexthop_families &= bit;
	out->nexthop_pairs &= bit;
	if (!s->capability[CK_NEXTHOP].set)
		caps->nexthop = out->nexthop_pairs != 0;
	caps->n_paths_limit = 0;
	for (unsigned i = 0; i < all->caps.n_paths_limit; i++)
		if (all->caps.paths_limit[i].family == family)
			caps->paths_limit[caps->n_paths_limit++] = all->caps.paths_limit[i];
	out->operational = arena_alloc(
		&c->config->arena, (all->n_operational + 1) * sizeof(*out->operational));
	out->n_operational = 0;
	for (unsigned i = 0; i < all->n_operational; i++)
		if (all->operational[i].family == family)
			out->operational[out->n_operational++] = all->operational[i];
}

int
conf_split(struct conf *c, const struct conf_scope *s, struct neighbor_conf *n)
{
	int rc = 0;

	for (unsigned i = 0; i < n->caps.n_families && rc == 0; i++) {
		struct neighbor_conf one = *n;

		one.routes = (struct buf){ 0 };
		one.n_routes = 0;
		narrow(c, s, n->caps.families[i], n, &one);
		take_routes(&n->routes, n->caps.families[i], i == 0, &one);
		rc = conf_add_neighbor(c, s, &one);
	}
	buf_fini(&n->routes);
	return rc;
}
