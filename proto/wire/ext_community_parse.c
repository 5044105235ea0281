/*
 * The words for extended communities (reference/config.md 4.6): `type:field:field…`, two fields
 * without a type (a target), one bare name, or `0x` and 16 digits. A 4-byte AS number of a target
 * or origin is written like an address (type 01), as the reference does.
 */
#include "proto/wire/ext_community.h"

#include <string.h>
#include "common/addr.h"
#include "common/hex.h"
#include "common/rd.h"
#include "proto/wire/attr_parse.h"

enum { FIELDS_MAX = 4, SIZE = 8 };

/* A field: decimal, decimal and `L`, or dotted quad. */
struct number {
	uint64_t value;
	bool wide; /* written as a dotted quad or with L */
	bool dotted;
};

static int
parse_field(const struct field *f, struct number *out)
{
	uint8_t ip[4];
	size_t n = f->n;

	*out = (struct number){ 0 };
	if (memchr(f->s, '.', n) != NULL) {
		if (addr_parse4(f->s, n, ip) == -1)
			return -1;
		struct rd r = rd_init(ip, sizeof(ip));
		out->value = rd_u32(&r);
		out->wide = out->dotted = true;
		return 0;
	}
	if (n > 1 && f->s[n - 1] == 'L') {
		out->wide = true;
		n--;
	}
	return parse_u64(f->s, n, UINT64_MAX, &out->value);
}

static int
put_as2(struct wr *w, uint8_t type, uint8_t subtype, const struct number *v)
{
	if (v[0].value > UINT16_MAX || v[1].value > UINT32_MAX)
		return -1;
	wr_u8(w, type);
	wr_u8(w, subtype);
	wr_u16(w, (uint16_t)v[0].value);
	wr_u32(w, (uint32_t)v[1].value);
	return 0;
}

static int
put_as4(struct wr *w, uint8_t type, uint8_t subtype, const struct number *v)
{
	if (v[0].value > UINT32_MAX || v[1].value > UINT16_MAX)
		return -1;
	wr_u8(w, type);
	wr_u8(w, subtype);
	wr_u32(w, (uint32_t)v[0].value);
	wr_u16(w, (uint16_t)v[1].value);
	return 0;
}

static int
put_route(struct wr *w, uint8_t subtype, const struct number *v)
{
	if (v[0].wide || v[0].value > UINT16_MAX)
		return put_as4(w, 0x01, subtype, v);
	return put_as2(w, 0x00, subtype, v);
}

static int
put_target(struct wr *w, const struct number *v)
{
	return put_route(w, 0x02, v);
}

static int
put_target4(struct wr *w, const struct number *v)
{
	return put_as4(w, 0x01, 0x02, v);
}

static int
put_origin(struct wr *w, const struct number *v)
{
	return put_route(w, 0x03, v);
}

static int
put_origin4(struct wr *w, const struct number *v)
{
	return put_as4(w, 0x01, 0x03, v);
}

static int
put_redirect(struct wr *w, const struct number *v)
{
	if (v[0].wide || v[1].dotted)
		return -1;
	return put_as2(w, 0x80, 0x08, v);
}

static int
put_mup(struct wr *w, const struct number *v)
{
	return put_as2(w, 0x0c, 0x00, v);
}

static int
put_l2info(struct wr *w, const struct number *v)
{
	if (v[0].value > UINT8_MAX || v[1].value > UINT8_MAX || v[2].value > UINT16_MAX ||
		v[3].value > UINT16_MAX)
		return -1;
	wr_u16(w, 0x800a);
	wr_u8(w, (uint8_t)v[0].value);
	wr_u8(w, (uint8_t)v[1].value);
	wr_u16(w, (uint16_t)v[2].value);
	wr_u16(w, (uint16_t)v[3].value);
	return 0;
}

/* Link bandwidth: bytes per second as an IEEE single. */
static int
put_bandwidth(struct wr *w, const struct number *v)
{
	float rate = (float)v[1].value;
	uint32_t bits;

	if (v[0].value > UINT16_MAX || v[1].dotted)
		return -1;
	memcpy(&bits, &rate, sizeof(bits));
	wr_u16(w, 0x4004);
	wr_u16(w, (uint16_t)v[0].value);
	wr_u32(w, bits);
	return 0;
}

static const struct word {
	const char *name;
	unsigned fields;
	int (*put)(struct wr *w, const struct number *v);
} words[] = {
	{ "target", 2, put_target },
	{ "origin", 2, put_origin },
	{ "target4", 2, put_target4 },
	{ "origin4", 2, put_origin4 },
	{ "redirect", 2, put_redirect },
	{ "l2info", 4, put_l2info },
	{ "bandwidth", 2, put_bandwidth },
	{ "mup", 2, put_mup },
};

static int
put_hex(const struct token *k, struct wr *w)
{
	uint8_t bytes[SIZE];

	if (k->n != 2 + 2 * SIZE || hex_decode(k->s + 2, k->n - 2, bytes) == -1)
		return -1;
	wr_bytes(w, bytes, sizeof(bytes));
	return 0;
}

static const struct word *
find_word(const struct field *f)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i].name) == f->n && memcmp(words[i].name, f->s, f->n) == 0)
			return &words[i];
	return NULL;
}

int
ext_community_parse(const struct token *k, struct wr *w)
{
	struct field field[1 + FIELDS_MAX];
	struct number v[FIELDS_MAX];
	const struct word *word = &words[0];
	unsigned n, skip = 0;

	if (token_is(k, "redirect-to-nexthop")) {
		wr_u64(w, UINT64_C(0x0800000000000000));
		return 0;
	}
	if (k->n > 2 && k->s[0] == '0' && (k->s[1] == 'x' || k->s[1] == 'X'))
		return put_hex(k, w);
	n = attr_split(k->s, k->n, ':', field, 1 + FIELDS_MAX);
	if (n > 2) {
		word = find_word(&field[0]);
		skip = 1;
	}
	if (word == NULL || n - skip != word->fields)
		return -1;
	for (unsigned i = 0; i < word->fields; i++)
		if (parse_field(&field[skip + i], &v[i]) == -1)
			return -1;
	return word->put(w, v);
}
