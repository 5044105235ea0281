/* What the files of the settings share; nobody else includes it. */
#ifndef TROUPE_COMMON_SETTINGS_INTERNAL_H
#define TROUPE_COMMON_SETTINGS_INTERNAL_H

#include "common/settings.h"

#include <stddef.h>

enum { SETTING_TEXT_MAX = 4096, SETTINGS_MAX = 64 };

enum setting_type {
	SETTING_BOOL,
	SETTING_INT,
	SETTING_FLOAT,
	SETTING_STR,
	SETTING_IPS,    /* addresses separated by blanks */
	SETTING_CHOICE, /* one of the words of spec, any case */
	SETTING_USER,   /* an account of the system */
	SETTING_OCTAL,
};

struct setting_row {
	const char *name; /* section.name */
	enum setting_type type;
	const char *fallback;
	const char *choices; /* SETTING_CHOICE: words separated by blanks */
	int64_t min, max;    /* SETTING_INT */
	bool own;            /* prefix "troupe", not "exabgp" */
	bool hidden;         /* not printed */
};

struct setting_value {
	char *text; /* owned; without quotes; a boolean is "true" or "false" */
	int64_t number;
	double real;
	enum setting_source source;
};

struct settings {
	struct setting_value values[SETTINGS_MAX]; /* in the order of the table */
	char ini[4096];                            /* the file that was read; empty: none */
};

extern const struct setting_row setting_rows[];
extern const size_t n_setting_rows;

/* "exabgp" or "troupe". */
const char *setting_prefix(const struct setting_row *row);
/* The row called section.name whose prefix it is (n bytes), or -1. */
int setting_find(const char *full_name, size_t n);
/* Checks and stores a value; 0, or -1 when it is not one of the row's type. */
int setting_assign(const struct setting_row *row, const char *text, enum setting_source source,
	struct setting_value *value);
/* Reads an INI file into s. 0, 1 when there is none, or -1 with a text in err. */
int settings_read_ini(struct settings *s, const char *path, char *err, size_t err_n);

#endif
