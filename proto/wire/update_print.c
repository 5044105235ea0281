/*
 * UPDATE messages as JSON and as text lines (reference/events.md sections 5.6 and 7). Announced
 * NLRI are grouped by family and next hop, withdrawn ones by family, both in order of first
 * appearance. This is the hot path of event output: no printf, one pass over the NLRI.
 */
#include "proto/wire/update.h"

#include <string.h>
#include "common/addr.h"
#include "common/buf.h"
#include "proto/wire/family.h"
#include "proto/wire/update_part.h"

static void
nexthop_text(const struct update_part *part, char out[ADDR_TEXT_MAX])
{
	if (part->nexthop_len == 4)
		addr_print4(part->nexthop, out);
	else if (part->nexthop_len == 16)
		addr_print6(part->nexthop, out);
	else
		memcpy(out, "no-nexthop", sizeof("no-nexthop"));
}

static void
family_name(struct buf *out, uint32_t family)
{
	const struct family_info *info = family_find(family);
	char afi[40], safi[40];

	if (info != NULL) {
		buf_str(out, info->name);
		return;
	}
	buf_str(out, afi_name(family_afi(family), afi));
	buf_chr(out, ' ');
	buf_str(out, safi_name(family_safi(family), safi));
}

static void
part_json(struct buf *out, const struct update_part *part, const struct nlri_print *how)
{
	struct rd r = part->nlri;
	struct nlri nlri;
	bool first = true;

	while (nlri_next(&r, part->family, part->addpath, part->withdraw, &nlri, NULL) == 0) {
		if (!first)
			BUF_LIT(out, ", ");
		first = false;
		nlri_json(out, &nlri, how);
	}
}

/* "NEXTHOP": [ NLRI, … ] of one or more parts of a family that share the next hop. */
static void
nexthop_json(struct buf *out, const struct update_part *parts, unsigned n, uint32_t done[1],
	unsigned from, const struct nlri_print *how)
{
	char nexthop[ADDR_TEXT_MAX];
	struct nlri_print with = *how;

	nexthop_text(&parts[from], nexthop);
	with.withdraw = false;
	with.nexthop = parts[from].nexthop_len > 0 ? nexthop : NULL;
	buf_chr(out, '"');
	buf_str(out, nexthop);
	BUF_LIT(out, "\": [ ");
	for (unsigned i = from; i < n; i++) {
		if (parts[i].family != parts[from].family ||
			parts[i].nexthop_len != parts[from].nexthop_len ||
			(parts[i].nexthop_len > 0 && memcmp(parts[i].nexthop, parts[from].nexthop,
							     parts[i].nexthop_len) != 0))
			continue;
		if (i > from)
			BUF_LIT(out, ", ");
		part_json(out, &parts[i], &with);
		done[0] |= UINT32_C(1) << i;
	}
	BUF_LIT(out, " ]");
}

/* Starts the object of a family: `"ipv4 unicast": `, after a comma if it is not the first. BGP-LS
 * routes of a VPN stand under the plain family (events.md D10); their `rd` tells them apart. */
static void
family_json(struct buf *out, uint32_t family, bool first)
{
	if (family == FAMILY(AFI_BGPLS, SAFI_BGPLS_VPN))
		family = FAMILY(AFI_BGPLS, SAFI_BGPLS);
	if (!first)
		BUF_LIT(out, ", ");
	buf_chr(out, '"');
	family_name(out, family);
	BUF_LIT(out, "\": ");
}

static void
announce_json(
	struct buf *out, const struct update_part *parts, unsigned n, const struct nlri_print *how)
{
	uint32_t done = 0;

	for (unsigned i = 0; i < n; i++) {
		const char *between = "{ ";

		if ((done >> i & 1) != 0)
			continue;
		family_json(out, parts[i].family, i == 0);
		for (unsigned j = i; j < n; j++) {
			if (parts[j].family != parts[i].family || (done >> j & 1) != 0)
				continue;
			buf_str(out, between);
			between = ", ";
			nexthop_json(out, parts, n, &done, j, how);
		}
		BUF_LIT(out, " }");
	}
}

static void
withdraw_json(
	struct buf *out, const struct update_part *parts, unsigned n, const struct nlri_print *how)
{
	struct nlri_print with = *how;
	uint32_t done = 0;

	with.withdraw = true;
	with.nexthop = NULL;
	for (unsigned i = 0; i < n; i++) {
		if ((done >> i & 1) != 0)
			continue;
		family_json(out, parts[i].family, i == 0);
		BUF_LIT(out, "[ ");
		for (unsigned j = i; j < n; j++) {
			if (parts[j].family != parts[i].family)
				continue;
			if (j > i)
				BUF_LIT(out, ", ");
			part_json(out, &parts[j], &with);
			done |= UINT32_C(1) << j;
		}
		BUF_LIT(out, " ]");
	}
}

static bool
has_attributes(const struct attr_index *ix)
{
	for (int code = -1; (code = attr_index_next(ix, code)) >= 0;)
		if (code != ATTR_MP_REACH && code != ATTR_MP_UNREACH)
			return true;
	return false;
}

static void
eor_json(struct buf *out, uint32_t family)
{
	char name[40];

	BUF_LIT(out, "\"eor\": { \"afi\" : \"");
	buf_str(out, afi_name(family_afi(family), name));
	BUF_LIT(out, "\", \"safi\" : \"");
	buf_str(out, safi_name(family_safi(family), name));
	BUF_LIT(out, "\" }");
}

void
update_json(struct buf *out, const struct update *u, const struct update_session *s,
	const struct nlri_print *how)
{
	struct update_part announced[UPDATE_PARTS_MAX], withdrawn[UPDATE_PARTS_MAX];
	unsigned n_announced, n_withdrawn;
	struct attr_index ix;
	struct buf scratch = { 0 };
	const char *between = "";

	if (u->eor) {
		eor_json(out, u->eor_family);
		return;
	}
	n_announced = update_parts(u, s, true, announced);
	n_withdrawn = update_parts(u, s, false, withdrawn);
	update_index(u, s, &ix, &scratch);
	BUF_LIT(out, "\"update\": { ");
	if (has_attributes(&ix)) {
		BUF_LIT(out, "\"attribute\": { ");
		attr_index_json(out, &ix, &s->attrs,
			ATTR_PRINT_PARTIAL | (n_withdrawn > 0 ? ATTR_PRINT_NEXTHOP : 0));
		BUF_LIT(out, " }");
		between = ", ";
	}
	if (n_announced > 0) {
		buf_str(out, between);
		between = ", ";
		BUF_LIT(out, "\"announce\": { ");
		announce_json(out, announced, n_announced, how);
		BUF_LIT(out, " }");
	}
	if (n_withdrawn > 0) {
		buf_str(out, between);
		BUF_LIT(out, "\"withdraw\": { ");
		withdraw_json(out, withdrawn, n_withdrawn, how);
		BUF_LIT(out, " }");
	}
	BUF_LIT(out, " }");
	buf_fini(&scratch);
}

static void
eor_text(struct buf *out, uint32_t family, const char *prefix)
{
	buf_str(out, prefix);
	BUF_LIT(out, " route eor ");
	buf_u64(out, family_afi(family));
	buf_chr(out, '/');
	buf_u64(out, family_safi(family));
	BUF_LIT(out, " (");
	family_name(out, family);
	BUF_LIT(out, ")\n");
}

/* The lines of one part; after: what follows each NLRI. */
static void
part_text(struct buf *out, const struct update_part *part, const char *prefix, const char *word,
	const struct buf *after)
{
	struct rd r = part->nlri;
	struct nlri nlri;

	while (nlri_next(&r, part->family, part->addpath, part->withdraw, &nlri, NULL) == 0) {
		buf_str(out, prefix);
		buf_str(out, word);
		nlri_text(out, &nlri);
		buf_add(out, after->data, after->len);
		buf_chr(out, '\n');
	}
}

void
update_text(
	struct buf *out, const struct update *u, const struct update_session *s, const char *prefix)
{
	struct update_part parts[UPDATE_PARTS_MAX];
	struct attr_index ix;
	struct buf scratch = { 0 }, attributes = { 0 }, after = { 0 };
	char nexthop[ADDR_TEXT_MAX];
	unsigned n;

	if (u->eor) {
		eor_text(out, u->eor_family, prefix);
		return;
	}
	update_index(u, s, &ix, &scratch);
	attr_index_text(&attributes, &ix, &s->attrs, ATTR_PRINT_PARTIAL);
	n = update_parts(u, s, true, parts);
	for (unsigned i = 0; i < n; i++) {
		buf_reset(&after);
		BUF_LIT(&after, " next-hop ");
		nexthop_text(&parts[i], nexthop);
		buf_str(&after, nexthop);
		buf_add(&after, attributes.data, attributes.len);
		part_text(out, &parts[i], prefix, " announced ", &after);
	}
	buf_reset(&after);
	n = update_parts(u, s, false, parts);
	for (unsigned i = 0; i < n; i++)
		part_text(out, &parts[i], prefix, " withdrawn ", &after);
	buf_fini(&scratch);
	buf_fini(&attributes);
	buf_fini(&after);
}
