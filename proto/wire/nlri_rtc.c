/*
 * Route target membership NLRI (RFC 4684 4): length in bits, origin AS, route target; length 0 is
 * the default. RFC 4684 sends as many bytes as the bits need, the reference 12 whatever they are:
 * an NLRI that is alone in its list may be padded to 12 (reference/wire.md 6.11, events.md 8.7).
 */
#include "proto/wire/nlri.h"
#include "proto/wire/nlri_codecs.h"

#include "common/buf.h"
#include "proto/wire/attr_codecs.h"
#include "proto/wire/family.h"
#include "proto/wire/nlri_unit.h"

enum { RTC_BYTES = 12, RTC_MIN_BITS = 32, RTC_MAX_BITS = 96, RT_BYTES = 8 };

/* True when all that is left are the zero bytes that fill an NLRI up to 12. */
static bool
is_padding(const struct rd *r, size_t n)
{
	if (rd_left(r) != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (r->p[i] != 0)
			return false;
	return true;
}

static int
rtc_decode(struct rd *r, uint32_t family, bool withdraw, struct nlri *out, struct wire_error *err)
{
	const uint8_t *start = r->p;
	size_t had = rd_left(r), bytes;
	unsigned bits = rd_u8(r);

	(void)family;
	(void)withdraw;
	if (bits != 0 && (bits < RTC_MIN_BITS || bits > RTC_MAX_BITS))
		return wire_error_set(
			err, 3, 10, "incorrect RTC length: %u (should be >=32,<=96)", bits);
	bytes = (bits + 7) / 8;
	if (rd_bytes(r, bytes) == NULL)
		return wire_error_set(
			err, 3, 10, "RTC NLRI truncated: need %zu bytes, got %zu", bytes + 1, had);
	out->bytes = start;
	out->len = (uint16_t)(bytes + 1);
	if (bits != 0 && is_padding(r, RTC_BYTES - bytes))
		rd_bytes(r, RTC_BYTES - bytes);
	return 0;
}

static void
rtc_json(struct buf *out, const struct nlri *nlri, const struct nlri_print *how)
{
	struct rd r = rd_init(nlri->bytes, nlri->len);
	uint8_t target[RT_BYTES] = { 0 };
	unsigned bits = rd_u8(&r);

	(void)how;
	if (bits < RTC_MIN_BITS) {
		BUF_LIT(out, "{ \"origin\": 0, \"route-target\": null }");
		return;
	}
	BUF_LIT(out, "{ \"origin\": ");
	buf_u64(out, rd_u32(&r));
	rd_copy(&r, target, rd_left(&r));
	target[0] &= 0x3f; /* whether it is transitive says nothing about membership */
	BUF_LIT(out, ", \"route-target\": \"");
	ext_community_text(out, target);
	BUF_LIT(out, "\" }");
}

const struct nlri_codec nlri_rtc_codec = {
	.family = FAMILY(AFI_IPV4, SAFI_RTC),
	.decode = rtc_decode,
	.json = rtc_json,
	.text = nlri_family_text,
};
