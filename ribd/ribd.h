/* The RIB daemon around the RIB: links, journal, timers, answers to apid. */
#ifndef TROUPE_RIBD_RIBD_H
#define TROUPE_RIBD_RIBD_H

#include "common/link.h"
#include "common/loop.h"
#include "ribd/journal.h"
#include "ribd/rib.h"

struct child;
struct sent;
struct show;
struct sync;

enum {
	RIBD_TURN_US = 10000,     /* sending, listing and snapshots: each at most so long a turn */
	RIBD_LOST_US = 10000000,  /* sessions bgpd does not tell of again are down after this */
	RIBD_NOTE_US = 1000000,   /* positions are noted this often at most */
	RIBD_RETRY_US = 1000000,  /* a failed write is tried again */
	RIBD_STATUS_US = 1000000, /* the supervisor's status line is renewed this often at most */
	RIBD_SHOWS_MAX = 64,
	RIBD_SYNCS_MAX = 65536
};

struct ribd {
	struct loop *loop;
	struct child *child;
	struct link *bgpd_ctl, *bgpd_bulk, *apid_ctl, *apid_bulk;
	struct rib rib;
	struct journal journal;
	struct snapshot *snapshot; /* NULL: none is being written */
	int64_t snapshot_after_us; /* not before */
	struct loop_task work;
	struct loop_timer wake, lost, note, retry, status, lifetime;
	uint32_t listed_count, known_count;   /* neighbors of the running and the last whole list */
	uint64_t listed_sum, known_sum;       /* their ids added up */
	uint64_t received_seq, committed_seq; /* of this connection to apid */
	struct sync *syncs, **syncs_tail;
	unsigned n_syncs;
	struct sent *sents, **sents_tail;
	unsigned n_sents;
	struct show *shows;
	unsigned n_shows;
	char status_text[160];
};

/* --- work.c --- */
/* Do everything there is to do at the end of this turn. */
void ribd_work_soon(struct ribd *d);
/* The time of this turn for the RIB; at the start of every callback. */
void ribd_now(struct ribd *d);
/* Something a session depends on moved: note positions before long. */
void ribd_note_soon(struct ribd *d);
void ribd_drop_snapshot(struct ribd *d);
/* Writes and acknowledges what is still pending, at the end. */
void ribd_finish(struct ribd *d);

/* --- dispatch_bgpd.c, dispatch_apid.c --- */
/* 0, or -1 with errno. */
int ribd_listen_bgpd(struct ribd *d, const char *run);
int ribd_listen_apid(struct ribd *d, const char *run);
bool ribd_bgpd_ready(const struct ribd *d);
/* Tells bgpd which list of neighbors is complete here: until then it starts no session. */
void ribd_tell_known(struct ribd *d);
/* Listens on RUN/NAME.ipc (links.c). */
struct link *ribd_link(struct ribd *d, const char *run, const char *name, link_message_fn *message,
	link_event_fn *event);

/* --- show.c, sync.c, sent.c, stats.c --- */
struct ipc_show_rib;
struct ipc_sync_request;
struct ipc_sent_request;
struct ipc_explain_get;
void show_start(struct ribd *d, const struct ipc_show_rib *m);
void show_stop(struct ribd *d, uint32_t id);
/* Sends what there is room for; true: go on next turn. */
bool show_run(struct ribd *d, int64_t deadline_us);
void show_stop_all(struct ribd *d);
void sync_start(struct ribd *d, const struct ipc_sync_request *m);
void sync_check(struct ribd *d);
void sync_drop_all(struct ribd *d);
void sent_start(struct ribd *d, const struct ipc_sent_request *m);
void sent_check(struct ribd *d);
void sent_drop_all(struct ribd *d);
/* explain.c */
void explain_answer(struct ribd *d, const struct ipc_explain_get *m);
void stats_send(struct ribd *d, uint32_t id);
void stats_status(struct ribd *d);

#endif
