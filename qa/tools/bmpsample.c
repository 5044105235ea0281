/*
 * Writes one BMP message of each kind to standard output, for the test that shows them to a real
 * parser (qa/system/bmp_test.py).
 */
#include <stdio.h>

#include "proto/wire/bmp.h"
#include "proto/wire/export.h"
#include "proto/wire/family.h"
#include "proto/wire/message.h"
#include "proto/wire/open.h"

static struct wr
open_message(uint8_t *bytes, size_t n, uint32_t as, uint32_t router_id)
{
	const struct capability_config c = { .families = { IPV4_UNICAST, IPV6_UNICAST },
		.n_families = 2,
		.asn4 = true,
		.route_refresh = true,
		.graceful_restart = -1 };
	uint8_t caps[256];
	struct wr list = wr_init(caps, sizeof(caps)), w = wr_init(bytes, n);

	capability_list(&list, &c, as);
	open_encode(&w, as, 90, router_id, caps, wr_len(&list));
	return w;
}

/* ORIGIN, AS_PATH; 192.0.2.0/24. */
static struct wr
update_message(uint8_t *bytes, size_t n)
{
	static const uint8_t block[] = { 0x40, 1, 1, 0, 0x40, 2, 6, 2, 1, 0, 0, 0xfd, 0xe9 };
	static const uint8_t prefix[] = { 24, 192, 0, 2 };
	const struct export_session s = {
		.local_as = 65001, .asn4 = true, .message_max = 4096, .families = UINT32_MAX
	};
	const struct attrset set = {
		.nh_len = 4, .nh = { 10, 0, 0, 1 }, .len = sizeof(block), .block = block
	};
	const struct nlri nlri = { .family = IPV4_UNICAST, .bytes = prefix, .len = sizeof(prefix) };
	struct wr w = wr_init(bytes, n);
	size_t skipped = 0;

	export_announce(&w, &s, IPV4_UNICAST, &set, &nlri, 1, &skipped);
	return w;
}

static void
session(struct wr *w, struct bmp_peer *peer)
{
	static const struct bmp_stat stats[] = { { BMP_STAT_REJECTED, 0, 3 },
		{ BMP_STAT_IN_ROUTES, 0, 1 }, { BMP_STAT_IN_FAMILY_ROUTES, IPV4_UNICAST, 1 },
		{ BMP_STAT_OUT_PRE_ROUTES, 0, 2 },
		{ BMP_STAT_OUT_POST_FAMILY_ROUTES, IPV6_UNICAST, 2 } };
	uint8_t sent[512], received[512], update[4096], notice[64];
	struct wr a = open_message(sent, sizeof(sent), 65000, 0x01020304);
	struct wr b = open_message(received, sizeof(received), 65001, 0x09090909);
	struct wr u = update_message(update, sizeof(update));
	struct wr n = wr_init(notice, sizeof(notice));
	const struct wire_error cease = { .code = 6, .subcode = 2 };
	const struct bmp_up up = {
		.local = { .len = 4, .bytes = { 10, 0, 0, 2 } },
		.local_port = 179,
		.remote_port = 40000,
		.sent = sent,
		.sent_n = wr_len(&a),
		.received = received,
		.received_n = wr_len(&b),
	};

	/* without text: the dissector takes what follows the OPENs for BGP */
	message_notification(&n, &cease);
	bmp_peer_up(w, peer, &up);
	for (int table = BMP_IN_PRE_POLICY; table <= BMP_OUT_POST_POLICY; table++) {
		peer->table = (enum bmp_table)table;
		bmp_route_monitoring(w, peer, update, wr_len(&u));
	}
	peer->table = BMP_IN_PRE_POLICY;
	bmp_route_mirroring(w, peer, update, wr_len(&u));
	bmp_messages_lost(w, peer);
	bmp_statistics(w, peer, stats, sizeof(stats) / sizeof(stats[0]));
	bmp_peer_down(w, peer, BMP_LOCAL_NOTIFICATION, 0, notice, wr_len(&n));
	bmp_peer_down(w, peer, BMP_LOCAL_EVENT, 24, NULL, 0);
	bmp_peer_down(w, peer, BMP_REMOTE_NOTIFICATION, 0, notice, wr_len(&n));
	bmp_peer_down(w, peer, BMP_REMOTE_CLOSED, 0, NULL, 0);
}

int
main(void)
{
	static uint8_t bytes[1 << 16];
	struct wr w = wr_init(bytes, sizeof(bytes));
	struct bmp_peer peer = { .addr = { .len = 4, .bytes = { 10, 0, 0, 1 } },
		.as = 65001,
		.router_id = 0x09090909,
		.time_us = UINT64_C(1700000000000001) };

	bmp_initiation(&w, "sample", "Troupe", "a sample of everything");
	session(&w, &peer);
	bmp_termination(&w, BMP_END_ADMINISTRATIVE, "over");
	if (!wr_ok(&w) || fwrite(bytes, 1, wr_len(&w), stdout) != wr_len(&w))
		return 1;
	return 0;
}
