/*
 * Single commands, for scripts: output and exit status are those of ExaBGP's command line. An answer
 * `error` is told on standard error and is no failure of ours; only a service that cannot be reached is.
 */
#include "common/cli/run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/cli/expand.h"
#include "common/cli/service.h"

static int
lost(void)
{
	fprintf(stderr, "troupe: the service closed the connection\n");
	return 1;
}

/* Prints data lines up to the end of the answer. */
static int
print_answer(struct service *s)
{
	const char *line;

	for (;;) {
		switch (service_read(s, SERVICE_IDLE_MS, &line)) {
		case SERVICE_DATA:
			puts(line);
			fflush(stdout);
			break;
		case SERVICE_DONE:
			return 0;
		case SERVICE_ERROR:
			fputs("ExaBGP returns an error (see ExaBGP's logs for more information)\n"
			      "use help for a list of available commands\n",
				stderr);
			return 0;
		case SERVICE_SHUTDOWN:
			fputs("ExaBGP is shutting down, command aborted\n", stderr);
			return 0;
		case SERVICE_TIMEOUT:
			fprintf(stderr, "warning: no end of command message received within %d s\n",
				SERVICE_IDLE_MS / 1000);
			/* What still comes would be taken for the next answer. */
			service_close(s);
			return 0;
		case SERVICE_INTERRUPTED:
			continue;
		case SERVICE_LOST:
			service_close(s);
			return lost();
		}
	}
}

int
run_command(struct service *s, const char *command)
{
	struct buf text = { 0 };
	int status = 0;

	if (expand_command(&text, command))
		printf("command: %s\n", buf_cstr(&text));
	if (service_send(s, buf_cstr(&text)) < 0) {
		fprintf(stderr, "troupe: cannot send the command: %s\n", strerror(errno));
		status = 1;
	} else if (strcmp(buf_cstr(&text), "reset") != 0) {
		status = print_answer(s);
	}
	fflush(stdout);
	buf_fini(&text);
	return status;
}

static int
run_in_batch(struct service *s, const char *command)
{
	if (s->fd < 0 && service_reopen(s) < 0) {
		fprintf(stderr, "troupe: %s: %s\n", s->path, strerror(errno));
		exit(1);
	}
	return run_command(s, command);
}

int
run_batch(struct service *s, const char *path)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
	unsigned number = 0, commands = 0, errors = 0;
	char *line = NULL;
	size_t room = 0;
	ssize_t n;

	if (f == NULL) {
		fprintf(stderr, "troupe: %s: %s\n", path, strerror(errno));
		return 1;
	}
	while ((n = getline(&line, &room, f)) >= 0) {
		char *command = line + strspn(line, " \t");

		number++;
		while (n > 0 && strchr(" \t\r\n", line[n - 1]) != NULL)
			line[--n] = '\0';
		if (command[0] == '\0' || command[0] == '#')
			continue;
		printf("[%u] %s\n", number, command);
		commands++;
		errors += run_in_batch(s, command) != 0;
	}
	free(line);
	if (f != stdin)
		fclose(f);
	printf("Batch execution complete: %u commands, %u errors\n", commands, errors);
	return errors > 0;
}
