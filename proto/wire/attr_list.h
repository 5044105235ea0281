/* Ordering lists of fixed-size entries, as bytes. */
#ifndef TROUPE_PROTO_WIRE_ATTR_LIST_H
#define TROUPE_PROTO_WIRE_ATTR_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ATTR_ENTRY_MAX = 20 };

/* Sorts count entries of size 4, 8, 12 or 20 in place. */
void attr_list_sort(uint8_t *p, size_t count, size_t size);
/* Drops repeated entries of a sorted list in place; returns how many are left. */
size_t attr_list_unique(uint8_t *p, size_t count, size_t size);

#endif
