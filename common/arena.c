/*
 * A bump allocator: blocks in a list, the newest first, given back all at once. Blocks double
 * from 4 KiB to 256 KiB; a bigger request gets a block of its own size. A reset keeps the
 * newest block unless it is oversized.
 */
#include "common/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/xmalloc.h"

enum { ALIGN = 16, BLOCK_MIN = 4096, BLOCK_MAX = 256 * 1024 };

struct arena_block {
	struct arena_block *next;
	size_t size; /* of data */
	size_t used;
	_Alignas(ALIGN) unsigned char data[];
};

static struct arena_block *
add_block(struct arena *a, size_t n)
{
	size_t size = a->head != NULL ? a->head->size * 2 : BLOCK_MIN;

	if (size > BLOCK_MAX)
		size = BLOCK_MAX;
	if (size < n)
		size = n;
	struct arena_block *block = xmalloc(sizeof(*block) + size);
	block->next = a->head;
	block->size = size;
	block->used = 0;
	a->head = block;
	return block;
}

/* Not zeroed. */
static void *
take(struct arena *a, size_t n)
{
	struct arena_block *block = a->head;

	if (n > SIZE_MAX / 4)
		fatalx("arena allocation of %zu bytes", n);
	n = (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	if (block == NULL || block->size - block->used < n)
		block = add_block(a, n);
	void *p = block->data + block->used;
	block->used += n;
	a->used += n;
	return p;
}

void *
arena_alloc(struct arena *a, size_t n)
{
	void *p = take(a, n);

	memset(p, 0, n);
	return p;
}

void *
arena_dup(struct arena *a, const void *data, size_t n)
{
	void *p = take(a, n);

	if (n > 0)
		memcpy(p, data, n);
	return p;
}

char *
arena_strndup(struct arena *a, const char *s, size_t n)
{
	size_t len = strnlen(s, n);
	char *copy = take(a, len + 1);

	memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}

static void
free_blocks(struct arena_block *block)
{
	while (block != NULL) {
		struct arena_block *next = block->next;

		free(block);
		block = next;
	}
}

void
arena_reset(struct arena *a)
{
	struct arena_block *keep = a->head;

	a->used = 0;
	if (keep == NULL)
		return;
	free_blocks(keep->next);
	keep->next = NULL;
	keep->used = 0;
	if (keep->size > BLOCK_MAX) {
		free(keep);
		a->head = NULL;
	}
}

void
arena_fini(struct arena *a)
{
	free_blocks(a->head);
	*a = (struct arena){ 0 };
}
