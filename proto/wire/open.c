/*
 * OPEN messages: the fixed part, optional parameters in the classic form (RFC 4271 4.2, RFC 5492)
 * and the extended one (RFC 9072). Encoding writes each capability as its own parameter; decoding
 * takes several per parameter as well. Texts of the errors as reference/wire.md 3.1.
 */
#include "proto/wire/open.h"

#include <stdio.h>
#include <string.h>

#include "common/rd.h"
#include "proto/wire/capability.h"
#include "proto/wire/message.h"

enum { VERSION = 4, PARAMETER_AUTHENTICATION = 1, PARAMETER_CAPABILITIES = 2, EXTENDED = 255 };

/* Bytes of all capabilities as classic parameters, or -1 when the list is malformed. */
static int
classic_length(const uint8_t *caps, size_t caps_n)
{
	struct rd r = rd_init(caps, caps_n);
	int n = 0;

	while (rd_left(&r) > 0) {
		rd_u8(&r);
		uint8_t len = rd_u8(&r);
		if (rd_bytes(&r, len) == NULL)
			return -1;
		n += 4 + len;
	}
	return n;
}

static void
put_parameters(struct wr *w, const uint8_t *caps, size_t caps_n, bool extended)
{
	struct rd r = rd_init(caps, caps_n);

	while (rd_left(&r) > 0) {
		const uint8_t *start = r.p;

		rd_u8(&r);
		uint8_t len = rd_u8(&r);
		rd_bytes(&r, len);
		wr_u8(w, PARAMETER_CAPABILITIES);
		if (extended)
			wr_u16(w, (uint16_t)(2 + len));
		else
			wr_u8(w, (uint8_t)(2 + len));
		wr_bytes(w, start, 2 + (size_t)len);
	}
}

void
open_encode(struct wr *w, uint32_t local_as, uint16_t hold_time, uint32_t router_id,
	const uint8_t *caps, size_t caps_n)
{
	int n = classic_length(caps, caps_n);
	size_t start = message_begin(w, MESSAGE_OPEN);

	if (n < 0)
		w->bad = true;
	wr_u8(w, VERSION);
	wr_u16(w, local_as > UINT16_MAX ? AS_TRANS : (uint16_t)local_as);
	wr_u16(w, hold_time);
	wr_u32(w, router_id);
	if (n >= 0 && n < EXTENDED) {
		wr_u8(w, (uint8_t)n);
		put_parameters(w, caps, caps_n, false);
	} else if (n >= 0) {
		wr_u16(w, 0xffff);
		size_t at = wr_mark_u16(w);
		put_parameters(w, caps, caps_n, true);
		wr_patch_u16(w, at);
	}
	message_end(w, start);
}

/* "Bad length for OPEN WHAT (WHY) 0xHEX" with what is left from start on. */
static int
bad_length(struct wire_error *err, const char *what, const char *why, const uint8_t *start,
	const struct rd *r)
{
	char hex[2 * WIRE_ERROR_DATA_MAX + 1];
	size_t n = (size_t)(r->end - start);

	if (n > WIRE_ERROR_DATA_MAX)
		n = WIRE_ERROR_DATA_MAX;
	hex[0] = '\0';
	for (size_t i = 0; i < n; i++)
		snprintf(hex + 2 * i, 3, "%02x", start[i]);
	return wire_error_set(err, 2, 0, "Bad length for OPEN %s (%s) 0x%s", what, why, hex);
}

static int
decode_capability(
	struct open *o, uint8_t code, const uint8_t *value, uint8_t n, struct wire_error *err)
{
	const struct capability_codec *codec = capability_codec(code);

	o->seen[code >> 3] |= (uint8_t)(1 << (code & 7));
	if (o->n_caps < sizeof(o->caps) / sizeof(o->caps[0]))
		o->caps[o->n_caps++] = (struct open_capability){ code, n, value };
	if (codec == NULL || codec->decode == NULL)
		return 0;
	return codec->decode(o, value, n, err);
}

static int
decode_capabilities(struct open *o, struct rd r, struct wire_error *err)
{
	while (rd_left(&r) > 0) {
		const uint8_t *start = r.p;

		if (rd_left(&r) < 2)
			return bad_length(err, "capability", "<2", start, &r);
		uint8_t code = rd_u8(&r);
		uint8_t n = rd_u8(&r);
		const uint8_t *value = rd_bytes(&r, n);
		if (value == NULL)
			return bad_length(err, "capability", "buffer underrun", start, &r);
		if (decode_capability(o, code, value, n, err) < 0)
			return -1;
	}
	return 0;
}

static int
decode_parameters(struct open *o, struct rd r, bool extended, struct wire_error *err)
{
	const char *what = extended ? "(extended) parameter" : "parameter";
	size_t head = extended ? 3 : 2;

	while (rd_left(&r) > 0) {
		const uint8_t *start = r.p;

		if (rd_left(&r) < head)
			return bad_length(err, what, extended ? "<3" : "<2", start, &r);
		uint8_t type = rd_u8(&r);
		size_t n = extended ? rd_u16(&r) : rd_u8(&r);
		if (rd_left(&r) < n)
			return bad_length(err, what, "buffer underrun", start, &r);
		struct rd value = rd_sub(&r, n);
		if (type == PARAMETER_AUTHENTICATION)
			return wire_error_std(err, 2, 5);
		if (type != PARAMETER_CAPABILITIES)
			return wire_error_set(err, 2, 0, "Unknow OPEN parameter 0x%x", type);
		if (decode_capabilities(o, value, err) < 0)
			return -1;
	}
	return 0;
}

/* r stands at the byte with the length of the optional parameters. */
static int
decode_optional(struct open *o, struct rd r, struct wire_error *err)
{
	size_t got = rd_left(&r);
	const uint8_t *p = r.p;

	if (got == 0)
		return wire_error_set(err, 2, 0, "OPEN parameters truncated: need 1 bytes, got 0");
	if (p[0] == EXTENDED && (got < 2 || p[1] == EXTENDED)) {
		if (got < 4)
			return wire_error_set(err, 2, 0,
				"OPEN extended parameters too short: need 4 bytes, got %zu", got);
		rd_u16(&r);
		size_t n = rd_u16(&r);
		if (rd_left(&r) < n)
			return wire_error_set(err, 2, 0,
				"OPEN extended parameters truncated: need %zu bytes, got %zu",
				n + 4, got);
		return decode_parameters(o, rd_sub(&r, n), true, err);
	}
	size_t n = rd_u8(&r);
	if (rd_left(&r) < n)
		return wire_error_set(err, 2, 0,
			"OPEN parameters truncated: need %zu bytes, got %zu", n + 1, got);
	return decode_parameters(o, rd_sub(&r, n), false, err);
}

int
open_decode(const uint8_t *body, size_t n, struct open *out, struct wire_error *err)
{
	struct rd r = rd_init(body, n);

	memset(out, 0, sizeof(*out));
	out->version = rd_u8(&r);
	out->my_as = rd_u16(&r);
	out->hold_time = rd_u16(&r);
	out->router_id = rd_u32(&r);
	if (!rd_ok(&r))
		return wire_error_set(
			err, 1, 2, "OPEN has an invalid message length of %zu", n + MESSAGE_HEADER);
	if (out->version != VERSION)
		return wire_error_set(err, 2, 1, "unsupported version: %u", out->version);
	return decode_optional(out, r, err);
}
