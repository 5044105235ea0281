/*
 * The end of a connection: its last bytes and the FIN must reach the peer, so that what it sent
 * meanwhile is read and thrown away instead of answered with a reset that would destroy a
 * NOTIFICATION on its way (RFC 4271 does not say so; every implementation does it).
 */
#ifndef TROUPE_BGPD_LINGER_H
#define TROUPE_BGPD_LINGER_H

#include <stddef.h>
#include <stdint.h>

struct bgpd;

enum { LINGER_MAX = 512, LINGER_US = 1000 * 1000 };

/* Takes fd: writes n bytes (copied), closes our direction, waits for the peer's end. */
void linger_start(struct bgpd *d, int fd, const uint8_t *data, size_t n);
void linger_close_all(struct bgpd *d);

#endif
