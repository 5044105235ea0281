/* The files that are written: names from a pattern and the time, one after the other. */
#ifndef TROUPE_APID_MRTDUMP_OUTPUT_H
#define TROUPE_APID_MRTDUMP_OUTPUT_H

#include <stddef.h>
#include <stdint.h>
#include "common/buf.h"

struct output {
	const char *pattern; /* strftime(3), UTC */
	uint64_t rotate;     /* seconds, 0: never; files begin at multiples */
	uint64_t size;       /* bytes, 0: any */
	int fd;              /* -1: none is open */
	uint64_t period;     /* of the open file: time / rotate */
	uint64_t bytes;      /* in it, with those that wait */
	struct buf waiting;  /* whole records */
	unsigned waiting_records;
	uint64_t records, lost, files;
	char name[4096];
};

/* Adds a record of that time; opens and closes files as needed. */
void output_record(struct output *o, uint64_t time_us, const void *record, size_t n);
/* Writes what waits. */
void output_flush(struct output *o);
/* It is now this time: a file whose period is over is closed. */
void output_tick(struct output *o, uint64_t time_us);
void output_close(struct output *o);

#endif
