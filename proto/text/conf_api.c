/*
 * The section `api` (reference/config.md 3.10): which helpers may command a neighbor, and which
 * events they get. Sections are kept apart: each one's flags are for its own processes.
 */
#include "proto/text/conf.h"

#include <regex.h>
#include <stdio.h>

#include "common/xmalloc.h"
#include "proto/wire/message.h"

enum { AP_NEIGHBOR_CHANGES, AP_NEGOTIATED, AP_FSM, AP_SIGNAL, AP_COUNT };
enum {
	DP_PARSED,
	DP_PACKETS,
	DP_CONSOLIDATE,
	DP_OPEN,
	DP_UPDATE,
	DP_NOTIFICATION,
	DP_KEEPALIVE,
	DP_REFRESH,
	DP_OPERATIONAL,
	DP_COUNT
};
enum { NAMES_MAX = 1024 };

struct api_scope {
	struct conf_api *api;
	struct conf_value v[AP_COUNT];
};

static const struct conf_key api_keys[AP_COUNT] = {
	[AP_NEIGHBOR_CHANGES] = { "neighbor-changes", conf_parse_bool_b, 1, 0, 0 },
	[AP_NEGOTIATED] = { "negotiated", conf_parse_bool_b, 1, 0, 0 },
	[AP_FSM] = { "fsm", conf_parse_bool_b, 1, 0, 0 },
	[AP_SIGNAL] = { "signal", conf_parse_bool_b, 1, 0, 0 },
};

static const struct conf_key direction_keys[DP_COUNT] = {
	[DP_PARSED] = { "parsed", conf_parse_bool_a, 1, 0, 0 },
	[DP_PACKETS] = { "packets", conf_parse_bool_a, 1, 0, 0 },
	[DP_CONSOLIDATE] = { "consolidate", conf_parse_bool_a, 1, 0, 0 },
	[DP_OPEN] = { "open", conf_parse_bool_a, 1, 0, 0 },
	[DP_UPDATE] = { "update", conf_parse_bool_a, 1, 0, 0 },
	[DP_NOTIFICATION] = { "notification", conf_parse_bool_a, 1, 0, 0 },
	[DP_KEEPALIVE] = { "keepalive", conf_parse_bool_a, 1, 0, 0 },
	[DP_REFRESH] = { "refresh", conf_parse_bool_a, 1, 0, 0 },
	[DP_OPERATIONAL] = { "operational", conf_parse_bool_a, 1, 0, 0 },
};

static struct conf_value *
direction_values(void *scope)
{
	return scope;
}

static const struct conf_section direction_section = { .name = "\"send\" and \"receive\"",
	.keys = direction_keys,
	.n_keys = DP_COUNT,
	.values = direction_values };

static int
parse_direction(struct conf *c, struct api_direction *d)
{
	static const uint8_t types[DP_COUNT] = { [DP_OPEN] = MESSAGE_OPEN,
		[DP_UPDATE] = MESSAGE_UPDATE,
		[DP_NOTIFICATION] = MESSAGE_NOTIFICATION,
		[DP_KEEPALIVE] = MESSAGE_KEEPALIVE,
		[DP_REFRESH] = MESSAGE_REFRESH,
		[DP_OPERATIONAL] = MESSAGE_OPERATIONAL };
	bool *const modes[] = { &d->parsed, &d->packets, &d->consolidate };
	struct conf_value v[DP_COUNT] = { 0 };

	if (conf_section_parse(c, &direction_section, v) != 0)
		return -1;
	for (unsigned i = 0; i < DP_COUNT; i++) {
		if (!v[i].set)
			continue;
		if (i <= DP_CONSOLIDATE)
			*modes[i] = v[i].on;
		else if (v[i].on)
			d->types |= (uint8_t)(1u << types[i]);
		else
			d->types &= (uint8_t) ~(1u << types[i]);
	}
	return 0;
}

static int
send_section(struct conf *c, void *scope, struct tokens *t)
{
	(void)t;
	return parse_direction(c, &((struct api_scope *)scope)->api->a.send);
}

static int
receive_section(struct conf *c, void *scope, struct tokens *t)
{
	(void)t;
	return parse_direction(c, &((struct api_scope *)scope)->api->a.receive);
}

/* `[ a, b c ]` appended to the list. */
static int
take_names(struct conf *c, struct tokens *t, const char ***list, unsigned *n)
{
	const char *names[NAMES_MAX];
	unsigned count = 0;
	struct token k;

	if (!token_accept(t, "["))
		return text_error_expected(&c->e, t, "\"[\"");
	while (!token_accept(t, "]")) {
		if (count > 0)
			token_accept(t, ",");
		if (count == NAMES_MAX)
			return text_error_expected(&c->e, t, "fewer names");
		if (value_word(t, "a name or \"]\"", &k, &c->e) != 0)
			return -1;
		names[count++] = conf_strdup(c, k.s, k.n);
	}
	conf_surplus(c, t);
	const char **all = arena_alloc(&c->config->arena, (*n + count + 1) * sizeof(*all));
	if (*n > 0)
		memcpy(all, *list, *n * sizeof(*all));
	memcpy(all + *n, names, count * sizeof(*all));
	*list = all;
	*n += count;
	return 0;
}

static int
processes(struct conf *c, void *scope, struct tokens *t)
{
	struct api_conf *a = &((struct api_scope *)scope)->api->a;

	return take_names(c, t, &a->processes, &a->n_processes);
}

static int
check_regex(struct conf *c, const char *regex)
{
	regex_t compiled;
	char why[128];
	int rc = regcomp(&compiled, regex, REG_EXTENDED | REG_NOSUB);

	if (rc == 0) {
		regfree(&compiled);
		return 0;
	}
	regerror(rc, &compiled, why, sizeof(why));
	return conf_fail(c, conf_at(conf_keyword(c)),
		"expected regular expressions, found \"%.100s\" (%s)", regex, why);
}

static int
processes_match(struct conf *c, void *scope, struct tokens *t)
{
	struct api_conf *a = &((struct api_scope *)scope)->api->a;
	unsigned from = a->n_processes_match;

	if (take_names(c, t, &a->processes_match, &a->n_processes_match) != 0)
		return -1;
	for (unsigned i = from; i < a->n_processes_match; i++) {
		if (check_regex(c, a->processes_match[i]) != 0)
			return -1;
	}
	return 0;
}

static const struct conf_command api_commands[] = {
	{ "processes", processes },
	{ "processes-match", processes_match },
};

static const struct conf_command api_sections[] = {
	{ "send", send_section },
	{ "receive", receive_section },
};

static struct conf_value *
api_values(void *scope)
{
	return ((struct api_scope *)scope)->v;
}

static const struct conf_section api_section = {
	.name = "\"api\"",
	.keys = api_keys,
	.n_keys = AP_COUNT,
	.values = api_values,
	.commands = api_commands,
	.n_commands = sizeof(api_commands) / sizeof(api_commands[0]),
	.sections = api_sections,
	.n_sections = sizeof(api_sections) / sizeof(api_sections[0]),
};

static int
api_name(struct conf *c, struct tokens *t, struct api_conf *a)
{
	const struct token *k = token_next(t);
	char name[32];

	if (k == NULL || k->n == 0) {
		/* A name that can not be written, so that it meets no other. */
		snprintf(name, sizeof(name), "#%u", ++c->anonymous);
		a->name = conf_strdup(c, name, sizeof(name));
		return 0;
	}
	if (conf_check_name(c, k) != 0)
		return -1;
	conf_surplus(c, t);
	a->name = conf_strdup(c, k->s, k->n);
	return conf_unique(c, "api name", a->name, conf_at(k));
}

int
conf_api(struct conf *c, void *scope, struct tokens *t)
{
	struct conf_scope *s = scope;
	struct api_scope inner = { .api = arena_alloc(&c->config->arena, sizeof(*inner.api)) };
	struct api_conf *a = &inner.api->a;

	if (api_name(c, t, a) != 0 || conf_section_parse(c, &api_section, &inner) != 0)
		return -1;
	a->neighbor_changes = inner.v[AP_NEIGHBOR_CHANGES].on;
	a->negotiated = inner.v[AP_NEGOTIATED].on;
	a->fsm = inner.v[AP_FSM].on;
	a->signal = inner.v[AP_SIGNAL].on;
	*s->apis_end = inner.api;
	s->apis_end = &inner.api->next;
	return 0;
}
