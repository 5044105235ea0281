/*
 * One command for each route; announced prefixes that follow each other in an UPDATE and share their
 * next-hop go together in one `announce attributes … nlri …`. The words are those of proto/text: what
 * has none is written as bytes, so every attribute of the file is kept.
 */
#include "apid/helpers/mrtinject/command.h"

#include <string.h>

#include "proto/text/route_statement.h"
#include "proto/wire/family.h"
#include "proto/wire/update.h"
#include "apid/helpers/mrtinject/service.h"

enum { TOGETHER_MAX = 100, MULTICAST_FIRST = 224 };

/* One message on its way. */
struct work {
	struct commands *c;
	struct attrset set;
	unsigned total;    /* announced NLRI of the message */
	unsigned together; /* NLRI in the command that is still open */
	bool open6;
	uint8_t block[ATTR_BLOCK_MAX];
};

bool
commands_full(const struct commands *c)
{
	return c->limit != 0 && c->announced + c->withdrawn >= c->limit;
}

/* The short forms mean unicast, except for a multicast address. */
static bool
is_plain(const struct nlri *nlri)
{
	if (nlri->family == IPV6_UNICAST)
		return true;
	return nlri->family == IPV4_UNICAST && (nlri->len < 2 || nlri->bytes[1] < MULTICAST_FIRST);
}

static bool
needs_nexthop(uint32_t family)
{
	return family_safi(family) != SAFI_FLOW && family_safi(family) != SAFI_FLOW_VPN;
}

static void
begin(struct commands *c, const char *verb)
{
	buf_reset(&c->line);
	if (c->neighbor != NULL)
		buf_printf(&c->line, "neighbor %s ", c->neighbor);
	buf_str(&c->line, verb);
}

static void
finish(struct work *w)
{
	if (w->together > 0)
		service_command(w->c->service, &w->c->line);
	w->together = 0;
}

/* "10.0.0.0/24 path-information 1.2.3.4" */
static void
put_plain(struct buf *out, const struct nlri *nlri)
{
	struct nlri bare = *nlri;

	bare.has_path_id = false;
	nlri_text(out, &bare);
	if (nlri->has_path_id)
		buf_printf(out, " path-information %u.%u.%u.%u", nlri->path_id >> 24,
			nlri->path_id >> 16 & 255, nlri->path_id >> 8 & 255, nlri->path_id & 255);
}

static void
put_nlri(struct commands *c, const struct nlri *nlri)
{
	if (is_plain(nlri)) {
		BUF_LIT(&c->line, " route ");
		put_plain(&c->line, nlri);
	} else {
		buf_chr(&c->line, ' ');
		route_statement_nlri(&c->line, nlri);
	}
}

static void
set_nexthop(struct work *w, uint32_t family, const uint8_t *nexthop, uint8_t len)
{
	const struct commands *c = w->c;
	unsigned own = family_afi(family) == AFI_IPV6 ? 16 : 4;

	w->set.nh_len = len;
	if (len > 0)
		memcpy(w->set.nh, nexthop, len);
	if (!needs_nexthop(family))
		return;
	if (c->nexthop_self) {
		w->set.nh_len = NEXTHOP_SELF;
	} else if (c->nexthop.len == own) {
		w->set.nh_len = c->nexthop.len;
		memcpy(w->set.nh, c->nexthop.bytes, c->nexthop.len);
	}
}

static bool
same_nexthop(const struct work *w, const uint8_t *nexthop, uint8_t len)
{
	return w->set.nh_len == len && (len == 0 || memcmp(w->set.nh, nexthop, len) == 0);
}

static void
announce_alone(struct work *w, const struct nlri *nlri)
{
	struct buf *line = &w->c->line;

	begin(w->c, "announce");
	put_nlri(w->c, nlri);
	route_statement_nexthop(line, &w->set);
	route_statement_attributes(line, &w->set, false);
	service_command(w->c->service, line);
}

static void
announce_together(struct work *w, const struct nlri *nlri)
{
	struct buf *line = &w->c->line;

	if (w->together == 0) {
		begin(w->c, "announce attributes");
		route_statement_nexthop(line, &w->set);
		route_statement_attributes(line, &w->set, false);
		BUF_LIT(line, " nlri");
	}
	buf_chr(line, ' ');
	put_plain(line, nlri);
	if (++w->together == TOGETHER_MAX)
		finish(w);
}

static bool
count(void *owner, bool announced, const struct nlri *nlri, const uint8_t *nexthop, uint8_t len)
{
	struct work *w = owner;

	(void)nlri, (void)nexthop, (void)len;
	w->total += announced;
	return w->total < 2;
}

static bool
announce(void *owner, bool announced, const struct nlri *nlri, const uint8_t *nexthop, uint8_t len)
{
	struct attrset before;
	struct work *w = owner;
	bool plain = w->total > 1 && is_plain(nlri) && !nlri->has_path_id;

	if (!announced)
		return true;
	if (commands_full(w->c))
		return false;
	before = w->set;
	set_nexthop(w, nlri->family, nexthop, len);
	if (w->together > 0 && (!plain || !same_nexthop(w, before.nh, before.nh_len) ||
				       w->open6 != (nlri->family == IPV6_UNICAST)))
		finish(w);
	if (w->set.nh_len == 0 && needs_nexthop(nlri->family)) {
		w->c->unsayable++;
		return true;
	}
	w->c->announced++;
	w->open6 = nlri->family == IPV6_UNICAST;
	if (plain)
		announce_together(w, nlri);
	else
		announce_alone(w, nlri);
	return true;
}

static bool
withdraw(void *owner, bool announced, const struct nlri *nlri, const uint8_t *nexthop, uint8_t len)
{
	struct work *w = owner;

	(void)nexthop, (void)len;
	if (announced)
		return true;
	if (commands_full(w->c))
		return false;
	w->c->withdrawn++;
	begin(w->c, "withdraw");
	put_nlri(w->c, nlri);
	service_command(w->c->service, &w->c->line);
	return true;
}

/* Withdraws first: a route that is in both is announced at the end. */
void
commands_update(struct commands *c, const struct update *u, const struct update_session *s)
{
	static struct work w; /* large; no call is inside another */
	struct wr block = wr_init(w.block, sizeof(w.block));

	w.c = c;
	w.together = w.total = 0;
	update_canonical(u, s, &block);
	w.set = (struct attrset){ .block = w.block,
		.len = wr_ok(&block) ? (uint32_t)wr_len(&block) : 0 };
	update_each(u, s, count, &w);
	update_each(u, s, withdraw, &w);
	update_each(u, s, announce, &w);
	finish(&w);
}
