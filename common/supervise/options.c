/*
 * The supervisor's command line. Options that are settings in disguise (--once, --passive) become
 * environment variables here, in the spelling that wins, so that every daemon sees them.
 */
#include "common/supervise/options.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/xmalloc.h"

static const char usage_text[] =
	"usage: troupe start [options] CONFIGURATION...\n"
	"  -d, --daemonize         go to the background once everything is ready\n"
	"      --name NAME         name of the group (default: `default`)\n"
	"      --run DIR           run directory (default: made from the name)\n"
	"      --env-file FILE     settings (INI)\n"
	"      --log-format FORMAT text or json\n"
	"      --log-level LEVEL   debug, info, warn or error\n"
	"  -v, --verbose           like --log-level debug\n"
	"  -1, --once              one session attempt per peer (exabgp_tcp_attempts=1)\n"
	"  -P, --passive           never connect out (exabgp_bgp_passive=true)\n"
	"CONFIGURATION `-` is standard input. Several files make one group each, or one group "
	"that\n"
	"takes the next file at each reload (exabgp_debug_rotate=true).\n";

enum { OPT_NAME = 256, OPT_RUN, OPT_ENV_FILE, OPT_LOG_FORMAT, OPT_LOG_LEVEL };

static const struct option long_options[] = {
	{ "daemonize", no_argument, NULL, 'd' },
	{ "name", required_argument, NULL, OPT_NAME },
	{ "run", required_argument, NULL, OPT_RUN },
	{ "env-file", required_argument, NULL, OPT_ENV_FILE },
	{ "log-format", required_argument, NULL, OPT_LOG_FORMAT },
	{ "log-level", required_argument, NULL, OPT_LOG_LEVEL },
	{ "verbose", no_argument, NULL, 'v' },
	{ "once", no_argument, NULL, '1' },
	{ "passive", no_argument, NULL, 'P' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static _Noreturn void
usage(FILE *out, int code)
{
	fputs(usage_text, out);
	exit(code);
}

static const char *
one_of(const char *option, const char *value, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strcmp(value, *words) == 0)
			return *words;
	fprintf(stderr, "troupe: --%s %s is unknown\n", option, value);
	usage(stderr, 2);
}

char *
options_absolute(const char *path)
{
	char cwd[PATH_MAX];
	size_t n = 0;

	if (path[0] != '/' && getcwd(cwd, sizeof(cwd)) != NULL)
		n = strlen(cwd);
	char *out = xmalloc(n + strlen(path) + 3);
	memcpy(out, cwd, n);
	while (*path != '\0') {
		size_t len = strcspn(path, "/");

		if (len > 0 && !(len == 1 && path[0] == '.')) {
			if (n == 0 || out[n - 1] != '/')
				out[n++] = '/';
			memcpy(out + n, path, len);
			n += len;
		}
		path += len + (path[len] == '/');
	}
	if (n == 0)
		out[n++] = '/';
	out[n] = '\0';
	return out;
}

static void
take(struct options *o, int opt)
{
	static const char *const formats[] = { "text", "json", NULL };
	static const char *const levels[] = { "debug", "info", "warn", "error", NULL };

	switch (opt) {
	case 'd':
		o->daemonize = true;
		break;
	case 'v':
		o->log_level = "debug";
		break;
	case '1':
		setenv("exabgp.tcp.attempts", "1", 1);
		break;
	case 'P':
		setenv("exabgp.bgp.passive", "true", 1);
		break;
	case OPT_NAME:
		o->name = optarg;
		break;
	case OPT_RUN:
		o->run = optarg;
		break;
	case OPT_ENV_FILE:
		o->env_file = options_absolute(optarg);
		break;
	case OPT_LOG_FORMAT:
		o->log_format = one_of("log-format", optarg, formats);
		break;
	case OPT_LOG_LEVEL:
		o->log_level = one_of("log-level", optarg, levels);
		break;
	case 'h':
		usage(stdout, 0);
	default:
		usage(stderr, 2);
	}
}

void
options_parse(struct options *o, int argc, char **argv)
{
	int opt;

	*o = (struct options){ 0 };
	while ((opt = getopt_long(argc, argv, "dv1Ph", long_options, NULL)) != -1)
		take(o, opt);
	o->files = argv + optind;
	o->n_files = argc - optind;
	if (o->n_files == 0) {
		fputs("troupe: no configuration file given\n", stderr);
		usage(stderr, 2);
	}
}
