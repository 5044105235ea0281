/*
 * BMP messages (RFC 7854 section 4, flags of RFC 8671 4): common header with the length patched at the
 * end, per-peer header, contents. Version 3 only: the TLV form of version 4 is a draft whose code
 * points still move.
 */
#include "proto/wire/bmp.h"

#include <string.h>

#include "proto/wire/family.h"

enum {
	LENGTH_AT = 1,
	FLAG_IPV6 = 0x80,
	FLAG_POST_POLICY = 0x40,
	FLAG_AS2 = 0x20,
	FLAG_ADJ_RIB_OUT = 0x10,

	TLV_TEXT = 0,
	TLV_DESCRIPTION = 1,
	TLV_NAME = 2,
	TERMINATION_REASON = 1,
	MIRROR_MESSAGE = 0,
	MIRROR_INFORMATION = 1,
	MESSAGES_LOST = 1
};

static size_t
begin(struct wr *w, uint8_t type)
{
	size_t start = wr_len(w);

	wr_u8(w, BMP_VERSION);
	wr_u32(w, 0);
	wr_u8(w, type);
	return start;
}

static void
end(struct wr *w, size_t start)
{
	struct wr length;

	if (!wr_ok(w))
		return;
	length = wr_init(w->base + start + LENGTH_AT, 4);
	wr_u32(&length, (uint32_t)(wr_len(w) - start));
}

/* An IPv4 address stands in the last 4 of 16 bytes. */
static void
put_addr(struct wr *w, const struct addr *a)
{
	static const uint8_t zeros[12];

	if (a->len == 16) {
		wr_bytes(w, a->bytes, 16);
		return;
	}
	wr_bytes(w, zeros, sizeof(zeros));
	wr_bytes(w, a->bytes, 4);
}

static void
put_peer(struct wr *w, const struct bmp_peer *p)
{
	static const uint8_t tables[] = { [BMP_IN_PRE_POLICY] = 0,
		[BMP_IN_POST_POLICY] = FLAG_POST_POLICY,
		[BMP_OUT_PRE_POLICY] = FLAG_ADJ_RIB_OUT,
		[BMP_OUT_POST_POLICY] = FLAG_ADJ_RIB_OUT | FLAG_POST_POLICY };
	unsigned flags = tables[p->table];

	flags |= p->addr.len == 16 ? FLAG_IPV6 : 0;
	flags |= p->as2 ? FLAG_AS2 : 0;
	wr_u8(w, (uint8_t)p->type);
	wr_u8(w, (uint8_t)flags);
	wr_u64(w, p->distinguisher);
	put_addr(w, &p->addr);
	wr_u32(w, p->as);
	wr_u32(w, p->router_id);
	wr_u32(w, (uint32_t)(p->time_us / 1000000));
	wr_u32(w, (uint32_t)(p->time_us % 1000000));
}

static size_t
begin_peer(struct wr *w, uint8_t type, const struct bmp_peer *peer)
{
	size_t start = begin(w, type);

	put_peer(w, peer);
	return start;
}

/* NULL: none. */
static void
put_text(struct wr *w, uint16_t type, const char *text)
{
	size_t n = text != NULL ? strlen(text) : 0;

	if (text == NULL)
		return;
	if (n > BMP_TEXT_MAX)
		n = BMP_TEXT_MAX;
	wr_u16(w, type);
	wr_u16(w, (uint16_t)n);
	wr_bytes(w, text, n);
}

void
bmp_initiation(struct wr *w, const char *name, const char *description, const char *text)
{
	size_t start = begin(w, BMP_INITIATION);

	put_text(w, TLV_DESCRIPTION, description);
	put_text(w, TLV_NAME, name);
	put_text(w, TLV_TEXT, text);
	end(w, start);
}

void
bmp_termination(struct wr *w, enum bmp_termination reason, const char *text)
{
	size_t start = begin(w, BMP_TERMINATION);

	wr_u16(w, TERMINATION_REASON);
	wr_u16(w, 2);
	wr_u16(w, (uint16_t)reason);
	put_text(w, TLV_TEXT, text);
	end(w, start);
}

void
bmp_peer_up(struct wr *w, const struct bmp_peer *peer, const struct bmp_up *up)
{
	size_t start = begin_peer(w, BMP_PEER_UP, peer);

	put_addr(w, &up->local);
	wr_u16(w, up->local_port);
	wr_u16(w, up->remote_port);
	wr_bytes(w, up->sent, up->sent_n);
	wr_bytes(w, up->received, up->received_n);
	put_text(w, TLV_TEXT, up->text);
	end(w, start);
}

void
bmp_peer_down(struct wr *w, const struct bmp_peer *peer, enum bmp_down reason, uint16_t event,
	const uint8_t *notification, size_t n)
{
	size_t start = begin_peer(w, BMP_PEER_DOWN, peer);

	wr_u8(w, (uint8_t)reason);
	if (reason == BMP_LOCAL_EVENT)
		wr_u16(w, event);
	else if (reason == BMP_LOCAL_NOTIFICATION || reason == BMP_REMOTE_NOTIFICATION)
		wr_bytes(w, notification, n);
	end(w, start);
}

void
bmp_route_monitoring(struct wr *w, const struct bmp_peer *peer, const uint8_t *update, size_t n)
{
	size_t start = begin_peer(w, BMP_ROUTE_MONITORING, peer);

	wr_bytes(w, update, n);
	end(w, start);
}

void
bmp_route_mirroring(struct wr *w, const struct bmp_peer *peer, const uint8_t *message, size_t n)
{
	size_t start = begin_peer(w, BMP_ROUTE_MIRRORING, peer), at;

	wr_u16(w, MIRROR_MESSAGE);
	at = wr_mark_u16(w);
	wr_bytes(w, message, n);
	wr_patch_u16(w, at);
	end(w, start);
}

void
bmp_messages_lost(struct wr *w, const struct bmp_peer *peer)
{
	size_t start = begin_peer(w, BMP_ROUTE_MIRRORING, peer);

	wr_u16(w, MIRROR_INFORMATION);
	wr_u16(w, 2);
	wr_u16(w, MESSAGES_LOST);
	end(w, start);
}

static void
put_stat(struct wr *w, const struct bmp_stat *s)
{
	static const struct {
		uint8_t width;
		bool family;
	} forms[] = {
		[BMP_STAT_REJECTED] = { 4, false },
		[BMP_STAT_DUPLICATE_PREFIXES] = { 4, false },
		[BMP_STAT_DUPLICATE_WITHDRAWS] = { 4, false },
		[BMP_STAT_CLUSTER_LOOPS] = { 4, false },
		[BMP_STAT_AS_LOOPS] = { 4, false },
		[BMP_STAT_ORIGINATOR_LOOPS] = { 4, false },
		[BMP_STAT_CONFED_LOOPS] = { 4, false },
		[BMP_STAT_IN_ROUTES] = { 8, false },
		[BMP_STAT_LOCAL_ROUTES] = { 8, false },
		[BMP_STAT_IN_FAMILY_ROUTES] = { 8, true },
		[BMP_STAT_LOCAL_FAMILY_ROUTES] = { 8, true },
		[BMP_STAT_UPDATES_WITHDRAWN] = { 4, false },
		[BMP_STAT_PREFIXES_WITHDRAWN] = { 4, false },
		[BMP_STAT_DUPLICATE_UPDATES] = { 4, false },
		[BMP_STAT_OUT_PRE_ROUTES] = { 8, false },
		[BMP_STAT_OUT_POST_ROUTES] = { 8, false },
		[BMP_STAT_OUT_PRE_FAMILY_ROUTES] = { 8, true },
		[BMP_STAT_OUT_POST_FAMILY_ROUTES] = { 8, true },
	};
	uint16_t width = forms[s->type].width;

	wr_u16(w, (uint16_t)s->type);
	wr_u16(w, (uint16_t)(width + (forms[s->type].family ? 3 : 0)));
	if (forms[s->type].family) {
		wr_u16(w, family_afi(s->family));
		wr_u8(w, family_safi(s->family));
	}
	if (width == 8)
		wr_u64(w, s->value);
	else
		wr_u32(w, (uint32_t)s->value);
}

void
bmp_statistics(struct wr *w, const struct bmp_peer *peer, const struct bmp_stat *stats, uint32_t n)
{
	size_t start = begin_peer(w, BMP_STATISTICS, peer);

	wr_u32(w, n);
	for (uint32_t i = 0; i < n; i++)
		put_stat(w, &stats[i]);
	end(w, start);
}
