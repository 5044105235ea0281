/*
 * One daemon of the group as a process: started with descriptor 3 (common/child.h), spoken to, watched.
 * What its end means is decided in troupe.c.
 */
#ifndef TROUPE_SUPERVISE_DAEMON_H
#define TROUPE_SUPERVISE_DAEMON_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "common/loop.h"

struct account;

enum daemon_role { ROLE_RIBD, ROLE_BGPD, ROLE_APID };
enum { ROLE_COUNT = ROLE_APID + 1 };

enum daemon_state {
	DAEMON_DOWN,     /* no process; perhaps the restart timer runs */
	DAEMON_STARTING, /* process there, READY not received */
	DAEMON_UP,
	DAEMON_STOPPING, /* was sent STOP */
};

/* What every daemon is started with. */
struct daemon_spec {
	const char *libexec;
	const char *run;
	const char *tag;
	const char *env_file;   /* or NULL */
	const char *log_format; /* or NULL */
	const char *log_level;  /* or NULL */
	const struct account *account;
	bool drop_helpers;         /* daemon.drop: apid, and so its helpers, run as the account */
	mode_t umask;              /* of apid and the helpers */
	int log_fd;                /* standard error, or -1: ours */
	struct rlimit descriptors; /* as we were started; zeroes: leave it */
};

struct daemon;

/* text: one message, NUL-terminated and writable; n_fds descriptors, now the callee's to close. */
typedef void daemon_message_fn(
	void *owner, struct daemon *d, char *text, const int *fds, int n_fds);

struct daemon {
	enum daemon_role role;
	enum daemon_state state;
	struct loop *loop;
	pid_t pid;
	int fd; /* our end of the socketpair, or -1 */
	struct loop_io io;
	struct mono started;
	int64_t backoff_us; /* of the next restart */
	unsigned restarts;
	bool ever_ready;
	bool deliberate; /* its end was asked for: no back-off */
	char status[256];
	struct loop_timer restart_timer;
	struct loop_timer kill_timer;
	daemon_message_fn *fn;
	void *owner;
};

const char *daemon_name(enum daemon_role role);
/* The role with this name, or -1. */
int daemon_role(const char *name);

void daemon_init(struct daemon *d, enum daemon_role role, struct loop *loop, daemon_message_fn *fn,
	void *owner);
/* Starts the process; 0 or -1 with errno. */
int daemon_spawn(struct daemon *d, const struct daemon_spec *spec);
/* Sends one message, with a descriptor (-1: none); false (and logged) when it did not go through. */
bool daemon_send(struct daemon *d, int fd, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* The same with n descriptors, borrowed. */
bool daemon_send_fds(struct daemon *d, const int *fds, int n, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* STOP (restart: another one follows), and KILL after the time (0: no limit of its own). */
void daemon_stop(struct daemon *d, bool restart, int64_t kill_after_us);
void daemon_kill(struct daemon *d, int signo);
/* It was reaped: forgets the process. */
void daemon_gone(struct daemon *d);
/* The delay before the next start, in microseconds; moves the back-off on. */
int64_t daemon_backoff(struct daemon *d);

#endif
