/* PMSI_TUNNEL (RFC 6514 5): flags, tunnel type, MPLS label, identifier. The reference only
 * shows it; its words `pmsi-tunnel ( TYPE IDENTIFIER [label N | vni N] )` are ours. */
#include "proto/wire/attr_codecs.h"
#include "proto/wire/attr_parse.h"

#include <string.h>
#include "common/addr.h"
#include "common/hex.h"

enum { TYPE_NONE = 0, TYPE_INGRESS_REPLICATION = 6 };

static const char *const types[] = {
	"notunnel",
	"rsvp-tep2mplsp",
	"mldpp2mplsp",
	"pim-ssmtree",
	"pim-smtree",
	"bidir-pimtree",
	"ingressreplication",
	"mldpmp2mplsp",
};

static void
add_tunnel(struct buf *out, uint8_t type, struct rd id)
{
	size_t n = rd_left(&id);

	if (type == TYPE_NONE && n == 0)
		return;
	if (type == TYPE_INGRESS_REPLICATION && n == 4) {
		buf_addr_bytes(out, rd_bytes(&id, 4), 4);
		return;
	}
	BUF_LIT(out, "0x");
	buf_hex_upper(out, rd_bytes(&id, n), n);
}

static void
add_pmsi(struct buf *out, const struct attr *a)
{
	struct rd r = rd_init(a->value, a->len);
	uint8_t flags = rd_u8(&r), type = rd_u8(&r);
	uint32_t label = rd_u24(&r);

	BUF_LIT(out, "pmsi:");
	buf_str(out, type < sizeof(types) / sizeof(types[0]) ? types[type] : "unknown");
	buf_chr(out, ':');
	buf_u64(out, flags);
	buf_chr(out, ':');
	buf_u64(out, label >> 4);
	if ((label & 15) != 0) {
		buf_chr(out, '(');
		buf_u64(out, label);
		buf_chr(out, ')');
	}
	buf_chr(out, ':');
	add_tunnel(out, type, r);
}

static void
pmsi_json(struct buf *out, const struct attr *a, const struct attr_context *c)
{
	(void)c;
	buf_chr(out, '"');
	add_pmsi(out, a);
	buf_chr(out, '"');
}

static void
pmsi_text(struct buf *out, const struct attr *a, const struct attr_context *c)
{
	(void)c;
	BUF_LIT(out, " pmsi ");
	add_pmsi(out, a);
}

/* The words for the types, as RFC 6514 and RFC 7385 call them. */
static const char *const words[] = {
	"none",
	"rsvp-te-p2mp",
	"mldp-p2mp",
	"pim-ssm",
	"pim-sm",
	"bidir-pim",
	"ingress-replication",
	"mldp-mp2mp",
};

enum { WORDS = sizeof(words) / sizeof(words[0]), ID_MAX = 64 };

static int
put_type(const struct token *k, struct wr *w)
{
	for (unsigned i = 0; i < WORDS; i++) {
		if (token_is(k, words[i])) {
			wr_u8(w, (uint8_t)i);
			return 0;
		}
	}
	return -1;
}

/* An address, or 0x and bytes. */
static int
put_id(const struct token *k, struct wr *w)
{
	uint8_t bytes[ID_MAX];
	struct addr ip;

	if (addr_parse(k->s, k->n, &ip) == 0) {
		wr_bytes(w, ip.bytes, ip.len);
		return 0;
	}
	if (k->n < 4 || k->n % 2 != 0 || k->n > 2 + 2 * ID_MAX || memcmp(k->s, "0x", 2) != 0 ||
		hex_decode(k->s + 2, k->n - 2, bytes) == -1)
		return -1;
	wr_bytes(w, bytes, (k->n - 2) / 2);
	return 0;
}

/* The 24 bits after the type: a label in the high 20, or a VNI (RFC 8365 5.1.3). */
static int
parse_label(struct tokens *t, uint8_t field[3], struct text_error *e)
{
	struct wr w = wr_init(field, 3);
	uint32_t number = 0;

	if (token_accept(t, "label")) {
		if (attr_parse_number(t, 1048575, &number, "an MPLS label", e) == -1)
			return -1;
		number <<= 4;
	} else if (token_accept(t, "vni") &&
		   attr_parse_number(t, 0xffffff, &number, "a VNI", e) == -1) {
		return -1;
	}
	wr_u24(&w, number);
	return 0;
}

static int
pmsi_parse(struct tokens *t, struct attr_builder *b, struct text_error *e)
{
	struct wr *w = &b->values;
	uint8_t *label;

	attr_builder_begin(b, ATTR_PMSI, ATTR_F_OPTIONAL | ATTR_F_TRANSITIVE, false);
	if (attr_parse_expect(t, "(", e) == -1)
		return -1;
	wr_u8(w, 0);
	if (attr_parse_one(t, w, put_type, "a tunnel type as \"ingress-replication\"", e) == -1)
		return -1;
	label = wr_room(w, 3);
	if (label == NULL)
		return text_error_set(e, token_peek(t), "too many attributes");
	memset(label, 0, 3);
	if (w->base[wr_len(w) - 4] != TYPE_NONE &&
		attr_parse_one(t, w, put_id, "an address or 0x…", e) == -1)
		return -1;
	if (parse_label(t, label, e) == -1)
		return -1;
	attr_builder_end(b);
	return attr_parse_expect(t, ")", e);
}

const struct attr_codec attr_pmsi_codec = {
	.code = ATTR_PMSI,
	.flags = ATTR_F_OPTIONAL | ATTR_F_TRANSITIVE,
	.name = "pmsi-tunnel",
	.json_name = "pmsi",
	.min_len = 5,
	.max_len = UINT16_MAX,
	.bad_flags = WIRE_TREAT_AS_WITHDRAW,
	.bad_len = WIRE_TREAT_AS_WITHDRAW,
	.parse = pmsi_parse,
	.json = pmsi_json,
	.text = pmsi_text,
};
