/* The supervisor's command line (`troupe start` passes its own on as it is). */
#ifndef TROUPE_SUPERVISE_OPTIONS_H
#define TROUPE_SUPERVISE_OPTIONS_H

#include <stdbool.h>

struct options {
	const char *run;
	const char *name;
	const char *env_file; /* absolute, or NULL; owned */
	const char *log_format;
	const char *log_level;
	bool daemonize;
	char **files; /* borrows argv */
	int n_files;
};

/* Exits with usage (status 2) on a bad line; `--help` prints it and exits 0. */
void options_parse(struct options *o, int argc, char **argv);

/* Path made absolute from the current directory, without `.` and `//`; returns owned. */
char *options_absolute(const char *path);

#endif
