/*
 * Reading goes through getifaddrs(), changing through the `ip` program, since --sudo needs a
 * program anyway. An IPv4 address with a label is listed by libc under that label (`lo:web`);
 * IPv6 addresses have none.
 */
#include "apid/helpers/healthcheck/iface.h"

#include <ifaddrs.h>
#include <stdio.h>
#include <string.h>

#include "apid/helpers/healthcheck/report.h"
#include "common/addr.h"

static const char loopback[] = "lo";

static const char *
name_of(const struct net *host)
{
	return host->ifname[0] != '\0' ? host->ifname : loopback;
}

/* The label without its interface, if `listed` is (a label of) the interface; else NULL. */
static const char *
label_on(const char *listed, const char *ifname)
{
	size_t n = strlen(ifname);

	if (strncmp(listed, ifname, n) != 0 || (listed[n] != '\0' && listed[n] != ':'))
		return NULL;
	return listed[n] == ':' ? listed + n + 1 : "";
}

bool
iface_has(const struct net *host)
{
	struct ifaddrs *list;
	bool found = false;

	if (getifaddrs(&list) != 0)
		return false;
	for (const struct ifaddrs *i = list; i != NULL && !found; i = i->ifa_next) {
		struct addr addr;

		if (i->ifa_addr == NULL || label_on(i->ifa_name, name_of(host)) == NULL ||
			addr_from_sockaddr(i->ifa_addr, &addr, NULL) != 0)
			continue;
		addr.scope = host->addr.scope;
		found = addr_equal(&addr, &host->addr);
	}
	freeifaddrs(list);
	return found;
}

static uint8_t
mask_bits(const struct addr *mask)
{
	uint8_t bits = 0;

	while (bits < mask->len * 8 && (mask->bytes[bits / 8] & (0x80 >> bits % 8)) != 0)
		bits++;
	return bits;
}

static bool
host_bits_zero(const struct addr *addr, uint8_t bits)
{
	for (unsigned i = bits; i < addr->len * 8u; i++)
		if ((addr->bytes[i / 8] & (0x80 >> i % 8)) != 0)
			return false;
	return true;
}

/* 127.0.0.0/8, ::1 and link-local addresses mean something on this machine only. */
static bool
is_local(const struct addr *addr)
{
	static const uint8_t one[16] = { [15] = 1 };

	if (addr->len == 4)
		return addr->bytes[0] == 127;
	return memcmp(addr->bytes, one, sizeof(one)) == 0 || addr_is_link_local6(addr);
}

/* The network that an address with its mask stands for. */
static bool
take_address(const struct ifaddrs *i, struct net *out)
{
	struct addr mask;

	*out = (struct net){ 0 };
	if (i->ifa_addr == NULL || addr_from_sockaddr(i->ifa_addr, &out->addr, NULL) != 0 ||
		is_local(&out->addr))
		return false;
	out->bits = (uint8_t)(out->addr.len * 8);
	if (i->ifa_netmask != NULL && addr_from_sockaddr(i->ifa_netmask, &mask, NULL) == 0 &&
		host_bits_zero(&out->addr, mask_bits(&mask)))
		out->bits = mask_bits(&mask);
	return true;
}

void
iface_discover(const char *label, bool exact, struct nets *out)
{
	struct ifaddrs *list;

	if (getifaddrs(&list) != 0) {
		report_warn("the interfaces cannot be listed");
		return;
	}
	for (const struct ifaddrs *i = list; i != NULL; i = i->ifa_next) {
		const char *found = label_on(i->ifa_name, loopback);
		struct net net;

		if (found == NULL || !take_address(i, &net))
			continue;
		if (label != NULL && (exact ? strcmp(found, label) != 0
					    : strncmp(found, label, strlen(label)) != 0))
			continue;
		nets_add(out, &net);
	}
	freeifaddrs(list);
}

static void
push(struct iface_command *out, size_t *n, const char *word)
{
	snprintf(out->words[*n], sizeof(out->words[0]), "%s", word);
	out->argv[*n] = out->words[*n];
	out->argv[++*n] = NULL;
}

void
iface_command(struct iface_command *out, const struct options *o, const struct net *host, bool add)
{
	char text[ADDR_TEXT_MAX + 8];
	size_t n = 0;

	if (o->sudo)
		push(out, &n, "sudo");
	push(out, &n, "ip");
	push(out, &n, "address");
	push(out, &n, add ? "add" : "delete");
	size_t len = addr_print(&host->addr, text);
	snprintf(text + len, sizeof(text) - len, "/%u", host->bits);
	push(out, &n, text);
	push(out, &n, "dev");
	push(out, &n, name_of(host));
	if (!add || o->label == NULL || host->addr.len != 4)
		return;
	push(out, &n, "label");
	snprintf(text, sizeof(text), "%s:%s", name_of(host), o->label);
	push(out, &n, text);
}
