/*
 * Commands are written without waiting: a pipe that polls writable has room for PIPE_BUF bytes,
 * so no write is larger; the file description is shared with whoever started us and therefore
 * stays in blocking mode. Answers come in the order of the commands, one word each; lines before
 * it (`error: ...`) belong to it, everything else (events) is read away. The end of standard
 * input changes nothing, but a closed standard output means that the service is gone.
 */
#include "apid/helpers/healthcheck/channel.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apid/helpers/healthcheck/report.h"
#include "common/buf.h"
#include "common/loop.h"
#include "common/xmalloc.h"

enum { LINE_MAX_BYTES = 65536 };

struct channel {
	struct loop *loop;
	channel_fn *gone;
	channel_fn *waiting; /* NULL: nobody waits */
	void *owner;
	int in, out;
	bool acks;
	bool pollable; /* standard output is a pipe or a socket */
	bool closed;
	bool refused;
	size_t unanswered;
	struct buf output; /* what is not written yet */
	struct buf input;  /* an incomplete line */
	bool skipping;     /* the rest of a line that was too long */
	struct loop_io in_io, out_io;
	struct loop_timer timer;
	struct loop_task task;
	struct loop_task gone_task;
};

enum answer
channel_answer(const char *line)
{
	static const struct {
		const char *word;
		enum answer answer;
	} words[] = { { "done", ANSWER_DONE }, { "error", ANSWER_ERROR },
		{ "shutdown", ANSWER_SHUTDOWN } };
	const char *json = *line == '{' ? strstr(line, "\"answer\"") : NULL;
	const char *word = json != NULL ? json + strlen("\"answer\"") : line;

	if (json != NULL)
		word += strspn(word, " :\"");
	size_t n = strcspn(word, json != NULL ? "\"" : "\r");
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (n == strlen(words[i].word) && memcmp(word, words[i].word, n) == 0)
			return words[i].answer;
	return ANSWER_NONE;
}

static bool
idle(const struct channel *c)
{
	return c->closed || (c->output.len == 0 && c->unanswered == 0);
}

static void
end_wait(struct loop *loop, void *owner)
{
	struct channel *c = owner;
	channel_fn *fn = c->waiting;

	loop_timer_cancel(loop, &c->timer);
	loop_defer_cancel(loop, &c->task);
	c->waiting = NULL;
	if (fn != NULL)
		fn(c->owner);
}

static void
check_idle(struct channel *c)
{
	if (c->waiting != NULL && idle(c))
		loop_defer(c->loop, &c->task, end_wait, c);
}

static void
tell_gone(struct loop *loop, void *owner)
{
	struct channel *c = owner;

	(void)loop;
	c->gone(c->owner);
}

static void
close_output(struct channel *c)
{
	if (c->closed)
		return;
	c->closed = true;
	buf_reset(&c->output);
	loop_io_del(c->loop, &c->out_io);
	loop_defer(c->loop, &c->gone_task, tell_gone, c);
	check_idle(c);
}

static bool
writable(const struct channel *c)
{
	struct pollfd pfd = { .fd = c->out, .events = POLLOUT };

	return !c->pollable || (poll(&pfd, 1, 0) > 0 && (pfd.revents & POLLOUT) != 0);
}

static void
flush(struct channel *c)
{
	size_t sent = 0;

	while (sent < c->output.len && writable(c)) {
		size_t left = c->output.len - sent;
		ssize_t n = write(c->out, c->output.data + sent, left < PIPE_BUF ? left : PIPE_BUF);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			break;
		if (n < 0) {
			close_output(c);
			return;
		}
		sent += (size_t)n;
	}
	buf_shift(&c->output, sent);
	if (c->pollable)
		loop_io_mod(c->loop, &c->out_io, c->output.len > 0 ? EPOLLOUT : 0);
	check_idle(c);
}

/* Also called with no events asked for: a pipe without reader reports EPOLLERR by itself. */
static void
output_event(struct loop *loop, void *owner, uint32_t epoll_events)
{
	struct channel *c = owner;

	(void)loop;
	if ((epoll_events & (EPOLLERR | EPOLLHUP)) != 0)
		close_output(c);
	else
		flush(c);
}

static void
take_line(struct channel *c, const char *line)
{
	enum answer answer = channel_answer(line);

	if (strncmp(line, "error: ", 7) == 0)
		report_warn("the service refused: %s", line + 7);
	if (answer == ANSWER_NONE || c->unanswered == 0)
		return;
	if (answer == ANSWER_SHUTDOWN) {
		c->unanswered = 0;
		return;
	}
	c->unanswered--;
	if (answer == ANSWER_ERROR)
		c->refused = true;
}

static void
take_input(struct channel *c, char *data, size_t n)
{
	while (n > 0) {
		char *end = memchr(data, '\n', n);
		size_t len = end != NULL ? (size_t)(end - data) : n;

		if (c->input.len + len > LINE_MAX_BYTES) {
			c->skipping = true;
			buf_reset(&c->input);
		}
		if (!c->skipping)
			buf_add(&c->input, data, len);
		if (end == NULL)
			return;
		if (!c->skipping)
			take_line(c, buf_cstr(&c->input));
		c->skipping = false;
		buf_reset(&c->input);
		data = end + 1;
		n -= len + 1;
	}
}

static void
input_event(struct loop *loop, void *owner, uint32_t epoll_events)
{
	struct channel *c = owner;
	char data[16384];
	ssize_t n = read(c->in, data, sizeof(data));

	(void)epoll_events;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		loop_io_del(loop, &c->in_io);
		c->acks = false;
		c->unanswered = 0;
	} else {
		take_input(c, data, (size_t)n);
	}
	check_idle(c);
}

/* Pipes and sockets can be waited for; files are always ready; a terminal gives no answers. */
static bool
is_pipe(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode));
}

struct channel *
channel_new(struct loop *loop, int in, int out, bool acks, channel_fn *gone, void *owner)
{
	struct channel *c = xcalloc(1, sizeof(*c));

	*c = (struct channel){ .loop = loop, .in = in, .out = out, .gone = gone, .owner = owner };
	c->pollable = is_pipe(out) &&
		      loop_io_add(loop, &c->out_io, out, 0, output_event, c, "commands") == 0;
	bool readable = is_pipe(in) &&
			loop_io_add(loop, &c->in_io, in, EPOLLIN, input_event, c, "answers") == 0;
	c->acks = acks && readable && !isatty(out);
	return c;
}

void
channel_free(struct channel *c)
{
	if (c == NULL)
		return;
	loop_io_del(c->loop, &c->in_io);
	loop_io_del(c->loop, &c->out_io);
	loop_timer_cancel(c->loop, &c->timer);
	loop_defer_cancel(c->loop, &c->task);
	loop_defer_cancel(c->loop, &c->gone_task);
	buf_fini(&c->output);
	buf_fini(&c->input);
	free(c);
}

bool
channel_send(struct channel *c, const struct buf *lines, size_t n, bool urgent)
{
	if (c->closed)
		return true;
	if (c->output.len > 0 && !urgent)
		return false;
	buf_add(&c->output, lines->data, lines->len);
	if (c->acks)
		c->unanswered += n;
	flush(c);
	return true;
}

void
channel_wait(struct channel *c, int64_t timeout_us, channel_fn *fn)
{
	c->waiting = fn;
	loop_timer_set(c->loop, &c->timer, timeout_us, end_wait, c, "answers");
	check_idle(c);
}

bool
channel_refused(struct channel *c)
{
	bool refused = c->refused;

	c->refused = false;
	return refused;
}
