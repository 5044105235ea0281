/*
 * The INI file of the settings: [exabgp.section] headers, `name = value` or `name: value` lines,
 * comment lines starting with # or ;, and indented lines continuing a value. Sections and names
 * that no row has are ignored; a line that is none of these is an error with its number.
 */
#include "common/settings_internal.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/buf.h"
#include "common/xmalloc.h"

enum { LINE_BYTES = 4096, LINES_MAX = 10000 };

struct ini {
	struct settings *settings;
	const char *path;
	unsigned line;
	char section[LINE_BYTES]; /* "exabgp.tcp", empty before the first */
	bool in_section;
	int row;          /* of the value being collected, or -1 */
	bool in_value;    /* an indented line continues something */
	struct buf value; /* owned */
	bool seen[SETTINGS_MAX];
	char *err;
	size_t err_n;
};

static int
complain(const struct ini *ini, const char *what)
{
	snprintf(ini->err, ini->err_n, "%s:%u: %s", ini->path, ini->line, what);
	return -1;
}

/* Stores the value collected so far. */
static int
finish_value(struct ini *ini)
{
	int row = ini->row;

	ini->row = -1;
	ini->in_value = false;
	if (row < 0)
		return 0;
	const char *text = buf_cstr(&ini->value);
	if (setting_assign(&setting_rows[row], text, SETTING_INI, &ini->settings->values[row]) == 0)
		return 0;
	snprintf(ini->err, ini->err_n, "%s: invalid value for %s : %s", ini->path,
		setting_rows[row].name, text);
	return -1;
}

static int
parse_header(struct ini *ini, char *text)
{
	char *end = strchr(text, ']');

	if (end == NULL || end == text + 1)
		return complain(ini, "a section header is [name]");
	*end = '\0';
	memmove(ini->section, text + 1, (size_t)(end - text));
	ini->in_section = true;
	return 0;
}

static int
parse_option(struct ini *ini, char *text)
{
	size_t n = strcspn(text, "=:");
	size_t name_n = n;
	struct buf full = { 0 };

	if (!ini->in_section)
		return complain(ini, "expected a section header first");
	while (name_n > 0 && isspace((unsigned char)text[name_n - 1]))
		name_n--;
	if (text[n] == '\0' || name_n == 0)
		return complain(ini, "expected name = value");
	for (size_t i = 0; i < name_n; i++)
		text[i] = (char)tolower((unsigned char)text[i]);
	buf_printf(&full, "%s.%.*s", ini->section, (int)name_n, text);
	ini->row = setting_find((const char *)full.data, full.len);
	buf_fini(&full);
	ini->in_value = true;
	if (ini->row < 0)
		return 0;
	if (ini->seen[ini->row])
		return complain(ini, "this setting was given before");
	ini->seen[ini->row] = true;
	buf_reset(&ini->value);
	buf_str(&ini->value, text + n + 1);
	return 0;
}

static int
parse_line(struct ini *ini, char *line)
{
	char *text = line + strspn(line, " \t\r\n\f\v");

	if (*text == '\0')
		return 0;
	if (*text == '#' || *text == ';')
		return 0;
	if (text > line && ini->in_value) {
		if (ini->value.len + strlen(text) > SETTING_TEXT_MAX)
			return complain(ini, "value too long");
		buf_chr(&ini->value, ' ');
		buf_str(&ini->value, text);
		return 0;
	}
	if (finish_value(ini) != 0)
		return -1;
	return *text == '[' ? parse_header(ini, text) : parse_option(ini, text);
}

static int
parse_lines(struct ini *ini, FILE *file)
{
	char line[LINE_BYTES];

	while (fgets(line, sizeof(line), file) != NULL) {
		size_t n = strlen(line);

		if (++ini->line > LINES_MAX)
			return complain(ini, "too many lines");
		if (n == sizeof(line) - 1 && line[n - 1] != '\n')
			return complain(ini, "line too long");
		while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r'))
			line[--n] = '\0';
		if (parse_line(ini, line) != 0)
			return -1;
	}
	if (ferror(file))
		return complain(ini, "cannot be read");
	return finish_value(ini);
}

int
settings_read_ini(struct settings *s, const char *path, char *err, size_t err_n)
{
	struct stat st;

	errno = 0;
	FILE *file = stat(path, &st) == 0 && S_ISREG(st.st_mode) ? fopen(path, "re") : NULL;

	if (file == NULL) {
		if (errno == ENOENT || errno == ENOTDIR || errno == EACCES)
			return 1;
		snprintf(err, err_n, "%s: cannot be read as a settings file", path);
		return -1;
	}
	struct ini *ini = xcalloc(1, sizeof(*ini));
	*ini = (struct ini){ .settings = s, .path = path, .row = -1, .err = err, .err_n = err_n };
	int result = parse_lines(ini, file);
	buf_fini(&ini->value);
	free(ini);
	fclose(file);
	if (result == 0)
		snprintf(s->ini, sizeof(s->ini), "%s", path);
	return result;
}
