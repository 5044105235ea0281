/* Shortcuts of the command line (reference/api.md 6.4): `a r` is `announce route`. */
#ifndef TROUPE_CLI_EXPAND_H
#define TROUPE_CLI_EXPAND_H

#include <stdbool.h>

struct buf;

enum { EXPAND_WORDS = 64 }; /* words looked at; the rest of a command is kept as it is */

/* Appends the command with its shortcuts spelled out; true when anything changed but blanks. */
bool expand_command(struct buf *out, const char *command);

#endif
