/*
 * What a neighbor's OPEN will offer: families, capabilities, ADD-PATH, PATHS-LIMIT and next-hop
 * encodings, from its sections and their defaults (reference/config.md 3.5-3.8; wire.md 2.3).
 */
#include "proto/text/conf.h"

#include <stdio.h>

enum { ALL_FAMILIES = (1 << FAMILY_COUNT) - 1, GRACEFUL_MAX = 4095, SOFTWARE_MAX = 64 };

static bool
on(const struct conf_scope *s, enum capability_key key, bool absent)
{
	return s->capability[key].set ? s->capability[key].on : absent;
}

static struct conf_place
place(const struct conf_value *v)
{
	return (struct conf_place){ .line = v->line, .col = v->col };
}

/* Cut at 64 bytes, not inside a character. */
static void
cut(char out[65], const char *text)
{
	size_t n = strnlen(text, 64);

	if (text[n] != '\0') {
		while (n > 0 && ((uint8_t)text[n] & 0xc0) == 0x80)
			n--;
	}
	memcpy(out, text, n);
	out[n] = '\0';
}

static void
names(const struct conf *c, const struct conf_scope *s, struct capability_config *caps)
{
	char version[256];

	if (s->neighbor[NK_HOST_NAME].set)
		cut(caps->hostname, s->neighbor[NK_HOST_NAME].s);
	if (s->neighbor[NK_DOMAIN_NAME].set)
		cut(caps->domain, s->neighbor[NK_DOMAIN_NAME].s);
	if (!caps->software_version)
		return;
	snprintf(version, sizeof(version), "ExaBGP/%s",
		c->env->version != NULL ? c->env->version : "");
	if (strlen(version) > SOFTWARE_MAX)
		memcpy(version + SOFTWARE_MAX - 3, "...", 4);
	cut(caps->version, version);
}

static int
graceful(const struct conf_scope *s, uint16_t hold_time)
{
	const struct conf_value *v = &s->capability[CK_GRACEFUL_RESTART];

	if (!v->set || v->u == CONF_GRACEFUL_OFF)
		return -1;
	if (v->u != 0)
		return (int)v->u;
	return hold_time < GRACEFUL_MAX ? hold_time : GRACEFUL_MAX;
}

static void
add_path(struct conf *c, const struct conf_scope *s, uint32_t families,
	struct capability_config *caps)
{
	const struct conf_value *mode = &s->capability[CK_ADD_PATH];
	bool listed = s->add_path != 0 && !s->add_path_all;

	caps->add_path = mode->set ? (uint8_t)mode->u : 0;
	if (caps->add_path == 0) {
		if (listed && !mode->set)
			conf_warn(c, s->place,
				"\"add-path\" has no effect without \"capability { add-path … }\"");
		return;
	}
	for (unsigned i = 0; i < FAMILY_COUNT; i++) {
		const struct family_info *info = &family_table[i];
		uint32_t bit = UINT32_C(1) << i;

		if ((families & bit) == 0 || !(info->flags & FAMILY_F_ADDPATH_CAP) ||
			(listed && (s->add_path & bit) == 0))
			continue;
		caps->add_path_families |= bit;
		if ((caps->add_path & 1) == 0 || s->add_path_limit[i] == 0)
			continue;
		caps->paths_limit[caps->n_paths_limit].family = info->family;
		caps->paths_limit[caps->n_paths_limit++].limit = s->add_path_limit[i];
	}
}

/* Pairs whose both families are negotiated; only IPv4 ones with IPv6 next-hops are sent (D38). */
static void
nexthop(const struct conf_scope *s, uint32_t families, struct neighbor_conf *n)
{
	struct capability_config *caps = &n->caps;

	for (unsigned i = 0; i < FAMILY_COUNT; i++) {
		const struct family_info *info = &family_table[i];
		bool v4 = family_afi(info->family) == AFI_IPV4;
		uint32_t other = FAMILY(v4 ? AFI_IPV6 : AFI_IPV4, family_safi(info->family));

		if ((s->nexthop >> i & 1) == 0 || (families >> i & 1) == 0)
			continue;
		/* The families of a multi-session neighbor have sessions of their own. */
		if ((families & family_bit(other)) == 0 && !caps->multisession)
			continue;
		n->nexthop_pairs |= UINT32_C(1) << i;
		if (v4 && (info->flags & FAMILY_F_EXTNH))
			caps->nexthop_families |= UINT32_C(1) << i;
	}
	caps->nexthop = on(s, CK_NEXTHOP, n->nexthop_pairs != 0);
	if (!caps->nexthop)
		caps->nexthop_families = 0;
}

static void
long_lived(struct conf *c, const struct conf_scope *s, struct capability_config *caps)
{
	const struct conf_value *v = &s->capability[CK_LONG_LIVED];

	if (!v->set || v->u == 0)
		return;
	if (caps->graceful_restart < 0)
		conf_warn(c, place(v),
			"\"long-lived-graceful-restart\" has no effect without "
			"\"graceful-restart\"");
	else
		caps->long_lived = v->u;
}

/* RFC 9234 4: not on iBGP sessions. */
static void
role(struct conf *c, const struct conf_scope *s, struct neighbor_conf *n)
{
	const struct conf_value *v = &s->capability[CK_ROLE];

	if (!v->set)
		return;
	if (n->local_as == n->peer_as && n->local_as != 0) {
		conf_warn(c, place(v), "\"role\" has no effect on an IBGP session");
		return;
	}
	n->caps.role = (enum bgp_role)(v->u & ~(uint32_t)CONF_ROLE_STRICT);
	n->caps.role_strict = (v->u & CONF_ROLE_STRICT) != 0;
}

void
conf_finish_capabilities(struct conf *c, struct conf_scope *s, struct neighbor_conf *n)
{
	struct capability_config *caps = &n->caps;
	uint32_t families = s->families != 0 ? s->families : ALL_FAMILIES;

	for (unsigned i = 0; i < FAMILY_COUNT; i++) {
		if (families >> i & 1)
			caps->families[caps->n_families++] = family_table[i].family;
	}
	caps->asn4 = on(s, CK_ASN4, true);
	caps->extended_message = on(s, CK_EXTENDED_MESSAGE, true);
	caps->route_refresh = on(s, CK_ROUTE_REFRESH, false);
	caps->operational = on(s, CK_OPERATIONAL, false);
	caps->multisession = on(s, CK_MULTI_SESSION, false);
	caps->software_version = on(s, CK_SOFTWARE_VERSION, false);
	caps->link_local_nexthop = on(s, CK_LINK_LOCAL_NEXTHOP, false);
	caps->graceful_restart = graceful(s, n->hold_time);
	n->aigp = on(s, CK_AIGP, false);
	n->link_local_prefer = on(s, CK_LINK_LOCAL_PREFER, false);
	names(c, s, caps);
	add_path(c, s, families, caps);
	nexthop(s, families, n);
	if (caps->multisession && caps->n_families > 1 && n->peer_bits != n->peer.len * 8)
		conf_warn(c, place(&s->capability[CK_MULTI_SESSION]),
			"\"multi-session\": all families of a range share one session");
	long_lived(c, s, caps);
	role(c, s, n);
	if (caps->route_refresh && !n->adj_rib_out) {
		conf_warn(c, place(&s->neighbor[NK_ADJ_RIB_OUT]),
			"\"route-refresh\" needs \"adj-rib-out\": it is on");
		n->adj_rib_out = true;
	}
}
