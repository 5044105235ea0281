/* The session daemon's one struct, and what its parts share. */
#ifndef TROUPE_BGPD_BGPD_H
#define TROUPE_BGPD_BGPD_H

#include <stdbool.h>
#include <stdint.h>
#include "bgpd/tx.h"
#include "common/htable.h"
#include "common/loop.h"

struct child;
struct link;
struct listener;
struct farewell;
struct awaiting;
struct peer;
struct session;
struct settings;

enum { RX_READ = 64 * 1024, RX_SPACE = RX_READ + 64 * 1024 };

struct bgpd {
	struct loop *loop;
	struct child *child;       /* owned */
	struct settings *settings; /* owned */
	struct link *apid, *ribd_ctl, *ribd_bulk;

	struct peer *peers; /* owned, in the order of their definition */
	struct peer **peers_tail;
	unsigned n_peers;
	struct htable by_id;      /* peers */
	struct htable by_address; /* peers: see peer_index.h */
	struct peer *ranges;
	struct htable sessions; /* established ones, by number */
	uint32_t next_session;
	unsigned n_up;

	struct listener *listeners; /* owned */
	struct loop_timer listen_timer;
	struct farewell *lingering; /* owned: closed sessions whose last bytes are on their way */
	unsigned n_lingering;
	struct awaiting *awaiting; /* owned: accepted, the neighbor is not known yet */
	unsigned n_awaiting;

	struct tx_pool tx_pool;
	struct session *dirty; /* to be written at the end of this turn */
	struct loop_task flush_task, resume_task, reap_task;
	uint8_t *rx_space; /* RX_SPACE bytes: every read goes here first */

	struct session *marking; /* in the ark, with something handed on in this turn */
	uint32_t *drops;         /* owned: keys the supervisor must still be told to close */
	size_t n_drops;
	struct loop_timer drop_timer, await_timer;
	const char *run; /* borrowed */

	uint32_t known_count; /* neighbors that ribd has */
	uint64_t known_sum;   /* and their ids added up */
	struct loop_timer start_timer;

	uint32_t ribd_pid;
	bool opened;        /* the links are: what the ark had is here */
	bool ark_failed;    /* said in the log */
	bool have_list;     /* of neighbors, once */
	bool awaiting_apid; /* resumed sessions are not read before it is told of them */

	bool apid_ready;   /* it sent its whole list: events may flow */
	bool receiving;    /* a list is on its way */
	bool apid_blocked; /* no credit for events */
	bool ribd_ready;   /* both links are up */
	bool ribd_blocked; /* no credit for what was received */
	bool sent_updates; /* some neighbor's sent UPDATEs are reported */
	bool quitting, finished;

	char status[64];
	struct mono status_at;
	struct loop_timer status_timer;
};

/* Wall clock in microseconds. */
uint64_t wall_us(void);

/* status.c */
void status_changed(struct bgpd *d);
/* Every peer has used up its attempts: the group may end. */
void status_check_finished(struct bgpd *d);

/* dispatch_apid.c, dispatch_ribd.c */
int apid_open(struct bgpd *d, const char *run);
int ribd_open(struct bgpd *d, const char *run);
/* Closes every session; notify: with 6/2. */
void bgpd_quit(struct bgpd *d, bool notify);

/* start.c: starts the neighbors that are new, now or when ribd knows them. */
void start_fresh(struct bgpd *d);

/* turn.c: sessions that stopped reading go on, and the dirty ones are written, at the end of this
 * turn. */
void bgpd_resume_reading(struct bgpd *d);
void bgpd_flush_later(struct bgpd *d);

#endif
