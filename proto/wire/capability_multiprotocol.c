/* Multiprotocol extensions, code 1 (RFC 4760 section 8): one capability per family. */
#include "proto/wire/capability.h"

#include "common/rd.h"

static void
encode(struct wr *w, const struct capability_config *c, uint32_t local_as)
{
	(void)local_as;
	for (unsigned i = 0; i < c->n_families; i++) {
		size_t at = capability_begin(w, CAP_MULTIPROTOCOL);

		wr_u16(w, family_afi(c->families[i]));
		wr_u8(w, 0);
		wr_u8(w, family_safi(c->families[i]));
		capability_end(w, at);
	}
}

static int
decode(struct open *o, const uint8_t *value, uint8_t n, struct wire_error *err)
{
	struct rd r = rd_init(value, n);
	uint16_t afi = rd_u16(&r);

	rd_u8(&r);
	uint32_t family = FAMILY(afi, rd_u8(&r));
	if (!rd_ok(&r))
		return wire_error_set(
			err, 2, 0, "MultiProtocol capability too short: need 4 bytes, got %u", n);
	for (unsigned i = 0; i < o->n_families; i++)
		if (o->families[i] == family)
			return 0;
	if (o->n_families < OPEN_FAMILIES_MAX)
		o->families[o->n_families++] = family;
	return 0;
}

const struct capability_codec capability_multiprotocol = { CAP_MULTIPROTOCOL, encode, decode };
