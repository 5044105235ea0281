/* Events: every line against the samples of reference/events.md, spacing included. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "common/hex.h"
#include "proto/text/event.h"
#include "proto/wire/open.h"
#include "proto/wire/update.h"

static struct buf out;

static const char *
text(void)
{
	return buf_cstr(&out);
}

static size_t
bytes(const char *hex, uint8_t *p)
{
	assert_int_equal(hex_decode(hex, strlen(hex), p), 0);
	return strlen(hex) / 2;
}

static void
test_time(void **state)
{
	static const struct {
		uint64_t us;
		const char *text;
	} rows[] = {
		{ 1795159342868049, "1795159342.868049" },
		{ 1795162120301050, "1795162120.30105" },
		{ 1795162120000000, "1795162120.0" },
		{ 1795162120000001, "1795162120.000001" },
		{ 1795162120500000, "1795162120.5" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_reset(&out);
		event_time(&out, rows[i].us);
		assert_string_equal(text(), rows[i].text);
	}
}

static void
envelope(const char *type, const char *packet)
{
	static uint8_t raw[256];
	const struct event_source source = { .host = "vm", .pid = 27572, .ppid = 27530 };
	struct event_head head = {
		.version = EVENT_VERSION_6, .time_us = 1795161573041742, .counter = 3, .type = type
	};
	struct event_neighbor n = {
		.local_as = 65533, .peer_as = 65001, .router_id = 0x01020304, .have_router_id = true
	};

	if (packet != NULL) {
		head.packet_len = bytes(packet, raw);
		head.packet = raw;
	}
	addr_parse("127.77.0.1", 10, &n.local);
	addr_parse("127.77.0.2", 10, &n.peer);
	buf_reset(&out);
	event_begin(&out, &source, &head);
	event_neighbor(&out, &n);
}

#define HEAD                                                                                  \
	"{ \"exabgp\": \"6.0.0\", \"time\": 1795161573.041742, \"host\" : \"vm\", \"pid\" : " \
	"27572, "                                                                             \
	"\"ppid\" : 27530, \"counter\": 3, \"type\": "
#define NEIGHBOR                                                                                 \
	"\"neighbor\": { \"address\": { \"local\": \"127.77.0.1\", \"peer\": \"127.77.0.2\" }, " \
	"\"asn\": { \"local\": 65533, \"peer\": 65001 }, \"router-id\": \"1.2.3.4\" "

static void
test_state(void **state)
{
	(void)state;
	envelope("state", NULL);
	event_state(&out, "down", "notification received (6,2)", 27);
	event_end(&out);
	assert_string_equal(text(),
		HEAD "\"state\", " NEIGHBOR
		     ", \"state\": \"down\", \"reason\": \"notification received (6,2)\" } }\n");
	envelope("signal", NULL);
	event_signal(&out, 10);
	event_end(&out);
	assert_string_equal(text(),
		HEAD "\"signal\", " NEIGHBOR ", \"code\": \"10\", \"name\": \"SIGUSR1\" } }\n");
}

static void
test_keepalive(void **state)
{
	(void)state;
	envelope("keepalive", NULL);
	event_direction(&out, "send");
	event_nothing(&out);
	event_end(&out);
	assert_string_equal(
		text(), HEAD "\"keepalive\", " NEIGHBOR ", \"direction\": \"send\"  } }\n");
	envelope("keepalive", "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF001304");
	event_direction(&out, "receive");
	event_nothing(&out);
	event_end(&out);
	assert_string_equal(text(), HEAD
		"\"keepalive\", \"header\": \"0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF001304\", " NEIGHBOR
		", \"direction\": \"receive\"  } }\n");
}

static void
test_negotiated(void **state)
{
	struct negotiated n = { .message_max = 65535,
		.hold_time = 9,
		.asn4 = true,
		.multisession = true,
		.refresh = REFRESH_ENHANCED,
		.n_families = 2,
		.n_nexthop = 1 };

	(void)state;
	n.families[0] = IPV4_UNICAST;
	n.families[1] = IPV6_UNICAST;
	n.nexthop[0].family = IPV4_UNICAST;
	n.nexthop[0].nexthop_afi = AFI_IPV6;
	n.addpath_tx = family_bit(IPV4_UNICAST) | family_bit(IPV6_UNICAST);
	n.addpath_rx = family_bit(IPV4_UNICAST);
	buf_reset(&out);
	event_negotiated(&out, &n);
	assert_string_equal(text(),
		", \"negotiated\": { \"message_size\": 65535, \"hold_time\": 9, \"asn4\": true, "
		"\"multisession\": true, \"operational\": false, \"refresh\": \"enhanced\", "
		"\"families\": [\"ipv4 unicast\", \"ipv6 unicast\"], \"nexthop\": [\"ipv4 unicast "
		"ipv6\"], "
		"\"add_path\": {\"send\": [\"ipv4 unicast\", \"ipv6 unicast\"], \"receive\": "
		"[\"ipv4 unicast\"]} } ");
	buf_reset(&out);
	event_negotiated_object(&out, NULL);
	assert_string_equal(text(), "{ \"message_size\": 4096, \"hold_time\": 0, \"asn4\": false, "
				    "\"multisession\": false, "
				    "\"operational\": false, \"refresh\": \"absent\", "
				    "\"families\": [], \"nexthop\": [], "
				    "\"add_path\": {\"send\": [], \"receive\": []} }");
}

static void
test_notification(void **state)
{
	static const struct {
		const char *body, *text;
		bool received;
	} rows[] = {
		{ "0602", "\"code\": 6, \"subcode\": 2, \"data\": \"0x\", \"message\": \"\"",
			true },
		{ "06020362796501"
		  "02",
			"\"code\": 6, \"subcode\": 2, \"data\": "
			"\"0x53687574646F776E20436F6D6D756E69636174696F6E3A2022627965222C2074726169"
			"6C696E6720646174613A20307830313032\", "
			"\"message\": \"Shutdown Communication: \\\"bye\\\", trailing data: "
			"0x0102\"",
			true },
		{ "060202FFFE",
			"\"code\": 6, \"subcode\": 2, \"data\": "
			"\"0x696E76616C69642053687574646F776E20436F6D6D756E69636174696F6E2028696E76"
			"616C6964205554462D3829206C656E677468203A2032205B3078464646455D\", "
			"\"message\": \"invalid Shutdown Communication (invalid UTF-8) length : 2 "
			"[0xFFFE]\"",
			true },
		{ "06041441646D696E697374726174697665205265736574",
			"\"code\": 6, \"subcode\": 4, \"data\": "
			"\"0x1441646D696E697374726174697665205265736574\", "
			"\"message\": \"\\u0014Administrative Reset\"",
			false },
		{ "0301400102FF",
			"\"code\": 3, \"subcode\": 1, \"data\": \"0x400102FF\", \"message\": "
			"\"@\\u0001\\u0002\\ufffd\"",
			true },
		{ "06", "\"code\": 0, \"subcode\": 0, \"data\": \"0x\", \"message\": \"\"", true },
	};
	uint8_t body[256];
	char want[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = bytes(rows[i].body, body);

		buf_reset(&out);
		event_notification(&out, body, n, rows[i].received);
		snprintf(want, sizeof(want), ", \"notification\": { %s } ", rows[i].text);
		assert_string_equal(text(), want);
	}
}

static void
test_refresh_and_operational(void **state)
{
	static const struct {
		const char *body, *json, *text;
	} rows[] = {
		{ "000100060001016869"
		  "21",
			", \"operational\": { \"name\": \"ADM\", \"afi\": \"ipv4\", \"safi\": "
			"\"unicast\", \"advisory\": \"hi!\" }",
			"neighbor 1.1.1.1 receive operational ADM afi ipv4 safi unicast advisory "
			"\"hi!\"" },
		{ "0004001300010"
		  "10A00000200000007000000000000"
		  "3039",
			", \"operational\": { \"name\": \"RPCP\", \"afi\": \"ipv4\", \"safi\": "
			"\"unicast\", \"router-id\": \"10.0.0.2\", \"sequence\": 7, \"counter\": "
			"12345 }",
			"neighbor 1.1.1.1 receive operational RPCP afi ipv4 safi unicast router-id "
			"10.0.0.2 sequence 7 counter 12345" },
		{ "006400030102FF",
			", \"operational\": { \"name\": \"unknown\", \"type\": "
			"\"operational-type-100\", \"data\": \"0x0102FF\" }",
			"neighbor 1.1.1.1 receive operational unknown type operational-type-100 "
			"data 0x0102FF" },
	};
	const struct event_text t = { .peer = "1.1.1.1", .direction = "receive" };
	uint8_t body[64];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = bytes(rows[i].body, body);

		buf_reset(&out);
		assert_int_equal(event_operational(&out, body, n), 0);
		assert_string_equal(text(), rows[i].json);
		buf_reset(&out);
		assert_int_equal(event_text_operational(&out, &t, body, n), 0);
		assert_string_equal(text(), rows[i].text);
		assert_int_equal(event_operational(&out, body, n - 1), -1);
	}
	buf_reset(&out);
	assert_int_equal(event_refresh(&out, (const uint8_t *)"\0\1\0\1", 4), 0);
	assert_string_equal(text(), ", \"route-refresh\": { \"afi\": \"ipv4\", \"safi\": "
				    "\"unicast\", \"subtype\": \"query\" }");
	assert_int_equal(event_refresh(&out, (const uint8_t *)"\0\1\3\1", 4), -1);
	assert_int_equal(event_refresh(&out, (const uint8_t *)"\0\1\0", 3), -1);
}

/* Optional parameters, JSON capabilities, text list (events.md 14). */
static const struct {
	const char *params, *json, *text;
} opens[] = {
	{ "", "", "" },
	{ "02060104000100010206010400010001",
		"\"1\": { \"name\": \"multiprotocol\", \"families\": [ \"ipv4/unicast\" ] }",
		"multiprotocol(ipv4 unicast)" },
	{ "02060104000100010206"
	  "0104004D0063",
		"\"1\": { \"name\": \"multiprotocol\", \"families\": [ \"ipv4/unicast\", "
		"\"unknown-afi-0x4d/unknown safi 99\" ] }",
		"multiprotocol(ipv4 unicast,unknown-afi-0x4d unknown safi 99)" },
	{ "0202800002020200",
		"\"128\": { \"name\": \"route-refresh\", \"variant\": \"RFC\" }, \"2\": { "
		"\"name\": \"route-refresh\", \"variant\": \"RFC\" }",
		"route refresh, route refresh" },
	{ "020404020102",
		"\"4\": { \"name\": \"unknown\", \"iana\": \"unknown\", \"value\": 4, \"raw\": "
		"\"0102\" }",
		"unknown multiple-routes" },
	{ "020E050C000100010002000100800002",
		"\"5\": { \"name\": \"nexthop\", \"conversion\": [ \"ipv4/unicast/ipv6\", "
		"\"ipv4/mpls-vpn/ipv6\" ] }",
		"nexthop(ipv4 unicast ipv6,ipv4 mpls-vpn ipv6)" },
	{ "020C400A80780001018000020100",
		"\"64\": { \"name\": \"graceful restart\", \"time\": 120, "
		"\"address-family-flags\": { \"ipv4/unicast\": [ \"restart\" ] , \"ipv6/unicast\": "
		"[ ] }, \"restart-flags\": [ \"forwarding\" ]  }",
		"graceful restart flags 0x8 time 120 ipv4/unicast=0x80 ipv6/unicast=0x0" },
	{ "020440020078",
		"\"64\": { \"name\": \"graceful restart\", \"time\": 120, "
		"\"address-family-flags\": { }, \"restart-flags\": [ ]  }",
		"graceful restart flags 0x0 time 120 " },
	{ "020E450C000101010002010200010403",
		"\"69\": { \"name\": \"addpath\", \"ipv4/unicast\": \"receive\",\"ipv6/unicast\": "
		"\"send\",\"ipv4/nlri-mpls\": \"send/receive\" }",
		"addpath(receive ipv4 unicast,send ipv6 unicast,send/receive ipv4 nlri-mpls)" },
	{ "020D490B0972225C0AC3A9E282AC00",
		"\"73\": { \"host-name\": \"r\\\"\\\\\\n\\u00e9\\u20ac\", \"domain-name\": \"\" }",
		"hostname(r\"\\\\n\\xe9\\u20ac )" },
	{ "020C4C0A000101000A0002010005",
		"\"76\": { \"name\": \"paths-limit\", \"ipv4/unicast\": 10, \"ipv6/unicast\": 5 }",
		"pathslimit(ipv4 unicast 10, ipv6 unicast 5)" },
	{ "02033201010203320102",
		"\"50\": { \"name\": \"unknown\", \"iana\": \"unknown\", \"value\": 50, \"raw\": "
		"\"02\" }",
		"unknown unknown capability 0x32" },
	{ "02024600020202000206010400010001",
		"\"70\": { \"name\": \"enhanced-route-refresh\" }, \"2\": { \"name\": "
		"\"route-refresh\", \"variant\": \"RFC\" }, \"1\": { \"name\": \"multiprotocol\", "
		"\"families\": [ \"ipv4/unicast\" ] }",
		"multiprotocol(ipv4 unicast), route refresh, enhanced route refresh" },
};

static void
test_open(void **state)
{
	const struct event_text t = { .peer = "127.0.0.1", .direction = "receive" };
	struct wire_error error;
	struct open o;
	uint8_t body[256];
	char want[2048];

	(void)state;
	for (size_t i = 0; i < sizeof(opens) / sizeof(opens[0]); i++) {
		size_t n = bytes("04FDE900B40A000002", body);

		body[n] = (uint8_t)(strlen(opens[i].params) / 2);
		n += 1 + bytes(opens[i].params, body + n + 1);
		assert_int_equal(open_decode(body, n, &o, &error), 0);
		buf_reset(&out);
		event_open(&out, &o, false);
		snprintf(want, sizeof(want),
			", \"open\": { \"version\": 4, \"asn\": 65001, \"hold_time\": 180, "
			"\"router_id\": \"10.0.0.2\", \"capabilities\": { %s } }",
			opens[i].json);
		assert_string_equal(text(), want);
		buf_reset(&out);
		event_text_open(&out, &t, &o);
		snprintf(want, sizeof(want),
			"neighbor 127.0.0.1 receive open version 4 asn 65001 hold_time 180 "
			"router_id 10.0.0.2 capabilities [%s]\n",
			opens[i].text);
		assert_string_equal(text(), want);
	}
}

static void
test_sent_open(void **state)
{
	struct wire_error error;
	struct open o;
	uint8_t body[256];
	size_t n = bytes("04FDE900B40A000002", body);

	(void)state;
	body[n++] = 16;
	n += bytes("0202020002060104000100010202B900", body + n);
	assert_int_equal(open_decode(body, n, &o, &error), 0);
	buf_reset(&out);
	event_open(&out, &o, true);
	assert_non_null(
		strstr(text(), "{ \"multiprotocol\": { \"name\": \"multiprotocol\", \"families\": "
			       "[ \"ipv4/unicast\" ] }, \"route-refresh\": {"));
	assert_non_null(strstr(text(), "}, \"operational\": { \"name\": \"operational\" } } }"));
}

static void
test_update_text(void **state)
{
	const struct event_text t = { .peer = "127.77.0.2", .direction = "receive" };
	struct update_session s = { .families = family_bit(IPV4_UNICAST) };
	struct update u;
	uint8_t body[256];
	size_t n = bytes("000418CB007100144001010040020602010000FDE94003040A00000118C00002", body);

	(void)state;
	s.attrs.asn4 = true;
	assert_int_equal(update_decode(body, n, &s, &u), 0);
	buf_reset(&out);
	event_text_update(&out, &t, &u, &s);
	assert_string_equal(text(), "neighbor 127.77.0.2 receive update start\n"
				    "neighbor 127.77.0.2 receive update announced 192.0.2.0/24 "
				    "next-hop 10.0.0.1 origin igp as-path ( 65001 )\n"
				    "neighbor 127.77.0.2 receive update withdrawn 203.0.113.0/24\n"
				    "neighbor 127.77.0.2 receive update end\n");
	n = bytes("00000000", body);
	assert_int_equal(update_decode(body, n, &s, &u), 0);
	buf_reset(&out);
	event_text_update(&out, &t, &u, &s);
	assert_string_equal(text(),
		"neighbor 127.77.0.2 receive update start\n"
		"neighbor 127.77.0.2 receive update route eor 1/1 (ipv4 unicast)\n"
		"neighbor 127.77.0.2 receive update end\n");
}

static void
test_escape(void **state)
{
	(void)state;
	buf_reset(&out);
	event_escape(&out, "a\nb\x1b\xff Z", 7, true);
	assert_string_equal(text(), "a\\nb\\x1b\\ufffd z");
	buf_reset(&out);
	event_text_state(&out, "1.1.1.1", "down", "x\nneighbor 1.1.1.1 up", 21);
	assert_string_equal(text(), "neighbor 1.1.1.1 down - x\\nneighbor 1.1.1.1 up\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_state),
		cmocka_unit_test(test_keepalive),
		cmocka_unit_test(test_negotiated),
		cmocka_unit_test(test_notification),
		cmocka_unit_test(test_refresh_and_operational),
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_sent_open),
		cmocka_unit_test(test_update_text),
		cmocka_unit_test(test_escape),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	buf_fini(&out);
	return failed;
}
