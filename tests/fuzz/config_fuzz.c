/* Configuration files: any text is parsed or refused with a place; what is accepted can be printed
 * and read again. */
#include <stdio.h>
#include <stdlib.h>

#include "proto/text/config.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char err[512] = "";
	struct buf out = { 0 };
	struct config *c = config_parse("fuzz", (const char *)data, size, NULL, err, sizeof(err));

	if (c == NULL) {
		if (strncmp(err, "fuzz:", 5) != 0)
			abort();
		return 0;
	}
	config_print(&out, c);
	if (c->n_neighbors > 0 || c->n_processes > 0) {
		struct config *again = config_parse(
			"printed", (const char *)out.data, out.len, NULL, err, sizeof(err));

		if (again == NULL || again->n_neighbors != c->n_neighbors) {
			fprintf(stderr, "%s\n%.*s", err, (int)out.len, (const char *)out.data);
			abort();
		}
		config_free(again);
	}
	buf_fini(&out);
	config_free(c);
	return 0;
}

#include "tests/fuzz/replay.h"
