/*
 * TUNNEL_ENCAP (RFC 9012): a list of tunnels. Tunnel type 15, an SR policy, is shown in full
 * (sr_policy.c), other types as bytes. A length that does not fit makes the attribute malformed:
 * treat-as-withdraw (RFC 9012 13, RFC 9830 5).
 */
#include "proto/wire/attr_codecs.h"
#include "proto/wire/sr_policy.h"

static bool
next_tunnel(struct rd *r, uint16_t *type, struct rd *value)
{
	if (!rd_ok(r) || rd_left(r) == 0)
		return false;
	*type = rd_u16(r);
	*value = rd_sub(r, rd_u16(r));
	return rd_ok(r);
}

static enum wire_verdict
tunnel_encap_check(const struct attr *a, const struct attr_context *c, struct wire_error *why)
{
	struct rd r = rd_init(a->value, a->len), value;
	uint16_t type;

	(void)c;
	while (next_tunnel(&r, &type, &value))
		if (type == SR_POLICY_TUNNEL && !sr_policy_is_sound(value)) {
			wire_error_set(why, 3, 9, "truncated sub-TLV");
			return WIRE_TREAT_AS_WITHDRAW;
		}
	if (rd_done(&r))
		return WIRE_OK;
	wire_error_set(why, 3, 9, "truncated TLV");
	return WIRE_TREAT_AS_WITHDRAW;
}

static void
tunnel_encap_json(struct buf *out, const struct attr *a, const struct attr_context *c)
{
	struct rd r = rd_init(a->value, a->len), value;
	const char *between = "{";
	uint16_t type;

	(void)c;
	for (; next_tunnel(&r, &type, &value); between = ", ") {
		size_t n = rd_left(&value);

		buf_str(out, between);
		if (type == SR_POLICY_TUNNEL) {
			BUF_LIT(out, "\"sr-policy\": ");
			sr_policy_json(out, value);
			continue;
		}
		BUF_LIT(out, "\"tunnel-type-");
		buf_u64(out, type);
		BUF_LIT(out, "\": \"0x");
		buf_hex_upper(out, rd_bytes(&value, n), n);
		buf_chr(out, '"');
	}
	buf_chr(out, '}');
}

static void
tunnel_encap_text(struct buf *out, const struct attr *a, const struct attr_context *c)
{
	struct rd r = rd_init(a->value, a->len), value;
	const char *between = "";
	uint16_t type;

	(void)c;
	BUF_LIT(out, " tunnel-encap tunnel-encap [");
	for (; next_tunnel(&r, &type, &value); between = ", ") {
		buf_str(out, between);
		if (type == SR_POLICY_TUNNEL) {
			BUF_LIT(out, "sr-policy ");
			sr_policy_text(out, value);
			continue;
		}
		BUF_LIT(out, "tunnel-type:");
		buf_u64(out, type);
	}
	buf_chr(out, ']');
}

const struct attr_codec attr_tunnel_encap_codec = {
	.code = ATTR_TUNNEL_ENCAP,
	.flags = ATTR_F_OPTIONAL | ATTR_F_TRANSITIVE,
	.json_name = "tunnel-encap",
	.min_len = 4,
	.max_len = UINT16_MAX,
	.bad_flags = WIRE_TREAT_AS_WITHDRAW,
	.bad_len = WIRE_TREAT_AS_WITHDRAW,
	.check = tunnel_encap_check,
	.json = tunnel_encap_json,
	.text = tunnel_encap_text,
};
