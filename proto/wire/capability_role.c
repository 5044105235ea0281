/*
 * BGP Role, code 9 (RFC 9234): what the peer is to us. Which pairs of roles make sense is a table;
 * what follows for routes (ONLY_TO_CUSTOMER) is done where they are packed (export.c) and read
 * (update.c).
 */
#include "proto/wire/capability.h"

static const struct {
	const char *name;
	enum bgp_role other; /* what the peer must be */
} roles[] = {
	[ROLE_NONE] = { NULL, ROLE_NONE },
	[ROLE_PROVIDER] = { "provider", ROLE_CUSTOMER },
	[ROLE_RS] = { "rs", ROLE_RS_CLIENT },
	[ROLE_RS_CLIENT] = { "rs-client", ROLE_RS },
	[ROLE_CUSTOMER] = { "customer", ROLE_PROVIDER },
	[ROLE_PEER] = { "peer", ROLE_PEER },
};

enum { ROLE_COUNT = sizeof(roles) / sizeof(roles[0]) };

const char *
bgp_role_name(unsigned role)
{
	return role < ROLE_COUNT ? roles[role].name : NULL;
}

static void
encode(struct wr *w, const struct capability_config *c, uint32_t local_as)
{
	(void)local_as;
	if (c->role == ROLE_NONE)
		return;
	size_t at = capability_begin(w, CAP_ROLE);
	wr_u8(w, (uint8_t)(c->role - 1));
	capability_end(w, at);
}

/* Numbers beyond the table are kept: they fit no role of ours. */
static int
decode(struct open *o, const uint8_t *value, uint8_t n, struct wire_error *err)
{
	if (n != 1)
		return wire_error_set(err, 2, 0, "BGP Role capability must have 1 byte, got %u", n);
	o->role_conflict |= o->role != ROLE_NONE && o->role != (enum bgp_role)(value[0] + 1);
	o->role = (enum bgp_role)(value[0] + 1);
	return 0;
}

int
open_check_role(
	const struct open *sent, const struct open *received, bool strict, struct wire_error *err)
{
	const char *ours = bgp_role_name(sent->role), *theirs = bgp_role_name(received->role);

	if (ours == NULL)
		return 0;
	if (received->role == ROLE_NONE && !strict)
		return 0;
	if (received->role == ROLE_NONE)
		return wire_error_set(err, 2, 11, "expected the role of the peer, found none");
	if (received->role_conflict)
		return wire_error_set(err, 2, 11, "several roles that differ");
	if (received->role == roles[sent->role].other)
		return 0;
	return wire_error_set(err, 2, 11, "role %s does not fit our role %s",
		theirs != NULL ? theirs : "unknown", ours);
}

const struct capability_codec capability_role = { CAP_ROLE, encode, decode };
