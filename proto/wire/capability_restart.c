/*
 * Graceful restart, code 64 (RFC 4724 section 3). Ours always carries the R bit and the F bit of
 * every family: routes survive us, whatever happened before.
 */
#include "proto/wire/capability.h"

#include "common/rd.h"

enum { RESTART_STATE = 0x8000, RESTART_TIME = 0x0fff, FORWARDING = 0x80 };

static void
encode(struct wr *w, const struct capability_config *c, uint32_t local_as)
{
	(void)local_as;
	if (c->graceful_restart < 0)
		return;
	size_t at = capability_begin(w, CAP_GRACEFUL_RESTART);
	wr_u16(w, (uint16_t)(RESTART_STATE | (c->graceful_restart & RESTART_TIME)));
	for (unsigned i = 0; i < c->n_families; i++) {
		wr_u24(w, c->families[i]);
		wr_u8(w, FORWARDING);
	}
	capability_end(w, at);
}

static int
decode(struct open *o, const uint8_t *value, uint8_t n, struct wire_error *err)
{
	struct rd r = rd_init(value, n);
	uint16_t head = rd_u16(&r);

	if (!rd_ok(&r))
		return wire_error_set(err, 2, 0,
			"Graceful Restart capability too short: need 2 bytes minimum, got %u", n);
	o->restart_flags = (uint8_t)(head >> 12);
	o->restart_time = head & RESTART_TIME;
	o->n_restart = 0;
	while (rd_left(&r) > 0) {
		if (rd_left(&r) < 4)
			return wire_error_set(err, 2, 0,
				"Graceful Restart capability truncated: need 4 bytes per family, "
				"got %zu",
				rd_left(&r));
		uint32_t family = rd_u24(&r);
		uint8_t flags = rd_u8(&r);
		if (o->n_restart == OPEN_FAMILIES_MAX)
			continue;
		o->restart[o->n_restart].family = family;
		o->restart[o->n_restart++].flags = flags;
	}
	return 0;
}

const struct capability_codec capability_restart = { CAP_GRACEFUL_RESTART, encode, decode };
