/*
 * `troupe decode` (reference/api.md 6.8, events.md 16): messages in hexadecimal from the command
 * line or, one a line, from standard input. Status 0 when all of them could be decoded.
 */
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apid/conf.h"
#include "apid/tool_file.h"
#include "common/addr.h"
#include "common/settings.h"
#include "common/xmalloc.h"

static const char usage[] =
	"usage: troupe decode [OPTIONS] [HEX | FILE]\n"
	"Shows BGP messages as events: HEX, those of a capture (pcap, pcapng) or an MRT file, or\n"
	"one message in hexadecimal a line of standard input.\n"
	"  -c, --configuration FILE  sessions of the neighbors of FILE: a line for each\n"
	"  -f, --family FAMILIES     \"AFI SAFI [AFI SAFI...]\" or \"all\" (default)\n"
	"  -i, --path-information    ADD-PATH: NLRI start with a path identifier\n"
	"  -n, --nlri                HEX is NLRI of the first family\n"
	"  -m, --command             API commands instead of JSON (UPDATE only)\n"
	"  -t, --text                lines of the text encoder instead of JSON\n"
	"  -d, --debug               say on standard error why something is invalid\n"
	"  --port PORT               TCP port of BGP in a capture (default: 179, and where it is "
	"seen)\n"
	"  --env-file FILE           settings\n"
	"  -o, -u, -j, -g, -p        accepted, without effect\n";

struct options {
	const char *conf, *families, *env_file;
	uint32_t port;
	bool addpath;
	bool help;
};

static int
parse_options(int argc, char **argv, struct options *o, struct decoder *d)
{
	static const struct option longs[] = {
		{ "configuration", required_argument, NULL, 'c' },
		{ "family", required_argument, NULL, 'f' },
		{ "path-information", no_argument, NULL, 'i' },
		{ "nlri", no_argument, NULL, 'n' },
		{ "command", no_argument, NULL, 'm' },
		{ "text", no_argument, NULL, 't' },
		{ "debug", no_argument, NULL, 'd' },
		{ "open", no_argument, NULL, 'o' },
		{ "update", no_argument, NULL, 'u' },
		{ "json", no_argument, NULL, 'j' },
		{ "generic", no_argument, NULL, 'g' },
		{ "pdb", no_argument, NULL, 'p' },
		{ "help", no_argument, NULL, 'h' },
		{ "env-file", required_argument, NULL, 'e' },
		{ "port", required_argument, NULL, 'P' },
		{ NULL, 0, NULL, 0 },
	};

	opterr = 0;
	for (int c; (c = getopt_long(argc, argv, "c:f:inmtdoujgph", longs, NULL)) != -1;) {
		if (c == 'c')
			o->conf = optarg;
		else if (c == 'f')
			o->families = optarg;
		else if (c == 'e')
			o->env_file = optarg;
		else if (c == '?' ||
			 (c == 'P' && parse_u32(optarg, strlen(optarg), UINT16_MAX, &o->port) < 0))
			return -1;
		o->addpath |= c == 'i';
		o->help |= c == 'h';
		d->nlri_only |= c == 'n';
		d->command |= c == 'm';
		d->text |= c == 't';
		d->debug |= c == 'd';
	}
	return 0;
}

static int
configuration_error(const char *why)
{
	printf("configuration error: %s\n", why);
	return -1;
}

/* Sessions of the neighbors of a file. No program of it is looked for. */
static int
load_neighbors(struct decoder *d, const struct settings *settings, const char *path)
{
	char err[TOOL_ERROR_MAX] = "";
	struct config *c = conf_read_file(settings, path, false, err, sizeof(err));

	if (c == NULL)
		return configuration_error(err);
	d->sessions = xcalloc(c->n_neighbors + 1, sizeof(d->sessions[0]));
	d->fresh_counters = true;
	for (unsigned i = 0; i < c->n_neighbors; i++)
		if (tool_session_mirror(&d->sessions[d->n_sessions], &c->neighbors[i]) == 0)
			d->n_sessions++;
	config_free(c);
	return d->n_sessions > 0 ? 0 : configuration_error("there is no neighbor");
}

static int
load_sessions(struct decoder *d, const struct settings *settings, const struct options *o)
{
	struct tool_families families;
	char err[TOOL_ERROR_MAX] = "";

	if (o->conf != NULL)
		return load_neighbors(d, settings, o->conf);
	if (tool_families_parse(o->families, &families, err, sizeof(err)) < 0)
		return configuration_error(err);
	d->sessions = xcalloc(1, sizeof(d->sessions[0]));
	d->n_sessions = 1;
	tool_session_imagine(&d->sessions[0], &families, o->addpath, 65533, 65533);
	return 0;
}

static int
one(struct decoder *d, const char *text, size_t n)
{
	int result = tool_message(d, text, n);

	tool_put(&d->out);
	return result;
}

static int
decode_lines(struct decoder *d)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	int result = 0;

	while ((n = getline(&line, &cap, stdin)) != -1) {
		while (n > 0 && strchr(" \t\r\n", line[n - 1]) != NULL)
			n--;
		if (n > 0 && one(d, line, (size_t)n) < 0)
			result = -1;
		if (n > 0)
			fflush(stdout);
	}
	free(line);
	return result;
}

static int
decode_words(struct decoder *d, const struct options *o, const char *words)
{
	if (words == NULL)
		return decode_lines(d);
	if (tool_file_is(words))
		return tool_file_decode(d, words, (uint16_t)o->port);
	return one(d, words, strlen(words));
}

static int
decode(struct decoder *d, const struct options *o, const char *words)
{
	struct settings *settings = tool_settings(o->env_file);
	int result = 1;

	if (settings == NULL)
		return 1;
	d->version = settings_int(settings, "api.version") == 4 ? EVENT_VERSION_4 : EVENT_VERSION_6;
	d->compact = settings_bool(settings, "api.compact");
	if (load_sessions(d, settings, o) == 0)
		result = decode_words(d, o, words) < 0;
	settings_free(settings);
	return result;
}

int
tool_decode(int argc, char **argv)
{
	static struct decoder d;
	struct options o = { .families = "all" };
	char host[HOST_NAME_MAX + 1] = "";
	char *words;
	int status;

	if (parse_options(argc, argv, &o, &d) < 0) {
		fputs(usage, stderr);
		return 2;
	}
	if (o.help || (optind == argc && isatty(STDIN_FILENO))) {
		fputs(usage, stdout);
		return tool_finish(!o.help);
	}
	gethostname(host, sizeof(host) - 1);
	d.source = (struct event_source){ .host = host, .pid = getpid(), .ppid = getppid() };
	words = tool_words(argv + optind, argc - optind);
	status = decode(&d, &o, words);
	free(words);
	free(d.sessions);
	buf_fini(&d.out);
	buf_fini(&d.bytes);
	return tool_finish(status);
}
