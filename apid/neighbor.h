/*
 * The neighbors of the service as apid knows them: configured ones, ones made by a command, and
 * instances of ranges that bgpd reports. The table is rebuilt by a reload; what a session is
 * (states, negotiated values) moves over.
 */
#ifndef TROUPE_APID_NEIGHBOR_H
#define TROUPE_APID_NEIGHBOR_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/htable.h"
#include "proto/ipc/enums.h"
#include "proto/ipc/ipc.h"
#include "proto/text/config.h"
#include "proto/wire/open.h"
#include "proto/wire/update.h"

struct apid;
struct client;
struct helper;
struct operational_queue;

enum neighbor_origin { NEIGHBOR_CONFIGURED, NEIGHBOR_CREATED, NEIGHBOR_INSTANCE };

/* What one helper hears of one neighbor (config.md 3.10), all its api sections together. */
struct subscription {
	struct helper *helper;
	bool neighbor_changes, negotiated, fsm, signal;
	struct api_direction send, receive;
};

struct neighbor {
	uint32_t id;
	enum neighbor_origin origin;
	const struct neighbor_conf *conf; /* borrowed: of the configuration, or of `made` */
	struct config *made;              /* owned by a created neighbor: its definition */
	struct arena arena;               /* of an instance: its key */
	uint32_t range;                   /* of an instance: the range's id */
	const char *key;
	struct addr peer, local;
	char peer_text[ADDR_TEXT_MAX];
	bool reset; /* the definition changed, and bgpd was not told yet */
	enum ipc_fsm fsm;
	bool up;
	uint64_t up_us, opened_us;          /* of bgpd: which session; 0: none */
	uint32_t rx_session;                /* of the last received message with a number */
	uint64_t rx_seq;                    /* and that number */
	uint64_t counter;                   /* of events */
	struct subscription *subscriptions; /* owned */
	unsigned n_subscriptions;
	bool have_opens;
	struct negotiated negotiated;
	struct update_session rx, tx; /* how to read received and sent UPDATEs */
	struct buf json;              /* cached pieces of events */
	struct buf negotiated_json;
	struct operational_queue *operational; /* owned; NULL: nothing was ever told */
};

struct neighbors {
	struct neighbor **v; /* owned, in order of the configuration, then made ones */
	unsigned n;
	struct htable by_id;
	uint64_t generation; /* counts changes of the table */
};

/* The same in every process and every run: ids are kept in ribd's journal. */
uint32_t neighbor_hash(const char *text);

struct neighbor *neighbor_find(const struct neighbors *t, uint32_t id);
struct neighbor *neighbor_find_key(const struct neighbors *t, const char *key);
/* Takes over a parsed configuration: a new table; runtime state moves from the old one. created
 * neighbors are dropped, instances stay while their range does. */
void neighbors_apply(struct apid *a, const struct config *config);
/* A neighbor made by a command: the first of config, which it then owns. NULL: the key exists. */
struct neighbor *neighbor_create(struct apid *a, struct config *config);
void neighbor_remove(struct apid *a, struct neighbor *n);
/* bgpd made or dropped an instance of a range. */
void neighbor_instance(struct apid *a, const struct ipc_instance *m);
void neighbors_fini(struct neighbors *t);

bool neighbor_visible(const struct neighbor *n, const struct client *c);
/* What bgpd should report, from the subscriptions. */
uint32_t neighbor_events(const struct neighbor *n);
/* Both OPENs are known: derives negotiated values and cached event pieces. -1: malformed. */
int neighbor_opened(struct neighbor *n, struct ipc_bytes sent, struct ipc_bytes received);
void neighbor_set_local(struct neighbor *n, const struct addr *local);
void neighbor_closed(struct neighbor *n);
/* The definition as it is told to bgpd and ribd. scratch holds the capability list. */
void neighbor_to_ipc(const struct apid *a, const struct neighbor *n, struct buf *scratch,
	struct ipc_neighbor *out);

#endif
