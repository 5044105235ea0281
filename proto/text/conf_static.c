/*
 * The sections that hold routes: `static`, `announce`, `flow`, `l2vpn` (reference/config.md 4.1,
 * 4.8, 4.10, 4.11). The grammars are those of the commands (route.h); a block (`route P { … }`) is
 * read to its `}` and handed over flat. Defect D41 can not happen: these sections know no other
 * statements.
 */
#include "proto/text/conf.h"

static int
add(struct conf *c, void *scope, int parsed, const struct route_statement *st)
{
	struct conf_scope *s = scope;
	struct conf_place at = conf_at(conf_keyword(c));
	char quoted[TEXT_QUOTED_MAX];

	if (parsed != 0)
		return -1;
	if (st->ignored.s != NULL)
		conf_warn(c, conf_at(&st->ignored), "%s and what follows is ignored",
			text_quote(&st->ignored, quoted));
	return conf_routes_add(c, &s->routes, st, at);
}

static int
route(struct conf *c, void *scope, struct tokens *t)
{
	struct route_statement st;

	return add(c, scope, route_parse_route(c->routes, t, ROUTE_ANNOUNCE, &st, &c->e), &st);
}

static int
attributes(struct conf *c, void *scope, struct tokens *t)
{
	struct route_statement st;

	if (route_parse_attributes(c->routes, t, ROUTE_ANNOUNCE, &st, &c->e) != 0)
		return -1;
	for (uint32_t i = 1; i < st.n_nlri; i++) {
		if (family_afi(st.nlri[i].family) != family_afi(st.nlri[0].family))
			return conf_fail(c, conf_at(conf_keyword(c)),
				"expected prefixes of one IP version, found both");
	}
	return add(c, scope, 0, &st);
}

/* The whole statement, its keyword included. */
static int
whole(struct conf *c, void *scope, struct tokens *t)
{
	struct route_statement st;

	t->pos = 0;
	return add(c, scope, route_parse(c->routes, t, ROUTE_ANNOUNCE, &st, &c->e), &st);
}

static int
read_block(struct conf *c, struct tokens *t)
{
	int rc = conf_lex_block(&c->lex, &c->run, &c->e);

	*t = c->run.t;
	return rc;
}

static int
route_block_section(struct conf *c, void *scope, struct tokens *t)
{
	struct route_statement st;

	if (read_block(c, t) != 0)
		return -1;
	t->pos = 1;
	return add(c, scope, route_parse_route(c->routes, t, ROUTE_ANNOUNCE, &st, &c->e), &st);
}

static int
whole_block(struct conf *c, void *scope, struct tokens *t)
{
	return read_block(c, t) == 0 ? whole(c, scope, t) : -1;
}

static const struct conf_command static_commands[] = {
	{ "route", route },
	{ "attributes", attributes },
	{ "attribute", attributes },
	{ "sr-policy", whole },
};

static const struct conf_command static_sections[] = {
	{ "route", route_block_section },
};

static const struct conf_section static_section = {
	.name = "\"static\"",
	.commands = static_commands,
	.n_commands = sizeof(static_commands) / sizeof(static_commands[0]),
	.sections = static_sections,
	.n_sections = sizeof(static_sections) / sizeof(static_sections[0]),
};

int
conf_static(struct conf *c, void *scope, struct tokens *t)
{
	(void)t;
	return conf_section_parse(c, &static_section, scope);
}

static int
family_statement(struct conf *c, void *scope, uint16_t afi, struct tokens *t)
{
	struct route_statement st;

	t->pos = 0;
	return add(
		c, scope, route_parse_family(c->routes, afi, t, ROUTE_ANNOUNCE, &st, &c->e), &st);
}

static int
ipv4_statement(struct conf *c, void *scope, struct tokens *t)
{
	return family_statement(c, scope, AFI_IPV4, t);
}

static int
ipv6_statement(struct conf *c, void *scope, struct tokens *t)
{
	return family_statement(c, scope, AFI_IPV6, t);
}

static int
l2vpn_statement(struct conf *c, void *scope, struct tokens *t)
{
	return family_statement(c, scope, AFI_L2VPN, t);
}

static int
bgpls_statement(struct conf *c, void *scope, struct tokens *t)
{
	return family_statement(c, scope, AFI_BGPLS, t);
}

/* All words of the AFI go to route.h, which knows its SAFI words. */
static const struct conf_section announce_ipv4 = { .name = "\"announce ipv4\"",
	.any = ipv4_statement };
static const struct conf_section announce_ipv6 = { .name = "\"announce ipv6\"",
	.any = ipv6_statement };
static const struct conf_section announce_l2vpn = { .name = "\"announce l2vpn\"",
	.any = l2vpn_statement };

static const struct conf_section announce_bgpls = { .name = "\"announce bgp-ls\"",
	.any = bgpls_statement };

static int
ipv4(struct conf *c, void *scope, struct tokens *t)
{
	(void)t;
	return conf_section_parse(c, &announce_ipv4, scope);
}

static int
ipv6(struct conf *c, void *scope, struct tokens *t)
{
	(void)t;
	return conf_section_parse(c, &announce_ipv6, scope);
}

static int
l2vpn(struct conf *c, void *scope, struct tokens *t)
{
	(void)t;
	return conf_section_parse(c, &announce_l2vpn, scope);
}

static int
bgpls(struct conf *c, void *scope, struct tokens *t)
{
	(void)t;
	return conf_section_parse(c, &announce_bgpls, scope);
}

static const struct conf_command announce_sections[] = {
	{ "ipv4", ipv4 },
	{ "ipv6", ipv6 },
	{ "l2vpn", l2vpn },
	{ "bgp-ls", bgpls },
};

static const struct conf_section announce_section = {
	.name = "\"announce\"",
	.sections = announce_sections,
	.n_sections = sizeof(announce_sections) / sizeof(announce_sections[0]),
};

int
conf_announce(struct conf *c, void *scope, struct tokens *t)
{
	(void)t;
	return conf_section_parse(c, &announce_section, scope);
}

/* `flow { route … }`: the grammar is that of the command `flow route …`. */
static int
flow_words(struct conf *c, void *scope, struct tokens *t)
{
	struct token *v = arena_alloc(&c->lex.scratch, (t->n + 1) * sizeof(*v));
	struct tokens with = { .v = v, .n = t->n + 1 };
	struct route_statement st;

	v[0] = (struct token){ .s = "flow", .n = 4, .line = t->v[0].line, .col = t->v[0].col };
	memcpy(v + 1, t->v, t->n * sizeof(*v));
	return add(c, scope, route_parse(c->routes, &with, ROUTE_ANNOUNCE, &st, &c->e), &st);
}

static int
flow_block(struct conf *c, void *scope, struct tokens *t)
{
	return read_block(c, t) == 0 ? flow_words(c, scope, t) : -1;
}

static const struct conf_command flow_commands[] = { { "route", flow_words } };
static const struct conf_command flow_sections[] = { { "route", flow_block } };

static const struct conf_section flow_section = { .name = "\"flow\"",
	.commands = flow_commands,
	.n_commands = 1,
	.sections = flow_sections,
	.n_sections = 1 };

int
conf_flow(struct conf *c, void *scope, struct tokens *t)
{
	(void)t;
	return conf_section_parse(c, &flow_section, scope);
}

static const struct conf_command l2vpn_commands[] = { { "vpls", whole } };
static const struct conf_command l2vpn_sections[] = { { "vpls", whole_block } };

static const struct conf_section l2vpn_section = { .name = "\"l2vpn\"",
	.commands = l2vpn_commands,
	.n_commands = 1,
	.sections = l2vpn_sections,
	.n_sections = 1 };

int
conf_l2vpn(struct conf *c, void *scope, struct tokens *t)
{
	(void)t;
	return conf_section_parse(c, &l2vpn_section, scope);
}
