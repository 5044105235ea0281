/*
 * The records of an MRT file as events: messages and state changes of BGP4MP, and every route of a
 * TABLE_DUMP_V2 as the UPDATE that announces it, with the time the route was learned.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apid/tool_file.h"
#include "common/xmalloc.h"
#include "proto/wire/message.h"
#include "proto/wire/mrt.h"

struct table {
	struct mrt_peer *peers; /* owned */
	unsigned n;
	uint32_t collector;
	uint8_t message[MESSAGE_MAX_EXTENDED];
};

static void
invalid(struct tool_file *f)
{
	BUF_LIT(&f->d->out, "invalid payload\n");
	tool_put(&f->d->out);
	f->result = -1;
}

static void
set_reader(struct tool_file *f, bool as4, bool ibgp, bool addpath)
{
	f->session.rx.attrs.asn4 = as4;
	f->session.rx.attrs.ibgp = ibgp;
	f->session.rx.addpath_rx = addpath ? UINT32_MAX : 0;
}

/* --- BGP4MP --- */

static const char *
state_name(uint16_t state)
{
	static const char *const names[] = { [MRT_IDLE] = "IDLE",
		[MRT_CONNECT] = "CONNECT",
		[MRT_ACTIVE] = "ACTIVE",
		[MRT_OPENSENT] = "OPENSENT",
		[MRT_OPENCONFIRM] = "OPENCONFIRM",
		[MRT_ESTABLISHED] = "ESTABLISHED" };

	return state >= MRT_IDLE && state <= MRT_ESTABLISHED ? names[state] : NULL;
}

static void
bgp4mp(struct tool_file *f, struct table *t, const struct mrt_record *record)
{
	struct mrt_bgp4mp m;

	(void)t;
	if (mrt_bgp4mp(record, &m) < 0) {
		invalid(f);
		return;
	}
	if (m.sent)
		tool_file_session(f, &m.local, &m.peer);
	else
		tool_file_session(f, &m.peer, &m.local);
	f->session.who.peer_as = m.sent ? m.local_as : m.peer_as;
	f->session.who.local_as = m.sent ? m.peer_as : m.local_as;
	f->session.who.have_router_id = false;
	set_reader(f, m.as4, m.peer_as == m.local_as, m.addpath);
	if (!m.state_change)
		tool_file_message(f, record->time_us, m.message, m.len);
	else if (state_name(m.new_state) != NULL)
		tool_file_state(f, record->time_us, state_name(m.new_state));
	else
		invalid(f);
}

/* --- TABLE_DUMP_V2 --- */

static void
peer_index(struct tool_file *f, struct table *t, const struct mrt_record *record)
{
	struct mrt_peer_index index;

	free(t->peers);
	t->peers = NULL;
	t->n = 0;
	if (mrt_peer_index(record, &index) < 0) {
		invalid(f);
		return;
	}
	t->collector = index.collector;
	t->peers = xcalloc(index.n + 1u, sizeof(t->peers[0]));
	while (t->n < index.n && mrt_peer_next(&index, &t->peers[t->n]))
		t->n++;
}

static void
route(struct tool_file *f, struct table *t, const struct mrt_rib *rib,
	const struct mrt_rib_entry *entry)
{
	const struct mrt_peer *peer = entry->peer < t->n ? &t->peers[entry->peer] : NULL;
	struct wr w = wr_init(t->message, sizeof(t->message));
	const struct addr unknown = { 0 };

	mrt_rib_update(&w, rib, entry);
	if (peer == NULL || !wr_ok(&w)) {
		invalid(f);
		return;
	}
	tool_file_session(f, &peer->addr, &unknown);
	f->session.who.peer_as = peer->as;
	f->session.who.local_as = 0;
	f->session.who.router_id = t->collector;
	f->session.who.have_router_id = true;
	set_reader(f, true, true, entry->has_path_id);
	tool_file_message(f, (uint64_t)entry->originated * 1000000, t->message, wr_len(&w));
}

static void
table_dump(struct tool_file *f, struct table *t, const struct mrt_record *record)
{
	struct mrt_rib_entry entry;
	struct mrt_rib rib;

	if (record->subtype == MRT_PEER_INDEX_TABLE) {
		peer_index(f, t, record);
		return;
	}
	if (mrt_rib(record, &rib) < 0) {
		invalid(f);
		return;
	}
	while (mrt_rib_next(&rib, &entry))
		route(f, t, &rib, &entry);
}

/* --- all --- */

static void
dispatch(struct tool_file *f, struct table *t, const struct mrt_record *record)
{
	static const struct {
		uint16_t type;
		void (*print)(
			struct tool_file *f, struct table *t, const struct mrt_record *record);
	} kinds[] = {
		{ MRT_BGP4MP, bgp4mp },
		{ MRT_BGP4MP_ET, bgp4mp },
		{ MRT_TABLE_DUMP_V2, table_dump },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i].type == record->type) {
			kinds[i].print(f, t, record);
			return;
		}
	}
	f->left_out++;
}

static int
records(struct tool_file *f, struct table *t)
{
	size_t need = MRT_HEADER;
	ssize_t got;

	while ((got = instream_want(&f->in, need)) > 0) {
		struct mrt_record record;
		long used = mrt_record(instream_data(&f->in), (size_t)got, &record, &need);

		if (used < 0)
			return tool_file_broken(f, "not an MRT record");
		if (used == 0 && (size_t)got < need && f->in.eof)
			return tool_file_broken(f, "ends inside a record");
		if (used == 0)
			continue;
		dispatch(f, t, &record);
		instream_skip(&f->in, (size_t)used);
		need = MRT_HEADER;
	}
	return got < 0 ? tool_file_broken(f, strerror(errno)) : 0;
}

int
tool_file_mrt(struct tool_file *f)
{
	struct table *t = xcalloc(1, sizeof(*t));
	int result = records(f, t);

	free(t->peers);
	free(t);
	return result;
}
