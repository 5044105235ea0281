/*
 * Any text through `troupe migrate`: the first byte chooses versions and direction. Rewriting what
 * was rewritten changes nothing more where a step is idempotent, and nothing is ever read past the
 * end.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "apid/migrate.h"

static void
rewrite(const char *text, size_t n, unsigned bits)
{
	enum migrate_version from = (enum migrate_version)(bits & 1 ? MIGRATE_4 : MIGRATE_3_4);
	struct buf once = { 0 }, twice = { 0 };

	migrate_conf(&once, text, n, from, MIGRATE_MAIN, (bits & 2) != 0, NULL);
	buf_reset(&once);
	migrate_conf(&once, text, n, MIGRATE_5, MIGRATE_MAIN, false, NULL);
	migrate_conf(
		&twice, (const char *)once.data, once.len, MIGRATE_5, MIGRATE_MAIN, false, NULL);
	if (once.len != twice.len || (once.len > 0 && memcmp(once.data, twice.data, once.len) != 0))
		abort();
	buf_fini(&once);
	buf_fini(&twice);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf out = { 0 };
	char *text;

	if (size == 0)
		return 0;
	text = malloc(size);
	if (text == NULL)
		abort();
	memcpy(text, data + 1, size - 1);
	rewrite(text, size - 1, data[0]);
	migrate_api_line(&out, text, size - 1, MIGRATE_4, MIGRATE_MAIN, (data[0] & 4) != 0);
	buf_fini(&out);
	free(text);
	return 0;
}

#include "tests/fuzz/replay.h"
