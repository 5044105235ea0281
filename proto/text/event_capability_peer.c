/*
 * Printers of capabilities about the session itself: multisession, and those that the reference
 * does not know, long-lived graceful restart (RFC 9494) and the BGP role (RFC 9234).
 */
#include "common/rd.h"
#include "proto/text/event.h"
#include "proto/text/event_capability.h"
#include "proto/wire/open.h"

void
capability_long_lived_json(struct buf *out, const struct open *o, const struct open_capability *c)
{
	struct rd r = rd_init(c->value, c->len);

	(void)o;
	BUF_LIT(out, "{ \"name\": \"long-lived graceful restart\", \"families\": { ");
	for (unsigned i = 0; rd_left(&r) >= 7; i++) {
		uint32_t family = capability_read_family(&r);
		uint8_t flags = rd_u8(&r);

		if (i > 0)
			BUF_LIT(out, ", ");
		buf_chr(out, '"');
		capability_family_words(out, family, '/');
		buf_printf(out, "\": { \"flags\": %u, \"time\": %u }", flags, rd_u24(&r));
	}
	BUF_LIT(out, " } }");
}

void
capability_long_lived_text(struct buf *out, const struct open *o, const struct open_capability *c)
{
	struct rd r = rd_init(c->value, c->len);

	(void)o;
	BUF_LIT(out, "long-lived graceful restart");
	while (rd_left(&r) >= 7) {
		buf_chr(out, ' ');
		capability_family_words(out, capability_read_family(&r), '/');
		buf_printf(out, "=0x%x", rd_u8(&r));
		buf_printf(out, " time %u", rd_u24(&r));
	}
}

static void
role_words(struct buf *out, const struct open_capability *c)
{
	const char *name = c->len == 1 ? bgp_role_name(c->value[0] + 1u) : NULL;

	if (name != NULL)
		buf_str(out, name);
	else
		buf_printf(out, "unknown-%u", c->len == 1 ? c->value[0] : 0);
}

void
capability_role_json(struct buf *out, const struct open *o, const struct open_capability *c)
{
	(void)o;
	BUF_LIT(out, "{ \"name\": \"role\", \"role\": \"");
	role_words(out, c);
	BUF_LIT(out, "\" }");
}

void
capability_role_text(struct buf *out, const struct open *o, const struct open_capability *c)
{
	(void)o;
	BUF_LIT(out, "role(");
	role_words(out, c);
	buf_chr(out, ')');
}

void
capability_multisession_json(struct buf *out, const struct open *o, const struct open_capability *c)
{
	(void)o;
	buf_printf(out,
		"{ \"name\": \"multisession\", \"variant\": \"%s\", \"capabilities\": [ ] }",
		c->code == CAP_MULTISESSION ? "RFC" : "Cisco");
}

void
capability_multisession_text(struct buf *out, const struct open *o, const struct open_capability *c)
{
	(void)o;
	buf_str(out, c->code == CAP_MULTISESSION ? "multisession (rfc) " : "multisession ");
}
