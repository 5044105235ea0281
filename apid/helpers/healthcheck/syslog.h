/* Lines to the system's log, without ever waiting for it. */
#ifndef TROUPE_APID_HEALTHCHECK_SYSLOG_H
#define TROUPE_APID_HEALTHCHECK_SYSLOG_H

#include <stddef.h>

#define SYSLOG_PATH "/dev/log"

/* The code of a facility's name (`daemon`, `local0`, ...), or -1. */
int syslog_facility(const char *name);
/* A connected, non-blocking socket, or -1 with errno. */
int syslog_open(const char *path);
/* Sends one line; dropped when the daemon does not take it at once. severity as in RFC 5424. */
void syslog_send(int fd, int facility, int severity, const char *tag, const char *text);

#endif
