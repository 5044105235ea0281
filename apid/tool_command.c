/* A decoded UPDATE as API commands (reference/events.md 16.4). */
#include "apid/tool_message.h"
int
tool_command(struct buf *out, const struct update *u, const struct update_session *s)
{
	(void)out, (void)u, (void)s;
	return -1;
}
