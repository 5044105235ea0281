/*
 * cli: `troupe cli` and `troupe run`. Both talk to apid over its operators' socket or pipes; with words
 * on the command line a single command is run, else `cli` reads commands from the user.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/cli/run.h"
#include "common/cli/service.h"
#include "common/cli/shell.h"
#include "common/log.h"
#include "common/settings.h"

static const char usage_text[] =
	"usage: troupe cli [OPTIONS]                  commands from you\n"
	"       troupe cli|run [OPTIONS] WORDS...     one command\n"
	"       troupe run [OPTIONS] --batch FILE|-   a command in each line\n"
	"\n"
	"  --run DIR, --name NAME   the group (default: yours, or $TROUPE_RUN)\n"
	"  --env-file FILE          settings\n"
	"  --socket, --pipe         how to connect ($exabgp_cli_transport; default: socket)\n"
	"  --pipename NAME          the pipes NAME.in and NAME.out\n"
	"  --no-color               accepted; nothing is coloured\n"
	"  --complete LINE          what can follow, a word in each line (for shells)\n";

struct options {
	struct service_place place;
	const char *env_file, *batch, *complete;
	bool interactive; /* `cli` without words */
};

static int
usage(void)
{
	fputs(usage_text, stderr);
	return 2;
}

static bool
flag(struct options *o, const char *word)
{
	if (strcmp(word, "--pipe") == 0)
		o->place.pipes = true;
	else if (strcmp(word, "--socket") == 0)
		o->place.pipes = false;
	else if (strcmp(word, "--no-color") != 0)
		return false;
	return true;
}

/* An option with its value at argv[i]; returns how many words it took, 0: none of ours. */
static int
valued(struct options *o, char **argv, int i)
{
	const struct {
		const char *name;
		const char **value;
	} options[] = { { "--run", &o->place.run }, { "--name", &o->place.name },
		{ "--env-file", &o->env_file }, { "--pipename", &o->place.pipename },
		{ "--batch", &o->batch }, { "--complete", &o->complete } };

	for (size_t k = 0; k < sizeof(options) / sizeof(options[0]); k++) {
		size_t n = strlen(options[k].name);

		if (strncmp(argv[i], options[k].name, n) != 0)
			continue;
		if (argv[i][n] == '=') {
			*options[k].value = argv[i] + n + 1;
			return 1;
		}
		if (argv[i][n] == '\0' && argv[i + 1] != NULL) {
			*options[k].value = argv[i + 1];
			return 2;
		}
	}
	return 0;
}

/* Options stand before and behind `cli` or `run`, up to the first other word. Returns its index. */
static int
parse(struct options *o, char **argv)
{
	bool have_command = false;
	int i = 1;

	while (argv[i] != NULL) {
		int used = valued(o, argv, i);

		if (used > 0) {
			i += used;
		} else if (!have_command &&
			   (strcmp(argv[i], "cli") == 0 || strcmp(argv[i], "run") == 0)) {
			o->interactive = argv[i++][0] == 'c';
			have_command = true;
		} else if (flag(o, argv[i])) {
			i++;
		} else if (strcmp(argv[i], "--") == 0) {
			return i + 1;
		} else {
			break;
		}
	}
	return i;
}

static int
run_words(struct service *s, char **words)
{
	struct buf command = { 0 };
	int status;

	for (int i = 0; words[i] != NULL; i++) {
		if (i > 0)
			buf_chr(&command, ' ');
		buf_str(&command, words[i]);
	}
	status = run_command(s, buf_cstr(&command));
	buf_fini(&command);
	return status;
}

/* Without a service only the words that we know ourselves. */
static int
complete_line(struct options *o)
{
	char err[SERVICE_ERROR_MAX];
	struct candidates found;
	struct service s;
	struct shell sh = { .service = &s };

	if (service_open(&s, &o->place, err) == 0) {
		shell_learn(&sh);
		if (complete_wants_peers(o->complete, strlen(o->complete)))
			shell_learn_peers(&sh);
		service_close(&s);
	}
	complete_find(&sh.complete, o->complete, strlen(o->complete), &found);
	for (unsigned i = 0; i < found.n; i++)
		printf("%.*s\n", (int)found.v[i].n, found.v[i].s);
	complete_free(&sh.complete);
	return 0;
}

static int
run(struct options *o, char **words)
{
	char err[SERVICE_ERROR_MAX] = "";
	struct service s;
	int status;

	if (o->complete != NULL)
		return complete_line(o);
	if (service_open(&s, &o->place, err) < 0) {
		fprintf(stderr, "troupe: %s\n", err);
		return 1;
	}
	if (o->batch != NULL)
		status = run_batch(&s, o->batch);
	else if (words[0] != NULL)
		status = run_words(&s, words);
	else
		status = shell_run(&s);
	service_close(&s);
	return status;
}

int
main(int argc, char **argv)
{
	const char *transport = getenv("exabgp_cli_transport");
	struct options o = { 0 };
	struct settings *settings;
	char err[512] = "";
	int at, status;

	(void)argc;
	log_init("troupe", LOG_LEVEL_WARN, LOG_FORMAT_TEXT);
	signal(SIGPIPE, SIG_IGN);
	o.place.pipes = transport != NULL && strcmp(transport, "pipe") == 0;
	at = parse(&o, argv);
	if (argv[at] != NULL && (strcmp(argv[at], "--help") == 0 || strcmp(argv[at], "-h") == 0)) {
		fputs(usage_text, stdout);
		return 0;
	}
	if (argv[at] != NULL && argv[at][0] == '-' && strcmp(argv[at - 1], "--") != 0) {
		fprintf(stderr, "troupe: unknown or incomplete option %s\n", argv[at]);
		return usage();
	}
	if (argv[at] == NULL && o.batch == NULL && !o.interactive) {
		fputs("troupe: no command\n", stderr);
		usage();
		return 1;
	}
	settings = settings_load(o.env_file, err, sizeof(err));
	if (settings == NULL) {
		fprintf(stderr, "troupe: %s\n", err);
		return 1;
	}
	o.place.settings = settings;
	status = run(&o, argv + at);
	settings_free(settings);
	return status;
}
