/*
 * Log lines on standard error: `daemon[pid] level subject: text`, or one JSON object a line.
 * Never blocks: when standard error would, the line is dropped and counted, and the count is
 * logged with the next line that goes through. Codecs never log.
 */
#ifndef TROUPE_COMMON_LOG_H
#define TROUPE_COMMON_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_level {
	LOG_LEVEL_DEBUG,
	LOG_LEVEL_INFO,
	LOG_LEVEL_WARN,
	LOG_LEVEL_ERROR,
	LOG_LEVEL_FATAL
};
enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON };

/* daemon: static text, from here on the process's name too. Lines below the level are dropped. */
void log_init(const char *daemon, enum log_level level, enum log_format format);
void log_set_level(enum log_level level);
bool log_enabled(enum log_level level);

/* subject: what it is about (a peer, a helper, a link); may be NULL. */
void log_debug(const char *subject, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void log_info(const char *subject, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void log_warn(const char *subject, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void log_error(const char *subject, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* With ": strerror(errno)" appended. */
void log_errno(const char *subject, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Logs and exits with status 1; for a broken environment at start-up. */
_Noreturn void log_fatal(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Logs and aborts; for broken invariants of our own. */
_Noreturn void fatalx(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* At most one line per second and key (any pointer); returns true when the caller may log. */
bool log_ratelimit(const void *key, int64_t now_us);
uint64_t log_lost(void);

#endif
