/*
 * Bodies of neighbors and templates, and inheritance (reference/config.md 2.3). Values of a
 * template replace the neighbor's own wherever both are given (D1, with a warning); lists append
 * after the neighbor's own. Templates are never changed by being inherited (D5).
 */
#include "proto/text/conf.h"

#include <stdlib.h>

#include "common/xmalloc.h"

struct conf_scope *
conf_scope_new(void)
{
	struct conf_scope *s = xcalloc(1, sizeof(*s));

	s->apis_end = &s->apis;
	s->inherit_end = &s->inherit;
	s->operational_end = &s->operational;
	return s;
}

void
conf_scope_free(struct conf_scope *s)
{
	if (s == NULL)
		return;
	buf_fini(&s->routes.ops);
	free(s);
}

static bool
is_address(const struct conf_key *key)
{
	return key == &conf_neighbor_keys[NK_PEER_ADDRESS] ||
	       key == &conf_neighbor_keys[NK_LOCAL_ADDRESS] ||
	       key == &conf_neighbor_keys[NK_ROUTER_ID] || key == &conf_neighbor_keys[NK_MD5_IP] ||
	       key == &conf_neighbor_keys[NK_LOCAL_LINK_LOCAL];
}

static bool
is_text(const struct conf_key *key)
{
	return key == &conf_neighbor_keys[NK_DESCRIPTION] ||
	       key == &conf_neighbor_keys[NK_HOST_NAME] ||
	       key == &conf_neighbor_keys[NK_DOMAIN_NAME] ||
	       key == &conf_neighbor_keys[NK_SOURCE_INTERFACE] ||
	       key == &conf_neighbor_keys[NK_MD5_PASSWORD] || key == &conf_ao_keys[AK_ALGORITHM] ||
	       key == &conf_ao_keys[AK_PASSWORD];
}

static bool
same_value(const struct conf_key *key, const struct conf_value *a, const struct conf_value *b)
{
	if (a->is_auto != b->is_auto || a->bits != b->bits)
		return false;
	if (is_address(key))
		return addr_equal(&a->ip, &b->ip);
	if (is_text(key))
		return strcmp(a->s, b->s) == 0;
	return a->u == b->u;
}

static int
merge_values(struct conf *c, const struct conf_key *keys, unsigned n, struct conf_value *own,
	const struct conf_value *from, const struct conf_inherit *inherit)
{
	for (unsigned i = 0; i < n; i++) {
		struct conf_place at = { .line = own[i].line, .col = own[i].col };

		if (!from[i].set)
			continue;
		if (own[i].set && from[i].is_auto)
			return conf_fail(c, at,
				"expected no \"%s\" beside the \"auto\" of template \"%s\"",
				keys[i].keyword, inherit->name);
		if (own[i].set && !same_value(&keys[i], &own[i], &from[i]))
			conf_warn(c, at, "\"%s\" is replaced by that of template \"%s\" (line %u)",
				keys[i].keyword, inherit->name, from[i].line);
		own[i] = from[i];
	}
	return 0;
}

static void
merge_lists(struct conf *c, struct conf_scope *s, const struct conf_scope *from)
{
	struct arena *arena = &c->config->arena;

	s->families |= from->families;
	s->add_path |= from->add_path;
	s->add_path_all |= from->add_path_all;
	s->nexthop |= from->nexthop;
	for (unsigned i = 0; i < FAMILY_COUNT; i++) {
		if (s->add_path_limit[i] == 0)
			s->add_path_limit[i] = from->add_path_limit[i];
	}
	for (const struct conf_api *a = from->apis; a != NULL; a = a->next) {
		struct conf_api *copy = arena_dup(arena, a, sizeof(*a));

		copy->next = NULL;
		*s->apis_end = copy;
		s->apis_end = &copy->next;
	}
	for (const struct conf_operational *o = from->operational; o != NULL; o = o->next) {
		struct conf_operational *copy = arena_dup(arena, o, sizeof(*o));

		copy->next = NULL;
		*s->operational_end = copy;
		s->operational_end = &copy->next;
	}
	conf_routes_append(&s->routes, &from->routes);
}

static const struct conf_scope *
find_template(const struct conf *c, const char *name)
{
	const struct conf_scope *s = c->templates;

	while (s != NULL && strcmp(s->name, name) != 0)
		s = s->next;
	return s;
}

int
conf_scope_inherit(struct conf *c, struct conf_scope *s)
{
	for (const struct conf_inherit *i = s->inherit; i != NULL; i = i->next) {
		struct conf_place at = { .line = i->line, .col = i->col };
		const struct conf_scope *from = find_template(c, i->name);

		if (from == NULL)
			return conf_fail(c, at,
				"expected a template defined before this neighbor, found \"%s\"",
				i->name);
		if (merge_values(c, conf_neighbor_keys, NK_COUNT, s->neighbor, from->neighbor, i) !=
				0 ||
			merge_values(c, conf_capability_keys, CK_COUNT, s->capability,
				from->capability, i) != 0 ||
			merge_values(c, conf_ao_keys, AK_COUNT, s->ao, from->ao, i) != 0)
			return -1;
		merge_lists(c, s, from);
	}
	return 0;
}
