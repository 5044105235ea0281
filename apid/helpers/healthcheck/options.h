/*
 * Everything the command line and the configuration file say. The option names are those of
 * ExaBGP's healthcheck; those that are ours are marked in options_table.c.
 */
#ifndef TROUPE_APID_HEALTHCHECK_OPTIONS_H
#define TROUPE_APID_HEALTHCHECK_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "apid/helpers/healthcheck/config.h"
#include "apid/helpers/healthcheck/nets.h"
#include "apid/helpers/healthcheck/state.h"

struct texts {
	const char **v; /* the array is owned, the texts are borrowed from the words */
	size_t n;
};

/* What differs from state to state: UP, DOWN, DISABLED. */
struct option_state {
	int64_t metric;
	const char *as_path;
	struct texts execute;
};

struct options {
	bool help;
	bool silent, no_syslog, debug;
	const char *name;
	const char *facility; /* NULL: not given */
	bool no_ack, sudo;
	const char *config, *pid_file, *user, *group;
	int64_t interval_us, fast_us;
	int64_t timeout_us, execute_timeout_us, drain_timeout_us; /* 0: none */
	int64_t rise, fall;
	const char *disable;
	const char *command; /* for the shell */
	char **exec;         /* or an argv; owned */
	const char *drain;   /* for the shell */
	const char *next_hop;
	struct nets ips;
	struct nets ifnames;
	int64_t local_preference; /* -1: none */
	bool deaggregate;
	bool no_ip_setup, dynamic_ip_setup;
	const char *label;
	bool label_exact;
	int64_t start_ip, increase;
	struct option_state states[STATE_EXIT];
	const char *community, *extended_community, *large_community, *disabled_community;
	const char *as_path;
	bool withdraw_on_down;
	int64_t path_id; /* 0: none */
	struct texts neighbors;
	bool no_debounce;
	struct texts execute;
	struct words words; /* owned: what the texts above point into */
};

/* 0; or -1 with a text in err. Reads the configuration file when one is given. Either way o is to
 * be freed with options_fini(). */
int options_parse(struct options *o, int argc, char **argv, char *err, size_t err_n);
void options_fini(struct options *o);
void options_usage(FILE *out);

#endif
