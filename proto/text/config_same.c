/*
 * Whether a session can go on when its neighbor's definition was replaced by another (reference/
 * config.md section 7, "equal"): what the OPEN said, what the socket is, and how the RIB serves it.
 * Compared are also the things the reference forgets although they only act on a new session
 * (tcp-ao, the add-path families): changing them must not wait for a restart.
 */
#include "proto/text/config.h"

static bool
same_secret(const uint8_t *a, unsigned a_n, const uint8_t *b, unsigned b_n)
{
	return a_n == b_n && (a_n == 0 || memcmp(a, b, a_n) == 0);
}

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
same_capabilities(const struct capability_config *a, const struct capability_config *b)
{
	if (a->n_families != b->n_families || a->n_paths_limit != b->n_paths_limit ||
		a->asn4 != b->asn4 || a->extended_message != b->extended_message ||
		a->route_refresh != b->route_refresh || a->operational != b->operational ||
		a->multisession != b->multisession || a->software_version != b->software_version ||
		a->link_local_nexthop != b->link_local_nexthop || a->nexthop != b->nexthop ||
		a->nexthop_families != b->nexthop_families ||
		a->graceful_restart != b->graceful_restart || a->add_path != b->add_path ||
		a->long_lived != b->long_lived || a->role != b->role ||
		a->role_strict != b->role_strict || a->add_path_families != b->add_path_families ||
		strcmp(a->hostname, b->hostname) != 0 || strcmp(a->domain, b->domain) != 0)
		return false;
	if (memcmp(a->families, b->families, a->n_families * sizeof(a->families[0])) != 0)
		return false;
	for (unsigned i = 0; i < a->n_paths_limit; i++) {
		if (a->paths_limit[i].family != b->paths_limit[i].family ||
			a->paths_limit[i].limit != b->paths_limit[i].limit)
			return false;
	}
	return true;
}

static bool
same_socket(const struct neighbor_conf *a, const struct neighbor_conf *b)
{
	return addr_equal(&a->peer, &b->peer) && addr_equal(&a->local, &b->local) &&
	       a->passive == b->passive && a->listen == b->listen && a->connect == b->connect &&
	       a->ttl_out == b->ttl_out && a->ttl_in == b->ttl_in &&
	       addr_equal(&a->md5_ip, &b->md5_ip) &&
	       same_secret(a->md5, a->md5_len, b->md5, b->md5_len) &&
	       same_secret(a->ao_key, a->ao_key_len, b->ao_key, b->ao_key_len) &&
	       same_text(a->ao_algorithm, b->ao_algorithm) && a->ao_keyid == b->ao_keyid &&
	       same_text(a->source_interface, b->source_interface);
}

bool
neighbor_conf_same_session(const struct neighbor_conf *a, const struct neighbor_conf *b)
{
	return same_socket(a, b) && a->router_id == b->router_id && a->local_as == b->local_as &&
	       a->peer_as == b->peer_as && a->hold_time == b->hold_time &&
	       a->rate_limit == b->rate_limit && a->group_updates == b->group_updates &&
	       a->auto_flush == b->auto_flush && a->adj_rib_in == b->adj_rib_in &&
	       a->adj_rib_out == b->adj_rib_out && a->aigp == b->aigp &&
	       a->link_local_prefer == b->link_local_prefer &&
	       same_capabilities(&a->caps, &b->caps);
}
