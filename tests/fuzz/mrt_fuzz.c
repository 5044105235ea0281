/*
 * Any bytes as an MRT file. Every record that can be read is read to its end; a message or state
 * change that is written again must read the same, and a route of a table must make a message whose
 * header is right.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/message.h"
#include "proto/wire/mrt.h"
#include "proto/wire/update.h"

static uint8_t scratch[MESSAGE_MAX_EXTENDED + 4096];

static void
check(bool good)
{
	if (!good)
		abort();
}

static void
bgp4mp(const struct mrt_record *record)
{
	struct mrt_bgp4mp m, again;
	struct mrt_record copy;
	struct wr w = wr_init(scratch, sizeof(scratch));
	size_t need;

	if (mrt_bgp4mp(record, &m) < 0)
		return;
	mrt_bgp4mp_write(&w, record->time_us, &m);
	if (!wr_ok(&w))
		return;
	check(mrt_record(scratch, wr_len(&w), &copy, &need) == (long)wr_len(&w));
	check(mrt_bgp4mp(&copy, &again) == 0);
	check(again.peer_as == m.peer_as && again.local_as == m.local_as);
	check(addr_equal(&again.peer, &m.peer) && addr_equal(&again.local, &m.local));
	check(again.len == m.len && again.state_change == m.state_change);
	check(m.len == 0 || memcmp(again.message, m.message, m.len) == 0);
}

static void
route(const struct mrt_rib *rib, const struct mrt_rib_entry *entry)
{
	struct update_session s = { .attrs = { .asn4 = true, .ibgp = true, .generic = true },
		.families = UINT32_MAX,
		.addpath_rx = entry->has_path_id ? UINT32_MAX : 0 };
	struct wr w = wr_init(scratch, MESSAGE_MAX_EXTENDED);
	struct wire_error err;
	struct update u;
	uint8_t type;

	mrt_rib_update(&w, rib, entry);
	if (!wr_ok(&w))
		return;
	check(message_header(scratch, MESSAGE_MAX_EXTENDED, &type, &err) == (int)wr_len(&w));
	update_decode(scratch + MESSAGE_HEADER, wr_len(&w) - MESSAGE_HEADER, &s, &u);
}

static void
table(const struct mrt_record *record)
{
	struct mrt_peer_index index;
	struct mrt_rib_entry entry;
	struct mrt_peer peer;
	struct mrt_rib rib;
	unsigned n = 0;

	if (mrt_peer_index(record, &index) == 0) {
		for (unsigned i = 0; i < index.n; i++)
			check(mrt_peer_next(&index, &peer));
	}
	if (mrt_rib(record, &rib) < 0)
		return;
	for (; mrt_rib_next(&rib, &entry); n++)
		if (n < 8)
			route(&rib, &entry);
	check(n == rib.n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mrt_record record;
	size_t need;
	long used;

	while ((used = mrt_record(data, size, &record, &need)) > 0) {
		check((size_t)used <= size && used >= MRT_HEADER);
		check(mrt_type_name(record.type) != NULL);
		bgp4mp(&record);
		table(&record);
		data += used;
		size -= (size_t)used;
	}
	check(used != 0 || need > size);
	return 0;
}

#include "tests/fuzz/replay.h"
