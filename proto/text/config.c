/*
 * The configuration, whole: parsing into a fresh tree or refusing the file (reference/config.md
 * sections 1 to 6). Nothing survives a refused file but its message (D7). Whether two definitions
 * of a neighbor can share a session (section 7) is decided here too.
 */
#include "proto/text/conf.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/xmalloc.h"

static uint64_t
text_hash(const char *text, size_t n)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	/* FNV-1a over words of eight bytes, then over the rest. */
	for (; n >= 8; text += 8, n -= 8) {
		uint64_t v;

		memcpy(&v, text, 8);
		h = (h ^ v) * UINT64_C(0x100000001b3);
		h ^= h >> 32;
	}
	for (; n > 0; text++, n--)
		h = (h ^ (uint8_t)*text) * UINT64_C(0x100000001b3);
	return h;
}

static bool
has_process(const struct config *config, const char *name)
{
	for (unsigned i = 0; i < config->n_processes; i++) {
		if (strcmp(config->processes[i].name, name) == 0)
			return true;
	}
	return false;
}

static bool
matches_process(const struct config *config, const char *regex)
{
	regex_t compiled;
	bool found = false;

	if (regcomp(&compiled, regex, REG_EXTENDED) != 0)
		return false;
	for (unsigned i = 0; i < config->n_processes && !found; i++) {
		regmatch_t m;

		found = regexec(&compiled, config->processes[i].name, 1, &m, 0) == 0 &&
			m.rm_so == 0;
	}
	regfree(&compiled);
	return found;
}

/* Helpers that are not there: accepted with a warning (D6). */
static void
check_api(struct conf *c, const struct neighbor_conf *n)
{
	struct conf_place at = { .line = n->line, .col = 1 };
	bool by_name = false, by_match = false;

	for (unsigned i = 0; i < n->n_apis; i++) {
		const struct api_conf *a = &n->apis[i];

		for (unsigned j = 0; j < a->n_processes; j++) {
			if (!has_process(c->config, a->processes[j]))
				conf_warn(c, at, "process \"%s\" is not defined", a->processes[j]);
		}
		for (unsigned j = 0; j < a->n_processes_match; j++) {
			if (!matches_process(c->config, a->processes_match[j]))
				conf_warn(
					c, at, "no process matches \"%s\"", a->processes_match[j]);
		}
		by_name |= a->n_processes > 0;
		by_match |= a->n_processes_match > 0;
	}
	if (by_name && by_match)
		conf_warn(c, at, "both \"processes\" and \"processes-match\" in one neighbor");
}

static int
parse(struct conf *c, const char *text, size_t n)
{
	struct config *config = c->config;

	if (conf_lex_init(&c->lex, text, n, &c->e) != 0 ||
		conf_section_parse(c, &conf_root, NULL) != 0)
		return -1;
	if (config->n_processes == 0 && config->n_neighbors == 0 && c->names.n == 0)
		return conf_fail(c, (struct conf_place){ .line = 1, .col = 1 },
			"expected a configuration, found no statement");
	for (unsigned i = 0; i < config->n_neighbors; i++)
		check_api(c, &config->neighbors[i]);
	return 0;
}

static void
fini(struct conf *c)
{
	while (c->templates != NULL) {
		struct conf_scope *next = c->templates->next;

		conf_scope_free(c->templates);
		c->templates = next;
	}
	htable_fini(&c->names);
	conf_lex_fini(&c->lex);
	route_parser_free(c->routes);
}

struct config *
config_parse(const char *name, const char *text, size_t n, const struct config_env *env, char *err,
	size_t err_n)
{
	static const struct config_env no_env = { 0 };
	struct conf c = { .name = name,
		.env = env != NULL ? env : &no_env,
		.config = xcalloc(1, sizeof(struct config)),
		.routes = route_parser_new() };
	struct config *config = c.config;
	int rc;

	if (n == 0)
		rc = conf_fail(&c, (struct conf_place){ .line = 1, .col = 1 },
			"expected a configuration, found nothing");
	else
		rc = parse(&c, text, n);
	if (rc != 0) {
		snprintf(err, err_n, "%s:%u:%u: %s", name, c.e.line, c.e.col, c.e.text);
		config_free(config);
		config = NULL;
	} else {
		config->hash = text_hash(text, n);
	}
	fini(&c);
	return config;
}

void
config_free(struct config *c)
{
	if (c == NULL)
		return;
	for (unsigned i = 0; i < c->n_neighbors; i++)
		buf_fini(&c->neighbors[i].routes);
	free(c->neighbors);
	free(c->processes);
	free(c->warnings);
	arena_fini(&c->arena);
	free(c);
}
