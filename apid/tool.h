/*
 * What the offline tools (tool_decode.c, tool_encode.c, tool_validate.c) share: settings, the
 * `-f` list, the session a message is read or written for. The tools open no socket and keep
 * nothing; none but tool_migrate.c starts a program.
 */
#ifndef TROUPE_APID_TOOL_H
#define TROUPE_APID_TOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "apid/options.h"
#include "proto/text/config.h"
#include "proto/text/event.h"
#include "proto/wire/export.h"
#include "proto/wire/family.h"
#include "proto/wire/open.h"
#include "proto/wire/update.h"

enum { TOOL_ERROR_MAX = 1024 };

/* Families named on the command line, in that order. */
struct tool_families {
	uint32_t v[FAMILY_COUNT];
	unsigned n;
	uint32_t bits;
	bool all; /* the word `all` */
};

/* A session as two mirrored ends would have negotiated it. */
struct tool_session {
	struct event_neighbor who;
	struct update_session rx; /* how the peer's messages are read */
	struct update_session tx; /* how the peer reads ours */
	struct export_session out;
	uint32_t first_family; /* FAMILY_NONE: there is none */
};

/* tool_families.c: "AFI SAFI [AFI SAFI ...]" or "all"; 0, or -1 with a reason in err. */
int tool_families_parse(const char *text, struct tool_families *out, char *err, size_t err_n);

/* tool_session.c. An imaginary session between addresses 127.0.0.1 (events.md 16.1). */
void tool_session_imagine(struct tool_session *out, const struct tool_families *families,
	bool addpath, uint32_t local_as, uint32_t peer_as);
/* What the neighbor would negotiate with a peer that mirrors it; -1 when its OPEN is unusable. */
int tool_session_mirror(struct tool_session *out, const struct neighbor_conf *n);

/* tool_settings.c: the settings, or NULL after a message on standard error. env_file or NULL. */
struct settings *tool_settings(const char *env_file);
/* n words with blanks between. Returns owned, or NULL for none. */
char *tool_words(char **words, int n);
/* Writes out to standard output and empties it. */
void tool_put(struct buf *out);
/* Flushes standard output; status, or 1 when something could not be written. */
int tool_finish(int status);

#endif
