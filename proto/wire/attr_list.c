/* Ordering lists of fixed-size entries: communities of every kind sort as bytes. */
#include "proto/wire/attr_list.h"

#include <stdlib.h>
#include <string.h>
#include "proto/wire/attr_codecs.h"

enum { INSERTION_MAX = 24 }; /* entries; more are given to qsort() */

static int
compare4(const void *a, const void *b)
{
	return memcmp(a, b, 4);
}

static int
compare8(const void *a, const void *b)
{
	return memcmp(a, b, 8);
}

static int
compare12(const void *a, const void *b)
{
	return memcmp(a, b, 12);
}

static int
compare20(const void *a, const void *b)
{
	return memcmp(a, b, 20);
}

static int (*const compare[ATTR_ENTRY_MAX + 1])(const void *, const void *) = {
	[4] = compare4,
	[8] = compare8,
	[12] = compare12,
	[20] = compare20,
};

void
attr_list_sort(uint8_t *p, size_t count, size_t size)
{
	uint8_t entry[ATTR_ENTRY_MAX];

	if (p == NULL || count < 2)
		return;
	if (count > INSERTION_MAX) {
		qsort(p, count, size, compare[size]);
		return;
	}
	for (size_t i = 1; i < count; i++) {
		size_t to = i;

		while (to > 0 && memcmp(p + (to - 1) * size, p + i * size, size) > 0)
			to--;
		if (to == i)
			continue;
		memcpy(entry, p + i * size, size);
		memmove(p + (to + 1) * size, p + to * size, (i - to) * size);
		memcpy(p + to * size, entry, size);
	}
}

size_t
attr_list_unique(uint8_t *p, size_t count, size_t size)
{
	size_t kept = 1;

	if (p == NULL || count < 2)
		return count;
	for (size_t i = 1; i < count; i++) {
		if (memcmp(p + (kept - 1) * size, p + i * size, size) == 0)
			continue;
		memmove(p + kept * size, p + i * size, size);
		kept++;
	}
	return kept;
}

void
attr_sorted_text(struct buf *out, const struct attr *a, size_t size, bool unique,
	void (*add)(struct buf *out, const uint8_t *entry))
{
	struct buf copy = { 0 };
	size_t count = a->len / size;

	buf_add(&copy, a->value, count * size);
	attr_list_sort(copy.data, count, size);
	if (unique)
		count = attr_list_unique(copy.data, count, size);
	if (count != 1)
		BUF_LIT(out, "[ ");
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_chr(out, ' ');
		add(out, copy.data + i * size);
	}
	if (count != 1)
		BUF_LIT(out, " ]");
	buf_fini(&copy);
}
