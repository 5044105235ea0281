/*
 * Labelled unicast (SAFI 4, RFC 8277) and MPLS-VPN (SAFI 128, RFC 4364, RFC 4659) NLRI: bits, label
 * stack, for VPN a route distinguisher, prefix. Labels are not part of the identity; the
 * distinguisher is (reference/wire.md 6.1, 6.4, 6.5).
 */
#include "proto/wire/nlri.h"
#include "proto/wire/nlri_codecs.h"

#include "common/buf.h"
#include "proto/wire/distinguisher.h"
#include "proto/wire/family.h"
#include "proto/wire/nlri_prefix.h"

/* A valid NLRI taken apart. */
struct parts {
	const uint8_t *labels;
	unsigned n_labels;
	const uint8_t *rd; /* NULL for SAFI 4 */
	const uint8_t *prefix;
	unsigned bits; /* of the prefix alone */
};

static unsigned
rd_bits(uint32_t family)
{
	return family_safi(family) == SAFI_MPLS_VPN ? DISTINGUISHER_BYTES * 8 : 0;
}

/* The label that ends the stack without a bottom-of-stack bit, when it is the first one. */
static bool
ends_alone(uint32_t label, bool withdraw)
{
	return label == 0 || (withdraw && label == 0x800000);
}

/* Reads the stack; bits is what the length byte still allows and shrinks. withdraw: the values
 * that mean "no label" end it (rules 1 to 3 of wire.md 6.4). */
static int
read_labels(struct rd *r, unsigned distinguisher, bool withdraw, unsigned *bits, unsigned *n,
	struct wire_error *err)
{
	bool ended = false;

	*n = 0;
	while (!ended && *bits >= distinguisher + 24) {
		uint32_t label = rd_u24(r);

		if (!rd_ok(r))
			return wire_error_set(err, 3, 10,
				"not enough data to extract the label stack of the NLRI");
		*bits -= 24;
		ended = (label & 1) != 0 || (*n == 0 && ends_alone(label, withdraw));
		++*n;
	}
	if (*n > 0 && !ended)
		return wire_error_set(err, 3, 10,
			"the label stack of the NLRI never ends: no bottom of stack bit");
	return 0;
}

static int
read_parts(struct rd *r, uint32_t family, bool withdraw, struct parts *out, struct wire_error *err)
{
	const struct family_info *info = family_find(family);
	unsigned max = family_afi(family) == AFI_IPV4 ? 32 : 128, bits = rd_u8(r);
	unsigned distinguisher = rd_bits(family);

	out->labels = r->p;
	if (read_labels(r, distinguisher, withdraw, &bits, &out->n_labels, err) == -1)
		return -1;
	out->rd = NULL;
	if (distinguisher != 0) {
		out->rd = rd_bytes(r, DISTINGUISHER_BYTES);
		if (out->rd == NULL)
			return wire_error_set(err, 3, 10,
				"not enough data to extract the route distinguisher of the NLRI");
		if (bits < distinguisher)
			return wire_error_set(err, 3, 10, "invalid length in NLRI prefix");
		bits -= distinguisher;
	}
	if (bits > max)
		return wire_error_set(
			err, 3, 10, "invalid mask %u in NLRI prefix for %s", bits, info->afi);
	if (bits > 0 && rd_left(r) == 0)
		return wire_error_set(
			err, 3, 10, "not enough data for the mask provided to decode the NLRI");
	out->bits = bits;
	out->prefix = rd_bytes(r, (bits + 7) / 8);
	if (out->prefix == NULL)
		return wire_error_set(err, 3, 10,
			"could not decode nlri with family %s (AFI %u) %s (SAFI %u)", info->afi,
			family_afi(family), info->safi, family_safi(family));
	return 0;
}

static int
label_decode(struct rd *r, uint32_t family, bool withdraw, struct nlri *out, struct wire_error *err)
{
	const uint8_t *start = r->p;
	struct parts parts;

	if (read_parts(r, family, withdraw, &parts, err) == -1)
		return -1;
	out->bytes = start;
	out->len = (uint16_t)(r->p - start);
	return 0;
}

/*
 * Takes apart what label_decode() or the grammar made. Where it is not known whether it was a
 * withdraw, a first field of 0x800000 is taken for one when the rest then fits.
 */
static struct parts
take_apart(const struct nlri *nlri, bool withdraw)
{
	for (unsigned i = 0; i < 2; i++) {
		struct rd r = rd_init(nlri->bytes, nlri->len);
		struct parts parts;

		if (read_parts(&r, nlri->family, withdraw, &parts, NULL) == 0 && rd_done(&r))
			return parts;
		withdraw = !withdraw;
	}
	return (struct parts){ .prefix = nlri->bytes };
}

static void
label_key(const struct nlri *nlri, struct wr *key)
{
	struct parts parts = take_apart(nlri, true);

	if (parts.rd != NULL)
		wr_bytes(key, parts.rd, DISTINGUISHER_BYTES);
	wr_u8(key, (uint8_t)parts.bits);
	wr_bytes(key, parts.prefix, (parts.bits + 7) / 8);
}

/* SAFI 4 prints the stack as it would be re-encoded: bottom of stack on the last, no TC bits. */
static uint32_t
shown_label(const struct nlri *nlri, const struct parts *parts, unsigned i)
{
	const uint8_t *p = parts->labels + (size_t)i * 3;
	uint32_t raw = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];

	if (family_safi(nlri->family) != SAFI_NLRI_MPLS)
		return raw;
	return (raw & ~UINT32_C(0xf)) | (i + 1 == parts->n_labels);
}

static void
label_json(struct buf *out, const struct nlri *nlri, const struct nlri_print *how)
{
	struct parts parts = take_apart(nlri, how->withdraw);

	BUF_LIT(out, "{ \"nlri\": \"");
	nlri_prefix_text(out, family_afi(nlri->family), parts.prefix, parts.bits);
	buf_chr(out, '"');
	nlri_path_id_json(out, nlri);
	for (unsigned i = 0; i < parts.n_labels; i++) {
		uint32_t raw = shown_label(nlri, &parts, i);

		buf_str(out, i == 0 ? ", \"label\": [ [" : ", [");
		buf_u64(out, raw >> 4);
		if (raw != 0) {
			BUF_LIT(out, ", ");
			buf_u64(out, raw);
		}
		buf_str(out, i + 1 == parts.n_labels ? "] ]" : "]");
	}
	if (parts.rd != NULL) {
		BUF_LIT(out, ", \"rd\": \"");
		distinguisher_text(out, parts.rd);
		buf_chr(out, '"');
	}
	BUF_LIT(out, " }");
}

static void
label_text(struct buf *out, const struct nlri *nlri)
{
	struct parts parts = take_apart(nlri, true);

	nlri_prefix_text(out, family_afi(nlri->family), parts.prefix, parts.bits);
	nlri_path_id_text(out, nlri);
	for (unsigned i = 0; i < parts.n_labels; i++) {
		uint32_t raw = shown_label(nlri, &parts, i);

		if (i == 0)
			buf_str(out, parts.n_labels > 1 ? " label [" : " label");
		buf_chr(out, ' ');
		buf_u64(out, raw >> 4);
		if (raw != 0) {
			BUF_LIT(out, " (");
			buf_u64(out, raw);
			buf_chr(out, ')');
		}
		if (parts.n_labels > 1 && i + 1 == parts.n_labels)
			BUF_LIT(out, " ]");
	}
	if (parts.rd != NULL) {
		BUF_LIT(out, " rd ");
		distinguisher_text(out, parts.rd);
	}
}

const struct nlri_codec nlri_label_codec = {
	.family = FAMILY(AFI_IPV4, SAFI_NLRI_MPLS),
	.decode = label_decode,
	.key = label_key,
	.json = label_json,
	.text = label_text,
};
