/* The adj-rib-in of the service's peers, as answers to commands tell it, as a TABLE_DUMP_V2. */
#ifndef TROUPE_APID_MRTDUMP_TABLE_H
#define TROUPE_APID_MRTDUMP_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct output;
struct table;

struct table *table_new(void); /* returns owned */
void table_free(struct table *t);
/* The answer to `show neighbor json`: one line. */
void table_peers(struct table *t, const char *line, size_t n);
/* A line of the answer to `show adj-rib in extensive json`. */
void table_routes(struct table *t, const char *line, size_t n);
/* Writes all of it: the peers first, then a record for each prefix. */
void table_write(struct table *t, struct output *o, uint64_t time_us);

struct table_counts {
	unsigned peers;
	uint64_t routes;
	uint64_t left_out;   /* routes of other families, of unknown peers, malformed */
	uint64_t attributes; /* that have no way back from JSON */
};
struct table_counts table_counted(const struct table *t);

#endif
