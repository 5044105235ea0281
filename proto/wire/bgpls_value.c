/* Plain values of BGP-LS TLVs: numbers, flags, floats, names, addresses; see bgpls_tlv.h. */
#include "proto/wire/bgpls_tlv.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "common/addr.h"
#include "common/utf8.h"
#include "proto/wire/attr_codecs.h"

void
bgpls_key(struct buf *out, const char *key, bool json)
{
	char quote = json ? '"' : '\'';

	buf_chr(out, quote);
	buf_str(out, key);
	buf_chr(out, quote);
	BUF_LIT(out, ": ");
}

void
bgpls_flags(struct buf *out, uint8_t bits, const char *const *names, bool json)
{
	buf_chr(out, '{');
	for (; *names != NULL; names++, bits = (uint8_t)(bits << 1)) {
		bgpls_key(out, *names, json);
		buf_str(out, (bits & 0x80) != 0 ? "1, " : "0, ");
	}
	bgpls_key(out, "RSV", json);
	BUF_LIT(out, "0}");
}

void
bgpls_print_flags(struct buf *out, const struct bgpls_tlv *row, struct rd value, bool json)
{
	bgpls_flags(out, rd_u8(&value), row->flags, json);
}

void
bgpls_print_protection(struct buf *out, const struct bgpls_tlv *row, struct rd value, bool json)
{
	uint8_t bits = rd_u8(&value), turned = 0;

	for (int i = 0; i < 8; i++)
		turned |= (uint8_t)((bits >> i & 1) << (7 - i));
	bgpls_flags(out, turned, row->flags, json);
}

/* The shortest digits that read back as v: with a point, exponent from 1e16 and below 1e-4. */
void
bgpls_double(struct buf *out, double v, bool json)
{
	char digits[40], *exponent;
	int precision = 0, power, shown;

	if (!isfinite(v)) {
		buf_str(out, json ? "null" : isnan(v) ? "nan" : v < 0 ? "-inf" : "inf");
		return;
	}
	do
		snprintf(digits, sizeof(digits), "%.*e", precision, v);
	while (precision++ < 17 && strtod(digits, NULL) != v);
	exponent = strchr(digits, 'e');
	power = (int)strtol(exponent + 1, NULL, 10);
	if (power >= -4 && power < 16) {
		shown = precision - 1 - power;
		buf_printf(out, "%.*f", shown > 0 ? shown : 1, v);
	} else {
		buf_str(out, digits); /* its exponent has two digits or more already */
	}
}

static double
read_float(struct rd *value)
{
	uint32_t bits = rd_u32(value);
	float v;

	memcpy(&v, &bits, sizeof(v));
	return (double)v;
}

void
bgpls_print_float(struct buf *out, const struct bgpls_tlv *row, struct rd value, bool json)
{
	(void)row;
	bgpls_double(out, read_float(&value), json);
}

void
bgpls_print_floats(struct buf *out, const struct bgpls_tlv *row, struct rd value, bool json)
{
	(void)row;
	buf_chr(out, '[');
	while (rd_left(&value) >= 4) {
		bgpls_double(out, read_float(&value), json);
		if (rd_left(&value) >= 4)
			BUF_LIT(out, ", ");
	}
	buf_chr(out, ']');
}

static void
add_numbers(struct buf *out, struct rd value, size_t size)
{
	buf_chr(out, '[');
	while (rd_left(&value) >= size) {
		buf_decimal(out, rd_bytes(&value, size), size);
		if (rd_left(&value) >= size)
			BUF_LIT(out, ", ");
	}
	buf_chr(out, ']');
}

/* Algorithms: an empty list means the first one. */
void
bgpls_print_numbers8(struct buf *out, const struct bgpls_tlv *row, struct rd value, bool json)
{
	(void)row, (void)json;
	if (rd_left(&value) == 0)
		BUF_LIT(out, "[0]");
	else
		add_numbers(out, value, 1);
}

void
bgpls_print_numbers32(struct buf *out, const struct bgpls_tlv *row, struct rd value, bool json)
{
	(void)row, (void)json;
	add_numbers(out, value, 4);
}

void
bgpls_print_numbers64(struct buf *out, const struct bgpls_tlv *row, struct rd value, bool json)
{
	(void)row, (void)json;
	add_numbers(out, value, 8);
}

void
bgpls_print_number(struct buf *out, const struct bgpls_tlv *row, struct rd value, bool json)
{
	size_t n = rd_left(&value);

	(void)row, (void)json;
	buf_decimal(out, rd_bytes(&value, n), n);
}

/* An area: a number, but in JSON a string. */
void
bgpls_print_decimal(struct buf *out, const struct bgpls_tlv *row, struct rd value, bool json)
{
	if (json)
		buf_chr(out, '"');
	bgpls_print_number(out, row, value, json);
	if (json)
		buf_chr(out, '"');
}

void
bgpls_print_opaque(struct buf *out, const struct bgpls_tlv *row, struct rd value, bool json)
{
	size_t n = rd_left(&value);

	(void)row;
	if (json)
		buf_chr(out, '"');
	buf_hex_lower(out, rd_bytes(&value, n), n);
	if (json)
		buf_chr(out, '"');
}

void
bgpls_print_name(struct buf *out, const struct bgpls_tlv *row, struct rd value, bool json)
{
	size_t n = rd_left(&value);

	(void)row;
	if (json)
		buf_json_string(out, rd_bytes(&value, n), n);
	else
		attr_printable(out, value);
}

void
bgpls_print_address(struct buf *out, const struct bgpls_tlv *row, struct rd value, bool json)
{
	size_t n = rd_left(&value);

	(void)row;
	if (json)
		buf_chr(out, '"');
	buf_addr_bytes(out, rd_bytes(&value, n), n);
	if (json)
		buf_chr(out, '"');
}

bool
bgpls_check_address(struct rd value)
{
	return rd_left(&value) == 4 || rd_left(&value) == 16;
}

void
bgpls_print_identifiers(struct buf *out, const struct bgpls_tlv *row, struct rd value, bool json)
{
	(void)row;
	buf_chr(out, '{');
	bgpls_key(out, "local-id", json);
	buf_u64(out, rd_u32(&value));
	BUF_LIT(out, ", ");
	bgpls_key(out, "remote-id", json);
	buf_u64(out, rd_u32(&value));
	buf_chr(out, '}');
}

/* `, "anomalous": true}` */
static void
add_anomalous(struct buf *out, bool anomalous, bool json)
{
	BUF_LIT(out, ", ");
	bgpls_key(out, "anomalous", json);
	if (json)
		buf_str(out, anomalous ? "true}" : "false}");
	else
		buf_str(out, anomalous ? "True}" : "False}");
}

void
bgpls_print_delay(struct buf *out, const struct bgpls_tlv *row, struct rd value, bool json)
{
	uint8_t flags = rd_u8(&value);

	(void)row;
	buf_chr(out, '{');
	bgpls_key(out, "delay-us", json);
	buf_u64(out, rd_u24(&value));
	add_anomalous(out, (flags & 0x80) != 0, json);
}

void
bgpls_print_minmax_delay(struct buf *out, const struct bgpls_tlv *row, struct rd value, bool json)
{
	uint8_t flags = rd_u8(&value);

	(void)row;
	buf_chr(out, '{');
	bgpls_key(out, "min-delay-us", json);
	buf_u64(out, rd_u24(&value));
	rd_u8(&value);
	BUF_LIT(out, ", ");
	bgpls_key(out, "max-delay-us", json);
	buf_u64(out, rd_u24(&value));
	add_anomalous(out, (flags & 0x80) != 0, json);
}

void
bgpls_print_variation(struct buf *out, const struct bgpls_tlv *row, struct rd value, bool json)
{
	(void)row, (void)json;
	rd_u8(&value);
	buf_u64(out, rd_u24(&value));
}

void
bgpls_print_loss(struct buf *out, const struct bgpls_tlv *row, struct rd value, bool json)
{
	uint8_t flags = rd_u8(&value);

	(void)row;
	buf_chr(out, '{');
	bgpls_key(out, "loss-percent", json);
	bgpls_double(out, rd_u24(&value) * 0.000003, json);
	add_anomalous(out, (flags & 0x80) != 0, json);
}
