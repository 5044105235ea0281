/*
 * The search list of the operator's socket and pipes. Only looks: nothing is created here. Links are
 * not followed for the last part of a name, so that a link planted in a directory is not taken for a
 * socket or pipe of ours.
 */
#include "common/clipath.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DIRS_OF_ROOT = CLIPATH_DIRS / 2 };

bool
clipath_join(char out[CLIPATH_MAX], const char *base, const char *suffix)
{
	size_t n = strlen(base), more = strlen(suffix);

	if (n + more >= CLIPATH_MAX)
		return false;
	memmove(out, base, n);
	memcpy(out + n, suffix, more + 1);
	return true;
}

bool
clipath_dir(int i, char out[CLIPATH_MAX])
{
	static const char *const places[DIRS_OF_ROOT / 2] = { "exabgp/", NULL, "" };
	const char *root = i < DIRS_OF_ROOT ? "" : getenv("EXABGP_ROOT");
	char uid[16];

	if (i < 0 || i >= CLIPATH_DIRS || root == NULL || (i >= DIRS_OF_ROOT && root[0] != '/'))
		return false;
	i %= DIRS_OF_ROOT;
	const char *place = places[i % (DIRS_OF_ROOT / 2)];
	if (place == NULL) {
		snprintf(uid, sizeof(uid), "%u/", (unsigned)geteuid());
		place = uid;
	}
	return clipath_join(out, root, i < DIRS_OF_ROOT / 2 ? "/run/" : "/var/run/") &&
	       clipath_join(out, out, place);
}

static bool
is_kind(const char *base, const char *suffix, mode_t kind)
{
	char path[CLIPATH_MAX];
	struct stat st;

	return clipath_join(path, base, suffix) && lstat(path, &st) == 0 &&
	       (st.st_mode & S_IFMT) == kind;
}

bool
clipath_socket(const char *name, char out[CLIPATH_MAX])
{
	for (int i = 0; i < CLIPATH_DIRS; i++) {
		if (clipath_dir(i, out) && clipath_join(out, out, name) &&
			is_kind(out, ".sock", S_IFSOCK))
			return clipath_join(out, out, ".sock");
	}
	return false;
}

bool
clipath_pipes(const char *name, char out[CLIPATH_MAX])
{
	for (int i = 0; i < CLIPATH_DIRS; i++) {
		if (clipath_dir(i, out) && clipath_join(out, out, name) &&
			is_kind(out, ".in", S_IFIFO) && is_kind(out, ".out", S_IFIFO))
			return true;
	}
	return false;
}

bool
clipath_name_valid(const char *name)
{
	size_t n = strlen(name);

	return n > 0 && n <= CLIPATH_NAME_MAX && name[0] != '.' && strchr(name, '/') == NULL;
}
