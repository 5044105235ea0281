/* Command line of apid, and the programs it can be (main.c chooses). */
#ifndef TROUPE_APID_OPTIONS_H
#define TROUPE_APID_OPTIONS_H

#include "common/log.h"

struct apid_options {
	char *program; /* argv[0] */
	const char *run_dir;
	const char *env_file;  /* or NULL */
	const char *conf_file; /* NULL: from the supervisor */
	enum log_level log_level;
	enum log_format log_format;
};

/* The daemon; returns its exit status. */
int daemon_run(const struct apid_options *o);
/* `--validate`, `--decode`, `--encode`, `--migrate`: argv from that word on. */
int tool_validate(int argc, char **argv);
int tool_decode(int argc, char **argv);
int tool_encode(int argc, char **argv);
int tool_commands(int argc, char **argv); /* --help-commands */
int tool_migrate(int argc, char **argv);

#endif
