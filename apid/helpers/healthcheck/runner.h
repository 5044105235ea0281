/*
 * Runs one command at a time - a check, a hook, `ip address` - in a process group of its own.
 */
#ifndef TROUPE_APID_HEALTHCHECK_RUNNER_H
#define TROUPE_APID_HEALTHCHECK_RUNNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;
struct runner;

enum run_end {
	RUN_EXITED,   /* code: exit status */
	RUN_SIGNALED, /* code: signal */
	RUN_TIMEOUT,  /* its group was killed */
	RUN_FAILED    /* not started; code: errno */
};

struct run_result {
	enum run_end how;
	int code;
	const char *output; /* the beginning of what it wrote, NUL-terminated; until the next run */
};

struct run_request {
	char *const *argv;  /* NULL-terminated; borrowed for the call */
	const char *state;  /* $STATE, or NULL */
	int64_t timeout_us; /* 0: none */
	bool output;        /* keep what it writes; else it goes to /dev/null */
};

typedef void run_done_fn(void *owner, const struct run_result *result);

/* Returns owned. */
struct runner *runner_new(struct loop *loop, run_done_fn *done, void *owner);
/* Kills what runs. */
void runner_free(struct runner *r);
/* done is called later, exactly once, unless the run is aborted. Nothing may be running. */
void runner_start(struct runner *r, const struct run_request *request);
/* The same for a shell's command. */
void runner_shell(struct runner *r, const char *command, struct run_request request);
/* Sends the signal to the group of what runs, if anything, and forgets it: done is not called. */
void runner_abort(struct runner *r, int signo);
/* To be called on SIGCHLD. */
void runner_reap(struct runner *r);
/* The result in words, for the log. */
const char *runner_text(const struct run_result *result, char out[128]);

#endif
