/*
 * VPLS NLRI (RFC 4761 3.2.2): length, route distinguisher, VE id ("endpoint"), VE block offset and
 * size, label base in the high 20 bits of three bytes. Bytes beyond the 17 known ones are kept
 * and not shown (reference/wire.md 6.6, events.md 8.5).
 */
#include "proto/wire/nlri.h"
#include "proto/wire/nlri_codecs.h"

#include "common/buf.h"
#include "proto/wire/distinguisher.h"
#include "proto/wire/family.h"

enum { VPLS_BYTES = 17 };

struct vpls {
	const uint8_t *rd;
	uint16_t endpoint, offset, size;
	uint32_t base;
};

static int
vpls_decode(struct rd *r, uint32_t family, bool withdraw, struct nlri *out, struct wire_error *err)
{
	const uint8_t *start = r->p;
	size_t had = rd_left(r);
	uint16_t len;

	(void)family;
	(void)withdraw;
	if (had < 2)
		return wire_error_set(
			err, 3, 10, "VPLS NLRI too short: need at least 2 bytes, got %zu", had);
	len = rd_u16(r);
	if (len < VPLS_BYTES)
		return wire_error_set(err, 3, 10, "l2vpn vpls length is %u, it needs at least %u",
			len, VPLS_BYTES);
	if (rd_bytes(r, len) == NULL || len + 2 > NLRI_MAX)
		return wire_error_set(
			err, 3, 10, "l2vpn vpls message length is not consistent with encoded bgp");
	out->bytes = start;
	out->len = (uint16_t)(len + 2);
	return 0;
}

static struct vpls
take_apart(const struct nlri *nlri)
{
	struct rd r = rd_init(nlri->bytes, nlri->len);
	struct vpls v;

	rd_u16(&r);
	v.rd = rd_bytes(&r, DISTINGUISHER_BYTES);
	v.endpoint = rd_u16(&r);
	v.offset = rd_u16(&r);
	v.size = rd_u16(&r);
	v.base = rd_u24(&r) >> 4;
	return v;
}

static void
vpls_json(struct buf *out, const struct nlri *nlri, const struct nlri_print *how)
{
	struct vpls v = take_apart(nlri);

	(void)how;
	BUF_LIT(out, "{ \"rd\": \"");
	distinguisher_text(out, v.rd);
	buf_printf(out, "\", \"endpoint\": %u, \"base\": %u, \"offset\": %u, \"size\": %u }",
		v.endpoint, v.base, v.offset, v.size);
}

static void
vpls_text(struct buf *out, const struct nlri *nlri)
{
	struct vpls v = take_apart(nlri);

	BUF_LIT(out, "vpls rd ");
	distinguisher_text(out, v.rd);
	buf_printf(out, " endpoint %u base %u offset %u size %u", v.endpoint, v.base, v.offset,
		v.size);
}

const struct nlri_codec nlri_vpls_codec = {
	.family = FAMILY(AFI_L2VPN, SAFI_VPLS),
	.decode = vpls_decode,
	.json = vpls_json,
	.text = vpls_text,
};
