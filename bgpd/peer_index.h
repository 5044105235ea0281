/*
 * Peers by their address, so that a connection finds its neighbor among thousands without a walk.
 * Multi-session makes several of one address: they are chained in the order of their definition,
 * linked through peer->same. Ranges stand in a chain of their own.
 */
#ifndef TROUPE_BGPD_PEER_INDEX_H
#define TROUPE_BGPD_PEER_INDEX_H

struct addr;
struct bgpd;
struct peer;

/* Its address and is_range do not change while it is in. */
void peer_index_add(struct peer *p);
void peer_index_remove(struct peer *p);
/* The first of exactly this address (scopes aside), or NULL; go on with peer->same. */
struct peer *peer_index_exact(const struct bgpd *d, const struct addr *address);
/* The first range; go on with peer->same. */
struct peer *peer_index_ranges(const struct bgpd *d);

#endif
