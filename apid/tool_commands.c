/*
 * `apid --help-commands`: the table of commands as tab-separated lines (words, options, what it
 * does), from which the manual is made. `--help-commands v4`: version 4's words and those of
 * version 6 that they stand for.
 */
#include <stdio.h>
#include <string.h>

#include "apid/command.h"
#include "apid/options.h"
#include "apid/tool.h"
#include "common/buf.h"

static int
version_4(struct buf *out)
{
	for (size_t i = 0; i < command_v4_count; i++)
		buf_printf(out, "%s\t%s\n", command_v4_table[i].v4, command_v4_table[i].v6);
	tool_put(out);
	buf_fini(out);
	return tool_finish(0);
}

int
tool_commands(int argc, char **argv)
{
	struct buf out = { 0 };

	if (argc == 2 && strcmp(argv[1], "v4") == 0)
		return version_4(&out);
	if (argc != 1) {
		fputs("usage: apid --help-commands [v4]\n", stderr);
		return 2;
	}
	for (size_t i = 0; i < command_count; i++) {
		const struct command *c = &command_table[i];

		/* The others are there for `help`. */
		if (c->run != NULL && c->about != NULL)
			buf_printf(&out, "%s%s\t%s\t%s\n",
				(c->flags & COMMAND_PEER) != 0 ? "peer SELECTOR " : "", c->words,
				c->options != NULL ? c->options : "", c->about);
	}
	tool_put(&out);
	buf_fini(&out);
	return tool_finish(0);
}
