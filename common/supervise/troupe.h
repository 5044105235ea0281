/*
 * The group: the three daemons from the start to the last reaped process. One state machine:
 *
 *   STARTING --all READY--> RUNNING --signal, FINISHED, command--> STOPPING --nothing left--> end
 *
 * A daemon that ends while RUNNING is started again with back-off; before apid is, everything that its
 * helpers left is ended. A daemon that cannot even start (exits before its first READY) ends the
 * group with status 1.
 */
#ifndef TROUPE_SUPERVISE_TROUPE_H
#define TROUPE_SUPERVISE_TROUPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/loop.h"
#include "common/supervise/ark.h"
#include "common/supervise/conffiles.h"
#include "common/supervise/daemon.h"
#include "common/supervise/logfile.h"
#include "common/supervise/notify.h"
#include "common/supervise/rundir.h"
#include "common/supervise/sweep.h"

enum troupe_state { TROUPE_DELAYED, TROUPE_STARTING, TROUPE_RUNNING, TROUPE_STOPPING };

struct troupe;

/* An answer of apid (id is ours); more: not its last part. code: exit status for the operator. */
typedef void troupe_answer_fn(void *owner, uint32_t id, bool more, int code, const char *text);
/* A restart asked for with troupe_restart() is complete; apid ended, and answers nothing any more. */
typedef void troupe_event_fn(void *owner);

struct troupe {
	struct loop *loop;
	enum troupe_state state;
	struct mono started;
	int code; /* exit status once stopping */
	struct daemon daemons[ROLE_COUNT];
	struct daemon_spec spec;
	struct rundir run;
	struct conffiles files;
	bool rotate;
	struct notify notify;
	struct logfile log;
	struct sweep sweep;
	struct ark ark;
	struct loop_timer ark_timer; /* bgpd is dead: how long its sessions are kept */
	struct loop_timer timer;     /* delay, then the stages of a stop */
	bool pending_reload;         /* one came before apid was ready */
	int reload_signal;           /* its signal number, or 0 */
	bool pending_restart;        /* SIGALRM that did */
	unsigned restart_pending;    /* bits of roles still to be restarted by command */
	int restarting;              /* role under restart, or -1 */
	troupe_answer_fn *answer;
	troupe_event_fn *restarted;
	troupe_event_fn *apid_gone;
	void *owner; /* of the three */
};

/* Starts the daemons, after delay_us. The fields from spec to log are set by the caller. */
void troupe_start(struct troupe *t, struct loop *loop, int64_t delay_us);
/* Orderly stop; the first code counts. Ends with loop_stop(code). */
void troupe_stop(struct troupe *t, int code);
/* A signal from the loop. */
void troupe_signal(struct troupe *t, int signo);
/* Re-reads the configuration, from the next file when rotating. id: 0, or wanted in the answer.
 * Returns false when apid cannot be asked now (the reload follows when it is ready). */
bool troupe_reload(struct troupe *t, int signo, uint32_t id);
/* Restarts the daemons of the bit set, one after the other; false when one is under way. */
bool troupe_restart(struct troupe *t, unsigned roles);
/* A command for apid (CTL); false when it is not there. */
bool troupe_command(struct troupe *t, uint32_t id, unsigned uid, const char *words);
void troupe_fini(struct troupe *t);

#endif
