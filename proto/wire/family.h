/*
 * Address families: one table row each, with numbers (IANA AFI/SAFI), names as configuration, API
 * and JSON spell them, and what the wire rules of that family are. A family is passed around as
 * one number, FAMILY(afi, safi); sets of families are bit maps over the row index.
 */
#ifndef TROUPE_PROTO_WIRE_FAMILY_H
#define TROUPE_PROTO_WIRE_FAMILY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAMILY(afi, safi) ((uint32_t)(afi) << 8 | (uint32_t)(safi))

enum {
	AFI_IPV4 = 1,
	AFI_IPV6 = 2,
	AFI_L2VPN = 25,
	AFI_BGPLS = 16388,
	SAFI_UNICAST = 1,
	SAFI_MULTICAST = 2,
	SAFI_NLRI_MPLS = 4,
	SAFI_MCAST_VPN = 5,
	SAFI_VPLS = 65,
	SAFI_EVPN = 70,
	SAFI_BGPLS = 71,
	SAFI_BGPLS_VPN = 72,
	SAFI_SR_POLICY = 73,
	SAFI_MUP = 85,
	SAFI_MPLS_VPN = 128,
	SAFI_RTC = 132,
	SAFI_FLOW = 133,
	SAFI_FLOW_VPN = 134
};

enum {
	IPV4_UNICAST = FAMILY(AFI_IPV4, SAFI_UNICAST),
	IPV4_MULTICAST = FAMILY(AFI_IPV4, SAFI_MULTICAST),
	IPV6_UNICAST = FAMILY(AFI_IPV6, SAFI_UNICAST),
	IPV6_MULTICAST = FAMILY(AFI_IPV6, SAFI_MULTICAST),
	FAMILY_NONE = 0 /* the slot of an attributes-only UPDATE */
};

enum {
	FAMILY_F_CLASSIC =
		1 << 0, /* IPv4 next-hop: NLRI in the UPDATE's own fields (wire.md 5.2) */
	FAMILY_F_PATH_ID = 1 << 1,         /* path-id written when ADD-PATH is negotiated (6.2) */
	FAMILY_F_ADDPATH_CAP = 1 << 2,     /* may stand in capability 69 (2.3) */
	FAMILY_F_GROUPED = 1 << 3,         /* several NLRI in one UPDATE (5.6) */
	FAMILY_F_BARE_WITHDRAW = 1 << 4,   /* withdraw without attributes (5.4) */
	FAMILY_F_NO_NEXTHOP_ATTR = 1 << 5, /* never attribute 3: vpls, sr-policy, flow (5.4), and
					  * those the reference can not announce */
	FAMILY_F_RD_NEXTHOP = 1 << 6,      /* 8 zero bytes before the next-hop (5.5) */
	FAMILY_F_EXTNH = 1 << 7            /* may stand in capability 5 with next-hop AFI 2 (2.3) */
};

enum { FAMILY_COUNT = 23 };

struct family_info {
	uint32_t family;
	const char *afi;        /* "ipv4" */
	const char *safi;       /* "unicast", as printed; also the configuration keyword */
	const char *safi_alias; /* another keyword, or NULL */
	const char *name;       /* "ipv4 unicast" */
	uint16_t flags;
};

/* Ascending (AFI, SAFI): the order of the OPEN. */
extern const struct family_info family_table[FAMILY_COUNT];

static inline uint16_t
family_afi(uint32_t family)
{
	return (uint16_t)(family >> 8);
}

static inline uint8_t
family_safi(uint32_t family)
{
	return (uint8_t)family;
}

/* NULL for a family that is not in the table. */
const struct family_info *family_find(uint32_t family);
/* Row index 0..FAMILY_COUNT-1, or -1. */
int family_index(uint32_t family);
static inline uint32_t
family_bit(uint32_t family)
{
	int index = family_index(family);

	return index < 0 ? 0 : UINT32_C(1) << index;
}
/* By words; safi in any case when fold is set. 0 when unknown. */
uint32_t family_by_name(const char *afi, size_t afi_n, const char *safi, size_t safi_n, bool fold);
/* 0 when unknown. */
uint16_t afi_by_name(const char *s, size_t n);
/* Names for display; unknown numbers as reference/events.md 18.3 spells them, written
 * into out when there is no constant. */
const char *afi_name(uint16_t afi, char out[40]);
const char *safi_name(uint8_t safi, char out[40]);

#endif
