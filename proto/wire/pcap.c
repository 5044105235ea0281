/*
 * The file formats of packet captures: pcap (microseconds or nanoseconds, either byte order) and
 * pcapng (section, interface, enhanced, simple and obsolete packet blocks; every other block is
 * skipped). Pieces are read one at a time, so a file of any size passes through a small buffer.
 */
#include "proto/wire/pcap.h"

#include "common/rd.h"

enum {
	CLASSIC_HEADER = 24,
	CLASSIC_PACKET = 16,
	BLOCK_MIN = 12,
	BLOCK_HEAD = 12, /* type, length, and of a section header the byte order */
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET = 2,
	BLOCK_SIMPLE = 3,
	BLOCK_ENHANCED = 6,
	OPTION_RESOLUTION = 9,
	OPTION_OFFSET = 14
};

static const uint32_t ng_magic = 0x0a0d0d0a, ng_order = 0x1a2b3c4d;
static const uint64_t microseconds = 1000000;

/* --- integers of either byte order --- */

static uint32_t
u32(const struct pcap *f, struct rd *r)
{
	uint32_t v = rd_u32(r);

	return f->swapped ? __builtin_bswap32(v) : v;
}

static uint16_t
u16(const struct pcap *f, struct rd *r)
{
	uint16_t v = rd_u16(r);

	return f->swapped ? __builtin_bswap16(v) : v;
}

static uint64_t
to_us(uint64_t time, const struct pcap_interface *i)
{
	uint64_t seconds = time / i->per_second, rest = time % i->per_second;

	/* rest < per_second: divided first where the product would not fit */
	if (i->per_second > UINT64_MAX / microseconds)
		rest = rest / (i->per_second / microseconds);
	else
		rest = rest * microseconds / i->per_second;
	return (seconds + i->offset) * microseconds + rest;
}

/* --- pcap --- */

static const struct {
	uint32_t magic;
	bool swapped;
	uint64_t per_second;
} classics[] = {
	{ 0xa1b2c3d4, false, 1000000 },
	{ 0xd4c3b2a1, true, 1000000 },
	{ 0xa1b23c4d, false, 1000000000 },
	{ 0x4d3cb2a1, true, 1000000000 },
};

enum { N_CLASSICS = sizeof(classics) / sizeof(classics[0]) };

static unsigned
classic_row(uint32_t magic)
{
	unsigned i = 0;

	while (i < N_CLASSICS && classics[i].magic != magic)
		i++;
	return i;
}

static long
classic_header(struct pcap *f, struct rd r, unsigned row)
{
	f->format = PCAP_CLASSIC;
	f->swapped = classics[row].swapped;
	rd_bytes(&r, 20);
	/* the upper bits tell about frame check sequences */
	f->interfaces[0] = (struct pcap_interface){ .link = u32(f, &r) & 0xffff,
		.per_second = classics[row].per_second };
	f->n_interfaces = 1;
	return CLASSIC_HEADER;
}

static long
classic_packet(
	const struct pcap *f, const uint8_t *p, size_t n, struct pcap_packet *out, size_t *need)
{
	const struct pcap_interface *i = &f->interfaces[0];
	struct rd r = rd_init(p, n);
	uint64_t seconds = u32(f, &r), part = u32(f, &r);
	uint32_t captured = u32(f, &r);

	*need = CLASSIC_PACKET;
	if (n < CLASSIC_PACKET)
		return 0;
	if (captured > PCAP_PIECE_MAX)
		return -1;
	*need += captured;
	if (n < *need)
		return 0;
	out->time_us = to_us(seconds * i->per_second + part, i);
	out->link = i->link;
	out->data = p + CLASSIC_PACKET;
	out->len = captured;
	return (long)*need;
}

/* --- pcapng --- */

/* Time stamps count in 10^-v or 2^-v seconds; what does not fit 64 bits is not believed. */
static uint64_t
resolution(uint8_t v)
{
	uint64_t per_second = 1;

	if ((v & 0x80) != 0)
		return (v & 0x7f) < 64 ? UINT64_C(1) << (v & 0x7f) : 0;
	for (; v > 0; v--) {
		if (per_second > UINT64_MAX / 10)
			return 0;
		per_second *= 10;
	}
	return per_second;
}

static int
read_interface(struct pcap *f, struct rd *r)
{
	struct pcap_interface *i = &f->interfaces[f->n_interfaces];

	if (f->n_interfaces == PCAP_INTERFACES_MAX)
		return -1;
	*i = (struct pcap_interface){ .link = u16(f, r), .per_second = microseconds };
	rd_bytes(r, 6);
	while (rd_left(r) >= 4) {
		uint16_t code = u16(f, r), len = u16(f, r);
		struct rd value = rd_sub(r, len);

		if (len % 4 != 0)
			rd_bytes(r, 4 - len % 4);
		if (code == OPTION_RESOLUTION) {
			i->per_second = resolution(rd_u8(&value));
		} else if (code == OPTION_OFFSET) {
			uint64_t first = u32(f, &value), second = u32(f, &value);

			i->offset = f->swapped ? second << 32 | first : first << 32 | second;
		}
	}
	f->n_interfaces++;
	return rd_ok(r) && i->per_second > 0 ? 0 : -1;
}

/* A packet of interface number with time stamp high, low. */
static int
set_packet(const struct pcap *f, struct rd *r, uint32_t number, uint32_t captured,
	struct pcap_packet *out)
{
	if (number >= f->n_interfaces)
		return -1;
	out->link = f->interfaces[number].link;
	out->data = rd_bytes(r, captured);
	out->len = captured;
	return out->data != NULL ? 0 : -1;
}

static int
read_enhanced(const struct pcap *f, struct rd *r, bool obsolete, struct pcap_packet *out)
{
	uint32_t number = obsolete ? u16(f, r) : u32(f, r), captured;
	uint64_t time;

	if (obsolete)
		rd_u16(r); /* drops */
	if (number >= f->n_interfaces)
		return -1;
	time = (uint64_t)u32(f, r) << 32;
	time |= u32(f, r);
	captured = u32(f, r);
	u32(f, r); /* length on the wire */
	out->time_us = to_us(time, &f->interfaces[number]);
	return set_packet(f, r, number, captured, out);
}

/* Its length is the block's, or that on the wire when that is less (padding). */
static int
read_simple(const struct pcap *f, struct rd *r, struct pcap_packet *out)
{
	uint32_t length = u32(f, r);

	if (length > rd_left(r))
		length = (uint32_t)rd_left(r);
	return set_packet(f, r, 0, length, out);
}

static int
read_block(struct pcap *f, uint32_t type, struct rd *r, struct pcap_packet *out)
{
	if (type == ng_magic) {
		f->n_interfaces = 0;
		return 0;
	}
	if (type == BLOCK_INTERFACE)
		return read_interface(f, r);
	if (type == BLOCK_ENHANCED || type == BLOCK_PACKET)
		return read_enhanced(f, r, type == BLOCK_PACKET, out);
	return type == BLOCK_SIMPLE ? read_simple(f, r, out) : 0;
}

static long
ng_block(struct pcap *f, const uint8_t *p, size_t n, struct pcap_packet *out, size_t *need)
{
	struct rd r = rd_init(p, n), head = r, body;
	uint32_t type, length;

	*need = BLOCK_HEAD;
	if (n < BLOCK_HEAD)
		return 0;
	if (rd_u32(&head) == ng_magic) {
		uint32_t order;

		rd_u32(&head);
		order = rd_u32(&head);
		if (order != ng_order && order != __builtin_bswap32(ng_order))
			return -1;
		f->swapped = order != ng_order;
	}
	type = u32(f, &r);
	length = u32(f, &r);
	if (length < BLOCK_MIN || length % 4 != 0 || length > PCAP_PIECE_MAX)
		return -1;
	*need = length;
	if (n < length)
		return 0;
	body = rd_sub(&r, length - BLOCK_MIN);
	if (u32(f, &r) != length || read_block(f, type, &body, out) < 0)
		return -1;
	return (long)length;
}

/* --- all --- */

bool
pcap_detect(const uint8_t *p, size_t n)
{
	struct rd r = rd_init(p, n);
	uint32_t magic = rd_u32(&r);

	return rd_ok(&r) && (magic == ng_magic || classic_row(magic) < N_CLASSICS);
}

long
pcap_next(struct pcap *f, const uint8_t *p, size_t n, struct pcap_packet *out, size_t *need)
{
	struct rd r = rd_init(p, n);
	unsigned row;

	*out = (struct pcap_packet){ 0 };
	if (f->format == PCAP_CLASSIC)
		return classic_packet(f, p, n, out, need);
	if (f->format == PCAP_NG)
		return ng_block(f, p, n, out, need);
	*need = CLASSIC_HEADER;
	if (n < CLASSIC_HEADER)
		return 0;
	if (rd_u32(&r) == ng_magic) {
		f->format = PCAP_NG;
		return ng_block(f, p, n, out, need);
	}
	r = rd_init(p, n);
	row = classic_row(rd_u32(&r));
	r = rd_init(p, n);
	return row < N_CLASSICS ? classic_header(f, r, row) : -1;
}
