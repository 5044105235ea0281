/*
 * The family table. Rows ascend by (AFI, SAFI): that is the order of the OPEN and of the default
 * family list (reference/config.md 3.5, wire.md A.1).
 */
#include "proto/wire/family.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define CLASSIC (FAMILY_F_CLASSIC | FAMILY_F_PATH_ID | FAMILY_F_BARE_WITHDRAW)
#define PLAIN   (FAMILY_F_PATH_ID | FAMILY_F_BARE_WITHDRAW)
#define LABEL   (FAMILY_F_PATH_ID | FAMILY_F_ADDPATH_CAP)
#define ROW(a, s, an, sn, al, fl)                                                \
	{                                                                        \
		.family = FAMILY(a, s), .afi = an, .safi = sn, .safi_alias = al, \
		.name = an " " sn, .flags = fl                                   \
	}

const struct family_info family_table[FAMILY_COUNT] = {
	ROW(AFI_IPV4, SAFI_UNICAST, "ipv4", "unicast", NULL,
		CLASSIC | FAMILY_F_ADDPATH_CAP | FAMILY_F_GROUPED | FAMILY_F_EXTNH),
	ROW(AFI_IPV4, SAFI_MULTICAST, "ipv4", "multicast", NULL, CLASSIC | FAMILY_F_EXTNH),
	ROW(AFI_IPV4, SAFI_NLRI_MPLS, "ipv4", "nlri-mpls", "labeled-unicast",
		LABEL | FAMILY_F_EXTNH),
	ROW(AFI_IPV4, SAFI_MCAST_VPN, "ipv4", "mcast-vpn", NULL, FAMILY_F_GROUPED),
	ROW(AFI_IPV4, SAFI_SR_POLICY, "ipv4", "sr-policy", NULL, FAMILY_F_NO_NEXTHOP_ATTR),
	ROW(AFI_IPV4, SAFI_MUP, "ipv4", "mup", NULL, FAMILY_F_ADDPATH_CAP),
	ROW(AFI_IPV4, SAFI_MPLS_VPN, "ipv4", "mpls-vpn", NULL,
		LABEL | FAMILY_F_RD_NEXTHOP | FAMILY_F_EXTNH),
	ROW(AFI_IPV4, SAFI_RTC, "ipv4", "rtc", NULL, FAMILY_F_NO_NEXTHOP_ATTR),
	ROW(AFI_IPV4, SAFI_FLOW, "ipv4", "flow", NULL, FAMILY_F_NO_NEXTHOP_ATTR),
	ROW(AFI_IPV4, SAFI_FLOW_VPN, "ipv4", "flow-vpn", NULL, FAMILY_F_NO_NEXTHOP_ATTR),
	ROW(AFI_IPV6, SAFI_UNICAST, "ipv6", "unicast", NULL, PLAIN | FAMILY_F_ADDPATH_CAP),
	ROW(AFI_IPV6, SAFI_MULTICAST, "ipv6", "multicast", NULL, PLAIN),
	ROW(AFI_IPV6, SAFI_NLRI_MPLS, "ipv6", "nlri-mpls", "labeled-unicast", LABEL),
	ROW(AFI_IPV6, SAFI_MCAST_VPN, "ipv6", "mcast-vpn", NULL, FAMILY_F_GROUPED),
	ROW(AFI_IPV6, SAFI_SR_POLICY, "ipv6", "sr-policy", NULL, FAMILY_F_NO_NEXTHOP_ATTR),
	ROW(AFI_IPV6, SAFI_MUP, "ipv6", "mup", NULL, FAMILY_F_ADDPATH_CAP),
	ROW(AFI_IPV6, SAFI_MPLS_VPN, "ipv6", "mpls-vpn", NULL, LABEL | FAMILY_F_RD_NEXTHOP),
	ROW(AFI_IPV6, SAFI_FLOW, "ipv6", "flow", NULL, FAMILY_F_NO_NEXTHOP_ATTR),
	ROW(AFI_IPV6, SAFI_FLOW_VPN, "ipv6", "flow-vpn", NULL, FAMILY_F_NO_NEXTHOP_ATTR),
	ROW(AFI_L2VPN, SAFI_VPLS, "l2vpn", "vpls", NULL, FAMILY_F_NO_NEXTHOP_ATTR),
	ROW(AFI_L2VPN, SAFI_EVPN, "l2vpn", "evpn", NULL, FAMILY_F_NO_NEXTHOP_ATTR),
	ROW(AFI_BGPLS, SAFI_BGPLS, "bgp-ls", "bgp-ls", NULL, FAMILY_F_NO_NEXTHOP_ATTR),
	ROW(AFI_BGPLS, SAFI_BGPLS_VPN, "bgp-ls", "bgp-ls-vpn", NULL,
		FAMILY_F_RD_NEXTHOP | FAMILY_F_NO_NEXTHOP_ATTR),
};

int
family_index(uint32_t family)
{
	unsigned low = 0, high = FAMILY_COUNT;

	if (family == IPV4_UNICAST)
		return 0;
	while (low < high) {
		unsigned mid = (low + high) / 2;

		if (family_table[mid].family == family)
			return (int)mid;
		if (family_table[mid].family < family)
			low = mid + 1;
		else
			high = mid;
	}
	return -1;
}

const struct family_info *
family_find(uint32_t family)
{
	int index = family_index(family);

	return index < 0 ? NULL : &family_table[index];
}

static bool
word_is(const char *word, const char *s, size_t n, bool fold)
{
	if (word == NULL || strlen(word) != n)
		return false;
	return fold ? strncasecmp(word, s, n) == 0 : memcmp(word, s, n) == 0;
}

uint32_t
family_by_name(const char *afi, size_t afi_n, const char *safi, size_t safi_n, bool fold)
{
	for (unsigned i = 0; i < FAMILY_COUNT; i++) {
		const struct family_info *row = &family_table[i];

		if (word_is(row->afi, afi, afi_n, false) &&
			(word_is(row->safi, safi, safi_n, fold) ||
				word_is(row->safi_alias, safi, safi_n, fold)))
			return row->family;
	}
	return 0;
}

uint16_t
afi_by_name(const char *s, size_t n)
{
	for (unsigned i = 0; i < FAMILY_COUNT; i++)
		if (word_is(family_table[i].afi, s, n, false))
			return family_afi(family_table[i].family);
	return 0;
}

const char *
afi_name(uint16_t afi, char out[40])
{
	for (unsigned i = 0; i < FAMILY_COUNT; i++)
		if (family_afi(family_table[i].family) == afi)
			return family_table[i].afi;
	snprintf(out, 40, "unknown-afi-0x%x", afi);
	return out;
}

const char *
safi_name(uint8_t safi, char out[40])
{
	for (unsigned i = 0; i < FAMILY_COUNT; i++)
		if (family_safi(family_table[i].family) == safi)
			return family_table[i].safi;
	snprintf(out, 40, "unknown safi %u", safi);
	return out;
}
