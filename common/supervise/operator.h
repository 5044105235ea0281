/*
 * The operator's socket, RUN/ctl.sock (SOCK_SEQPACKET). A request is one datagram, words separated by
 * CHILD_WORD_END; the answer is datagrams `OUT TEXT` and `ERR TEXT`, and at last `END CODE`.
 * Only root, our own user and members of the group troupe_ctl_group are listened to.
 */
#ifndef TROUPE_SUPERVISE_OPERATOR_H
#define TROUPE_SUPERVISE_OPERATOR_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/loop.h"
#include "common/supervise/troupe.h"

enum {
	OPERATOR_CLIENTS_MAX = 16,
	OPERATOR_WORDS_MAX = 256,
	OPERATOR_REQUEST_MAX = 32768,
	OPERATOR_OUT_MAX = 16 << 20
};

struct operator;

struct operator_client {
	struct operator* op;
	int fd; /* -1: free */
	unsigned uid;
	struct loop_io io;
	struct loop_timer timer;
	struct buf out;     /* datagrams that did not fit the socket yet, each after its length */
	uint32_t id;        /* of the answer it waits for, or 0 */
	bool wants_restart; /* waits for the end of a restart */
	const char *late;   /* what to say when no answer comes */
	int late_code;
};

struct operator
{
	struct troupe *troupe;
	struct loop *loop;
	int fd;
	struct loop_io io;
	char path[RUNPATH_MAX + 16];
	uint32_t next_id;
	struct operator_client clients[OPERATOR_CLIENTS_MAX];
};

/* Listens in the group's run directory and takes the group's callbacks. 0, or -1 with errno. */
int operator_open(struct operator* op, struct loop *loop, struct troupe *troupe);
void operator_close(struct operator* op);

/* For commands: output, errors, the end (the connection may go on with another request). */
void operator_out(struct operator_client *c, const char *text);
void operator_err(struct operator_client *c, const char *text);
void operator_end(struct operator_client *c, int code);
/* Gives the client an id to wait for; late is said, with the code, when the time is over. */
uint32_t operator_wait(struct operator_client *c, int64_t us, const char *late, int code);

/* operator_command.c: one request. */
void operator_command(struct operator_client *c, char **words, int n);

#endif
