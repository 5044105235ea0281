/*
 * From a captured frame down to its TCP segment: link layer by its LINKTYPE_ number, VLAN tags, IPv4
 * (RFC 791) and IPv6 with extension headers (RFC 8200), TCP (RFC 9293). A frame that was cut short by
 * the capture gives the payload that is there; padding behind the IP packet does not count.
 */
#include "proto/wire/pcap.h"

#include "common/rd.h"

enum {
	ETHERTYPE_IPV4 = 0x0800,
	ETHERTYPE_IPV6 = 0x86dd,
	PROTOCOL_TCP = 6,
	TAGS_MAX = 4,
	EXTENSIONS_MAX = 8,
	IPV4_MIN = 20,
	TCP_MIN = 20
};

/* --- link layers; each leaves r at the IP header, or -1 --- */

static int
is_ip(uint16_t type)
{
	return type == ETHERTYPE_IPV4 || type == ETHERTYPE_IPV6 ? 0 : -1;
}

/* After the addresses: tags, then the type. */
static int
link_tagged(struct rd *r)
{
	uint16_t type = rd_u16(r);

	for (int i = 0; i < TAGS_MAX && (type == 0x8100 || type == 0x88a8 || type == 0x9100); i++) {
		rd_u16(r);
		type = rd_u16(r);
	}
	return is_ip(type);
}

static int
link_ethernet(struct rd *r)
{
	rd_bytes(r, 12);
	return link_tagged(r);
}

static int
link_cooked(struct rd *r)
{
	rd_bytes(r, 14);
	return link_tagged(r);
}

static int
link_cooked2(struct rd *r)
{
	uint16_t type = rd_u16(r);

	rd_bytes(r, 18);
	return is_ip(type);
}

/* The address family in the byte order of whoever captured: the IP version tells more. */
static int
link_loopback(struct rd *r)
{
	rd_u32(r);
	return 0;
}

static int
link_raw(struct rd *r)
{
	(void)r;
	return 0;
}

static const struct {
	uint32_t link;
	int (*skip)(struct rd *r);
} links[] = {
	{ 0, link_loopback },
	{ 1, link_ethernet },
	{ 12, link_raw },
	{ 14, link_raw },
	{ 101, link_raw },
	{ 108, link_loopback },
	{ 113, link_cooked },
	{ 228, link_raw },
	{ 229, link_raw },
	{ 276, link_cooked2 },
};

static int
skip_link(uint32_t link, struct rd *r)
{
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (links[i].link == link)
			return links[i].skip(r);
	return -1;
}

/* --- IP; each narrows r to the TCP header and what follows --- */

static void
cut(struct rd *r, size_t n)
{
	if (rd_left(r) > n)
		r->end = r->p + n;
}

static int
read_ipv4(struct rd *r, struct tcp_segment *out)
{
	size_t header = (rd_u8(r) & 15u) * 4, length;
	uint16_t fragment;
	uint8_t protocol;

	rd_u8(r);
	length = rd_u16(r);
	rd_u16(r);
	fragment = rd_u16(r);
	rd_u8(r);
	protocol = rd_u8(r);
	rd_u16(r);
	out->src.len = out->dst.len = 4;
	rd_copy(r, out->src.bytes, 4);
	rd_copy(r, out->dst.bytes, 4);
	/* a length of 0 is that of a packet whose segmentation is left to the card */
	if (header < IPV4_MIN || (length != 0 && length < header) || (fragment & 0x3fff) != 0 ||
		protocol != PROTOCOL_TCP)
		return -1;
	rd_bytes(r, header - IPV4_MIN);
	if (length != 0)
		cut(r, length - header);
	return rd_ok(r) ? 0 : -1;
}

/* Hop-by-hop, routing, destination options; and a fragment header of a whole packet. */
static int
skip_extensions(struct rd *r, uint8_t *protocol)
{
	for (int i = 0; i < EXTENSIONS_MAX && *protocol != PROTOCOL_TCP; i++) {
		uint8_t type = *protocol, length;

		*protocol = rd_u8(r);
		length = rd_u8(r);
		if (type == 44) {
			if ((rd_u16(r) & 0xfff9) != 0)
				return -1;
			rd_u32(r);
		} else if (type == 0 || type == 43 || type == 60) {
			rd_bytes(r, 6 + 8 * (size_t)length);
		} else if (type == 51) { /* authentication */
			rd_bytes(r, 4 * ((size_t)length + 2) - 2);
		} else {
			return -1;
		}
	}
	return *protocol == PROTOCOL_TCP ? 0 : -1;
}

static int
read_ipv6(struct rd *r, struct tcp_segment *out)
{
	size_t length;
	uint8_t protocol;

	rd_u32(r);
	length = rd_u16(r);
	protocol = rd_u8(r);
	rd_u8(r);
	out->src.len = out->dst.len = 16;
	rd_copy(r, out->src.bytes, 16);
	rd_copy(r, out->dst.bytes, 16);
	if (length != 0)
		cut(r, length);
	return skip_extensions(r, &protocol) == 0 && rd_ok(r) ? 0 : -1;
}

static int
read_tcp(struct rd *r, struct tcp_segment *out)
{
	size_t header;

	out->src_port = rd_u16(r);
	out->dst_port = rd_u16(r);
	out->seq = rd_u32(r);
	rd_u32(r);
	header = (size_t)(rd_u8(r) >> 4) * 4;
	out->flags = rd_u8(r) & (TCP_FIN | TCP_SYN | TCP_RST);
	rd_bytes(r, 6);
	if (header < TCP_MIN)
		return -1;
	rd_bytes(r, header - TCP_MIN);
	out->len = rd_left(r);
	out->payload = rd_bytes(r, out->len);
	return rd_ok(r) ? 0 : -1;
}

int
packet_tcp(const struct pcap_packet *packet, struct tcp_segment *out)
{
	struct rd r = rd_init(packet->data, packet->len), look;
	unsigned version;

	*out = (struct tcp_segment){ 0 };
	if (packet->data == NULL || skip_link(packet->link, &r) < 0)
		return -1;
	look = r;
	version = rd_u8(&look) >> 4;
	if (version != 4 && version != 6)
		return -1;
	if ((version == 4 ? read_ipv4(&r, out) : read_ipv6(&r, out)) < 0)
		return -1;
	return read_tcp(&r, out);
}
