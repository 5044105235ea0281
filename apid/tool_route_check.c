/*
 * Checking routes by encoding, decoding and encoding again. Attributes given as raw bytes may be
 * wrong on purpose, so their second encoding is not compared.
 */
#include "apid/tool_route_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apid/tool.h"
#include "common/xmalloc.h"
#include "proto/ipc/route_ops.h"
#include "proto/text/route.h"
#include "proto/wire/message.h"

struct check {
	const char *path;
	const struct neighbor_conf *neighbor;
	struct tool_session session;
	bool quiet;
	uint8_t first[MESSAGE_MAX_EXTENDED], second[MESSAGE_MAX_EXTENDED];
	uint8_t block[2 * ATTR_BLOCK_MAX];
};

static int
complain(const struct check *c, const struct nlri *nlri, const struct attrset *set, const char *why)
{
	struct buf text = { 0 };

	if (nlri->family == FAMILY_NONE)
		BUF_LIT(&text, "attributes");
	else
		route_print(&text, nlri, set, true);
	fprintf(stderr, "%s:%u:1: route %s: %s\n", c->path, c->neighbor->line, buf_cstr(&text),
		why);
	buf_fini(&text);
	return -1;
}

/* The one route of a decoded message. */
struct found {
	unsigned n;
	bool announce;
	struct nlri nlri;
	uint8_t nexthop_len;
	const uint8_t *nexthop;
};

static bool
take(void *owner, bool announce, const struct nlri *nlri, const uint8_t *nexthop,
	uint8_t nexthop_len)
{
	struct found *f = owner;

	f->n++;
	f->announce = announce;
	f->nlri = *nlri;
	f->nexthop = nexthop;
	f->nexthop_len = nexthop_len;
	return true;
}

static size_t
pack(const struct check *c, uint8_t out[MESSAGE_MAX_EXTENDED], const struct attrset *set,
	const struct nlri *nlri)
{
	struct wr w = wr_init(out, MESSAGE_MAX_EXTENDED);
	size_t skipped = 0;

	export_announce(&w, &c->session.out, nlri->family, set, nlri, 1, &skipped);
	return wr_ok(&w) && skipped == 0 ? wr_len(&w) : 0;
}

/* Encodes what was read and compares the bytes. */
static bool
same_again(struct check *c, const struct update *u, const struct found *f, const struct nlri *nlri,
	size_t n)
{
	struct wr w = wr_init(c->block, sizeof(c->block));
	struct attrset set = { .nh_len = f->nexthop_len, .block = c->block };

	update_canonical(u, &c->session.tx, &w);
	if (!wr_ok(&w))
		return false;
	set.len = (uint32_t)wr_len(&w);
	if (f->nexthop_len > 0)
		memcpy(set.nh, f->nexthop, f->nexthop_len);
	return pack(c, c->second, &set, f->n > 0 ? &f->nlri : nlri) == n &&
	       memcmp(c->first, c->second, n) == 0;
}

static int
check_route(struct check *c, const struct attrset *set, const struct nlri *nlri)
{
	size_t n = pack(c, c->first, set, nlri);
	struct found f = { 0 };
	struct update u;

	if ((c->session.out.families & family_bit(nlri->family)) == 0 &&
		nlri->family != FAMILY_NONE)
		return 0; /* not of this session: a warning of the configuration */
	if (n == 0)
		return complain(c, nlri, set, "too large, or no address for its next-hop");
	if (update_decode(c->first + MESSAGE_HEADER, n - MESSAGE_HEADER, &c->session.tx, &u) < 0 ||
		u.verdict > WIRE_DISCARD_ATTR)
		return complain(c, nlri, set, u.reason);
	if (u.verdict == WIRE_DISCARD_ATTR) {
		if (!c->quiet)
			complain(c, nlri, set, u.reason);
		return 0;
	}
	update_each(&u, &c->session.tx, take, &f);
	if (f.n != (nlri->family != FAMILY_NONE) || (f.n > 0 && !f.announce))
		return complain(c, nlri, set, "does not decode to one announced route");
	if (f.n > 0 && (f.nlri.family != nlri->family || f.nlri.len != nlri->len ||
			       memcmp(f.nlri.bytes, nlri->bytes, nlri->len) != 0))
		return complain(c, nlri, set, "decodes to another route");
	if (set->flags == 0 && !same_again(c, &u, &f, nlri, n))
		return complain(c, nlri, set, "encodes differently after decoding");
	return 0;
}

static int
check_all(struct check *c, const struct neighbor_conf *n)
{
	struct rd r = rd_init(n->routes.data, n->routes.len);
	struct attrset set = { 0 };
	struct route_op op;
	int result = 0;

	while (route_op_next(&r, &op) == 1) {
		if (op.kind == ROUTE_OP_ATTRS)
			set = op.attrs;
		else if (op.kind == ROUTE_OP_ANNOUNCE && check_route(c, &set, &op.nlri) < 0)
			result = -1;
	}
	return result;
}

int
tool_route_check(const struct neighbor_conf *n, const char *path, bool quiet)
{
	struct check *c = xcalloc(1, sizeof(*c));
	int result = -1;

	c->path = path;
	c->neighbor = n;
	c->quiet = quiet;
	if (tool_session_mirror(&c->session, n) == 0)
		result = check_all(c, n);
	else
		fprintf(stderr, "%s:%u:1: the capabilities do not fit in an OPEN\n", path, n->line);
	free(c);
	return result;
}
