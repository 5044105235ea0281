/*
 * Helper programs (reference/api.md 1.1-1.7): started, watched, started again, stopped. A helper
 * owns its client (commands and answers) and its pipes. Files: helper.c life, helper_spawn.c
 * process, helper_io.c pipes and lines.
 */
#ifndef TROUPE_APID_HELPER_H
#define TROUPE_APID_HELPER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "apid/client.h"
#include "common/loop.h"

struct apid;
struct config;
struct process_conf;

enum helper_state {
	HELPER_DOWN, /* no process */
	HELPER_RUNNING,
	HELPER_STOPPING, /* SIGTERM is sent; SIGKILL follows */
};

/* How events are written; fixed when the helper starts (api.md 2.1). */
enum encoder { ENCODER_JSON6, ENCODER_JSON4, ENCODER_TEXT4, ENCODER_COUNT };

enum {
	HELPER_LINE_MAX = 1024 * 1024,         /* a longer line is refused */
	HELPER_READ_BYTES = 64 * 1024,         /* read per helper and turn */
	HELPER_EVENT_BYTES = 8 * 1024 * 1024,  /* waiting output at which events are dropped */
	HELPER_ANSWER_BYTES = 4 * 1024 * 1024, /* waiting text at which no command is executed */
	HELPER_LAUNCHES = 5,                   /* per window */
	HELPER_WINDOW_S = 64,
	HELPER_KILL_US = 2000000 /* from SIGTERM to SIGKILL */
};

struct helper {
	struct client client;
	struct apid *apid;
	struct helper *next;
	/* Definition, owned. */
	char *name;
	char **argv; /* NULL-terminated */
	bool json, respawn;
	int api_version;   /* configured; 0: the group's */
	int64_t on_exit_s; /* its routes are withdrawn so long after its end; -1: never */
	bool attached;     /* by an operator: not of the configuration */
	bool events_all;   /* attached with --events */
	bool packets_all;  /* attached with --packets */
	bool removed;      /* no longer configured: freed when its process is gone */
	bool failed;       /* refused until the next reload: too many launches, or exec failed */
	bool restart;      /* stopped in order to start with a new definition */
	/* Process. */
	enum helper_state state;
	enum encoder encoder;
	pid_t pid;
	uint64_t launch;   /* number of this launch, unique in this apid */
	uint64_t launches; /* in the current window */
	int64_t window;
	int in_fd, out_fd; /* commands from it, answers to it; -1: closed */
	struct loop_io in_io, out_io;
	struct buf in;  /* unprocessed input */
	size_t in_off;  /* start of it in the buffer */
	size_t scanned; /* bytes from in_off without line feed */
	bool skipping;  /* inside a line that is too long */
	bool in_eof;
	uint64_t dropped; /* events, not yet told */
	uint64_t dropped_total;
	int64_t taken_us; /* when it last took output, or had taken everything */
	bool dirty;       /* output to be written before the loop sleeps */
	struct helper *next_dirty;
	struct loop_timer kill_timer;
	struct loop_task task; /* goes on with unprocessed input */
};

struct helper *helper_find(struct apid *a, const char *name);
/* Brings the helpers in line with the configuration (api.md 1.6): stops removed ones, adds new
 * ones, restarts changed ones when restart_changed. Does not start any. */
void helpers_apply(struct apid *a, const struct config *config, bool restart_changed);
/* Starts all that are down and may run. */
void helpers_start(struct apid *a);
/* A helper beside the configuration; NULL when the name is taken. argv is copied. */
struct helper *helper_attach(
	struct apid *a, const char *name, char *const *argv, bool json, bool events);
void helper_detach(struct helper *h);
/* SIGTERM, later SIGKILL. */
void helper_stop(struct helper *h);
/* A child of ours ended. Returns false when it was no helper (a stray). */
bool helpers_reaped(struct apid *a, pid_t pid, int status);
/* True when no helper process is left. */
bool helpers_gone(const struct apid *a);
void helpers_kill(struct apid *a);
void helpers_free(struct apid *a);

/* helper_spawn.c: starts the process; 0 or -1 (logged). */
int helper_spawn(struct helper *h);
/* What main() does as `apid --trampoline PPID PROGRAM ARGS…` between fork and the program. */
int helper_trampoline(int argc, char **argv);
/* Kills what a stopped launch left behind: processes with its tag that are our children now. */
void helper_sweep(struct apid *a, const struct helper *h);
/* The same for every child that is left. */
void helpers_sweep_all(void);

/* helper_io.c */
int helper_io_open(struct helper *h, int in_fd, int out_fd);
void helper_io_close(struct helper *h);
/* Reads all that is left after the process ended. */
void helper_io_drain(struct helper *h);
/* An event: dropped when too much waits. */
void helper_event(struct helper *h, const struct buf *text);
/* Executes waiting commands if nothing stands against it. */
void helper_run(struct helper *h);
/* Before the loop sleeps. */
void helpers_write(struct apid *a);
/* Something that blocked them may be gone. */
void helpers_resume(struct apid *a);

#endif
