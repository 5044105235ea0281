/*
 * MP_REACH_NLRI and MP_UNREACH_NLRI (RFC 4760 3, 4): family, next hop with the lengths each
 * family allows (RFC 2545, RFC 4364, RFC 4659, RFC 8950), and where the NLRI are. Every defect
 * here resets the session, as the NLRI can no longer be told (RFC 7606 5.3, reference/wire.md
 * 8.4, 8.5).
 */
#include "proto/wire/update_mp.h"

#include <stdio.h>
#include <string.h>
#include "proto/wire/family.h"

enum { LENGTHS_MAX = 4, NONE = 255, RD_LEN = 8 };

/* Next-hop lengths a family allows; NONE ends the row. */
static const struct lengths {
	uint32_t family;
	uint8_t length[LENGTHS_MAX];
} lengths[] = {
	{ FAMILY(AFI_IPV4, SAFI_UNICAST), { 4, NONE } },
	{ FAMILY(AFI_IPV4, SAFI_MULTICAST), { 4, NONE } },
	{ FAMILY(AFI_IPV4, SAFI_NLRI_MPLS), { 4, NONE } },
	{ FAMILY(AFI_IPV4, SAFI_MCAST_VPN), { 4, NONE } },
	{ FAMILY(AFI_IPV4, SAFI_SR_POLICY), { 4, NONE } },
	{ FAMILY(AFI_IPV4, SAFI_MUP), { 4, 16, NONE } },
	{ FAMILY(AFI_IPV4, SAFI_MPLS_VPN), { 12, NONE } },
	{ FAMILY(AFI_IPV4, SAFI_RTC), { 4, 16, NONE } },
	{ FAMILY(AFI_IPV4, SAFI_FLOW), { 0, 4, NONE } },
	{ FAMILY(AFI_IPV4, SAFI_FLOW_VPN), { 0, 4, NONE } },
	{ FAMILY(AFI_IPV6, SAFI_UNICAST), { 16, 32, NONE } },
	{ FAMILY(AFI_IPV6, SAFI_MULTICAST), { 16, 32, NONE } },
	{ FAMILY(AFI_IPV6, SAFI_NLRI_MPLS), { 16, 32, NONE } },
	{ FAMILY(AFI_IPV6, SAFI_MCAST_VPN), { 4, 16, NONE } },
	{ FAMILY(AFI_IPV6, SAFI_SR_POLICY), { 16, NONE } },
	{ FAMILY(AFI_IPV6, SAFI_MUP), { 4, 16, NONE } },
	{ FAMILY(AFI_IPV6, SAFI_MPLS_VPN), { 24, 40, NONE } },
	{ FAMILY(AFI_IPV6, SAFI_FLOW), { 0, 16, 32, NONE } },
	{ FAMILY(AFI_IPV6, SAFI_FLOW_VPN), { 0, 16, 32, NONE } },
	{ FAMILY(AFI_L2VPN, SAFI_VPLS), { 4, NONE } },
	{ FAMILY(AFI_L2VPN, SAFI_EVPN), { 4, NONE } },
	{ FAMILY(AFI_BGPLS, SAFI_BGPLS), { 4, 16, NONE } },
	{ FAMILY(AFI_BGPLS, SAFI_BGPLS_VPN), { 12, 24, NONE } },
};

static const struct lengths *
find_lengths(uint32_t family)
{
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
		if (lengths[i].family == family)
			return &lengths[i];
	return NULL;
}

static bool
allows(const struct lengths *row, uint8_t len)
{
	for (size_t i = 0; row != NULL && row->length[i] != NONE; i++)
		if (row->length[i] == len)
			return true;
	return false;
}

static int
refuse_length(const struct lengths *row, const char *name, uint8_t len, struct wire_error *err)
{
	char expected[32] = "";
	size_t at = 0;

	for (size_t i = 0; row->length[i] != NONE; i++)
		at += (size_t)snprintf(expected + at, sizeof(expected) - at, "%s%u",
			i > 0 ? " or " : "", row->length[i]);
	return wire_error_set(
		err, 3, 0, "invalid %s next-hop length %u expected %s", name, len, expected);
}

/* With extended next hops negotiated the length tells which AFI's rule applies (RFC 8950 3). */
static int
check_length(uint32_t family, uint8_t len, const struct update_session *s, struct wire_error *err)
{
	const struct family_info *info = family_find(family);
	const struct lengths *row = find_lengths(family);

	if (s->extended_nexthop && family_afi(family) <= AFI_IPV6) {
		bool wide = len == 16 || len == 24 || len == 32 || len == 40 || len == 48;
		const struct lengths *other =
			find_lengths(FAMILY(wide ? AFI_IPV6 : AFI_IPV4, family_safi(family)));

		if (!wide && len != 0 && len != 4 && len != 12)
			return wire_error_set(err, 3, 0,
				"unsupported family %s with extended next-hop capability enabled",
				info->name);
		if (allows(other, len))
			return 0;
	}
	/* RFC 4659 3.2.1.1 gives the link-local address of an IPv6 VPN an RD of its own. */
	if (allows(row, len) || (family == FAMILY(AFI_IPV6, SAFI_MPLS_VPN) && len == 48))
		return 0;
	return refuse_length(row, info->name, len, err);
}

static bool
is_zero(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != 0)
			return false;
	return true;
}

/* The address, and a link-local one after it; route distinguishers are cut off. */
static int
split_nexthop(struct rd nexthop, bool has_rd, struct update_mp *out, struct wire_error *err)
{
	size_t len;

	if (has_rd && !is_zero(rd_bytes(&nexthop, RD_LEN), RD_LEN))
		return wire_error_set(
			err, 3, 0, "MP_REACH_NLRI next-hop's route-distinguisher must be zero");
	len = rd_left(&nexthop);
	out->nexthop_len = len >= 16 ? 16 : (uint8_t)len;
	out->nexthop = rd_bytes(&nexthop, out->nexthop_len);
	if (rd_left(&nexthop) == RD_LEN + 16)
		rd_bytes(&nexthop, RD_LEN);
	if (rd_left(&nexthop) == 16) {
		out->link_local_len = 16;
		out->link_local = rd_bytes(&nexthop, 16);
	}
	return 0;
}

static bool
is_negotiated(uint32_t family, const struct update_session *s)
{
	return (s->families & family_bit(family)) != 0;
}

static int
refuse_family(uint32_t family, const char *between, struct wire_error *err)
{
	char afi[40], safi[40];

	return wire_error_set(err, 3, 0, "presented a non-negotiated family %s%s%s",
		afi_name(family_afi(family), afi), between, safi_name(family_safi(family), safi));
}

int
update_mp_reach(const struct attr *a, const struct update_session *s, struct update_mp *out,
	struct wire_error *err)
{
	struct rd r = rd_init(a->value, a->len), nexthop;
	uint16_t afi = rd_u16(&r);
	uint8_t safi = rd_u8(&r), len = rd_u8(&r);
	bool has_rd;

	if (a->len < 5)
		return wire_error_set(err, 3, 9,
			"MP_REACH_NLRI too short: need at least 5 bytes, got %u", a->len);
	out->family = FAMILY(afi, safi);
	if (!is_negotiated(out->family, s))
		return refuse_family(out->family, "/", err);
	if (rd_left(&r) < len + 1u)
		return wire_error_set(err, 3, 9, "MP_REACH_NLRI truncated: need %u bytes, got %u",
			5u + len, a->len);
	if (check_length(out->family, len, s, err) == -1)
		return -1;
	nexthop = rd_sub(&r, len);
	has_rd = (family_find(out->family)->flags & FAMILY_F_RD_NEXTHOP) != 0 && len >= RD_LEN + 4;
	if (split_nexthop(nexthop, has_rd, out, err) == -1)
		return -1;
	if (rd_u8(&r) != 0)
		return wire_error_set(err, 3, 0, "the reserved bit of MP_REACH_NLRI is not zero");
	if (rd_left(&r) == 0)
		return wire_error_set(err, 3, 0,
			"No data to decode in an MPREACHNLRI but it is not an EOR %u/%u", afi,
			safi);
	out->nlri = r;
	out->present = true;
	return 0;
}

int
update_mp_unreach(const struct attr *a, const struct update_session *s, struct update_mp *out,
	struct wire_error *err)
{
	struct rd r = rd_init(a->value, a->len);
	uint16_t afi = rd_u16(&r);
	uint8_t safi = rd_u8(&r);

	if (!rd_ok(&r))
		return wire_error_set(err, 3, 9,
			"MP_UNREACH_NLRI too short: need at least 3 bytes, got %u", a->len);
	out->family = FAMILY(afi, safi);
	/* An End-of-RIB changes nothing: taken for any family. */
	if (rd_left(&r) > 0 && !is_negotiated(out->family, s))
		return refuse_family(out->family, " ", err);
	out->nlri = r;
	out->present = true;
	return 0;
}
