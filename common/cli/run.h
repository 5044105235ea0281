/* `troupe run`: one command, or a file of them, with the answers on standard output. */
#ifndef TROUPE_CLI_RUN_H
#define TROUPE_CLI_RUN_H

struct service;

/* Sends the command and prints its answer; the exit status (reference/api.md 6.2). */
int run_command(struct service *s, const char *command);
/* Commands from a file, `-`: standard input. */
int run_batch(struct service *s, const char *path);

#endif
