/* A pending question, for query.c and query_routes.c. */
#ifndef TROUPE_APID_QUERY_INTERNAL_H
#define TROUPE_APID_QUERY_INTERNAL_H

#include "apid/query.h"

enum query_kind { QUERY_SESSIONS, QUERY_ROUTES, QUERY_SYNC, QUERY_STATS, QUERY_EXPLAIN };

/* Routes as received. */
struct block {
	struct block *next;
	uint32_t neighbor;
	size_t len;
	uint8_t data[];
};

struct query {
	struct query *next;
	enum query_kind kind;
	uint32_t id;
	struct client *client;
	query_sessions_fn *on_sessions;
	struct session_list sessions;
	query_route_fn *on_route;
	query_routes_end_fn *on_end;
	query_stats_fn *on_stats;
	uint32_t *peers; /* owned; of a sync */
	unsigned n_peers;
	struct block *head, *tail;
	struct rd cursor; /* in head */
	struct attrset attrs;
	bool reading, ended;
	bool json;
	size_t kept;
};

/* Makes the client busy. */
struct query *query_new(struct apid *a, struct client *c, enum query_kind kind);
struct query *query_find(struct apid *a, enum query_kind kind, uint32_t id);
void query_unlink(struct apid *a, struct query *q);
void query_free(struct query *q);
/* Ends a question for routes: the client's callback, then its next command. */
void query_routes_complete(struct apid *a, struct query *q, bool ok, const char *why);
/* cmd_explain.c */
void query_explain_complete(struct apid *a, struct query *q, bool ok, struct ipc_bytes rows);

#endif
