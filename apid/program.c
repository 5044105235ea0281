/*
 * Looking for the program of a `run` statement (config.md 3.2), and refusing what must not be
 * started: directories, devices, setuid and setgid programs, files we may not execute. Pure look
 * at the file system; nothing is run.
 */
#include "apid/program.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/arena.h"

static const char *
check(const char *path, char *err, size_t err_n)
{
	struct stat st;

	if (stat(path, &st) < 0 || access(path, R_OK) < 0)
		snprintf(
			err, err_n, "can not access the program \"%s\": %s", path, strerror(errno));
	else if (S_ISDIR(st.st_mode))
		snprintf(err, err_n, "can not execute directories \"%s\"", path);
	else if (st.st_mode & S_ISUID)
		snprintf(err, err_n, "refusing to run setuid programs \"%s\"", path);
	else if (st.st_mode & S_ISGID)
		snprintf(err, err_n, "refusing to run setgid programs \"%s\"", path);
	else if (!S_ISREG(st.st_mode) || access(path, X_OK) < 0)
		snprintf(err, err_n, "exabgp will not be able to run this program \"%s\"", path);
	else
		return path;
	return NULL;
}

static bool
exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && !S_ISDIR(st.st_mode);
}

static char *
join(struct arena *arena, const char *dir, size_t dir_n, const char *name)
{
	size_t n = strlen(name);
	char *path = arena_alloc(arena, dir_n + n + 2);

	memcpy(path, dir, dir_n);
	path[dir_n] = '/';
	memcpy(path + dir_n + 1, name, n + 1);
	return path;
}

static const char *
in_path(struct arena *arena, const char *program)
{
	const char *dir = getenv("PATH");

	while (dir != NULL && *dir != '\0') {
		size_t n = strcspn(dir, ":");
		char *path = join(arena, dir, n, program);

		if (n > 0 && exists(path))
			return path;
		dir += n;
		dir += *dir == ':';
	}
	return NULL;
}

/* Directory of the configuration file, /etc/exabgp, PATH: the first that has it. */
static const char *
look_for(struct arena *arena, const char *conf, const char *program)
{
	const char *slash = strrchr(conf, '/');
	char *found = slash != NULL ? join(arena, conf, (size_t)(slash - conf), program)
				    : join(arena, ".", 1, program);

	if (exists(found))
		return found;
	found = join(arena, "/etc/exabgp", 11, program);
	return exists(found) ? found : in_path(arena, program);
}

const char *
program_find(void *owner, struct arena *arena, const char *program, char *err, size_t err_n)
{
	const char *found;

	if (program[0] == '/')
		return check(program, err, err_n);
	if (strncmp(program, "etc/exabgp/", 11) == 0) {
		const char *etc = getenv("EXABGP_ETC");

		etc = etc != NULL ? etc : "/etc/exabgp";
		return check(join(arena, etc, strlen(etc), program + 11), err, err_n);
	}
	found = look_for(arena, owner, program);
	if (found == NULL) {
		snprintf(err, err_n, "can not locate the program \"%s\"", program);
		return NULL;
	}
	/* Helpers start in /. */
	if (found[0] != '/') {
		char *full = realpath(found, NULL);

		if (full != NULL)
			found = arena_strndup(arena, full, strlen(full));
		free(full);
	}
	return check(found, err, err_n);
}
