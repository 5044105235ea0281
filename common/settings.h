/*
 * Every `exabgp.section.name` setting: environment (dotted, then underscore spelling), then the
 * INI file, then the default (reference/api.md 7). One table row a setting.
 */
#ifndef TROUPE_COMMON_SETTINGS_H
#define TROUPE_COMMON_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum setting_source { SETTING_DEFAULT, SETTING_INI, SETTING_ENVIRONMENT };

struct settings; /* immutable after settings_load() */

/*
 * ini_path: from --env-file, or NULL for $EXABGP_ENVFILE / the default place (a missing default
 * file is no error). Returns owned, or NULL with a text ("invalid value for ...", or the file's error) in err.
 */
struct settings *settings_load(const char *ini_path, char *err, size_t err_n);
void settings_free(struct settings *s);
/* The INI file that was read; NULL: none. Borrowed. */
const char *settings_ini_path(const struct settings *s);

/* name: "tcp.port". Troupe's own rows ("rib.settle" in ms, "log.format") are spelled
 * troupe_rib_settle, troupe.rib.settle, [troupe.rib]. An ip list is its text, addresses separated
 * by blanks. settings_int() of a boolean is 0 or 1, of api.version 4 or 6. Unknown names are a programming error (fatalx). */
const char *settings_str(const struct settings *s, const char *name);
bool settings_bool(const struct settings *s, const char *name);
int64_t settings_int(const struct settings *s, const char *name);
double settings_float(const struct settings *s, const char *name);
enum setting_source settings_source(const struct settings *s, const char *name);
/* All rows, `exabgp.section.name=value` with where each came from (`troupe environment`). */
void settings_print(const struct settings *s, FILE *out, bool only_changed, bool as_ini);

#endif
