/*
 * The rules of reference/wire.md 11.3: the remote address must be the neighbor's (or inside its
 * range), the local one its local-address (or that is `auto`). Exact neighbors come before ranges.
 * Of several exact ones - multi-session makes one per family - it is the one whose family the peer's
 * OPEN names, and the first that has no session yet when the OPEN does not decide. A connection
 * that belongs to nobody gets a NOTIFICATION.
 */
#include "bgpd/match.h"

#include <unistd.h>

#include "bgpd/await_open.h"
#include "bgpd/bgpd.h"
#include "bgpd/linger.h"
#include "bgpd/peer.h"
#include "bgpd/peer_index.h"
#include "bgpd/tcp.h"
#include "common/log.h"
#include "common/rd.h"
#include "proto/wire/message.h"
#include "proto/wire/open.h"

struct match {
	struct peer *exact; /* the best so far */
	struct peer *range;
	unsigned exacts, ranges;
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

static bool
fits(const struct peer *p, const struct addr *remote, const struct addr *local)
{
	return p->address.len == remote->len && scope_fits(p, remote) && local_fits(p, local);
}

static void
consider(struct match *m, struct peer *p)
{
	if (p->is_range) {
		m->range = p;
		m->ranges++;
		return;
	}
	m->exacts++;
	if (m->exact == NULL || (m->exact->session->connected && !p->session->connected) ||
		(m->exact->session->state == FSM_ESTABLISHED &&
			p->session->state != FSM_ESTABLISHED)) {
		m->exact = p;
	}
}

/* Our OPEN would have the same families as the peer's. */
static bool
families_fit(const struct peer *p, const struct open *open)
{
	struct rd r = rd_init(p->def.caps.p, p->def.caps.n);
	unsigned n = 0;

	while (rd_left(&r) > 0) {
		uint8_t code = rd_u8(&r);
		struct rd value = rd_sub(&r, rd_u8(&r));
		uint32_t family = (uint32_t)rd_u16(&value) << 8;
		bool found = false;

		if (code != CAP_MULTIPROTOCOL)
			continue;
		rd_u8(&value);
		family |= rd_u8(&value);
		for (unsigned i = 0; i < open->n_families && !found; i++)
			found = open->families[i] == family;
		if (!found || !rd_ok(&value))
			return false;
		n++;
	}
	return rd_ok(&r) && n == open->n_families;
}

/* open: the peer's, or NULL. */
static struct match
find(struct bgpd *d, const struct addr *remote, const struct addr *local, const struct open *open)
{
	struct match m = { 0 };

	for (struct peer *p = peer_index_exact(d, remote); p != NULL; p = p->same)
		if (fits(p, remote, local) && (open == NULL || families_fit(p, open)))
			consider(&m, p);
	for (struct peer *p = peer_index_ranges(d); p != NULL; p = p->same)
		if (addr_in_prefix(remote, &p->address, p->def.peer_bits) && fits(p, remote, local))
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

/* To the neighbor it belongs to, as far as that is known: gives the connection to it. */
static void
deliver(struct bgpd *d, int fd, const struct addr *remote, const struct addr *local,
	const struct open *open)
{
	struct match m = find(d, remote, local, open);

	/* Not one family of ours: the first neighbor says so with its NOTIFICATION. */
	if (m.exact == NULL && open != NULL)
		m = find(d, remote, local, NULL);
	struct peer *p = m.exact;
	if (p == NULL && m.ranges > 1) {
		refuse(d, fd, remote, 5,
			"could not accept the connection (more than one neighbor match)");
		return;
	}
	if ((p != NULL && p->fresh) || (p == NULL && m.range != NULL && m.range->fresh)) {
		refuse(d, fd, remote, 5, "not ready yet");
		return;
	}
	if (p == NULL && m.range != NULL)
		p = peer_new_instance(m.range, remote, local);
	if (p == NULL) {
		refuse(d, fd, remote, 3, "no session configured for the peer");
		return;
	}
	if (tcp_accepted(fd, &p->def, &p->address) != 0)
		log_errno(p->name, "options of the accepted connection");
	peer_accept(p, fd, remote, local);
}

void
match_accepted(struct bgpd *d, int fd)
{
	struct addr local, remote;

	if (tcp_names(fd, &local, &remote) != 0)
		close(fd); /* it is gone already */
	else if (find(d, &remote, &local, NULL).exacts > 1)
		await_open(d, fd, &remote, &local, deliver);
	else
		deliver(d, fd, &remote, &local, NULL);
}
