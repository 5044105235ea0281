/*
 * `troupe validate` (reference/api.md 6.9): every file is read whole, as a start or a reload would,
 * and its errors and warnings go to standard error as file:line:column. -n prints the normalised
 * configuration, which parses again to the same; -r sends each route through the encoder and the
 * decoder of a session that mirrors its neighbor.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apid/conf.h"
#include "apid/tool.h"
#include "apid/tool_route_check.h"
#include "common/settings.h"

static const char usage[] = "usage: troupe validate [OPTIONS] CONF...\n"
			    "  -n, --print     print the normalised configuration\n"
			    "  -r, --route     encode and decode each route\n"
			    "  -q, --quiet     no warnings\n"
			    "  -v, --verbose   a line about each valid file\n"
			    "  --env-file FILE settings\n"
			    "  -p              accepted, without effect\n";

struct options {
	const char *env_file;
	bool print, routes, quiet, verbose, help;
};

static int
parse_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "print", no_argument, NULL, 'n' },
		{ "neighbor", no_argument, NULL, 'n' },
		{ "route", no_argument, NULL, 'r' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "pdb", no_argument, NULL, 'p' },
		{ "help", no_argument, NULL, 'h' },
		{ "env-file", required_argument, NULL, 'e' },
		{ NULL, 0, NULL, 0 },
	};

	opterr = 0;
	for (int c; (c = getopt_long(argc, argv, "nrqvph", longs, NULL)) != -1;) {
		if (c == '?')
			return -1;
		if (c == 'e')
			o->env_file = optarg;
		o->print |= c == 'n';
		o->routes |= c == 'r';
		o->quiet |= c == 'q';
		o->verbose |= c == 'v';
		o->help |= c == 'h';
	}
	return 0;
}

static void
print_config(const struct config *c)
{
	struct buf text = { 0 };

	config_print(&text, c);
	tool_put(&text);
	buf_fini(&text);
}

static int
check_routes(const struct config *c, const char *path, const struct options *o)
{
	int result = 0;

	for (unsigned i = 0; i < c->n_neighbors; i++)
		if (tool_route_check(&c->neighbors[i], path, o->quiet) < 0)
			result = -1;
	return result;
}

static void
summary(const struct config *c, const char *path)
{
	unsigned long routes = 0;

	for (unsigned i = 0; i < c->n_neighbors; i++)
		routes += c->neighbors[i].n_routes;
	printf("%s: %u neighbors, %u processes, %lu routes\n", path, c->n_neighbors, c->n_processes,
		routes);
}

static int
validate(const char *path, const struct settings *settings, const struct options *o)
{
	char err[CONF_ERROR_MAX] = "";
	struct config *c = conf_read_file(settings, path, true, err, sizeof(err));
	int result = 0;

	if (c == NULL) {
		fprintf(stderr, "%s\n", err);
		return -1;
	}
	for (unsigned i = 0; i < c->n_warnings && !o->quiet; i++)
		fprintf(stderr, "%s\n", c->warnings[i]);
	if (o->print)
		print_config(c);
	if (o->routes)
		result = check_routes(c, path, o);
	if (o->verbose && result == 0)
		summary(c, path);
	config_free(c);
	return result;
}

int
tool_validate(int argc, char **argv)
{
	struct options o = { 0 };
	struct settings *settings;
	int status = 0;

	if (parse_options(argc, argv, &o) < 0 || (optind == argc && !o.help)) {
		fputs(usage, stderr);
		return 2;
	}
	if (o.help) {
		fputs(usage, stdout);
		return tool_finish(0);
	}
	settings = tool_settings(o.env_file);
	if (settings == NULL)
		return 1;
	for (int i = optind; i < argc; i++)
		if (validate(argv[i], settings, &o) < 0)
			status = 1;
	settings_free(settings);
	return tool_finish(status);
}
