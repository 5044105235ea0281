/*
 * Where a group lives: its run directory. The supervisor creates it, the operator's command looks for
 * it; both ask here, so that they agree.
 *
 *   --run DIR, --name NAME, $TROUPE_RUN, or the name of the group below the base directory
 *   name: --name, else the setting api.socketname when it is not `exabgp`, else `default`
 *   base: /run/troupe for root, else $XDG_RUNTIME_DIR/troupe, else /tmp/troupe-UID
 */
#ifndef TROUPE_COMMON_RUNPATH_H
#define TROUPE_COMMON_RUNPATH_H

#include <stdbool.h>
#include <stddef.h>

struct settings;

/* A socket's path has 108 bytes; this leaves room for the longest name in the directory. */
enum { RUNPATH_MAX = 80, RUNPATH_NAME_MAX = 64 };

/*
 * run, name: from the command line, or NULL. client: look for a group that exists (also below
 * /run/troupe when the user is not root). Returns 0, or -1 with a text in err.
 */
int runpath_find(const struct settings *settings, const char *run, const char *name, bool client,
	char out[RUNPATH_MAX], char *err, size_t err_n);

#endif
