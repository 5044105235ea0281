/* Memory that is given back all at once: scratch of one message, or a parsed configuration. */
#ifndef TROUPE_COMMON_ARENA_H
#define TROUPE_COMMON_ARENA_H

#include <stddef.h>

struct arena_block;
struct arena {
	struct arena_block *head;
	size_t used; /* bytes handed out since the last reset */
};

/* Zeroed is valid. All returned memory is zeroed, aligned to 16, and lives until reset/fini. */
void *arena_alloc(struct arena *a, size_t n);
void *arena_dup(struct arena *a, const void *data, size_t n);
char *arena_strndup(struct arena *a, const char *s, size_t n);
/* Keeps one block for reuse. */
void arena_reset(struct arena *a);
void arena_fini(struct arena *a);

#endif
