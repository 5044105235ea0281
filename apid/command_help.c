/* `help`, made from the table of commands (reference/api.md 3.3). */
#include <string.h>

#include "apid/command.h"
#include "common/buf.h"

static bool
listed(const struct command *c)
{
	return (c->flags & COMMAND_HIDDEN) == 0;
}

static const char *
name_of(const struct command *c)
{
	return c->help != NULL ? c->help : c->words;
}

/* "a|b" as items, with a separator between and quotes around each. */
static void
options(struct buf *out, const char *list, const char *separator, const char *quote)
{
	while (*list != '\0') {
		size_t n = strcspn(list, "|");

		buf_str(out, quote);
		buf_add(out, list, n);
		buf_str(out, quote);
		list += n;
		if (*list == '|') {
			list++;
			buf_str(out, separator);
		}
	}
}

void
command_help_text(struct buf *out)
{
	BUF_LIT(out, "\navailable API commands (v6 format):\n"
		     "====================================\n\n"
		     "filter can be: [local-ip <ip>][local-as <asn>][peer-as <asn>][router-id "
		     "<router-id>]\n\n"
		     "commands:\n---------\n\n");
	for (size_t i = 0; i < command_count; i++) {
		const struct command *c = &command_table[i];

		if (!listed(c))
			continue;
		if (c->flags & COMMAND_NEIGHBOR)
			BUF_LIT(out, "[peer <ip> [filters]] ");
		buf_str(out, name_of(c));
		if (c->options != NULL) {
			BUF_LIT(out, " [ ");
			options(out, c->options, " | ", "");
			BUF_LIT(out, " ] ");
		} else if ((c->flags & COMMAND_NEIGHBOR) == 0 && strcmp(c->words, "#") != 0) {
			buf_chr(out, ' ');
		}
		buf_chr(out, '\n');
	}
	buf_chr(out, '\n');
}

void
command_help_json(struct buf *out)
{
	bool first = true;

	BUF_LIT(out, "{\"description\": \"Available API commands (v6 format)\", \"peer_filters\": "
		     "[\"local-ip\", \"local-as\", \"peer-as\", \"router-id\"], \"commands\": [");
	for (size_t i = 0; i < command_count; i++) {
		const struct command *c = &command_table[i];
		const char *name = name_of(c);

		if (!listed(c))
			continue;
		buf_str(out, first ? "{\"command\": \"" : ", {\"command\": \"");
		first = false;
		buf_add(out, name, strcmp(c->words, "#") == 0 ? 1 : strlen(name));
		buf_printf(out, "\", \"neighbor_support\": %s, \"json_support\": true",
			c->flags & COMMAND_NEIGHBOR ? "true" : "false");
		if (c->options != NULL) {
			BUF_LIT(out, ", \"options\": [");
			options(out, c->options, ", ", "\"");
			buf_chr(out, ']');
		}
		buf_chr(out, '}');
	}
	BUF_LIT(out, "]}");
}
