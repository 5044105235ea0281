/*
 * One line to standard error unless --silent, the same to syslog unless --no-syslog or --debug.
 * A machine without a syslog socket is told so once, and the program goes on.
 */
#include "apid/helpers/healthcheck/report.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "apid/helpers/healthcheck/syslog.h"
#include "common/log.h"

static struct {
	bool silent;
	int fd; /* of syslog; -1: none */
	int facility;
	char tag[128];
} state = { .fd = -1 };

void
report_open(const struct options *o)
{
	state.silent = o->silent;
	state.facility = syslog_facility(o->facility != NULL ? o->facility : "daemon");
	snprintf(state.tag, sizeof(state.tag), "healthcheck%s%s", o->name != NULL ? "-" : "",
		o->name != NULL ? o->name : "");
	log_init("healthcheck", o->debug ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
	if (o->no_syslog || o->debug)
		return;
	state.fd = syslog_open(SYSLOG_PATH);
	if (state.fd < 0)
		report_warn("no syslog at %s: %s", SYSLOG_PATH, strerror(errno));
}

void
report_close(void)
{
	if (state.fd >= 0)
		close(state.fd);
	state.fd = -1;
}

/* A line of syslog must be one line. */
static void
to_syslog(int severity, char *text)
{
	for (char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = ' ';
	syslog_send(state.fd, state.facility, severity, state.tag, text);
}

#define REPORT_FUNCTION(name, log, severity)            \
	void name(const char *fmt, ...)                 \
	{                                               \
		char text[1536];                        \
		va_list ap;                             \
                                                        \
		va_start(ap, fmt);                      \
		vsnprintf(text, sizeof(text), fmt, ap); \
		va_end(ap);                             \
		if (!state.silent)                      \
			log(NULL, "%s", text);          \
		if (state.fd >= 0 && (severity) < 7)    \
			to_syslog(severity, text);      \
	}

REPORT_FUNCTION(report_debug, log_debug, 7)
REPORT_FUNCTION(report_info, log_info, 6)
REPORT_FUNCTION(report_warn, log_warn, 4)
REPORT_FUNCTION(report_error, log_error, 3)
