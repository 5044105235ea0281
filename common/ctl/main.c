/*
 * ctl: the operator's command, run by `troupe` for every word but start, decode and encode. It finds the
 * group's run directory as the supervisor does, asks the supervisor over its socket, and exits
 * with the status of the answer.
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "common/ctl/client.h"
#include "common/ctl/logs.h"
#include "common/log.h"
#include "common/runpath.h"
#include "common/settings.h"

#ifndef TROUPE_VERSION
#define TROUPE_VERSION "1.0.0"
#endif

static const char help_text[] =
	"usage: troupe start [-d] [options] CONFIGURATION...   (troupe start --help)\n"
	"       troupe [--name NAME | --run DIR] [--env-file FILE] COMMAND\n"
	"\n"
	"  status                    processes and sessions\n"
	"  stop                      end the group; returns when nothing of it is left\n"
	"  restart [DAEMON]          start bgpd, ribd or apid again, or all, one after the other\n"
	"  reload                    read the configuration again\n"
	"  attach NAME [--encoder text|json] -- PROGRAM ARGUMENTS...\n"
	"                            start a helper program until it ends or is detached\n"
	"  detach NAME               end a helper program that was attached\n"
	"  api WORDS...              run one API command and print its answer\n"
	"  cli                       API commands from you: history, completion, paging\n"
	"  cli WORDS..., run WORDS... one API command, with ExaBGP's shortcuts; --batch FILE\n"
	"  logs [-f]                 what a group in the background wrote; -f: and writes\n"
	"  validate CONFIGURATION... check configuration files\n"
	"  environment [--diff] [--ini]  the settings and where they come from\n"
	"  decode ..., encode ...    BGP messages to JSON, routes to BGP messages\n"
	"  migrate conf|api ...      rewrite what was written for ExaBGP 3.4, 4 or 5\n"
	"  healthcheck ...           announce addresses while a check succeeds\n"
	"  version, help\n";

struct ctl {
	const char *run_option;
	const char *name;
	const char *env_file;
	struct settings *settings;
	char run[RUNPATH_MAX];
};

struct command {
	const char *word;
	int min;
	int max; /* words after the command itself */
	int (*fn)(struct ctl *ctl, char **words, int n);
};

static void
load_settings(struct ctl *ctl)
{
	char err[512] = "";

	if (ctl->settings == NULL)
		ctl->settings = settings_load(ctl->env_file, err, sizeof(err));
	if (ctl->settings != NULL)
		return;
	fprintf(stderr, "troupe: %s\n", err);
	exit(1);
}

static void
find_run(struct ctl *ctl)
{
	char err[512] = "";

	load_settings(ctl);
	if (runpath_find(ctl->settings, ctl->run_option, ctl->name, true, ctl->run, err,
		    sizeof(err)) == 0)
		return;
	fprintf(stderr, "troupe: %s\n", err);
	exit(1);
}

static int
ask(struct ctl *ctl, char **words, int n, bool until_gone)
{
	find_run(ctl);
	int fd = client_connect(ctl->run);
	if (fd < 0)
		return 1;
	int code = client_send(fd, words, n) == 0 ? client_answer(fd, until_gone) : 1;
	close(fd);
	return code;
}

static int
cmd_ask(struct ctl *ctl, char **words, int n)
{
	return ask(ctl, words, n, false);
}

static int
cmd_stop(struct ctl *ctl, char **words, int n)
{
	return ask(ctl, words, n, true);
}

/* A program given by a relative path is meant from here, not from where the group runs. */
static int
cmd_attach(struct ctl *ctl, char **words, int n)
{
	char path[PATH_MAX];

	for (int i = 2; i + 1 < n; i++) {
		char *program = words[i + 1];

		if (strcmp(words[i], "--") != 0)
			continue;
		if (program[0] != '/' && strchr(program, '/') != NULL) {
			if (realpath(program, path) == NULL) {
				fprintf(stderr, "troupe: %s: %s\n", program, strerror(errno));
				return 1;
			}
			words[i + 1] = path;
		}
		return ask(ctl, words, n, false);
	}
	fputs("usage: troupe attach NAME [--encoder text|json] -- PROGRAM ARGUMENTS...\n", stderr);
	return 2;
}

static int
cmd_logs(struct ctl *ctl, char **words, int n)
{
	bool follow = n == 2 && strcmp(words[1], "-f") == 0;

	if (n == 2 && !follow) {
		fputs("usage: troupe logs [-f]\n", stderr);
		return 2;
	}
	find_run(ctl);
	return logs_print(ctl->run, follow);
}

static int
cmd_validate(struct ctl *ctl, char **words, int n)
{
	const char *libexec = getenv("TROUPE_LIBEXEC");
	char path[PATH_MAX + 8];
	char self[PATH_MAX];

	(void)n;
	if (libexec == NULL) {
		ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

		self[len > 0 ? len : 0] = '\0';
		char *slash = strrchr(self, '/');
		if (slash != NULL)
			*slash = '\0';
		libexec = self;
	}
	if (ctl->env_file != NULL)
		setenv("EXABGP_ENVFILE", ctl->env_file, 1);
	char option[] = "--validate";
	words[0] = option; /* argv[0] goes before it */
	words--;
	snprintf(path, sizeof(path), "%s/apid", libexec);
	char name[] = "apid";
	words[0] = name;
	execv(path, words);
	fprintf(stderr, "troupe: %s: %s\n", path, strerror(errno));
	return 1;
}

static int
cmd_environment(struct ctl *ctl, char **words, int n)
{
	bool changed = false;
	bool ini = false;

	for (int i = 1; i < n; i++) {
		if (strcmp(words[i], "--diff") == 0 || strcmp(words[i], "-d") == 0) {
			changed = true;
		} else if (strcmp(words[i], "--ini") == 0) {
			ini = true;
		} else if (strcmp(words[i], "--env") != 0 && strcmp(words[i], "-e") != 0) {
			fputs("usage: troupe environment [--diff] [--ini]\n", stderr);
			return 2;
		}
	}
	load_settings(ctl);
	settings_print(ctl->settings, stdout, changed, ini);
	return 0;
}

static int
cmd_version(struct ctl *ctl, char **words, int n)
{
	struct utsname system;

	(void)ctl;
	(void)words;
	(void)n;
	printf("Troupe : %s\n", TROUPE_VERSION);
	if (uname(&system) == 0)
		printf("Uname  : %s %s %s\n", system.sysname, system.release, system.machine);
	return 0;
}

static int
cmd_help(struct ctl *ctl, char **words, int n)
{
	(void)ctl;
	(void)words;
	(void)n;
	fputs(help_text, stdout);
	return 0;
}

static const struct command commands[] = {
	{ "status", 0, 0, cmd_ask },
	{ "stop", 0, 0, cmd_stop },
	{ "restart", 0, 1, cmd_ask },
	{ "reload", 0, 0, cmd_ask },
	{ "attach", 3, INT_MAX, cmd_attach },
	{ "detach", 1, 1, cmd_ask },
	{ "sessions", 0, 0, cmd_ask },
	{ "api", 1, INT_MAX, cmd_ask },
	{ "logs", 0, 1, cmd_logs },
	{ "validate", 1, INT_MAX, cmd_validate },
	{ "environment", 0, 3, cmd_environment },
	{ "env", 0, 3, cmd_environment },
	{ "version", 0, 0, cmd_version },
	{ "--version", 0, 0, cmd_version },
	{ "help", 0, INT_MAX, cmd_help },
	{ "--help", 0, INT_MAX, cmd_help },
	{ "-h", 0, INT_MAX, cmd_help },
};

static int
usage(void)
{
	fputs(help_text, stderr);
	return 2;
}

/* Takes an option with its value out of argv; false when argv[i] is none of ours. */
static bool
take_option(struct ctl *ctl, int *argc, char **argv, int i)
{
	const struct {
		const char *name;
		const char **value;
	} options[] = { { "--run", &ctl->run_option }, { "--name", &ctl->name },
		{ "--env-file", &ctl->env_file } };

	for (size_t k = 0; k < sizeof(options) / sizeof(options[0]); k++) {
		size_t n = strlen(options[k].name);
		int used = 1;

		if (strncmp(argv[i], options[k].name, n) != 0)
			continue;
		if (argv[i][n] == '=')
			*options[k].value = argv[i] + n + 1;
		else if (argv[i][n] != '\0' || i + 1 >= *argc)
			continue;
		else
			*options[k].value = argv[i + used++];
		memmove(argv + i, argv + i + used,
			(size_t)(*argc - i - used + 1) * sizeof(argv[0]));
		*argc -= used;
		return true;
	}
	return false;
}

/* Options may stand before and after the command, but not among the words of a program or of the API. */
static void
parse(struct ctl *ctl, int *argc, char **argv)
{
	int i = 1;

	while (i < *argc && strcmp(argv[i], "--") != 0 && strcmp(argv[i], "api") != 0)
		if (!take_option(ctl, argc, argv, i))
			i++;
}

int
main(int argc, char **argv)
{
	struct ctl ctl = { 0 };
	int code = -1;

	log_init("troupe", LOG_LEVEL_WARN, LOG_FORMAT_TEXT);
	parse(&ctl, &argc, argv);
	if (argc < 2)
		return usage();
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		const struct command *c = &commands[i];
		int n = argc - 1;

		if (strcmp(c->word, argv[1]) == 0 && n - 1 >= c->min && n - 1 <= c->max)
			code = c->fn(&ctl, argv + 1, n);
	}
	settings_free(ctl.settings);
	if (code >= 0)
		return code;
	fprintf(stderr, "troupe: %s: unknown command, or wrong number of words\n", argv[1]);
	return usage();
}
