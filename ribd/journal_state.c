/* What the journal notes of neighbors and sessions. Keys of TCP are not ours to keep. */
#include "ribd/journal.h"

#include "common/wr.h"
#include "common/xmalloc.h"
#include "proto/ipc/ipc.h"

enum { POSITION_BYTES = 13, CAP_BYTES = 6, CAPS_MAX = CAP_BYTES * FAMILY_COUNT };

/* The change number of a record. What a snapshot says of neighbors and sessions (it is gathered in a
 * journal without a file) stands before all its routes. */
static uint64_t
behind(const struct journal *j, const struct rib *rib)
{
	return j->fd < 0 ? 0 : rib->table.seq;
}

void
journal_neighbors_begin(struct journal *j, const struct rib *rib, bool reload)
{
	uint8_t bytes[9];
	struct wr w = wr_init(bytes, sizeof(bytes));

	wr_u64(&w, rib->generation);
	wr_u8(&w, reload);
	journal_add(j, JOURNAL_NEIGHBORS_BEGIN, behind(j, rib), bytes, sizeof(bytes));
}

/* The peer's families as our OPEN would list them. */
static size_t
families_as_caps(const struct peer *p, uint8_t out[CAPS_MAX])
{
	size_t n = 0;

	for (unsigned i = 0; i < FAMILY_COUNT; i++) {
		uint32_t family = family_table[i].family;
		const uint8_t cap[CAP_BYTES] = { CAP_MULTIPROTOCOL, 4,
			(uint8_t)(family_afi(family) >> 8), (uint8_t)family_afi(family), 0,
			family_safi(family) };

		if ((p->families >> i & 1) == 0)
			continue;
		memcpy(out + n, cap, sizeof(cap));
		n += sizeof(cap);
	}
	return n;
}

void
journal_neighbor(struct journal *j, const struct rib *rib, const struct peer *p)
{
	static const uint8_t any[4];
	uint8_t caps[CAPS_MAX];
	struct ipc_neighbor m = { .id = p->id,
		.key = ipc_bytes(p->key, strlen(p->key)),
		.peer = ipc_bytes(any, sizeof(any)),
		.peer_bits = p->range ? 0 : 32,
		.caps = ipc_bytes(caps, families_as_caps(p, caps)),
		.rate_limit = p->rate_limit,
		.group_updates = p->group_updates,
		.adj_rib_in = p->adj_rib_in,
		.adj_rib_out = p->keep,
		.manual_eor = p->manual_eor,
		.aigp = p->aigp,
		.settle_ms = p->settle_ms,
		.link_local = ipc_bytes(p->link_local, p->has_link_local ? 16 : 0) };
	struct buf b = { 0 };
	size_t room = ipc_size_bound_neighbor(&m);
	struct wr w = wr_init(buf_room(&b, room), room);

	ipc_pack_neighbor(&w, &m);
	journal_add(j, JOURNAL_NEIGHBOR, behind(j, rib), b.data, wr_len(&w));
	buf_fini(&b);
}

void
journal_neighbors_end(struct journal *j, const struct rib *rib)
{
	journal_add(j, JOURNAL_NEIGHBORS_END, behind(j, rib), "", 0);
}

void
journal_instance(struct journal *j, const struct rib *rib, uint32_t id, uint32_t range, bool gone)
{
	uint8_t bytes[9];
	struct wr w = wr_init(bytes, sizeof(bytes));

	wr_u32(&w, id);
	wr_u32(&w, range);
	wr_u8(&w, gone);
	journal_add(j, JOURNAL_INSTANCE, behind(j, rib), bytes, sizeof(bytes));
}

void
journal_session(struct journal *j, const struct rib *rib, const struct session *s)
{
	uint8_t bytes[16];
	struct wr w = wr_init(bytes, sizeof(bytes));

	wr_u32(&w, rib->peers[s->peer]->id);
	wr_u32(&w, s->number);
	wr_u64(&w, s->opens_hash);
	journal_add(j, JOURNAL_SESSION, behind(j, rib), bytes, sizeof(bytes));
}

void
journal_session_down(struct journal *j, const struct rib *rib, uint32_t number)
{
	uint8_t bytes[4];
	struct wr w = wr_init(bytes, sizeof(bytes));

	wr_u32(&w, number);
	journal_add(j, JOURNAL_SESSION_DOWN, behind(j, rib), bytes, sizeof(bytes));
}

bool
journal_positions(struct journal *j, struct rib *rib, bool all)
{
	struct buf b = { 0 };
	size_t room = POSITION_BYTES * (size_t)rib->n_sessions;
	struct wr w = wr_init(buf_room(&b, room + 1), room);

	for (uint32_t i = 0; i < rib->n_sessions; i++) {
		struct session *s = rib->sessions[i];
		uint64_t seq = rib_session_confirmed(rib, s);
		uint64_t noted = seq << 1 | s->eor_done;

		if (s->journal_seq == noted && !all)
			continue;
		s->journal_seq = noted;
		wr_u32(&w, s->number);
		wr_u64(&w, seq);
		wr_u8(&w, s->eor_done);
	}
	if (wr_len(&w) > 0)
		journal_add(j, JOURNAL_POSITIONS, behind(j, rib), b.data, wr_len(&w));
	buf_fini(&b);
	return wr_len(&w) > 0;
}
