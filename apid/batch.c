/*
 * Batches of route operations. The stream's state (owner, peers, attributes) is only written when
 * it changes; comparing an attribute set with the one before is a memcmp of a few dozen bytes.
 * Invariant: seq numbers ascend; head..tail are the closed, uncommitted batches in that order, and
 * unsent points at the first of them that the link has not taken yet.
 */
#include "apid/batch.h"

#include <stdlib.h>
#include <string.h>

#include "common/link.h"
#include "common/log.h"
#include "common/xmalloc.h"
#include "proto/ipc/ipc.h"
#include "proto/ipc/send.h"
#include "proto/wire/family.h"

struct batch_block {
	struct batch_block *next;
	uint64_t seq;
	size_t len;
	uint8_t data[];
};

static void
restart(struct batch *b)
{
	b->w = wr_init(b->buffer, sizeof(b->buffer));
	b->owner = 0;
	b->peers = 0;
	b->have_attrs = false;
	b->ttl_us = 0;
}

void
batch_init(struct batch *b)
{
	b->seq = 1;
	b->committed = 0;
	b->held = true;
	restart(b);
}

void
batch_fini(struct batch *b)
{
	while (b->head != NULL) {
		struct batch_block *block = b->head;

		b->head = block->next;
		free(block);
	}
	b->tail = b->unsent = NULL;
	b->uncommitted = 0;
}

static bool
same_attrs(const struct attrset *a, const struct attrset *x)
{
	return a->len == x->len && a->nh_len == x->nh_len && a->flags == x->flags &&
	       (a->nh_len == NEXTHOP_SELF || memcmp(a->nh, x->nh, a->nh_len) == 0) &&
	       (a->len == 0 || memcmp(a->block, x->block, a->len) == 0);
}

/* True when withdraws of the family say nothing but the NLRI: attributes would be a waste. */
static bool
bare_withdraw(uint32_t family)
{
	if (family == IPV4_UNICAST || family == IPV6_UNICAST)
		return true;
	const struct family_info *info = family_find(family);

	return info != NULL && (info->flags & FAMILY_F_BARE_WITHDRAW) != 0;
}

static inline void
begin_owner(struct batch *b, uint32_t owner)
{
	if (wr_len(&b->w) >= IPC_ROUTES_OPS_MAX)
		batch_flush(b);
	if (b->owner != owner) {
		route_op_owner(&b->w, owner);
		b->owner = owner;
	}
}

/* The state of the stream for the next operation. */
static inline void
begin(struct batch *b, uint32_t owner, const struct selection *s)
{
	begin_owner(b, owner);
	if (b->peers != s->token) {
		route_op_peers(&b->w, s->ids, s->n);
		b->peers = s->token;
	}
}

static void
end(struct batch *b)
{
	if (!wr_ok(&b->w))
		fatalx("a route operation does not fit into an empty batch");
}

void
batch_route(struct batch *b, uint32_t owner, const struct selection *s, const struct attrset *attrs,
	bool announce, const struct nlri *nlri)
{
	begin(b, owner, s);
	if ((announce || !bare_withdraw(nlri->family)) &&
		(!b->have_attrs || !same_attrs(&b->attrs, attrs))) {
		route_op_attrs(&b->w, attrs);
		b->attrs = *attrs;
		b->attrs.block = b->w.p - attrs->len;
		b->have_attrs = true;
	}
	if (announce && b->ttl_us != b->next_ttl_us) {
		route_op_ttl(&b->w, b->next_ttl_us);
		b->ttl_us = b->next_ttl_us;
	}
	route_op_route(&b->w, announce, nlri);
	end(b);
}

void
batch_eor(struct batch *b, uint32_t owner, const struct selection *s, uint32_t family)
{
	begin(b, owner, s);
	route_op_eor(&b->w, family);
	end(b);
}

void
batch_flush_routes(struct batch *b, uint32_t owner, const struct selection *s, uint32_t family)
{
	begin(b, owner, s);
	route_op_flush(&b->w, family);
	end(b);
}

void
batch_clear(struct batch *b, uint32_t owner, const struct selection *s, bool in)
{
	begin(b, owner, s);
	route_op_clear(&b->w, in);
	end(b);
}

void
batch_dog(struct batch *b, uint32_t owner, const struct selection *s, bool announce,
	const char *name, size_t n)
{
	begin(b, owner, s);
	route_op_dog(&b->w, announce, name, (unsigned)n);
	end(b);
}

void
batch_sync(struct batch *b, uint32_t owner, enum route_sync sync)
{
	begin_owner(b, owner);
	route_op_sync(&b->w, sync);
	end(b);
}

void
batch_expire(struct batch *b, uint32_t owner, uint64_t deadline_us)
{
	begin_owner(b, owner);
	route_op_expire(&b->w, deadline_us);
	end(b);
}

uint64_t
batch_last(const struct batch *b)
{
	return wr_len(&b->w) > 0 ? b->seq : b->seq - 1;
}

void
batch_pump(struct batch *b)
{
	while (b->unsent != NULL && !b->held && b->link != NULL && link_is_up(b->link)) {
		struct batch_block *block = b->unsent;
		struct ipc_routes m = { .seq = block->seq,
			.ops = ipc_bytes(block->data, block->len) };

		if (link_credit(b->link) == 0)
			return;
		b->unsent = block->next;
		ipc_send_routes(b->link, &m);
	}
}

void
batch_flush(struct batch *b)
{
	size_t n = wr_len(&b->w);

	if (n > 0) {
		struct batch_block *block = xmalloc(sizeof(*block) + n);

		block->next = NULL;
		block->seq = b->seq++;
		block->len = n;
		memcpy(block->data, b->buffer, n);
		if (b->tail != NULL)
			b->tail->next = block;
		else
			b->head = block;
		b->tail = block;
		if (b->unsent == NULL)
			b->unsent = block;
		b->uncommitted += n;
		restart(b);
	}
	batch_pump(b);
}

void
batch_resend(struct batch *b)
{
	b->unsent = b->head;
	batch_pump(b);
}

void
batch_committed(struct batch *b, uint64_t seq)
{
	if (seq <= b->committed)
		return;
	if (seq >= b->seq) {
		log_error("ribd", "committed batch %llu, which was never sent",
			(unsigned long long)seq);
		return;
	}
	b->committed = seq;
	while (b->head != NULL && b->head->seq <= seq) {
		struct batch_block *block = b->head;

		b->head = block->next;
		if (b->unsent == block)
			b->unsent = block->next;
		b->uncommitted -= block->len;
		free(block);
	}
	if (b->head == NULL)
		b->tail = NULL;
}

bool
batch_full(const struct batch *b)
{
	return b->uncommitted + wr_len(&b->w) > IPC_COMMIT_WINDOW;
}
