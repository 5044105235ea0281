/*
 * The session of an offline message: imagined (iBGP on the loopback address), or what a configured
 * neighbor would negotiate with a peer that has the same capabilities and the opposite ADD-PATH
 * direction. The second goes through the same encoder, decoder and negotiation as a real session.
 */
#include <stdlib.h>
#include <string.h>

#include "apid/tool.h"
#include "common/xmalloc.h"
#include "proto/wire/message.h"

enum { LOOPBACK = 0x7f000001, OPEN_BYTES_MAX = 4096, DEFAULT_AS = 65533 };

/* AIGP is sent on iBGP too, but only read where it is enabled (reference/wire.md 5.3, 7.7). */
static void
set_reader(struct update_session *s, const struct export_session *e, uint32_t addpath,
	bool extended, bool aigp)
{
	*s = (struct update_session){
		.families = e->families, .addpath_rx = addpath, .extended_nexthop = extended
	};
	s->attrs = (struct attr_context){ .asn4 = e->asn4,
		.ibgp = e->ibgp,
		.aigp = aigp,
		.generic = true,
		.families = e->families };
}

static void
set_self(struct export_session *e, const struct addr *local, uint32_t router_id)
{
	struct wr w = wr_init(e->self4, sizeof(e->self4));

	e->self4_len = 4;
	if (local->len == 4)
		memcpy(e->self4, local->bytes, 4);
	else
		wr_u32(&w, router_id);
	if (local->len == 16) {
		e->self6_len = 16;
		memcpy(e->self6, local->bytes, 16);
	}
}

void
tool_session_imagine(struct tool_session *out, const struct tool_families *families, bool addpath,
	uint32_t local_as, uint32_t peer_as)
{
	const struct addr loopback = { .len = 4, .bytes = { 127, 0, 0, 1 } };
	uint32_t paths = 0;

	for (unsigned i = 0; i < families->n; i++)
		if ((family_find(families->v[i])->flags & FAMILY_F_PATH_ID) != 0)
			paths |= family_bit(families->v[i]);
	*out = (struct tool_session){ .first_family = families->v[0] };
	out->who = (struct event_neighbor){ .peer = loopback,
		.local = loopback,
		.local_as = local_as,
		.peer_as = peer_as,
		.router_id = LOOPBACK,
		.have_router_id = true };
	out->out = (struct export_session){ .local_as = local_as,
		.asn4 = true,
		.ibgp = local_as == peer_as,
		.aigp = local_as == peer_as,
		.message_max = MESSAGE_MAX_EXTENDED,
		.families = families->bits,
		.addpath_tx = addpath ? paths : 0 };
	set_self(&out->out, &loopback, LOOPBACK);
	set_reader(&out->rx, &out->out, out->out.addpath_tx, families->all, false);
	out->tx = out->rx;
}

/* Our OPEN, as the neighbor's section makes it. */
static int
our_open(struct open *out, uint8_t bytes[OPEN_BYTES_MAX], const struct neighbor_conf *n,
	uint32_t local_as)
{
	uint8_t caps[OPEN_BYTES_MAX];
	struct wr list = wr_init(caps, sizeof(caps)), w = wr_init(bytes, OPEN_BYTES_MAX);
	struct wire_error err;

	capability_list(&list, &n->caps, local_as);
	if (!wr_ok(&list))
		return -1;
	open_encode(&w, local_as, n->hold_time, n->have_router_id ? n->router_id : LOOPBACK, caps,
		wr_len(&list));
	if (!wr_ok(&w) || wr_len(&w) < MESSAGE_HEADER)
		return -1;
	return open_decode(bytes + MESSAGE_HEADER, wr_len(&w) - MESSAGE_HEADER, out, &err);
}

static void
mirror_open(struct open *theirs, const struct open *ours, uint32_t peer_as)
{
	*theirs = *ours;
	theirs->my_as = peer_as > UINT16_MAX ? AS_TRANS : (uint16_t)peer_as;
	if (open_has(ours, CAP_ASN4))
		theirs->asn4 = peer_as;
	theirs->router_id = ~ours->router_id;
	for (unsigned i = 0; i < theirs->n_add_path; i++) {
		uint8_t mode = ours->add_path[i].mode;

		theirs->add_path[i].mode = (uint8_t)((mode & 1) << 1 | mode >> 1);
	}
}

static void
set_negotiated(struct tool_session *out, const struct neighbor_conf *n, const struct negotiated *v)
{
	out->out = (struct export_session){ .local_as = v->local_as,
		.asn4 = v->asn4,
		.ibgp = v->ibgp,
		.aigp = n->aigp || v->ibgp,
		.group_updates = n->group_updates,
		.message_max = v->message_max,
		.families = v->family_bits,
		.addpath_tx = v->addpath_tx,
		.link_local = v->link_local_nexthop && n->link_local.len == 16 && n->ttl_out <= 1 };
	if (out->out.link_local)
		memcpy(out->out.link_local_addr, n->link_local.bytes, 16);
	set_self(&out->out, &n->local, n->have_router_id ? n->router_id : LOOPBACK);
	out->first_family = v->n_families > 0 ? v->families[0] : FAMILY_NONE;
	set_reader(&out->rx, &out->out, v->addpath_rx, v->n_nexthop > 0, n->aigp);
	set_reader(&out->tx, &out->out, v->addpath_tx, v->n_nexthop > 0, out->out.aigp);
}

int
tool_session_mirror(struct tool_session *out, const struct neighbor_conf *n)
{
	uint32_t peer_as = n->peer_as != 0 ? n->peer_as : n->local_as;
	uint32_t local_as = n->local_as != 0 ? n->local_as : peer_as;
	struct open *ours = xmalloc(2 * sizeof(*ours)), *theirs = ours + 1;
	uint8_t bytes[OPEN_BYTES_MAX];
	int result = -1;

	if (local_as == 0)
		local_as = peer_as = DEFAULT_AS;
	*out = (struct tool_session){ .who = { .peer = n->peer,
					      .local = n->local,
					      .local_as = local_as,
					      .peer_as = peer_as,
					      .router_id = n->router_id,
					      .have_router_id = n->have_router_id } };
	if (our_open(ours, bytes, n, local_as) == 0) {
		struct negotiated v;

		mirror_open(theirs, ours, peer_as);
		open_negotiate(ours, theirs, &v);
		set_negotiated(out, n, &v);
		result = 0;
	}
	free(ours);
	return result;
}
