/*
 * Sockets of BGP sessions and their options: MD5 (RFC 2385), TCP-AO (RFC 5925), GTSM (RFC 5082),
 * source address, interface. All descriptors are non-blocking and close-on-exec.
 */
#ifndef TROUPE_BGPD_TCP_H
#define TROUPE_BGPD_TCP_H

#include <stdbool.h>
#include <stdint.h>
#include "common/addr.h"
#include "proto/ipc/ipc.h"

/* Starts to connect to the neighbor; a descriptor, or -1 with errno and the step in *what. */
int tcp_connect(const struct ipc_neighbor *def, const struct addr *peer, const struct addr *local,
	const char **what);
/* A listening socket; addr may be all zeros. A descriptor, or -1 with errno. */
int tcp_listen(const struct addr *addr, uint16_t port);
/* Options of an accepted connection. */
int tcp_accepted(int fd, const struct ipc_neighbor *def, const struct addr *peer);
/* The neighbor's MD5 or AO key on a listening socket; remove: take it away. 0 or -1 with errno. */
int tcp_set_key(int fd, const struct ipc_neighbor *def, const struct addr *peer, unsigned bits,
	bool remove);
/* What failed when tcp_set_key() or a key of tcp_connect() did; reads errno. */
const char *tcp_key_action(const struct ipc_neighbor *def);
/* The TTL of a listening socket's SYN-ACKs (GTSM needs 255). */
int tcp_set_ttl(int fd, int family, unsigned ttl);
/* Both ends of a connection; 0 or -1. */
int tcp_names(int fd, struct addr *local, struct addr *remote);

#endif
