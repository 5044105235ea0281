/*
 * The configuration files of the command line. The supervisor only opens them, with its own rights,
 * and hands the descriptor to apid: what is in them is apid's business.
 */
#ifndef TROUPE_SUPERVISE_CONFFILES_H
#define TROUPE_SUPERVISE_CONFFILES_H

#include <stddef.h>

struct conffiles {
	char **paths; /* absolute, owned; `-` is standard input */
	int n;
	int current;
	int stdin_fd; /* a memfd with the text of `-`, or -1 */
};

/*
 * Checks that every name is a regular file, and reads `-` (alone, no terminal, not blank) into
 * memory. 0, or -1 with a text in err.
 */
int conffiles_init(struct conffiles *c, char **names, int n, char *err, size_t err_n);
void conffiles_fini(struct conffiles *c);
/* Keeps only file i (one group per file). */
void conffiles_keep(struct conffiles *c, int i);
/* To the next file, cyclic. */
void conffiles_rotate(struct conffiles *c);
/* Opens the current file for reading; returns a descriptor (owned), or -1 with errno. */
int conffiles_open(const struct conffiles *c);
const char *conffiles_name(const struct conffiles *c);

#endif
