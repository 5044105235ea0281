/*
 * The attribute rows, and the parts every attribute list shares: reading the header (RFC 4271
 * 4.3), writing it, finding one attribute, and the check by row (RFC 7606 section 3: flags, then
 * length, then value).
 */
#include "proto/wire/attr.h"
#include "proto/wire/attr_codecs.h"

#include <string.h>

static const struct attr_codec *const rows[] = {
	&attr_generic_codec,
	&attr_origin_codec,
	&attr_as_path_codec,
	&attr_next_hop_codec,
	&attr_med_codec,
	&attr_local_pref_codec,
	&attr_atomic_aggregate_codec,
	&attr_aggregator_codec,
	&attr_community_codec,
	&attr_originator_id_codec,
	&attr_cluster_list_codec,
	&attr_ext_community_codec,
	&attr_as4_path_codec,
	&attr_as4_aggregator_codec,
	&attr_pmsi_codec,
	&attr_tunnel_encap_codec,
	&attr_ipv6_ext_community_codec,
	&attr_aigp_codec,
	&attr_bgpls_codec,
	&attr_large_community_codec,
	&attr_otc_codec,
	&attr_prefix_sid_codec,
	&attr_prefix_sid_srv6_codec,
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]), CODES = ATTR_PREFIX_SID + 1 };

static const struct attr_codec *const by_code[CODES] = {
	[ATTR_ORIGIN] = &attr_origin_codec,
	[ATTR_AS_PATH] = &attr_as_path_codec,
	[ATTR_NEXT_HOP] = &attr_next_hop_codec,
	[ATTR_MED] = &attr_med_codec,
	[ATTR_LOCAL_PREF] = &attr_local_pref_codec,
	[ATTR_ATOMIC_AGGREGATE] = &attr_atomic_aggregate_codec,
	[ATTR_AGGREGATOR] = &attr_aggregator_codec,
	[ATTR_COMMUNITY] = &attr_community_codec,
	[ATTR_ORIGINATOR_ID] = &attr_originator_id_codec,
	[ATTR_CLUSTER_LIST] = &attr_cluster_list_codec,
	[ATTR_EXT_COMMUNITY] = &attr_ext_community_codec,
	[ATTR_AS4_PATH] = &attr_as4_path_codec,
	[ATTR_AS4_AGGREGATOR] = &attr_as4_aggregator_codec,
	[ATTR_PMSI] = &attr_pmsi_codec,
	[ATTR_TUNNEL_ENCAP] = &attr_tunnel_encap_codec,
	[ATTR_IPV6_EXT_COMMUNITY] = &attr_ipv6_ext_community_codec,
	[ATTR_AIGP] = &attr_aigp_codec,
	[ATTR_BGPLS] = &attr_bgpls_codec,
	[ATTR_LARGE_COMMUNITY] = &attr_large_community_codec,
	[ATTR_OTC] = &attr_otc_codec,
	[ATTR_PREFIX_SID] = &attr_prefix_sid_codec,
};

const struct attr_codec *
attr_codec(uint8_t code)
{
	return code < CODES ? by_code[code] : NULL;
}

const struct attr_codec *
attr_codec_by_name(const char *name, size_t n)
{
	if (n == 0)
		return NULL;
	for (size_t i = 0; i < ROWS; i++) {
		const char *word = rows[i]->name;

		if (word != NULL && word[0] == name[0] && strlen(word) == n &&
			memcmp(word, name, n) == 0)
			return rows[i];
	}
	return NULL;
}

const struct attr_codec *const *
attr_codecs(size_t *n)
{
	*n = ROWS;
	return rows;
}

bool
attr_next(struct rd *r, struct attr *out)
{
	if (!rd_ok(r) || rd_left(r) == 0)
		return false;
	out->flags = rd_u8(r);
	out->code = rd_u8(r);
	out->len = (out->flags & ATTR_F_EXTENDED) != 0 ? rd_u16(r) : rd_u8(r);
	out->value = rd_bytes(r, out->len);
	return rd_ok(r);
}

void
attr_write(struct wr *w, uint8_t flags, uint8_t code, const void *value, size_t n)
{
	if (n > UINT16_MAX) {
		w->bad = true;
		return;
	}
	if (n > UINT8_MAX)
		flags |= ATTR_F_EXTENDED;
	wr_u8(w, flags);
	wr_u8(w, code);
	if ((flags & ATTR_F_EXTENDED) != 0)
		wr_u16(w, (uint16_t)n);
	else
		wr_u8(w, (uint8_t)n);
	wr_bytes(w, value, n);
}

bool
attr_find(const struct attrset *set, uint8_t code, struct attr *out)
{
	struct rd r = rd_init(set->block, set->len);

	while (attr_next(&r, out) && out->code <= code)
		if (out->code == code)
			return true;
	return false;
}

enum wire_verdict
attr_verdict(const struct attr *a, const struct attr_context *c, struct wire_error *why)
{
	const struct attr_codec *row = attr_codec(a->code);

	if (row == NULL)
		return WIRE_OK;
	if ((a->flags & (ATTR_F_OPTIONAL | ATTR_F_TRANSITIVE)) != row->flags) {
		wire_error_set(why, 3, 4, "flags 0x%02x", a->flags);
		return row->bad_flags;
	}
	if (a->len < row->min_len || a->len > row->max_len ||
		(row->multiple > 1 && a->len % row->multiple != 0)) {
		wire_error_set(why, 3, 5, "length %u", a->len);
		return row->bad_len;
	}
	return row->check != NULL ? row->check(a, c, why) : WIRE_OK;
}
