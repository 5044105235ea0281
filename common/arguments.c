/* The command line the supervisor gives to bgpd and ribd; a wrong one ends the process with status 2. */
#include "common/arguments.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static enum log_level
parse_level(const char *text)
{
	static const char *const names[] = { [LOG_LEVEL_DEBUG] = "debug",
		[LOG_LEVEL_INFO] = "info",
		[LOG_LEVEL_WARN] = "warn",
		[LOG_LEVEL_ERROR] = "error",
		[LOG_LEVEL_FATAL] = "fatal" };

	for (int i = LOG_LEVEL_DEBUG; i <= LOG_LEVEL_FATAL; i++)
		if (strcasecmp(names[i], text) == 0)
			return (enum log_level)i;
	log_fatal("--log-level: not a level: %s", text);
}

struct arguments
arguments_parse(const char *daemon, int argc, char **argv)
{
	static const struct option options[] = {
		{ "run", required_argument, NULL, 'r' },
		{ "log-format", required_argument, NULL, 'f' },
		{ "log-level", required_argument, NULL, 'l' },
		{ 0 },
	};
	struct arguments a = { .level = LOG_LEVEL_INFO, .format = LOG_FORMAT_TEXT };
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'r')
			a.run = optarg;
		else if (c == 'f')
			a.format = strcmp(optarg, "json") == 0 ? LOG_FORMAT_JSON : LOG_FORMAT_TEXT;
		else if (c == 'l')
			a.level = parse_level(optarg);
		else
			exit(2);
	}
	if (a.run == NULL || optind != argc) {
		fprintf(stderr,
			"usage: %s --run DIR [--log-format text|json] [--log-level LEVEL]\n",
			daemon);
		exit(2);
	}
	return a;
}
