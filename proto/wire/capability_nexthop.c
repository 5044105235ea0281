/*
 * Extended next-hop encoding, code 5 (RFC 8950). Sent are IPv4 families with IPv6 next-hops, and
 * only when both the family and its IPv6 sister are configured.
 */
#include "proto/wire/capability.h"

#include "common/rd.h"

static void
encode(struct wr *w, const struct capability_config *c, uint32_t local_as)
{
	(void)local_as;
	if (!c->nexthop)
		return;
	size_t at = capability_begin(w, CAP_EXTENDED_NEXTHOP);
	for (unsigned i = 0; i < FAMILY_COUNT; i++) {
		const struct family_info *f = &family_table[i];
		uint8_t safi = family_safi(f->family);

		if (!(f->flags & FAMILY_F_EXTNH) || !(c->nexthop_families >> i & 1) ||
			!capability_has_family(c, f->family) ||
			!capability_has_family(c, FAMILY(AFI_IPV6, safi)))
			continue;
		wr_u16(w, family_afi(f->family));
		wr_u16(w, safi);
		wr_u16(w, AFI_IPV6);
	}
	capability_end(w, at);
}

static void
add(struct open *o, uint32_t family, uint16_t nexthop_afi)
{
	for (unsigned i = 0; i < o->n_nexthop; i++)
		if (o->nexthop[i].family == family && o->nexthop[i].nexthop_afi == nexthop_afi)
			return;
	if (o->n_nexthop == OPEN_FAMILIES_MAX)
		return;
	o->nexthop[o->n_nexthop].family = family;
	o->nexthop[o->n_nexthop++].nexthop_afi = nexthop_afi;
}

static int
decode(struct open *o, const uint8_t *value, uint8_t n, struct wire_error *err)
{
	struct rd r = rd_init(value, n);

	while (rd_left(&r) > 0) {
		if (rd_left(&r) < 6)
			return wire_error_set(err, 2, 0,
				"NextHop capability truncated: need 6 bytes per entry, got %zu",
				rd_left(&r));
		uint16_t afi = rd_u16(&r);
		uint8_t safi = (uint8_t)rd_u16(&r);
		add(o, FAMILY(afi, safi), rd_u16(&r));
	}
	return 0;
}

const struct capability_codec capability_nexthop = { CAP_EXTENDED_NEXTHOP, encode, decode };
