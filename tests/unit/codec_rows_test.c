/*
 * Every row of the tables of NLRI, attributes and capabilities: what is encoded decodes, encodes again
 * to the same bytes, and is cut at every byte without harm. A row without a sample here is a
 * failure, so a new one can not be forgotten.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/buf.h"
#include "common/xmalloc.h"
#include "proto/text/route.h"
#include "proto/wire/attr_codecs.h"
#include "proto/wire/capability.h"
#include "proto/wire/export.h"
#include "proto/wire/family.h"
#include "proto/wire/message.h"
#include "proto/wire/nlri.h"
#include "proto/wire/update.h"

enum { WORDS = 1024, ROOM = 65535 };

#define V4   " next-hop 192.0.2.1"
#define V6   " next-hop 2001:db8::1"
#define RD   " rd 65000:1"
#define EVPN RD V4 " extended-community [ target:65000:1 ]"
#define ESI  " esi 00:11:22:33:44:55:66:77:88:99"

/* At least one of every family; every kind of route of those that have several. */
static const char *const routes[] = {
	"route 10.0.0.0/24" V4,
	"ipv4 multicast 224.1.0.0/16" V4,
	"ipv4 nlri-mpls 10.0.0.0/24 label [ 800 801 ]" V4,
	"route 10.0.0.0/24 label 800" RD V4,
	"ipv4 mcast-vpn source-ad source 10.0.0.1 group 239.1.1.1" RD V4,
	"ipv4 mcast-vpn source-join source 10.0.0.1 group 239.1.1.1" RD " source-as 65000" V4,
	"ipv4 mcast-vpn shared-join rp 10.0.0.1 group 239.1.1.1" RD " source-as 65000" V4,
	"ipv4 sr-policy distinguisher 1 color 100 endpoint 1.2.3.4 next-hop 5.6.7.8 preference 100 "
	"segment-list weight 1 segment type-a mpls 16001",
	"ipv4 mup mup-isd 10.0.0.0/24" RD V6,
	"ipv4 mup mup-dsd 10.0.0.1" RD V4,
	"ipv4 mup mup-t1st 192.168.0.2/32 rd 65000:1 teid 12345 qfi 9 endpoint 10.0.0.1" V4,
	"ipv4 mup mup-t2st 10.0.0.1 rd 65000:1 teid 12345/32" V4,
	"ipv4 rtc origin-as 65000 route-target target:64512:100" V4,
	"ipv4 rtc default" V4,
	"flow route source 10.0.0.0/24 destination 192.0.2.0/24 protocol [ =tcp =udp ] port [ =80 "
	">1024&<2048 ] tcp-flags [ syn+ack ] fragment [ is-fragment ] packet-length >100 dscp 8 "
	"rate-limit 9600",
	"flow route" RD " destination 192.0.2.0/24 discard",
	"route 2001:db8::/32" V6,
	"ipv6 multicast ff1e::/32" V6,
	"ipv6 nlri-mpls 2001:db8::/48 label 800" V6,
	"route 2001:db8::/48 label 800" RD V6,
	"ipv6 mcast-vpn source-ad source 2001:db8::2 group ff0e::1" RD V4,
	"ipv6 sr-policy distinguisher 1 color 100 endpoint 2001:db8::9" V6
	" segment-list weight 1 segment type-a mpls 16001",
	"ipv6 mup mup-isd 2001:db8:1::/48" RD V6,
	"flow route destination 2001:db8::/32/8 next-header =tcp flow-label =5 discard",
	"flow route" RD " destination 2001:db8::/32 discard",
	"vpls rd 65000:1 endpoint 5 base 10 offset 1 size 8" V4,
	"l2vpn evpn ethernet-ad ethernet-tag 10 label 800" ESI EVPN,
	"l2vpn evpn mac-ip aa:bb:cc:dd:ee:ff ip 192.0.2.5 ethernet-tag 10 vni 10001" EVPN,
	"l2vpn evpn inclusive-multicast 192.0.2.5" EVPN
	" pmsi-tunnel ( ingress-replication 192.0.2.5 vni 100 )",
	"l2vpn evpn ethernet-segment 192.0.2.5" ESI EVPN,
	"l2vpn evpn ip-prefix 192.0.2.0/24 ethernet-tag 10 gateway 10.0.0.9 label 800" EVPN,
	"bgp-ls bgp-ls raw "
	"0x0001001F02000000000000000001000012020000040000FDE802030006010203040506" V4,
	"bgp-ls bgp-ls-vpn raw "
	"0x00010027000000010000000A02000000000000000001000012020000040000FDE80203000601020304050"
	"6" V4,
	/* attributes */
	"route 10.0.0.0/24" V4
	" origin incomplete as-path [ 65001 4200000000 ] ( 65002 65003 ) med 7 local-preference 9 "
	"atomic-aggregate aggregator ( 65001:192.0.2.9 ) originator-id 192.0.2.8 cluster-list [ "
	"192.0.2.7 192.0.2.6 ] community [ 65000:1 no-export ] large-community [ 1:2:3 ] "
	"extended-community [ target:65000:1 origin:192.0.2.1:7 ] aigp 50 otc 65001",
	"route 10.0.0.0/24" V4 " bgp-prefix-sid [ 300, [ (800000,100) ] ]",
	"flow route destination 2001:db8::/32 redirect-to-nexthop-ietf 2001:db8::7",
};

static const struct export_session out = { .local_as = 65000,
	.asn4 = true,
	.ibgp = true,
	.aigp = true,
	.group_updates = true,
	.message_max = 65535,
	.families = UINT32_MAX,
	.self4_len = 4,
	.self4 = { 127, 0, 0, 1 } };
static const struct update_session in = {
	.attrs = { .asn4 = true,
		.ibgp = true,
		.aigp = true,
		.generic = true,
		.families = UINT32_MAX },
	.families = UINT32_MAX,
	.extended_nexthop = true,
};

static struct route_parser *parser;
static struct route_statement st;

static int
setup(void **state)
{
	(void)state;
	parser = route_parser_new();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	route_parser_free(parser);
	return 0;
}

static void
parse(const char *line)
{
	static struct token v[WORDS];
	struct text_error e = { 0 };
	int n = tokens_split(line, strlen(line), v, WORDS, &e);
	struct tokens t = { .v = v, .n = n < 0 ? 0 : (uint32_t)n };

	if (n < 0 || route_parse(parser, &t, ROUTE_ANNOUNCE, &st, &e) != 0)
		fail_msg("%s: column %u: %s", line, e.col, e.text);
	assert_int_equal(st.n_nlri, 1);
}

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
	*(struct found *)owner = (struct found){ .n = ((struct found *)owner)->n + 1,
		.announce = announce,
		.nlri = *nlri,
		.nexthop = nexthop,
		.nexthop_len = nexthop_len };
	return true;
}

static void
decode_one(const char *line, const uint8_t *message, size_t n, struct update *u, struct found *f)
{
	*f = (struct found){ 0 };
	if (update_decode(message + MESSAGE_HEADER, n - MESSAGE_HEADER, &in, u) != 0 ||
		u->verdict != WIRE_OK)
		fail_msg("%s: %s", line, u->reason);
	update_each(u, &in, take, f);
	assert_int_equal(f->n, 1);
	/* ipv4 multicast stands in the fields of unicast (wire.md 5.2). */
	if (st.nlri[0].family == IPV4_MULTICAST)
		f->nlri.family = IPV4_MULTICAST;
	assert_int_equal(f->nlri.family, st.nlri[0].family);
	assert_int_equal(f->nlri.len, st.nlri[0].len);
	assert_memory_equal(f->nlri.bytes, st.nlri[0].bytes, f->nlri.len);
}

/* Printing what a cut message leaves reads nothing behind it either (a sanitizer sees that). */
static void
cut_everywhere(const uint8_t *body, size_t n)
{
	struct buf text = { 0 };

	for (size_t cut = 0; cut < n; cut++) {
		uint8_t *exact = xmalloc(cut + 1);
		struct nlri_print how = { 0 };
		struct update u;

		memcpy(exact, body, cut);
		if (update_decode(exact, cut, &in, &u) == 0) {
			buf_reset(&text);
			update_json(&text, &u, &in, &how);
			update_text(&text, &u, &in, "neighbor 1.1.1.1 receive update");
		} else {
			assert_true(u.error.code != 0);
		}
		free(exact);
	}
	buf_fini(&text);
}

static void
routes_encode_decode_encode(void **state)
{
	static uint8_t first[ROOM], second[ROOM], block[ROOM];
	uint32_t families = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		struct wr w = wr_init(first, sizeof(first)),
			  again = wr_init(second, sizeof(second));
		struct wr canonical = wr_init(block, sizeof(block));
		struct attrset set = { .block = block };
		size_t skipped = 0;
		struct update u;
		struct found f;

		parse(routes[i]);
		families |= family_bit(st.nlri[0].family);
		export_announce(&w, &out, st.nlri[0].family, &st.attrs, st.nlri, 1, &skipped);
		assert_int_equal(skipped, 0);
		decode_one(routes[i], first, wr_len(&w), &u, &f);
		assert_true(f.announce);
		update_canonical(&u, &in, &canonical);
		set.len = (uint32_t)wr_len(&canonical);
		set.nh_len = f.nexthop_len;
		if (f.nexthop_len > 0)
			memcpy(set.nh, f.nexthop, f.nexthop_len);
		export_announce(&again, &out, f.nlri.family, &set, &f.nlri, 1, &skipped);
		assert_int_equal(wr_len(&again), wr_len(&w));
		assert_memory_equal(first, second, wr_len(&w));
		cut_everywhere(first + MESSAGE_HEADER, wr_len(&w) - MESSAGE_HEADER);

		w = wr_init(first, sizeof(first));
		export_withdraw(&w, &out, st.nlri[0].family, &st.attrs, st.nlri, 1, &skipped);
		assert_int_equal(skipped, 0);
		decode_one(routes[i], first, wr_len(&w), &u, &f);
		assert_false(f.announce);
		cut_everywhere(first + MESSAGE_HEADER, wr_len(&w) - MESSAGE_HEADER);
	}
	for (unsigned i = 0; i < FAMILY_COUNT; i++)
		if ((families >> i & 1) == 0)
			fail_msg("no route of %s", family_table[i].name);
}

/* Values of rows that no route above has: those without a grammar. */
static const struct {
	uint8_t code, len;
	uint8_t value[24];
} extra[] = {
	{ ATTR_BGPLS, 8, { 0x04, 0x02, 0, 4, 't', 'e', 's', 't' } },
	{ ATTR_AS4_PATH, 6, { 2, 1, 0, 0, 0xfd, 0xe8 } },
	{ ATTR_AS4_AGGREGATOR, 8, { 0, 0, 0xfd, 0xe8, 1, 2, 3, 4 } },
	{ ATTR_PMSI, 9, { 0, 6, 0, 0, 0x10, 1, 2, 3, 4 } },
	{ ATTR_IPV6_EXT_COMMUNITY, 20, { 0, 2, 0x20, 1, 0xd, 0xb8 } },
	{ ATTR_NEXT_HOP, 4, { 192, 0, 2, 1 } },
};

/* Sound as a whole; every shorter value gets a verdict, and prints where that is none. */
static void
check_value(const struct attr_codec *row, const uint8_t *value, uint16_t len)
{
	struct attr_context context = in.attrs;
	struct buf text = { 0 };

	for (uint16_t cut = 0; cut <= len; cut++) {
		uint8_t *exact = xmalloc(cut + 1u);
		struct attr a = {
			.flags = row->flags, .code = row->code, .len = cut, .value = exact
		};
		struct wire_error err = { 0 };

		memcpy(exact, value, cut);
		if (attr_verdict(&a, &context, &err) == WIRE_OK) {
			buf_reset(&text);
			if (row->json != NULL)
				row->json(&text, &a, &context);
			if (row->text != NULL)
				row->text(&text, &a, &context);
		} else if (cut == len) {
			fail_msg("attribute %u: %.*s", row->code, (int)err.len,
				(const char *)err.data);
		}
		free(exact);
	}
	buf_fini(&text);
}

static void
attributes_at_every_length(void **state)
{
	/* Code 0 is the keyword of generic ones; the MP attributes are in every message above. */
	bool seen[256] = { [0] = true, [ATTR_MP_REACH] = true, [ATTR_MP_UNREACH] = true };
	const struct attr_codec *const *rows;
	struct attr a;
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		struct rd r;

		parse(routes[i]);
		r = rd_init(st.attrs.block, st.attrs.len);
		while (attr_next(&r, &a)) {
			assert_non_null(attr_codec(a.code));
			check_value(attr_codec(a.code), a.value, a.len);
			seen[a.code] = true;
		}
	}
	for (size_t i = 0; i < sizeof(extra) / sizeof(extra[0]); i++) {
		seen[extra[i].code] = true;
		if (attr_codec(extra[i].code) != NULL)
			check_value(attr_codec(extra[i].code), extra[i].value, extra[i].len);
	}
	rows = attr_codecs(&n);
	for (size_t i = 0; i < n; i++)
		if (!seen[rows[i]->code])
			fail_msg("no value of attribute %u", rows[i]->code);
}

static void
capabilities_encode_decode_encode(void **state)
{
	static struct capability_config c = { .asn4 = true,
		.extended_message = true,
		.route_refresh = true,
		.operational = true,
		.multisession = true,
		.link_local_nexthop = true,
		.nexthop = true,
		.graceful_restart = 120,
		.long_lived = 86400,
		.role = ROLE_CUSTOMER,
		.add_path = 3,
		.hostname = "host",
		.domain = "example",
		.version = "ExaBGP/6",
		.software_version = true };
	uint8_t list[2048], message[MESSAGE_MAX];
	struct wr caps = wr_init(list, sizeof(list)), w = wr_init(message, sizeof(message));
	struct buf again = { 0 };
	struct open o;

	(void)state;
	for (unsigned i = 0; i < FAMILY_COUNT; i++)
		c.families[c.n_families++] = family_table[i].family;
	c.nexthop_families = c.add_path_families = 1;
	c.paths_limit[0].family = IPV4_UNICAST;
	c.paths_limit[0].limit = 4;
	c.n_paths_limit = 1;
	capability_list(&caps, &c, 65000);
	open_encode(&w, 65000, 180, 0x01020304, list, wr_len(&caps));
	assert_true(wr_ok(&caps) && wr_ok(&w));
	const uint8_t *body = message + MESSAGE_HEADER;
	size_t n = wr_len(&w) - MESSAGE_HEADER;
	assert_int_equal(open_decode(body, n, &o, NULL), 0);
	for (unsigned i = 0; i < o.n_caps; i++) {
		buf_chr(&again, (char)o.caps[i].code);
		buf_chr(&again, (char)o.caps[i].len);
		buf_add(&again, o.caps[i].value, o.caps[i].len);
	}
	assert_int_equal(again.len, wr_len(&caps));
	assert_memory_equal(again.data, list, again.len);
	for (unsigned code = 0; code < 256; code++)
		if (capability_codec((uint8_t)code) != NULL && !open_has(&o, (uint8_t)code))
			fail_msg("capability %u was not sent", code);
	assert_int_equal(o.role, ROLE_CUSTOMER);
	assert_int_equal(o.n_families, FAMILY_COUNT);
	for (size_t cut = 0; cut < n; cut++) {
		uint8_t *exact = xmalloc(cut + 1);
		struct wire_error err = { 0 };

		memcpy(exact, body, cut);
		assert_int_equal(open_decode(exact, cut, &o, &err), -1);
		assert_true(err.code != 0);
		free(exact);
	}
	buf_fini(&again);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(routes_encode_decode_encode),
		cmocka_unit_test(attributes_at_every_length),
		cmocka_unit_test(capabilities_encode_decode_encode),
	};

	return cmocka_run_group_tests_name("codec rows", tests, setup, teardown);
}
