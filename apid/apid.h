/*
 * The API daemon: one struct, everything it owns. Files: main.c arguments, daemon.c life of the
 * process, dispatch.c messages of the links, stop.c the end; helper*.c programs, client.c answers,
 * command*.c and cmd_*.c commands, stages.c those with an @ID, conf.c neighbor.c feed.c the configuration and who is told of it,
 * door*.c visitor.c operators' sockets and pipes,
 * batch.c routes to ribd, query.c questions to others, events.c events, tool_*.c the tools.
 */
#ifndef TROUPE_APID_APID_H
#define TROUPE_APID_APID_H

#include <stdbool.h>
#include <stdint.h>

#include "apid/batch.h"
#include "apid/client.h"
#include "apid/command.h"
#include "apid/conf.h"
#include "apid/events.h"
#include "apid/feed.h"
#include "apid/helper.h"
#include "apid/neighbor.h"
#include "apid/query.h"
#include "apid/selector.h"
#include "apid/stages.h"
#include "apid/subscribe.h"
#include "common/link.h"
#include "common/loop.h"
#include "common/settings.h"
#include "proto/text/event.h"
#include "proto/text/route.h"

struct child;
struct doors;
struct stages_wait;
struct query;

enum { EXIT_BAD_CONFIGURATION = 78, RELOAD_IDS_MAX = 16 };

enum stop_phase { STOP_NONE, STOP_SESSIONS, STOP_FLUSH, STOP_HELPERS, STOP_DONE };

struct apid {
	struct loop *loop;
	struct child *child;
	bool supervised;       /* descriptor 3 is the supervisor's */
	const char *conf_file; /* started by hand: where the configuration is */
	const char *run_dir;
	char *self; /* argv[0] */
	struct settings *settings;
	int version; /* of the API: 4 or 6 */
	bool ack_default, compact;
	struct event_source source;
	char host[256], uuid[37];
	uint64_t start_us; /* wall clock */
	/* links */
	struct link *ctl, *bulk, *bgpd;
	struct feed ribd_feed, bgpd_feed;
	bool serving; /* helpers run, READY was sent */
	/* configuration */
	struct config *config;
	struct neighbors neighbors;
	bool conf_wanted; /* asked the supervisor */
	enum conf_purpose conf_purpose;
	unsigned long reload_ids[RELOAD_IDS_MAX]; /* of RELOADs to answer */
	unsigned n_reload_ids;
	/* clients and helpers */
	struct client *clients;
	struct helper *helpers;
	struct helper *dirty; /* have output to write */
	struct doors *doors;  /* operators' sockets and pipes (door.h); NULL: not serving yet */
	uint64_t launches;
	uint64_t selection_tokens;
	/* commands */
	struct route_parser *parser;
	struct token *tokens; /* words of the current command */
	unsigned tokens_max;
	struct query *queries;
	uint32_t query_ids;
	struct stages_wait *stages_waits, **stages_last; /* owned */
	unsigned n_stages;
	uint32_t n_stages_peers;
	bool stages_unasked;
	bool syncs_unsent;
	struct event_cache event_cache;
	bool status_dirty;
	/* end */
	bool stopping;
	bool finishing; /* FINISHED was sent */
	enum stop_phase stop;
	struct loop_timer stop_timer, sweep_timer, pressure_timer;
	bool pressed; /* bgpd's messages wait for a helper: see pressure.h */
	unsigned flush_steps;
	int exit_code;
	struct batch batch;
};

static inline bool
apid_linked(const struct link *link)
{
	return link != NULL && link_is_up(link);
}

/* daemon.c */
int apid_run(int argc, char **argv);
uint64_t wall_us(void);
/* A walk over the neighbors is complete. */
void apid_fed(struct apid *a);
/* Tells the supervisor that the group's work is done. */
void apid_finish(struct apid *a, int code);
/* Asks for the configuration; it is applied when it comes. next: the following of a rotation. */
void apid_want_conf(struct apid *a, enum conf_purpose purpose, bool next);
/* The status line changed. */
void apid_status(struct apid *a);

/* dispatch.c */
int links_open(struct apid *a);
void links_close(struct apid *a);

/* stop.c: the orderly end; exits the loop. signo: what the signal events say. */
void apid_stop(struct apid *a, int signo);
void stop_sessions_closed(struct apid *a);
void stop_helper_gone(struct apid *a);

/* ctl.c: CTL ID UID WORDS from the supervisor. */
void ctl_handle(struct apid *a, char *text);

#endif
