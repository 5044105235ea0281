/* The commands for a state: one line per network. */
#ifndef TROUPE_APID_HEALTHCHECK_LINES_H
#define TROUPE_APID_HEALTHCHECK_LINES_H

#include <stdbool.h>

#include "apid/helpers/healthcheck/options.h"

struct buf;

/* True when the routes are withdrawn in this state. */
bool lines_withdraw(const struct options *o, enum state state);
/* Appends the lines for UP, DOWN, DISABLED or EXIT. */
void lines_print(
	struct buf *out, const struct options *o, const struct nets *nets, enum state state);

#endif
