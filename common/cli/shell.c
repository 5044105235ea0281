/*
 * The interactive command line: greeting, lines, the end. With a terminal lines are edited; without
 * one they are read as they come, and nothing but answers is printed.
 */
#include "common/cli/shell.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cli/json.h"

/* Ctrl-C ends a read or a wait (EINTR), not the program. */
static void
on_interrupt(int signo)
{
	(void)signo;
}

static void
catch_interrupt(void)
{
	struct sigaction action = { .sa_handler = on_interrupt };

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
}

/* The first line of the answer to a command, printed without what surrounds a word in JSON. */
static void
greet(struct shell *sh)
{
	struct arena arena = { 0 };
	struct buf out = { 0 };
	const struct json *version;
	size_t n = 0;
	const char *text = "";

	if (service_ask(sh->service, "system version json", SERVICE_IDLE_MS, &out) ==
		SERVICE_DONE) {
		char *line = (char *)(uintptr_t)buf_cstr(&out);

		line[strcspn(line, "\n")] = '\0';
		version = json_member(json_parse(&arena, line), "version");
		if (version != NULL && version->kind == JSON_WORD)
			text = json_plain(version->text, version->n, &n);
	}
	printf("Connected to %s, version %.*s. Tab completes, `help` lists commands, `exit` "
	       "leaves.\n",
		sh->service->path, (int)n, text);
	buf_fini(&out);
	arena_fini(&arena);
}

static char *
next_line(struct shell *sh)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t n;

	if (sh->edit != NULL)
		return shell_edit_line(sh);
	n = getline(&line, &room, stdin);
	if (n < 0) {
		free(line);
		return NULL;
	}
	line[strcspn(line, "\r\n")] = '\0';
	return line;
}

int
shell_run(struct service *s)
{
	struct shell sh = { .service = s, .display = SHOW_RAW, .pager = true };
	bool more = true;
	char *line;

	sh.terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	if (sh.terminal) {
		sh.display = SHOW_JSON;
		catch_interrupt();
		greet(&sh);
		shell_learn(&sh);
		if (!shell_edit_open(&sh))
			fputs("troupe: this terminal has no line editing\n", stderr);
	}
	while (more && (line = next_line(&sh)) != NULL) {
		more = shell_execute(&sh, line);
		free(line);
	}
	if (sh.terminal && more)
		putchar('\n');
	shell_edit_close(&sh);
	complete_free(&sh.complete);
	return 0;
}
