/*
 * Owners, their synchronisations and deadlines, against a model, with crashes and snapshots
 * between: what is announced is exactly what the model says.
 */
#include "tests/unit/ribd_bench.h"

#include <dirent.h>
#include <unistd.h>

#include "common/log.h"
#include "ribd/journal.h"
#include "ribd/lifetime.h"
#include "ribd/owner.h"

enum { PEERS = 3, PREFIXES = 24, OWNERS = 3, STEPS = 6000 };

struct model_route {
	uint32_t med, owner; /* med 0: none; owner 0: the configuration */
	bool mentioned;
	int64_t deadline;
};

static struct bench bench;
static struct bench_ops ops;
static struct journal journal;
static char dir[64];
static struct model_route model[PEERS][PREFIXES];
static struct {
	bool syncing;
	int64_t expires;
} owners[OWNERS + 1];

/* --- a RIB with a journal --- */

static void
clean_dir(void)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL)
		if (e->d_name[0] != '.')
			unlinkat(dirfd(d), e->d_name, 0);
	if (d != NULL)
		closedir(d);
	rmdir(dir);
}

static void
new_rib(int64_t now)
{
	struct rib_output out = { .owner = &bench, .room = bench_room, .chunk = bench_chunk };

	rib_init(&bench.rib, &out);
	bench.rib.now_us = now;
	assert_int_equal(journal_open(&journal, dir, &bench.rib), 0);
}

static void
start(void)
{
	const struct bench_options o = { 0 };

	snprintf(dir, sizeof(dir), "/tmp/ribd_lifetime_test.XXXXXX");
	assert_non_null(mkdtemp(dir));
	memset(&bench, 0, sizeof(bench));
	memset(model, 0, sizeof(model));
	memset(owners, 0, sizeof(owners));
	bench.last = &bench.first;
	bench.room = 512 * 1024;
	new_rib(1000000);
	rib_neighbors_begin(&bench.rib, 1, false);
	journal_neighbors_begin(&journal, &bench.rib, false);
	for (uint32_t i = 1; i <= PEERS; i++) {
		bench_neighbor(&bench, i, &o);
		journal_neighbor(&journal, &bench.rib, rib_peer(&bench.rib, i));
	}
	rib_neighbors_end(&bench.rib);
	journal_neighbors_end(&journal, &bench.rib);
}

static void
stop(void)
{
	journal_close(&journal);
	bench_fini(&bench);
	clean_dir();
}

static void
apply(void)
{
	ops_apply(&bench, &ops);
	journal_add(&journal, JOURNAL_ROUTES, bench.rib.table.seq, ops.bytes, wr_len(&ops.w));
}

static void
crash(void)
{
	int64_t now = bench.rib.now_us;

	assert_true(journal_flush(&journal));
	journal_close(&journal);
	rib_fini(&bench.rib);
	new_rib(now);
}

static void
take_snapshot(void)
{
	struct snapshot *s;

	if (bench.rib.owners.n_syncing > 0)
		return;
	s = snapshot_begin(&journal, &bench.rib);
	assert_non_null(s);
	assert_int_equal(snapshot_step(s, INT64_MAX), 0);
}

/* --- the model --- */

static void
model_drop(uint32_t owner, bool unmentioned_only)
{
	for (unsigned p = 0; p < PEERS; p++)
		for (unsigned i = 0; i < PREFIXES; i++) {
			struct model_route *m = &model[p][i];

			if (m->med != 0 && m->owner == owner && !(unmentioned_only && m->mentioned))
				*m = (struct model_route){ 0 };
		}
}

static void
model_mention(uint32_t owner, bool mentioned)
{
	for (unsigned p = 0; p < PEERS; p++)
		for (unsigned i = 0; i < PREFIXES; i++)
			if (model[p][i].owner == owner)
				model[p][i].mentioned = mentioned;
}

static void
route(struct rng *r, uint32_t owner)
{
	uint32_t peers = 1 + rng_next(r, (1u << PEERS) - 1), med = 1 + rng_next(r, 2);
	unsigned prefix = rng_next(r, PREFIXES);
	bool announce = rng_next(r, 4) != 0;
	int64_t deadline = 0;

	if (announce && owner != 0 && rng_next(r, 3) == 0)
		deadline = bench.rib.now_us + 1 + rng_next(r, 5000000);
	ops_begin(&ops);
	route_op_owner(&ops.w, owner == 0 ? ROUTE_OWNER_CONFIG : owner * 1000);
	ops_peers(&ops, peers);
	ops_attrs(&ops, med);
	route_op_ttl(&ops.w, (uint64_t)deadline);
	ops_route(&ops, announce, prefix);
	apply();
	for (unsigned p = 0; p < PEERS; p++) {
		struct model_route *m = &model[p][prefix];

		if ((peers >> p & 1) == 0)
			continue;
		if (!announce) {
			*m = (struct model_route){ 0 };
		} else if (owner != 0 && m->owner == 0 && m->med == med) {
			/* The configuration's own, said again. */
		} else {
			*m = (struct model_route){ med, owner, true, deadline };
		}
	}
}

static void
pass_time(struct rng *r)
{
	struct buf due = { 0 };
	int64_t next;

	bench.rib.now_us += rng_next(r, 3000000);
	while (lifetime_due(&bench.rib, &due, &next)) {
		assert_int_equal(rib_apply(&bench.rib, due.data, due.len), 0);
		journal_add(&journal, JOURNAL_ROUTES, bench.rib.table.seq, due.data, due.len);
		buf_reset(&due);
	}
	assert_true(next == 0 || next > bench.rib.now_us);
	buf_fini(&due);
	for (unsigned p = 0; p < PEERS; p++)
		for (unsigned i = 0; i < PREFIXES; i++)
			if (model[p][i].deadline != 0 && model[p][i].deadline <= bench.rib.now_us)
				model[p][i] = (struct model_route){ 0 };
	for (uint32_t o = 1; o <= OWNERS; o++)
		if (owners[o].expires != 0 && owners[o].expires <= bench.rib.now_us) {
			owners[o].expires = 0;
			model_drop(o, false);
		}
}

static void
synchronise(struct rng *r, uint32_t owner)
{
	enum route_sync sync = (enum route_sync)rng_next(r, 3);

	ops_begin(&ops);
	route_op_owner(&ops.w, owner * 1000);
	route_op_sync(&ops.w, sync);
	apply();
	if (sync == ROUTE_SYNC_BEGIN)
		model_mention(owner, false);
	else if (sync == ROUTE_SYNC_END && owners[owner].syncing)
		model_drop(owner, true);
	owners[owner].syncing = sync == ROUTE_SYNC_BEGIN;
}

static void
expire(struct rng *r, uint32_t owner)
{
	uint64_t deadline = rng_next(r, 3);

	if (deadline > 1)
		deadline = (uint64_t)bench.rib.now_us + 1 + rng_next(r, 5000000);
	ops_begin(&ops);
	route_op_owner(&ops.w, owner * 1000);
	route_op_expire(&ops.w, deadline);
	apply();
	owners[owner].expires = deadline > 1 ? (int64_t)deadline : 0;
	if (deadline == ROUTE_EXPIRE_NOW)
		model_drop(owner, false);
}

/* --- comparison --- */

static void
compare(void)
{
	static struct model_route got[PEERS][PREFIXES];
	const struct table *t = &bench.rib.table;

	memset(got, 0, sizeof(got));
	for (uint32_t n = table_at(t, 0)->next; n != TABLE_NONE; n = table_at(t, n)->next) {
		const struct entry *e = table_at(t, n);
		struct attrset set;

		if (e->kind != ENTRY_ROUTE)
			continue;
		set = attrs_view(&bench.rib.attrs, e->attrs);
		for (unsigned p = 0; p < PEERS; p++) {
			uint32_t slot = rib_peer_slot(&bench.rib, p + 1);
			struct model_route *m = &got[p][e->bytes[3]];

			if (!peerset_has(&bench.rib.sets, e->peers, slot))
				continue;
			assert_int_equal(m->med, 0);
			m->med = set.block[6];
			m->owner = (e->flags & ENTRY_F_CONFIG) != 0
					   ? 0
					   : owner_id(&bench.rib, e->whose) / 1000;
		}
	}
	for (unsigned p = 0; p < PEERS; p++)
		for (unsigned i = 0; i < PREFIXES; i++) {
			assert_int_equal(got[p][i].med, model[p][i].med);
			assert_int_equal(got[p][i].owner, model[p][i].owner);
		}
}

static void
test_model(void **state)
{
	struct rng r = { .state = 15 };

	(void)state;
	start();
	for (unsigned step = 0; step < STEPS; step++) {
		uint32_t owner = 1 + rng_next(&r, OWNERS);

		switch (rng_next(&r, 24)) {
		case 0:
			crash();
			break;
		case 1:
			take_snapshot();
			break;
		case 2:
			pass_time(&r);
			break;
		case 3:
		case 4:
			synchronise(&r, owner);
			break;
		case 5:
			expire(&r, owner);
			break;
		case 6:
			route(&r, 0);
			break;
		default:
			route(&r, owner);
			break;
		}
		compare();
	}
	stop();
}

/* A route said again with a new ttl is not sent again, and lives on. */
static void
test_heartbeat(void **state)
{
	struct buf due = { 0 };
	int64_t next;

	(void)state;
	bench_init(&bench, 1, NULL);
	bench_up(&bench, 0, true);
	for (unsigned i = 0; i < 3; i++) {
		ops_begin(&ops);
		route_op_owner(&ops.w, 7);
		ops_attrs(&ops, 5);
		route_op_ttl(&ops.w, (uint64_t)bench.rib.now_us + 100);
		ops_route(&ops, true, 1);
		ops_apply(&bench, &ops);
		bench_settle(&bench);
		bench.rib.now_us += 60;
		assert_false(lifetime_due(&bench.rib, &due, &next));
	}
	assert_int_equal(bench.peers[0].announces, 1);
	bench.rib.now_us += 60;
	assert_true(lifetime_due(&bench.rib, &due, &next));
	assert_int_equal(rib_apply(&bench.rib, due.data, due.len), 0);
	bench_settle(&bench);
	assert_int_equal(bench.peers[0].withdraws, 1);
	assert_int_equal(next, 0);
	buf_fini(&due);
	bench_fini(&bench);
}

/* After a synchronisation only the difference is on the wire. */
static void
test_difference(void **state)
{
	(void)state;
	bench_init(&bench, 2, NULL);
	bench_up(&bench, 0, true);
	bench_up(&bench, 1, true);
	for (unsigned round = 0; round < 2; round++) {
		ops_begin(&ops);
		route_op_owner(&ops.w, 7);
		route_op_sync(&ops.w, ROUTE_SYNC_BEGIN);
		ops_attrs(&ops, 5);
		for (unsigned i = 0; i < 10; i++)
			ops_route(&ops, true, i + 5 * round);
		route_op_sync(&ops.w, ROUTE_SYNC_END);
		ops_apply(&bench, &ops);
		bench_settle(&bench);
	}
	for (unsigned p = 0; p < 2; p++) {
		assert_int_equal(bench.peers[p].announces, 15);
		assert_int_equal(bench.peers[p].withdraws, 5);
	}
	bench_fini(&bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_model),
		cmocka_unit_test(test_heartbeat),
		cmocka_unit_test(test_difference),
	};

	log_init("test", LOG_LEVEL_ERROR, LOG_FORMAT_TEXT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
