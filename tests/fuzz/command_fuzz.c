/* Words and route statements of command lines, each input one line: any bytes give routes or an
 * error with a place inside the line; the remembered tail changes no result. */
#include <stdlib.h>

#include "common/buf.h"
#include "proto/text/route.h"

enum { WORDS = 1024 };

static void
use(const struct route_statement *st)
{
	struct buf out = { 0 };

	for (uint32_t i = 0; i < st->n_nlri && i < 4; i++)
		route_print(&out, &st->nlri[i], &st->attrs, true);
	buf_fini(&out);
}

static void
check_error(const struct text_error *e, size_t size)
{
	if (e->line != 1 || e->col == 0 || e->col > size + 1)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct token v[WORDS];
	struct route_parser *p = route_parser_new();
	const char *line = (const char *)data;
	struct route_statement st;
	struct text_error e;

	for (int i = 0; i < 4; i++) {
		enum route_purpose purpose = i < 2 ? ROUTE_ANNOUNCE : ROUTE_WITHDRAW;
		int n = tokens_split(line, size, v, WORDS, &e);

		if (n < 0) {
			check_error(&e, size);
			break;
		}
		struct tokens t = { .v = v, .n = (uint32_t)n };
		if (route_parse(p, &t, purpose, &st, &e) == 0)
			use(&st);
		else
			check_error(&e, size);
		if (route_parse_line(p, line, size, purpose, &st, &e) == 0)
			use(&st);
		else
			check_error(&e, size);
	}
	route_parser_free(p);
	return 0;
}

#include "tests/fuzz/replay.h"
