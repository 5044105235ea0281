/*
 * Reading MRT records (RFC 6396; RFC 8050 for add-path). Lengths are those of the record: nothing is
 * read beyond it, and what is left over at its end is ignored where the RFC lets later versions add
 * fields, else an error. RIB_GENERIC_ADDPATH has two forms in the field: path-id before the NLRI
 * (RFC 8050 4.3), or in each entry (GoBGP, OpenBGPD); the one whose lengths add up is taken, the
 * RFC's first.
 */
#include "proto/wire/mrt.h"

#include "proto/wire/error.h"
#include "proto/wire/family.h"

enum {
	EXTENDED_TIME = 4, /* bytes of microseconds */
	PEER_AS4 = 2,
	PEER_IPV6 = 1
};

/* --- records --- */

static const struct {
	uint16_t type;
	bool extended;
	const char *name;
} types[] = {
	{ 11, false, "OSPFv2" },
	{ MRT_TABLE_DUMP, false, "TABLE_DUMP" },
	{ MRT_TABLE_DUMP_V2, false, "TABLE_DUMP_V2" },
	{ MRT_BGP4MP, false, "BGP4MP" },
	{ MRT_BGP4MP_ET, true, "BGP4MP_ET" },
	{ 32, false, "ISIS" },
	{ 33, true, "ISIS_ET" },
	{ 48, false, "OSPFv3" },
	{ 49, true, "OSPFv3_ET" },
};

enum { N_TYPES = sizeof(types) / sizeof(types[0]) };

static unsigned
type_row(uint16_t type)
{
	unsigned i = 0;

	while (i < N_TYPES && types[i].type != type)
		i++;
	return i;
}

const char *
mrt_type_name(uint16_t type)
{
	unsigned row = type_row(type);

	return row < N_TYPES ? types[row].name : NULL;
}

long
mrt_record(const uint8_t *p, size_t n, struct mrt_record *out, size_t *need)
{
	struct rd r = rd_init(p, n);
	uint32_t seconds = rd_u32(&r), length;
	unsigned row;

	*need = MRT_HEADER;
	if (n < MRT_HEADER)
		return 0;
	out->type = rd_u16(&r);
	out->subtype = rd_u16(&r);
	length = rd_u32(&r);
	row = type_row(out->type);
	if (row == N_TYPES || length > MRT_RECORD_MAX ||
		(types[row].extended && length < EXTENDED_TIME))
		return -1;
	*need = MRT_HEADER + (size_t)length;
	if (n < *need)
		return 0;
	out->body = rd_sub(&r, length);
	out->time_us = (uint64_t)seconds * 1000000;
	if (types[row].extended)
		out->time_us += rd_u32(&out->body);
	return (long)*need;
}

/* --- BGP4MP --- */

static const struct {
	uint16_t subtype;
	bool as4, state, addpath, sent;
} subtypes[] = {
	{ 0, false, true, false, false },
	{ 1, false, false, false, false },
	{ 4, true, false, false, false },
	{ 5, true, true, false, false },
	{ 6, false, false, false, true },
	{ 7, true, false, false, true },
	{ 8, false, false, true, false },
	{ 9, true, false, true, false },
	{ 10, false, false, true, true },
	{ 11, true, false, true, true },
};

static void
read_addr(struct rd *r, uint16_t afi, struct addr *out)
{
	*out = (struct addr){ .len = afi == AFI_IPV4 ? 4 : 16 };
	rd_copy(r, out->bytes, out->len);
}

static int
read_session(struct rd *r, struct mrt_bgp4mp *out)
{
	uint16_t afi;

	out->peer_as = out->as4 ? rd_u32(r) : rd_u16(r);
	out->local_as = out->as4 ? rd_u32(r) : rd_u16(r);
	out->interface = rd_u16(r);
	afi = rd_u16(r);
	if (afi != AFI_IPV4 && afi != AFI_IPV6)
		return -1;
	read_addr(r, afi, &out->peer);
	read_addr(r, afi, &out->local);
	return 0;
}

int
mrt_bgp4mp(const struct mrt_record *record, struct mrt_bgp4mp *out)
{
	struct rd r = record->body;
	size_t i = 0;

	while (i < sizeof(subtypes) / sizeof(subtypes[0]) && subtypes[i].subtype != record->subtype)
		i++;
	if ((record->type != MRT_BGP4MP && record->type != MRT_BGP4MP_ET) ||
		i == sizeof(subtypes) / sizeof(subtypes[0]))
		return -1;
	*out = (struct mrt_bgp4mp){ .as4 = subtypes[i].as4,
		.addpath = subtypes[i].addpath,
		.sent = subtypes[i].sent,
		.state_change = subtypes[i].state };
	if (read_session(&r, out) < 0)
		return -1;
	if (out->state_change) {
		out->old_state = rd_u16(&r);
		out->new_state = rd_u16(&r);
	} else {
		out->len = rd_left(&r);
		out->message = rd_bytes(&r, out->len);
	}
	return rd_ok(&r) ? 0 : -1;
}

/* --- PEER_INDEX_TABLE --- */

int
mrt_peer_index(const struct mrt_record *record, struct mrt_peer_index *out)
{
	struct rd r = record->body;
	struct mrt_peer_index walk;
	struct mrt_peer peer;

	if (record->type != MRT_TABLE_DUMP_V2 || record->subtype != MRT_PEER_INDEX_TABLE)
		return -1;
	*out = (struct mrt_peer_index){ .collector = rd_u32(&r) };
	out->view_len = rd_u16(&r);
	out->view = rd_bytes(&r, out->view_len);
	out->n = rd_u16(&r);
	if (!rd_ok(&r))
		return -1;
	out->peers = r;
	walk = *out;
	for (unsigned i = 0; i < out->n; i++)
		if (!mrt_peer_next(&walk, &peer))
			return -1;
	return 0;
}

bool
mrt_peer_next(struct mrt_peer_index *index, struct mrt_peer *out)
{
	struct rd *r = &index->peers;
	uint8_t type;

	if (rd_left(r) == 0)
		return false;
	type = rd_u8(r);
	out->router_id = rd_u32(r);
	read_addr(r, (type & PEER_IPV6) != 0 ? AFI_IPV6 : AFI_IPV4, &out->addr);
	out->as = (type & PEER_AS4) != 0 ? rd_u32(r) : rd_u16(r);
	return rd_ok(r);
}

/* --- RIB records --- */

static const struct {
	uint16_t subtype;
	uint32_t family; /* FAMILY_NONE: in the record */
	bool addpath;
} ribs[] = {
	{ MRT_RIB_IPV4_UNICAST, IPV4_UNICAST, false },
	{ MRT_RIB_IPV4_MULTICAST, IPV4_MULTICAST, false },
	{ MRT_RIB_IPV6_UNICAST, IPV6_UNICAST, false },
	{ MRT_RIB_IPV6_MULTICAST, IPV6_MULTICAST, false },
	{ MRT_RIB_GENERIC, FAMILY_NONE, false },
	{ MRT_RIB_IPV4_UNICAST_ADDPATH, IPV4_UNICAST, true },
	{ MRT_RIB_IPV4_MULTICAST_ADDPATH, IPV4_MULTICAST, true },
	{ MRT_RIB_IPV6_UNICAST_ADDPATH, IPV6_UNICAST, true },
	{ MRT_RIB_IPV6_MULTICAST_ADDPATH, IPV6_MULTICAST, true },
	{ MRT_RIB_GENERIC_ADDPATH, FAMILY_NONE, true },
};

bool
mrt_rib_next(struct mrt_rib *rib, struct mrt_rib_entry *out)
{
	struct rd *r = &rib->entries;

	if (rd_left(r) == 0)
		return false;
	out->peer = rd_u16(r);
	out->originated = rd_u32(r);
	out->has_path_id = rib->entry_path_ids || rib->nlri.has_path_id;
	out->path_id = rib->entry_path_ids ? rd_u32(r) : rib->nlri.path_id;
	out->len = rd_u16(r);
	out->attrs = rd_bytes(r, out->len);
	return rd_ok(r);
}

/* From the NLRI on; nlri_path_id: it is preceded by one. */
static int
read_rib(struct rd r, uint32_t family, bool nlri_path_id, struct mrt_rib *out)
{
	struct mrt_rib_entry entry;
	struct mrt_rib walk;
	struct wire_error err;
	uint32_t path_id = nlri_path_id ? rd_u32(&r) : 0;

	if (nlri_codec(family) == NULL ||
		nlri_next(&r, family, false, false, &out->nlri, &err) != 0)
		return -1;
	if (nlri_path_id) {
		out->nlri.has_path_id = true;
		out->nlri.path_id = path_id;
	}
	out->n = rd_u16(&r);
	if (!rd_ok(&r))
		return -1;
	out->entries = r;
	walk = *out;
	for (unsigned i = 0; i < out->n; i++)
		if (!mrt_rib_next(&walk, &entry))
			return -1;
	return rd_done(&walk.entries) ? 0 : -1;
}

int
mrt_rib(const struct mrt_record *record, struct mrt_rib *out)
{
	struct rd r = record->body;
	uint32_t family;
	size_t i = 0;

	while (i < sizeof(ribs) / sizeof(ribs[0]) && ribs[i].subtype != record->subtype)
		i++;
	if (record->type != MRT_TABLE_DUMP_V2 || i == sizeof(ribs) / sizeof(ribs[0]))
		return -1;
	*out = (struct mrt_rib){ .sequence = rd_u32(&r) };
	family = ribs[i].family;
	if (family != FAMILY_NONE) {
		out->entry_path_ids = ribs[i].addpath;
		return read_rib(r, family, false, out);
	}
	family = (uint32_t)rd_u16(&r) << 8;
	family |= rd_u8(&r);
	if (read_rib(r, family, ribs[i].addpath, out) == 0)
		return 0;
	out->entry_path_ids = ribs[i].addpath;
	return ribs[i].addpath ? read_rib(r, family, false, out) : -1;
}
