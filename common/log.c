/*
 * Log lines on standard error. A line is built in a fixed buffer of 4 KiB (so that writing it to
 * a pipe is atomic) and written once, or dropped and counted: nothing here waits. Standard
 * error is shared with other processes, so its file description is never made non-blocking.
 * Texts may come from outside: control characters and bytes that are not UTF-8 are escaped.
 */
#include "common/log.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "common/utf8.h"

enum { LINE_MAX_BYTES = 4096, TEXT_MAX = 3072, SUBJECT_MAX = 256, RATE_SLOTS = 256 };
enum { RATE_US = 1000000 };

static const char *const level_names[] = { [LOG_LEVEL_DEBUG] = "debug",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_WARN] = "warn",
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_FATAL] = "fatal" };

static struct {
	const char *daemon;
	enum log_level level;
	enum log_format format;
	uint64_t lost;     /* since the start */
	uint64_t reported; /* of them, already said in a line */
	struct {
		const void *key;
		int64_t next_us;
	} rate[RATE_SLOTS];
} state = { .daemon = "troupe", .level = LOG_LEVEL_INFO };

struct line {
	char text[LINE_MAX_BYTES];
	size_t len;
};

void
log_init(const char *daemon, enum log_level level, enum log_format format)
{
	state.daemon = daemon;
	state.level = level;
	state.format = format;
	/* A program executed through a descriptor would be called by its number. */
	prctl(PR_SET_NAME, daemon);
}

void
log_set_level(enum log_level level)
{
	state.level = level;
}

bool
log_enabled(enum log_level level)
{
	return level >= state.level;
}

uint64_t
log_lost(void)
{
	return state.lost;
}

/* Keeps 8 bytes for the end of the line. */
static void
add(struct line *line, const void *text, size_t n)
{
	if (n > sizeof(line->text) - 8 - line->len)
		return;
	memcpy(line->text + line->len, text, n);
	line->len += n;
}

static void __attribute__((format(printf, 2, 3))) addf(struct line *line, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n > 0)
		add(line, text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1);
}

static void
add_escaped(struct line *line, const uint8_t *p, uint32_t code)
{
	bool json = state.format == LOG_FORMAT_JSON;

	switch (code) {
	case '\n':
		add(line, "\\n", 2);
		break;
	case '\t':
		add(line, "\\t", 2);
		break;
	case '"':
	case '\\':
		add(line, json ? (const uint8_t[]){ '\\', *p } : p, json ? 2 : 1);
		break;
	default:
		addf(line, json ? "\\u%04x" : "\\x%02x", code == 0xfffd && !json ? *p : code);
	}
}

/* A text from anywhere, up to max bytes, with "..." when there is more. */
static void
add_text(struct line *line, const char *text, size_t max)
{
	const uint8_t *p = (const uint8_t *)text;
	size_t whole = strlen(text);
	size_t left = whole < max ? whole : max;

	while (left > 0) {
		uint32_t code;
		size_t len = utf8_decode(p, left, &code);

		if (len == 0 && left < 4 && whole > max)
			break; /* cut in the middle of a character */
		if (len == 0)
			code = 0xfffd;
		if (len == 0 || code < 0x20 || (code >= 0x7f && code < 0xa0) || code == '"' ||
			code == '\\')
			add_escaped(line, p, code);
		else
			add(line, p, len);
		len = len > 0 ? len : 1;
		p += len;
		left -= len;
	}
	if (whole > max)
		add(line, "...", 3);
}

static void
build_text(struct line *line, enum log_level level, const char *subject, const char *text)
{
	addf(line, "%s[%d] %s ", state.daemon, (int)getpid(), level_names[level]);
	if (subject != NULL) {
		add_text(line, subject, SUBJECT_MAX);
		add(line, ": ", 2);
	}
	add_text(line, text, TEXT_MAX);
	line->text[line->len++] = '\n'; /* add() kept room for it */
}

static void
build_json(struct line *line, enum log_level level, const char *subject, const char *text)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	addf(line, "{\"time\": %lld.%03ld, \"daemon\": \"%s\", \"pid\": %d, \"level\": \"%s\"",
		(long long)ts.tv_sec, ts.tv_nsec / 1000000, state.daemon, (int)getpid(),
		level_names[level]);
	if (subject != NULL) {
		addf(line, ", \"subject\": \"");
		add_text(line, subject, SUBJECT_MAX);
		add(line, "\"", 1);
	}
	addf(line, ", \"text\": \"");
	add_text(line, text, TEXT_MAX);
	memcpy(line->text + line->len, "\"}\n", 3); /* add() kept room for it */
	line->len += 3;
}

/* Writes the whole line now or not at all (a file system may still cut it). */
static bool
write_line(const struct line *line)
{
	struct stat st;
	struct iovec iov = { .iov_base = (void *)(uintptr_t)line->text, .iov_len = line->len };

	if (fstat(STDERR_FILENO, &st) != 0)
		return false;
	if (S_ISSOCK(st.st_mode))
		return send(STDERR_FILENO, line->text, line->len, MSG_DONTWAIT | MSG_NOSIGNAL) > 0;
	if (S_ISFIFO(st.st_mode)) {
		ssize_t n = pwritev2(STDERR_FILENO, &iov, 1, -1, RWF_NOWAIT);

		if (n >= 0 || (errno != EOPNOTSUPP && errno != EINVAL && errno != ENOSYS))
			return n > 0;
	}
	struct pollfd pfd = { .fd = STDERR_FILENO, .events = POLLOUT };
	if (poll(&pfd, 1, 0) <= 0 || (pfd.revents & POLLOUT) == 0)
		return false;
	return write(STDERR_FILENO, line->text, line->len) > 0;
}

static void
build(struct line *line, enum log_level level, const char *subject, const char *text)
{
	if (state.format == LOG_FORMAT_JSON)
		build_json(line, level, subject, text);
	else
		build_text(line, level, subject, text);
}

/* One write: what was lost before, if anything, and the line. */
static void
put(enum log_level level, const char *subject, const char *text)
{
	struct line line;

	line.len = 0;
	if (state.lost != state.reported) {
		char report[64];

		snprintf(report, sizeof(report), "%llu lines lost",
			(unsigned long long)(state.lost - state.reported));
		build(&line, LOG_LEVEL_WARN, "log", report);
	}
	build(&line, level, subject, text);
	if (write_line(&line))
		state.reported = state.lost;
	else
		state.lost++;
}

static void __attribute__((format(printf, 3, 0)))
vlog(enum log_level level, const char *subject, const char *fmt, va_list ap, int error)
{
	char text[LINE_MAX_BYTES];

	if (!log_enabled(level))
		return;
	int saved = errno;
	int n = vsnprintf(text, sizeof(text), fmt, ap);
	if (error != 0 && n >= 0 && (size_t)n < sizeof(text) - 1)
		snprintf(text + n, sizeof(text) - (size_t)n, ": %s", strerror(error));
	put(level, subject, text);
	errno = saved;
}

#define LOG_FUNCTION(name, level, error)                     \
	void name(const char *subject, const char *fmt, ...) \
	{                                                    \
		va_list ap;                                  \
                                                             \
		va_start(ap, fmt);                           \
		vlog(level, subject, fmt, ap, error);        \
		va_end(ap);                                  \
	}

LOG_FUNCTION(log_debug, LOG_LEVEL_DEBUG, 0)
LOG_FUNCTION(log_info, LOG_LEVEL_INFO, 0)
LOG_FUNCTION(log_warn, LOG_LEVEL_WARN, 0)
LOG_FUNCTION(log_error, LOG_LEVEL_ERROR, 0)
LOG_FUNCTION(log_errno, LOG_LEVEL_ERROR, errno)

void
log_fatal(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vlog(LOG_LEVEL_FATAL, NULL, fmt, ap, 0);
	va_end(ap);
	exit(1);
}

void
fatalx(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vlog(LOG_LEVEL_FATAL, NULL, fmt, ap, 0);
	va_end(ap);
	abort();
}

bool
log_ratelimit(const void *key, int64_t now_us)
{
	uintptr_t bits = (uintptr_t)key;
	size_t slot = (size_t)((bits >> 4 ^ bits >> 12 ^ bits >> 20) % RATE_SLOTS);

	if (state.rate[slot].key == key && now_us < state.rate[slot].next_us)
		return false;
	state.rate[slot].key = key;
	state.rate[slot].next_us = now_us + RATE_US;
	return true;
}
