/*
 * SR policy NLRI (RFC 9830 2.1): length in bits, distinguisher, colour, endpoint of the AFI. The
 * policy itself travels in the tunnel encapsulation attribute (reference/wire.md 6.12).
 */
#include "proto/wire/nlri.h"
#include "proto/wire/nlri_codecs.h"

#include "common/buf.h"
#include "proto/wire/family.h"
#include "proto/wire/nlri_unit.h"

static int
sr_policy_decode(
	struct rd *r, uint32_t family, bool withdraw, struct nlri *out, struct wire_error *err)
{
	const uint8_t *start = r->p;
	bool v4 = family_afi(family) == AFI_IPV4;
	unsigned expected = v4 ? 96 : 192, bits;
	size_t had = rd_left(r);

	(void)withdraw;
	if (had == 0)
		return wire_error_set(err, 3, 10, "SR Policy NLRI missing length byte");
	bits = rd_u8(r);
	if (bits != expected)
		return wire_error_set(err, 3, 10,
			"SR Policy NLRI invalid length: got %u bits, expected %u for AFI %s", bits,
			expected, v4 ? "ipv4" : "ipv6");
	if (rd_bytes(r, expected / 8) == NULL)
		return wire_error_set(err, 3, 10,
			"SR Policy NLRI too short: need %u bytes, got %zu", expected / 8 + 1, had);
	out->bytes = start;
	out->len = (uint16_t)(expected / 8 + 1);
	return 0;
}

static void
sr_policy_json(struct buf *out, const struct nlri *nlri, const struct nlri_print *how)
{
	struct rd r = rd_init(nlri->bytes, nlri->len);

	(void)how;
	rd_u8(&r);
	BUF_LIT(out, "{\"distinguisher\": ");
	buf_u64(out, rd_u32(&r));
	BUF_LIT(out, ", \"color\": ");
	buf_u64(out, rd_u32(&r));
	BUF_LIT(out, ", ");
	nlri_addr_json(out, "endpoint", r.p, family_afi(nlri->family) == AFI_IPV4 ? 4 : 16);
	buf_chr(out, '}');
}

const struct nlri_codec nlri_sr_policy_codec = {
	.family = FAMILY(AFI_IPV4, SAFI_SR_POLICY),
	.decode = sr_policy_decode,
	.json = sr_policy_json,
	.text = nlri_family_text,
};
