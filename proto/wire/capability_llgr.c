/*
 * Long-lived graceful restart, code 71 (RFC 9494): for every family of ours the time that the peer
 * may keep our routes as stale ones after the restart time of capability 64.
 */
#include "proto/wire/capability.h"

enum { ENTRY = 7, FORWARDING = 0x80 };

static void
encode(struct wr *w, const struct capability_config *c, uint32_t local_as)
{
	(void)local_as;
	if (c->long_lived == 0 || c->graceful_restart < 0)
		return;
	size_t at = capability_begin(w, CAP_LLGR);
	for (unsigned i = 0; i < c->n_families; i++) {
		wr_u24(w, c->families[i]);
		wr_u8(w, FORWARDING);
		wr_u24(w, c->long_lived);
	}
	capability_end(w, at);
}

static int
decode(struct open *o, const uint8_t *value, uint8_t n, struct wire_error *err)
{
	(void)o;
	(void)value;
	if (n % ENTRY == 0)
		return 0;
	return wire_error_set(err, 2, 0,
		"Long-Lived Graceful Restart capability needs 7 bytes per family, got %u", n);
}

const struct capability_codec capability_llgr = { CAP_LLGR, encode, decode };
