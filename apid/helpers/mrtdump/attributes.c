/*
 * One row per member of "attribute" (reference/events.md 9.1), with how its value is read. What the
 * service shows as bytes (`attribute-0xCC-0xFF`) comes back as these bytes. PMSI tunnels, tunnel
 * encapsulations, prefix SIDs and BGP-LS are shown without their exact bytes: they are left out.
 */
#include "apid/helpers/mrtdump/attributes.h"

#include <string.h>

#include "common/addr.h"
#include "common/hex.h"
#include "proto/wire/attr.h"

enum { CODES = 256 };

struct collected {
	struct {
		bool present;
		uint8_t flags;
		size_t at, len;
	} slots[CODES];
	struct wr values;
	uint8_t bytes[ATTR_BLOCK_MAX];
};

/* --- values; false: not this attribute's --- */

static bool
read_origin(const struct json *v, struct wr *w)
{
	static const char *const names[] = { "igp", "egp", "incomplete" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (json_is(v, names[i])) {
			wr_u8(w, (uint8_t)i);
			return true;
		}
	}
	return false;
}

static bool
read_u32(const struct json *v, struct wr *w)
{
	uint64_t n;

	if (!json_number(v, UINT32_MAX, &n))
		return false;
	wr_u32(w, (uint32_t)n);
	return true;
}

static bool
read_segment(const struct json *v, struct wr *w)
{
	static const char *const types[] = { NULL, "as-set", "as-sequence", "as-confed-sequence",
		"as-confed-set" };
	struct json element, list, as;
	struct json_walk walk;
	uint8_t type = sizeof(types) / sizeof(types[0]) - 1;
	size_t at = wr_len(w) + 1;
	unsigned n = 0;

	if (!json_find(v, "element", &element) || !json_find(v, "value", &list) ||
		!json_walk(&list, '[', &walk))
		return false;
	while (type > 0 && !json_is(&element, types[type]))
		type--;
	wr_u8(w, type);
	wr_u8(w, 0);
	for (; json_next_element(&walk, &as); n++)
		if (!read_u32(&as, w))
			return false;
	if (type == 0 || n > UINT8_MAX || !wr_ok(w))
		return false;
	w->base[at] = (uint8_t)n;
	return true;
}

static bool
read_as_path(const struct json *v, struct wr *w)
{
	struct json key, segment;
	struct json_walk walk;

	if (!json_walk(v, '{', &walk))
		return false;
	while (json_next_member(&walk, &key, &segment))
		if (!read_segment(&segment, w))
			return false;
	return true;
}

static bool
read_true(const struct json *v, struct wr *w)
{
	(void)w;
	return json_is(v, "true");
}

static bool
read_id_text(const char *s, size_t n, struct wr *w)
{
	uint8_t id[4];

	if (addr_parse4(s, n, id) < 0)
		return false;
	wr_bytes(w, id, sizeof(id));
	return true;
}

static bool
read_id(const struct json *v, struct wr *w)
{
	struct json text;

	return json_string(v, &text) && read_id_text(text.s, text.n, w);
}

/* "65000:192.0.2.1" */
static bool
read_aggregator(const struct json *v, struct wr *w)
{
	struct json text;
	const char *colon;
	uint32_t as;

	if (!json_string(v, &text))
		return false;
	colon = memchr(text.s, ':', text.n);
	if (colon == NULL || parse_u32(text.s, (size_t)(colon - text.s), UINT32_MAX, &as) < 0)
		return false;
	wr_u32(w, as);
	return read_id_text(colon + 1, (size_t)(text.s + text.n - colon - 1), w);
}

static bool
read_list(const struct json *v, struct wr *w, bool (*one)(const struct json *v, struct wr *w))
{
	struct json_walk walk;
	struct json element;

	if (!json_walk(v, '[', &walk))
		return false;
	while (json_next_element(&walk, &element))
		if (!one(&element, w))
			return false;
	return true;
}

static bool
read_u16(const struct json *v, struct wr *w)
{
	uint64_t n;

	if (!json_number(v, UINT16_MAX, &n))
		return false;
	wr_u16(w, (uint16_t)n);
	return true;
}

static bool
read_community(const struct json *v, struct wr *w)
{
	size_t start = wr_len(w);

	return read_list(v, w, read_u16) && wr_len(w) - start == 4;
}

static bool
read_large(const struct json *v, struct wr *w)
{
	size_t start = wr_len(w);

	return read_list(v, w, read_u32) && wr_len(w) - start == 12;
}

static bool
read_extended(const struct json *v, struct wr *w)
{
	struct json value;
	uint64_t n;

	if (!json_find(v, "value", &value) || !json_number(&value, UINT64_MAX, &n))
		return false;
	wr_u64(w, n);
	return true;
}

static bool
read_communities(const struct json *v, struct wr *w)
{
	return read_list(v, w, read_community);
}

static bool
read_larges(const struct json *v, struct wr *w)
{
	return read_list(v, w, read_large);
}

static bool
read_extendeds(const struct json *v, struct wr *w)
{
	return read_list(v, w, read_extended);
}

static bool
read_ids(const struct json *v, struct wr *w)
{
	return read_list(v, w, read_id);
}

/* The TLV of type 1 (RFC 7311 3). */
static bool
read_aigp(const struct json *v, struct wr *w)
{
	uint8_t metric[8];

	if (json_hex(v, metric, sizeof(metric)) != sizeof(metric))
		return false;
	wr_u8(w, 1);
	wr_u16(w, 3 + sizeof(metric));
	wr_bytes(w, metric, sizeof(metric));
	return true;
}

static bool
read_bytes(const struct json *v, struct wr *w)
{
	uint8_t bytes[ATTR_BLOCK_MAX];
	long n = json_hex(v, bytes, sizeof(bytes));

	if (n < 0)
		return false;
	wr_bytes(w, bytes, (size_t)n);
	return true;
}

/* --- members --- */

static const struct row {
	const char *name;
	uint8_t code;
	bool (*read)(const struct json *v, struct wr *w);
} rows[] = {
	{ "origin", ATTR_ORIGIN, read_origin },
	{ "as-path", ATTR_AS_PATH, read_as_path },
	{ "med", ATTR_MED, read_u32 },
	{ "local-preference", ATTR_LOCAL_PREF, read_u32 },
	{ "atomic-aggregate", ATTR_ATOMIC_AGGREGATE, read_true },
	{ "aggregator", ATTR_AGGREGATOR, read_aggregator },
	{ "community", ATTR_COMMUNITY, read_communities },
	{ "originator-id", ATTR_ORIGINATOR_ID, read_id },
	{ "cluster-list", ATTR_CLUSTER_LIST, read_ids },
	{ "extended-community", ATTR_EXT_COMMUNITY, read_extendeds },
	{ "aigp", ATTR_AIGP, read_aigp },
	{ "large-community", ATTR_LARGE_COMMUNITY, read_larges },
};

/* "attribute-0x63-0xE0" */
static bool
generic_name(const struct json *key, uint8_t *code, uint8_t *flags)
{
	static const char prefix[] = "attribute-0x";
	size_t n = sizeof(prefix) - 1;

	return key->n == n + 7 && memcmp(key->s, prefix, n) == 0 &&
	       memcmp(key->s + n + 2, "-0x", 3) == 0 && hex_decode(key->s + n, 2, code) == 0 &&
	       hex_decode(key->s + n + 5, 2, flags) == 0;
}

static bool
collect(struct collected *c, const struct json *key, const struct json *v)
{
	bool (*read)(const struct json *v, struct wr *w) = NULL;
	uint8_t code = 0, flags = 0;
	size_t start = wr_len(&c->values);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strlen(rows[i].name) == key->n && memcmp(rows[i].name, key->s, key->n) == 0) {
			code = rows[i].code;
			flags = attr_codec(code)->flags;
			read = rows[i].read;
		}
	}
	if (read == NULL && generic_name(key, &code, &flags))
		read = read_bytes;
	if (read == NULL || c->slots[code].present || !read(v, &c->values) || !wr_ok(&c->values)) {
		c->values.p = c->values.base + start;
		c->values.bad = false;
		return false;
	}
	c->slots[code].present = true;
	c->slots[code].flags = flags & (uint8_t)~ATTR_F_EXTENDED;
	c->slots[code].at = start;
	c->slots[code].len = wr_len(&c->values) - start;
	return true;
}

/* An empty AS_PATH is not shown, but every route has one. */
static void
complete(struct collected *c)
{
	if (!c->slots[ATTR_AS_PATH].present) {
		c->slots[ATTR_AS_PATH].present = true;
		c->slots[ATTR_AS_PATH].flags = ATTR_F_TRANSITIVE;
	}
}

unsigned
attributes_read(const struct json *object, struct wr *w)
{
	static struct collected c; /* large; no call is inside another */
	struct json key, value;
	struct json_walk walk;
	unsigned left_out = 0;

	memset(c.slots, 0, sizeof(c.slots));
	c.values = wr_init(c.bytes, sizeof(c.bytes));
	if (json_walk(object, '{', &walk))
		while (json_next_member(&walk, &key, &value))
			left_out += !collect(&c, &key, &value);
	complete(&c);
	for (unsigned code = 0; code < CODES; code++)
		if (c.slots[code].present)
			attr_write(w, c.slots[code].flags, (uint8_t)code,
				c.bytes + c.slots[code].at, c.slots[code].len);
	return left_out;
}
