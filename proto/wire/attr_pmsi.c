/* PMSI_TUNNEL (RFC 6514 5): flags, tunnel type, MPLS label, identifier; read and shown only. */
#include "proto/wire/attr_codecs.h"

#include "common/addr.h"

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

const struct attr_codec attr_pmsi_codec = {
	.code = ATTR_PMSI,
	.flags = ATTR_F_OPTIONAL | ATTR_F_TRANSITIVE,
	.json_name = "pmsi",
	.min_len = 5,
	.max_len = UINT16_MAX,
	.bad_flags = WIRE_TREAT_AS_WITHDRAW,
	.bad_len = WIRE_TREAT_AS_WITHDRAW,
	.json = pmsi_json,
	.text = pmsi_text,
};
