/*
 * Configurations: read from a descriptor that the supervisor sends (or from a file, when apid was
 * started by hand), parsed whole, checked, taken over whole - or refused, with nothing changed.
 */
#ifndef TROUPE_APID_CONF_H
#define TROUPE_APID_CONF_H

#include <stddef.h>

#include "proto/text/config.h"

struct apid;
struct settings;

enum { CONF_BYTES_MAX = 512 * 1024 * 1024, CONF_ERROR_MAX = 1024 };

/* Reads and parses; NULL with a complete message in err. fd is read to its end, not closed. */
struct config *conf_read(
	const struct settings *settings, const char *path, int fd, char *err, size_t err_n);
/* The same for a tool, from a file. programs false: those of `run` are not looked for. */
struct config *conf_read_file(
	const struct settings *settings, const char *path, bool programs, char *err, size_t err_n);
/* Version string for software-version and `version`: $exabgp_version, or the project's. */
const char *conf_version(void);

/* What a new configuration is for. */
enum conf_purpose { CONF_START, CONF_RELOAD, CONF_RELOAD_HELPERS, CONF_RESTART };
/* Takes over a configuration: neighbors, helpers, links. Owns config from here on. */
void conf_apply(struct apid *a, struct config *config, enum conf_purpose purpose);
/* Neighbors changed without a configuration (`peer create`, `peer delete`, attach). */
void conf_changed(struct apid *a);

#endif
