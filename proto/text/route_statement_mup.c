/*
 * MCAST-VPN (RFC 6514 4) and MUP (draft-ietf-bess-mup-safi) NLRI in the words of route_mvpn.c and
 * route_mup.c.
 */
#include "proto/text/route_statement_priv.h"

#include "common/addr.h"
#include "common/buf.h"
#include "proto/wire/distinguisher.h"
#include "proto/wire/family.h"
#include "proto/wire/nlri.h"

bool
statement_mvpn(struct buf *out, const struct nlri *nlri)
{
	static const char *const kinds[] = {
		[5] = " source-ad source ",
		[6] = " shared-join rp ",
		[7] = " source-join source ",
	};
	struct rd r = rd_init(nlri->bytes, nlri->len), rd;
	uint8_t type = rd_u8(&r);
	uint32_t as = 0;

	rd_u8(&r);
	rd = rd_sub(&r, DISTINGUISHER_BYTES);
	if (type < 5 || type > 7)
		return false;
	if (type > 5)
		as = rd_u32(&r);
	if (!statement_address(out, kinds[type], &r) || !statement_address(out, " group ", &r) ||
		!statement_rd(out, &rd))
		return false;
	if (type > 5)
		buf_printf(out, " source-as %u", as);
	return true;
}

/* --- MUP --- */

static bool
say_isd(struct buf *out, uint16_t afi, struct rd *rd, struct rd *r)
{
	return statement_prefix(out, afi, r) && statement_rd(out, rd);
}

static bool
say_dsd(struct buf *out, uint16_t afi, struct rd *rd, struct rd *r)
{
	(void)afi;
	return statement_address_bytes(out, " ", r->p, (unsigned)rd_left(r)) &&
	       statement_rd(out, rd);
}

static bool
say_t1st(struct buf *out, uint16_t afi, struct rd *rd, struct rd *r)
{
	uint32_t teid;

	if (!statement_prefix(out, afi, r) || !statement_rd(out, rd))
		return false;
	teid = rd_u32(r);
	buf_printf(out, " teid %u qfi %u", teid, rd_u8(r));
	if (!statement_address(out, " endpoint ", r))
		return false;
	return rd_left(r) == 0 || rd_left(r) == 1 || statement_address(out, " source ", r);
}

static bool
say_t2st(struct buf *out, uint16_t afi, struct rd *rd, struct rd *r)
{
	unsigned width = afi == AFI_IPV4 ? 4 : 16, bits = rd_u8(r);
	uint32_t teid = 0;

	if (bits < width * 8 || bits > width * 8 + 32 ||
		!statement_address_bytes(out, " ", rd_bytes(r, width), width) ||
		!statement_rd(out, rd))
		return false;
	while (rd_left(r) > 0)
		teid = teid << 8 | rd_u8(r);
	buf_printf(out, " teid %u/%u", teid, bits - width * 8);
	return true;
}

bool
statement_mup(struct buf *out, const struct nlri *nlri)
{
	static const struct {
		const char *word;
		bool (*say)(struct buf *out, uint16_t afi, struct rd *rd, struct rd *r);
	} kinds[] = {
		[1] = { " mup-isd", say_isd },
		[2] = { " mup-dsd", say_dsd },
		[3] = { " mup-t1st", say_t1st },
		[4] = { " mup-t2st", say_t2st },
	};
	struct rd r = rd_init(nlri->bytes, nlri->len), rd;
	uint8_t arch = rd_u8(&r);
	uint16_t type = rd_u16(&r);

	rd_u8(&r);
	rd = rd_sub(&r, DISTINGUISHER_BYTES);
	if (arch != 1 || type >= sizeof(kinds) / sizeof(kinds[0]) || kinds[type].word == NULL ||
		!rd_ok(&r))
		return false;
	buf_str(out, kinds[type].word);
	return kinds[type].say(out, family_afi(nlri->family), &rd, &r);
}
