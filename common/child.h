/*
 * A daemon's side of the Unix socketpair (SOCK_SEQPACKET, descriptor 3) it inherits from the
 * supervisor. One datagram is one message: a word, then blank-separated words; descriptors
 * travel as SCM_RIGHTS.
 *
 *   daemon -> supervise   READY                 initialised, serving
 *                         STATUS TEXT           one line for `troupe status`
 *                         FINISHED CODE         the group's work is done: stop all, exit CODE
 *                         CONF [NEXT]           asks for the configuration file; NEXT: of a rotation,
 *                                               the following one (the API's `reload`)
 *                         ANSWER ID CODE TEXT   answer to a CTL or RELOAD (TEXT may hold newlines)
 *                         ANSWER ID + TEXT      a part of it, more follows
 *                         HOLD KEY              bgpd: keep these two descriptors (a session's socket
 *                                               and its record) for the next bgpd
 *                         DROP KEY              bgpd: close them, the session is over
 *                         ARK                   bgpd: asks for what is kept
 *   supervise -> daemon   STOP [RESTART]        orderly stop; RESTART: another one follows at once
 *                         HELD KEY...           answer to ARK: two descriptors for each KEY
 *                         HELD-END              that was all
 *                         RELOAD N [ID]         re-read the configuration (N: the signal, 0 command);
 *                                               with ID: send ANSWER ID CODE TEXT when done
 *                         RESTART               tear down and re-establish all sessions (SIGALRM)
 *                         CONF 1 PATH           with a descriptor, opened read-only; PATH is the rest
 *                                               of the message (absolute, may hold blanks), `-`: stdin
 *                         CONF 0 PATH: REASON   the file cannot be read
 *                         CTL ID UID WORDS...   an operator's command for this daemon; the words are
 *                                               separated by CHILD_WORD_END and may hold blanks
 *
 * Commands for apid: `sessions` (the table of `status`), `attach NAME [--encoder text|json] -- PROGRAM
 * ARGS...`, `detach NAME`, `api WORDS...` (one API command; TEXT is its whole answer). CODE is the exit
 * status of the operator's command.
 *
 * End of file on descriptor 3 means that the supervisor is gone: the daemon stops.
 */
#ifndef TROUPE_COMMON_CHILD_H
#define TROUPE_COMMON_CHILD_H

#include <stdbool.h>
#include <stddef.h>

struct loop;
struct child;

enum { CHILD_FD = 3, CHILD_MESSAGE_MAX = 60000, CHILD_FDS_MAX = 16, CHILD_WORD_END = 0x1f };

/* text: the message, NUL-terminated; gone after child_free(). fds: n_fds descriptors, now the callee's to close.
 * On end of file: text is "EOF". */
typedef void child_fn(void *owner, char *text, const int *fds, int n_fds);

/*
 * Takes descriptor 3, makes it close-on-exec and watches it. Without descriptor 3 (a daemon
 * started by hand) the functions below do nothing. Sets PR_SET_PDEATHSIG and checks the parent.
 * Returns owned.
 */
struct child *child_new(struct loop *loop, child_fn *fn, void *owner);
void child_free(struct child *c);
/* PR_SET_PDEATHSIG (SIGKILL), then exits when the parent is already not $TROUPE_SUPERVISOR_PID.
 * To be called again after a change of user, which clears the signal. */
void child_die_with_parent(void);
/* Sends one message; never blocks: a full socket drops it and logs. */
void child_send(struct child *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* False: started by hand, or the supervisor is gone. */
bool child_supervised(const struct child *c);
/* Sends text with n descriptors (borrowed); false with errno when it can not be sent now. */
bool child_send_fds(struct child *c, const char *text, const int *fds, int n);

#endif
