/* EVPN NLRI (RFC 7432 7, RFC 9136 3) in the words of route_evpn.c. */
#include "proto/text/route_statement_priv.h"

#include "common/addr.h"
#include "common/buf.h"
#include "proto/wire/distinguisher.h"
#include "proto/wire/family.h"
#include "proto/wire/nlri.h"

static void
say_pairs(struct buf *out, const char *word, const uint8_t *p, unsigned n)
{
	buf_str(out, word);
	for (unsigned i = 0; p != NULL && i < n; i++) {
		if (i > 0)
			buf_chr(out, ':');
		buf_hex_lower(out, p + i, 1);
	}
}

static void
say_esi_tag(struct buf *out, struct rd *r, bool tag)
{
	const uint8_t *esi = rd_bytes(r, 10);

	say_pairs(out, " esi ", esi, 10);
	if (tag)
		buf_printf(out, " ethernet-tag %u", rd_u32(r));
}

static bool
say_evpn_labels(struct buf *out, struct rd *r)
{
	struct rd first = *r;
	uint32_t label = rd_u24(&first);

	if (rd_left(r) == 3 && (label & 1) == 0) {
		buf_printf(out, " vni %u", label);
		return true;
	}
	BUF_LIT(out, " label [");
	for (const char *between = ""; rd_left(r) > 0; between = " ")
		buf_printf(out, "%s%u", between, rd_u24(r) >> 4);
	buf_chr(out, ']');
	return rd_ok(r);
}

static bool
say_mac_ip(struct buf *out, struct rd *rd, struct rd *r)
{
	struct buf items = { 0 };
	unsigned n;
	bool good;

	say_esi_tag(&items, r, true);
	rd_u8(r);
	say_pairs(out, " mac-ip ", rd_bytes(r, 6), 6);
	n = rd_u8(r) / 8u;
	good = n == 0 || statement_address_bytes(out, " ip ", rd_bytes(r, n), n);
	good = good && statement_rd(out, rd);
	buf_add(out, items.data, items.len);
	buf_fini(&items);
	return good && say_evpn_labels(out, r);
}

static bool
say_ip_prefix(struct buf *out, struct rd *rd, struct rd *r)
{
	struct buf items = { 0 };
	unsigned bits, width;
	const uint8_t *prefix, *gateway;
	bool good;

	say_esi_tag(&items, r, true);
	bits = rd_u8(r);
	width = rd_left(r) > 32 ? 16 : 4;
	prefix = rd_bytes(r, width);
	gateway = rd_bytes(r, width);
	good = statement_address_bytes(out, " ip-prefix ", prefix, width) && gateway != NULL;
	buf_printf(out, "/%u", bits);
	good = good && statement_rd(out, rd) &&
	       statement_address_bytes(out, " gateway ", gateway, width);
	buf_add(out, items.data, items.len);
	buf_fini(&items);
	return good && say_evpn_labels(out, r);
}

bool
statement_evpn(struct buf *out, const struct nlri *nlri)
{
	struct rd r = rd_init(nlri->bytes, nlri->len), rd;
	uint8_t type = rd_u8(&r);
	struct rd tag;

	rd_u8(&r);
	rd = rd_sub(&r, DISTINGUISHER_BYTES);
	if (type == 2)
		return say_mac_ip(out, &rd, &r);
	if (type == 5)
		return say_ip_prefix(out, &rd, &r);
	if (type == 1) {
		BUF_LIT(out, " ethernet-ad");
		if (!statement_rd(out, &rd))
			return false;
		say_esi_tag(out, &r, true);
		return say_evpn_labels(out, &r);
	}
	tag = rd_sub(&r, type == 3 ? 4 : 10);
	if ((type != 3 && type != 4) ||
		!statement_address(
			out, type == 3 ? " inclusive-multicast " : " ethernet-segment ", &r) ||
		!statement_rd(out, &rd))
		return false;
	if (type == 3)
		buf_printf(out, " ethernet-tag %u", rd_u32(&tag));
	else
		say_esi_tag(out, &tag, false);
	return true;
}
