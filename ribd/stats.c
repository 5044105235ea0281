/* Counters and bounds: lines for apid's metrics, and one line for `troupe status`. */
#include "ribd/ribd.h"

#include <stdio.h>
#include <string.h>

#include "common/child.h"
#include "common/link.h"
#include "proto/ipc/send.h"
#include "ribd/watchdog.h"

static void
add_line(struct buf *b, const char *name, uint64_t value)
{
	buf_printf(b, "ribd_%s %llu\n", name, (unsigned long long)value);
}

static void
add_counters(struct buf *b, const struct rib *rib)
{
	const struct rib_counters *c = &rib->counters;
	const struct {
		const char *name;
		uint64_t value;
	} rows[] = { { "announces", c->announces }, { "withdraws", c->withdraws },
		{ "duplicates", c->duplicates }, { "refused", c->refused }, { "chunks", c->chunks },
		{ "chunk_bytes", c->chunk_bytes }, { "skipped", c->skipped },
		{ "windows", c->windows }, { "group_splits", c->splits },
		{ "group_merges", c->merges }, { "resends", c->resends }, { "reaped", c->reaped },
		{ "updates_received", c->received } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		add_line(b, rows[i].name, rows[i].value);
}

static void
add_sizes(struct buf *b, const struct rib *rib)
{
	const struct table *t = &rib->table;

	add_line(b, "routes", t->kinds[ENTRY_ROUTE]);
	add_line(b, "routes_pending", t->kinds[ENTRY_PENDING]);
	add_line(b, "withdraws_pending", t->kinds[ENTRY_WITHDRAW]);
	add_line(b, "cursors", t->kinds[ENTRY_MARK]);
	add_line(b, "neighbors", peerset_count(&rib->sets, rib->all));
	add_line(b, "sessions", rib->n_sessions);
	add_line(b, "attribute_sets", rib->attrs.live);
	add_line(b, "attribute_bytes", rib->attrs.bytes);
	add_line(b, "peer_sets", rib->sets.live);
	add_line(b, "watchdog_routes", rib->watchdogs.items);
	add_line(b, "ttl_routes", rib->lifetimes.n);
	add_line(b, "owners", rib->owners.n - 1);
	add_line(b, "owners_limit", OWNERS_MAX - 1);
	add_line(b, "owners_syncing", rib->owners.n_syncing);
	add_line(b, "table_bytes", table_memory(t));
	add_line(b, "reap_queue", rib->reap.n);
	for (unsigned i = 0; i < FAMILY_COUNT; i++)
		if (t->routes[i] > 0)
			buf_printf(b, "ribd_family_routes{family=\"%s\"} %u\n",
				family_table[i].name, t->routes[i]);
}

static void
add_journal(struct buf *b, const struct journal *j)
{
	add_line(b, "journal_records", j->records);
	add_line(b, "journal_bytes", j->bytes);
	add_line(b, "journal_failures", j->failures);
	add_line(b, "journal_torn_bytes", j->torn_bytes);
	add_line(b, "journal_replayed", j->replayed);
	add_line(b, "journal_snapshots", j->snapshots);
	add_line(b, "journal_compact_bytes", JOURNAL_COMPACT_BYTES);
}

static void
add_bounds(struct buf *b, const struct ribd *d)
{
	struct loop_stats turns = loop_stats(d->loop);

	add_line(b, "syncs", d->n_syncs);
	add_line(b, "syncs_limit", RIBD_SYNCS_MAX);
	add_line(b, "sent_requests", d->n_sents);
	add_line(b, "shows", d->n_shows);
	add_line(b, "shows_limit", RIBD_SHOWS_MAX);
	add_line(b, "inflight_limit", RIB_INFLIGHT_MAX);
	add_line(b, "turns", turns.turns);
	add_line(b, "slow_turns", turns.slow_turns);
	add_line(b, "longest_turn_us", (uint64_t)turns.longest_us);
}

void
stats_send(struct ribd *d, uint32_t id)
{
	struct buf b = { 0 };
	struct ipc_rib_stats m = { .id = id };

	add_sizes(&b, &d->rib);
	add_counters(&b, &d->rib);
	add_journal(&b, &d->journal);
	add_bounds(&b, d);
	m.text = ipc_bytes(b.data, b.len);
	ipc_send_rib_stats(d->apid_ctl, &m);
	buf_fini(&b);
}

static void
send_status(struct loop *loop, void *owner)
{
	struct ribd *d = owner;
	char text[sizeof(d->status_text)];

	(void)loop;
	snprintf(text, sizeof(text), "%u routes, %u neighbors, %u sessions up%s",
		d->rib.table.kinds[ENTRY_ROUTE], peerset_count(&d->rib.sets, d->rib.all),
		d->rib.n_sessions, d->journal.failed ? ", the journal can not be written" : "");
	if (strcmp(text, d->status_text) == 0)
		return;
	memcpy(d->status_text, text, sizeof(text));
	child_send(d->child, "STATUS %s", text);
}

void
stats_status(struct ribd *d)
{
	if (!loop_timer_armed(&d->status))
		loop_timer_set(d->loop, &d->status, RIBD_STATUS_US, send_status, d, "status");
}
