/*
 * The capabilities that carry text: hostname, code 73 (draft-walton-bgp-hostname-capability), and
 * software version, code 75 (draft-abraitis-bgp-version-capability). Received text is UTF-8.
 */
#include "proto/wire/capability.h"

#include <string.h>

#include "common/rd.h"
#include "common/utf8.h"

enum { TEXT_MAX = 64 };

static void
put_text(struct wr *w, const char *text)
{
	size_t n = strnlen(text, TEXT_MAX);

	wr_u8(w, (uint8_t)n);
	wr_bytes(w, text, n);
}

static void
hostname_encode(struct wr *w, const struct capability_config *c, uint32_t local_as)
{
	(void)local_as;
	if (c->hostname[0] == '\0')
		return;
	size_t at = capability_begin(w, CAP_HOSTNAME);
	put_text(w, c->hostname);
	put_text(w, c->domain);
	capability_end(w, at);
}

static int
hostname_decode(struct open *o, const uint8_t *value, uint8_t n, struct wire_error *err)
{
	struct rd r = rd_init(value, n);
	uint8_t len = rd_u8(&r);

	if (!rd_ok(&r))
		return wire_error_set(
			err, 2, 0, "Hostname capability too short: need at least 1 byte");
	const uint8_t *host = rd_bytes(&r, len);
	if (host == NULL)
		return wire_error_set(err, 2, 0,
			"Hostname capability truncated: need %u bytes for hostname, got %u",
			1u + len, n);
	uint8_t domain_len = rd_left(&r) > 0 ? rd_u8(&r) : 0;
	const uint8_t *domain = rd_bytes(&r, domain_len);
	if (domain == NULL)
		return wire_error_set(err, 2, 0,
			"Hostname capability truncated: need %u bytes total, got %u",
			2u + len + domain_len, n);
	if (!utf8_valid(host, len) || !utf8_valid(domain, domain_len))
		return wire_error_set(err, 2, 0,
			"the host name in the capability is not valid UTF-8 (malformed sequence)");
	o->hostname = host;
	o->hostname_len = len;
	o->domain = domain;
	o->domain_len = domain_len;
	return 0;
}

static void
software_encode(struct wr *w, const struct capability_config *c, uint32_t local_as)
{
	(void)local_as;
	if (!c->software_version)
		return;
	size_t at = capability_begin(w, CAP_SOFTWARE_VERSION);
	put_text(w, c->version);
	capability_end(w, at);
}

static int
software_decode(struct open *o, const uint8_t *value, uint8_t n, struct wire_error *err)
{
	struct rd r = rd_init(value, n);
	uint8_t len = rd_u8(&r);

	if (!rd_ok(&r))
		return wire_error_set(
			err, 2, 0, "Software capability too short: need at least 1 byte");
	const uint8_t *text = rd_bytes(&r, len);
	if (text == NULL)
		return wire_error_set(err, 2, 0,
			"Software capability truncated: need %u bytes, got %u", 1u + len, n);
	if (!utf8_valid(text, len))
		return wire_error_set(err, 2, 0,
			"the software version in the capability is not valid UTF-8 "
			"(malformed sequence)");
	o->software = text;
	o->software_len = len;
	return 0;
}

const struct capability_codec capability_hostname = { CAP_HOSTNAME, hostname_encode,
	hostname_decode };
const struct capability_codec capability_software = { CAP_SOFTWARE_VERSION, software_encode,
	software_decode };
