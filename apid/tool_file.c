/*
 * `troupe decode FILE`: what kind of file it is, told by its content, and printing one message of it
 * with the session it came from. Messages that hexadecimal input does not know (KEEPALIVE,
 * ROUTE-REFRESH, OPERATIONAL) are events here, because files are full of them.
 */
#include "apid/tool_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/hex.h"
#include "proto/wire/message.h"
#include "proto/wire/mrt.h"
#include "proto/wire/pcap.h"

bool
tool_file_is(const char *word)
{
	const char *p = word;

	while (*p != '\0' && (hex_digit(*p) >= 0 || *p == ':' || *p == ' '))
		p++;
	return *p != '\0' && access(word, F_OK) == 0;
}

int
tool_file_broken(struct tool_file *f, const char *why)
{
	tool_put(&f->d->out);
	fflush(stdout);
	fprintf(stderr, "decode: %s: %s\n", f->path, why);
	return -1;
}

void
tool_file_session(struct tool_file *f, const struct addr *peer, const struct addr *local)
{
	unsigned i = 0;

	while (i < f->n_sessions && !addr_equal(&f->sessions[i].who.peer, peer))
		i++;
	f->session = f->sessions[i < f->n_sessions ? i : 0];
	f->session.who.peer = *peer;
	f->session.who.local = *local;
}

/* --- messages without a place in tool_message.c --- */

static int
keepalive(struct buf *out, const uint8_t *body, size_t n)
{
	(void)body;
	if (n == 0)
		event_nothing(out);
	return n == 0 ? 0 : -1;
}

static int
text_keepalive(struct buf *out, const struct event_text *t, const uint8_t *body, size_t n)
{
	(void)body;
	if (n == 0)
		event_text_keepalive(out, t);
	return n == 0 ? 0 : -1;
}

static int
text_operational(struct buf *out, const struct event_text *t, const uint8_t *body, size_t n)
{
	int result = event_text_operational(out, t, body, n);

	if (result == 0)
		buf_chr(out, '\n');
	return result;
}

static const struct small {
	const char *type;
	int (*json)(struct buf *out, const uint8_t *body, size_t n);
	int (*text)(struct buf *out, const struct event_text *t, const uint8_t *body, size_t n);
} smalls[] = {
	[MESSAGE_KEEPALIVE] = { "keepalive", keepalive, text_keepalive },
	[MESSAGE_REFRESH] = { "refresh", event_refresh, event_text_refresh },
	[MESSAGE_OPERATIONAL] = { "operational", event_operational, text_operational },
};

static void
begin(struct tool_file *f, const char *type, bool direction)
{
	struct decoder *d = f->d;
	struct event_head head = {
		.version = d->version, .time_us = d->time_us, .type = type, .counter = ++d->counter
	};

	event_begin(&d->out, &d->source, &head);
	event_neighbor(&d->out, &f->session.who);
	if (direction)
		event_direction(&d->out, "in");
}

static int
print_small(struct tool_file *f, const struct small *small, const uint8_t *body, size_t n)
{
	struct decoder *d = f->d;
	size_t start = d->out.len;
	uint64_t counter = d->counter;
	char peer[ADDR_TEXT_MAX];
	struct event_text t = { .peer = peer, .direction = "receive" };

	if (d->text) {
		addr_print(&f->session.who.peer, peer);
		return small->text(&d->out, &t, body, n);
	}
	begin(f, small->type, true);
	if (small->json(&d->out, body, n) == 0) {
		event_end(&d->out);
		return 0;
	}
	d->out.len = start;
	d->counter = counter;
	return -1;
}

void
tool_file_message(struct tool_file *f, uint64_t time_us, const uint8_t *message, size_t n)
{
	struct decoder *d = f->d;
	const struct small *small = NULL;
	int result = 0;

	d->time_us = time_us;
	if (n >= MESSAGE_HEADER && message[MESSAGE_HEADER - 1] < sizeof(smalls) / sizeof(smalls[0]))
		small = &smalls[message[MESSAGE_HEADER - 1]];
	if (small != NULL && small->type != NULL) {
		if (!d->command)
			result =
				print_small(f, small, message + MESSAGE_HEADER, n - MESSAGE_HEADER);
		if (result < 0)
			BUF_LIT(&d->out, "invalid payload\n");
	} else {
		buf_reset(&d->bytes);
		buf_add(&d->bytes, message, n);
		result = tool_message_framed(d);
	}
	if (result < 0)
		f->result = -1;
	tool_put(&d->out);
}

void
tool_file_state(struct tool_file *f, uint64_t time_us, const char *state)
{
	struct decoder *d = f->d;

	if (d->text || d->command)
		return;
	d->time_us = time_us;
	begin(f, "fsm", false);
	event_state(&d->out, state, NULL, 0);
	event_end(&d->out);
	tool_put(&d->out);
}

/* --- the file --- */

static int
decode_content(struct tool_file *f, uint16_t port)
{
	ssize_t got = instream_want(&f->in, MRT_HEADER);
	const uint8_t *p = instream_data(&f->in);
	struct mrt_record record;
	size_t need;

	if (got < 0)
		return tool_file_broken(f, strerror(errno));
	if (got == 0)
		return 0;
	if (pcap_detect(p, (size_t)got))
		return tool_file_pcap(f, port);
	if (mrt_record(p, (size_t)got, &record, &need) >= 0)
		return tool_file_mrt(f);
	return tool_file_broken(
		f, "neither a capture nor an MRT file (hexadecimal text: as standard input)");
}

int
tool_file_decode(struct decoder *d, const char *path, uint16_t port)
{
	struct tool_file f = { .d = d, .path = path };
	struct tool_session *sessions = d->sessions;

	if (instream_open(&f.in, path) < 0)
		return tool_file_broken(&f, strerror(errno));
	f.sessions = sessions;
	f.n_sessions = d->n_sessions;
	d->fresh_counters = false;
	d->sessions = &f.session;
	d->n_sessions = 1;
	if (decode_content(&f, port) < 0)
		f.result = -1;
	if (f.left_out > 0)
		fprintf(stderr, "decode: %s: %llu records of other kinds left out\n", path,
			(unsigned long long)f.left_out);
	d->sessions = sessions;
	d->n_sessions = f.n_sessions;
	instream_close(&f.in);
	return f.result;
}
