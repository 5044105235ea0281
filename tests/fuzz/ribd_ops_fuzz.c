/*
 * Route operations applied to a RIB with two sessions and one neighbor that is down: whatever the
 * stream says, what is sent is whole BGP messages within the size of a chunk, and once everything
 * is through nothing is left that nobody needs. Applied twice, the routes are the same.
 */
#include <stdlib.h>
#include <string.h>

#include "common/rd.h"
#include "proto/ipc/ipc.h"
#include "ribd/rib.h"
#include "tests/fuzz/replay.h"

static struct rib rib;
static uint64_t sent;

static void
check(int condition)
{
	if (!condition)
		abort();
}

static size_t
room(void *owner)
{
	(void)owner;
	return 512 * 1024;
}

static void
chunk(void *owner, uint64_t number, const uint8_t *sessions, size_t n, const uint8_t *data,
	size_t len)
{
	struct rd list = rd_init(sessions, 4 * n), r = rd_init(data, len);

	(void)owner;
	check(n >= 1 && n <= 2 && len > 0 && len <= RIB_CHUNK_MAX);
	while (rd_left(&r) > 0) {
		check(rd_left(&r) >= 19);
		rd_bytes(&r, 16);
		check(rd_bytes(&r, rd_u16(&r) - 18u) != NULL);
	}
	sent += len;
	while (rd_left(&list) > 0)
		rib_credit(&rib, rd_u32(&list), UINT64_MAX, number);
}

static void
neighbor(uint32_t id, bool keep)
{
	uint8_t caps[6 * FAMILY_COUNT];
	struct ipc_neighbor m = { .id = id,
		.key = ipc_bytes("n", 1),
		.peer = ipc_bytes("\x7f\x00\x00\x01", 4),
		.peer_bits = 32,
		.group_updates = true,
		.adj_rib_out = keep };

	for (unsigned i = 0; i < FAMILY_COUNT; i++) {
		const uint8_t cap[6] = { 1, 4, (uint8_t)(family_table[i].family >> 16),
			(uint8_t)(family_table[i].family >> 8), 0,
			(uint8_t)family_table[i].family };

		memcpy(caps + 6 * i, cap, 6);
	}
	m.caps = ipc_bytes(caps, sizeof(caps));
	rib_neighbor(&rib, &m);
}

static void
session(uint32_t id, bool extended)
{
	uint8_t caps[6 * FAMILY_COUNT + 8], open[512];
	struct wr c = wr_init(caps, sizeof(caps)), w = wr_init(open, sizeof(open));
	struct ipc_session_up m = {
		.neighbor = id, .session = id, .local = ipc_bytes("\x7f\x00\x00\x01", 4)
	};

	for (unsigned i = 0; i < FAMILY_COUNT; i++) {
		wr_u16(&c, 0x0104);
		wr_u16(&c, family_afi(family_table[i].family));
		wr_u16(&c, family_safi(family_table[i].family));
	}
	if (extended)
		wr_u16(&c, 0x0600);
	open_encode(&w, 65000, 90, 1, caps, wr_len(&c));
	m.open_sent = m.open_received = ipc_bytes(open + 19, wr_len(&w) - 19);
	rib_session_up(&rib, &m);
	rib_credit(&rib, id, UINT64_MAX, 0);
}

static void
settle(void)
{
	do {
		while (rib_drain(&rib, INT64_MAX))
			;
		rib_reap(&rib);
	} while (rib.reap.n > 0);
	check(rib.table.kinds[ENTRY_WITHDRAW] == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct rib_output out = { .room = room, .chunk = chunk };
	uint32_t routes;

	rib_init(&rib, &out);
	rib_neighbors_begin(&rib, 1, false);
	for (uint32_t id = 1; id <= 3; id++)
		neighbor(id, id != 2);
	rib_neighbors_end(&rib);
	session(1, false);
	session(2, true);
	(void)rib_apply(&rib, data, size);
	settle();
	routes = rib.table.kinds[ENTRY_ROUTE];
	(void)rib_apply(&rib, data, size);
	settle();
	check(rib.table.kinds[ENTRY_ROUTE] == routes);
	session(3, false);
	settle();
	rib_fini(&rib);
	return 0;
}
