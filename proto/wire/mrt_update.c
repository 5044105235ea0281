/*
 * A route of an MRT table as the UPDATE that announces it. Tables shorten MP_REACH_NLRI to length and
 * address of the next-hop (RFC 6396 4.3.4); some writers leave it whole. A length is never 0, the
 * first byte of an AFI always is in the families of tables: that tells them apart. BGP-LS (AFI
 * 16388) is the exception, told by the AFI itself.
 */
#include "proto/wire/mrt.h"

#include "proto/wire/attr.h"
#include "proto/wire/family.h"
#include "proto/wire/message.h"

enum { WHOLE_MIN = 5 }; /* AFI, SAFI, next-hop length, reserved */

struct nexthop {
	const uint8_t *bytes;
	uint8_t len;
};

static bool
is_whole(const struct attr *a, uint32_t family)
{
	struct rd r = rd_init(a->value, a->len);

	return a->len >= WHOLE_MIN && rd_u16(&r) == family_afi(family);
}

/* The next-hop of an MP_REACH_NLRI in either form. */
static struct nexthop
mp_nexthop(const struct attr *a, uint32_t family)
{
	struct rd r = rd_init(a->value, a->len);
	struct nexthop nh = { 0 };

	if (is_whole(a, family))
		rd_bytes(&r, 3);
	nh.len = rd_u8(&r);
	nh.bytes = rd_bytes(&r, nh.len);
	if (nh.bytes == NULL)
		nh.len = 0;
	return nh;
}

/* The next-hop for MP_REACH_NLRI; len 0: the route needs none, its NLRI are in the UPDATE. */
static struct nexthop
find_nexthop(const struct mrt_rib *rib, const struct mrt_rib_entry *entry)
{
	struct rd r = rd_init(entry->attrs, entry->len);
	struct nexthop classic = { 0 };
	struct attr a;

	while (attr_next(&r, &a)) {
		if (a.code == ATTR_MP_REACH)
			return mp_nexthop(&a, rib->nlri.family);
		if (a.code == ATTR_NEXT_HOP && rib->nlri.family != IPV4_UNICAST && a.len <= 16)
			classic = (struct nexthop){ a.value, (uint8_t)a.len };
	}
	return classic;
}

static void
put_nlri(struct wr *w, const struct mrt_rib *rib, const struct mrt_rib_entry *entry)
{
	if (entry->has_path_id)
		wr_u32(w, entry->path_id);
	wr_bytes(w, rib->nlri.bytes, rib->nlri.len);
}

static void
put_reach(struct wr *w, const struct mrt_rib *rib, const struct mrt_rib_entry *entry,
	const struct nexthop *nh)
{
	size_t at;

	wr_u8(w, ATTR_F_OPTIONAL | ATTR_F_EXTENDED);
	wr_u8(w, ATTR_MP_REACH);
	at = wr_mark_u16(w);
	wr_u16(w, family_afi(rib->nlri.family));
	wr_u8(w, family_safi(rib->nlri.family));
	wr_u8(w, nh->len);
	wr_bytes(w, nh->bytes, nh->len);
	wr_u8(w, 0);
	put_nlri(w, rib, entry);
	wr_patch_u16(w, at);
}

void
mrt_rib_update(struct wr *w, const struct mrt_rib *rib, const struct mrt_rib_entry *entry)
{
	struct nexthop nh = find_nexthop(rib, entry);
	bool multiprotocol = nh.len > 0 || rib->nlri.family != IPV4_UNICAST;
	size_t start = message_begin(w, MESSAGE_UPDATE), at;
	struct rd r = rd_init(entry->attrs, entry->len);
	struct attr a;

	wr_u16(w, 0);
	at = wr_mark_u16(w);
	if (multiprotocol)
		put_reach(w, rib, entry, &nh);
	while (attr_next(&r, &a)) {
		if (a.code == ATTR_MP_REACH || a.code == ATTR_MP_UNREACH)
			continue;
		if (multiprotocol && a.code == ATTR_NEXT_HOP)
			continue;
		attr_write(w, a.flags, a.code, a.value, a.len);
	}
	wr_patch_u16(w, at);
	if (!multiprotocol)
		put_nlri(w, rib, entry);
	message_end(w, start);
}
