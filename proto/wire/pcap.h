/*
 * Packet captures: files of the pcap and pcapng formats, and the TCP segment inside a captured
 * frame. Everything borrows from the bytes given.
 */
#ifndef TROUPE_PROTO_WIRE_PCAP_H
#define TROUPE_PROTO_WIRE_PCAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "common/addr.h"

enum {
	PCAP_MAGIC_BYTES = 4,
	PCAP_PIECE_MAX = 1 << 24, /* a longer packet or block is not believed */
	PCAP_INTERFACES_MAX = 256
};

/* How far a reader is; zeroed: at the start of the file. */
struct pcap {
	enum pcap_format { PCAP_UNKNOWN, PCAP_CLASSIC, PCAP_NG } format;
	bool swapped; /* the file's (of pcapng: the section's) integers are little-endian */
	struct pcap_interface {
		uint32_t link;       /* LINKTYPE_ number */
		uint64_t per_second; /* units of a time stamp */
		uint64_t offset;     /* seconds */
	} interfaces[PCAP_INTERFACES_MAX];
	unsigned n_interfaces;
};

struct pcap_packet {
	uint64_t time_us;
	uint32_t link;
	const uint8_t *data; /* NULL: this piece held no packet */
	size_t len;
};

/* Whether a file that starts like this (PCAP_MAGIC_BYTES are enough) is a capture. */
bool pcap_detect(const uint8_t *p, size_t n);
/*
 * The next piece (header, packet, block) at p[0..n). Returns how many bytes it takes; 0 when more are
 * needed (*need in all); -1 when it is malformed.
 */
long pcap_next(struct pcap *f, const uint8_t *p, size_t n, struct pcap_packet *out, size_t *need);

enum { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4 };

struct tcp_segment {
	struct addr src, dst;
	uint16_t src_port, dst_port;
	uint32_t seq;
	uint8_t flags;
	const uint8_t *payload; /* what was captured of it */
	size_t len;
};

/*
 * 0, or -1 when the frame holds no TCP segment (or the first bytes of one only). Link types: Ethernet
 * (with VLAN tags), Linux cooked v1 and v2, BSD loopback, raw IP. Fragments of IP are not put
 * together.
 */
int packet_tcp(const struct pcap_packet *packet, struct tcp_segment *out);

#endif
