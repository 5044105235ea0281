/* The section `process` (reference/config.md 3.2): a helper program and how it is run. */
#include "proto/text/conf.h"

#include "common/xmalloc.h"

enum { PK_ENCODER, PK_RESPAWN, PK_API_VERSION, PK_ON_EXIT, PK_COUNT };

enum { ON_EXIT_MAX_S = 10 * 365 * 86400 };

struct process_scope {
	struct conf_value v[PK_COUNT];
	const char **argv;
	int argc;
	struct conf_place run_at;
};

static int
parse_encoder(struct conf *c, const struct conf_key *key, struct tokens *t, struct conf_value *out)
{
	(void)key;
	out->on = token_is_fold(token_peek(t), "json");
	if (!out->on && !token_is_fold(token_peek(t), "text"))
		return text_error_expected(&c->e, t, "\"text\" or \"json\"");
	t->pos++;
	return 0;
}

static int
parse_api_version(
	struct conf *c, const struct conf_key *key, struct tokens *t, struct conf_value *out)
{
	const struct token *k = token_peek(t);

	(void)key;
	if (k == NULL || (!token_is(k, "4") && !token_is(k, "6")))
		return text_error_expected(&c->e, t, "4 or 6");
	out->u = token_is(k, "4") ? 4 : 6;
	t->pos++;
	return 0;
}

/* keep: UINT32_MAX; withdraw: 0; withdraw-after: its seconds. */
static int
parse_on_exit(struct conf *c, const struct conf_key *key, struct tokens *t, struct conf_value *out)
{
	const struct token *k;

	(void)key;
	out->u = UINT32_MAX;
	if (token_accept(t, "keep"))
		return 0;
	out->u = 0;
	if (token_accept(t, "withdraw"))
		return 0;
	if (!token_accept(t, "withdraw-after"))
		return text_error_expected(
			&c->e, t, "\"keep\", \"withdraw\" or \"withdraw-after\"");
	k = token_peek(t);
	if (k == NULL || parse_u32(k->s, k->n, ON_EXIT_MAX_S, &out->u) < 0)
		return text_error_expected(&c->e, t, "seconds");
	t->pos++;
	return 0;
}

static const struct conf_key process_keys[PK_COUNT] = {
	[PK_ENCODER] = { "encoder", parse_encoder, -1, 0, 0 },
	[PK_RESPAWN] = { "respawn", conf_parse_bool_a, 1, 0, 0 },
	[PK_API_VERSION] = { "api-version", parse_api_version, -1, 0, 0 },
	[PK_ON_EXIT] = { "on-exit", parse_on_exit, -1, 0, 0 },
};

static struct conf_value *
process_values(void *scope)
{
	return ((struct process_scope *)scope)->v;
}

static int
run(struct conf *c, void *scope, struct tokens *t)
{
	struct process_scope *p = scope;
	const struct token *k = token_peek(t);
	char why[256] = "";

	if (k == NULL || k->n == 0)
		return text_error_expected(&c->e, t, "a program");
	p->run_at = conf_at(k);
	p->argc = (int)(t->n - t->pos);
	p->argv = arena_alloc(&c->config->arena, ((size_t)p->argc + 1) * sizeof(*p->argv));
	for (int i = 0; (k = token_next(t)) != NULL; i++)
		p->argv[i] = conf_strdup(c, k->s, k->n);
	if (c->env->find_program == NULL)
		return 0;
	const char *found = c->env->find_program(
		c->env->owner, &c->config->arena, p->argv[0], why, sizeof(why));
	if (found == NULL)
		return conf_fail(c, p->run_at, "expected a program that can be run: %s", why);
	p->argv[0] = found;
	return 0;
}

static const struct conf_command process_commands[] = {
	{ "run", run },
};

static const struct conf_section process_section = {
	.name = "\"process\"",
	.keys = process_keys,
	.n_keys = PK_COUNT,
	.values = process_values,
	.commands = process_commands,
	.n_commands = sizeof(process_commands) / sizeof(process_commands[0]),
};

int
conf_process(struct conf *c, void *scope, struct tokens *t)
{
	struct config *config = c->config;
	struct process_scope p = { 0 };
	struct token k;

	(void)scope;
	if (value_word(t, "the name of a process", &k, &c->e) != 0)
		return -1;
	conf_surplus(c, t);
	const char *name = conf_strdup(c, k.s, k.n);
	if (conf_unique(c, "process name", name, conf_at(&k)) != 0 ||
		conf_section_parse(c, &process_section, &p) != 0)
		return -1;
	if (p.argc == 0)
		return conf_fail(
			c, conf_at(&c->run.at), "expected \"run\" in process \"%s\"", name);
	if (config->n_processes == c->cap_processes) {
		c->cap_processes = c->cap_processes == 0 ? 8 : c->cap_processes * 2;
		config->processes = xreallocarray(
			config->processes, c->cap_processes, sizeof(*config->processes));
	}
	config->processes[config->n_processes++] = (struct process_conf){ .name = name,
		.argv = p.argv,
		.argc = p.argc,
		.json = p.v[PK_ENCODER].set && p.v[PK_ENCODER].on,
		.respawn = !p.v[PK_RESPAWN].set || p.v[PK_RESPAWN].on,
		.api_version = p.v[PK_API_VERSION].set ? (int)p.v[PK_API_VERSION].u : 0,
		.on_exit_s = p.v[PK_ON_EXIT].set && p.v[PK_ON_EXIT].u != UINT32_MAX
				     ? (int64_t)p.v[PK_ON_EXIT].u
				     : -1 };
	return 0;
}
