/*
 * The table of capabilities in the order they stand in our OPEN (reference/wire.md 2.3), those
 * that carry no value, and what all of them share. Codes that are not in the table are kept raw.
 */
#include "proto/wire/capability.h"

size_t
capability_begin(struct wr *w, uint8_t code)
{
	size_t at = wr_len(w) + 1;

	wr_u8(w, code);
	wr_u8(w, 0);
	return at;
}

void
capability_end(struct wr *w, size_t at)
{
	size_t n = wr_len(w) - at - 1;

	if (!wr_ok(w))
		return;
	if (n > UINT8_MAX)
		w->bad = true;
	else
		w->base[at] = (uint8_t)n;
}

bool
capability_has_family(const struct capability_config *c, uint32_t family)
{
	for (unsigned i = 0; i < c->n_families; i++)
		if (c->families[i] == family)
			return true;
	return false;
}

static void
flag(struct wr *w, bool on, uint8_t code)
{
	if (on)
		capability_end(w, capability_begin(w, code));
}

/* RFC 2918 */
static void
encode_refresh(struct wr *w, const struct capability_config *c, uint32_t local_as)
{
	(void)local_as;
	flag(w, c->route_refresh, CAP_ROUTE_REFRESH);
}

/* RFC 7313 */
static void
encode_enhanced_refresh(struct wr *w, const struct capability_config *c, uint32_t local_as)
{
	(void)local_as;
	flag(w, c->route_refresh, CAP_ENHANCED_REFRESH);
}

static void
encode_operational(struct wr *w, const struct capability_config *c, uint32_t local_as)
{
	(void)local_as;
	flag(w, c->operational, CAP_OPERATIONAL);
}

/* RFC 8654 */
static void
encode_extended_message(struct wr *w, const struct capability_config *c, uint32_t local_as)
{
	(void)local_as;
	flag(w, c->extended_message, CAP_EXTENDED_MESSAGE);
}

static void
encode_link_local(struct wr *w, const struct capability_config *c, uint32_t local_as)
{
	(void)local_as;
	flag(w, c->link_local_nexthop, CAP_LINK_LOCAL_NEXTHOP);
}

/* draft-ietf-idr-bgp-multisession: the session id list, as two capabilities of one byte each. */
static void
encode_multisession(struct wr *w, const struct capability_config *c, uint32_t local_as)
{
	(void)local_as;
	for (uint8_t id = 0; c->multisession && id < 2; id++) {
		size_t at = capability_begin(w, CAP_MULTISESSION);

		wr_u8(w, id);
		capability_end(w, at);
	}
}

static const struct capability_codec refresh = { CAP_ROUTE_REFRESH, encode_refresh, NULL };
static const struct capability_codec enhanced = { CAP_ENHANCED_REFRESH, encode_enhanced_refresh,
	NULL };
static const struct capability_codec operational = { CAP_OPERATIONAL, encode_operational, NULL };
static const struct capability_codec extended = { CAP_EXTENDED_MESSAGE, encode_extended_message,
	NULL };
static const struct capability_codec link_local = { CAP_LINK_LOCAL_NEXTHOP, encode_link_local,
	NULL };
static const struct capability_codec multisession = { CAP_MULTISESSION, encode_multisession, NULL };

/* The order of the OPEN. */
static const struct capability_codec *const rows[] = {
	&capability_multiprotocol,
	&capability_asn4,
	&capability_nexthop,
	&capability_add_path,
	&capability_paths_limit,
	&capability_restart,
	&capability_llgr,
	&refresh,
	&enhanced,
	&operational,
	&extended,
	&capability_hostname,
	&capability_software,
	&link_local,
	&capability_role,
	&multisession,
};

const struct capability_codec *
capability_codec(uint8_t code)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i]->code == code)
			return rows[i];
	return NULL;
}

void
capability_list(struct wr *w, const struct capability_config *c, uint32_t local_as)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		rows[i]->encode(w, c, local_as);
}
