/*
 * Addresses and prefixes, sockaddr round trips, and decimal numbers. The text forms themselves
 * are in addr_text.c. Zone names are resolved with if_nametoindex(), the one system call here.
 */
#include "common/addr.h"

#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "common/buf.h"

int
addr_parse(const char *text, size_t n, struct addr *out)
{
	*out = (struct addr){ 0 };
	if (addr_parse4(text, n, out->bytes) == 0) {
		out->len = 4;
		return 0;
	}
	if (addr_parse6(text, n, out->bytes) == 0) {
		out->len = 16;
		return 0;
	}
	return -1;
}

static int
parse_zone(const char *text, size_t n, uint32_t *scope)
{
	char name[IF_NAMESIZE];

	if (n == 0 || n >= sizeof(name))
		return -1;
	if (parse_u32(text, n, UINT32_MAX, scope) == 0)
		return *scope != 0 ? 0 : -1;
	memcpy(name, text, n);
	name[n] = '\0';
	*scope = if_nametoindex(name);
	return *scope != 0 ? 0 : -1;
}

int
addr_parse_zone(const char *text, size_t n, struct addr *out)
{
	const char *percent = n > 0 ? memchr(text, '%', n) : NULL;

	if (percent == NULL)
		return addr_parse(text, n, out);
	size_t before = (size_t)(percent - text);
	uint32_t scope;
	if (addr_parse(text, before, out) != 0 || !addr_is_link_local6(out) ||
		parse_zone(percent + 1, n - before - 1, &scope) != 0) {
		*out = (struct addr){ 0 };
		return -1;
	}
	out->scope = scope;
	return 0;
}

size_t
addr_print(const struct addr *a, char out[ADDR_TEXT_MAX])
{
	char name[IF_NAMESIZE];

	if (a->len == 4)
		return addr_print4(a->bytes, out);
	if (a->len != 16) {
		out[0] = '\0';
		return 0;
	}
	size_t n = addr_print6(a->bytes, out);
	if (a->scope == 0)
		return n;
	if (if_indextoname(a->scope, name) != NULL)
		return n + (size_t)snprintf(out + n, ADDR_TEXT_MAX - n, "%%%s", name);
	return n + (size_t)snprintf(out + n, ADDR_TEXT_MAX - n, "%%%u", a->scope);
}

void
buf_addr(struct buf *b, const struct addr *a)
{
	b->len += addr_print(a, (char *)buf_room(b, ADDR_TEXT_MAX));
}

void
buf_addr_bytes(struct buf *b, const uint8_t *bytes, size_t len)
{
	char *out = (char *)buf_room(b, ADDR_TEXT_MAX);

	b->len += len == 4 ? addr_print4(bytes, out) : addr_print6(bytes, out);
}

bool
addr_equal(const struct addr *a, const struct addr *b)
{
	return a->len == b->len && a->scope == b->scope && memcmp(a->bytes, b->bytes, a->len) == 0;
}

bool
addr_is_link_local6(const struct addr *a)
{
	return a->len == 16 && a->bytes[0] == 0xfe && (a->bytes[1] & 0xc0) == 0x80;
}

bool
addr_in_prefix(const struct addr *a, const struct addr *net, unsigned bits)
{
	unsigned whole = bits / 8;
	unsigned rest = bits % 8;

	if (a->len != net->len || bits > a->len * 8u)
		return false;
	if (memcmp(a->bytes, net->bytes, whole) != 0)
		return false;
	return rest == 0 || (a->bytes[whole] ^ net->bytes[whole]) >> (8 - rest) == 0;
}

socklen_t
addr_to_sockaddr(const struct addr *a, uint16_t port, struct sockaddr_storage *out)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in6 in6 = {
		.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_scope_id = a->scope
	};

	memset(out, 0, sizeof(*out));
	if (a->len == 4) {
		memcpy(&in.sin_addr, a->bytes, 4);
		memcpy(out, &in, sizeof(in));
		return sizeof(in);
	}
	if (a->len == 16) {
		memcpy(&in6.sin6_addr, a->bytes, 16);
		memcpy(out, &in6, sizeof(in6));
		return sizeof(in6);
	}
	return 0;
}

int
addr_from_sockaddr(const struct sockaddr *sa, struct addr *out, uint16_t *port)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	*out = (struct addr){ 0 };
	if (sa->sa_family == AF_INET) {
		memcpy(&in, sa, sizeof(in));
		out->len = 4;
		memcpy(out->bytes, &in.sin_addr, 4);
		if (port != NULL)
			*port = ntohs(in.sin_port);
		return 0;
	}
	if (sa->sa_family != AF_INET6)
		return -1;
	memcpy(&in6, sa, sizeof(in6));
	out->len = 16;
	memcpy(out->bytes, &in6.sin6_addr, 16);
	if (addr_is_link_local6(out))
		out->scope = in6.sin6_scope_id;
	if (port != NULL)
		*port = ntohs(in6.sin6_port);
	return 0;
}

static bool
host_bits_zero(const struct addr *net, unsigned bits)
{
	unsigned at = bits / 8;

	if (bits % 8 != 0 && (net->bytes[at++] & (0xff >> bits % 8)) != 0)
		return false;
	for (; at < net->len; at++) {
		if (net->bytes[at] != 0)
			return false;
	}
	return true;
}

int
prefix_parse(const char *text, size_t n, struct addr *net, uint8_t *bits, const char **why)
{
	const char *slash = n > 0 ? memchr(text, '/', n) : NULL;
	size_t before = slash != NULL ? (size_t)(slash - text) : n;
	uint32_t length;

	if (addr_parse(text, before, net) != 0) {
		*why = "expected an IP address, or address/length";
		return -1;
	}
	length = net->len * 8u;
	if (slash != NULL && parse_u32(slash + 1, n - before - 1, length, &length) != 0) {
		*why = net->len == 4 ? "expected a prefix length of 0 to 32"
				     : "expected a prefix length of 0 to 128";
		return -1;
	}
	if (!host_bits_zero(net, length)) {
		*why = "host bits must be zero";
		return -1;
	}
	*bits = (uint8_t)length;
	return 0;
}

int
parse_u64(const char *text, size_t n, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;

	if (n == 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		unsigned digit = (unsigned)((unsigned char)text[i] - '0');

		if (digit > 9 || value > (UINT64_MAX - digit) / 10)
			return -1;
		value = value * 10 + digit;
	}
	if (value > max)
		return -1;
	*out = value;
	return 0;
}

int
parse_u32(const char *text, size_t n, uint32_t max, uint32_t *out)
{
	uint64_t value = 0;

	if (n == 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		unsigned digit = (unsigned)((unsigned char)text[i] - '0');

		value = value * 10 + digit;
		if (digit > 9 || value > max)
			return -1;
	}
	*out = (uint32_t)value;
	return 0;
}
