/*
 * The rules of reference/wire.md 11.3: the remote address must be the neighbor's (or inside its
 * range), the local one its local-address (or that is `auto`). Exact neighbors come before ranges,
 * and of several exact ones - multisession makes one per family - the first that has no session
 * yet. A connection that belongs to nobody gets a NOTIFICATION.
 */
#include "bgpd/match.h"

#include <unistd.h>

#include "bgpd/bgpd.h"
#include "bgpd/linger.h"
#include "bgpd/peer.h"
#include "bgpd/tcp.h"
#include "common/log.h"
#include "proto/wire/message.h"

struct match {
	struct peer *exact; /* the best so far */
	struct peer *range;
	unsigned ranges;
};

static bool
local_fits(const struct peer *p, const struct addr *local)
{
	return p->local.len == 0 ||
	       (p->local.len == local->len && addr_in_prefix(local, &p->local, local->len * 8u));
}

static bool
scope_fits(const struct peer *p, const struct addr *remote)
{
	return p->address.scope == 0 || p->address.scope == remote->scope;
}

static void
consider(struct match *m, struct peer *p)
{
	if (p->is_range) {
		m->range = p;
		m->ranges++;
	} else if (m->exact == NULL || (m->exact->session->connected && !p->session->connected) ||
		   (m->exact->session->state == FSM_ESTABLISHED &&
			   p->session->state != FSM_ESTABLISHED)) {
		m->exact = p;
	}
}

static struct match
find(struct bgpd *d, const struct addr *remote, const struct addr *local)
{
	struct match m = { 0 };

	for (struct peer *p = d->peers; p != NULL; p = p->next)
		if (!p->gone && p->address.len == remote->len &&
			addr_in_prefix(remote, &p->address, p->def.peer_bits) &&
			scope_fits(p, remote) && local_fits(p, local))
			consider(&m, p);
	return m;
}

static void
refuse(struct bgpd *d, int fd, const struct addr *remote, uint8_t subcode, const char *text)
{
	uint8_t space[MESSAGE_HEADER + 2 + WIRE_ERROR_DATA_MAX];
	struct wr w = wr_init(space, sizeof(space));
	struct wire_error err;
	char name[ADDR_TEXT_MAX];

	addr_print(remote, name);
	if (log_ratelimit(d, loop_now(d->loop).us))
		log_warn(name, "connection refused: %s", text);
	wire_error_set(&err, 6, subcode, "%s", text);
	message_notification(&w, &err);
	linger_start(d, fd, space, wr_len(&w));
}

void
match_accepted(struct bgpd *d, int fd)
{
	struct addr local, remote;

	if (tcp_names(fd, &local, &remote) != 0) {
		close(fd); /* it is gone already */
		return;
	}
	struct match m = find(d, &remote, &local);
	struct peer *p = m.exact;
	if (p == NULL && m.ranges > 1) {
		refuse(d, fd, &remote, 5,
			"could not accept the connection (more than one neighbor match)");
		return;
	}
	if ((p != NULL && p->fresh) || (p == NULL && m.range != NULL && m.range->fresh)) {
		refuse(d, fd, &remote, 5, "not ready yet");
		return;
	}
	if (p == NULL && m.range != NULL)
		p = peer_new_instance(m.range, &remote, &local);
	if (p == NULL) {
		refuse(d, fd, &remote, 3, "no session configured for the peer");
		return;
	}
	if (tcp_accepted(fd, &p->def, &p->address) != 0)
		log_errno(p->name, "options of the accepted connection");
	peer_accept(p, fd, &remote, &local);
}
