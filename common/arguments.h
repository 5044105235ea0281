/* The command line of the daemons that take nothing but what the supervisor passes on. */
#ifndef TROUPE_COMMON_ARGUMENTS_H
#define TROUPE_COMMON_ARGUMENTS_H

#include "common/log.h"

struct arguments {
	const char *run; /* the run directory; borrowed from argv */
	enum log_format format;
	enum log_level level;
};

/* daemon: its name, for the usage text. A wrong command line is told on standard error and ends the
 * process. */
struct arguments arguments_parse(const char *daemon, int argc, char **argv);

#endif
