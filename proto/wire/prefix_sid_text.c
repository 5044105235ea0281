/* PREFIX_SID as text, in the reference's words (reference/events.md section 12). */
#include "proto/wire/prefix_sid.h"

#include "common/addr.h"
#include "common/buf.h"
#include "proto/wire/attr.h"

static void
add_not_implemented(struct buf *out, const char *what, uint8_t type, const char *after)
{
	buf_str(out, what);
	buf_u64(out, type);
	buf_str(out, after);
}

static void
structure_text(struct buf *out, struct rd value)
{
	BUF_LIT(out, "sid-structure [");
	for (int i = 0; i < SRV6_SID_STRUCTURE_LEN; i++) {
		if (i > 0)
			buf_chr(out, ',');
		buf_u64(out, rd_u8(&value));
	}
	buf_chr(out, ']');
}

/* The reference never closes the bracket of sid-information. */
static void
information_text(struct buf *out, struct rd r)
{
	struct rd value;
	const uint8_t *sid;
	uint8_t type;
	bool first = true;

	rd_u8(&r);
	sid = rd_bytes(&r, 16);
	rd_u8(&r);
	BUF_LIT(out, "sid-information [ sid:");
	buf_addr_bytes(out, sid, 16);
	BUF_LIT(out, " flags:0 endpoint_behavior:0x");
	prefix_sid_hex(out, rd_u16(&r));
	buf_chr(out, ' ');
	rd_u8(&r);
	for (; prefix_sid_next(&r, &type, &value); first = false) {
		buf_str(out, first ? " [ " : ", ");
		if (prefix_sid_is_structure(type, &value))
			structure_text(out, value);
		else
			add_not_implemented(out, "SRv6 Service Data Sub-Sub-TLV type ", type,
				" not implemented");
	}
	if (!first)
		BUF_LIT(out, " ]");
}

static void
service_text(struct buf *out, struct rd r)
{
	struct rd value;
	uint8_t type;
	bool first = true;

	rd_u8(&r);
	for (; prefix_sid_next(&r, &type, &value); first = false) {
		if (!first)
			BUF_LIT(out, ", ");
		if (type == SRV6_SID_INFORMATION)
			information_text(out, value);
		else
			add_not_implemented(
				out, "SRv6 Service Sub-TLV type ", type, " not implemented");
	}
}

static void
tlv_text(struct buf *out, uint8_t type, struct rd value)
{
	switch (type) {
	case PREFIX_SID_LABEL_INDEX:
		rd_u24(&value);
		buf_u64(out, rd_u32(&value));
		return;
	case PREFIX_SID_SRGB:
		BUF_LIT(out, "[ ");
		prefix_sid_add_srgb(out, value, "( ", ",", " )");
		BUF_LIT(out, " ]");
		return;
	case PREFIX_SID_L3_SERVICE:
	case PREFIX_SID_L2_SERVICE:
		buf_str(out, type == PREFIX_SID_L3_SERVICE ? "l3-service [ " : "l2-service [ ");
		service_text(out, value);
		BUF_LIT(out, " ]");
		return;
	}
	add_not_implemented(out, "Attribute with code [ ", type, " ] not implemented");
}

void
prefix_sid_text(struct buf *out, const struct attr *a, const struct attr_context *c)
{
	struct rd r = rd_init(a->value, a->len), value;
	uint8_t type;
	bool first = true;

	(void)c;
	BUF_LIT(out, " bgp-prefix-sid [ ");
	for (; prefix_sid_next(&r, &type, &value); first = false) {
		if (!first)
			BUF_LIT(out, ", ");
		tlv_text(out, type, value);
	}
	BUF_LIT(out, " ]");
}
