/*
 * Tells whoever started us how it went: the parent of `start -d` (or the one of several groups) over a
 * pipe, and systemd over $NOTIFY_SOCKET (sd_notify(3), by hand).
 */
#ifndef TROUPE_SUPERVISE_NOTIFY_H
#define TROUPE_SUPERVISE_NOTIFY_H

struct notify {
	int pipe_fd;  /* one byte, the exit status for the parent; -1: nobody waits */
	char *socket; /* $NOTIFY_SOCKET, owned, or NULL */
};

/* Takes $NOTIFY_SOCKET out of the environment, so that no child speaks for us. */
void notify_init(struct notify *n, int pipe_fd);
void notify_fini(struct notify *n);
/* Everything is ready: READY=1, and status 0 to the parent. */
void notify_ready(struct notify *n);
/* It failed before it was ready: status to the parent. Nothing after notify_ready(). */
void notify_failed(struct notify *n, int code);
/* One assignment or more for systemd ("STOPPING=1"). */
void notify_systemd(const struct notify *n, const char *text);

/*
 * Forks. In the child (a session of its own) returns the pipe for notify_init(); the parent waits
 * for the byte and exits with it.
 */
int notify_daemonize(void);

#endif
