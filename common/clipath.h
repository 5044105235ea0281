/*
 * Where a service and its operator's programs look for each other: NAME.sock, or the pair of pipes
 * NAME.in and NAME.out, in the first directory of a list that has them (reference/api.md 6.5, 6.6).
 * The list: /run/exabgp/ /run/UID/ /run/ and the same below /var, then all six below $EXABGP_ROOT.
 */
#ifndef TROUPE_COMMON_CLIPATH_H
#define TROUPE_COMMON_CLIPATH_H

#include <stdbool.h>

enum {
	CLIPATH_MAX = 108, /* with its NUL; what a socket's address holds */
	CLIPATH_DIRS = 12,
	CLIPATH_NAME_MAX = 64
};

/* Directory i of the list, with a slash at its end. False behind its end, or when it is too long. */
bool clipath_dir(int i, char out[CLIPATH_MAX]);
/* The first NAME.sock in the list that is a socket. */
bool clipath_socket(const char *name, char out[CLIPATH_MAX]);
/* The first NAME in the list where NAME.in and NAME.out are named pipes; out has no suffix. */
bool clipath_pipes(const char *name, char out[CLIPATH_MAX]);
/* A file name: not empty, no slash, not too long, not beginning with a dot. */
bool clipath_name_valid(const char *name);
/* "dir/name" and "base" "suffix" into out; false when it does not fit. */
bool clipath_join(char out[CLIPATH_MAX], const char *base, const char *suffix);

#endif
