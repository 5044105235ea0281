/* Reading and printing of nlri_unit.h. Lengths are checked here, so that the codecs only look at
 * the payload. */
#include "proto/wire/nlri_unit.h"

#include "common/addr.h"
#include "common/buf.h"
#include "proto/wire/distinguisher.h"
#include "proto/wire/family.h"
#include "proto/wire/nlri.h"

int
nlri_unit_read(struct rd *r, const char *kind, unsigned head, unsigned len_bytes, struct nlri *out,
	struct wire_error *err)
{
	const uint8_t *start = r->p;
	size_t had = rd_left(r);
	size_t len;

	if (had < head)
		return wire_error_set(err, 3, 10,
			"%s NLRI too short: need at least %u bytes, got %zu", kind, head, had);
	rd_bytes(r, head - len_bytes);
	len = len_bytes == 2 ? rd_u16(r) : rd_u8(r);
	if (rd_left(r) < len || head + len > NLRI_MAX)
		return wire_error_set(err, 3, 10, "%s NLRI truncated: need %zu bytes, got %zu",
			kind, head + len, had);
	rd_bytes(r, len);
	out->bytes = start;
	out->len = (uint16_t)(head + len);
	return 0;
}

void
nlri_raw_json(struct buf *out, const struct nlri *nlri)
{
	BUF_LIT(out, "\"raw\": \"");
	buf_hex_upper(out, nlri->bytes, nlri->len);
	buf_chr(out, '"');
}

void
nlri_unit_json(struct buf *out, unsigned code, bool parsed, const struct nlri *nlri)
{
	BUF_LIT(out, "{ \"code\": ");
	buf_u64(out, code);
	buf_str(out, parsed ? ", \"parsed\": true, " : ", \"parsed\": false, ");
	nlri_raw_json(out, nlri);
}

void
nlri_rd_json(struct buf *out, const uint8_t *rd)
{
	BUF_LIT(out, "\"rd\": \"");
	distinguisher_text(out, rd);
	buf_chr(out, '"');
}

void
nlri_addr_json(struct buf *out, const char *key, const uint8_t *addr, size_t len)
{
	buf_chr(out, '"');
	buf_str(out, key);
	BUF_LIT(out, "\": \"");
	buf_addr_bytes(out, addr, len);
	buf_chr(out, '"');
}

void
nlri_labels_json(struct buf *out, const uint8_t *labels, unsigned n)
{
	struct rd r = rd_init(labels, (size_t)n * 3);

	BUF_LIT(out, "\"label\": [ ");
	for (unsigned i = 0; i < n; i++) {
		uint32_t raw = rd_u24(&r);

		buf_str(out, i == 0 ? "[" : ", [");
		buf_u64(out, raw >> 4);
		if (raw != 0) {
			BUF_LIT(out, ", ");
			buf_u64(out, raw);
		}
		buf_chr(out, ']');
	}
	BUF_LIT(out, " ]");
}

void
nlri_family_text(struct buf *out, const struct nlri *nlri)
{
	const struct family_info *info = family_find(nlri->family);

	BUF_LIT(out, "afi ");
	buf_str(out, info->afi);
	BUF_LIT(out, " safi ");
	buf_str(out, info->safi);
}
