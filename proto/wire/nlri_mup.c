/*
 * MUP NLRI (draft-ietf-bess-mup-safi): architecture, route type, length, payload. The four types of
 * the 3GPP 5G architecture are checked and shown, others kept as they are. The identity of a
 * type 1 session transformed route is its distinguisher and prefix (reference/wire.md 6.1, 6.9,
 * events.md 8.9).
 */
#include "proto/wire/nlri.h"
#include "proto/wire/nlri_codecs.h"

#include <string.h>
#include "common/buf.h"
#include "proto/wire/distinguisher.h"
#include "proto/wire/family.h"
#include "proto/wire/nlri_prefix.h"
#include "proto/wire/nlri_unit.h"

enum { MUP_HEAD = 4, MUP_3GPP = 1 };

/* A valid payload taken apart; which members hold something depends on the type. */
struct mup {
	const uint8_t *rd, *prefix, *endpoint, *source;
	unsigned bits;         /* of prefix; T2ST: of endpoint and TEID */
	unsigned endpoint_len; /* bytes */
	unsigned source_len;   /* bytes, 0: none */
	uint32_t teid;
	uint8_t qfi;
};

struct mup_type {
	const char *name;
	uint8_t min; /* payload */
	int (*parse)(struct rd *r, unsigned size, struct mup *out, struct wire_error *err);
	void (*json)(struct buf *out, const struct nlri *nlri, const struct mup *m);
};

/* A prefix with its length in bits; size: bytes of an address of the AFI. */
static int
read_prefix(struct rd *r, unsigned size, const char *what, struct mup *out, struct wire_error *err)
{
	out->bits = rd_u8(r);
	if (out->bits > size * 8)
		return wire_error_set(err, 3, 10,
			"mup %s prefix length is %u bits, more than the %u of an %s address", what,
			out->bits, size * 8, size == 4 ? "ipv4" : "ipv6");
	out->prefix = rd_bytes(r, (out->bits + 7) / 8);
	return 0;
}

/* A whole address with its length in bits, of either AFI. */
static const uint8_t *
read_address(struct rd *r, unsigned *len)
{
	unsigned bits = rd_u8(r);

	if (bits != 32 && bits != 128)
		rd_fail(r);
	*len = bits / 8;
	return rd_bytes(r, *len);
}

static int
read_isd(struct rd *r, unsigned size, struct mup *out, struct wire_error *err)
{
	unsigned had = (unsigned)rd_left(r);

	if (read_prefix(r, size, "isd", out, err) == -1)
		return -1;
	if (!rd_done(r))
		return wire_error_set(err, 3, 10,
			"mup isd is %u bytes, expecting %u for a prefix of %u bits",
			had + DISTINGUISHER_BYTES, DISTINGUISHER_BYTES + 1 + (out->bits + 7) / 8,
			out->bits);
	return 0;
}

static int
read_dsd(struct rd *r, unsigned size, struct mup *out, struct wire_error *err)
{
	unsigned left = (unsigned)rd_left(r);

	(void)size;
	if (left != 4 && left != 16)
		return wire_error_set(
			err, 3, 5, "Invalid IP size, expect 4 or 16 octets. got %u", left);
	out->endpoint_len = left;
	out->endpoint = rd_bytes(r, left);
	return 0;
}

static int
read_t1st(struct rd *r, unsigned size, struct mup *out, struct wire_error *err)
{
	unsigned had = (unsigned)rd_left(r);

	if (read_prefix(r, size, "t1st", out, err) == -1)
		return -1;
	out->teid = rd_u32(r);
	out->qfi = rd_u8(r);
	out->endpoint = read_address(r, &out->endpoint_len);
	out->source_len = 0;
	if (rd_left(r) > 0) {
		/* Length 0: no source. */
		if (r->p[0] == 0)
			rd_u8(r);
		else
			out->source = read_address(r, &out->source_len);
	}
	if (!rd_done(r))
		return wire_error_set(err, 3, 10,
			"mup t1st is %u bytes, not what its prefix, endpoint and source lengths "
			"need",
			had + DISTINGUISHER_BYTES);
	return 0;
}

static int
read_t2st(struct rd *r, unsigned size, struct mup *out, struct wire_error *err)
{
	unsigned had = (unsigned)rd_left(r), teid_bits;

	out->bits = rd_u8(r);
	if (out->bits < size * 8 || out->bits > size * 8 + 32)
		return wire_error_set(err, 3, 10,
			"endpoint length is %u, expecting %u to %u for %s", out->bits, size * 8,
			size * 8 + 32, size == 4 ? "ipv4" : "ipv6");
	out->endpoint_len = size;
	out->endpoint = rd_bytes(r, size);
	teid_bits = out->bits - size * 8;
	out->teid = 0;
	for (unsigned i = 0; i < (teid_bits + 7) / 8; i++)
		out->teid = out->teid << 8 | rd_u8(r);
	if (!rd_done(r))
		return wire_error_set(err, 3, 10,
			"mup t2st is %u bytes, expecting %u for an endpoint of %u bits",
			had + DISTINGUISHER_BYTES, DISTINGUISHER_BYTES + 1 + (out->bits + 7) / 8,
			out->bits);
	return 0;
}

/* Prints at most the bytes that are there: host bits may be missing. */
static void
prefix_members(struct buf *out, const struct nlri *nlri, const struct mup *m)
{
	uint8_t full[16] = { 0 };

	if (m->bits > 0)
		memcpy(full, m->prefix, (m->bits + 7) / 8);
	buf_printf(out, "\"prefix_ip_len\": %u, ", m->bits);
	nlri_addr_json(out, "prefix_ip", full, family_afi(nlri->family) == AFI_IPV4 ? 4 : 16);
	BUF_LIT(out, ", ");
}

static void
json_isd(struct buf *out, const struct nlri *nlri, const struct mup *m)
{
	BUF_LIT(out, "\"arch\": 1, \"code\": 1, ");
	prefix_members(out, nlri, m);
	nlri_rd_json(out, m->rd);
}

static void
json_dsd(struct buf *out, const struct nlri *nlri, const struct mup *m)
{
	(void)nlri;
	BUF_LIT(out, "\"arch\": 1, \"code\": 2, ");
	nlri_addr_json(out, "ip", m->endpoint, m->endpoint_len);
	BUF_LIT(out, ", ");
	nlri_rd_json(out, m->rd);
}

static void
json_t1st(struct buf *out, const struct nlri *nlri, const struct mup *m)
{
	BUF_LIT(out, "\"arch\": 1, \"code\": 3, ");
	prefix_members(out, nlri, m);
	buf_printf(out, "\"teid\": \"%u\", \"qfi\": \"%u\", ", m->teid, m->qfi);
	nlri_rd_json(out, m->rd);
	buf_printf(out, ", \"endpoint_ip_len\": %u, ", m->endpoint_len * 8);
	nlri_addr_json(out, "endpoint_ip", m->endpoint, m->endpoint_len);
	buf_printf(out, ", \"source_ip_len\": %u, ", m->source_len * 8);
	if (m->source_len > 0)
		nlri_addr_json(out, "source_ip", m->source, m->source_len);
	else
		BUF_LIT(out, "\"source_ip\": \"b''\""); /* the reference's word for none */
}

static void
json_t2st(struct buf *out, const struct nlri *nlri, const struct mup *m)
{
	(void)nlri;
	/* Two blanks after the name: the reference's spelling (events.md 8.9). */
	buf_printf(out, " \"arch\": 1, \"code\": 4, \"endpoint_len\": %u, ", m->bits);
	nlri_addr_json(out, "endpoint_ip", m->endpoint, m->endpoint_len);
	BUF_LIT(out, ", ");
	nlri_rd_json(out, m->rd);
	buf_printf(out, ", \"teid\": \"%u\"", m->teid);
}

/* Index: route type. */
static const struct mup_type mup_types[] = {
	[1] = { "InterworkSegmentDiscoveryRoute", 9, read_isd, json_isd },
	[2] = { "DirectSegmentDiscoveryRoute", 8, read_dsd, json_dsd },
	[3] = { "Type1SessionTransformedRoute", 15, read_t1st, json_t1st },
	[4] = { "Type2SessionTransformedRoute", 13, read_t2st, json_t2st },
};

static unsigned
type_code(const struct nlri *nlri)
{
	return (unsigned)nlri->bytes[1] << 8 | nlri->bytes[2];
}

/* NULL: kept as it is. */
static const struct mup_type *
find_type(const struct nlri *nlri)
{
	unsigned code = type_code(nlri);

	if (nlri->bytes[0] != MUP_3GPP || code == 0 ||
		code >= sizeof(mup_types) / sizeof(mup_types[0]))
		return NULL;
	return &mup_types[code];
}

static int
take_apart(const struct nlri *nlri, const struct mup_type *type, struct mup *out,
	struct wire_error *err)
{
	struct rd r = rd_init(nlri->bytes + MUP_HEAD, (size_t)nlri->len - MUP_HEAD);

	*out = (struct mup){ 0 };
	if (rd_left(&r) < type->min)
		return wire_error_set(err, 3, 10,
			"%s MUP NLRI is too short: need at least %u bytes, got %u", type->name,
			type->min + MUP_HEAD, nlri->len);
	out->rd = rd_bytes(&r, DISTINGUISHER_BYTES);
	return type->parse(&r, family_afi(nlri->family) == AFI_IPV4 ? 4 : 16, out, err);
}

static int
mup_decode(struct rd *r, uint32_t family, bool withdraw, struct nlri *out, struct wire_error *err)
{
	const struct mup_type *type;
	struct mup parts;

	(void)withdraw;
	out->family = family;
	if (nlri_unit_read(r, "MUP", MUP_HEAD, 1, out, err) == -1)
		return -1;
	type = find_type(out);
	return type == NULL ? 0 : take_apart(out, type, &parts, err);
}

static void
mup_key(const struct nlri *nlri, struct wr *key)
{
	const struct mup_type *type = find_type(nlri);
	struct mup parts;

	if (type != &mup_types[3] || take_apart(nlri, type, &parts, NULL) == -1) {
		wr_bytes(key, nlri->bytes, nlri->len);
		return;
	}
	wr_bytes(key, nlri->bytes, 3);
	wr_bytes(key, parts.rd, DISTINGUISHER_BYTES);
	wr_u8(key, (uint8_t)parts.bits);
	if (parts.bits > 0)
		wr_bytes(key, parts.prefix, (parts.bits + 7) / 8);
}

static void
mup_json(struct buf *out, const struct nlri *nlri, const struct nlri_print *how)
{
	const struct mup_type *type = find_type(nlri);
	struct mup parts;

	(void)how;
	if (type == NULL || take_apart(nlri, type, &parts, NULL) == -1) {
		buf_printf(out, "{ \"arch\": %u, \"code\": %u", nlri->bytes[0], type_code(nlri));
	} else {
		buf_printf(out, "{ \"name\": \"%s\", ", type->name);
		type->json(out, nlri, &parts);
	}
	BUF_LIT(out, ", ");
	nlri_raw_json(out, nlri);
	BUF_LIT(out, " }");
}

const struct nlri_codec nlri_mup_codec = {
	.family = FAMILY(AFI_IPV4, SAFI_MUP),
	.decode = mup_decode,
	.key = mup_key,
	.json = mup_json,
	.text = nlri_family_text,
};
