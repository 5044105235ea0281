/* Four-octet AS numbers, code 65 (RFC 6793). A value of two bytes is accepted. */
#include "proto/wire/capability.h"

#include "common/rd.h"

static void
encode(struct wr *w, const struct capability_config *c, uint32_t local_as)
{
	if (!c->asn4)
		return;
	size_t at = capability_begin(w, CAP_ASN4);
	wr_u32(w, local_as);
	capability_end(w, at);
}

static int
decode(struct open *o, const uint8_t *value, uint8_t n, struct wire_error *err)
{
	struct rd r = rd_init(value, n);

	if (n != 2 && n != 4)
		return wire_error_set(
			err, 2, 0, "AS4 capability must be 2 or 4 bytes long, got %u", n);
	o->asn4 = n == 2 ? rd_u16(&r) : rd_u32(&r);
	return 0;
}

const struct capability_codec capability_asn4 = { CAP_ASN4, encode, decode };
