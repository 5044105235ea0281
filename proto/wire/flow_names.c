/* The tables of flow_names.h. */
#include "proto/wire/flow_names.h"

#include <ctype.h>
#include <string.h>

static const struct flow_value_name protocols[] = {
	{ 1, "icmp" },
	{ 2, "igmp" },
	{ 6, "tcp" },
	{ 8, "egp" },
	{ 17, "udp" },
	{ 46, "rsvp" },
	{ 47, "gre" },
	{ 50, "esp" },
	{ 51, "ah" },
	{ 89, "ospf" },
	{ 94, "ipip" },
	{ 103, "pim" },
	{ 132, "sctp" },
	{ 0, NULL },
};

static const struct flow_value_name icmp_types[] = {
	{ 0, "echo-reply" },
	{ 3, "unreachable" },
	{ 5, "redirect" },
	{ 8, "echo-request" },
	{ 9, "router-advertisement" },
	{ 10, "router-solicit" },
	{ 11, "time-exceeded" },
	{ 12, "parameter-problem" },
	{ 13, "timestamp" },
	{ 14, "timestamp-reply" },
	{ 40, "photuris" },
	{ 41, "experimental-mobility" },
	{ 42, "extended-echo-request" },
	{ 43, "extended-echo-reply" },
	{ 253, "experimental-one" },
	{ 254, "experimental-two" },
	{ 0, NULL },
};

static const struct flow_value_name icmp_codes[] = {
	{ 0, "network-unreachable" },
	{ 1, "host-unreachable" },
	{ 2, "protocol-unreachable" },
	{ 3, "port-unreachable" },
	{ 4, "fragmentation-needed" },
	{ 5, "source-route-failed" },
	{ 6, "destination-network-unknown" },
	{ 7, "destination-host-unknown" },
	{ 8, "source-host-isolated" },
	{ 9, "destination-network-prohibited" },
	{ 10, "destination-host-prohibited" },
	{ 11, "network-unreachable-for-tos" },
	{ 12, "host-unreachable-for-tos" },
	{ 13, "communication-prohibited-by-filtering" },
	{ 14, "host-precedence-violation" },
	{ 15, "precedence-cutoff-in-effect" },
	{ 0, "redirect-for-network" },
	{ 1, "redirect-for-host" },
	{ 2, "redirect-for-tos-and-net" },
	{ 3, "redirect-for-tos-and-host" },
	{ 0, "ttl-eq-zero-during-transit" },
	{ 1, "ttl-eq-zero-during-reassembly" },
	{ 1, "required-option-missing" },
	{ 2, "ip-header-bad" },
	{ 0, NULL },
};

static const struct flow_value_name tcp_flags[] = {
	{ 0x01, "fin" },
	{ 0x02, "syn" },
	{ 0x04, "rst" },
	{ 0x08, "push" },
	{ 0x10, "ack" },
	{ 0x20, "urg" },
	{ 0x40, "ece" },
	{ 0x80, "cwr" },
	{ 0x100, "ns" },
	{ 0, NULL },
};

static const struct flow_value_name tcp_input[] = {
	{ 0x20, "urgent" },
	{ 0, NULL },
};

static const struct flow_value_name fragments[] = {
	{ 1, "dont-fragment" },
	{ 2, "is-fragment" },
	{ 4, "first-fragment" },
	{ 8, "last-fragment" },
	{ 0, NULL },
};

enum { W1 = 1, W12 = 3, W124 = 7 };

const struct flow_component flow_components[FLOW_TYPES] = {
	[1] = { "destination-ipv4", "destination-ipv6", FLOW_PREFIX, 0, 0, false, NULL, NULL,
		NULL },
	[2] = { "source-ipv4", "source-ipv6", FLOW_PREFIX, 0, 0, false, NULL, NULL, NULL },
	[3] = { "protocol", "next-header", FLOW_NUMERIC, 255, W1, true, protocols, NULL, NULL },
	[4] = { "port", "port", FLOW_NUMERIC, 65535, W12, true, NULL, NULL, NULL },
	[5] = { "destination-port", "destination-port", FLOW_NUMERIC, 65535, W12, true, NULL, NULL,
		NULL },
	[6] = { "source-port", "source-port", FLOW_NUMERIC, 65535, W12, true, NULL, NULL, NULL },
	[7] = { "icmp-type", "icmp-type", FLOW_NUMERIC, 255, W1, true, icmp_types, NULL, NULL },
	[8] = { "icmp-code", "icmp-code", FLOW_NUMERIC, 255, W1, true, NULL, icmp_codes, NULL },
	[9] = { "tcp-flags", "tcp-flags", FLOW_BITMASK, 65535, W12, true, tcp_flags, tcp_input,
		"unknown tcp flag type " },
	[10] = { "packet-length", "packet-length", FLOW_NUMERIC, 65535, W12, false, NULL, NULL,
		NULL },
	[11] = { "dscp", "traffic-class", FLOW_NUMERIC, 255, W1, false, NULL, NULL, NULL },
	[12] = { "fragment", "fragment", FLOW_BITMASK, 65535, W12, true, fragments, NULL,
		"unknown fragment type " },
	[13] = { NULL, "flow-label", FLOW_NUMERIC, 1048575, W124, false, NULL, NULL, NULL },
};

const char *
flow_value_name(const struct flow_value_name *names, uint32_t value)
{
	for (; names != NULL && names->name != NULL; names++)
		if (names->value == value)
			return names->name;
	return NULL;
}

static bool
same_word(const char *name, const char *s, size_t n)
{
	if (strlen(name) != n)
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = s[i] == '_' ? '-' : (char)tolower((unsigned char)s[i]);

		if (c != name[i])
			return false;
	}
	return true;
}

int
flow_value_find(const struct flow_value_name *names, const char *s, size_t n, uint32_t *out)
{
	for (; names != NULL && names->name != NULL; names++)
		if (same_word(names->name, s, n)) {
			*out = names->value;
			return 0;
		}
	return -1;
}
