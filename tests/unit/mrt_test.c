/* MRT records: what the writer writes the reader reads; the RFC's byte layouts; hostile lengths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/wire/attr.h"
#include "proto/wire/family.h"
#include "proto/wire/message.h"
#include "proto/wire/mrt.h"
#include "proto/wire/update.h"
#include "tests/unit/wire_hex.h"

static const struct addr peer4 = { .len = 4, .bytes = { 10, 0, 0, 1 } };
static const struct addr local4 = { .len = 4, .bytes = { 10, 0, 0, 2 } };
static const struct addr peer6 = { .len = 16, .bytes = { 0x20, 1, 0xd, 0xb8, [15] = 1 } };

static struct mrt_record
parse(const uint8_t *p, size_t n)
{
	struct mrt_record record = { 0 };
	size_t need;

	assert_int_equal(mrt_record(p, n, &record, &need), n);
	return record;
}

static void
expect_hex(const struct wr *w, const char *text)
{
	uint8_t bytes[512];
	size_t n = wire_hex(text, bytes, sizeof(bytes));

	assert_true(wr_ok(w));
	assert_int_equal(wr_len(w), n);
	assert_memory_equal(w->base, bytes, n);
}

static void
record_needs_all_its_bytes(void **state)
{
	uint8_t p[64];
	size_t n = wire_hex("65000000 0010 0004 00000004 01020304", p, sizeof(p)), need;
	struct mrt_record record;

	(void)state;
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(mrt_record(p, i, &record, &need), 0);
		assert_int_equal(need, i < MRT_HEADER ? MRT_HEADER : 16);
	}
	assert_int_equal(mrt_record(p, n, &record, &need), 16);
	assert_int_equal(record.type, MRT_BGP4MP);
	assert_int_equal(record.subtype, 4);
	assert_int_equal(rd_left(&record.body), 4);
	p[8] = 0xff; /* 4 GiB */
	assert_int_equal(mrt_record(p, n, &record, &need), -1);
	p[8] = 0;
	p[5] = 99; /* no such type */
	assert_int_equal(mrt_record(p, n, &record, &need), -1);
	p[5] = MRT_BGP4MP_ET;
	p[11] = 3; /* not even the microseconds */
	assert_int_equal(mrt_record(p, n, &record, &need), -1);
}

static void
message_round_trip(void **state)
{
	static const uint8_t keepalive[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 19, 4 };
	uint8_t bytes[256];

	(void)state;
	for (unsigned i = 0; i < 16; i++) {
		struct mrt_bgp4mp m = { .peer_as = 65001,
			.local_as = (i & 1) != 0 ? 4200000000 : 65000,
			.interface = 7,
			.peer = (i & 8) != 0 ? peer6 : peer4,
			.local = local4,
			.as4 = (i & 1) != 0,
			.addpath = (i & 2) != 0,
			.sent = (i & 4) != 0,
			.message = keepalive,
			.len = sizeof(keepalive) };
		struct wr w = wr_init(bytes, sizeof(bytes));
		struct mrt_bgp4mp got;

		mrt_bgp4mp_write(&w, UINT64_C(1700000000000042), &m);
		assert_true(wr_ok(&w));
		struct mrt_record record = parse(bytes, wr_len(&w));
		assert_int_equal(record.time_us, UINT64_C(1700000000000042));
		assert_int_equal(mrt_bgp4mp(&record, &got), 0);
		assert_int_equal(got.peer_as, m.peer_as);
		assert_int_equal(got.local_as, m.local_as);
		assert_int_equal(got.interface, 7);
		assert_true(addr_equal(&got.peer, &m.peer));
		assert_int_equal(got.local.len, m.peer.len);
		assert_int_equal(got.as4, m.as4);
		assert_int_equal(got.addpath, m.addpath);
		assert_int_equal(got.sent, m.sent);
		assert_false(got.state_change);
		assert_int_equal(got.len, sizeof(keepalive));
		assert_memory_equal(got.message, keepalive, sizeof(keepalive));
	}
}

static void
state_change_bytes(void **state)
{
	struct mrt_bgp4mp m = { .peer_as = 65001,
		.local_as = 70000,
		.peer = peer4,
		.local = local4,
		.as4 = true,
		.state_change = true,
		.old_state = MRT_OPENCONFIRM,
		.new_state = MRT_ESTABLISHED };
	struct mrt_bgp4mp got;
	uint8_t bytes[64];
	struct wr w = wr_init(bytes, sizeof(bytes));

	(void)state;
	mrt_bgp4mp_write(&w, 1000002, &m);
	expect_hex(&w, "00000001 0011 0005 0000001c 00000002 0000fde9 00011170 0000 0001 0a000001 "
		       "0a000002 0005 0006");
	struct mrt_record record = parse(bytes, wr_len(&w));
	assert_int_equal(mrt_bgp4mp(&record, &got), 0);
	assert_true(got.state_change);
	assert_int_equal(got.old_state, 5);
	assert_int_equal(got.new_state, 6);
	w = wr_init(bytes, sizeof(bytes));
	m.as4 = false;
	mrt_bgp4mp_write(&w, 1000002, &m);
	expect_hex(&w, "00000001 0011 0000 00000018 00000002 fde9 5ba0 0000 0001 0a000001 "
		       "0a000002 0005 0006");
	w = wr_init(bytes, 20);
	mrt_bgp4mp_write(&w, 1000002, &m);
	assert_false(wr_ok(&w));
}

static void
bgp4mp_refuses(void **state)
{
	static const char *const bad[] = {
		"0000fde9 0000fde8 0000 0003 0a000001 0a000002", /* no such AFI */
		"0000fde9 0000fde8 0000 0002 0a000001 0a000002", /* IPv6 cut short */
		"0000fde9 0000fde8 0000 0001 0a000001 0a0000",
	};
	struct mrt_bgp4mp m;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint8_t bytes[64];
		size_t n = wire_hex(bad[i], bytes, sizeof(bytes));
		struct mrt_record record = {
			.type = MRT_BGP4MP, .subtype = 4, .body = rd_init(bytes, n)
		};

		assert_int_equal(mrt_bgp4mp(&record, &m), -1);
		record.subtype = 2;
		assert_int_equal(mrt_bgp4mp(&record, &m), -1);
	}
}

static void
peer_index_round_trip(void **state)
{
	const struct mrt_peer peers[] = { { peer4, 65001, 0x09090909 },
		{ peer6, 4200000000, 0x08080808 } };
	struct mrt_peer_index index;
	struct mrt_peer peer;
	uint8_t bytes[256];
	struct wr w = wr_init(bytes, sizeof(bytes));

	(void)state;
	mrt_peer_index_write(&w, 1000000, 0x01020304, "view", peers, 2);
	expect_hex(&w, "00000001 000d 0001 00000032 01020304 0004 76696577 0002 "
		       "02 09090909 0a000001 0000fde9 "
		       "03 08080808 20010db8000000000000000000000001 fa56ea00");
	struct mrt_record record = parse(bytes, wr_len(&w));
	assert_int_equal(mrt_peer_index(&record, &index), 0);
	assert_int_equal(index.collector, 0x01020304);
	assert_int_equal(index.view_len, 4);
	assert_int_equal(index.n, 2);
	for (int i = 0; i < 2; i++) {
		assert_true(mrt_peer_next(&index, &peer));
		assert_true(addr_equal(&peer.addr, &peers[i].addr));
		assert_int_equal(peer.as, peers[i].as);
		assert_int_equal(peer.router_id, peers[i].router_id);
	}
	assert_false(mrt_peer_next(&index, &peer));
	bytes[MRT_HEADER + 11] = 3; /* one peer more than there is */
	assert_int_equal(mrt_peer_index(&record, &index), -1);
}

/* ORIGIN, AS_PATH 65001, MED 5. */
static const char block_hex[] = "400101 00 400206 0201 0000fde9 800404 00000005";

static void
write_rib(struct wr *w, const struct nlri *nlri, uint8_t nh_len, uint16_t entries)
{
	uint8_t block[64];
	struct attrset set = { .nh_len = nh_len, .block = block };
	struct mrt_rib_writer rib;

	set.len = (uint32_t)wire_hex(block_hex, block, sizeof(block));
	memcpy(set.nh, nh_len == 16 ? peer6.bytes : peer4.bytes, nh_len);
	mrt_rib_begin(&rib, w, 1000000, 9, nlri);
	for (uint16_t i = 0; i < entries; i++)
		mrt_rib_add(&rib, i, 100u + i, nlri->path_id + i, &set);
	mrt_rib_end(&rib);
}

static void
check_update(const struct mrt_rib *rib, const struct mrt_rib_entry *entry, const struct nlri *nlri,
	uint8_t nh_len)
{
	struct update_session s = { .attrs = { .asn4 = true, .ibgp = true, .generic = true },
		.families = UINT32_MAX,
		.addpath_rx = entry->has_path_id ? UINT32_MAX : 0,
		.extended_nexthop = true };
	uint8_t bytes[512], again[128], block[64];
	struct wr w = wr_init(bytes, sizeof(bytes)), canonical = wr_init(again, sizeof(again));
	struct wire_error err;
	struct update u;
	struct nlri got;
	uint8_t type;

	mrt_rib_update(&w, rib, entry);
	assert_true(wr_ok(&w));
	assert_int_equal(message_header(bytes, sizeof(bytes), &type, &err), wr_len(&w));
	assert_int_equal(
		update_decode(bytes + MESSAGE_HEADER, wr_len(&w) - MESSAGE_HEADER, &s, &u), 0);
	assert_int_equal(u.verdict, WIRE_OK);
	struct rd list = u.reach.present ? u.reach.nlri : u.nlri;
	assert_int_equal(nlri_next(&list, nlri->family, entry->has_path_id, false, &got, &err), 0);
	assert_int_equal(got.len, nlri->len);
	assert_memory_equal(got.bytes, nlri->bytes, nlri->len);
	assert_int_equal(got.path_id, entry->path_id);
	assert_int_equal(u.reach.present ? u.reach.nexthop_len : u.nexthop_len, nh_len);
	assert_memory_equal(u.reach.present ? u.reach.nexthop : u.nexthop,
		nh_len == 16 ? peer6.bytes : peer4.bytes, nh_len);
	update_canonical(&u, &s, &canonical);
	assert_int_equal(wr_len(&canonical), wire_hex(block_hex, block, sizeof(block)));
	assert_memory_equal(again, block, wr_len(&canonical));
}

static void
rib_round_trip(void **state)
{
	static const uint8_t prefix4[] = { 24, 192, 0, 2 }, prefix6[] = { 32, 0x20, 1, 0xd, 0xb8 };
	static const uint8_t vpn[] = { 112, 0, 6, 0x41, 0, 0, 0xfd, 0xe8, 0, 0, 0, 1, 192, 0, 2 };
	static const struct {
		uint32_t family;
		bool path_id;
		uint8_t nh_len;
		uint16_t subtype;
		const uint8_t *bytes;
		uint16_t len;
	} rows[] = {
		{ IPV4_UNICAST, false, 4, 2, prefix4, sizeof(prefix4) },
		{ IPV4_UNICAST, false, 16, 2, prefix4, sizeof(prefix4) },
		{ IPV4_MULTICAST, false, 4, 3, prefix4, sizeof(prefix4) },
		{ IPV6_UNICAST, false, 16, 4, prefix6, sizeof(prefix6) },
		{ IPV6_MULTICAST, false, 16, 5, prefix6, sizeof(prefix6) },
		{ FAMILY(AFI_IPV4, SAFI_MPLS_VPN), false, 4, 6, vpn, sizeof(vpn) },
		{ IPV4_UNICAST, true, 4, 8, prefix4, sizeof(prefix4) },
		{ IPV4_MULTICAST, true, 4, 9, prefix4, sizeof(prefix4) },
		{ IPV6_UNICAST, true, 16, 10, prefix6, sizeof(prefix6) },
		{ IPV6_MULTICAST, true, 16, 11, prefix6, sizeof(prefix6) },
		{ FAMILY(AFI_IPV4, SAFI_MPLS_VPN), true, 4, 12, vpn, sizeof(vpn) },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct nlri nlri = { .family = rows[i].family,
			.has_path_id = rows[i].path_id,
			.path_id = rows[i].path_id ? 77 : 0,
			.bytes = rows[i].bytes,
			.len = rows[i].len };
		uint16_t entries = rows[i].subtype == MRT_RIB_GENERIC_ADDPATH ? 1 : 3;
		uint8_t bytes[512];
		struct wr w = wr_init(bytes, sizeof(bytes));
		struct mrt_rib_entry entry;
		struct mrt_rib rib;

		write_rib(&w, &nlri, rows[i].nh_len, entries);
		assert_true(wr_ok(&w));
		struct mrt_record record = parse(bytes, wr_len(&w));
		assert_int_equal(record.subtype, rows[i].subtype);
		assert_int_equal(mrt_rib(&record, &rib), 0);
		assert_int_equal(rib.sequence, 9);
		assert_int_equal(rib.n, entries);
		for (uint16_t k = 0; k < entries; k++) {
			assert_true(mrt_rib_next(&rib, &entry));
			assert_int_equal(entry.peer, k);
			assert_int_equal(entry.originated, 100 + k);
			assert_int_equal(entry.has_path_id, rows[i].path_id);
			assert_int_equal(entry.path_id, rows[i].path_id ? 77u + k : 0u);
			check_update(&rib, &entry, &nlri, rows[i].nh_len);
		}
		assert_false(mrt_rib_next(&rib, &entry));
	}
}

/* A table of a writer that leaves MP_REACH_NLRI whole, and RIB_GENERIC_ADDPATH as GoBGP does it. */
static void
rib_of_others(void **state)
{
	static const uint8_t prefix6[] = { 32, 0x20, 1, 0xd, 0xb8 };
	const struct nlri nlri = { .family = IPV6_UNICAST, .bytes = prefix6, .len = 5 };
	struct mrt_rib_entry entry;
	struct mrt_rib rib;
	uint8_t bytes[256];
	size_t n = wire_hex("00000001 000d 0004 00000000 00000000 20 20010db8 0001 0000 00000001 "
			    "0031 40010100 4002060201 0000fde9 800404 00000005 "
			    "800e1a 0002 01 10 20010db8000000000000000000000001 00 20 20010db8",
		bytes, sizeof(bytes));

	(void)state;
	bytes[11] = (uint8_t)(n - MRT_HEADER);
	struct mrt_record record = parse(bytes, n);
	assert_int_equal(mrt_rib(&record, &rib), 0);
	assert_true(mrt_rib_next(&rib, &entry));
	check_update(&rib, &entry, &nlri, 16);

	n = wire_hex("00000001 000d 000c 00000029 00000000 0002 04 38 000641 20010db8 "
		     "0002 0000 00000001 0000000b 0000 0001 00000001 0000000c 0000",
		bytes, sizeof(bytes));
	bytes[11] = (uint8_t)(n - MRT_HEADER);
	record = parse(bytes, n);
	assert_int_equal(mrt_rib(&record, &rib), 0);
	assert_true(rib.entry_path_ids);
	assert_true(mrt_rib_next(&rib, &entry));
	assert_int_equal(entry.path_id, 11);
	assert_true(mrt_rib_next(&rib, &entry));
	assert_int_equal(entry.path_id, 12);
}

static void
rib_refuses_any_cut(void **state)
{
	static const uint8_t prefix4[] = { 24, 192, 0, 2 };
	const struct nlri nlri = { .family = IPV4_UNICAST, .bytes = prefix4, .len = 4 };
	uint8_t bytes[256];
	struct wr w = wr_init(bytes, sizeof(bytes));
	struct mrt_rib rib;

	(void)state;
	write_rib(&w, &nlri, 4, 2);
	for (size_t n = 0; n < wr_len(&w) - MRT_HEADER; n++) {
		struct mrt_record record = { .type = MRT_TABLE_DUMP_V2,
			.subtype = MRT_RIB_IPV4_UNICAST,
			.body = rd_init(bytes + MRT_HEADER, n) };

		assert_int_equal(mrt_rib(&record, &rib), -1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(record_needs_all_its_bytes),
		cmocka_unit_test(message_round_trip),
		cmocka_unit_test(state_change_bytes),
		cmocka_unit_test(bgp4mp_refuses),
		cmocka_unit_test(peer_index_round_trip),
		cmocka_unit_test(rib_round_trip),
		cmocka_unit_test(rib_of_others),
		cmocka_unit_test(rib_refuses_any_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
