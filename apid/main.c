/*
 * apid: the daemon, and the tools that need its grammar. Which one is decided by the first
 * argument; the rest is theirs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apid/helper.h"
#include "apid/options.h"

static const char usage[] =
	"usage: apid --run DIR [--env-file FILE] [--log-format text|json] [--log-level LEVEL] "
	"[CONF]\n"
	"       apid --validate [-n] [-q] CONF...\n"
	"       apid --decode [OPTIONS] [HEX]\n"
	"       apid --encode [OPTIONS] \"ROUTE\"\n"
	"       apid --migrate conf|api OPTIONS [FILE]\n"
	"Without CONF the configuration comes from the supervisor on descriptor 3.\n";

static int
bad_usage(const char *word)
{
	if (word != NULL)
		fprintf(stderr, "apid: unknown or incomplete argument \"%s\"\n", word);
	fputs(usage, stderr);
	return 2;
}

static int
parse_level(const char *word, enum log_level *out)
{
	static const struct {
		const char *word;
		enum log_level level;
	} levels[] = {
		{ "debug", LOG_LEVEL_DEBUG },
		{ "info", LOG_LEVEL_INFO },
		{ "warn", LOG_LEVEL_WARN },
		{ "error", LOG_LEVEL_ERROR },
		{ "fatal", LOG_LEVEL_FATAL },
	};

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (strcmp(levels[i].word, word) == 0) {
			*out = levels[i].level;
			return 0;
		}
	}
	return -1;
}

static int
parse_option(struct apid_options *o, const char *name, const char *value)
{
	if (value == NULL)
		return -1;
	if (strcmp(name, "--run") == 0)
		o->run_dir = value;
	else if (strcmp(name, "--env-file") == 0)
		o->env_file = value;
	else if (strcmp(name, "--log-level") == 0)
		return parse_level(value, &o->log_level);
	else if (strcmp(name, "--log-format") == 0 && strcmp(value, "json") == 0)
		o->log_format = LOG_FORMAT_JSON;
	else if (strcmp(name, "--log-format") == 0 && strcmp(value, "text") == 0)
		o->log_format = LOG_FORMAT_TEXT;
	else
		return -1;
	return 0;
}

static int
run_daemon(int argc, char **argv)
{
	struct apid_options o = {
		.program = argv[0], .log_level = LOG_LEVEL_INFO, .log_format = LOG_FORMAT_TEXT
	};

	for (int i = 1; i < argc; i++) {
		if (argv[i][0] != '-' && o.conf_file == NULL) {
			o.conf_file = argv[i];
			continue;
		}
		if (parse_option(&o, argv[i], argv[i + 1]) < 0)
			return bad_usage(argv[i]);
		i++;
	}
	if (o.run_dir == NULL)
		return bad_usage(NULL);
	return daemon_run(&o);
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *word;
		int (*run)(int argc, char **argv);
	} tools[] = {
		{ "--validate", tool_validate },
		{ "--decode", tool_decode },
		{ "--encode", tool_encode },
		{ "--help-commands", tool_commands },
		{ "--migrate", tool_migrate },
	};

	if (argc > 1 && strcmp(argv[1], "--trampoline") == 0)
		return helper_trampoline(argc, argv);
	for (size_t i = 0; argc > 1 && i < sizeof(tools) / sizeof(tools[0]); i++) {
		if (strcmp(argv[1], tools[i].word) == 0)
			return tools[i].run(argc - 1, argv + 1);
	}
	return run_daemon(argc, argv);
}
