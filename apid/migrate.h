/*
 * Rewriting of what was written for older versions (reference/api.md 6.9, migrate): pure functions
 * over text. The command line is tool_migrate.c.
 */
#ifndef TROUPE_APID_MIGRATE_H
#define TROUPE_APID_MIGRATE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"

enum migrate_version { MIGRATE_3_4, MIGRATE_4, MIGRATE_5, MIGRATE_MAIN };

/* "3.4", "4", "5", "main"; -1 when it is none. */
int migrate_version(const char *word);
const char *migrate_version_name(enum migrate_version version);

/* A configuration, written for from, as to has it; comments, quoted text and layout stay as they
 * are. wrap: `run` goes through `troupe migrate api` (only to main). Returns how many places were
 * changed. Each is told to note (may be NULL) with its line. */
unsigned migrate_conf(struct buf *out, const char *text, size_t n, enum migrate_version from,
	enum migrate_version to, bool wrap, void (*note)(unsigned line, const char *what));

/* One line without its line feed: a command of a program, or a JSON event. back: the other
 * direction, for what goes to the program. */
void migrate_api_line(struct buf *out, const char *line, size_t n, enum migrate_version from,
	enum migrate_version to, bool back);

#endif
