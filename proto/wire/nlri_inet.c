/*
 * IPv4 and IPv6 unicast and multicast NLRI (RFC 4271 4.3, RFC 4760 5): length in bits, then as many
 * bytes as hold the prefix. Host bits of received prefixes are kept as they are
 * (reference/wire.md 6.3, events.md 8.1).
 */
#include "proto/wire/nlri.h"
#include "proto/wire/nlri_codecs.h"

#include <string.h>
#include "common/addr.h"
#include "common/buf.h"
#include "proto/wire/family.h"
#include "proto/wire/nlri_prefix.h"

static int
inet_decode(struct rd *r, uint32_t family, bool withdraw, struct nlri *out, struct wire_error *err)
{
	const uint8_t *start = r->p;
	const struct family_info *info = family_find(family);
	unsigned max = family_afi(family) == AFI_IPV4 ? 32 : 128;
	uint8_t bits = rd_u8(r);
	size_t bytes = ((size_t)bits + 7) / 8;

	(void)withdraw;
	if (bits > max)
		return wire_error_set(
			err, 3, 10, "invalid mask %u in NLRI prefix for %s", bits, info->afi);
	if (bits > 0 && rd_left(r) == 0)
		return wire_error_set(
			err, 3, 10, "not enough data for the mask provided to decode the NLRI");
	if (rd_bytes(r, bytes) == NULL)
		return wire_error_set(err, 3, 10,
			"could not decode nlri with family %s (AFI %u) %s (SAFI %u)", info->afi,
			family_afi(family), info->safi, family_safi(family));
	out->bytes = start;
	out->len = (uint16_t)(1 + bytes);
	return 0;
}

void
nlri_prefix_text(struct buf *out, uint16_t afi, const uint8_t *prefix, unsigned bits)
{
	uint8_t full[16] = { 0 };

	memcpy(full, prefix, (bits + 7) / 8);
	buf_addr_bytes(out, full, afi == AFI_IPV4 ? 4 : 16);
	buf_chr(out, '/');
	buf_u64(out, bits);
}

void
nlri_path_id_json(struct buf *out, const struct nlri *nlri)
{
	if (!nlri->has_path_id)
		return;
	BUF_LIT(out, ", \"path-information\": \"");
	nlri_path_id_dotted(out, nlri->path_id);
	buf_chr(out, '"');
}

void
nlri_path_id_text(struct buf *out, const struct nlri *nlri)
{
	if (!nlri->has_path_id)
		return;
	BUF_LIT(out, " path-information ");
	nlri_path_id_dotted(out, nlri->path_id);
}

void
nlri_path_id_dotted(struct buf *out, uint32_t id)
{
	const uint8_t bytes[4] = { (uint8_t)(id >> 24), (uint8_t)(id >> 16), (uint8_t)(id >> 8),
		(uint8_t)id };

	buf_addr_bytes(out, bytes, 4);
}

static void
inet_json(struct buf *out, const struct nlri *nlri, const struct nlri_print *how)
{
	bool bare = how->compact && !nlri->has_path_id;

	if (!bare)
		BUF_LIT(out, "{ \"nlri\": ");
	buf_chr(out, '"');
	nlri_prefix_text(out, family_afi(nlri->family), nlri->bytes + 1, nlri->bytes[0]);
	buf_chr(out, '"');
	if (bare)
		return;
	nlri_path_id_json(out, nlri);
	BUF_LIT(out, " }");
}

static void
inet_text(struct buf *out, const struct nlri *nlri)
{
	nlri_prefix_text(out, family_afi(nlri->family), nlri->bytes + 1, nlri->bytes[0]);
	nlri_path_id_text(out, nlri);
}

const struct nlri_codec nlri_inet_codec = {
	.family = IPV4_UNICAST,
	.decode = inet_decode,
	.json = inet_json,
	.text = inet_text,
};
