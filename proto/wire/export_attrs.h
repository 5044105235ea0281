/*
 * The attribute part of an UPDATE for one kind of session (reference/wire.md 5.3-5.5): defaults,
 * LOCAL_PREF and AIGP rules, AS numbers of 2 bytes, and where the next-hop goes. Used by export.c
 * only.
 */
#ifndef TROUPE_PROTO_WIRE_EXPORT_ATTRS_H
#define TROUPE_PROTO_WIRE_EXPORT_ATTRS_H

#include "proto/wire/export.h"

/* A next-hop after `self` was resolved: len 0, 4 or 16. */
struct export_nexthop {
	uint8_t len;
	uint8_t addr[16];
};

/* 0, or -1 when `self` has no address of the family's AFI (out->len is 0 then). */
int export_nexthop(const struct export_session *s, uint32_t family, const struct attrset *set,
	struct export_nexthop *out);
/* The next-hop field of MP_REACH behind its length byte: at most 40 bytes. */
void export_mp_nexthop(struct wr *w, const struct export_session *s, uint32_t family,
	const struct export_nexthop *nh);
/* False: the route is for customers only, and the peer is none (RFC 9234 5). */
bool export_allowed(const struct export_session *s, uint32_t family, const struct attrset *set);
/* Every attribute except MP_REACH and MP_UNREACH, ascending, defaults added. set may be NULL. */
void export_attrs(struct wr *w, const struct export_session *s, uint32_t family,
	const struct attrset *set, const struct export_nexthop *nh);

#endif
