/*
 * ADD-PATH, code 69 (RFC 7911), and PATHS-LIMIT, code 76 (draft-abraitis-idr-addpath-paths-limit),
 * which stand for the same families.
 */
#include "proto/wire/capability.h"

#include "common/rd.h"

/* The families that may be sent, in their order (reference/wire.md 2.3). */
static const uint32_t allowed[] = {
	IPV4_UNICAST,
	IPV6_UNICAST,
	FAMILY(AFI_IPV4, SAFI_NLRI_MPLS),
	FAMILY(AFI_IPV6, SAFI_NLRI_MPLS),
	FAMILY(AFI_IPV4, SAFI_MPLS_VPN),
	FAMILY(AFI_IPV6, SAFI_MPLS_VPN),
	FAMILY(AFI_IPV4, SAFI_MUP),
	FAMILY(AFI_IPV6, SAFI_MUP),
};
enum { ALLOWED = sizeof(allowed) / sizeof(allowed[0]) };

static bool
wanted(const struct capability_config *c, uint32_t family)
{
	return (c->add_path_families & family_bit(family)) && capability_has_family(c, family);
}

static void
add_path_encode(struct wr *w, const struct capability_config *c, uint32_t local_as)
{
	(void)local_as;
	if (c->add_path == 0)
		return;
	size_t at = capability_begin(w, CAP_ADD_PATH);
	for (unsigned i = 0; i < ALLOWED; i++) {
		if (!wanted(c, allowed[i]))
			continue;
		wr_u24(w, allowed[i]);
		wr_u8(w, c->add_path);
	}
	capability_end(w, at);
}

static void
add_path_set(struct open *o, uint32_t family, uint8_t mode)
{
	unsigned i = 0;

	while (i < o->n_add_path && o->add_path[i].family != family)
		i++;
	if (i == OPEN_FAMILIES_MAX)
		return;
	if (i == o->n_add_path)
		o->n_add_path++;
	o->add_path[i].family = family;
	o->add_path[i].mode = mode & 3;
}

static int
add_path_decode(struct open *o, const uint8_t *value, uint8_t n, struct wire_error *err)
{
	struct rd r = rd_init(value, n);

	while (rd_left(&r) > 0) {
		if (rd_left(&r) < 4)
			return wire_error_set(err, 2, 0,
				"ADD-PATH capability truncated: need 4 bytes per entry, got %zu",
				rd_left(&r));
		uint32_t family = rd_u24(&r);
		add_path_set(o, family, rd_u8(&r));
	}
	return 0;
}

static uint16_t
limit_of(const struct capability_config *c, uint32_t family)
{
	for (unsigned i = 0; i < c->n_paths_limit; i++)
		if (c->paths_limit[i].family == family)
			return c->paths_limit[i].limit;
	return 0;
}

static void
paths_limit_encode(struct wr *w, const struct capability_config *c, uint32_t local_as)
{
	size_t at = 0;

	(void)local_as;
	for (unsigned i = 0; (c->add_path & 1) && i < ALLOWED; i++) {
		uint16_t limit = limit_of(c, allowed[i]);

		if (limit == 0 || !wanted(c, allowed[i]))
			continue;
		if (at == 0)
			at = capability_begin(w, CAP_PATHS_LIMIT);
		wr_u24(w, allowed[i]);
		wr_u16(w, limit);
	}
	if (at != 0)
		capability_end(w, at);
}

static void
paths_limit_add(struct open *o, uint32_t family, uint16_t limit)
{
	for (unsigned i = 0; i < o->n_paths_limit; i++)
		if (o->paths_limit[i].family == family)
			return;
	if (limit == 0 || o->n_paths_limit == OPEN_FAMILIES_MAX)
		return;
	o->paths_limit[o->n_paths_limit].family = family;
	o->paths_limit[o->n_paths_limit++].limit = limit;
}

static int
paths_limit_decode(struct open *o, const uint8_t *value, uint8_t n, struct wire_error *err)
{
	struct rd r = rd_init(value, n);

	while (rd_left(&r) > 0) {
		if (rd_left(&r) < 5)
			return wire_error_set(err, 2, 0,
				"PATHS-LIMIT capability truncated: need 5 bytes per entry, got %zu",
				rd_left(&r));
		uint32_t family = rd_u24(&r);
		paths_limit_add(o, family, rd_u16(&r));
	}
	return 0;
}

const struct capability_codec capability_add_path = { CAP_ADD_PATH, add_path_encode,
	add_path_decode };
const struct capability_codec capability_paths_limit = { CAP_PATHS_LIMIT, paths_limit_encode,
	paths_limit_decode };
