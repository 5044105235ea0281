/*
 * The links to ribd (ctl and bulk) and bgpd: what arrives on them, and what coming up, going
 * down and having room mean. Restarting either daemon is the same path as starting.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "apid/apid.h"
#include "apid/pressure.h"
#include "common/link.h"
#include "common/log.h"
#include "proto/ipc/ipc.h"

static void
malformed(struct apid *a, uint16_t type, const uint8_t *p, size_t n)
{
	struct link *link = type < 40 ? a->ctl : a->bgpd;

	link_fail(link, ipc_name(type), p, n);
}

static void
on_committed(struct apid *a, const struct ipc_committed *m)
{
	batch_committed(&a->batch, m->seq);
	for (struct client *c = a->clients, *next; c != NULL; c = next) {
		next = c->next;
		answers_release(c, a->batch.committed);
	}
	helpers_resume(a);
}

static void
on_instance(struct apid *a, const struct ipc_instance *m)
{
	neighbor_instance(a, m);
	apid_status(a);
}

static void
on_message_of_peer(struct apid *a, const struct ipc_message *m)
{
	events_on_message(a, m);
	if (m->seq != 0)
		link_tell_soon(a->bgpd);
}

static void
on_finished(struct apid *a, const struct ipc_finished *m)
{
	(void)a;
	log_info("bgpd", "every neighbor used up its attempts (status %u)", m->code);
}

static void
on_quit_done(struct apid *a, const struct ipc_quit_done *m)
{
	(void)m;
	stop_sessions_closed(a);
}

IPC_HANDLER(committed, struct apid, on_committed, malformed)
IPC_HANDLER(synced, struct apid, query_on_synced, malformed)
IPC_HANDLER(show_rib_data, struct apid, query_on_rib_data, malformed)
IPC_HANDLER(show_rib_end, struct apid, query_on_rib_end, malformed)
IPC_HANDLER(rib_stats, struct apid, query_on_stats, malformed)
IPC_HANDLER(peer_state, struct apid, events_on_peer_state, malformed)
IPC_HANDLER(fsm_state, struct apid, events_on_fsm_state, malformed)
IPC_HANDLER(opened, struct apid, events_on_opened, malformed)
IPC_HANDLER(message, struct apid, on_message_of_peer, malformed)
IPC_HANDLER(header_error, struct apid, events_on_header_error, malformed)
IPC_HANDLER(instance, struct apid, on_instance, malformed)
IPC_HANDLER(session_info, struct apid, query_on_session_info, malformed)
IPC_HANDLER(explain_data, struct apid, query_on_explain, malformed)
IPC_HANDLER(sent_report, struct apid, stages_on_sent, malformed)
IPC_HANDLER(sessions_end, struct apid, query_on_sessions_end, malformed)
IPC_HANDLER(finished, struct apid, on_finished, malformed)
IPC_HANDLER(quit_done, struct apid, on_quit_done, malformed)

static ipc_handler_fn *const handlers[IPC_TYPE_LIMIT] = {
	[IPC_committed] = ipc_thunk_on_committed,
	[IPC_synced] = ipc_thunk_query_on_synced,
	[IPC_explain_data] = ipc_thunk_query_on_explain,
	[IPC_sent_report] = ipc_thunk_stages_on_sent,
	[IPC_show_rib_data] = ipc_thunk_query_on_rib_data,
	[IPC_show_rib_end] = ipc_thunk_query_on_rib_end,
	[IPC_rib_stats] = ipc_thunk_query_on_stats,
	[IPC_peer_state] = ipc_thunk_events_on_peer_state,
	[IPC_fsm_state] = ipc_thunk_events_on_fsm_state,
	[IPC_opened] = ipc_thunk_events_on_opened,
	[IPC_message] = ipc_thunk_on_message_of_peer,
	[IPC_header_error] = ipc_thunk_events_on_header_error,
	[IPC_instance] = ipc_thunk_on_instance,
	[IPC_session_info] = ipc_thunk_query_on_session_info,
	[IPC_sessions_end] = ipc_thunk_query_on_sessions_end,
	[IPC_finished] = ipc_thunk_on_finished,
	[IPC_quit_done] = ipc_thunk_on_quit_done,
};

static void
on_message(void *owner, uint16_t type, const uint8_t *body, size_t n)
{
	if (!ipc_dispatch(handlers, owner, type, body, n))
		log_warn("link", "unexpected message %s", ipc_name(type));
}

/* Both links to ribd are needed: without ctl its COMMITTED would be lost. */
static void
ribd_event(struct apid *a, enum link_event event)
{
	switch (event) {
	case LINK_UP:
		if (link_is_up(a->ctl) && link_is_up(a->bulk))
			feed_start(&a->ribd_feed, false, true);
		break;
	case LINK_DOWN:
		feed_stop(&a->ribd_feed);
		a->batch.held = true;
		queries_ribd_down(a);
		stages_ribd_down(a);
		break;
	case LINK_WRITABLE:
		if (feed_active(&a->ribd_feed))
			feed_run(&a->ribd_feed);
		batch_pump(&a->batch);
		queries_batches_sent(a);
		stages_pump(a);
		helpers_resume(a);
		break;
	}
}

static void
on_ribd(void *owner, enum link_event event, const struct link_peer *peer)
{
	(void)peer;
	ribd_event(owner, event);
}

static void
on_bgpd(void *owner, enum link_event event, const struct link_peer *peer)
{
	struct apid *a = owner;

	(void)peer;
	switch (event) {
	case LINK_UP:
		feed_start(&a->bgpd_feed, false, true);
		break;
	case LINK_DOWN:
		feed_stop(&a->bgpd_feed);
		queries_bgpd_down(a);
		if (a->stop == STOP_SESSIONS)
			stop_sessions_closed(a);
		break;
	case LINK_WRITABLE:
		feed_run(&a->bgpd_feed);
		break;
	}
}

static struct link *
dial(struct apid *a, const char *name, link_event_fn *event, bool (*accept)(void *owner))
{
	char path[512];
	struct link_config config = { .name = name,
		.role = "apid",
		.path = path,
		.version_min = IPC_VERSION_MIN,
		.version_max = IPC_VERSION_MAX,
		.message = on_message,
		.event = event,
		.owner = a,
		.accept = accept };
	struct link *link;

	snprintf(path, sizeof(path), "%s/%s.ipc", a->run_dir, name);
	link = link_new(a->loop, &config);
	if (link == NULL)
		log_error(name, "cannot be opened: %s", strerror(errno));
	return link;
}

int
links_open(struct apid *a)
{
	a->ctl = dial(a, "ribd-apid.ctl", on_ribd, NULL);
	a->bulk = dial(a, "ribd-apid.bulk", on_ribd, NULL);
	a->bgpd = dial(a, "bgpd-apid", on_bgpd, pressure_accept);
	if (a->ctl == NULL || a->bulk == NULL || a->bgpd == NULL)
		return -1;
	a->batch.link = a->bulk;
	a->ribd_feed.link = a->bulk;
	a->bgpd_feed.link = a->bgpd;
	return 0;
}

void
links_close(struct apid *a)
{
	struct link **links[] = { &a->bgpd, &a->bulk, &a->ctl };

	pressure_fini(a);
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		if (*links[i] == NULL)
			continue;
		link_close(*links[i]);
		link_free(*links[i]);
		*links[i] = NULL;
	}
}
