/*
 * Questions to the other daemons whose answers come later: the list of sessions (bgpd), routes
 * (ribd), and "is everything sent" (ribd, sync mode). The client that asks is busy meanwhile.
 */
#ifndef TROUPE_APID_QUERY_H
#define TROUPE_APID_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/addr.h"
#include "common/arena.h"
#include "common/buf.h"
#include "proto/ipc/enums.h"
#include "proto/ipc/ipc.h"
#include "proto/ipc/route_ops.h"

struct apid;
struct client;
struct neighbor;
struct selection;

/* One session, as bgpd tells it; the OPENs are borrowed from the query's arena. */
struct session_row {
	uint32_t neighbor;
	enum ipc_fsm state;
	uint64_t since_us;
	struct addr local;
	struct ipc_bytes open_sent, open_received, reason;
	/* open, update, notification, keepalive, refresh, operational */
	uint64_t sent[6], received[6];
	uint64_t prefixes_received, prefixes_withdrawn, ring_bytes;
};

struct session_list {
	struct session_row *v;
	unsigned n;
	struct arena arena;
};

/* The row of a neighbor, or NULL. */
const struct session_row *session_row_find(const struct session_list *l, uint32_t neighbor);

/* c is NULL for a question of apid itself. The list lives for the call. When bgpd is not there,
 * it is empty. */
typedef void query_sessions_fn(struct apid *a, struct client *c, const struct session_list *l);
void query_sessions(struct apid *a, struct client *c, query_sessions_fn *fn);

/* One route: appended to out as the client's format wants it. */
typedef void query_route_fn(
	struct client *c, const struct neighbor *n, const struct route_op *op, struct buf *out);
/* After the last route; ok false: ribd went away, or the reader was too slow. */
typedef void query_routes_end_fn(struct client *c, bool ok, const char *why);
void query_routes(struct client *c, uint8_t direction, const struct selection *peers,
	const uint32_t *families, unsigned n_families, query_route_fn *route,
	query_routes_end_fn *end);

/* Answers `done` when all that was sent before is handed to bgpd. */
void query_sync(struct client *c, const struct selection *peers);

/* The client's output has room: goes on rendering routes. */
void query_output_room(struct client *c);
/* The client is gone: its questions are dropped. */
void queries_forget(struct client *c);

/* Links (feed.c, dispatch.c). */
void queries_batches_sent(struct apid *a);
void queries_ribd_up(struct apid *a);
void queries_ribd_down(struct apid *a);
void queries_bgpd_up(struct apid *a);
void queries_bgpd_down(struct apid *a);
void query_on_session_info(struct apid *a, const struct ipc_session_info *m);
void query_on_sessions_end(struct apid *a, const struct ipc_sessions_end *m);
void query_on_rib_data(struct apid *a, const struct ipc_show_rib_data *m);
void query_on_rib_end(struct apid *a, const struct ipc_show_rib_end *m);
void query_on_synced(struct apid *a, const struct ipc_synced *m);
void query_on_explain(struct apid *a, const struct ipc_explain_data *m); /* cmd_explain.c */
void query_on_stats(struct apid *a, const struct ipc_rib_stats *m);

/* Counters of ribd as "name value" lines; NULL text when ribd is not there. */
typedef void query_stats_fn(struct client *c, const char *text, size_t n);
void query_stats(struct client *c, query_stats_fn *fn);

#endif
