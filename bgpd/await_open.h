/*
 * A connection whose neighbor only its OPEN can tell: with multi-session several neighbors, one per
 * family, have the same addresses (draft-ietf-idr-bgp-multisession).
 */
#ifndef TROUPE_BGPD_AWAIT_OPEN_H
#define TROUPE_BGPD_AWAIT_OPEN_H

#include "common/addr.h"

struct bgpd;
struct open;

enum { AWAIT_MAX = 256, AWAIT_US = 1000 * 1000 };

/* Called once, with the OPEN or NULL when none came in time; takes the descriptor, from which
 * nothing was read. */
typedef void await_fn(struct bgpd *d, int fd, const struct addr *remote, const struct addr *local,
	const struct open *open);

/* Takes fd and waits until the peer's OPEN can be seen, AWAIT_US at most. */
void await_open(struct bgpd *d, int fd, const struct addr *remote, const struct addr *local,
	await_fn *done);
void await_close_all(struct bgpd *d);

#endif
