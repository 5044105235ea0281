/* `troupe cli`: commands from a person (or from a file on standard input). */
#ifndef TROUPE_CLI_SHELL_H
#define TROUPE_CLI_SHELL_H

#include <stdbool.h>
#include <histedit.h>

#include "common/cli/complete.h"
#include "common/cli/service.h"
#include "common/cli/show.h"

struct shell {
	struct service *service;
	enum show_mode display;
	bool pager, terminal;
	bool sync; /* asked for: again after the connection was lost */
	struct complete complete;
	EditLine *edit; /* NULL: not a terminal */
	History *history;
	char *history_path; /* owned; NULL: not kept */
};

/* Runs until the user leaves; the exit status. */
int shell_run(struct service *s);

/* shell_edit.c: line editing, history, completion. False when the terminal cannot do it. */
bool shell_edit_open(struct shell *sh);
void shell_edit_close(struct shell *sh);
/* The next line, owned by the caller, without line feed; NULL at the end of input. */
char *shell_edit_line(struct shell *sh);
void shell_edit_history(const struct shell *sh);

/* shell_command.c: one line; false when the user leaves. */
bool shell_execute(struct shell *sh, const char *line);
/* Asks the service what completion needs; the neighbors change. */
void shell_learn(struct shell *sh);
void shell_learn_peers(struct shell *sh);

#endif
