/*
 * Whole UPDATE messages for one kind of session (reference/wire.md section 5). The attributes are
 * built once per call; every message is sized before it is written, so nothing is ever half
 * written. Which field carries the NLRI, whether several share a message and which families have
 * a bare withdraw are flags of the family table, not code.
 */
#include "proto/wire/export.h"

#include <string.h>
#include "common/htable.h"
#include "proto/wire/export_attrs.h"
#include "proto/wire/family.h"
#include "proto/wire/message.h"

enum {
	UPDATE_OVERHEAD = MESSAGE_HEADER + 4, /* both length fields */
	ATTRS_MAX = 2 * ATTR_BLOCK_MAX,       /* AS4_PATH repeats AS_PATH */
	MP_NEXTHOP_MAX = 40
};

/* One call's work: what all its messages share. */
struct pack {
	struct wr *w;
	const struct export_session *s;
	const struct family_info *info; /* NULL: attributes only */
	bool addpath, grouped;
	uint8_t attrs[ATTRS_MAX];
	size_t attrs_len;
	uint8_t mp[8 + MP_NEXTHOP_MAX]; /* AFI, SAFI, next-hop, reserved byte */
	size_t mp_len;
	uint8_t mp_code; /* ATTR_MP_REACH, ATTR_MP_UNREACH; 0: classic fields */
	bool withdraw;
};

bool
export_session_equal(const struct export_session *a, const struct export_session *b)
{
	return a->local_as == b->local_as && a->asn4 == b->asn4 && a->ibgp == b->ibgp &&
	       a->aigp == b->aigp && a->role == b->role && a->group_updates == b->group_updates &&
	       a->message_max == b->message_max && a->families == b->families &&
	       a->addpath_tx == b->addpath_tx && a->self4_len == b->self4_len &&
	       a->self6_len == b->self6_len && memcmp(a->self4, b->self4, sizeof(a->self4)) == 0 &&
	       memcmp(a->self6, b->self6, sizeof(a->self6)) == 0 &&
	       a->link_local == b->link_local &&
	       memcmp(a->link_local_addr, b->link_local_addr, sizeof(a->link_local_addr)) == 0;
}

uint32_t
export_session_hash(const struct export_session *s)
{
	uint32_t bits = (uint32_t)s->asn4 | (uint32_t)s->ibgp << 1 | (uint32_t)s->aigp << 2 |
			(uint32_t)s->group_updates << 3 | (uint32_t)s->link_local << 4 |
			(uint32_t)s->message_max << 8 | (uint32_t)s->role << 24;
	uint32_t hash = hash_u32(s->local_as ^ hash_u32(bits));

	hash = hash_u32(hash ^ s->families);
	hash = hash_u32(hash ^ s->addpath_tx);
	hash ^= hash_bytes(s->self4, s->self4_len);
	return hash_u32(hash ^ hash_bytes(s->self6, s->self6_len));
}

/* 16 bytes of ones, length and type. */
static void
write_header(struct wr *w, size_t total, uint8_t type)
{
	uint8_t *p = wr_room(w, 16);

	if (p != NULL)
		memset(p, 0xff, 16);
	wr_u16(w, (uint16_t)total);
	wr_u8(w, type);
}

static size_t
attr_header_len(size_t value)
{
	return value > UINT8_MAX ? 4 : 3;
}

static size_t
budget(const struct pack *p)
{
	size_t used = UPDATE_OVERHEAD + p->attrs_len;

	return used < p->s->message_max ? p->s->message_max - used : 0;
}

/* Bytes that a message with so many bytes of NLRI takes from the budget. */
static size_t
field_len(const struct pack *p, size_t nlri_len)
{
	size_t value = p->mp_len + nlri_len;

	return p->mp_code == 0 ? nlri_len : attr_header_len(value) + value;
}

static void
write_mp(struct pack *p, const struct nlri *nlri, size_t n, size_t nlri_len)
{
	size_t value = p->mp_len + nlri_len;

	wr_u8(p->w, value > UINT8_MAX ? ATTR_F_OPTIONAL | ATTR_F_EXTENDED : ATTR_F_OPTIONAL);
	wr_u8(p->w, p->mp_code);
	if (value > UINT8_MAX)
		wr_u16(p->w, (uint16_t)value);
	else
		wr_u8(p->w, (uint8_t)value);
	wr_bytes(p->w, p->mp, p->mp_len);
	for (size_t i = 0; i < n; i++)
		nlri_write(p->w, &nlri[i], p->addpath);
}

static void
write_update(struct pack *p, const struct nlri *nlri, size_t n, size_t nlri_len)
{
	size_t field = field_len(p, nlri_len);
	bool classic = p->mp_code == 0;

	write_header(p->w, UPDATE_OVERHEAD + p->attrs_len + field, MESSAGE_UPDATE);
	wr_u16(p->w, classic && p->withdraw ? (uint16_t)nlri_len : 0);
	if (classic && p->withdraw)
		for (size_t i = 0; i < n; i++)
			nlri_write(p->w, &nlri[i], p->addpath);
	wr_u16(p->w, (uint16_t)(p->attrs_len + (classic ? 0 : field)));
	if (p->mp_code == ATTR_MP_UNREACH)
		write_mp(p, nlri, n, nlri_len);
	wr_bytes(p->w, p->attrs, p->attrs_len);
	if (p->mp_code == ATTR_MP_REACH)
		write_mp(p, nlri, n, nlri_len);
	if (classic && !p->withdraw)
		for (size_t i = 0; i < n; i++)
			nlri_write(p->w, &nlri[i], p->addpath);
}

/* How many of the n NLRI share one message; 0: the first does not fit in any. */
static size_t
take(const struct pack *p, const struct nlri *nlri, size_t n, size_t *nlri_len)
{
	size_t room = budget(p), most = p->grouped ? n : (n > 0), count = 0;

	*nlri_len = 0;
	while (count < most) {
		size_t len = *nlri_len + nlri_wire_len(&nlri[count], p->addpath);

		if (field_len(p, len) > room)
			break;
		*nlri_len = len;
		count++;
	}
	return count;
}

static size_t
pack_all(struct pack *p, const struct nlri *nlri, size_t n, size_t *skipped)
{
	size_t done = 0;

	while (done < n) {
		size_t nlri_len, count = take(p, nlri + done, n - done, &nlri_len);

		if (count == 0) {
			(*skipped)++;
			done++;
			continue;
		}
		if (wr_left(p->w) < UPDATE_OVERHEAD + p->attrs_len + field_len(p, nlri_len))
			break;
		write_update(p, nlri + done, count, nlri_len);
		done += count;
	}
	return done;
}

static void
prepare(struct pack *p, struct wr *w, const struct export_session *s, uint32_t family)
{
	p->w = w;
	p->s = s;
	p->info = family_find(family);
	p->addpath = (s->addpath_tx & family_bit(family)) != 0;
	p->grouped = false;
	p->withdraw = false;
	p->attrs_len = 0;
	p->mp_len = 0;
	p->mp_code = 0;
}

/* False: the attributes do not even fit in our scratch. */
static bool
prepare_attrs(
	struct pack *p, uint32_t family, const struct attrset *set, const struct export_nexthop *nh)
{
	struct wr w = wr_init(p->attrs, sizeof(p->attrs));

	export_attrs(&w, p->s, family, set, nh);
	p->attrs_len = wr_len(&w);
	return wr_ok(&w);
}

static void
prepare_mp(struct pack *p, uint8_t code, uint32_t family, const struct export_nexthop *nh)
{
	struct wr w = wr_init(p->mp, sizeof(p->mp));

	p->mp_code = code;
	wr_u16(&w, family_afi(family));
	wr_u8(&w, family_safi(family));
	if (code == ATTR_MP_REACH) {
		uint8_t field[MP_NEXTHOP_MAX];
		struct wr f = wr_init(field, sizeof(field));

		export_mp_nexthop(&f, p->s, family, nh);
		wr_u8(&w, (uint8_t)wr_len(&f));
		wr_bytes(&w, field, wr_len(&f));
		wr_u8(&w, 0);
	}
	p->mp_len = wr_len(&w);
}

static size_t
pack_attributes_only(struct pack *p, size_t n, size_t *skipped)
{
	size_t total = UPDATE_OVERHEAD + p->attrs_len;

	if (n == 0)
		return 0;
	if (total > p->s->message_max) {
		(*skipped)++;
		return 1;
	}
	if (wr_left(p->w) < total)
		return 0;
	write_update(p, NULL, 0, 0);
	return 1;
}

size_t
export_announce(struct wr *w, const struct export_session *s, uint32_t family,
	const struct attrset *set, const struct nlri *nlri, size_t n, size_t *skipped)
{
	struct export_nexthop nh;
	struct pack p;

	prepare(&p, w, s, family);
	if (!export_allowed(s, family, set) || export_nexthop(s, family, set, &nh) == -1 ||
		!prepare_attrs(&p, family, set, &nh)) {
		*skipped += n;
		return n;
	}
	if (family == FAMILY_NONE)
		return pack_attributes_only(&p, n, skipped);
	if (p.info == NULL || (p.info->flags & FAMILY_F_CLASSIC) == 0 || nh.len == 16)
		prepare_mp(&p, ATTR_MP_REACH, family, &nh);
	p.grouped = s->group_updates && p.info != NULL && (p.info->flags & FAMILY_F_GROUPED) != 0;
	return pack_all(&p, nlri, n, skipped);
}

size_t
export_withdraw(struct wr *w, const struct export_session *s, uint32_t family,
	const struct attrset *set, const struct nlri *nlri, size_t n, size_t *skipped)
{
	struct export_nexthop nh;
	struct pack p;

	prepare(&p, w, s, family);
	(void)export_nexthop(s, family, set, &nh);
	if ((p.info == NULL || (p.info->flags & FAMILY_F_BARE_WITHDRAW) == 0) &&
		!prepare_attrs(&p, family, set, &nh)) {
		*skipped += n;
		return n;
	}
	if (family == FAMILY_NONE)
		return pack_attributes_only(&p, n, skipped);
	p.withdraw = true;
	if (p.info == NULL || (p.info->flags & FAMILY_F_CLASSIC) == 0)
		prepare_mp(&p, ATTR_MP_UNREACH, family, &nh);
	return pack_all(&p, nlri, n, skipped);
}

void
export_eor(struct wr *w, uint32_t family)
{
	bool classic = family == IPV4_UNICAST;

	write_header(w, classic ? UPDATE_OVERHEAD : UPDATE_OVERHEAD + 7, MESSAGE_UPDATE);
	wr_u16(w, 0);
	wr_u16(w, classic ? 0 : 7);
	if (classic)
		return;
	wr_u8(w, ATTR_F_OPTIONAL | ATTR_F_EXTENDED);
	wr_u8(w, ATTR_MP_UNREACH);
	wr_u16(w, 3);
	wr_u16(w, family_afi(family));
	wr_u8(w, family_safi(family));
}

void
export_refresh(struct wr *w, uint32_t family, uint8_t subtype)
{
	write_header(w, MESSAGE_HEADER + 4, MESSAGE_REFRESH);
	wr_u16(w, family_afi(family));
	wr_u8(w, subtype);
	wr_u8(w, family_safi(family));
}

void
export_keepalive(struct wr *w)
{
	write_header(w, MESSAGE_HEADER, MESSAGE_KEEPALIVE);
}
