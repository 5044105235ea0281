/*
 * The command line's own parsers: whatever an answer is, what is shown of it does nothing to a terminal;
 * expanding and completing a command stays within its bounds.
 */
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/cli/complete.h"
#include "common/cli/expand.h"
#include "common/cli/show.h"
#include "tests/fuzz/replay.h"

static void
check(int condition)
{
	if (!condition)
		abort();
}

static void
check_show(const char *line, enum show_mode mode)
{
	struct buf out = { 0 };

	show_line(&out, line, mode);
	check(out.len > 0 && out.data[out.len - 1] == '\n');
	for (size_t i = 0; i < out.len; i++)
		check((out.data[i] >= 0x20 && out.data[i] != 0x7f) || out.data[i] == '\n' ||
			out.data[i] == '\t');
	buf_fini(&out);
}

static void
check_complete(const char *line, size_t n)
{
	struct complete c = { 0 };
	struct candidates found;

	complete_learn(&c, line);
	complete_learn_peers(&c, line);
	complete_find(&c, line, n, &found);
	for (unsigned i = 0; i < found.n; i++)
		check(found.v[i].n >= found.typed);
	complete_free(&c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf once = { 0 };
	char *line;

	if (size > 65536)
		return 0;
	line = malloc(size + 1);
	check(line != NULL);
	memcpy(line, data, size);
	line[size] = '\0';
	line[strcspn(line, "\n")] = '\0';
	check_show(line, SHOW_RAW);
	check_show(line, SHOW_JSON);
	check_show(line, SHOW_TEXT);
	check_complete(line, strlen(line));
	expand_command(&once, line);
	check(strlen(buf_cstr(&once)) == once.len);
	buf_fini(&once);
	free(line);
	return 0;
}
