/*
 * Replaying an MRT file. Tables have no times and go out as fast as the service takes them; of a
 * prefix the first entry counts (the best path in most dumps), with ADD-PATH all entries of that
 * peer. Messages go out when their distance from the first one, divided by the speed, has passed.
 */
#include "apid/helpers/mrtinject/replay.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apid/helpers/mrtinject/command.h"
#include "common/instream.h"
#include "common/xmalloc.h"
#include "proto/wire/message.h"
#include "proto/wire/mrt.h"
#include "proto/wire/update.h"
#include "apid/helpers/mrtinject/service.h"

struct file {
	struct replay *r;
	struct instream in;
	struct mrt_peer *peers; /* owned */
	unsigned n_peers;
	bool timed; /* the two below are set */
	uint64_t first_us;
	int64_t start_us;
	uint8_t message[MESSAGE_MAX_EXTENDED];
};

static void
inject(struct file *f, const uint8_t *message, size_t n, bool as4, bool addpath)
{
	struct update_session s = { .families = UINT32_MAX,
		.addpath_rx = addpath ? UINT32_MAX : 0,
		.extended_nexthop = true };
	struct wire_error err;
	struct update u;
	uint8_t type;

	s.attrs = (struct attr_context){
		.asn4 = as4, .ibgp = true, .aigp = true, .generic = true, .families = UINT32_MAX
	};
	if (n < MESSAGE_HEADER || message_header(message, n, &type, &err) < 0) {
		f->r->malformed++;
	} else if (type == MESSAGE_UPDATE) {
		if (update_decode(message + MESSAGE_HEADER, n - MESSAGE_HEADER, &s, &u) < 0)
			f->r->malformed++;
		else
			commands_update(f->r->commands, &u, &s);
	}
}

static bool
wanted(const struct replay *r, const struct addr *peer)
{
	return r->peer.len == 0 || addr_equal(&r->peer, peer);
}

/* --- messages --- */

static void
wait_for(struct file *f, uint64_t time_us)
{
	double distance;

	if (f->r->speed <= 0)
		return;
	if (!f->timed) {
		f->timed = true;
		f->first_us = time_us;
		f->start_us = service_now();
	}
	if (time_us <= f->first_us)
		return;
	distance = (double)(time_us - f->first_us) / f->r->speed;
	service_wait(f->r->service, f->start_us + (int64_t)distance);
}

static void
bgp4mp(struct file *f, const struct mrt_record *record)
{
	struct mrt_bgp4mp m;

	if (!f->r->updates)
		return;
	if (mrt_bgp4mp(record, &m) < 0) {
		f->r->malformed++;
		return;
	}
	if (m.state_change || m.sent || !wanted(f->r, &m.peer))
		return;
	wait_for(f, record->time_us);
	inject(f, m.message, m.len, m.as4, m.addpath);
}

/* --- tables --- */

static int
peer_index(struct file *f, const struct mrt_record *record)
{
	struct mrt_peer_index index;

	free(f->peers);
	f->peers = NULL;
	f->n_peers = 0;
	if (mrt_peer_index(record, &index) < 0)
		return -1;
	f->peers = xcalloc(index.n + 1u, sizeof(f->peers[0]));
	while (f->n_peers < index.n && mrt_peer_next(&index, &f->peers[f->n_peers]))
		f->n_peers++;
	return 0;
}

static void
rib(struct file *f, struct mrt_rib *rib)
{
	struct mrt_rib_entry entry;
	int chosen = -1;

	while (mrt_rib_next(rib, &entry) && !commands_full(f->r->commands)) {
		struct wr w = wr_init(f->message, sizeof(f->message));

		if (entry.peer >= f->n_peers) {
			f->r->malformed++;
			continue;
		}
		if ((chosen >= 0 && (chosen != entry.peer || !entry.has_path_id)) ||
			!wanted(f->r, &f->peers[entry.peer].addr))
			continue;
		chosen = entry.peer;
		mrt_rib_update(&w, rib, &entry);
		if (wr_ok(&w))
			inject(f, f->message, wr_len(&w), true, entry.has_path_id);
		else
			f->r->malformed++;
	}
}

static void
table_dump(struct file *f, const struct mrt_record *record)
{
	struct mrt_rib r;

	if (!f->r->table)
		return;
	if (record->subtype == MRT_PEER_INDEX_TABLE) {
		if (peer_index(f, record) < 0)
			f->r->malformed++;
	} else if (mrt_rib(record, &r) == 0) {
		rib(f, &r);
	} else {
		f->r->malformed++;
	}
}

/* --- the file --- */

static int
broken(const char *path, const char *why)
{
	fprintf(stderr, "mrtinject: %s: %s\n", path, why);
	return -1;
}

static void
dispatch(struct file *f, const struct mrt_record *record)
{
	if (record->type == MRT_BGP4MP || record->type == MRT_BGP4MP_ET)
		bgp4mp(f, record);
	else if (record->type == MRT_TABLE_DUMP_V2)
		table_dump(f, record);
	else
		f->r->left_out++;
}

static int
records(struct file *f, const char *path)
{
	size_t need = MRT_HEADER;
	ssize_t got = 1;

	while (!f->r->service->gone && !commands_full(f->r->commands)) {
		struct mrt_record record;
		long used;

		got = instream_want(&f->in, need);
		if (got <= 0)
			break;
		used = mrt_record(instream_data(&f->in), (size_t)got, &record, &need);
		if (used < 0)
			return broken(path, "not an MRT record");
		if (used == 0 && (size_t)got < need && f->in.eof)
			return broken(path, "ends inside a record");
		if (used == 0)
			continue;
		dispatch(f, &record);
		instream_skip(&f->in, (size_t)used);
		need = MRT_HEADER;
	}
	return got < 0 ? broken(path, strerror(errno)) : 0;
}

int
replay_file(struct replay *r, const char *path)
{
	struct file *f = xcalloc(1, sizeof(*f));
	int result;

	f->r = r;
	if (instream_open(&f->in, path) < 0) {
		free(f);
		return broken(path, strerror(errno));
	}
	result = records(f, path);
	instream_close(&f->in);
	free(f->peers);
	free(f);
	return result;
}
