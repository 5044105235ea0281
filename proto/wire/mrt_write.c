/*
 * Writing MRT records (RFC 6396, RFC 8050): BGP4MP_ET messages and state changes, TABLE_DUMP_V2. What
 * does not fit marks the writer bad, and the caller drops the whole record. Attributes of a table go
 * out as RFC 6396 4.3.4 asks: 4-byte AS numbers, of MP_REACH_NLRI only the next-hop.
 */
#include "proto/wire/mrt.h"

#include "proto/wire/attr.h"
#include "proto/wire/family.h"
#include "proto/wire/open.h"

enum {
	LENGTH_AT = 8, /* in the header */
	PEER_AS4 = 2,
	PEER_IPV6 = 1,
	RD_BYTES = 8
};

static size_t
begin(struct wr *w, uint64_t time_us, uint16_t type, uint16_t subtype)
{
	size_t start = wr_len(w);

	wr_u32(w, (uint32_t)(time_us / 1000000));
	wr_u16(w, type);
	wr_u16(w, subtype);
	wr_u32(w, 0);
	if (type == MRT_BGP4MP_ET)
		wr_u32(w, (uint32_t)(time_us % 1000000));
	return start;
}

static void
end(struct wr *w, size_t start)
{
	struct wr length;

	if (!wr_ok(w))
		return;
	length = wr_init(w->base + start + LENGTH_AT, 4);
	wr_u32(&length, (uint32_t)(wr_len(w) - start - MRT_HEADER));
}

/* --- BGP4MP_ET --- */

static void
put_as(struct wr *w, uint32_t as, bool as4)
{
	if (as4)
		wr_u32(w, as);
	else
		wr_u16(w, as > UINT16_MAX ? AS_TRANS : (uint16_t)as);
}

static void
put_addr(struct wr *w, const struct addr *a, unsigned len)
{
	static const uint8_t zeros[16];

	wr_bytes(w, a->len == len ? a->bytes : zeros, len);
}

static uint16_t
subtype_of(const struct mrt_bgp4mp *m)
{
	if (m->state_change)
		return m->as4 ? 5 : 0;
	if (m->addpath)
		return (uint16_t)(8 + m->as4 + 2 * m->sent);
	if (m->sent)
		return m->as4 ? 7 : 6;
	return m->as4 ? 4 : 1;
}

void
mrt_bgp4mp_write(struct wr *w, uint64_t time_us, const struct mrt_bgp4mp *m)
{
	unsigned len = m->peer.len == 16 ? 16 : 4;
	size_t start = begin(w, time_us, MRT_BGP4MP_ET, subtype_of(m));

	put_as(w, m->peer_as, m->as4);
	put_as(w, m->local_as, m->as4);
	wr_u16(w, m->interface);
	wr_u16(w, len == 16 ? AFI_IPV6 : AFI_IPV4);
	put_addr(w, &m->peer, len);
	put_addr(w, &m->local, len);
	if (m->state_change) {
		wr_u16(w, m->old_state);
		wr_u16(w, m->new_state);
	} else {
		wr_bytes(w, m->message, m->len);
	}
	end(w, start);
}

/* --- TABLE_DUMP_V2 --- */

void
mrt_peer_index_write(struct wr *w, uint64_t time_us, uint32_t collector, const char *view,
	const struct mrt_peer *peers, uint16_t n)
{
	size_t start = begin(w, time_us, MRT_TABLE_DUMP_V2, MRT_PEER_INDEX_TABLE), at;

	wr_u32(w, collector);
	at = wr_mark_u16(w);
	wr_bytes(w, view, strlen(view));
	wr_patch_u16(w, at);
	wr_u16(w, n);
	for (unsigned i = 0; i < n; i++) {
		unsigned len = peers[i].addr.len == 16 ? 16 : 4;

		wr_u8(w, PEER_AS4 | (len == 16 ? PEER_IPV6 : 0));
		wr_u32(w, peers[i].router_id);
		put_addr(w, &peers[i].addr, len);
		wr_u32(w, peers[i].as);
	}
	end(w, start);
}

/* The record type of a family; RIB_GENERIC when it has none of its own. */
static uint16_t
rib_subtype(uint32_t family)
{
	static const struct {
		uint32_t family;
		uint16_t subtype;
	} own[] = {
		{ IPV4_UNICAST, MRT_RIB_IPV4_UNICAST },
		{ IPV4_MULTICAST, MRT_RIB_IPV4_MULTICAST },
		{ IPV6_UNICAST, MRT_RIB_IPV6_UNICAST },
		{ IPV6_MULTICAST, MRT_RIB_IPV6_MULTICAST },
	};

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (own[i].family == family)
			return own[i].subtype;
	return MRT_RIB_GENERIC;
}

void
mrt_rib_begin(struct mrt_rib_writer *rib, struct wr *w, uint64_t time_us, uint32_t sequence,
	const struct nlri *nlri)
{
	uint16_t subtype = rib_subtype(nlri->family);
	bool generic = subtype == MRT_RIB_GENERIC;

	*rib = (struct mrt_rib_writer){ .w = w, .family = nlri->family };
	rib->entry_path_ids = nlri->has_path_id && !generic;
	if (nlri->has_path_id) /* the ADDPATH subtypes follow in the same order */
		subtype = (uint16_t)(subtype + MRT_RIB_IPV4_UNICAST_ADDPATH - MRT_RIB_IPV4_UNICAST);
	rib->start = begin(w, time_us, MRT_TABLE_DUMP_V2, subtype);
	wr_u32(w, sequence);
	if (generic) {
		wr_u16(w, family_afi(nlri->family));
		wr_u8(w, family_safi(nlri->family));
		if (nlri->has_path_id)
			wr_u32(w, nlri->path_id);
	}
	wr_bytes(w, nlri->bytes, nlri->len);
	rib->count_at = wr_len(w);
	wr_u16(w, 0);
}

static void
put_nexthop(struct wr *w, uint32_t family, const struct attrset *set)
{
	const struct family_info *info = family_find(family);
	bool rd = info != NULL && (info->flags & FAMILY_F_RD_NEXTHOP) != 0;
	uint8_t value[1 + RD_BYTES + 16] = { 0 };
	unsigned len = set->nh_len + (rd ? RD_BYTES : 0u);

	value[0] = (uint8_t)len;
	memcpy(value + 1 + (rd ? RD_BYTES : 0), set->nh, set->nh_len);
	attr_write(w, ATTR_F_OPTIONAL, ATTR_MP_REACH, value, 1 + len);
}

/* The canonical block with the next-hop where ascending codes want it. */
static void
put_attributes(struct wr *w, uint32_t family, const struct attrset *set)
{
	uint8_t nexthop =
		family == IPV4_UNICAST && set->nh_len == 4 ? ATTR_NEXT_HOP : ATTR_MP_REACH;
	bool pending = set->nh_len == 4 || set->nh_len == 16;
	struct rd r = rd_init(set->block, set->len);
	struct attr a;

	for (bool more = true; more;) {
		more = attr_next(&r, &a);
		if (pending && (!more || a.code > nexthop)) {
			if (nexthop == ATTR_NEXT_HOP)
				attr_write(w, ATTR_F_TRANSITIVE, ATTR_NEXT_HOP, set->nh, 4);
			else
				put_nexthop(w, family, set);
			pending = false;
		}
		if (more)
			attr_write(w, a.flags, a.code, a.value, a.len);
	}
}

void
mrt_rib_add(struct mrt_rib_writer *rib, uint16_t peer, uint32_t originated, uint32_t path_id,
	const struct attrset *set)
{
	struct wr *w = rib->w;
	size_t at;

	if (rib->n == UINT16_MAX) {
		w->bad = true;
		return;
	}
	wr_u16(w, peer);
	wr_u32(w, originated);
	if (rib->entry_path_ids)
		wr_u32(w, path_id);
	at = wr_mark_u16(w);
	put_attributes(w, rib->family, set);
	wr_patch_u16(w, at);
	rib->n++;
}

void
mrt_rib_end(struct mrt_rib_writer *rib)
{
	struct wr count;

	if (wr_ok(rib->w)) {
		count = wr_init(rib->w->base + rib->count_at, 2);
		wr_u16(&count, rib->n);
	}
	end(rib->w, rib->start);
}
