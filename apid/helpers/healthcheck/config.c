/*
 * The configuration file: one long option a line without its dashes, the value after the first
 * `=`, flags alone; blanks around both are dropped, empty lines and those that start with `#`
 * ignored. What an option means is decided in options.c, with the line's number at hand.
 */
#include "apid/helpers/healthcheck/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/xmalloc.h"

enum { LINE_MAX_BYTES = 4096, LINES_MAX = 2000 };

void
words_add(struct words *w, const char *text, unsigned line)
{
	w->v = xreallocarray(w->v, w->n + 1, sizeof(w->v[0]));
	w->v[w->n++] = (struct word){ .text = xstrdup(text), .line = line };
}

void
words_fini(struct words *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->v[i].text);
	free(w->v);
	*w = (struct words){ 0 };
}

/* Cuts the blanks at both ends off. */
static char *
trim(char *text)
{
	text += strspn(text, " \t\r\n");
	size_t n = strlen(text);
	while (n > 0 && strchr(" \t\r\n", text[n - 1]) != NULL)
		n--;
	text[n] = '\0';
	return text;
}

/* Returns NULL, or what is wrong with the line. */
static const char *
take_line(char *line, unsigned number, struct words *out)
{
	char word[LINE_MAX_BYTES + 4];
	char *key = trim(line);

	if (*key == '\0' || *key == '#')
		return NULL;
	char *value = strchr(key, '=');
	if (value != NULL) {
		*value = '\0';
		value = trim(value + 1);
		key = trim(key);
	}
	if (*key == '\0' || key[strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789-")] != '\0' ||
		*key == '-')
		return "expected the name of an option, without dashes in front";
	if (strcmp(key, "config") == 0)
		return "a configuration file cannot name another one";
	if (value != NULL)
		snprintf(word, sizeof(word), "--%s=%s", key, value);
	else
		snprintf(word, sizeof(word), "--%s", key);
	words_add(out, word, number);
	return NULL;
}

static const char *
read_lines(FILE *f, struct words *out, unsigned *number)
{
	char line[LINE_MAX_BYTES];

	while (fgets(line, sizeof(line), f) != NULL) {
		const char *why;

		if (++*number > LINES_MAX)
			return "too many lines";
		if (strchr(line, '\n') == NULL && !feof(f))
			return "the line is too long, or holds a NUL";
		why = take_line(line, *number, out);
		if (why != NULL)
			return why;
	}
	return ferror(f) ? strerror(errno) : NULL;
}

int
config_read(const char *path, struct words *out, char *err, size_t err_n)
{
	unsigned number = 0;
	FILE *f = fopen(path, "re");

	if (f == NULL) {
		snprintf(err, err_n, "%s: %s", path, strerror(errno));
		return -1;
	}
	const char *why = read_lines(f, out, &number);
	if (why != NULL)
		snprintf(err, err_n, "%s:%u: %s", path, number, why);
	fclose(f);
	return why == NULL ? 0 : -1;
}
