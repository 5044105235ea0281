/* Printing of route distinguishers: types 0, 1 and 2 of RFC 4364, others as hex. */
#include "proto/wire/distinguisher.h"

#include "common/addr.h"
#include "common/buf.h"
#include "common/rd.h"

void
distinguisher_text(struct buf *out, const uint8_t rd[DISTINGUISHER_BYTES])
{
	struct rd r = rd_init(rd, DISTINGUISHER_BYTES);
	uint16_t type = rd_u16(&r);

	switch (type) {
	case 0:
		buf_u64(out, rd_u16(&r));
		buf_chr(out, ':');
		buf_u64(out, rd_u32(&r));
		break;
	case 1:
		buf_addr_bytes(out, rd_bytes(&r, 4), 4);
		buf_chr(out, ':');
		buf_u64(out, rd_u16(&r));
		break;
	case 2:
		buf_u64(out, rd_u32(&r));
		buf_chr(out, ':');
		buf_u64(out, rd_u16(&r));
		break;
	default:
		BUF_LIT(out, "0x");
		buf_hex_upper(out, rd, DISTINGUISHER_BYTES);
	}
}
