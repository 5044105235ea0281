/* Captures: both file formats in both byte orders, link layers, and TCP put back in order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/buf.h"
#include "proto/wire/bgp_stream.h"
#include "proto/wire/message.h"
#include "proto/wire/pcap.h"
#include "tests/unit/wire_hex.h"

/* 10.0.0.1:179 -> 10.0.0.2:50000, sequence number 0x01020304, one KEEPALIVE. */
#define IPV4                                            \
	"4500003b 00000000 40060000 0a000001 0a000002 " \
	"00b3c350 01020304 00000000 50180400 00000000 " \
	"ffffffffffffffffffffffffffffffff 0013 04"
#define MACS "020000000001 020000000002 "

/* --- files --- */

static void
expect_packets(const char *hex, unsigned count, uint64_t time_us, uint32_t link, size_t len)
{
	uint8_t bytes[512] = { 0 };
	size_t n = wire_hex(hex, bytes, sizeof(bytes)), at = 0, need = 0;
	struct pcap *f = calloc(1, sizeof(*f));
	unsigned found = 0;

	assert_true(pcap_detect(bytes, n));
	while (at < n) {
		struct pcap_packet packet;
		long used = pcap_next(f, bytes + at, n - at, &packet, &need);

		assert_true(used > 0);
		at += (size_t)used;
		if (packet.data == NULL)
			continue;
		found++;
		assert_int_equal(packet.time_us, time_us);
		assert_int_equal(packet.link, link);
		assert_int_equal(packet.len, len);
		assert_memory_equal(packet.data, "\xaa\xbb\xcc\xdd", len);
	}
	assert_int_equal(found, count);
	free(f);
}

static void
classic_files(void **state)
{
	(void)state;
	expect_packets("a1b2c3d4 0002 0004 00000000 00000000 00040000 00000001 "
		       "00000005 00000007 00000003 00000004 aabbcc",
		1, 5000007, 1, 3);
	expect_packets("d4c3b2a1 0200 0400 00000000 00000000 00000400 65000000 "
		       "05000000 07000000 04000000 04000000 aabbccdd "
		       "05000000 07000000 04000000 04000000 aabbccdd",
		2, 5000007, 101, 4);
	expect_packets("4d3cb2a1 0200 0400 00000000 00000000 00000400 71000000 "
		       "05000000 581b0000 04000000 04000000 aabbccdd",
		1, 5000007, 113, 4);
}

static void
next_generation_files(void **state)
{
	(void)state;
	/* section, interface (nanoseconds), enhanced packet, name resolution, simple packet of
	 * time 0 left out */
	expect_packets("0a0d0d0a 0000001c 1a2b3c4d 0001 0000 ffffffffffffffff 0000001c "
		       "00000001 00000020 0001 0000 00000000 0009 0001 09000000 0000 0000 00000020 "
		       "00000006 00000024 00000000 00000001 2a060f58 00000004 00000004 aabbccdd "
		       "00000024 00000004 00000010 00000000 00000010",
		1, 5000007, 1, 4);
	expect_packets("0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000 "
		       "01000000 14000000 6500 0000 00000000 14000000 "
		       "06000000 24000000 00000000 00000000 474b4c00 03000000 04000000 aabbcc00 "
		       "24000000 0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000",
		1, 5000007, 101, 3);
	expect_packets("0a0d0d0a 0000001c 1a2b3c4d 0001 0000 ffffffffffffffff 0000001c "
		       "00000001 00000014 0001 0000 00000000 00000014 "
		       "00000003 00000014 00000004 aabbccdd 00000014",
		1, 0, 1, 4);
}

static void
files_refused(void **state)
{
	static const char *const bad[] = {
		"0a0d0d0a 0000001c 01020304 0001 0000 ffffffffffffffff 0000001c", /* byte order */
		"0a0d0d0a 0000001c 1a2b3c4d 0001 0000 ffffffffffffffff 00000020", /* two lengths */
		"0a0d0d0a 0000000b 1a2b3c4d 0001 0000 ffffffffffffffff 0000000b",
		"0a0d0d0a 7000001c 1a2b3c4d 0001 0000 ffffffffffffffff 7000001c",
		"12345678 0002 0004 00000000 00000000 00040000 00000001",
	};
	struct pcap *f = calloc(1, sizeof(*f));
	struct pcap_packet packet;
	uint8_t bytes[128] = { 0 };
	size_t need;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		size_t n = wire_hex(bad[i], bytes, sizeof(bytes));

		memset(f, 0, sizeof(*f));
		assert_int_equal(pcap_next(f, bytes, n, &packet, &need), -1);
	}
	/* a packet of an interface that was not described */
	size_t n = wire_hex("00000006 00000024 00000000 00000000 00000000 00000004 00000004 "
			    "aabbccdd 00000024",
		bytes, sizeof(bytes));
	memset(f, 0, sizeof(*f));
	f->format = PCAP_NG;
	assert_int_equal(pcap_next(f, bytes, n, &packet, &need), -1);
	assert_int_equal(pcap_next(f, bytes, 11, &packet, &need), 0);
	assert_int_equal(need, 12);
	assert_int_equal(pcap_next(f, bytes, 13, &packet, &need), 0);
	assert_int_equal(need, 36);
	assert_false(pcap_detect(bytes, 3));
	free(f);
}

/* --- frames --- */

static void
link_layers(void **state)
{
	static const struct {
		uint32_t link;
		const char *before, *after;
	} rows[] = {
		{ 101, "", "" },
		{ 12, "", "" },
		{ 228, "", "" },
		{ 0, "02000000", "" },
		{ 108, "00000002", "" },
		{ 1, MACS "0800", "" },
		{ 1, MACS "0800", "0000 0000" }, /* padding of a short frame */
		{ 1, MACS "8100 0064 0800", "" },
		{ 1, MACS "88a8 0064 8100 0065 0800", "" },
		{ 113, "0000 0001 0006 0200000000010000 0800", "" },
		{ 276, "0800 0000 00000001 0001 00 06 0200000000010000", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t bytes[256] = { 0 };
		size_t n = wire_hex(rows[i].before, bytes, sizeof(bytes));
		struct tcp_segment t;

		n += wire_hex(IPV4, bytes + n, sizeof(bytes) - n);
		n += wire_hex(rows[i].after, bytes + n, sizeof(bytes) - n);
		struct pcap_packet packet = { .link = rows[i].link, .data = bytes, .len = n };
		assert_int_equal(packet_tcp(&packet, &t), 0);
		assert_int_equal(t.src_port, 179);
		assert_int_equal(t.dst_port, 50000);
		assert_int_equal(t.seq, 0x01020304);
		assert_int_equal(t.len, MESSAGE_HEADER);
		assert_int_equal(t.src.bytes[3], 1);
		assert_int_equal(t.dst.bytes[3], 2);
		for (size_t k = 0; k < n; k++) {
			packet.len = k;
			if (packet_tcp(&packet, &t) == 0)
				assert_true(t.len <= MESSAGE_HEADER);
		}
	}
}

static void
ip_details(void **state)
{
	static const struct {
		int result;
		const char *hex;
	} rows[] = {
		/* IPv6; with hop-by-hop and fragment headers; UDP; a real fragment */
		{ 0, "60000000 0014 06 40 20010db8000000000000000000000001 "
		     "20010db8000000000000000000000002 00b3c350 01020304 00000000 50180400 "
		     "00000000" },
		{ 0, "60000000 0024 00 40 20010db8000000000000000000000001 "
		     "20010db8000000000000000000000002 2c00000000000000 0600000000000001 00b3c350 "
		     "01020304 00000000 50180400 00000000" },
		{ -1, "60000000 0014 11 40 20010db8000000000000000000000001 "
		      "20010db8000000000000000000000002 00b3c350 01020304 00000000 50180400 "
		      "00000000" },
		{ -1, "60000000 001c 2c 40 20010db8000000000000000000000001 "
		      "20010db8000000000000000000000002 0600000800000001 00b3c350 01020304 "
		      "00000000 "
		      "50180400 00000000" },
		/* IPv4: header length below 20; more fragments; not TCP; version 5 */
		{ -1, "44000028 00000000 40060000 0a000001 0a000002 00b3c350 01020304 00000000 "
		      "50180400 00000000" },
		{ -1, "45000028 00002000 40060000 0a000001 0a000002 00b3c350 01020304 00000000 "
		      "50180400 00000000" },
		{ -1, "45000028 00000000 40110000 0a000001 0a000002 00b3c350 01020304 00000000 "
		      "50180400 00000000" },
		{ -1, "55000028 00000000 40060000 0a000001 0a000002 00b3c350 01020304 00000000 "
		      "50180400 00000000" },
		/* TCP: header length below 20, beyond the packet */
		{ -1, "45000028 00000000 40060000 0a000001 0a000002 00b3c350 01020304 00000000 "
		      "40180400 00000000" },
		{ -1, "45000028 00000000 40060000 0a000001 0a000002 00b3c350 01020304 00000000 "
		      "60180400 00000000" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t bytes[256] = { 0 };
		size_t n = wire_hex(rows[i].hex, bytes, sizeof(bytes));
		struct pcap_packet packet = { .link = 101, .data = bytes, .len = n };
		struct tcp_segment t;

		assert_int_equal(packet_tcp(&packet, &t), rows[i].result);
		packet.link = 147;
		assert_int_equal(packet_tcp(&packet, &t), -1);
	}
}

/* --- streams --- */

static const struct addr a = { .len = 4, .bytes = { 10, 0, 0, 1 } };
static const struct addr b = { .len = 4, .bytes = { 10, 0, 0, 2 } };

struct seen {
	unsigned n;
	struct bgp_flow last;
	struct buf types;
};

static void
see(void *owner, const struct bgp_flow *flow, const uint8_t *message, size_t n)
{
	struct seen *s = owner;

	s->n++;
	s->last = *flow;
	assert_true(n >= MESSAGE_HEADER);
	buf_printf(&s->types, "%u:%zu ", message[MESSAGE_HEADER - 1], n);
}

/* Three messages: KEEPALIVE, an UPDATE of 23 bytes, KEEPALIVE. */
static size_t
make_stream(uint8_t out[64])
{
	return wire_hex("ffffffffffffffffffffffffffffffff 0013 04 "
			"ffffffffffffffffffffffffffffffff 0017 02 00000000 "
			"ffffffffffffffffffffffffffffffff 0013 04",
		out, 64);
}

static void
send_part(struct bgp_streams *s, bool reverse, uint8_t flags, uint32_t seq, const uint8_t *p,
	size_t n)
{
	struct tcp_segment t = { .src = reverse ? b : a,
		.dst = reverse ? a : b,
		.src_port = reverse ? 179 : 40000,
		.dst_port = reverse ? 40000 : 179,
		.seq = seq,
		.flags = flags,
		.payload = p,
		.len = n };

	bgp_streams_add(s, &t, seq);
}

static void
expect_seen(struct seen *seen, const char *types)
{
	assert_string_equal(buf_cstr(&seen->types), types);
	buf_fini(&seen->types);
	*seen = (struct seen){ 0 };
}

static void
segments_in_any_order(void **state)
{
	/* offsets where the stream of 61 bytes is cut, then in which order the parts come */
	static const struct {
		size_t cuts[5];
		unsigned order[6];
	} rows[] = {
		{ { 0, 61 }, { 0 } },
		{ { 0, 10, 25, 61 }, { 0, 1, 2 } },
		{ { 0, 10, 25, 61 }, { 2, 1, 0 } },
		{ { 0, 10, 25, 61 }, { 0, 2, 2, 1 } },
		{ { 0, 18, 19, 20, 61 }, { 0, 3, 2, 1 } },
	};
	uint8_t stream[64];
	size_t n = make_stream(stream);

	(void)state;
	assert_int_equal(n, 61);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		/* also over the end of the sequence numbers */
		for (uint32_t start = 1000; start != 0;
			start = start == 1000 ? UINT32_MAX - 20 : 0) {
			struct seen seen = { 0 };
			struct bgp_streams *s = bgp_streams_new(0, see, &seen);

			send_part(s, false, TCP_SYN, start - 1, NULL, 0);
			for (unsigned k = 0; k < 6; k++) {
				unsigned part = rows[i].order[k];
				size_t from = rows[i].cuts[part], to = rows[i].cuts[part + 1];

				if (k > 0 && part == 0)
					break;
				send_part(s, false, 0, start + (uint32_t)from, stream + from,
					to - from);
			}
			if (rows[i].order[0] != 0)
				send_part(s, false, 0, start, stream, rows[i].cuts[1]);
			bgp_streams_finish(s);
			assert_int_equal(bgp_streams_counts(s)->skipped, 0);
			assert_int_equal(bgp_streams_counts(s)->holes, 0);
			expect_seen(&seen, "4:19 2:23 4:19 ");
			bgp_streams_free(s);
		}
	}
}

static void
overlaps_and_repeats(void **state)
{
	struct seen seen = { 0 };
	struct bgp_streams *s = bgp_streams_new(0, see, &seen);
	uint8_t stream[64];
	size_t n = make_stream(stream);

	(void)state;
	send_part(s, false, 0, 5000, stream, 30);
	send_part(s, false, 0, 5000, stream, 30);
	send_part(s, false, 0, 5040, stream + 40, n - 40);
	send_part(s, false, 0, 5020, stream + 20, 25);
	send_part(s, false, 0, 5000, stream, n);
	expect_seen(&seen, "4:19 2:23 4:19 ");
	assert_int_equal(bgp_streams_counts(s)->messages, 3);
	/* the other direction has numbers of its own */
	send_part(s, true, 0, 77, stream, 19);
	assert_int_equal(seen.last.direction, 1);
	assert_int_equal(seen.last.connection, 0);
	assert_int_equal(seen.last.src_port, 179);
	expect_seen(&seen, "4:19 ");
	bgp_streams_free(s);
}

static void
holes_cost_what_was_in_them(void **state)
{
	struct seen seen = { 0 };
	struct bgp_streams *s = bgp_streams_new(0, see, &seen);
	uint8_t stream[64];
	size_t n = make_stream(stream);

	(void)state;
	send_part(s, false, TCP_SYN, 99, NULL, 0);
	send_part(s, false, 0, 100, stream, 25);
	send_part(s, false, 0, 130, stream + 30, n - 30); /* bytes 25..29 are lost */
	send_part(s, false, 0, 100 + (uint32_t)n, stream, n);
	assert_int_equal(seen.n, 1);
	bgp_streams_finish(s);
	expect_seen(&seen, "4:19 4:19 4:19 2:23 4:19 ");
	assert_int_equal(bgp_streams_counts(s)->holes, 1);
	bgp_streams_free(s);

	/* a hole that is never filled does not hold everything back */
	s = bgp_streams_new(0, see, &seen);
	send_part(s, false, 0, 100, stream, 19);
	for (uint32_t i = 0; i < BGP_HELD_SEGMENTS + 2; i++)
		send_part(s, false, 0, 1000 + i * 19, stream, 19);
	assert_int_equal(seen.n, 1 + BGP_HELD_SEGMENTS + 2);
	buf_fini(&seen.types);
	bgp_streams_free(s);
}

static void
begins_in_the_middle(void **state)
{
	struct seen seen = { 0 };
	struct bgp_streams *s = bgp_streams_new(0, see, &seen);
	uint8_t stream[64];
	size_t n = make_stream(stream);

	(void)state;
	send_part(s, false, 0, 100, stream + 7, n - 7);
	expect_seen(&seen, "2:23 4:19 ");
	assert_int_equal(bgp_streams_counts(s)->skipped, 12);
	/* the same ports again, without its SYN: another connection */
	send_part(s, false, 0, 100 - (1 << 25), stream, n);
	expect_seen(&seen, "4:19 2:23 4:19 ");
	send_part(s, false, TCP_SYN, 9, NULL, 0);
	send_part(s, false, 0, 10, stream, n);
	expect_seen(&seen, "4:19 2:23 4:19 ");
	bgp_streams_free(s);
}

static void
ports(void **state)
{
	uint8_t stream[64];
	size_t n = make_stream(stream);
	static const struct {
		uint16_t wanted, used;
		unsigned messages;
	} rows[] = { { 0, 179, 3 }, { 0, 1790, 3 }, { 1790, 1790, 3 }, { 1790, 179, 0 } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct seen seen = { 0 };
		struct bgp_streams *s = bgp_streams_new(rows[i].wanted, see, &seen);
		struct tcp_segment t = { .src = a,
			.dst = b,
			.src_port = 40000,
			.dst_port = rows[i].used,
			.payload = stream,
			.len = n };

		bgp_streams_add(s, &t, 1);
		assert_int_equal(seen.n, rows[i].messages);
		buf_fini(&seen.types);
		bgp_streams_free(s);
	}
}

static void
connections_are_bounded(void **state)
{
	struct seen seen = { 0 };
	struct bgp_streams *s = bgp_streams_new(0, see, &seen);
	uint8_t stream[64];

	(void)state;
	make_stream(stream);
	for (unsigned i = 0; i < BGP_CONNECTIONS_MAX + 10; i++) {
		struct tcp_segment t = { .src = a,
			.dst = b,
			.src_port = (uint16_t)(i + 1000),
			.dst_port = 179,
			.payload = stream,
			.len = 19 };

		bgp_streams_add(s, &t, 1);
	}
	assert_int_equal(seen.n, BGP_CONNECTIONS_MAX);
	assert_int_equal(bgp_streams_counts(s)->not_followed, 10);
	buf_fini(&seen.types);
	bgp_streams_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(classic_files),
		cmocka_unit_test(next_generation_files),
		cmocka_unit_test(files_refused),
		cmocka_unit_test(link_layers),
		cmocka_unit_test(ip_details),
		cmocka_unit_test(segments_in_any_order),
		cmocka_unit_test(overlaps_and_repeats),
		cmocka_unit_test(holes_cost_what_was_in_them),
		cmocka_unit_test(begins_in_the_middle),
		cmocka_unit_test(ports),
		cmocka_unit_test(connections_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
