/*
 * What two OPENs agree on (reference/wire.md 4) and whether the peer's is acceptable at all (3.3,
 * RFC 4271 6.2, RFC 6793 for AS numbers). The decision between iBGP and eBGP is made with the
 * real AS numbers of both sides. Pure functions over decoded OPENs.
 */
#include "proto/wire/open.h"

#include <string.h>

#include "proto/wire/message.h"

static bool
both(const struct open *a, const struct open *b, uint8_t code)
{
	return open_has(a, code) && open_has(b, code);
}

static bool
has_family(const struct open *o, uint32_t family)
{
	for (unsigned i = 0; i < o->n_families; i++)
		if (o->families[i] == family)
			return true;
	return false;
}

static uint8_t
add_path_mode(const struct open *o, uint32_t family)
{
	for (unsigned i = 0; i < o->n_add_path; i++)
		if (o->add_path[i].family == family)
			return o->add_path[i].mode;
	return 0;
}

/* Our own AS number: the value of capability 65 when we sent it. */
static uint32_t
own_as(const struct open *sent)
{
	return open_has(sent, CAP_ASN4) ? sent->asn4 : sent->my_as;
}

uint32_t
open_peer_as(const struct open *sent, const struct open *received)
{
	if (received->my_as == AS_TRANS && both(sent, received, CAP_ASN4))
		return received->asn4;
	return received->my_as;
}

static void
negotiate_families(const struct open *sent, const struct open *received, struct negotiated *out)
{
	for (unsigned i = 0; i < received->n_families; i++) {
		uint32_t family = received->families[i];
		uint32_t bit = family_bit(family);

		if (!has_family(sent, family))
			continue;
		out->families[out->n_families++] = family;
		out->family_bits |= bit;
		uint8_t ours = add_path_mode(sent, family);
		uint8_t theirs = add_path_mode(received, family);
		if ((ours & 2) && (theirs & 1))
			out->addpath_tx |= bit;
		if ((ours & 1) && (theirs & 2))
			out->addpath_rx |= bit;
	}
}

static void
negotiate_nexthop(const struct open *sent, const struct open *received, struct negotiated *out)
{
	for (unsigned i = 0; i < received->n_nexthop; i++) {
		for (unsigned j = 0; j < sent->n_nexthop; j++) {
			if (sent->nexthop[j].family != received->nexthop[i].family ||
				sent->nexthop[j].nexthop_afi != received->nexthop[i].nexthop_afi)
				continue;
			out->nexthop[out->n_nexthop].family = received->nexthop[i].family;
			out->nexthop[out->n_nexthop++].nexthop_afi =
				received->nexthop[i].nexthop_afi;
			break;
		}
	}
}

void
open_negotiate(const struct open *sent, const struct open *received, struct negotiated *out)
{
	memset(out, 0, sizeof(*out));
	out->message_max =
		both(sent, received, CAP_EXTENDED_MESSAGE) ? MESSAGE_MAX_EXTENDED : MESSAGE_MAX;
	out->hold_time =
		sent->hold_time < received->hold_time ? sent->hold_time : received->hold_time;
	out->asn4 = both(sent, received, CAP_ASN4);
	out->multisession = both(sent, received, CAP_MULTISESSION);
	out->operational = both(sent, received, CAP_OPERATIONAL);
	out->link_local_nexthop = both(sent, received, CAP_LINK_LOCAL_NEXTHOP);
	out->refresh = both(sent, received, CAP_ENHANCED_REFRESH) ? REFRESH_ENHANCED
		       : both(sent, received, CAP_ROUTE_REFRESH)  ? REFRESH_NORMAL
								  : REFRESH_ABSENT;
	out->local_as = own_as(sent);
	out->peer_as = open_peer_as(sent, received);
	out->ibgp = out->local_as == out->peer_as;
	out->role = sent->role;
	out->peer_role = received->role;
	negotiate_families(sent, received, out);
	negotiate_nexthop(sent, received, out);
}

static bool
same_families(const struct open *a, const struct open *b)
{
	for (unsigned i = 0; i < a->n_families; i++)
		if (!has_family(b, a->families[i]))
			return false;
	return a->n_families == b->n_families;
}

int
open_check(const struct open *sent, const struct open *received, uint32_t peer_as,
	struct wire_error *err)
{
	uint32_t id = received->router_id;
	uint32_t actual_as = open_peer_as(sent, received);

	if (peer_as != 0 && peer_as != actual_as)
		return wire_error_set(err, 2, 2, "ASN in OPEN (%u) did not match ASN expected (%u)",
			received->my_as, peer_as);
	if (id == 0)
		return wire_error_set(err, 2, 3, "0.0.0.0 is an invalid router_id");
	if (actual_as == own_as(sent) && id == sent->router_id)
		return wire_error_set(err, 2, 3,
			"BGP Identifier collision, same router-id (%u.%u.%u.%u) on both sides of "
			"this IBGP session",
			id >> 24, id >> 16 & 255, id >> 8 & 255, id & 255);
	if (received->hold_time == 1 || received->hold_time == 2)
		return wire_error_set(err, 2, 6, "Hold Time is invalid (%u)", received->hold_time);
	if (!open_has(sent, CAP_MULTISESSION))
		return 0;
	if (!open_has(received, CAP_MULTISESSION))
		return wire_error_set(err, 2, 9, "multisession is mandatory with this peer");
	if (!same_families(sent, received))
		return wire_error_set(err, 2, 8,
			"when checking session id, capability multiprotocol did not match");
	return 0;
}
