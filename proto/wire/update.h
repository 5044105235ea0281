/*
 * Reading UPDATE messages (RFC 4271 4.3, RFC 4760, RFC 7606): structure, every attribute's checks,
 * every NLRI, without allocation. The result borrows from the message.
 */
#ifndef TROUPE_PROTO_WIRE_UPDATE_H
#define TROUPE_PROTO_WIRE_UPDATE_H

#include "common/rd.h"
#include "proto/wire/attr.h"
#include "proto/wire/nlri.h"
#include "proto/wire/open.h"

struct buf;

struct update_mp {
	bool present;
	uint32_t family;
	const uint8_t *nexthop; /* address only: RD and link-local cut off */
	uint8_t nexthop_len;    /* 0, 4 or 16 */
	uint8_t link_local_len; /* 16 when a link-local followed */
	const uint8_t *link_local;
	struct rd nlri;
};

struct update {
	enum wire_verdict verdict; /* the worst found */
	struct wire_error error;   /* for WIRE_RESET_SESSION: what to send */
	char reason[128];          /* for the verdicts between, one line, printable */
	bool eor;
	uint32_t eor_family;
	struct rd withdrawn;    /* classic withdrawn NLRI (ipv4 unicast) */
	struct rd attributes;   /* the whole raw attribute field */
	struct rd nlri;         /* classic NLRI */
	const uint8_t *nexthop; /* attribute 3 when valid, 4 bytes (16 accepted), else NULL */
	uint8_t nexthop_len;
	struct update_mp reach, unreach;
	/* Attribute codes left out because of a verdict (bit map), duplicates and bad ones. */
	uint32_t dropped[8];
};

/* What the session is: from negotiated OPENs. */
struct update_session {
	struct attr_context attrs;
	uint32_t families;   /* bit map of negotiated families */
	uint32_t addpath_rx; /* bit map */
	bool extended_nexthop;
	enum bgp_role role; /* ours: leaked routes are withdrawn (RFC 9234 5) */
	uint32_t peer_as;   /* with a role */
};

/*
 * body: the UPDATE after its 19-byte header. Returns 0, or -1 when the session must be reset
 * (out->error). With verdict WIRE_TREAT_AS_WITHDRAW all announced NLRI count as withdrawn.
 */
int update_decode(
	const uint8_t *body, size_t n, const struct update_session *s, struct update *out);

/* `"update": { … }` object content or `"eor": {…}` (events.md 7.1, 7.3): everything between
 * `"message": { ` and ` }`. nlri_how: compact and v4 flags. */
void update_json(struct buf *out, const struct update *u, const struct update_session *s,
	const struct nlri_print *how);
/* Text lines of API v4, each with prefix ("neighbor IP receive update") and line feed (events.md
 * 5.6), without start and end lines. */
void update_text(struct buf *out, const struct update *u, const struct update_session *s,
	const char *prefix);
/* Walks all announced (announce true) or withdrawn NLRI; honours treat-as-withdraw. Stops early when
 * fn returns false. */
void update_each(const struct update *u, const struct update_session *s,
	bool (*fn)(void *owner, bool announce, const struct nlri *nlri, const uint8_t *nexthop,
		uint8_t nexthop_len),
	void *owner);
/* Canonical block of the received attributes (AS4 merged, RFC 6793 4.2.3), for storing: into w. */
void update_canonical(const struct update *u, const struct update_session *s, struct wr *w);

#endif
