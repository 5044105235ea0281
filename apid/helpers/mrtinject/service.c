/*
 * Flow control by answers: at most SERVICE_WINDOW commands are unanswered, so a service that is slower
 * than the file is never flooded. Reading goes on while writing waits: neither side can block the
 * other. Lines that are not answers (events, data) are ignored.
 */
#include "apid/helpers/mrtinject/service.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	FLUSH = 1 << 15,
	PIPE_PIECE = 4096, /* POLLOUT of a pipe promises so much (PIPE_BUF) */
	LINE_MAX_BYTES = 1 << 20,
	SHOWN = 10,
	NEVER = -1
};

int64_t
service_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* --- answers --- */

static bool
begins(const char *line, const char *with)
{
	return strncmp(line, with, strlen(with)) == 0;
}

static void
answered(struct service *s, bool good)
{
	if (s->owed > 0)
		s->owed--;
	if (good)
		s->done++;
	else
		s->refused++;
}

static void
take_line(struct service *s, const char *line)
{
	if (strcmp(line, "done") == 0 || begins(line, "{ \"answer\": \"done\""))
		answered(s, true);
	else if (strcmp(line, "error") == 0 || begins(line, "{ \"answer\": \"error\""))
		answered(s, false);
	else if (strcmp(line, "shutdown") == 0 || begins(line, "{ \"answer\": \"shutdown\""))
		s->gone = true;
	else if ((begins(line, "error: ") || begins(line, "{\"error\"")) && s->words++ < SHOWN)
		fprintf(stderr, "mrtinject: refused: %s\n", line);
}

static void
take_lines(struct service *s)
{
	char *start = (char *)s->answers.data, *feed;
	size_t left = s->answers.len;

	while ((feed = memchr(start, '\n', left)) != NULL) {
		*feed = '\0';
		take_line(s, start);
		left -= (size_t)(feed + 1 - start);
		start = feed + 1;
	}
	buf_shift(&s->answers, s->answers.len - left);
	if (s->answers.len > LINE_MAX_BYTES)
		buf_reset(&s->answers); /* no answer is that long */
}

static void
read_some(struct service *s)
{
	ssize_t n = read(s->in, buf_room(&s->answers, FLUSH), FLUSH);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		s->gone = true;
		return;
	}
	s->answers.len += (size_t)n;
	take_lines(s);
}

static void
write_some(struct service *s)
{
	size_t left = s->commands.len;
	ssize_t n = write(s->out, s->commands.data, left < PIPE_PIECE ? left : PIPE_PIECE);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n < 0)
		s->gone = true;
	else
		buf_shift(&s->commands, (size_t)n);
}

/* One turn: reads or writes what is possible, within the time. */
static void
turn(struct service *s, int64_t until_us)
{
	int64_t wait = until_us - service_now();
	struct pollfd fds[2] = { { .fd = s->out, .events = POLLOUT },
		{ .fd = s->acks ? s->in : -1, .events = POLLIN } };
	int ms = until_us == NEVER ? -1 : 0;

	if (until_us != NEVER && wait > 0)
		ms = wait > 3600000000 ? 3600000 : (int)((wait + 999) / 1000);
	if (s->commands.len == 0)
		fds[0].events = 0; /* an error is reported all the same */
	if (poll(fds, 2, ms) <= 0)
		return;
	if ((fds[1].revents & (POLLIN | POLLHUP | POLLERR)) != 0)
		read_some(s);
	if ((fds[0].revents & (POLLERR | POLLNVAL)) != 0)
		s->gone = true;
	else if ((fds[0].revents & POLLOUT) != 0)
		write_some(s);
}

/* --- for the caller --- */

void
service_command(struct service *s, const struct buf *line)
{
	buf_add(&s->commands, line->data, line->len);
	buf_chr(&s->commands, '\n');
	s->owed += s->acks;
	if (s->owed >= SERVICE_WINDOW) {
		while (!s->gone && (s->commands.len > 0 || s->owed > SERVICE_WINDOW / 2))
			turn(s, NEVER);
		return;
	}
	while (!s->gone && s->commands.len > FLUSH)
		turn(s, NEVER);
}

void
service_wait(struct service *s, int64_t until_us)
{
	do
		turn(s, s->commands.len > 0 ? NEVER : until_us);
	while (!s->gone && (s->commands.len > 0 || service_now() < until_us));
}

void
service_finish(struct service *s)
{
	while (!s->gone && (s->commands.len > 0 || s->owed > 0))
		turn(s, NEVER);
}

void
service_stay(struct service *s)
{
	while (!s->gone)
		turn(s, NEVER);
}
