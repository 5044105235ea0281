/*
 * Capabilities as JSON and as text (reference/events.md 14). They read the values of the message,
 * which open_decode() has checked; several instances of one code are merged or the last counts, as
 * the format says.
 */
#include "proto/text/event_capability.h"

#include "common/rd.h"
#include "proto/text/event.h"
#include "proto/wire/family.h"
#include "proto/wire/open.h"

void
capability_family_words(struct buf *out, uint32_t family, char separator)
{
	char name[40];

	buf_str(out, afi_name(family_afi(family), name));
	buf_chr(out, separator);
	buf_str(out, safi_name(family_safi(family), name));
}

uint32_t
capability_read_family(struct rd *r)
{
	uint16_t afi = rd_u16(r);

	return FAMILY(afi, rd_u8(r));
}

/* --- multiprotocol: all instances together, each family once --- */

static void
multiprotocol(struct buf *out, const struct open *o, bool json)
{
	for (unsigned i = 0, printed = 0; i < o->n_families; i++) {
		bool seen = false;

		for (unsigned j = 0; j < i && !seen; j++)
			seen = o->families[j] == o->families[i];
		if (seen)
			continue;
		if (printed++ > 0)
			buf_str(out, json ? ", " : ",");
		if (json)
			buf_chr(out, '"');
		capability_family_words(out, o->families[i], json ? '/' : ' ');
		if (json)
			buf_chr(out, '"');
	}
}

static void
multiprotocol_json(struct buf *out, const struct open *o, const struct open_capability *c)
{
	(void)c;
	BUF_LIT(out, "{ \"name\": \"multiprotocol\", \"families\": [ ");
	multiprotocol(out, o, true);
	BUF_LIT(out, " ] }");
}

static void
multiprotocol_text(struct buf *out, const struct open *o, const struct open_capability *c)
{
	(void)c;
	BUF_LIT(out, "multiprotocol(");
	multiprotocol(out, o, false);
	buf_chr(out, ')');
}

/* --- route refresh, 2 and 128: both show the variant of the later one --- */

static bool
refresh_is_cisco(const struct open *o)
{
	for (unsigned i = o->n_caps; i > 0; i--) {
		if (o->caps[i - 1].code == CAP_ROUTE_REFRESH)
			return false;
		if (o->caps[i - 1].code == CAP_ROUTE_REFRESH_CISCO)
			return true;
	}
	return false;
}

static void
refresh_json(struct buf *out, const struct open *o, const struct open_capability *c)
{
	(void)c;
	buf_printf(out, "{ \"name\": \"route-refresh\", \"variant\": \"%s\" }",
		refresh_is_cisco(o) ? "Cisco" : "RFC");
}

static void
refresh_text(struct buf *out, const struct open *o, const struct open_capability *c)
{
	(void)c;
	buf_str(out, refresh_is_cisco(o) ? "cisco route refresh" : "route refresh");
}

/* --- extended next-hop --- */

static void
nexthop_entries(struct buf *out, const struct open_capability *c, bool json)
{
	struct rd r = rd_init(c->value, c->len);
	char name[40];

	for (unsigned i = 0; rd_left(&r) >= 6; i++) {
		uint16_t afi = rd_u16(&r);
		uint16_t safi = rd_u16(&r);
		uint16_t nh = rd_u16(&r);

		if (i > 0)
			buf_str(out, json ? ", " : ",");
		if (json)
			buf_chr(out, '"');
		capability_family_words(out, FAMILY(afi, (uint8_t)safi), json ? '/' : ' ');
		buf_chr(out, json ? '/' : ' ');
		buf_str(out, afi_name(nh, name));
		if (json)
			buf_chr(out, '"');
	}
}

static void
nexthop_json(struct buf *out, const struct open *o, const struct open_capability *c)
{
	(void)o;
	BUF_LIT(out, "{ \"name\": \"nexthop\", \"conversion\": [ ");
	nexthop_entries(out, c, true);
	BUF_LIT(out, " ] }");
}

static void
nexthop_text(struct buf *out, const struct open *o, const struct open_capability *c)
{
	(void)o;
	BUF_LIT(out, "nexthop(");
	nexthop_entries(out, c, false);
	buf_chr(out, ')');
}

/* --- graceful restart (RFC 4724; the two flag names are swapped in the format) --- */

static void
restart_json(struct buf *out, const struct open *o, const struct open_capability *c)
{
	struct rd r = rd_init(c->value, c->len);
	uint16_t head = rd_u16(&r);

	(void)o;
	buf_printf(out,
		"{ \"name\": \"graceful restart\", \"time\": %u, \"address-family-flags\": { ",
		head & 0xfff);
	for (unsigned i = 0; rd_left(&r) >= 4; i++) {
		uint32_t family = capability_read_family(&r);

		if (i > 0)
			BUF_LIT(out, ", ");
		buf_chr(out, '"');
		capability_family_words(out, family, '/');
		buf_str(out, rd_u8(&r) & 0x80 ? "\": [ \"restart\" ] " : "\": [ ] ");
	}
	BUF_LIT(out, "}, \"restart-flags\": [ ");
	if (head & 0x8000)
		BUF_LIT(out, "\"forwarding\" ");
	BUF_LIT(out, "]  }");
}

static void
restart_text(struct buf *out, const struct open *o, const struct open_capability *c)
{
	struct rd r = rd_init(c->value, c->len);
	uint16_t head = rd_u16(&r);

	(void)o;
	buf_printf(out, "graceful restart flags 0x%x time %u ", head >> 12, head & 0xfff);
	for (unsigned i = 0; rd_left(&r) >= 4; i++) {
		uint32_t family = capability_read_family(&r);

		if (i > 0)
			buf_chr(out, ' ');
		capability_family_words(out, family, '/');
		buf_printf(out, "=0x%x", rd_u8(&r));
	}
}

/* --- add-path (RFC 7911), paths-limit --- */

static void
addpath_mode(struct buf *out, uint8_t mode)
{
	static const char *const modes[] = { "disabled", "receive", "send", "send/receive" };

	if (mode < sizeof(modes) / sizeof(modes[0]))
		buf_str(out, modes[mode]);
	else
		buf_printf(out, "invalid (%u)", mode);
}

static void
addpath_json(struct buf *out, const struct open *o, const struct open_capability *c)
{
	struct rd r = rd_init(c->value, c->len);

	(void)o;
	BUF_LIT(out, "{ \"name\": \"addpath\"");
	for (unsigned i = 0; rd_left(&r) >= 4; i++) {
		buf_str(out, i == 0 ? ", \"" : ",\"");
		capability_family_words(out, capability_read_family(&r), '/');
		BUF_LIT(out, "\": \"");
		addpath_mode(out, rd_u8(&r));
		buf_chr(out, '"');
	}
	BUF_LIT(out, " }");
}

static void
addpath_text(struct buf *out, const struct open *o, const struct open_capability *c)
{
	struct rd r = rd_init(c->value, c->len);

	(void)o;
	BUF_LIT(out, "addpath(");
	for (unsigned i = 0; rd_left(&r) >= 4; i++) {
		uint32_t family = capability_read_family(&r);

		if (i > 0)
			buf_chr(out, ',');
		addpath_mode(out, rd_u8(&r));
		buf_chr(out, ' ');
		capability_family_words(out, family, ' ');
	}
	buf_chr(out, ')');
}

static void
limit_json(struct buf *out, const struct open *o, const struct open_capability *c)
{
	struct rd r = rd_init(c->value, c->len);

	(void)o;
	BUF_LIT(out, "{ \"name\": \"paths-limit\"");
	while (rd_left(&r) >= 5) {
		uint32_t family = capability_read_family(&r);
		uint16_t limit = rd_u16(&r);

		if (limit == 0)
			continue;
		BUF_LIT(out, ", \"");
		capability_family_words(out, family, '/');
		buf_printf(out, "\": %u", limit);
	}
	BUF_LIT(out, " }");
}

static void
limit_text(struct buf *out, const struct open *o, const struct open_capability *c)
{
	struct rd r = rd_init(c->value, c->len);
	bool first = true;

	(void)o;
	BUF_LIT(out, "pathslimit(");
	while (rd_left(&r) >= 5) {
		uint32_t family = capability_read_family(&r);
		uint16_t limit = rd_u16(&r);

		if (limit == 0)
			continue;
		if (!first)
			BUF_LIT(out, ", ");
		first = false;
		capability_family_words(out, family, ' ');
		buf_printf(out, " %u", limit);
	}
	buf_chr(out, ')');
}

/* --- small ones --- */

static uint32_t
asn4_value(const struct open_capability *c)
{
	struct rd r = rd_init(c->value, c->len);

	return c->len == 2 ? rd_u16(&r) : rd_u32(&r);
}

static void
asn4_json(struct buf *out, const struct open *o, const struct open_capability *c)
{
	(void)o;
	buf_printf(out, "{ \"name\": \"asn4\", \"asn4\": %u }", asn4_value(c));
}

static void
asn4_text(struct buf *out, const struct open *o, const struct open_capability *c)
{
	(void)o;
	buf_printf(out, "asn4(%u)", asn4_value(c));
}

static void
hostname_parts(const struct open_capability *c, const uint8_t *part[2], uint8_t len[2])
{
	struct rd r = rd_init(c->value, c->len);

	for (int i = 0; i < 2; i++) {
		len[i] = rd_u8(&r);
		part[i] = rd_bytes(&r, len[i]);
		if (part[i] == NULL) {
			part[i] = (const uint8_t *)"";
			len[i] = 0;
		}
	}
}

static void
hostname_json(struct buf *out, const struct open *o, const struct open_capability *c)
{
	const uint8_t *part[2];
	uint8_t len[2];

	(void)o;
	hostname_parts(c, part, len);
	BUF_LIT(out, "{ \"host-name\": ");
	buf_json_string(out, part[0], len[0]);
	BUF_LIT(out, ", \"domain-name\": ");
	buf_json_string(out, part[1], len[1]);
	BUF_LIT(out, " }");
}

static void
hostname_text(struct buf *out, const struct open *o, const struct open_capability *c)
{
	const uint8_t *part[2];
	uint8_t len[2];

	(void)o;
	hostname_parts(c, part, len);
	BUF_LIT(out, "hostname(");
	event_escape(out, part[0], len[0], true);
	buf_chr(out, ' ');
	event_escape(out, part[1], len[1], true);
	buf_chr(out, ')');
}

static void
software_json(struct buf *out, const struct open *o, const struct open_capability *c)
{
	BUF_LIT(out, "{ \"software\": ");
	buf_json_string(out, o->software != NULL ? o->software : c->value, o->software_len);
	BUF_LIT(out, " }");
}

static void
software_text(struct buf *out, const struct open *o, const struct open_capability *c)
{
	BUF_LIT(out, "software(");
	event_escape(out, o->software != NULL ? o->software : c->value, o->software_len, true);
	buf_chr(out, ')');
}

static void
extended_json(struct buf *out, const struct open *o, const struct open_capability *c)
{
	(void)o;
	(void)c;
	BUF_LIT(out, "{ \"name\": \"extended-message\", \"size\": 65535 }");
}

static void
extended_text(struct buf *out, const struct open *o, const struct open_capability *c)
{
	(void)o;
	(void)c;
	BUF_LIT(out, "extended message(65535)");
}

/* Capabilities without a value worth showing: the key is the name. */
static const struct {
	uint8_t code;
	const char *text;
} plain[] = {
	{ CAP_ENHANCED_REFRESH, "enhanced route refresh" },
	{ CAP_LINK_LOCAL_NEXTHOP, "link-local nexthop" },
	{ CAP_OPERATIONAL, "operational" },
};

static void plain_json(struct buf *out, const struct open *o, const struct open_capability *c);
static void plain_text(struct buf *out, const struct open *o, const struct open_capability *c);

/* In the order of a sent OPEN's event. */
static const struct capability_row rows[] = {
	{ CAP_MULTIPROTOCOL, "multiprotocol", multiprotocol_json, multiprotocol_text },
	{ CAP_ASN4, "asn4", asn4_json, asn4_text },
	{ CAP_EXTENDED_NEXTHOP, "nexthop", nexthop_json, nexthop_text },
	{ CAP_ADD_PATH, "add-path", addpath_json, addpath_text },
	{ CAP_PATHS_LIMIT, "paths-limit", limit_json, limit_text },
	{ CAP_GRACEFUL_RESTART, "graceful-restart", restart_json, restart_text },
	{ CAP_ROUTE_REFRESH, "route-refresh", refresh_json, refresh_text },
	{ CAP_ENHANCED_REFRESH, "enhanced-route-refresh", plain_json, plain_text },
	{ CAP_OPERATIONAL, "operational", plain_json, plain_text },
	{ CAP_EXTENDED_MESSAGE, "extended-message", extended_json, extended_text },
	{ CAP_HOSTNAME, "hostname", hostname_json, hostname_text },
	{ CAP_SOFTWARE_VERSION, "software-version", software_json, software_text },
	{ CAP_LINK_LOCAL_NEXTHOP, "link-local-nexthop", plain_json, plain_text },
	{ CAP_MULTISESSION, "multi-session", capability_multisession_json,
		capability_multisession_text },
	{ CAP_LLGR, "long-lived-graceful-restart", capability_long_lived_json,
		capability_long_lived_text },
	{ CAP_ROLE, "role", capability_role_json, capability_role_text },
	{ CAP_ROUTE_REFRESH_CISCO, NULL, refresh_json, refresh_text },
	{ CAP_MULTISESSION_CISCO, NULL, capability_multisession_json,
		capability_multisession_text },
};

const struct capability_row *
capability_row(uint8_t code)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].code == code)
			return &rows[i];
	}
	return NULL;
}

static void
plain_json(struct buf *out, const struct open *o, const struct open_capability *c)
{
	(void)o;
	buf_printf(out, "{ \"name\": \"%s\" }", capability_row(c->code)->key);
}

static void
plain_text(struct buf *out, const struct open *o, const struct open_capability *c)
{
	(void)o;
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		if (plain[i].code == c->code)
			buf_str(out, plain[i].text);
	}
}

int
capability_rank(const struct capability_row *row)
{
	return (int)(row - rows);
}

static const char *
unknown_class(uint8_t code)
{
	return code >= 128 ? "reserved" : code >= 70 ? "unassigned" : "unknown";
}

void
capability_unknown_json(struct buf *out, const struct open_capability *c)
{
	buf_printf(out, "{ \"name\": \"unknown\", \"iana\": \"%s\", \"value\": %u, \"raw\": \"",
		unknown_class(c->code), c->code);
	buf_hex_upper(out, c->value, c->len);
	BUF_LIT(out, "\" }");
}

void
capability_unknown_text(struct buf *out, const struct open_capability *c)
{
	static const struct {
		uint8_t code;
		const char *name;
	} names[] = {
		{ 3, "outbound-route-filtering" },
		{ 4, "multiple-routes" },
		{ 67, "dynamic-capability" },
	};

	buf_str(out, unknown_class(c->code));
	buf_chr(out, ' ');
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].code == c->code) {
			buf_str(out, names[i].name);
			return;
		}
	}
	buf_printf(out, "unknown capability 0x%x", c->code);
}
