/*
 * The sections `neighbor` and `template` (reference/config.md 2.1, 3.4), and the root. A template's
 * neighbor has the same body; it is kept, not finished.
 */
#include "proto/text/conf.h"

static int
take_template(struct conf *c, struct conf_scope *s, struct tokens *t)
{
	struct token k;
	struct conf_inherit *i;

	if (value_word(t, "the name of a template", &k, &c->e) != 0)
		return -1;
	i = arena_alloc(&c->config->arena, sizeof(*i));
	i->name = conf_strdup(c, k.s, k.n);
	i->line = k.line;
	i->col = k.col;
	*s->inherit_end = i;
	s->inherit_end = &i->next;
	return 0;
}

static int
inherit(struct conf *c, void *scope, struct tokens *t)
{
	struct conf_scope *s = scope;
	bool first = true;

	if (s->name != NULL)
		return conf_fail(c, conf_at(conf_keyword(c)), "templates can not inherit");
	if (!token_accept(t, "[")) {
		if (take_template(c, s, t) != 0)
			return -1;
	} else {
		do {
			if (!first)
				token_accept(t, ",");
			first = false;
			if (take_template(c, s, t) != 0)
				return -1;
		} while (!token_accept(t, "]"));
	}
	return token_peek(t) == NULL ? 0 : text_error_expected(&c->e, t, "\";\"");
}

static struct conf_value *
capability_values(void *scope)
{
	return ((struct conf_scope *)scope)->capability;
}

static const struct conf_section capability_section = { .name = "\"capability\"",
	.keys = conf_capability_keys,
	.n_keys = CK_COUNT,
	.values = capability_values };

static int
capability(struct conf *c, void *scope, struct tokens *t)
{
	(void)t;
	return conf_section_parse(c, &capability_section, scope);
}

static struct conf_value *
ao_values(void *scope)
{
	return ((struct conf_scope *)scope)->ao;
}

static const struct conf_section ao_section = {
	.name = "\"tcp-ao\"", .keys = conf_ao_keys, .n_keys = AK_COUNT, .values = ao_values
};

static int
tcp_ao(struct conf *c, void *scope, struct tokens *t)
{
	(void)t;
	return conf_section_parse(c, &ao_section, scope);
}

static struct conf_value *
neighbor_values(void *scope)
{
	return ((struct conf_scope *)scope)->neighbor;
}

static const struct conf_command neighbor_commands[] = {
	{ "inherit", inherit },
};

static const struct conf_command neighbor_sections[] = {
	{ "family", conf_family },
	{ "capability", capability },
	{ "add-path", conf_add_path },
	{ "nexthop", conf_nexthop },
	{ "tcp-ao", tcp_ao },
	{ "api", conf_api },
	{ "static", conf_static },
	{ "announce", conf_announce },
	{ "flow", conf_flow },
	{ "l2vpn", conf_l2vpn },
	{ "operational", conf_operational },
};

static const struct conf_section neighbor_section = {
	.name = "\"neighbor\"",
	.keys = conf_neighbor_keys,
	.n_keys = NK_COUNT,
	.values = neighbor_values,
	.commands = neighbor_commands,
	.n_commands = sizeof(neighbor_commands) / sizeof(neighbor_commands[0]),
	.sections = neighbor_sections,
	.n_sections = sizeof(neighbor_sections) / sizeof(neighbor_sections[0]),
};

int
conf_neighbor(struct conf *c, void *scope, struct tokens *t)
{
	const struct token *at = conf_keyword(c);
	struct conf_scope *s = conf_scope_new();
	struct conf_value *peer = &s->neighbor[NK_PEER_ADDRESS];
	int rc;

	(void)scope;
	s->place = conf_at(at);
	*peer = (struct conf_value){ .set = true, .line = at->line, .col = at->col };
	rc = value_range(t, "the neighbor's address", &peer->ip, &peer->bits, &c->e);
	if (rc == 0) {
		conf_surplus(c, t);
		/* The header's address is a default: a template may replace it in silence. */
		struct conf_value header = *peer;

		peer->set = false;
		rc = conf_section_parse(c, &neighbor_section, s);
		if (rc == 0)
			rc = conf_scope_inherit(c, s);
		if (!peer->set)
			*peer = header;
	}
	if (rc == 0)
		rc = conf_finish(c, s);
	conf_scope_free(s);
	return rc;
}

static int
template_neighbor(struct conf *c, void *scope, struct tokens *t)
{
	struct token k;
	struct conf_scope *s;

	(void)scope;
	if (value_word(t, "the name of the template", &k, &c->e) != 0 ||
		conf_check_name(c, &k) != 0)
		return -1;
	conf_surplus(c, t);
	const char *name = conf_strdup(c, k.s, k.n);
	if (conf_unique(c, "template", name, conf_at(&k)) != 0)
		return -1;
	s = conf_scope_new();
	s->name = name;
	s->place = conf_at(&k);
	if (conf_section_parse(c, &neighbor_section, s) != 0) {
		conf_scope_free(s);
		return -1;
	}
	s->next = c->templates;
	c->templates = s;
	return 0;
}

static const struct conf_command template_sections[] = {
	{ "neighbor", template_neighbor },
};

static const struct conf_section template_section = {
	.name = "\"template\"",
	.sections = template_sections,
	.n_sections = sizeof(template_sections) / sizeof(template_sections[0]),
};

int
conf_template(struct conf *c, void *scope, struct tokens *t)
{
	(void)t;
	return conf_section_parse(c, &template_section, scope);
}

static const struct conf_command root_sections[] = {
	{ "process", conf_process },
	{ "template", conf_template },
	{ "neighbor", conf_neighbor },
};

const struct conf_section conf_root = {
	.name = "the configuration",
	.sections = root_sections,
	.n_sections = sizeof(root_sections) / sizeof(root_sections[0]),
};
