/*
 * MCAST-VPN NLRI (RFC 6514 4): type, length, payload. Types 5 (source active), 6 and 7 (C-multicast
 * joins) are checked and shown in full; types 1 to 4 and unknown ones are kept as they are
 * (reference/wire.md 6.8, events.md 8.8).
 */
#include "proto/wire/nlri.h"
#include "proto/wire/nlri_codecs.h"

#include "common/buf.h"
#include "proto/wire/distinguisher.h"
#include "proto/wire/family.h"
#include "proto/wire/nlri_unit.h"

enum { MVPN_HEAD = 2 };

/* One row per type that is taken apart. */
struct mvpn_type {
	uint8_t code;
	bool source_as;
	uint8_t len4, len6; /* payload with IPv4 and IPv6 addresses */
	const char *name, *what;
};

static const struct mvpn_type mvpn_types[] = {
	{ 5, false, 18, 42, "Source Active A-D Route", "Source Active A-D" },
	{ 6, true, 22, 46, "C-Multicast Shared Tree Join route", "C-Multicast" },
	{ 7, true, 22, 46, "C-Multicast Source Tree Join route", "C-Multicast" },
};

struct mvpn {
	const uint8_t *rd, *source, *group;
	uint32_t source_as;
	uint8_t source_bits, group_bits;
};

static const struct mvpn_type *
find_type(uint8_t code)
{
	for (size_t i = 0; i < sizeof(mvpn_types) / sizeof(mvpn_types[0]); i++)
		if (mvpn_types[i].code == code)
			return &mvpn_types[i];
	return NULL;
}

static bool
is_address(unsigned bits)
{
	return bits == 32 || bits == 128;
}

static int
read_payload(const struct nlri *nlri, const struct mvpn_type *type, struct mvpn *out,
	struct wire_error *err)
{
	unsigned len = nlri->len - MVPN_HEAD;
	struct rd r = rd_init(nlri->bytes + MVPN_HEAD, len);

	if (len != type->len4 && len != type->len6)
		return wire_error_set(
			err, 3, 5, "Unsupported %s route length (%u bytes).", type->what, len);
	out->rd = rd_bytes(&r, DISTINGUISHER_BYTES);
	out->source_as = type->source_as ? rd_u32(&r) : 0;
	out->source_bits = rd_u8(&r);
	if (!is_address(out->source_bits))
		return wire_error_set(err, 3, 5,
			"Unsupported %s Route Multicast Source IP length (%u bits). Expected 32 "
			"bits "
			"(IPv4) or 128 bits (IPv6).",
			type->what, out->source_bits);
	out->source = rd_bytes(&r, out->source_bits / 8);
	out->group_bits = rd_u8(&r);
	if (!rd_ok(&r) || !is_address(out->group_bits))
		return wire_error_set(err, 3, 5,
			"Unsupported %s Route Multicast Group IP length (%u bits). Expected 32 "
			"bits "
			"(IPv4) or 128 bits (IPv6).",
			type->what, out->group_bits);
	out->group = rd_bytes(&r, out->group_bits / 8);
	if (!rd_done(&r))
		return wire_error_set(
			err, 3, 5, "Unsupported %s route length (%u bytes).", type->what, len);
	return 0;
}

static int
mvpn_decode(struct rd *r, uint32_t family, bool withdraw, struct nlri *out, struct wire_error *err)
{
	const struct mvpn_type *type;
	struct mvpn parts = { 0 };

	(void)family;
	(void)withdraw;
	if (nlri_unit_read(r, "MVPN", MVPN_HEAD, 1, out, err) == -1)
		return -1;
	type = find_type(out->bytes[0]);
	return type == NULL ? 0 : read_payload(out, type, &parts, err);
}

static void
mvpn_json(struct buf *out, const struct nlri *nlri, const struct nlri_print *how)
{
	const struct mvpn_type *type = find_type(nlri->bytes[0]);
	struct mvpn parts = { 0 };

	(void)how;
	if (type == NULL || read_payload(nlri, type, &parts, NULL) == -1) {
		nlri_unit_json(out, nlri->bytes[0], false, nlri);
		BUF_LIT(out, " }");
		return;
	}
	nlri_unit_json(out, type->code, true, nlri);
	buf_printf(out, ", \"name\": \"%s\", ", type->name);
	nlri_rd_json(out, parts.rd);
	if (type->source_as)
		buf_printf(out, ", \"source-as\": \"%u\"", parts.source_as);
	BUF_LIT(out, ", ");
	nlri_addr_json(out, "source", parts.source, parts.source_bits / 8);
	BUF_LIT(out, ", ");
	nlri_addr_json(out, "group", parts.group, parts.group_bits / 8);
	buf_chr(out, '}');
}

const struct nlri_codec nlri_mvpn_codec = {
	.family = FAMILY(AFI_IPV4, SAFI_MCAST_VPN),
	.decode = mvpn_decode,
	.json = mvpn_json,
	.text = nlri_family_text,
};
