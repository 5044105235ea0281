/* One message in hexadecimal, as JSON, text or commands (reference/events.md 16). */
#ifndef TROUPE_APID_TOOL_MESSAGE_H
#define TROUPE_APID_TOOL_MESSAGE_H

#include "apid/tool.h"

struct decoder {
	bool nlri_only, command, text, compact, debug;
	bool fresh_counters; /* every message is number 1 (with a configuration) */
	const char *version; /* EVENT_VERSION_* */
	struct event_source source;
	uint64_t counter;
	uint64_t time_us; /* when the message was seen; 0: now */
	struct tool_session *sessions;
	unsigned n_sessions;
	struct buf out;   /* what is to be printed */
	struct buf bytes; /* scratch */
};

/* Appends the output for one payload of n characters to d->out; 0, or -1 when it (or a part of it)
 * could not be decoded, with the reason in the output. */
int tool_message(struct decoder *d, const char *hex, size_t n);

/* The same for d->bytes, a message with its header. */
int tool_message_framed(struct decoder *d);

/* tool_command.c: the UPDATE as API commands (events.md 16.4), whole lines; -1 when there is
 * nothing that a command could say. */
int tool_command(struct buf *out, const struct update *u, const struct update_session *s);

#endif
