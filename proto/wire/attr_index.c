/*
 * A parsed attribute list: the first attribute of each code (RFC 7606 3 (g)), walked by ascending
 * code however the sender ordered them, with the 2-byte and 4-byte AS attributes of RFC 6793
 * brought together.
 */
#include "proto/wire/attr_codecs.h"

#include <string.h>
#include "proto/wire/open.h"

void
attr_index_read(struct attr_index *ix, const uint8_t *p, size_t n, const struct attr_context *c)
{
	struct rd r = rd_init(p, n);
	struct attr a;

	memset(ix->seen, 0, sizeof(ix->seen));
	ix->path = rd_init(p, 0);
	ix->path_wide = c->asn4;
	while (attr_next(&r, &a)) {
		if (attr_map_has(ix->seen, a.code))
			continue;
		attr_map_set(ix->seen, a.code);
		ix->at[a.code] = a;
	}
	if (attr_map_has(ix->seen, ATTR_AS_PATH))
		ix->path = rd_init(ix->at[ATTR_AS_PATH].value, ix->at[ATTR_AS_PATH].len);
}

void
attr_index_check(struct attr_index *ix, const struct attr_context *c)
{
	struct wire_error why;

	for (int code = -1; (code = attr_index_next(ix, code)) >= 0;)
		if (attr_verdict(&ix->at[code], c, &why) != WIRE_OK)
			attr_map_clear(ix->seen, (uint8_t)code);
}

int
attr_index_next(const struct attr_index *ix, int after)
{
	unsigned from = (unsigned)(after + 1);

	for (unsigned word = from >> 5; word < 8; word++) {
		uint32_t bits = ix->seen[word];

		if (word == from >> 5)
			bits &= UINT32_MAX << (from & 31);
		if (bits != 0)
			return (int)(word * 32 + (unsigned)__builtin_ctz(bits));
	}
	return -1;
}

/* AGGREGATOR and AS4_AGGREGATOR; true when the sender's AS4_* attributes do not count. */
static bool
merge_aggregator(struct attr_index *ix)
{
	const struct attr *old = &ix->at[ATTR_AGGREGATOR];
	uint32_t as;

	if (!attr_map_has(ix->seen, ATTR_AGGREGATOR) ||
		!attr_map_has(ix->seen, ATTR_AS4_AGGREGATOR))
		return false;
	struct rd r = rd_init(old->value, old->len);
	as = old->len == 8 ? rd_u32(&r) : rd_u16(&r);
	attr_map_clear(ix->seen, ATTR_AS4_AGGREGATOR);
	if (as != AS_TRANS)
		return true;
	ix->at[ATTR_AGGREGATOR] = ix->at[ATTR_AS4_AGGREGATOR];
	ix->at[ATTR_AGGREGATOR].code = ATTR_AGGREGATOR;
	return false;
}

void
attr_index_merge(struct attr_index *ix, const struct attr_context *c, struct buf *scratch)
{
	bool ignore = merge_aggregator(ix);
	const struct attr *four = &ix->at[ATTR_AS4_PATH];

	if (!attr_map_has(ix->seen, ATTR_AS4_PATH) || !attr_map_has(ix->seen, ATTR_AS_PATH))
		return;
	attr_map_clear(ix->seen, ATTR_AS4_PATH);
	if (c->asn4 || ignore)
		return;
	if (rd_left(&ix->path) == 0)
		return; /* shorter than any AS4_PATH */
	buf_reset(scratch);
	as_path_merge(scratch, ix->path, rd_init(four->value, four->len));
	ix->path = rd_init(scratch->data, scratch->len);
	ix->path_wide = true;
}
