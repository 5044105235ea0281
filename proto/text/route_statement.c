/*
 * NLRI in the words of the grammars that make them (route_*.c): prefixes, FlowSpec, VPLS, MCAST-VPN,
 * MUP, SR policy, EVPN. Every result is parsed again, and when that does not give the same bytes
 * the NLRI is written as bytes instead; so printers below need not know each oddity.
 */
#include "proto/text/route_statement_priv.h"

#include <stdlib.h>

#include "common/addr.h"
#include "common/buf.h"
#include "common/xmalloc.h"
#include "proto/text/route.h"
#include "proto/wire/distinguisher.h"
#include "proto/wire/family.h"
#include "proto/wire/nlri_prefix.h"

enum { WORDS_MAX = 2048, LABELS_MAX = 84 };

/* --- pieces; false: cannot be said --- */

bool
statement_rd(struct buf *out, struct rd *r)
{
	const uint8_t *rd = rd_bytes(r, DISTINGUISHER_BYTES);

	if (rd == NULL)
		return false;
	BUF_LIT(out, " rd ");
	distinguisher_text(out, rd);
	return true;
}

bool
statement_address_bytes(struct buf *out, const char *word, const uint8_t *p, unsigned n)
{
	if (p == NULL || (n != 4 && n != 16))
		return false;
	buf_str(out, word);
	buf_addr_bytes(out, p, n);
	return true;
}

bool
statement_address(struct buf *out, const char *word, struct rd *r)
{
	unsigned n = rd_u8(r) / 8u;

	return statement_address_bytes(out, word, rd_bytes(r, n), n);
}

bool
statement_prefix(struct buf *out, uint16_t afi, struct rd *r)
{
	unsigned bits = rd_u8(r);
	const uint8_t *p = rd_bytes(r, (bits + 7) / 8);

	if (p == NULL || bits > (afi == AFI_IPV4 ? 32u : 128u))
		return false;
	buf_chr(out, ' ');
	nlri_prefix_text(out, afi, p, bits);
	return true;
}

/* --- prefixes --- */

static bool
say_labels(struct buf *out, struct rd *r, unsigned *bits)
{
	unsigned n = 0;
	uint32_t label;

	BUF_LIT(out, " label [");
	do {
		label = rd_u24(r);
		if (*bits < 24 || !rd_ok(r) || n == LABELS_MAX)
			return false;
		*bits -= 24;
		if (n++ > 0)
			buf_chr(out, ' ');
		buf_u64(out, label >> 4);
	} while ((label & 1) == 0);
	buf_chr(out, ']');
	return true;
}

static bool
say_inet(struct buf *out, const struct nlri *nlri)
{
	uint8_t safi = family_safi(nlri->family);
	bool labels = safi == SAFI_NLRI_MPLS || safi == SAFI_MPLS_VPN;
	struct rd r = rd_init(nlri->bytes, nlri->len);
	uint16_t afi = family_afi(nlri->family);
	struct buf items = { 0 };
	unsigned bits = rd_u8(&r);
	const uint8_t *prefix = NULL;
	bool good = !labels || say_labels(&items, &r, &bits);

	if (good && safi == SAFI_MPLS_VPN) {
		good = bits >= 64 && statement_rd(&items, &r);
		bits -= 64;
	}
	if (good && bits <= 128)
		prefix = rd_bytes(&r, (bits + 7) / 8);
	if (prefix != NULL) {
		buf_chr(out, ' ');
		nlri_prefix_text(out, afi, prefix, bits);
		nlri_path_id_text(out, nlri);
		buf_add(out, items.data, items.len);
	}
	buf_fini(&items);
	return prefix != NULL;
}

/* --- families whose text is their grammar --- */

/* "flow destination-ipv4 …" and "vpls rd …": the first word is the family's. */
static bool
say_text(struct buf *out, const struct nlri *nlri)
{
	struct buf text = { 0 };
	const char *rest;

	nlri_text(&text, nlri);
	rest = strchr(buf_cstr(&text), ' ');
	if (rest != NULL)
		buf_str(out, rest);
	buf_fini(&text);
	return rest != NULL;
}

static bool
say_sr_policy(struct buf *out, const struct nlri *nlri)
{
	struct rd r = rd_init(nlri->bytes, nlri->len);
	uint32_t v[2];

	rd_u8(&r);
	v[0] = rd_u32(&r);
	v[1] = rd_u32(&r);
	buf_printf(out, " distinguisher %u color %u", v[0], v[1]);
	return statement_address_bytes(out, " endpoint ", r.p, (unsigned)rd_left(&r));
}

/* --- all --- */

static bool
say(struct buf *out, const struct nlri *nlri)
{
	static const struct {
		uint8_t safi;
		bool (*say)(struct buf *out, const struct nlri *nlri);
	} rows[] = {
		{ SAFI_UNICAST, say_inet },
		{ SAFI_MULTICAST, say_inet },
		{ SAFI_NLRI_MPLS, say_inet },
		{ SAFI_MPLS_VPN, say_inet },
		{ SAFI_FLOW, say_text },
		{ SAFI_FLOW_VPN, say_text },
		{ SAFI_VPLS, say_text },
		{ SAFI_MCAST_VPN, statement_mvpn },
		{ SAFI_MUP, statement_mup },
		{ SAFI_SR_POLICY, say_sr_policy },
		{ SAFI_EVPN, statement_evpn },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].safi == family_safi(nlri->family))
			return rows[i].say(out, nlri);
	return false;
}

bool
route_statement_reads_back(const char *text, size_t n, const struct nlri *nlri)
{
	struct token *words = xcalloc(WORDS_MAX, sizeof(words[0]));
	struct route_parser *parser = route_parser_new();
	struct route_statement s;
	struct text_error e;
	int got = tokens_split(text, n, words, WORDS_MAX, &e);
	struct tokens t = { .v = words, .n = got > 0 ? (uint32_t)got : 0 };
	bool same;

	same = got > 0 && route_parse(parser, &t, ROUTE_WITHDRAW, &s, &e) == 0 && s.n_nlri == 1 &&
	       nlri_same(&s.nlri[0], nlri) && s.nlri[0].len == nlri->len &&
	       memcmp(s.nlri[0].bytes, nlri->bytes, nlri->len) == 0;
	route_parser_free(parser);
	free(words);
	return same;
}

/* The NLRI's words alone. That of an SR policy has no end without a next-hop. */
static bool
nlri_reads_back(const char *text, size_t n, const struct nlri *nlri)
{
	struct buf with = { 0 };
	bool same;

	buf_add(&with, text, n);
	if (family_safi(nlri->family) == SAFI_SR_POLICY)
		BUF_LIT(&with, " next-hop 192.0.2.1");
	same = route_statement_reads_back((const char *)with.data, with.len, nlri);
	buf_fini(&with);
	return same;
}

void
route_statement_raw(struct buf *out, const struct nlri *nlri)
{
	const struct family_info *info = family_find(nlri->family);

	buf_printf(out, "%s troupe-nlri %s 0x", info->afi, info->safi);
	buf_hex_lower(out, nlri->bytes, nlri->len);
	nlri_path_id_text(out, nlri);
}

void
route_statement_nlri(struct buf *out, const struct nlri *nlri)
{
	size_t start = out->len;

	buf_str(out, family_find(nlri->family)->name);
	if (say(out, nlri) &&
		nlri_reads_back((const char *)out->data + start, out->len - start, nlri))
		return;
	out->len = start;
	route_statement_raw(out, nlri);
}
