/*
 * Reading UPDATE messages. The order of things is RFC 7606's: message structure first, then each
 * attribute by its row, then whether there is something to withdraw, then the NLRI. Attributes
 * that fail are left out (dropped); the worst verdict is the message's.
 *
 * Deliberately tolerated as the reference does: missing mandatory attributes (the route is shown
 * with what it has).
 */
#include "proto/wire/update.h"

#include <stdio.h>
#include <string.h>
#include "proto/wire/attr_codecs.h"
#include "proto/wire/family.h"
#include "proto/wire/update_mp.h"
#include "proto/wire/update_part.h"

static void
note(struct update *u, enum wire_verdict verdict, const char *what, const char *why)
{
	if (verdict <= u->verdict)
		return;
	u->verdict = verdict;
	snprintf(u->reason, sizeof(u->reason), "%.40s: %.80s", what, why);
}

static int
refuse(struct update *u, const char *what)
{
	u->verdict = WIRE_RESET_SESSION;
	snprintf(u->reason, sizeof(u->reason), "%.40s: %.80s", what, (const char *)u->error.data);
	return -1;
}

static const char *
attr_label(uint8_t code, char out[16])
{
	const struct attr_codec *row = attr_codec(code);

	if (row != NULL && row->json_name != NULL)
		return row->json_name;
	snprintf(out, 16, "attribute %u", code);
	return out;
}

/* MP_REACH, MP_UNREACH. Wrong flags do not hide the NLRI: they are withdrawn (RFC 7606 3 (c)). */
static int
take_mp(struct update *u, const struct attr *a, const struct update_session *s)
{
	bool reach = a->code == ATTR_MP_REACH;
	struct update_mp *mp = reach ? &u->reach : &u->unreach;
	const char *name = reach ? "mp-reach-nlri" : "mp-unreach-nlri";

	if (mp->present) {
		wire_error_set(&u->error, 3, 1, "multiple attribute for %s", name);
		return refuse(u, name);
	}
	if ((reach ? update_mp_reach : update_mp_unreach)(a, s, mp, &u->error) == -1)
		return refuse(u, name);
	if ((a->flags & (ATTR_F_OPTIONAL | ATTR_F_TRANSITIVE)) != ATTR_F_OPTIONAL)
		note(u, WIRE_TREAT_AS_WITHDRAW, name, "wrong flags");
	return 0;
}

static void
take_attr(struct update *u, const struct attr *a, const struct update_session *s)
{
	struct wire_error why = { 0 };
	enum wire_verdict verdict = attr_verdict(a, &s->attrs, &why);
	char label[16];

	if (verdict != WIRE_OK) {
		attr_map_set(u->dropped, a->code);
		note(u, verdict, attr_label(a->code, label), (const char *)why.data);
		return;
	}
	if (attr_codec(a->code) == NULL && (a->flags & ATTR_F_TRANSITIVE) == 0)
		attr_map_set(u->dropped, a->code);
	if (a->code == ATTR_NEXT_HOP) {
		u->nexthop = a->value;
		u->nexthop_len = (uint8_t)a->len;
	}
}

static int
take_attributes(struct update *u, const struct update_session *s)
{
	struct rd r = u->attributes;
	uint32_t seen[8] = { 0 };
	bool others = false;
	struct attr a;

	while (attr_next(&r, &a)) {
		others |= a.code != ATTR_MP_UNREACH;
		if (a.code == ATTR_MP_REACH || a.code == ATTR_MP_UNREACH) {
			if (take_mp(u, &a, s) == -1)
				return -1;
			continue;
		}
		if (attr_map_has(seen, a.code))
			continue; /* the first one counts (RFC 7606 3 (g)) */
		attr_map_set(seen, a.code);
		take_attr(u, &a, s);
	}
	if (!rd_ok(&r))
		note(u, WIRE_TREAT_AS_WITHDRAW, "attributes", "the last one is truncated");
	/* Nothing to treat as withdrawn: the routes may be what was damaged (RFC 7606 5.2). */
	if (u->verdict == WIRE_TREAT_AS_WITHDRAW && (others || !rd_ok(&r)) &&
		rd_left(&u->nlri) == 0 && !u->reach.present) {
		wire_error_std(&u->error, 3, 1);
		u->verdict = WIRE_RESET_SESSION;
		return -1;
	}
	return 0;
}

/* Every NLRI can be read. */
static int
check_nlri(struct update *u, const struct update_session *s, struct rd r, uint32_t family,
	bool withdraw)
{
	bool addpath = (s->addpath_rx & family_bit(family)) != 0;
	struct nlri nlri;
	int got;

	do
		got = nlri_next(&r, family, addpath, withdraw, &nlri, &u->error);
	while (got == 0);
	if (got == 1)
		return 0;
	return refuse(u, withdraw ? "withdrawn NLRI" : "announced NLRI");
}

static int
check_all_nlri(struct update *u, const struct update_session *s)
{
	if (check_nlri(u, s, u->withdrawn, IPV4_UNICAST, true) == -1 ||
		check_nlri(u, s, u->nlri, IPV4_UNICAST, false) == -1)
		return -1;
	if (u->unreach.present && check_nlri(u, s, u->unreach.nlri, u->unreach.family, true) == -1)
		return -1;
	if (u->reach.present && check_nlri(u, s, u->reach.nlri, u->reach.family, false) == -1)
		return -1;
	return 0;
}

static bool
announces_unicast(const struct update *u)
{
	return rd_left(&u->nlri) > 0 ||
	       (u->reach.present &&
		       (u->reach.family == IPV4_UNICAST || u->reach.family == IPV6_UNICAST));
}

/* RFC 9234 5: a route that a customer or a client sends although it is for customers only, or that
 * a peer took from someone else, may not be used. */
static void
find_leak(struct update *u, const struct update_session *s)
{
	struct rd r = u->attributes;
	struct attr a;

	if (s->role == ROLE_NONE || !announces_unicast(u))
		return;
	while (attr_next(&r, &a)) {
		struct rd value = rd_init(a.value, a.len);

		if (a.code != ATTR_OTC || a.len != 4)
			continue;
		if (s->role == ROLE_PROVIDER || s->role == ROLE_RS ||
			(s->role == ROLE_PEER && rd_u32(&value) != s->peer_as))
			note(u, WIRE_TREAT_AS_WITHDRAW, "otc", "the route leaked (RFC 9234 5)");
		return;
	}
}

/* RFC 4724 2: nothing at all, or an empty MP_UNREACH and nothing else. */
static void
find_eor(struct update *u)
{
	struct rd r = u->attributes;
	struct attr a;

	if (rd_left(&u->withdrawn) > 0 || rd_left(&u->nlri) > 0)
		return;
	if (rd_left(&r) == 0) {
		u->eor = true;
		u->eor_family = IPV4_UNICAST;
		return;
	}
	if (attr_next(&r, &a) && a.code == ATTR_MP_UNREACH && rd_done(&r) && u->unreach.present &&
		rd_left(&u->unreach.nlri) == 0) {
		u->eor = true;
		u->eor_family = u->unreach.family;
	}
}

/* A length field and what it covers; what: for the NOTIFICATION. */
static int
take_field(struct update *u, struct rd *r, struct rd *out, const char *what)
{
	uint16_t len = rd_u16(r);

	if (!rd_ok(r) || rd_left(r) < len) {
		wire_error_set(
			&u->error, 3, 1, "UPDATE %s length %u exceeds available data", what, len);
		return refuse(u, what);
	}
	*out = rd_sub(r, len);
	return 0;
}

int
update_decode(const uint8_t *body, size_t n, const struct update_session *s, struct update *out)
{
	struct rd r = rd_init(body, n);
	struct rd none = rd_init(body, 0);

	memset(out, 0, sizeof(*out));
	out->withdrawn = out->attributes = out->nlri = none;
	out->reach.nlri = out->unreach.nlri = none;
	if (n < 4) {
		wire_error_std(&out->error, 1, 2);
		return refuse(out, "UPDATE");
	}
	if (take_field(out, &r, &out->withdrawn, "withdrawn") == -1 ||
		take_field(out, &r, &out->attributes, "attributes") == -1)
		return -1;
	out->nlri = r;
	if (take_attributes(out, s) == -1 || check_all_nlri(out, s) == -1)
		return -1;
	find_leak(out, s);
	find_eor(out);
	return 0;
}

/* False too when none of its NLRI can be used (NLRI_SKIP). */
static bool
has_nlri(const struct update_part *part)
{
	struct rd r = part->nlri;
	struct nlri nlri;

	return rd_left(&r) > 0 &&
	       nlri_next(&r, part->family, part->addpath, part->withdraw, &nlri, NULL) == 0;
}

unsigned
update_parts(const struct update *u, const struct update_session *s, bool announce,
	struct update_part out[UPDATE_PARTS_MAX])
{
	bool withdrawn = u->verdict >= WIRE_TREAT_AS_WITHDRAW; /* what was announced */
	const struct update_part all[UPDATE_PARTS_MAX] = {
		{ .family = IPV4_UNICAST, .nlri = u->withdrawn, .withdraw = true },
		{ .family = IPV4_UNICAST,
			.nlri = u->nlri,
			.nexthop = u->nexthop,
			.nexthop_len = u->nexthop_len },
		{ .family = u->unreach.family, .nlri = u->unreach.nlri, .withdraw = true },
		{ .family = u->reach.family,
			.nlri = u->reach.nlri,
			.nexthop = u->reach.nexthop,
			.nexthop_len = u->reach.nexthop_len },
	};
	unsigned n = 0;

	for (int i = 0; i < UPDATE_PARTS_MAX; i++) {
		if (announce != (!all[i].withdraw && !withdrawn))
			continue;
		out[n] = all[i];
		out[n].addpath = (s->addpath_rx & family_bit(all[i].family)) != 0;
		n += has_nlri(&out[n]);
	}
	return n;
}

void
update_each(const struct update *u, const struct update_session *s,
	bool (*fn)(void *owner, bool announce, const struct nlri *nlri, const uint8_t *nexthop,
		uint8_t nexthop_len),
	void *owner)
{
	struct update_part parts[UPDATE_PARTS_MAX];
	struct nlri nlri;

	for (int announce = 0; announce < 2; announce++) {
		unsigned n = update_parts(u, s, announce != 0, parts);

		for (unsigned i = 0; i < n; i++) {
			struct update_part *part = &parts[i];

			while (nlri_next(&part->nlri, part->family, part->addpath, part->withdraw,
				       &nlri, NULL) == 0)
				if (!fn(owner, announce != 0, &nlri, part->nexthop,
					    part->nexthop_len))
					return;
		}
	}
}

void
update_index(const struct update *u, const struct update_session *s, struct attr_index *ix,
	struct buf *scratch)
{
	struct rd r = u->attributes;

	attr_index_read(ix, r.p, rd_left(&r), &s->attrs);
	for (int i = 0; i < 8; i++)
		ix->seen[i] &= ~u->dropped[i];
	attr_index_merge(ix, &s->attrs, scratch);
}

/* AGGREGATOR with a 4-byte AS number. */
static void
write_aggregator(struct wr *w, uint8_t flags, const struct attr *a)
{
	struct rd r = rd_init(a->value, a->len);
	uint8_t wide[8] = { 0 };

	rd_copy(&r, wide + (sizeof(wide) - a->len), a->len); /* length 6 or 8: checked */
	attr_write(w, flags, ATTR_AGGREGATOR, wide, sizeof(wide));
}

void
update_canonical(const struct update *u, const struct update_session *s, struct wr *w)
{
	struct attr_index ix;
	struct buf scratch = { 0 };

	update_index(u, s, &ix, &scratch);
	if (attr_map_has(ix.seen, ATTR_AS_PATH) && !ix.path_wide && rd_left(&ix.path) > 0) {
		as_path_merge(&scratch, ix.path, rd_init(ix.path.p, 0));
		ix.path = rd_init(scratch.data, scratch.len);
	}
	for (int code = -1; (code = attr_index_next(&ix, code)) >= 0;) {
		const struct attr *a = &ix.at[code];
		const struct attr_codec *row = attr_codec((uint8_t)code);
		uint8_t flags = row != NULL ? row->flags | (a->flags & ATTR_F_PARTIAL)
					    : a->flags | ATTR_F_PARTIAL;

		if (code == ATTR_NEXT_HOP || code == ATTR_MP_REACH || code == ATTR_MP_UNREACH ||
			code == ATTR_AS4_PATH || code == ATTR_AS4_AGGREGATOR)
			continue;
		if (code == ATTR_AS_PATH)
			attr_write(w, flags, ATTR_AS_PATH, ix.path.p, rd_left(&ix.path));
		else if (code == ATTR_AGGREGATOR)
			write_aggregator(w, flags, a);
		else
			attr_write(w, flags, (uint8_t)code, a->value, a->len);
	}
	buf_fini(&scratch);
}
