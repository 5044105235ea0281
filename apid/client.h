/*
 * Somebody whose lines are commands: a helper, or an operator's single command. A client has an
 * answer queue that keeps answers in the order of the commands, and an output queue.
 */
#ifndef TROUPE_APID_CLIENT_H
#define TROUPE_APID_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "apid/outq.h"
#include "apid/stages.h"
#include "common/buf.h"

struct apid;
struct answer;
struct selection;
struct helper;

/* A cached selector: the text between `neighbor`/`peer` and the action, and whom it means. */
struct selector_slot {
	uint32_t hash;
	char *text; /* owned */
	uint32_t n;
	struct selection *selection; /* owned */
};
enum { SELECTOR_SLOTS = 64, SELECTOR_CACHE_TEXT_MAX = 512 };

/* An open `group start … group end` block. */
struct group_buffer {
	bool open;
	struct buf lines; /* LF-terminated, as received */
	uint32_t count;
};

struct client {
	struct apid *apid;
	struct client *next;   /* all clients of the daemon */
	struct helper *helper; /* whose client this is, or NULL: an operator */
	const char *name;      /* borrowed from the owner */
	uint32_t owner;        /* of its routes, in route operations */
	bool sees_all;
	bool ack, sync;
	struct stages stages; /* of the present command */
	int version;          /* of the API it speaks; 0: the group's */
	bool syncing;         /* between sync-begin and sync-end */
	/* An asynchronous command runs: no further command is executed before it answers. */
	bool busy;
	uint64_t wait_seq; /* busy until this batch is committed, then resume() */
	void (*resume)(struct client *c);
	void *pending;                          /* state of the running command, its owner's */
	void (*pending_free)(struct client *c); /* drops it when the client goes */
	struct answer *answers_head, *answers_tail;
	size_t answer_text; /* bytes of text in the queue of answers */
	struct outq out;
	struct group_buffer group;
	uint64_t generation;       /* of the neighbor table that the selections are made for */
	struct selection *visible; /* owned, or NULL: to be made */
	struct selector_slot slots[SELECTOR_SLOTS];
	/* Output was added, or the client may execute again. */
	void (*wake)(struct client *c);
	bool woken;
};

void client_init(struct client *c, struct apid *apid, const char *name);
/* Forgets answers, output, group and selections, and leaves the daemon's list. */
void client_fini(struct client *c);
/* The same without leaving: a helper that starts again. */
void client_reset(struct client *c);
/* The asynchronous command is complete. */
void client_unbusy(struct client *c);
/* Busy until everything sent so far is committed; then resume is called, still busy. */
void client_after_commit(struct client *c, void (*resume)(struct client *c));

/*
 * Answers, in order of the commands. A content line is always delivered; `done`, `error` and
 * error details only while acknowledgements are on (api.md 1.10).
 */
void answer_text(struct client *c, const void *text, size_t n); /* whole lines */
/* The same without the id of the present command. */
void answer_raw(struct client *c, const void *text, size_t n);
void answer_line(struct client *c, const char *line); /* LF is added */
void answer_printf(struct client *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void answer_buf(struct client *c, const struct buf *b); /* LF is added */
void answer_done(struct client *c);
/* `done` when batch seq is committed. */
void answer_done_at(struct client *c, uint64_t seq);
/* `error: …` line unless fmt is NULL, then `error`. */
void answer_error(struct client *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Batches up to committed are in the journal: moves what is ready to the output. */
void answers_release(struct client *c, uint64_t committed);
bool answers_waiting(const struct client *c);

#endif
