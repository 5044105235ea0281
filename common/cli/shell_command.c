/*
 * One line of the interactive command line: words of ours, or a command for the service, whose answer is
 * formatted and paged. A lost connection is opened again, a few times, before a command is given up;
 * a command that was sent is never sent twice.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/cli/expand.h"
#include "common/cli/page.h"
#include "common/cli/shell.h"

enum { RECONNECT_TRIES = 3, RECONNECT_S = 2, PEERS_MS = 500 };

/* --- connection --- */

static bool
connected(struct shell *sh)
{
	struct buf ignored = { 0 };
	unsigned tries = 0;

	if (sh->service->fd >= 0)
		return true;
	while (service_reopen(sh->service) < 0) {
		if (++tries == RECONNECT_TRIES || !sh->terminal) {
			printf("Error: %s: %s\n", sh->service->path, strerror(errno));
			return false;
		}
		printf("Waiting for %s\n", sh->service->path);
		sleep(RECONNECT_S);
	}
	if (sh->terminal)
		printf("Connected again\n");
	if (sh->sync)
		service_ask(sh->service, "session sync enable", SERVICE_IDLE_MS, &ignored);
	buf_fini(&ignored);
	return true;
}

/* The service may have gone while nobody asked; a closed socket shows when it is read. */
static void
notice_end(struct shell *sh)
{
	const char *line;
	enum service_line kind = SERVICE_DATA;

	if (sh->service->pipes || sh->service->fd < 0)
		return;
	while (kind == SERVICE_DATA)
		kind = service_read(sh->service, 0, &line);
	if (kind == SERVICE_LOST || kind == SERVICE_SHUTDOWN)
		service_close(sh->service);
}

/* --- commands for the service --- */

static void
tell_end(struct shell *sh, enum service_line end, bool empty)
{
	switch (end) {
	case SERVICE_DATA:
	case SERVICE_DONE:
		if (empty && sh->terminal)
			puts("done");
		return;
	case SERVICE_ERROR:
		if (empty)
			puts("Error: the service refuses this command");
		return;
	case SERVICE_SHUTDOWN:
		puts("Error: the service is shutting down");
		break;
	case SERVICE_TIMEOUT:
		puts("Error: Timeout waiting for response");
		break;
	case SERVICE_INTERRUPTED:
		puts("\nInterrupted: the command was sent, its answer is not awaited");
		break;
	case SERVICE_LOST:
		puts("Error: the connection is lost");
		break;
	}
	service_close(sh->service);
}

static void
ask(struct shell *sh, const char *command, enum show_mode mode)
{
	struct buf text = { 0 };
	struct page page;
	const char *line;
	enum service_line kind;
	bool empty = true;

	notice_end(sh);
	if (!connected(sh))
		return;
	if (service_send(sh->service, command) < 0) {
		printf("Error: %s\n", strerror(errno));
		service_close(sh->service);
		return;
	}
	page_begin(&page, sh->pager);
	while ((kind = service_read(sh->service, SERVICE_IDLE_MS, &line)) == SERVICE_DATA) {
		buf_reset(&text);
		show_line(&text, line, mode);
		page_add(&page, &text);
		empty = false;
	}
	page_end(&page);
	buf_fini(&text);
	tell_end(sh, kind, empty);
	fflush(stdout);
}

void
shell_learn(struct shell *sh)
{
	struct buf out = { 0 };

	if (service_ask(sh->service, "system help json", SERVICE_IDLE_MS, &out) == SERVICE_DONE) {
		char *line = (char *)(uintptr_t)buf_cstr(&out);

		line[strcspn(line, "\n")] = '\0';
		complete_learn(&sh->complete, line);
	}
	buf_fini(&out);
}

void
shell_learn_peers(struct shell *sh)
{
	struct buf out = { 0 };
	enum service_line end = service_ask(sh->service, "peer list json", PEERS_MS, &out);

	if (end == SERVICE_DONE) {
		char *line = (char *)(uintptr_t)buf_cstr(&out);

		line[strcspn(line, "\n")] = '\0';
		complete_learn_peers(&sh->complete, line);
	} else if (end != SERVICE_ERROR) {
		service_close(sh->service); /* opened again by the next command */
	}
	buf_fini(&out);
}

/* --- our own words --- */

static void
set_display(struct shell *sh, const char *word)
{
	if (strcmp(word, "json") == 0)
		sh->display = SHOW_JSON;
	else if (strcmp(word, "text") == 0)
		sh->display = SHOW_TEXT;
	else
		puts("Error: set display json|text");
}

static void
set_switch(struct shell *sh, const char *what, const char *word)
{
	bool on = strcmp(word, "on") == 0;

	if (!on && strcmp(word, "off") != 0) {
		printf("Error: set %s on|off\n", what);
	} else if (strcmp(what, "pager") == 0) {
		sh->pager = on;
	} else {
		sh->sync = on;
		ask(sh, on ? "session sync enable" : "session sync disable", sh->display);
	}
}

static bool
own_set(struct shell *sh, const char *rest)
{
	char what[16] = "", word[16] = "";

	(void)sscanf(rest, "%15s %15s", what, word);
	if (strcmp(what, "display") == 0)
		set_display(sh, word);
	else if (strcmp(what, "pager") == 0 || strcmp(what, "sync") == 0)
		set_switch(sh, what, word);
	else if (strcmp(what, "encoding") == 0)
		puts("Error: the encoding is the service's (exabgp.api.version)");
	else
		puts("Error: set display json|text, set pager on|off, set sync on|off");
	return true;
}

static bool
own_leave(struct shell *sh, const char *rest)
{
	(void)sh;
	(void)rest;
	return false;
}

static bool
own_clear(struct shell *sh, const char *rest)
{
	(void)rest;
	if (sh->terminal)
		fputs("\033[H\033[2J", stdout);
	return true;
}

static bool
own_history(struct shell *sh, const char *rest)
{
	(void)rest;
	shell_edit_history(sh);
	return true;
}

static bool
own_help(struct shell *sh, const char *rest)
{
	(void)rest;
	puts("exit, quit               leave\n"
	     "set display json|text    how answers are shown; `json COMMAND`, `text COMMAND`: "
	     "once\n"
	     "set pager on|off         whether long answers go through $PAGER\n"
	     "set sync on|off          answer when the change is sent to the peers\n"
	     "history, clear           lines so far, an empty screen\n"
	     "Everything else is a command for the service. Words may be shortened: `d status`,\n"
	     "`a r 10.0.0.0/24 next-hop self`, `s n s`; see troupe-api(7). The service knows:\n");
	ask(sh, "system help", SHOW_TEXT);
	return true;
}

static const struct {
	const char *word;
	bool alone; /* the word must be the whole line */
	bool (*run)(struct shell *sh, const char *rest);
} own[] = {
	{ "exit", true, own_leave },
	{ "quit", true, own_leave },
	{ "q", true, own_leave },
	{ "clear", true, own_clear },
	{ "history", true, own_history },
	{ "help", true, own_help },
	{ "set", false, own_set },
};

/* Runs the line when it is ours: 1 goes on, 0 leaves; -1: not ours. */
static int
run_own(struct shell *sh, const char *line)
{
	size_t n = strcspn(line, " \t");
	const char *rest = line + n + strspn(line + n, " \t");

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		if (n == strlen(own[i].word) && memcmp(line, own[i].word, n) == 0 &&
			(!own[i].alone || *rest == '\0'))
			return own[i].run(sh, rest);
	}
	return -1;
}

bool
shell_execute(struct shell *sh, const char *line)
{
	enum show_mode mode = sh->display;
	struct buf command = { 0 };
	int result;

	line += strspn(line, " \t");
	if (line[0] == '\0' || line[0] == '#')
		return true;
	result = run_own(sh, line);
	if (result >= 0)
		return result;
	if (strncmp(line, "json ", 5) == 0 || strncmp(line, "text ", 5) == 0) {
		mode = line[0] == 'j' ? SHOW_JSON : SHOW_TEXT;
		line += 5;
	}
	if (expand_command(&command, line))
		printf("command: %s\n", buf_cstr(&command));
	ask(sh, buf_cstr(&command), mode);
	buf_fini(&command);
	return true;
}
