/* Any bytes as lines for mrtdump: as events, and as answers with routes. Records must be records. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "apid/helpers/mrtdump/event.h"
#include "apid/helpers/mrtdump/output.h"
#include "apid/helpers/mrtdump/table.h"

static uint8_t record[MESSAGE_MAX_EXTENDED + 128];

static void
event(struct events *e, const char *line, size_t n)
{
	struct wr w = wr_init(record, sizeof(record));
	struct mrt_record r;
	struct mrt_bgp4mp m;
	uint64_t time_us = 0;
	size_t need;

	if (events_record(e, line, n, &w, &time_us) != EVENT_RECORD)
		return;
	if (mrt_record(record, wr_len(&w), &r, &need) != (long)wr_len(&w) ||
		mrt_bgp4mp(&r, &m) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct events *e = calloc(1, sizeof(*e));
	struct table *t = table_new();
	const char *line = (const char *)data, *end = line + size;

	while (line < end) {
		const char *feed = memchr(line, '\n', (size_t)(end - line));
		size_t n = (size_t)((feed != NULL ? feed : end) - line);

		event(e, line, n);
		table_peers(t, line, n);
		table_routes(t, line, n);
		line += n + 1;
	}
	events_fini(e);
	free(e);
	table_free(t);
	return 0;
}

#include "tests/fuzz/replay.h"
