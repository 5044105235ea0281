/*
 * The rules that lead from options, environment and settings to a run directory. Nothing is created
 * here. A base directory below /tmp counts only when it belongs to the user: anyone can make one.
 */
#include "common/runpath.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/settings.h"

struct place {
	char *out;
	char *err;
	size_t err_n;
};

static int __attribute__((format(printf, 2, 3))) refuse(const struct place *p, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(p->err, p->err_n, fmt, ap);
	va_end(ap);
	return -1;
}

static bool
name_valid(const char *name)
{
	size_t n = strlen(name);

	if (n == 0 || n > RUNPATH_NAME_MAX || name[0] == '.')
		return false;
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)name[i]) && strchr("._-", name[i]) == NULL)
			return false;
	return true;
}

/* A directory named by the user, made absolute. */
static int
explicit_path(const struct place *p, const char *run)
{
	char cwd[RUNPATH_MAX];

	if (run[0] == '\0')
		return refuse(p, "the name of the run directory is empty");
	if (run[0] != '/' && getcwd(cwd, sizeof(cwd)) == NULL)
		return refuse(p, "run directory %s: the current directory's name is too long", run);
	int n = run[0] == '/' ? snprintf(p->out, RUNPATH_MAX, "%s", run)
			      : snprintf(p->out, RUNPATH_MAX, "%s/%s", cwd, run);
	if (n >= RUNPATH_MAX)
		return refuse(p, "run directory %s: the name has more than %d characters", run,
			RUNPATH_MAX - 1);
	while (n > 1 && p->out[n - 1] == '/')
		p->out[--n] = '\0';
	return 0;
}

static int
below(const struct place *p, const char *base, const char *name)
{
	int n = snprintf(p->out, RUNPATH_MAX, "%s/%s", base, name);

	if (n >= RUNPATH_MAX)
		return refuse(p, "run directory %s/%s: the name has more than %d characters", base,
			name, RUNPATH_MAX - 1);
	return 0;
}

static bool
is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int
user_base(const struct place *p, char *base, size_t n)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	struct stat st;

	if (runtime != NULL && runtime[0] == '/') {
		if (snprintf(base, n, "%s/troupe", runtime) >= (int)n)
			return refuse(p, "XDG_RUNTIME_DIR is too long");
		return 0;
	}
	snprintf(base, n, "/tmp/troupe-%u", (unsigned)geteuid());
	if (lstat(base, &st) != 0)
		return 0;
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 022) != 0)
		return refuse(p, "%s is not a private directory of this user", base);
	return 0;
}

int
runpath_find(const struct settings *settings, const char *run, const char *name, bool client,
	char out[RUNPATH_MAX], char *err, size_t err_n)
{
	const struct place p = { out, err, err_n };
	const char *from_env = getenv("TROUPE_RUN");
	char base[RUNPATH_MAX] = "/run/troupe";

	if (run != NULL)
		return explicit_path(&p, run);
	if (name == NULL && from_env != NULL && from_env[0] != '\0')
		return explicit_path(&p, from_env);
	if (name == NULL)
		name = settings_str(settings, "api.socketname");
	if (strcmp(name, "exabgp") == 0 || name[0] == '\0')
		name = "default";
	if (!name_valid(name))
		return refuse(
			&p, "'%s' is no name for a group (letters, digits, '.', '_', '-')", name);
	if (geteuid() != 0 && user_base(&p, base, sizeof(base)) != 0)
		return -1;
	if (below(&p, base, name) != 0)
		return -1;
	if (client && geteuid() != 0 && !is_directory(out))
		return below(&p, "/run/troupe", name);
	return 0;
}
