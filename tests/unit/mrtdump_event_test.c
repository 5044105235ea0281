/* Events of the service to MRT records, JSON attributes to wire form, and what is not believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "apid/helpers/mrtdump/attributes.h"
#include "apid/helpers/mrtdump/event.h"
#include "apid/helpers/mrtdump/json.h"
#include "proto/wire/attr.h"
#include "tests/unit/wire_hex.h"

#define HEAD(type)                                                                           \
	"{ \"exabgp\": \"6.0.0\", \"time\": 1700000001.25, \"host\" : \"vm\", \"pid\" : 1, " \
	"\"ppid\" : 1, \"counter\": 1, \"type\": \"" type "\", "
#define NEIGHBOR                                                                             \
	"\"neighbor\": { \"address\": { \"local\": \"10.0.0.2\", \"peer\": \"10.0.0.1\" }, " \
	"\"asn\": { \"local\": 65000, \"peer\": 65001 }, \"router-id\": \"1.2.3.4\" "
#define MARKER "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
#define NEGOTIATED(asn4, families)                                    \
	", \"negotiated\": { \"message_size\": 4096, \"asn4\": " asn4 \
	", \"add_path\": {\"send\": [], \"receive\": [" families "]} } "

static struct events events;
static uint8_t bytes[8192];

static enum event_result
feed(const char *line, struct mrt_record *record, struct mrt_bgp4mp *m)
{
	struct wr w = wr_init(bytes, sizeof(bytes));
	uint64_t time_us = 0;
	enum event_result result = events_record(&events, line, strlen(line), &w, &time_us);
	size_t need;

	if (result == EVENT_RECORD) {
		assert_int_equal(mrt_record(bytes, wr_len(&w), record, &need), wr_len(&w));
		assert_int_equal(record->time_us, time_us);
		assert_int_equal(mrt_bgp4mp(record, m), 0);
	}
	return result;
}

static void
packets(void **state)
{
	struct mrt_record r = { 0 };
	struct mrt_bgp4mp m = { 0 };

	(void)state;
	assert_int_equal(feed(HEAD("keepalive") NEIGHBOR
				 ", \"direction\": \"receive\", \"message\": { \"category\": 4, "
				 "\"header\": \"0x" MARKER
				 "001304\", \"body\": \"0x\" } " NEGOTIATED("true", "") " } }",
				 &r, &m),
		EVENT_RECORD);
	assert_int_equal(r.time_us, UINT64_C(1700000001250000));
	assert_int_equal(m.len, 19);
	assert_true(m.as4);
	assert_false(m.sent);
	assert_int_equal(m.peer_as, 65001);
	assert_int_equal(m.local.bytes[3], 2);
	/* consolidated: beside the type; sent; a body only where there is one */
	assert_int_equal(feed(HEAD("keepalive") "\"header\": \"0x" MARKER "001304\", " NEIGHBOR
						", \"direction\": \"send\"  } }",
				 &r, &m),
		EVENT_RECORD);
	assert_true(m.sent);
}

static void
updates(void **state)
{
#define UPDATE(body, negotiated)                                                              \
	HEAD("update")                                                                        \
	NEIGHBOR ", \"direction\": \"receive\", \"message\": { \"category\": 2, "             \
		 "\"header\": \"0x" MARKER "001F02\", \"body\": \"0x" body "\" } " negotiated \
		 " } }"
	static const struct {
		const char *line;
		bool as4, addpath;
	} rows[] = {
		{ UPDATE("00080000000718010000"
			 "0000",
			  NEGOTIATED("true", "\"ipv4 unicast\"")),
			true, true },
		{ UPDATE("0008180100001801"
			 "00010000",
			  NEGOTIATED("true", "\"ipv6 unicast\"")),
			true, false },
		{ UPDATE("0008180100001801"
			 "00010000",
			  NEGOTIATED("false", "")),
			false, false },
	};
	struct mrt_record r = { 0 };
	struct mrt_bgp4mp m = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(feed(rows[i].line, &r, &m), EVENT_RECORD);
		assert_int_equal(m.as4, rows[i].as4);
		assert_int_equal(m.addpath, rows[i].addpath);
		assert_int_equal(m.len, 31);
	}
}

static void
states(void **state)
{
	static const struct {
		const char *line;
		enum event_result result;
		uint16_t from, to;
	} rows[] = {
		{ HEAD("state") NEIGHBOR ", \"state\": \"connected\" } }", EVENT_OTHER, 0, 0 },
		{ HEAD("state") NEIGHBOR ", \"state\": \"up\" } }", EVENT_RECORD, 1, 6 },
		{ HEAD("state") NEIGHBOR ", \"state\": \"up\" } }", EVENT_OTHER, 0, 0 },
		{ HEAD("state") NEIGHBOR ", \"state\": \"down\", \"reason\": \"a \\\" b\" } }",
			EVENT_RECORD, 6, 1 },
		/* with fsm events the others say nothing new */
		{ HEAD("fsm") NEIGHBOR ", \"state\": \"ACTIVE\" } }", EVENT_RECORD, 1, 3 },
		{ HEAD("fsm") NEIGHBOR ", \"state\": \"OPENSENT\" } }", EVENT_RECORD, 3, 4 },
		{ HEAD("state") NEIGHBOR ", \"state\": \"up\" } }", EVENT_OTHER, 0, 0 },
		{ HEAD("fsm") NEIGHBOR ", \"state\": \"ESTABLISHED\" } }", EVENT_RECORD, 4, 6 },
	};
	struct mrt_record r = { 0 };
	struct mrt_bgp4mp m = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(feed(rows[i].line, &r, &m), rows[i].result);
		if (rows[i].result != EVENT_RECORD)
			continue;
		assert_true(m.state_change);
		assert_int_equal(m.old_state, rows[i].from);
		assert_int_equal(m.new_state, rows[i].to);
	}
}

static void
other_lines(void **state)
{
	static const struct {
		const char *line;
		enum event_result result;
	} rows[] = {
		{ "", EVENT_OTHER },
		{ "done", EVENT_OTHER },
		{ "{", EVENT_OTHER },
		{ "{ \"type\": \"notification\", \"notification\": \"shutdown\" }", EVENT_OTHER },
		{ HEAD("negotiated") NEIGHBOR ", \"negotiated\": {} } }", EVENT_OTHER },
		{ HEAD("update") "\"neighbor\": { \"address\": { \"peer\": \"x\" } } }",
			EVENT_MALFORMED },
		{ "{ \"type\": \"state\", \"time\": 1e9, " NEIGHBOR ", \"state\": \"up\" } }",
			EVENT_MALFORMED },
		{ "{ \"type\": \"state\", \"time\": 99999999999, " NEIGHBOR
		  ", \"state\": \"up\" } }",
			EVENT_MALFORMED },
		/* not hexadecimal; a length that is not the message's; a header cut short */
		{ HEAD("keepalive") "\"header\": \"0x" MARKER "0013zz\", " NEIGHBOR "} }",
			EVENT_MALFORMED },
		{ HEAD("keepalive") "\"header\": \"0x" MARKER "001404\", " NEIGHBOR "} }",
			EVENT_MALFORMED },
		{ HEAD("keepalive") "\"header\": \"0x" MARKER "0013\", " NEIGHBOR "} }",
			EVENT_MALFORMED },
	};
	struct mrt_record r = { 0 };
	struct mrt_bgp4mp m = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(feed(rows[i].line, &r, &m), rows[i].result);
}

static void
json_values(void **state)
{
	static const char text[] = " { \"a\" : [ 1, \"x]\", { } ], \"b\":{\"c\":\"0x0aFF\"} , "
				   "\"d\": \"a\\\"b\", \"e\": true }";
	static const char *const path[] = { "b", "c", NULL };
	struct json all, v, key;
	struct json_walk w;
	uint8_t out[4];
	unsigned n = 0;

	(void)state;
	assert_true(json_parse(text, sizeof(text) - 1, &all));
	assert_true(json_find(&all, "a", &v));
	assert_true(json_walk(&v, '[', &w));
	while (json_next_element(&w, &v))
		n++;
	assert_int_equal(n, 3);
	assert_true(json_path(&all, path, &v));
	assert_int_equal(json_hex(&v, out, sizeof(out)), 2);
	assert_int_equal(out[1], 0xff);
	assert_int_equal(json_hex(&v, out, 1), -1);
	assert_true(json_find(&all, "d", &v));
	assert_false(json_string(&v, &key));
	assert_true(json_find(&all, "e", &v));
	assert_true(json_is(&v, "true"));
	assert_false(json_find(&all, "f", &v));
	assert_false(json_find(&v, "f", &v));
	for (size_t i = 0; i + 1 < sizeof(text) - 1; i++)
		assert_false(json_parse(text, i, &all) && all.n == sizeof(text) - 2);
}

static void
attributes(void **state)
{
	static const struct {
		const char *json;
		unsigned left_out;
		const char *hex;
	} rows[] = {
		{ "{}", 0, "400200" },
		{ "{\"origin\": \"egp\", \"med\": 7, \"local-preference\": 100}", 0,
			"40010101 400200 80040400000007 40050400000064" },
		{ "{\"as-path\": {\"0\": {\"element\": \"as-sequence\", \"value\": [1, 70000]}, "
		  "\"1\": "
		  "{\"element\": \"as-confed-set\", \"value\": []}}}",
			0, "40020c 02020000000100011170 0400" },
		{ "{\"community\": [ [ 65001, 7 ], [ 1, 2 ] ], \"large-community\": [ [ 1, 2 , 3 ] "
		  "]}",
			0, "400200 c00808fde9000700010002 c0200c000000010000000200000003" },
		{ "{\"aggregator\": \"70000:1.2.3.4\", \"atomic-aggregate\": true, "
		  "\"cluster-list\": [ "
		  "\"1.1.1.1\" ], \"originator-id\": \"2.2.2.2\"}",
			0, "400200 400600 c007080001117001020304 80090402020202 800a0401010101" },
		{ "{\"extended-community\": [ { \"value\": 562949953421412, \"string\": \"x\" } ], "
		  "\"aigp\": \"0x0000000000000064\"}",
			0, "400200 c010080002000000000064 801a0b01000b0000000000000064" },
		{ "{\"attribute-0x63-0xF0\": \"0x0102\"}", 0, "400200 e063020102" },
		/* no way back, or not what it should be */
		{ "{\"pmsi\": \"pmsi:notunnel:0:0:\", \"med\": 1}", 1, "400200 80040400000001" },
		{ "{\"med\": 4294967296, \"origin\": 5, \"community\": [ [ 1 ] ], \"aggregator\": "
		  "\"1\", \"med\": \"x\"}",
			5, "400200" },
		{ "{\"med\": 1, \"attribute-0x04-0x80\": \"0x00\", \"attribute-0x4-0x80\": \"0x\"}",
			2, "400200 80040400000001" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct json object;
		uint8_t out[256], wanted[256] = { 0 };
		struct wr w = wr_init(out, sizeof(out));
		size_t n = wire_hex(rows[i].hex, wanted, sizeof(wanted));

		assert_true(json_parse(rows[i].json, strlen(rows[i].json), &object));
		assert_int_equal(attributes_read(&object, &w), rows[i].left_out);
		assert_int_equal(wr_len(&w), n);
		assert_memory_equal(out, wanted, n);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packets),
		cmocka_unit_test(updates),
		cmocka_unit_test(states),
		cmocka_unit_test(other_lines),
		cmocka_unit_test(json_values),
		cmocka_unit_test(attributes),
	};
	int result = cmocka_run_group_tests(tests, NULL, NULL);

	events_fini(&events);
	return result;
}
