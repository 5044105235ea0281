/*
 * Lists of networks, without input or output. The order is the order of the metrics, so nothing
 * here sorts. Every list is bounded: a network that would expand to more addresses than the
 * caller can take is refused as a whole.
 */
#include "apid/helpers/healthcheck/nets.h"

#include <stdlib.h>
#include <string.h>

#include "common/xmalloc.h"

static const char ifname_chars[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-";

void
nets_fini(struct nets *nets)
{
	free(nets->v);
	*nets = (struct nets){ 0 };
}

bool
nets_add(struct nets *nets, const struct net *net)
{
	if (nets->n >= NETS_MAX)
		return false;
	if ((nets->n & (nets->n - 1)) == 0)
		nets->v = xreallocarray(nets->v, nets->n > 0 ? nets->n * 2 : 1, sizeof(nets->v[0]));
	nets->v[nets->n++] = *net;
	return true;
}

/* NULL, or what was expected of the n characters. */
static const char *
parse(struct net *out, const char *text, size_t n)
{
	const char *why;

	if (prefix_parse(text, n, &out->addr, &out->bits, &why) == 0)
		return NULL;
	return "an address, or a network without host bits";
}

const char *
nets_parse(struct net *out, const char *text)
{
	*out = (struct net){ 0 };
	return parse(out, text, strlen(text));
}

const char *
nets_parse_ifname(struct net *out, const char *text)
{
	static const char expected[] = "ADDRESS%INTERFACE, the name having 1 to 15 characters";
	const char *sign = strchr(text, '%');

	*out = (struct net){ 0 };
	if (sign == NULL)
		return expected;
	size_t n = strlen(sign + 1);
	if (n == 0 || n >= sizeof(out->ifname) || strspn(sign + 1, ifname_chars) != n)
		return expected;
	memcpy(out->ifname, sign + 1, n + 1);
	return parse(out, text, (size_t)(sign - text));
}

/* addr + 1 */
static void
increment(struct addr *addr)
{
	for (int i = addr->len - 1; i >= 0 && ++addr->bytes[i] == 0; i--)
		;
}

bool
nets_hosts(const struct nets *in, size_t max, struct nets *out)
{
	for (size_t i = 0; i < in->n; i++) {
		struct net host = in->v[i];
		unsigned whole = host.addr.len * 8u;
		unsigned free_bits = whole - host.bits;

		if (free_bits > 16 || out->n + ((size_t)1 << free_bits) > max)
			return false;
		host.bits = (uint8_t)whole;
		for (uint32_t left = 1u << free_bits; left > 0; left--) {
			if (!nets_add(out, &host))
				return false;
			increment(&host.addr);
		}
	}
	return true;
}

static void
reverse(struct net *v, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		struct net other = v[i];

		v[i] = v[n - 1 - i];
		v[n - 1 - i] = other;
	}
}

void
nets_rotate(struct nets *nets, size_t n)
{
	if (nets->n == 0)
		return;
	n %= nets->n;
	reverse(nets->v, n);
	reverse(nets->v + n, nets->n - n);
	reverse(nets->v, nets->n);
}

void
nets_bind(struct nets *nets, const struct nets *names)
{
	for (size_t i = 0; i < nets->n; i++) {
		for (size_t k = 0; k < names->n; k++) {
			if (names->v[k].bits != nets->v[i].bits ||
				!addr_equal(&names->v[k].addr, &nets->v[i].addr))
				continue;
			memcpy(nets->v[i].ifname, names->v[k].ifname, sizeof(nets->v[i].ifname));
		}
	}
}
