/*
 * Packing routes into UPDATE messages for one kind of session (reference/wire.md section 5): the
 * session-dependent details - 2-byte AS, LOCAL_PREF, default attributes, where the next-hop goes,
 * path-id or not, message size - are applied here and nowhere else. Pure functions over bytes.
 */
#ifndef TROUPE_PROTO_WIRE_EXPORT_H
#define TROUPE_PROTO_WIRE_EXPORT_H

#include "common/wr.h"
#include "proto/wire/attr.h"
#include "proto/wire/nlri.h"
#include "proto/wire/open.h"

/* Everything that changes bytes. Two sessions whose structs compare equal with
 * export_session_equal() form one export group. */
struct export_session {
	uint32_t local_as; /* for the default AS_PATH */
	bool asn4;
	bool ibgp;
	bool aigp; /* AIGP may be sent on this session */
	bool group_updates;
	enum bgp_role role;   /* ours on eBGP: ONLY_TO_CUSTOMER is added and obeyed (RFC 9234 5) */
	uint16_t message_max; /* 4096 or 65535 */
	uint32_t families;    /* bit map of negotiated families */
	uint32_t addpath_tx;  /* bit map */
	uint8_t self4_len, self6_len; /* 0 or 4; 0 or 16: what `next-hop self` is */
	uint8_t self4[4], self6[16];
	bool link_local; /* append link_local_addr after global IPv6 next-hops (5.5) */
	uint8_t link_local_addr[16];
};

bool export_session_equal(const struct export_session *a, const struct export_session *b);
uint32_t export_session_hash(const struct export_session *s);

/*
 * Appends one or more whole UPDATE messages (header included) that announce nlri[0..n) of one
 * family with one attribute set. Grouped families share messages (the caller sorted with
 * nlri_compare()); others get one each. Returns how many NLRI were packed: fewer than n when w
 * has no room for the next whole message (call again with a fresh w and the rest). An NLRI that
 * can not be sent at all (too large with these attributes, `self` without an address of that
 * family) is skipped, counted in *skipped. w must have room for at least message_max bytes when
 * it is fresh. family FAMILY_NONE: attributes only (5.8), n is 1, nlri ignored.
 */
size_t export_announce(struct wr *w, const struct export_session *s, uint32_t family,
	const struct attrset *set, const struct nlri *nlri, size_t n, size_t *skipped);
/* The same for withdraws; set: attributes of the withdraw command for the families that carry
 * them (may be NULL: defaults only). One NLRI a message. */
size_t export_withdraw(struct wr *w, const struct export_session *s, uint32_t family,
	const struct attrset *set, const struct nlri *nlri, size_t n, size_t *skipped);
/* End-of-RIB (RFC 4724 2), ROUTE-REFRESH (RFC 2918, RFC 7313), KEEPALIVE: whole messages. */
void export_eor(struct wr *w, uint32_t family);
void export_refresh(struct wr *w, uint32_t family, uint8_t subtype);
void export_keepalive(struct wr *w);

#endif
