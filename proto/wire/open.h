/*
 * OPEN messages and capabilities (RFC 4271 4.2, RFC 5492, RFC 9072; reference/wire.md 2-4), and
 * what two OPENs negotiate. One codec row per capability in capability_*.c / capability.c.
 */
#ifndef TROUPE_PROTO_WIRE_OPEN_H
#define TROUPE_PROTO_WIRE_OPEN_H

#include <stdbool.h>
#include <stdint.h>
#include "common/wr.h"
#include "proto/wire/error.h"
#include "proto/wire/family.h"

struct buf;

enum {
	CAP_MULTIPROTOCOL = 1,
	CAP_ROUTE_REFRESH = 2,
	CAP_EXTENDED_NEXTHOP = 5,
	CAP_EXTENDED_MESSAGE = 6,
	CAP_ROLE = 9,
	CAP_GRACEFUL_RESTART = 64,
	CAP_ASN4 = 65,
	CAP_MULTISESSION = 68,
	CAP_ADD_PATH = 69,
	CAP_ENHANCED_REFRESH = 70,
	CAP_LLGR = 71,
	CAP_HOSTNAME = 73,
	CAP_SOFTWARE_VERSION = 75,
	CAP_PATHS_LIMIT = 76,
	CAP_LINK_LOCAL_NEXTHOP = 77,
	CAP_ROUTE_REFRESH_CISCO = 128,
	CAP_MULTISESSION_CISCO = 131,
	CAP_OPERATIONAL = 185,

	OPEN_FAMILIES_MAX = 64,
	AS_TRANS = 23456
};

/* BGP roles (RFC 9234 4): one more than on the wire, so that zero is none. */
enum bgp_role { ROLE_NONE, ROLE_PROVIDER, ROLE_RS, ROLE_RS_CLIENT, ROLE_CUSTOMER, ROLE_PEER };
/* "provider", "rs", …; NULL when unknown. */
const char *bgp_role_name(unsigned role);

/* What the configuration says about our OPEN (reference/config.md 3.6-3.8). */
struct capability_config {
	uint32_t families[OPEN_FAMILIES_MAX];
	unsigned n_families; /* ascending */
	bool asn4, extended_message, route_refresh, operational, multisession, software_version;
	bool link_local_nexthop;
	bool nexthop;              /* capability 5 is sent */
	uint32_t nexthop_families; /* bit map: ipv4 families with IPv6 next-hop */
	int graceful_restart;      /* -1 off, else the time in seconds (0 resolved to hold-time) */
	uint32_t long_lived;       /* seconds, 0: off (RFC 9494) */
	enum bgp_role role;
	bool role_strict;           /* the peer must say its role */
	uint8_t add_path;           /* 0, 1 receive, 2 send, 3 both */
	uint32_t add_path_families; /* bit map */
	struct {
		uint32_t family;
		uint16_t limit;
	} paths_limit[OPEN_FAMILIES_MAX];
	unsigned n_paths_limit;
	char hostname[65], domain[65], version[65]; /* "" : none */
};

/*
 * The capability list of our OPEN in wire.md 2.3's order: code, length, value, one after the
 * other, no parameter headers. This is how it travels from apid to bgpd.
 */
void capability_list(struct wr *w, const struct capability_config *c, uint32_t local_as);

/* A whole OPEN message from fixed fields and a capability list; classic or RFC 9072 form. */
void open_encode(struct wr *w, uint32_t local_as, uint16_t hold_time, uint32_t router_id,
	const uint8_t *caps, size_t caps_n);

/* A decoded OPEN. Borrows from the message. */
struct open {
	uint8_t version;
	uint16_t my_as, hold_time;
	uint32_t router_id;
	uint8_t seen[32]; /* bit map of capability codes present */
	uint32_t families[OPEN_FAMILIES_MAX];
	unsigned n_families; /* in message order; unknown families included */
	uint32_t asn4;       /* value of capability 65, or 0 */
	struct {
		uint32_t family;
		uint8_t mode; /* 1 receive, 2 send, 3 both */
	} add_path[OPEN_FAMILIES_MAX];
	unsigned n_add_path;
	struct {
		uint32_t family;
		uint16_t nexthop_afi;
	} nexthop[OPEN_FAMILIES_MAX];
	unsigned n_nexthop;
	struct {
		uint32_t family;
		uint8_t flags;
	} restart[OPEN_FAMILIES_MAX];
	unsigned n_restart;
	enum bgp_role role;
	bool role_conflict;    /* several roles that differ */
	uint8_t restart_flags; /* high nibble of the first byte */
	uint16_t restart_time;
	struct {
		uint32_t family;
		uint16_t limit;
	} paths_limit[OPEN_FAMILIES_MAX];
	unsigned n_paths_limit;
	const uint8_t *hostname, *domain, *software;
	uint8_t hostname_len, domain_len, software_len;
	/* Every capability in message order (code, value), for printing. */
	struct open_capability {
		uint8_t code, len;
		const uint8_t *value;
	} caps[128];
	unsigned n_caps;
};

static inline bool
open_has(const struct open *o, uint8_t code)
{
	return (o->seen[code >> 3] >> (code & 7)) & 1;
}

/* body: after the header. 0, or -1 with the NOTIFICATION in err (wire.md 3.1, 3.2). */
int open_decode(const uint8_t *body, size_t n, struct open *out, struct wire_error *err);

enum refresh_kind { REFRESH_ABSENT, REFRESH_NORMAL, REFRESH_ENHANCED };

/* wire.md section 4. */
struct negotiated {
	uint16_t message_max;
	uint16_t hold_time;
	bool asn4, multisession, operational, link_local_nexthop;
	enum refresh_kind refresh;
	uint32_t local_as, peer_as; /* real ones */
	bool ibgp;
	enum bgp_role role, peer_role; /* ours as sent; the peer's as received */
	uint32_t families[OPEN_FAMILIES_MAX];
	unsigned n_families;             /* in the peer's order */
	uint32_t family_bits;            /* the same as bit map */
	uint32_t addpath_tx, addpath_rx; /* bit maps */
	struct {
		uint32_t family;
		uint16_t nexthop_afi;
	} nexthop[OPEN_FAMILIES_MAX];
	unsigned n_nexthop;
};

/* sent and received as decoded. peer_as of the configuration is checked by open_check(). */
void open_negotiate(const struct open *sent, const struct open *received, struct negotiated *out);

/* wire.md 3.3: 0 or -1 with the NOTIFICATION. peer_as 0: any. */
int open_check(const struct open *sent, const struct open *received, uint32_t peer_as,
	struct wire_error *err);
/* RFC 9234 4.2: the roles fit together; 0 or -1 with the NOTIFICATION. strict: there must be one. */
int open_check_role(
	const struct open *sent, const struct open *received, bool strict, struct wire_error *err);
/* The peer's real AS number (wire.md 3.3). */
uint32_t open_peer_as(const struct open *sent, const struct open *received);

#endif
