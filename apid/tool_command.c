/*
 * A decoded UPDATE as the API commands that would make it (reference/events.md 16.4). Prefixes use
 * the short forms (`announce route`, `announce attributes … nlri …`), other families the words of
 * proto/text/route_statement.h.
 */
#include <stdlib.h>
#include <string.h>

#include "apid/tool_message.h"
#include "common/xmalloc.h"
#include "proto/text/route.h"
#include "proto/text/route_statement.h"

struct command {
	struct buf *out;
	const struct update *u;
	const struct update_session *s;
	struct attrset set;
	unsigned announced, withdrawn;
	bool together;   /* all announced routes fit in one `attributes … nlri …` */
	bool attributes; /* there are some */
	bool incomplete; /* a route without the next-hop that its command needs, or the like */
	uint8_t block[ATTR_BLOCK_MAX];
};

static bool
is_prefix(uint32_t family)
{
	uint8_t safi = family_safi(family);

	return safi == SAFI_UNICAST || safi == SAFI_MULTICAST || safi == SAFI_NLRI_MPLS ||
	       safi == SAFI_MPLS_VPN;
}

static bool
is_flow(uint32_t family)
{
	return family_safi(family) == SAFI_FLOW || family_safi(family) == SAFI_FLOW_VPN;
}

/* `route` means this family. */
static bool
is_route(uint32_t family)
{
	uint8_t safi = family_safi(family);

	return family == IPV4_UNICAST || safi == SAFI_NLRI_MPLS || safi == SAFI_MPLS_VPN;
}

/* "192.0.2.0/24", " label [800] rd 65000:1": the words of an NLRI of a prefix family, apart. False:
 * it has no words. */
static bool
split_words(const struct nlri *nlri, struct buf *prefix, struct buf *items)
{
	struct buf text = { 0 };
	const char *p, *end;
	bool said;

	route_statement_nlri(&text, nlri);
	said = strstr(buf_cstr(&text), " troupe-nlri ") == NULL;
	if (said) {
		p = buf_cstr(&text) + strlen(family_find(nlri->family)->name) + 1;
		end = p + strcspn(p, " ");
		buf_add(prefix, p, (size_t)(end - p));
		buf_str(items, end);
	}
	buf_fini(&text);
	return said;
}

static bool
has_words(const struct nlri *nlri)
{
	struct buf prefix = { 0 }, items = { 0 };
	bool said = split_words(nlri, &prefix, &items);

	buf_fini(&prefix);
	buf_fini(&items);
	return said;
}

static bool
count(void *owner, bool announce, const struct nlri *nlri, const uint8_t *nexthop, uint8_t len)
{
	struct command *c = owner;

	if (announce && c->announced == 0) {
		c->set.nh_len = len;
		if (len > 0)
			memcpy(c->set.nh, nexthop, len);
	}
	if (announce && len == 0 && !is_flow(nlri->family))
		c->incomplete = true;
	c->announced += announce;
	c->withdrawn += !announce;
	if (announce && c->together)
		c->together = nlri->family == IPV4_UNICAST && !nlri->has_path_id &&
			      c->set.nh_len == len && has_words(nlri);
	return true;
}

/* As the reference orders them: rd before label, a single label without brackets. */
static void
put_items(struct buf *out, const char *items)
{
	const char *rd = strstr(items, " rd "), *label = strstr(items, " label [");
	const char *close = label != NULL ? strchr(label, ']') : NULL;

	if (close == NULL) {
		buf_str(out, items);
		return;
	}
	buf_add(out, items, (size_t)(label - items)); /* path-information */
	if (rd != NULL)
		buf_str(out, rd);
	if (memchr(label + 8, ' ', (size_t)(close - label - 8)) != NULL) {
		buf_add(out, label, (size_t)(close + 1 - label));
		return;
	}
	BUF_LIT(out, " label ");
	buf_add(out, label + 8, (size_t)(close - label - 8));
}

static bool
put_prefix(struct command *c, bool announce, const struct nlri *nlri)
{
	struct buf prefix = { 0 }, items = { 0 };
	bool said = split_words(nlri, &prefix, &items);

	if (said) {
		const char *name = family_find(nlri->family)->name;

		buf_str(c->out, is_route(nlri->family) ? "route" : name);
		buf_chr(c->out, ' ');
		buf_add(c->out, prefix.data, prefix.len);
		if (announce)
			route_statement_nexthop(c->out, &c->set);
		put_items(c->out, buf_cstr(&items));
		if (announce)
			route_statement_attributes(c->out, &c->set, false);
	}
	buf_fini(&prefix);
	buf_fini(&items);
	return said;
}

static void
put_other(struct command *c, bool announce, const struct nlri *nlri)
{
	bool vpls = family_safi(nlri->family) == SAFI_VPLS;
	bool terse = !vpls && family_safi(nlri->family) != SAFI_EVPN;
	size_t start = c->out->len;
	struct buf text = { 0 };

	for (int raw = 0; raw < 2; raw++) {
		c->out->len = start;
		buf_reset(&text);
		if (raw)
			route_statement_raw(&text, nlri);
		else
			route_statement_nlri(&text, nlri);
		/* `vpls` alone is the short form of `l2vpn vpls` */
		buf_str(c->out, buf_cstr(&text) + (vpls && !raw ? strlen("l2vpn ") : 0));
		if (announce) {
			route_statement_nexthop(c->out, &c->set);
			route_statement_attributes(c->out, &c->set, terse);
		}
		if (route_statement_reads_back(
			    (const char *)c->out->data + start, c->out->len - start, nlri))
			break;
	}
	buf_fini(&text);
}

static void
put_nlri(struct command *c, bool announce, const struct nlri *nlri)
{
	buf_str(c->out, announce ? "announce " : "withdraw ");
	if (!is_prefix(nlri->family) || !put_prefix(c, announce, nlri))
		put_other(c, announce, nlri);
}

/* The withdraws of a message without announces carry its attributes, in a group. */
static void
put_group(struct command *c)
{
	struct attrset rest = c->set, origin = c->set;
	struct attr a;

	if (c->announced > 0 || !c->attributes)
		return;
	BUF_LIT(c->out, "group attributes");
	if (attr_find(&c->set, ATTR_ORIGIN, &a) && a.len == 1) {
		origin.len = (uint32_t)(a.value + a.len - c->set.block);
		rest.block += origin.len;
		rest.len -= origin.len;
		route_statement_attributes(c->out, &origin, false);
	}
	if (c->u->nexthop != NULL && (c->u->nexthop_len == 4 || c->u->nexthop_len == 16)) {
		rest.nh_len = c->u->nexthop_len;
		memcpy(rest.nh, c->u->nexthop, c->u->nexthop_len);
		route_statement_nexthop(c->out, &rest);
	}
	route_statement_attributes(c->out, &rest, false);
	BUF_LIT(c->out, " ; ");
}

static bool
put_withdraw(
	void *owner, bool announce, const struct nlri *nlri, const uint8_t *nexthop, uint8_t len)
{
	struct command *c = owner;

	(void)nexthop, (void)len;
	if (announce)
		return true;
	put_group(c);
	put_nlri(c, false, nlri);
	buf_chr(c->out, '\n');
	return true;
}

static bool
put_announce(
	void *owner, bool announce, const struct nlri *nlri, const uint8_t *nexthop, uint8_t len)
{
	struct command *c = owner;

	if (!announce)
		return true;
	c->set.nh_len = len;
	if (len > 0)
		memcpy(c->set.nh, nexthop, len);
	put_nlri(c, true, nlri);
	buf_chr(c->out, '\n');
	return true;
}

static bool
put_together(
	void *owner, bool announce, const struct nlri *nlri, const uint8_t *nexthop, uint8_t len)
{
	struct command *c = owner;

	(void)nexthop, (void)len;
	if (announce) {
		buf_chr(c->out, ' ');
		nlri_text(c->out, nlri);
	}
	return true;
}

static void
put_all(struct command *c)
{
	update_each(c->u, c->s, put_withdraw, c);
	if (c->announced < 2 || !c->together) {
		update_each(c->u, c->s, put_announce, c);
		return;
	}
	BUF_LIT(c->out, "announce attributes");
	route_statement_nexthop(c->out, &c->set);
	route_statement_attributes(c->out, &c->set, false);
	BUF_LIT(c->out, " nlri");
	update_each(c->u, c->s, put_together, c);
	buf_chr(c->out, '\n');
}

int
tool_command(struct buf *out, const struct update *u, const struct update_session *s)
{
	struct command *c = xcalloc(1, sizeof(*c));
	struct wr w = wr_init(c->block, sizeof(c->block));
	struct attr reserved;
	int result = 0;

	*c = (struct command){ .out = out, .u = u, .s = s, .together = true };
	update_canonical(u, s, &w);
	c->set.block = c->block;
	c->set.len = wr_ok(&w) ? (uint32_t)wr_len(&w) : 0;
	c->attributes = c->set.len > 0;
	c->incomplete = attr_find(&c->set, 0, &reserved); /* no command has it */
	update_each(u, s, count, c);
	if (c->incomplete) {
		result = -1;
	} else if (c->announced + c->withdrawn > 0) {
		put_all(c);
	} else if (!u->eor && c->attributes) {
		BUF_LIT(out, "attributes");
		route_statement_attributes(out, &c->set, false);
		buf_chr(out, '\n');
	} else {
		result = -1;
	}
	free(c);
	return result;
}
