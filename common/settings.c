/*
 * Loading and reading the settings. Order of precedence: environment with dots, environment with
 * underscores, INI file, default. tcp.connections (environment only) is the newer tcp.attempts'
 * other name and wins; tcp.once stands in for it when neither is in the environment.
 */
#include "common/settings_internal.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "common/xmalloc.h"

static const char *
environment_value(const char *prefix, const char *name)
{
	char variable[128];
	int n = snprintf(variable, sizeof(variable), "%s.%s", prefix, name);

	if (n < 0 || (size_t)n >= sizeof(variable))
		return NULL;
	const char *value = getenv(variable);
	if (value != NULL)
		return value;
	for (char *p = variable; *p != '\0'; p++) {
		if (*p == '.')
			*p = '_';
	}
	return getenv(variable);
}

static int
row_index(const char *name)
{
	for (size_t i = 0; i < n_setting_rows; i++) {
		if (strcmp(setting_rows[i].name, name) == 0)
			return (int)i;
	}
	fatalx("no setting is called %s", name);
}

static int
assign(struct settings *s, int row, const char *text, enum setting_source source, char *err,
	size_t err_n)
{
	if (setting_assign(&setting_rows[row], text, source, &s->values[row]) == 0)
		return 0;
	snprintf(err, err_n, "invalid value for %s : %s", setting_rows[row].name, text);
	return -1;
}

static int
load_environment(struct settings *s, char *err, size_t err_n)
{
	for (size_t i = 0; i < n_setting_rows; i++) {
		const struct setting_row *row = &setting_rows[i];
		const char *value = environment_value(setting_prefix(row), row->name);

		if (value != NULL && assign(s, (int)i, value, SETTING_ENVIRONMENT, err, err_n) != 0)
			return -1;
	}
	return 0;
}

/* The old spellings of tcp.attempts. */
static int
load_attempts(struct settings *s, char *err, size_t err_n)
{
	int attempts = row_index("tcp.attempts");
	int once = row_index("tcp.once");
	const char *connections = environment_value("exabgp", "tcp.connections");

	if (connections != NULL)
		return assign(s, attempts, connections, SETTING_ENVIRONMENT, err, err_n);
	if (s->values[attempts].source == SETTING_ENVIRONMENT ||
		s->values[once].source != SETTING_ENVIRONMENT)
		return 0;
	return assign(s, attempts, s->values[once].number != 0 ? "1" : "0", SETTING_ENVIRONMENT,
		err, err_n);
}

/* The folder of the program without its last part when that is where programs are. */
static void
program_root(char root[PATH_MAX])
{
	static const char *const tails[] = { "/bin", "/sbin", "/libexec/troupe" };
	ssize_t n = readlink("/proc/self/exe", root, PATH_MAX - 1);

	root[n > 0 ? n : 0] = '\0';
	char *slash = strrchr(root, '/');
	if (slash != NULL)
		*slash = '\0';
	for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
		size_t len = strlen(root);
		size_t tail = strlen(tails[i]);

		if (len >= tail && strcmp(root + len - tail, tails[i]) == 0) {
			root[len - tail] = '\0';
			return;
		}
	}
}

static int
read_default_ini(struct settings *s, char *err, size_t err_n)
{
	char root[PATH_MAX];
	char path[PATH_MAX + 64];
	const char *given = getenv("EXABGP_ENVFILE");

	if (given != NULL && given[0] != '\0')
		return settings_read_ini(s, given, err, err_n);
	given = getenv("EXABGP_ROOT");
	if (given != NULL && strlen(given) < sizeof(root))
		strcpy(root, given);
	else
		program_root(root);
	snprintf(path, sizeof(path), "%s/etc/exabgp/exabgp.env", root);
	int result = settings_read_ini(s, path, err, err_n);
	if (result != 1 || given != NULL)
		return result;
	return settings_read_ini(s, "/etc/exabgp/exabgp.env", err, err_n);
}

static int
load_ini(struct settings *s, const char *ini_path, char *err, size_t err_n)
{
	if (ini_path == NULL)
		return read_default_ini(s, err, err_n) < 0 ? -1 : 0;
	int result = settings_read_ini(s, ini_path, err, err_n);
	if (result == 1)
		snprintf(err, err_n, "%s: no settings file that can be read", ini_path);
	return result == 0 ? 0 : -1;
}

const char *
settings_ini_path(const struct settings *s)
{
	return s->ini[0] == '\0' ? NULL : s->ini;
}

struct settings *
settings_load(const char *ini_path, char *err, size_t err_n)
{
	struct settings *s = xcalloc(1, sizeof(*s));

	for (size_t i = 0; i < n_setting_rows; i++) {
		if (setting_assign(&setting_rows[i], setting_rows[i].fallback, SETTING_DEFAULT,
			    &s->values[i]) != 0)
			fatalx("bad default of setting %s", setting_rows[i].name);
	}
	if (load_ini(s, ini_path, err, err_n) == 0 && load_environment(s, err, err_n) == 0 &&
		load_attempts(s, err, err_n) == 0)
		return s;
	settings_free(s);
	return NULL;
}

void
settings_free(struct settings *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < n_setting_rows; i++)
		free(s->values[i].text);
	free(s);
}

const char *
settings_str(const struct settings *s, const char *name)
{
	return s->values[row_index(name)].text;
}

bool
settings_bool(const struct settings *s, const char *name)
{
	return s->values[row_index(name)].number != 0;
}

int64_t
settings_int(const struct settings *s, const char *name)
{
	return s->values[row_index(name)].number;
}

double
settings_float(const struct settings *s, const char *name)
{
	return s->values[row_index(name)].real;
}

enum setting_source
settings_source(const struct settings *s, const char *name)
{
	return s->values[row_index(name)].source;
}

static bool
is_quoted(enum setting_type type)
{
	return type == SETTING_STR || type == SETTING_IPS || type == SETTING_USER ||
	       type == SETTING_OCTAL;
}

static void
print_row(const struct setting_row *row, const struct setting_value *value, FILE *out, bool ini)
{
	static const char *const sources[] = { [SETTING_DEFAULT] = "default",
		[SETTING_INI] = "settings file",
		[SETTING_ENVIRONMENT] = "environment" };
	const char *quote = is_quoted(row->type) ? "'" : "";

	if (ini)
		fprintf(out, "# from: %s\n%s = ", sources[value->source],
			strchr(row->name, '.') + 1);
	else
		fprintf(out, "%s.%s=", setting_prefix(row), row->name);
	fprintf(out, "%s%s%s", quote, value->text, quote);
	fprintf(out, ini ? "\n" : "  # %s\n", sources[value->source]);
}

void
settings_print(const struct settings *s, FILE *out, bool only_changed, bool as_ini)
{
	char section[64] = "";
	char now[64];

	for (size_t i = 0; i < n_setting_rows; i++) {
		const struct setting_row *row = &setting_rows[i];
		const struct setting_value *value = &s->values[i];

		if (row->hidden || (only_changed && value->source == SETTING_DEFAULT))
			continue;
		snprintf(now, sizeof(now), "%s.%.*s", setting_prefix(row),
			(int)strcspn(row->name, "."), row->name);
		if (as_ini && strcmp(section, now) != 0)
			fprintf(out, "%s[%s]\n", section[0] != '\0' ? "\n" : "", now);
		memcpy(section, now, sizeof(section));
		print_row(row, value, out, as_ini);
	}
}
