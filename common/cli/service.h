/*
 * The operator's end of apid's doors (reference/api.md 6.5, 6.6): finds the socket or the pipes of a
 * service, sends command lines, reads answer lines up to their end. Also speaks to ExaBGP itself.
 */
#ifndef TROUPE_CLI_SERVICE_H
#define TROUPE_CLI_SERVICE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"
#include "common/clipath.h"

struct settings;

enum { SERVICE_IDLE_MS = 5000, SERVICE_ERROR_MAX = 512 };

/* Where the user wants to go: options, or NULL. */
struct service_place {
	const char *run, *name; /* the group, as common/runpath.h takes them */
	const char *pipename;
	bool pipes;
	const struct settings *settings;
};

struct service {
	bool pipes;
	char path[CLIPATH_MAX]; /* socket, or base name of the pipes */
	int fd;                 /* socket, or the pipe with the answers; -1: closed */
	struct buf in;
	size_t off;     /* start of what was not yet handed out */
	size_t scanned; /* bytes from there without line feed */
};

/* What a line of an answer is. */
enum service_line {
	SERVICE_DATA,
	SERVICE_DONE,
	SERVICE_ERROR,
	SERVICE_SHUTDOWN,
	SERVICE_TIMEOUT,     /* nothing came for some time */
	SERVICE_INTERRUPTED, /* by a signal */
	SERVICE_LOST         /* the connection ended or failed */
};

/* Finds and connects; 0, or -1 with a text in err. */
int service_open(struct service *s, const struct service_place *place, char err[SERVICE_ERROR_MAX]);
/* Connects again to the same place; 0, or -1 with errno. */
int service_reopen(struct service *s);
void service_close(struct service *s);
/* Sends one command; 0, or -1 with errno. */
int service_send(struct service *s, const char *command);
/*
 * The next line of the answer, NUL-terminated without its line feed; valid until the next call.
 * Waits at most idle_ms milliseconds.
 */
enum service_line service_read(struct service *s, int idle_ms, const char **line);
/* Sends a command and appends the data lines of its answer to out; what the answer ended with. */
enum service_line service_ask(struct service *s, const char *command, int idle_ms, struct buf *out);

#endif
