/*
 * Static routes as a stream of route operations (proto/ipc/route_ops.h): attributes and watchdog
 * are written when they change, so a long list with one attribute set is little more than its
 * NLRI. Every stream starts from "no watchdog"; streams of templates are appended to that of the
 * neighbor.
 */
#include "proto/text/conf.h"
#include "proto/ipc/route_ops.h"

/* Space in the buffer for an operation of at most n bytes. */
static struct wr
op_begin(struct buf *ops, size_t n)
{
	return wr_init(buf_room(ops, n), n);
}

static void
op_end(struct buf *ops, const struct wr *w)
{
	ops->len += wr_len(w);
}

/* An ATTRS operation, unless the last one says the same. */
static void
put_attrs(struct conf_routes *r, const struct attrset *set)
{
	size_t start = r->ops.len;
	struct wr w = op_begin(&r->ops, (size_t)set->len + 64);

	route_op_attrs(&w, set);
	size_t n = wr_len(&w);
	if (n == r->attrs_n && memcmp(r->ops.data + r->attrs_at, r->ops.data + start, n) == 0)
		return;
	op_end(&r->ops, &w);
	r->attrs_at = start;
	r->attrs_n = n;
}

static void
put_watchdog(struct conf_routes *r, const struct route_statement *st)
{
	struct wr w;

	if (st->watchdog.n == 0 && !r->dog)
		return;
	w = op_begin(&r->ops, 64 + UINT8_MAX);
	route_op_watchdog(&w, st->withdraw && st->watchdog.n > 0, st->watchdog.s, st->watchdog.n);
	op_end(&r->ops, &w);
	r->dog = st->watchdog.n > 0;
}

static void
note_family(struct conf_routes *r, const struct nlri *nlri, const struct attrset *set,
	struct conf_place at)
{
	int index = family_index(nlri->family);
	uint16_t afi = family_afi(nlri->family);
	unsigned kind = afi == AFI_IPV4 ? 0 : afi == AFI_IPV6 ? 1 : 2;

	if (index >= 0 && (r->families & UINT32_C(1) << index) == 0) {
		r->families |= UINT32_C(1) << index;
		r->place[index] = at;
	}
	if (set->nh_len == NEXTHOP_SELF && r->self_place[kind].line == 0)
		r->self_place[kind] = at;
}

int
conf_routes_add(struct conf *c, struct conf_routes *r, const struct route_statement *st,
	struct conf_place at)
{
	static const struct nlri none = { .family = FAMILY_NONE };
	uint32_t n = st->attributes_only ? 1 : st->n_nlri;

	if (n == 0)
		return 0;
	if (r->n > UINT32_MAX - n || r->ops.len > SIZE_MAX / 8)
		return conf_fail(c, at, "too many routes");
	put_attrs(r, &st->attrs);
	put_watchdog(r, st);
	for (uint32_t i = 0; i < n; i++) {
		const struct nlri *nlri = st->attributes_only ? &none : &st->nlri[i];

		if (nlri->family != r->last_family || st->attrs.nh_len == NEXTHOP_SELF) {
			note_family(r, nlri, &st->attrs, at);
			r->last_family = nlri->family;
		}
		struct wr w = op_begin(&r->ops, (size_t)nlri->len + 32);
		route_op_route(&w, true, nlri);
		op_end(&r->ops, &w);
	}
	r->n += n;
	return 0;
}

void
conf_routes_append(struct conf_routes *to, const struct conf_routes *from)
{
	if (from->n == 0)
		return;
	if (to->dog) {
		struct wr w = op_begin(&to->ops, 64);

		route_op_watchdog(&w, false, "", 0);
		op_end(&to->ops, &w);
	}
	if (from->attrs_n > 0) {
		to->attrs_at = to->ops.len + from->attrs_at;
		to->attrs_n = from->attrs_n;
	}
	buf_add(&to->ops, from->ops.data, from->ops.len);
	to->dog = from->dog;
	to->n += from->n;
	for (unsigned i = 0; i < FAMILY_COUNT; i++) {
		if ((from->families & ~to->families) >> i & 1)
			to->place[i] = from->place[i];
	}
	to->families |= from->families;
	for (unsigned i = 0; i < 3; i++) {
		if (to->self_place[i].line == 0)
			to->self_place[i] = from->self_place[i];
	}
}

void
conf_routes_drop_ipv4(struct conf_routes *r)
{
	struct rd rd = rd_init(r->ops.data, r->ops.len);
	struct buf kept = { 0 };
	struct route_op op;
	const uint8_t *start = rd.p;

	r->n = 0;
	while (route_op_next(&rd, &op) == 1) {
		bool route = op.kind == ROUTE_OP_ANNOUNCE;

		if (!route || op.nlri.family != IPV4_UNICAST)
			buf_add(&kept, start, (size_t)(rd.p - start));
		if (route && op.nlri.family != IPV4_UNICAST)
			r->n++;
		start = rd.p;
	}
	buf_fini(&r->ops);
	r->ops = kept;
	r->attrs_n = 0;
}
