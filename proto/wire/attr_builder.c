/*
 * Collecting the attributes of one statement. Values are appended to bytes[] as they are parsed;
 * attr_builder_finish() sorts the slots by code, puts community lists in order and writes the
 * canonical block. The first attribute of a code wins, except extended communities, which merge
 * (reference/config.md 4.3).
 */
#include "proto/wire/attr.h"

#include <string.h>
#include "proto/wire/attr_list.h"

void
attr_builder_init(struct attr_builder *b)
{
	b->n = 0;
	b->nh_len = 0;
	b->values = wr_init(b->bytes, sizeof(b->bytes));
}

void
attr_builder_begin(struct attr_builder *b, uint8_t code, uint8_t flags, bool raw)
{
	if (b->n == ATTR_BUILDER_MAX) {
		b->values.bad = true;
		return;
	}
	b->slots[b->n] = (struct attr_slot){
		.code = code, .flags = flags, .raw = raw, .at = (uint32_t)wr_len(&b->values)
	};
}

static bool
merges(const struct attr_slot *slot)
{
	return !slot->raw &&
	       (slot->code == ATTR_EXT_COMMUNITY || slot->code == ATTR_IPV6_EXT_COMMUNITY);
}

void
attr_builder_end(struct attr_builder *b)
{
	struct attr_slot *slot = &b->slots[b->n];

	if (b->values.bad)
		return;
	slot->len = (uint32_t)wr_len(&b->values) - slot->at;
	for (unsigned i = 0; i < b->n; i++) {
		const struct attr_slot *old = &b->slots[i];

		if (old->code == slot->code && !(merges(old) && merges(slot))) {
			b->values.p = b->values.base + slot->at;
			return;
		}
	}
	b->n++;
}

void
attr_builder_add(
	struct attr_builder *b, uint8_t code, uint8_t flags, bool raw, const void *value, size_t n)
{
	attr_builder_begin(b, code, flags, raw);
	wr_bytes(&b->values, value, n);
	attr_builder_end(b);
}

/* The lists that are sent in order; 0: not one of them. */
static size_t
entry_size(const struct attr_slot *slot)
{
	if (slot->raw)
		return 0;
	switch (slot->code) {
	case ATTR_COMMUNITY:
		return 4;
	case ATTR_EXT_COMMUNITY:
		return 8;
	case ATTR_LARGE_COMMUNITY:
		return 12;
	case ATTR_IPV6_EXT_COMMUNITY:
		return 20;
	}
	return 0;
}

/* Joins the slots [from, to) of one code into the first and orders its entries. */
static void
join(struct attr_builder *b, struct attr_slot **from, struct attr_slot **to)
{
	struct attr_slot *slot = *from;

	if (to - from > 1) {
		uint32_t at = (uint32_t)wr_len(&b->values);

		for (struct attr_slot **part = from; part < to; part++)
			wr_bytes(&b->values, b->bytes + (*part)->at, (*part)->len);
		if (b->values.bad)
			return;
		slot->at = at;
		slot->len = (uint32_t)wr_len(&b->values) - at;
	}
	size_t size = entry_size(slot);
	if (size == 0)
		return;
	attr_list_sort(b->bytes + slot->at, slot->len / size, size);
	if (slot->code == ATTR_LARGE_COMMUNITY)
		slot->len =
			(uint32_t)(attr_list_unique(b->bytes + slot->at, slot->len / size, size) *
				   size);
}

/* Slots in ascending code, in order of appearance within one. */
static void
order_slots(struct attr_builder *b, struct attr_slot *order[ATTR_BUILDER_MAX])
{
	for (unsigned i = 0; i < b->n; i++) {
		unsigned to = i;

		for (; to > 0 && order[to - 1]->code > b->slots[i].code; to--)
			order[to] = order[to - 1];
		order[to] = &b->slots[i];
	}
}

int
attr_builder_finish(struct attr_builder *b, struct attrset *out)
{
	struct attr_slot *order[ATTR_BUILDER_MAX];
	struct wr w = wr_init(b->block, ATTR_BLOCK_MAX);

	*out = (struct attrset){ .nh_len = b->nh_len, .block = b->block };
	memcpy(out->nh, b->nh, sizeof(out->nh));
	order_slots(b, order);
	for (unsigned i = 0, next; i < b->n; i = next) {
		/* order_slots() filled the first b->n. */
		const struct attr_slot *slot = order[i]; /* NOLINT(clang-analyzer-core*) */

		/* NOLINTNEXTLINE(clang-analyzer-core*) */
		for (next = i + 1; next < b->n && order[next]->code == slot->code;)
			next++;
		join(b, order + i, order + next);
		if (slot->len == 0 && !slot->raw && (slot->flags & ATTR_F_OPTIONAL) != 0)
			continue;
		if (slot->raw && slot->code == ATTR_AS_PATH)
			out->flags |= ATTRSET_RAW_AS_PATH;
		if (slot->raw && slot->code == ATTR_AGGREGATOR)
			out->flags |= ATTRSET_RAW_AGGREGATOR;
		attr_write(&w, slot->flags, slot->code, b->bytes + slot->at, slot->len);
	}
	if (!wr_ok(&w) || b->values.bad)
		return -1;
	out->len = (uint32_t)wr_len(&w);
	return 0;
}
