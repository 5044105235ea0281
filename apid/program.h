/*
 * The program of a `run` statement: where it is looked for, and what is refused (config.md 3.2).
 * Has the signature of config_env.find_program.
 */
#ifndef TROUPE_APID_PROGRAM_H
#define TROUPE_APID_PROGRAM_H

#include <stddef.h>

struct arena;

/*
 * owner: the path of the configuration file (const char *); a relative program is looked for in
 * its directory, in /etc/exabgp and along $PATH, and the first that exists counts. Returns an
 * absolute path that lives in arena (or program itself), or NULL with a reason in err.
 */
const char *program_find(
	void *owner, struct arena *arena, const char *program, char *err, size_t err_n);

#endif
