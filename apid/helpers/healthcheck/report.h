/* What the program has to say: on standard error, and to syslog. Never waits. */
#ifndef TROUPE_APID_HEALTHCHECK_REPORT_H
#define TROUPE_APID_HEALTHCHECK_REPORT_H

#include "apid/helpers/healthcheck/options.h"

/* Opens the logs the options ask for; the options must stay. */
void report_open(const struct options *o);
void report_close(void);
void report_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void report_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void report_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void report_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
