/*
 * EVPN NLRI (RFC 7432 7, RFC 9136 3): type, length, payload. Types 1 to 5 are checked and shown,
 * others kept as they are (reference/wire.md 6.7, events.md 8.6). MPLS labels and VNIs are both
 * shown as the 24 bits they stand in.
 */
#include "proto/wire/nlri.h"
#include "proto/wire/nlri_codecs.h"

#include <string.h>
#include "common/buf.h"
#include "proto/wire/distinguisher.h"
#include "proto/wire/family.h"
#include "proto/wire/nlri_unit.h"

enum { EVPN_HEAD = 2, ESI_BYTES = 10, MAC_BYTES = 6 };

/* A valid payload taken apart; NULL: the type has no such field. */
struct evpn {
	const uint8_t *rd, *esi, *mac, *labels, *ip, *gateway;
	uint32_t tag;
	unsigned ip_len; /* bytes of ip and gateway */
	unsigned iplen;  /* bits of a type 5 prefix */
	unsigned n_labels;
	bool has_tag;
};

/* What every reader below gets: the payload, and the size of the whole NLRI for texts. */
static int
read_ethernet_ad(struct rd *r, unsigned size, struct evpn *out, struct wire_error *err)
{
	if (size < 24)
		return wire_error_set(err, 3, 10,
			"Ethernet Auto-Discovery EVPN NLRI is too short: need at least 24 bytes, "
			"got %u",
			size);
	out->rd = rd_bytes(r, DISTINGUISHER_BYTES);
	out->esi = rd_bytes(r, ESI_BYTES);
	out->tag = rd_u32(r);
	out->has_tag = true;
	if (rd_left(r) % 3 != 0)
		return wire_error_set(
			err, 3, 10, "Ethernet A-D EVPN NLRI has a truncated label stack");
	out->n_labels = (unsigned)rd_left(r) / 3;
	out->labels = rd_bytes(r, rd_left(r));
	return 0;
}

static int
read_mac_ip(struct rd *r, unsigned size, struct evpn *out, struct wire_error *err)
{
	unsigned bits, expected;

	if (size < 32)
		return wire_error_set(err, 3, 10,
			"MAC/IP advertisement EVPN NLRI is too short: need at least 32 bytes, got "
			"%u",
			size);
	out->rd = rd_bytes(r, DISTINGUISHER_BYTES);
	out->esi = rd_bytes(r, ESI_BYTES);
	out->tag = rd_u32(r);
	out->has_tag = true;
	if (rd_u8(r) > 48)
		return wire_error_set(
			err, 3, 5, "invalid MAC Address length in MAC/IP advertisement");
	out->mac = rd_bytes(r, MAC_BYTES);
	bits = rd_u8(r);
	if (bits != 0 && bits != 32 && bits != 128)
		return wire_error_set(err, 3, 5,
			"IP field length is given as %u bits in MAC/IP advertisement, expecting 0, "
			"32 "
			"(IPv4) or 128 (IPv6)",
			bits);
	expected = 35 + bits / 8;
	if (size != expected && size != expected + 3)
		return wire_error_set(err, 3, 5,
			"Data field length is given as %u, expecting %u or %u for an IP field of "
			"%u bits",
			size, expected, expected + 3, bits);
	out->ip_len = bits / 8;
	out->ip = bits > 0 ? rd_bytes(r, out->ip_len) : NULL;
	out->labels = rd_bytes(r, 3);
	out->n_labels = 1;
	rd_bytes(r, rd_left(r)); /* the second label is not shown */
	return 0;
}

/* IP address with its length in bits, up to the end of the payload. */
static int
read_last_address(struct rd *r, uint8_t subcode, struct evpn *out, struct wire_error *err)
{
	unsigned bits = rd_u8(r);

	if (bits != 32 && bits != 128)
		return wire_error_set(err, 3, subcode,
			"IP length field is given as %u in current Segment, expecting 32 (IPv4) or "
			"128 "
			"(IPv6) bits",
			bits);
	if (rd_left(r) != bits / 8)
		return wire_error_set(err, 3, 10,
			"Data field length is given as %zu, expecting %u for an IP field of %u "
			"bits",
			rd_left(r), bits / 8, bits);
	out->ip_len = bits / 8;
	out->ip = rd_bytes(r, out->ip_len);
	return 0;
}

static int
read_multicast(struct rd *r, unsigned size, struct evpn *out, struct wire_error *err)
{
	if (size < 15)
		return wire_error_set(err, 3, 10,
			"Inclusive Multicast EVPN NLRI is too short: need at least 15 bytes, got "
			"%u",
			size);
	out->rd = rd_bytes(r, DISTINGUISHER_BYTES);
	out->tag = rd_u32(r);
	out->has_tag = true;
	return read_last_address(r, 10, out, err);
}

static int
read_segment(struct rd *r, unsigned size, struct evpn *out, struct wire_error *err)
{
	if (size < 21)
		return wire_error_set(err, 3, 10,
			"Ethernet Segment EVPN NLRI is too short: need at least 21 bytes, got %u",
			size);
	out->rd = rd_bytes(r, DISTINGUISHER_BYTES);
	out->esi = rd_bytes(r, ESI_BYTES);
	return read_last_address(r, 5, out, err);
}

static int
read_ip_prefix(struct rd *r, unsigned size, struct evpn *out, struct wire_error *err)
{
	if (size != 36 && size != 60)
		return wire_error_set(err, 3, 5,
			"Data field length is given as %u, but EVPN route currently support only "
			"IPv4 or "
			"IPv6 (36 or 60)",
			size);
	out->ip_len = size == 36 ? 4 : 16;
	out->rd = rd_bytes(r, DISTINGUISHER_BYTES);
	out->esi = rd_bytes(r, ESI_BYTES);
	out->tag = rd_u32(r);
	out->has_tag = true;
	out->iplen = rd_u8(r);
	if (out->iplen > out->ip_len * 8)
		return wire_error_set(err, 3, 5,
			"invalid prefix length %u in IP prefix advertisement", out->iplen);
	out->ip = rd_bytes(r, out->ip_len);
	out->gateway = rd_bytes(r, out->ip_len);
	out->labels = rd_bytes(r, 3);
	out->n_labels = 1;
	return 0;
}

struct evpn_type {
	const char *name;
	int (*parse)(struct rd *r, unsigned size, struct evpn *out, struct wire_error *err);
};

/* Index: route type. */
static const struct evpn_type evpn_types[] = {
	[1] = { "Ethernet Auto-Discovery", read_ethernet_ad },
	[2] = { "MAC/IP advertisement", read_mac_ip },
	[3] = { "Inclusive Multicast Ethernet Tag", read_multicast },
	[4] = { "Ethernet Segment", read_segment },
	[5] = { "IP Prefix Advertisement", read_ip_prefix },
};

static const struct evpn_type *
find_type(uint8_t code)
{
	return code > 0 && code < sizeof(evpn_types) / sizeof(evpn_types[0]) ? &evpn_types[code]
									     : NULL;
}

static int
take_apart(const struct nlri *nlri, const struct evpn_type *type, struct evpn *out,
	struct wire_error *err)
{
	struct rd r = rd_init(nlri->bytes + EVPN_HEAD, (size_t)nlri->len - EVPN_HEAD);

	*out = (struct evpn){ 0 };
	if (type->parse(&r, nlri->len, out, err) == -1)
		return -1;
	return rd_done(&r) ? 0 : wire_error_std(err, 3, 10);
}

static int
evpn_decode(struct rd *r, uint32_t family, bool withdraw, struct nlri *out, struct wire_error *err)
{
	const struct evpn_type *type;
	struct evpn parts;

	(void)family;
	(void)withdraw;
	if (nlri_unit_read(r, "EVPN", EVPN_HEAD, 1, out, err) == -1)
		return -1;
	type = find_type(out->bytes[0]);
	return type == NULL ? 0 : take_apart(out, type, &parts, err);
}

static void
esi_json(struct buf *out, const uint8_t *esi)
{
	static const uint8_t zero[ESI_BYTES] = { 0 };

	BUF_LIT(out, ", \"esi\": \"");
	if (memcmp(esi, zero, ESI_BYTES) == 0)
		buf_chr(out, '-');
	else
		for (unsigned i = 0; i < ESI_BYTES; i++)
			buf_printf(out, i == 0 ? "%02x" : ":%02x", esi[i]);
	buf_chr(out, '"');
}

static void
mac_json(struct buf *out, const uint8_t *mac)
{
	BUF_LIT(out, ", \"mac\": \"");
	for (unsigned i = 0; i < MAC_BYTES; i++)
		buf_printf(out, i == 0 ? "%02X" : ":%02X", mac[i]);
	buf_chr(out, '"');
}

static void
members_json(struct buf *out, uint8_t code, const struct evpn *e)
{
	nlri_rd_json(out, e->rd);
	if (e->esi != NULL)
		esi_json(out, e->esi);
	if (e->has_tag)
		buf_printf(out, ", \"ethernet-tag\": %u", e->tag);
	if (e->mac != NULL)
		mac_json(out, e->mac);
	if (e->n_labels > 0) {
		BUF_LIT(out, ", ");
		nlri_labels_json(out, e->labels, e->n_labels);
	}
	if (e->ip != NULL) {
		BUF_LIT(out, ", ");
		nlri_addr_json(out, "ip", e->ip, e->ip_len);
	}
	if (code == 5) {
		buf_printf(out, ", \"iplen\": %u, ", e->iplen);
		nlri_addr_json(out, "gateway", e->gateway, e->ip_len);
	}
}

static void
evpn_json(struct buf *out, const struct nlri *nlri, const struct nlri_print *how)
{
	uint8_t code = nlri->bytes[0];
	const struct evpn_type *type = find_type(code);
	struct evpn parts;

	(void)how;
	if (type == NULL || take_apart(nlri, type, &parts, NULL) == -1) {
		nlri_unit_json(out, code, false, nlri);
	} else {
		nlri_unit_json(out, code, true, nlri);
		buf_printf(out, ", \"name\": \"%s\", ", type->name);
		members_json(out, code, &parts);
	}
	BUF_LIT(out, " }");
}

const struct nlri_codec nlri_evpn_codec = {
	.family = FAMILY(AFI_L2VPN, SAFI_EVPN),
	.decode = evpn_decode,
	.json = evpn_json,
	.text = nlri_family_text,
};
