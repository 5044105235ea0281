/*
 * Decoding one message of the command line (reference/events.md 16.2). What is wrong with the input
 * is said on standard output, in the words helpers know; with -d the reason goes to standard error.
 * Without a marker the bytes are the body of an UPDATE. Only the first message of a payload counts.
 */
#include "apid/tool_message.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/hex.h"
#include "proto/wire/message.h"

enum { MARKER = 16, SHOWN_MAX = 50 };

static uint64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void __attribute__((format(printf, 2, 3)))
debug(const struct decoder *d, const char *fmt, ...)
{
	va_list ap;

	if (!d->debug)
		return;
	va_start(ap, fmt);
	fputs("decode: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
}

static void
debug_error(const struct decoder *d, const struct wire_error *e)
{
	struct buf text = { 0 };

	event_escape(&text, e->data, e->len, false);
	debug(d, "notification %u/%u %s", e->code, e->subcode, buf_cstr(&text));
	buf_fini(&text);
}

static int
invalid(struct decoder *d)
{
	BUF_LIT(&d->out, "invalid payload\n");
	return -1;
}

/* --- hexadecimal --- */

static int
invalid_hex(struct decoder *d, const char *text, size_t n)
{
	BUF_LIT(&d->out, "invalid hexadecimal: ");
	event_escape(&d->out, text, n < SHOWN_MAX ? n : SHOWN_MAX, false);
	buf_str(&d->out, n > SHOWN_MAX ? "...\n" : "\n");
	return -1;
}

/* Without blanks and colons, into d->bytes; a digit left over at the end is ignored. */
static int
read_hex(struct decoder *d, const char *text, size_t n)
{
	int high = -1;

	buf_reset(&d->bytes);
	buf_room(&d->bytes, n / 2 + 1);
	for (size_t i = 0; i < n; i++) {
		int digit = hex_digit(text[i]);

		if (text[i] == ' ' || text[i] == '\t' || text[i] == ':')
			continue;
		if (digit < 0)
			return invalid_hex(d, text, n);
		if (high >= 0)
			buf_chr(&d->bytes, (char)(high << 4 | digit));
		high = high >= 0 ? -1 : digit;
	}
	return 0;
}

/* --- events --- */

static void
begin(struct decoder *d, const struct tool_session *s, const char *type, const char *version)
{
	struct event_head head = {
		.version = version, .time_us = d->time_us != 0 ? d->time_us : now_us(), .type = type
	};

	head.counter = d->fresh_counters ? 1 : ++d->counter;
	event_begin(&d->out, &d->source, &head);
	event_neighbor(&d->out, &s->who);
	event_direction(&d->out, "in");
}

static struct event_text
text_of(const struct tool_session *s, char peer[ADDR_TEXT_MAX])
{
	addr_print(&s->who.peer, peer);
	return (struct event_text){ .peer = peer, .direction = "receive" };
}

static int
print_open(struct decoder *d, const struct tool_session *s, const uint8_t *body, size_t n)
{
	char peer[ADDR_TEXT_MAX];
	struct event_text t = text_of(s, peer);
	struct wire_error err;
	struct open o;

	if (open_decode(body, n, &o, &err) < 0) {
		debug_error(d, &err);
		return invalid(d);
	}
	if (d->text) {
		event_text_open(&d->out, &t, &o);
		return 0;
	}
	begin(d, s, "open", EVENT_VERSION_6); /* whatever the API's version (events.md D16) */
	event_open(&d->out, &o, false);
	event_end(&d->out);
	return 0;
}

static int
print_notification(struct decoder *d, const struct tool_session *s, const uint8_t *body, size_t n)
{
	char peer[ADDR_TEXT_MAX];
	struct event_text t = text_of(s, peer);

	if (d->text) {
		event_text_notification(&d->out, &t, body, n);
		return 0;
	}
	begin(d, s, "notification", d->version);
	event_notification(&d->out, body, n, true);
	event_end(&d->out);
	return 0;
}

static void
update_event(struct decoder *d, const struct tool_session *s, const struct update *u)
{
	struct nlri_print how = { .compact = d->compact,
		.v4 = strcmp(d->version, EVENT_VERSION_4) == 0 };
	char peer[ADDR_TEXT_MAX];
	struct event_text t = text_of(s, peer);

	if (d->text) {
		event_text_update(&d->out, &t, u, &s->rx);
		return;
	}
	begin(d, s, "update", d->version);
	event_update(&d->out, u, &s->rx, &how, NULL);
	event_end(&d->out);
}

static int
print_update(struct decoder *d, const struct tool_session *s, const uint8_t *body, size_t n)
{
	struct update u;

	if (update_decode(body, n, &s->rx, &u) < 0) {
		debug(d, "%s", u.reason);
		debug_error(d, &u.error);
		return invalid(d);
	}
	if (u.verdict != WIRE_OK)
		debug(d, "%s", u.reason);
	if (d->command && tool_command(&d->out, &u, &s->rx) == 0)
		return 0;
	if (d->command)
		BUF_LIT(&d->out, "# could not generate API command, falling back to JSON\n");
	update_event(d, s, &u);
	return 0;
}

/* --- NLRI alone --- */

static int
print_nlri(struct decoder *d, const struct tool_session *s)
{
	struct rd r = rd_init(d->bytes.data, d->bytes.len);
	struct nlri_print how = { .compact = d->compact };
	bool addpath = (s->rx.addpath_rx & family_bit(s->first_family)) != 0;
	struct wire_error err = { 0 };
	size_t start = d->out.len;
	struct nlri nlri;
	int got;

	while ((got = nlri_next(&r, s->first_family, addpath, false, &nlri, &err)) == 0) {
		nlri_json(&d->out, &nlri, &how);
		buf_chr(&d->out, '\n');
	}
	if (got == 1 && d->out.len > start)
		return 0;
	d->out.len = start;
	debug_error(d, &err);
	return invalid(d);
}

/* --- the message --- */

typedef int print_fn(
	struct decoder *d, const struct tool_session *s, const uint8_t *body, size_t n);

static int
for_sessions(struct decoder *d, print_fn *print, const uint8_t *body, size_t n)
{
	int result = 0;

	for (unsigned i = 0; i < d->n_sessions; i++)
		if (print(d, &d->sessions[i], body, n) < 0)
			result = -1;
	return result;
}

static bool
has_marker(const struct buf *b)
{
	if (b->len < MARKER)
		return false;
	for (size_t i = 0; i < MARKER; i++)
		if (b->data[i] != 0xff)
			return false;
	return true;
}

/* With a header: its length counts, but says nothing about bytes that are not there. */
int
tool_message_framed(struct decoder *d)
{
	static print_fn *const printers[] = {
		[MESSAGE_OPEN] = print_open,
		[MESSAGE_UPDATE] = print_update,
		[MESSAGE_NOTIFICATION] = print_notification,
	};
	const uint8_t *p = d->bytes.data;
	size_t n = d->bytes.len, length;
	uint8_t type;

	if (n < MESSAGE_HEADER)
		return invalid(d);
	length = (size_t)(p[MARKER] << 8 | p[MARKER + 1]);
	type = p[MESSAGE_HEADER - 1];
	if (length != n)
		buf_printf(&d->out,
			"warning: BGP header size (%zu) does not match data length (%zu)\n", length,
			n);
	if (type >= sizeof(printers) / sizeof(printers[0]) || printers[type] == NULL) {
		buf_printf(&d->out, "unknown type %u\n", type);
		return invalid(d);
	}
	if (length < MESSAGE_HEADER)
		return invalid(d);
	n = length < n ? length : n;
	return for_sessions(d, printers[type], p + MESSAGE_HEADER, n - MESSAGE_HEADER);
}

int
tool_message(struct decoder *d, const char *hex, size_t n)
{
	int result = 0;

	if (read_hex(d, hex, n) < 0)
		return -1;
	if (d->nlri_only) {
		for (unsigned i = 0; i < d->n_sessions; i++)
			if (print_nlri(d, &d->sessions[i]) < 0)
				result = -1;
		return result;
	}
	if (has_marker(&d->bytes))
		return tool_message_framed(d);
	return for_sessions(d, print_update, d->bytes.data, d->bytes.len);
}
