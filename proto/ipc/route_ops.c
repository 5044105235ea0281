/*
 * Reading and writing route operations (route_ops.h). The reader is bounded and checks every
 * length and flag: the stream comes from another process or from a file.
 */
#include "proto/ipc/route_ops.h"

#include <string.h>

typedef int op_read_fn(struct rd *r, struct route_op *out);

static int
read_family(struct rd *r, struct route_op *out)
{
	out->nlri.family = rd_u24(r);
	return 0;
}

static int
read_owner(struct rd *r, struct route_op *out)
{
	out->owner = rd_u32(r);
	return 0;
}

static int
read_peers(struct rd *r, struct route_op *out)
{
	out->n_peers = rd_u16(r);
	if (out->n_peers == ROUTE_PEERS_ALL) {
		out->n_peers = 0;
		out->all_peers = true;
		return 0;
	}
	out->peers = rd_bytes(r, (size_t)out->n_peers * 4);
	return 0;
}

static int
read_attrs(struct rd *r, struct route_op *out)
{
	struct attrset *set = &out->attrs;

	set->flags = rd_u8(r);
	set->nh_len = rd_u8(r);
	if (set->nh_len == 4 || set->nh_len == 16)
		rd_copy(r, set->nh, set->nh_len);
	else if (set->nh_len != 0 && set->nh_len != NEXTHOP_SELF)
		return -1;
	set->len = rd_u32(r);
	if (set->len > ATTR_BLOCK_MAX)
		return -1;
	set->block = rd_bytes(r, set->len);
	return 0;
}

static int
read_named(struct rd *r, struct route_op *out)
{
	out->flag = rd_u8(r) != 0;
	out->name_len = rd_u8(r);
	out->name = (const char *)rd_bytes(r, out->name_len);
	return 0;
}

static int
read_route(struct rd *r, struct route_op *out)
{
	uint8_t has_path_id;

	out->nlri.family = rd_u24(r);
	has_path_id = rd_u8(r);
	if (has_path_id > 1)
		return -1;
	out->nlri.has_path_id = has_path_id == 1;
	if (out->nlri.has_path_id)
		out->nlri.path_id = rd_u32(r);
	out->nlri.len = rd_u16(r);
	if (out->nlri.len > NLRI_MAX)
		return -1;
	out->nlri.bytes = rd_bytes(r, out->nlri.len);
	return 0;
}

static int
read_flag(struct rd *r, struct route_op *out)
{
	out->flag = rd_u8(r) != 0;
	return 0;
}

static int
read_deadline(struct rd *r, struct route_op *out)
{
	out->deadline_us = rd_u64(r);
	return 0;
}

static int
read_sync(struct rd *r, struct route_op *out)
{
	uint8_t sync = rd_u8(r);

	if (sync > ROUTE_SYNC_ABORT)
		return -1;
	out->sync = (enum route_sync)sync;
	return 0;
}

static op_read_fn *const readers[] = {
	[ROUTE_OP_OWNER] = read_owner,
	[ROUTE_OP_PEERS] = read_peers,
	[ROUTE_OP_ATTRS] = read_attrs,
	[ROUTE_OP_WATCHDOG] = read_named,
	[ROUTE_OP_ANNOUNCE] = read_route,
	[ROUTE_OP_WITHDRAW] = read_route,
	[ROUTE_OP_EOR] = read_family,
	[ROUTE_OP_FLUSH] = read_family,
	[ROUTE_OP_CLEAR] = read_flag,
	[ROUTE_OP_DOG] = read_named,
	[ROUTE_OP_TTL] = read_deadline,
	[ROUTE_OP_SYNC] = read_sync,
	[ROUTE_OP_EXPIRE] = read_deadline,
};

int
route_op_next(struct rd *r, struct route_op *out)
{
	uint8_t kind;

	if (!rd_ok(r))
		return -1;
	if (rd_left(r) == 0)
		return 0;
	kind = rd_u8(r);
	if (kind >= sizeof(readers) / sizeof(readers[0]) || readers[kind] == NULL)
		return -1;
	*out = (struct route_op){ .kind = (enum route_op_kind)kind };
	if (readers[kind](r, out) == -1 || !rd_ok(r))
		return -1;
	return 1;
}

void
route_op_owner(struct wr *w, uint32_t owner)
{
	wr_u8(w, ROUTE_OP_OWNER);
	wr_u32(w, owner);
}

void
route_op_peers(struct wr *w, const uint32_t *ids, unsigned n)
{
	wr_u8(w, ROUTE_OP_PEERS);
	if (ids == NULL || n >= ROUTE_PEERS_ALL) {
		wr_u16(w, ROUTE_PEERS_ALL);
		return;
	}
	wr_u16(w, (uint16_t)n);
	for (unsigned i = 0; i < n; i++)
		wr_u32(w, ids[i]);
}

void
route_op_attrs(struct wr *w, const struct attrset *set)
{
	wr_u8(w, ROUTE_OP_ATTRS);
	wr_u8(w, set->flags);
	wr_u8(w, set->nh_len);
	if (set->nh_len == 4 || set->nh_len == 16)
		wr_bytes(w, set->nh, set->nh_len);
	wr_u32(w, set->len);
	wr_bytes(w, set->block, set->len);
}

static void
write_named(struct wr *w, enum route_op_kind kind, bool flag, const char *name, unsigned n)
{
	if (n > 255)
		n = 255;
	wr_u8(w, (uint8_t)kind);
	wr_u8(w, flag);
	wr_u8(w, (uint8_t)n);
	wr_bytes(w, name, n);
}

void
route_op_watchdog(struct wr *w, bool withheld, const char *name, unsigned n)
{
	write_named(w, ROUTE_OP_WATCHDOG, withheld, name, n);
}

void
route_op_dog(struct wr *w, bool announce, const char *name, unsigned n)
{
	write_named(w, ROUTE_OP_DOG, announce, name, n);
}

void
route_op_route(struct wr *w, bool announce, const struct nlri *nlri)
{
	wr_u8(w, announce ? ROUTE_OP_ANNOUNCE : ROUTE_OP_WITHDRAW);
	wr_u24(w, nlri->family);
	wr_u8(w, nlri->has_path_id);
	if (nlri->has_path_id)
		wr_u32(w, nlri->path_id);
	wr_u16(w, nlri->len);
	wr_bytes(w, nlri->bytes, nlri->len);
}

void
route_op_eor(struct wr *w, uint32_t family)
{
	wr_u8(w, ROUTE_OP_EOR);
	wr_u24(w, family);
}

void
route_op_flush(struct wr *w, uint32_t family)
{
	wr_u8(w, ROUTE_OP_FLUSH);
	wr_u24(w, family);
}

void
route_op_clear(struct wr *w, bool in)
{
	wr_u8(w, ROUTE_OP_CLEAR);
	wr_u8(w, in);
}

void
route_op_ttl(struct wr *w, uint64_t deadline_us)
{
	wr_u8(w, ROUTE_OP_TTL);
	wr_u64(w, deadline_us);
}

void
route_op_sync(struct wr *w, enum route_sync sync)
{
	wr_u8(w, ROUTE_OP_SYNC);
	wr_u8(w, (uint8_t)sync);
}

void
route_op_expire(struct wr *w, uint64_t deadline_us)
{
	wr_u8(w, ROUTE_OP_EXPIRE);
	wr_u64(w, deadline_us);
}
