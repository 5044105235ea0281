/*
 * Attributes as one kind of session gets them (reference/wire.md 5.4, 5.5, 7.2, 7.3). The canonical
 * block is ascending by type code, so it is copied through in one pass; defaults are slipped in
 * where their code belongs. AS_PATH and AGGREGATOR shrink to 2-byte AS numbers for peers without
 * RFC 6793, with AS4_PATH and AS4_AGGREGATOR directly behind when something was lost; AS4_PATH
 * leaves confederation segments out (RFC 6793 section 3).
 */
#include "proto/wire/export_attrs.h"

#include <string.h>
#include "proto/wire/family.h"
#include "proto/wire/open.h"

enum { AS_SET = 1, AS_SEQUENCE = 2, ORIGIN_IGP = 0, DEFAULT_LOCAL_PREF = 100 };

int
export_nexthop(const struct export_session *s, uint32_t family, const struct attrset *set,
	struct export_nexthop *out)
{
	bool any = family_afi(family) != AFI_IPV4 && family_afi(family) != AFI_IPV6;

	*out = (struct export_nexthop){ 0 };
	if (set == NULL || set->nh_len == 0)
		return 0;
	if (set->nh_len != NEXTHOP_SELF) {
		out->len = set->nh_len;
		memcpy(out->addr, set->nh, set->nh_len <= 16 ? set->nh_len : 0);
		return 0;
	}
	if (s->self4_len == 4 && (any || family_afi(family) == AFI_IPV4)) {
		out->len = 4;
		memcpy(out->addr, s->self4, 4);
	} else if (s->self6_len == 16 && (any || family_afi(family) == AFI_IPV6)) {
		out->len = 16;
		memcpy(out->addr, s->self6, 16);
	}
	return out->len == 0 ? -1 : 0;
}

/* The reference writes an IPv4 next-hop of `ipv6 mup` as a mapped IPv6 address (5.5). */
static bool
maps_nexthop(uint32_t family, const struct export_nexthop *nh)
{
	return family == FAMILY(AFI_IPV6, SAFI_MUP) && nh->len == 4;
}

static bool
is_link_local(const struct export_nexthop *nh)
{
	return nh->len == 16 && nh->addr[0] == 0xfe && (nh->addr[1] & 0xc0) == 0x80;
}

void
export_mp_nexthop(struct wr *w, const struct export_session *s, uint32_t family,
	const struct export_nexthop *nh)
{
	static const uint8_t rd[8], mapped[12] = { [10] = 0xff, [11] = 0xff };
	const struct family_info *info = family_find(family);

	if (nh->len == 0)
		return;
	if (info != NULL && (info->flags & FAMILY_F_RD_NEXTHOP) != 0)
		wr_bytes(w, rd, sizeof(rd));
	if (maps_nexthop(family, nh))
		wr_bytes(w, mapped, sizeof(mapped));
	wr_bytes(w, nh->addr, nh->len);
	if (s->link_local && family_afi(family) == AFI_IPV6 && !is_link_local(nh))
		wr_bytes(w, s->link_local_addr, sizeof(s->link_local_addr));
}

static bool
has_nexthop_attr(uint32_t family, const struct export_nexthop *nh)
{
	const struct family_info *info = family_find(family);

	if (nh->len != 4 || maps_nexthop(family, nh))
		return false;
	return info == NULL || (info->flags & FAMILY_F_NO_NEXTHOP_ATTR) == 0;
}

/* Adds the segments of a path; false when it is malformed. wide: 4-byte AS numbers. *lost: an AS
 * number did not fit. */
static bool
write_segments(struct wr *w, const struct attr *a, bool wide, bool *lost)
{
	struct rd r = rd_init(a->value, a->len);

	while (rd_ok(&r) && rd_left(&r) > 0) {
		uint8_t type = rd_u8(&r), count = rd_u8(&r);
		struct rd list = rd_sub(&r, (size_t)count * 4);
		bool written = !wide || type == AS_SET || type == AS_SEQUENCE;

		if (!rd_ok(&list))
			return false;
		if (!written)
			continue;
		wr_u8(w, type);
		wr_u8(w, count);
		while (rd_left(&list) > 0) {
			uint32_t as = rd_u32(&list);

			if (wide) {
				wr_u32(w, as);
				continue;
			}
			wr_u16(w, as > UINT16_MAX ? AS_TRANS : (uint16_t)as);
			*lost |= as > UINT16_MAX;
		}
	}
	return rd_ok(&r);
}

static void
write_as_path(struct wr *w, const struct export_session *s, const struct attr *a, bool raw)
{
	uint8_t narrow[ATTR_BLOCK_MAX], wide[ATTR_BLOCK_MAX];
	struct wr wn = wr_init(narrow, sizeof(narrow)), ww = wr_init(wide, sizeof(wide));
	uint8_t flags = a->flags & (uint8_t)~ATTR_F_EXTENDED;
	bool lost = false;

	if (s->asn4 || raw || !write_segments(&wn, a, false, &lost)) {
		attr_write(w, a->flags, ATTR_AS_PATH, a->value, a->len);
		return;
	}
	attr_write(w, flags, ATTR_AS_PATH, narrow, wr_len(&wn));
	if (lost && write_segments(&ww, a, true, &lost))
		attr_write(
			w, ATTR_F_OPTIONAL | ATTR_F_TRANSITIVE, ATTR_AS4_PATH, wide, wr_len(&ww));
}

static void
write_default_as_path(struct wr *w, const struct export_session *s)
{
	uint8_t value[6];
	struct wr v = wr_init(value, sizeof(value));

	if (!s->ibgp) {
		wr_u8(&v, AS_SEQUENCE);
		wr_u8(&v, 1);
		wr_u32(&v, s->local_as);
	}
	write_as_path(w, s,
		&(struct attr){ .flags = ATTR_F_TRANSITIVE,
			.code = ATTR_AS_PATH,
			.len = (uint16_t)wr_len(&v),
			.value = value },
		false);
}

static void
write_aggregator(struct wr *w, const struct export_session *s, const struct attr *a, bool raw)
{
	struct rd r = rd_init(a->value, a->len);
	uint32_t as = rd_u32(&r);
	uint8_t value[6];
	struct wr v = wr_init(value, sizeof(value));

	if (s->asn4 || raw || a->len != 8) {
		attr_write(w, a->flags, ATTR_AGGREGATOR, a->value, a->len);
		return;
	}
	wr_u16(&v, as > UINT16_MAX ? AS_TRANS : (uint16_t)as);
	wr_bytes(&v, a->value + 4, 4);
	attr_write(w, a->flags, ATTR_AGGREGATOR, value, sizeof(value));
	if (as > UINT16_MAX)
		attr_write(
			w, ATTR_F_OPTIONAL | ATTR_F_TRANSITIVE, ATTR_AS4_AGGREGATOR, a->value, 8);
}

static bool
is_unicast(uint32_t family)
{
	return family == IPV4_UNICAST || family == IPV6_UNICAST;
}

bool
export_allowed(const struct export_session *s, uint32_t family, const struct attrset *set)
{
	struct rd r = set != NULL && set->len > 0 ? rd_init(set->block, set->len) : rd_init("", 0);
	struct attr a;

	if (!is_unicast(family) || s->role == ROLE_NONE || s->role == ROLE_PROVIDER ||
		s->role == ROLE_RS)
		return true;
	while (attr_next(&r, &a))
		if (a.code == ATTR_OTC)
			return false;
	return true;
}

/* RFC 9234 5: whoever takes the route from us may give it to customers only. */
static void
write_otc(struct wr *w, uint32_t as)
{
	uint8_t value[4];
	struct wr v = wr_init(value, sizeof(value));

	wr_u32(&v, as);
	attr_write(w, ATTR_F_OPTIONAL | ATTR_F_TRANSITIVE, ATTR_OTC, value, sizeof(value));
}

/* Attributes that are there although the route does not carry them, in ascending order. */
static void
write_default(struct wr *w, const struct export_session *s, uint32_t family, uint8_t code,
	const struct export_nexthop *nh)
{
	uint8_t value[4] = { 0, 0, 0, DEFAULT_LOCAL_PREF };

	switch (code) {
	case ATTR_ORIGIN:
		attr_write(w, ATTR_F_TRANSITIVE, ATTR_ORIGIN, &(uint8_t){ ORIGIN_IGP }, 1);
		break;
	case ATTR_AS_PATH:
		write_default_as_path(w, s);
		break;
	case ATTR_NEXT_HOP:
		if (has_nexthop_attr(family, nh))
			attr_write(w, ATTR_F_TRANSITIVE, ATTR_NEXT_HOP, nh->addr, 4);
		break;
	case ATTR_LOCAL_PREF:
		if (s->ibgp)
			attr_write(w, ATTR_F_TRANSITIVE, ATTR_LOCAL_PREF, value, 4);
		break;
	case ATTR_OTC:
		if (is_unicast(family) &&
			(s->role == ROLE_PROVIDER || s->role == ROLE_RS || s->role == ROLE_PEER))
			write_otc(w, s->local_as);
		break;
	}
}

static void
write_given(struct wr *w, const struct export_session *s, const struct attrset *set,
	const struct attr *a)
{
	switch (a->code) {
	case ATTR_AS_PATH:
		write_as_path(w, s, a, (set->flags & ATTRSET_RAW_AS_PATH) != 0);
		return;
	case ATTR_AGGREGATOR:
		write_aggregator(w, s, a, (set->flags & ATTRSET_RAW_AGGREGATOR) != 0);
		return;
	case ATTR_LOCAL_PREF:
		if (!s->ibgp)
			return;
		break;
	case ATTR_AIGP:
		if (!s->aigp && !s->ibgp)
			return;
		break;
	default:
		break;
	}
	attr_write(w, a->flags, a->code, a->value, a->len);
}

void
export_attrs(struct wr *w, const struct export_session *s, uint32_t family,
	const struct attrset *set, const struct export_nexthop *nh)
{
	static const uint8_t defaults[] = { ATTR_ORIGIN, ATTR_AS_PATH, ATTR_NEXT_HOP,
		ATTR_LOCAL_PREF, ATTR_OTC };
	static const struct attrset empty = { .block = (const uint8_t *)"" };
	struct rd r;
	size_t next = 0;
	struct attr a;

	if (set == NULL || set->len == 0)
		set = &empty;
	r = rd_init(set->block, set->len);
	while (attr_next(&r, &a)) {
		while (next < sizeof(defaults) && defaults[next] < a.code)
			write_default(w, s, family, defaults[next++], nh);
		if (next < sizeof(defaults) && defaults[next] == a.code)
			next++;
		write_given(w, s, set, &a);
	}
	while (next < sizeof(defaults))
		write_default(w, s, family, defaults[next++], nh);
}
