/*
 * `apid --help-commands`: the table of commands as tab-separated lines (words, options, what it
 * does), from which the manual is made.
 */
#include <stdio.h>

#include "apid/command.h"
#include "apid/options.h"
#include "apid/tool.h"
#include "common/buf.h"

int
tool_commands(int argc, char **argv)
{
	struct buf out = { 0 };

	(void)argv;
	if (argc != 1) {
		fputs("usage: apid --help-commands\n", stderr);
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
