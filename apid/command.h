/*
 * Commands (reference/api.md 2 and 3). One table drives dispatch, help and completion; a line of
 * API version 4 is translated to the words of version 6 first.
 */
#ifndef TROUPE_APID_COMMAND_H
#define TROUPE_APID_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/text/token.h"

struct apid;
struct buf;
struct client;
struct selection;

/* One command being executed. words: cursor at the first word after the command's own. */
struct request {
	struct apid *apid;
	struct client *client;
	struct tokens words;
	bool v4;          /* text answers; the line's own grammar */
	bool json;        /* the answer is JSON: version 6, or the last word says so */
	bool v4_neighbor; /* came with the `neighbor …` prefix of version 4 */
	bool sync;
	const struct selection *selection; /* of a `peer SELECTOR …` command, else NULL */
	uint32_t families;                 /* of the routes taken so far: bit map */
};

typedef void command_fn(struct request *r);

enum {
	COMMAND_PEER = 1 << 0,     /* stands after `peer SELECTOR` */
	COMMAND_EMPTY_OK = 1 << 1, /* a selector that matches nothing is no error */
	COMMAND_HIDDEN = 1 << 2,   /* not listed by help */
	COMMAND_NEIGHBOR = 1 << 3, /* help: `[peer <ip> [filters]]` in front */
	COMMAND_PREFIX = 1 << 4 /* a word only: more must follow (help entries have no handler) */
};

struct command {
	const char *words; /* version 6, without `peer SELECTOR` */
	command_fn *run;
	unsigned flags;
	const char *help;    /* as help lists it; NULL: words */
	const char *options; /* "summary|extensive|configuration" */
	const char *about;   /* one line for people */
};

extern const struct command command_table[];
extern const size_t command_count;

/* Words of version 4 and what stands in their place in version 6; the rest of the line is kept. The
 * first row that fits counts. */
struct command_v4 {
	const char *v4, *v6;
};

extern const struct command_v4 command_v4_table[];
extern const size_t command_v4_count;

/* Executes one line (without line feed; may be changed). Answers go to the client. */
void command_execute(struct client *c, char *line, size_t n);
/* The same without group buffering and fast path; for tests and `group`. */
void command_words(struct client *c, const char *line, size_t n);

/* Executes `announce|withdraw …` when it is one of the frequent forms; false: not one. */
bool fast_execute(struct client *c, const char *line, size_t n);

/* The words from t on, joined by single blanks: how errors show a command. */
void command_echo(struct buf *out, const struct tokens *t);
/* Room for n words, kept by the daemon. */
struct token *command_room(struct apid *a, size_t n);
/* `help` in text and JSON. */
void command_help_text(struct buf *out);
void command_help_json(struct buf *out);

/*
 * One statement with its keyword (`route …`, `ipv4 unicast …`, `attributes …`), up to the end of
 * t, into the batch for s. shared: attributes that win over the statement's own, or NULL.
 * Returns 0, or -1 with an error ready to be shown.
 */
struct attrset;
int routes_statement(struct request *r, const struct selection *s, bool announce, struct tokens *t,
	const struct attrset *shared, char error[TEXT_ERROR_MAX]);
/* The word starts a statement that routes_statement() reads. */
bool routes_keyword(const struct token *k);
/* The next part of t up to a `;` outside braces; false at the end. */
bool statement_next(struct tokens *t, struct tokens *out);
/* `done`, when the changes are committed, or in sync mode when they are sent. */
void routes_done(struct request *r, const struct selection *s);
/* Neighbors of s that are established (owned by the caller; free()). */
struct selection *selection_established(struct apid *a, const struct selection *s);
/* A line of an open group. */
void group_add(struct client *c, const char *line, size_t n);

/* Handlers, by file. */
void cmd_daemon_shutdown(struct request *r); /* cmd_daemon.c */
void cmd_daemon_reload(struct request *r);
void cmd_daemon_restart(struct request *r);
void cmd_daemon_status(struct request *r);
void cmd_system_doctor(struct request *r); /* cmd_doctor.c */
void cmd_system_help(struct request *r);
void cmd_system_version(struct request *r);
void cmd_system_crash(struct request *r);
void cmd_system_queue_status(struct request *r);
void cmd_system_api_version(struct request *r);
void cmd_system_metrics(struct request *r);
void cmd_system_queues(struct request *r); /* cmd_queues.c */
void cmd_session_ack(struct request *r);   /* cmd_session.c */
void cmd_session_sync(struct request *r);
void cmd_session_sync_begin(struct request *r);
void cmd_session_sync_end(struct request *r);
void cmd_session_reset(struct request *r);
void cmd_session_ping(struct request *r);
void cmd_session_bye(struct request *r);
void cmd_group_start(struct request *r); /* cmd_group.c */
void cmd_group_end(struct request *r);
void cmd_peer_group(struct request *r);
void cmd_rib_show(struct request *r);    /* cmd_show_rib.c */
void cmd_rib_explain(struct request *r); /* cmd_explain.c */
void cmd_rib_flush(struct request *r);   /* cmd_rib.c */
void cmd_rib_clear(struct request *r);
void cmd_peer_list(struct request *r); /* cmd_show_neighbor.c */
void cmd_peer_show(struct request *r);
void cmd_peer_create(struct request *r); /* cmd_peer.c */
void cmd_peer_delete(struct request *r);
void cmd_peer_teardown(struct request *r);
void cmd_peer_announce(struct request *r); /* cmd_routes.c */
void cmd_peer_withdraw(struct request *r);
void cmd_peer_routes(struct request *r); /* cmd_routes_index.c */
/* Types of announce that are no routes: answers and returns true, or false when it is none.
 * cmd_announce.c */
bool announce_other(struct request *r, bool announce);

/* Whether a word stands anywhere in the rest; it is left there. */
bool request_has(const struct request *r, const char *word);
/* Data line in the version of the answer: JSON or text. */
void answer_either(struct request *r, const char *json, const char *text);

#endif
