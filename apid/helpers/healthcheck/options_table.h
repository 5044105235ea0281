/* The table of options, and the functions that take their values. */
#ifndef TROUPE_APID_HEALTHCHECK_OPTIONS_TABLE_H
#define TROUPE_APID_HEALTHCHECK_OPTIONS_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "apid/helpers/healthcheck/options.h"

struct option_row;

/* Takes a value (NULL for a flag); returns NULL, or what was expected (static text). */
typedef const char *option_set_fn(
	struct options *o, const struct option_row *row, const char *value);

struct option_row {
	const char *name;
	char letter;       /* or 0 */
	const char *value; /* its name in the usage; NULL: a flag */
	option_set_fn *set;
	size_t offset; /* of the member in struct options */
	int64_t min, max;
	const char *help; /* NULL: another spelling of the row before */
};

extern const struct option_row option_rows[];
extern const size_t option_rows_n;

/* Values, options_value.c. */
option_set_fn option_flag, option_off, option_text, option_plain, option_number, option_seconds;
option_set_fn option_list, option_neighbor, option_ip, option_ifname, option_next_hop;
option_set_fn option_facility, option_exec;
/* The rest of the command line as a program and its arguments. */
const char *option_exec_words(struct options *o, const struct word *words, size_t n);

#endif
