/*
 * Line editing with libedit: prompt, history file, completion on Tab. The history is the user's alone
 * (mode 0600), kept unless exabgp_cli_history is false.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cli/shell.h"
#include "common/xmalloc.h"

enum { HISTORY_LINES = 2000, LIST_WIDTH = 70 };

static char *
prompt(EditLine *edit)
{
	static char text[] = "troupe> ";

	(void)edit;
	return text;
}

static bool
history_wanted(void)
{
	const char *word = getenv("exabgp_cli_history");

	return word == NULL || word[0] == '\0' || strcmp(word, "1") == 0 ||
	       strcasecmp(word, "true") == 0 || strcasecmp(word, "yes") == 0 ||
	       strcasecmp(word, "on") == 0 || strcasecmp(word, "enable") == 0;
}

static char *
history_path(void)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	char path[4096];

	if (!history_wanted())
		return NULL;
	if (state != NULL && state[0] == '/') {
		snprintf(path, sizeof(path), "%s/troupe", state);
		(void)mkdir(path, 0700);
		snprintf(path, sizeof(path), "%s/troupe/history", state);
	} else if (home != NULL && home[0] == '/') {
		snprintf(path, sizeof(path), "%s/.troupe_history", home);
	} else {
		return NULL;
	}
	return xstrdup(path);
}

/* --- completion --- */

/* Bytes that all candidates have in common. */
static size_t
common(const struct candidates *c)
{
	size_t n = c->v[0].n;

	for (unsigned i = 1; i < c->n; i++) {
		size_t k = 0;

		while (k < n && k < c->v[i].n && c->v[i].s[k] == c->v[0].s[k])
			k++;
		n = k;
	}
	return n;
}

static void
list(const struct candidates *c)
{
	size_t used = 0;

	putchar('\n');
	for (unsigned i = 0; i < c->n; i++) {
		printf("%.*s  ", (int)c->v[i].n, c->v[i].s);
		used += c->v[i].n + 2;
		if (used > LIST_WIDTH) {
			putchar('\n');
			used = 0;
		}
	}
	if (used > 0)
		putchar('\n');
}

static unsigned char
complete(EditLine *edit, int ch)
{
	const LineInfo *line = el_line(edit);
	size_t before = (size_t)(line->cursor - line->buffer);
	struct candidates found;
	struct shell *sh = NULL;
	char more[256];
	size_t n;

	(void)ch;
	el_get(edit, EL_CLIENTDATA, &sh);
	if (complete_wants_peers(line->buffer, before))
		shell_learn_peers(sh);
	complete_find(&sh->complete, line->buffer, before, &found);
	if (found.n == 0)
		return CC_REFRESH_BEEP;
	n = common(&found) - found.typed;
	if (n >= sizeof(more) - 1)
		return CC_REFRESH_BEEP;
	memcpy(more, found.v[0].s + found.typed, n);
	if (found.n == 1)
		more[n++] = ' ';
	more[n] = '\0';
	if (n > 0 && el_insertstr(edit, more) == 0)
		return CC_REFRESH;
	list(&found);
	return CC_REDISPLAY;
}

/* --- life --- */

bool
shell_edit_open(struct shell *sh)
{
	HistEvent event;

	sh->edit = el_init("troupe", stdin, stdout, stderr);
	if (sh->edit == NULL)
		return false;
	el_set(sh->edit, EL_CLIENTDATA, sh);
	el_set(sh->edit, EL_PROMPT, prompt);
	el_set(sh->edit, EL_EDITOR, "emacs");
	el_set(sh->edit, EL_ADDFN, "complete", "complete a word", complete);
	el_set(sh->edit, EL_BIND, "^I", "complete", NULL);
	el_set(sh->edit, EL_BIND, "^R", "em-inc-search-prev", NULL);
	sh->history = history_init();
	if (sh->history != NULL) {
		history(sh->history, &event, H_SETSIZE, HISTORY_LINES);
		history(sh->history, &event, H_SETUNIQUE, 1);
		el_set(sh->edit, EL_HIST, history, sh->history);
		sh->history_path = history_path();
		if (sh->history_path != NULL)
			history(sh->history, &event, H_LOAD, sh->history_path);
	}
	el_source(sh->edit, NULL);
	return true;
}

void
shell_edit_close(struct shell *sh)
{
	HistEvent event;

	if (sh->history_path != NULL) {
		mode_t mask = umask(077);

		history(sh->history, &event, H_SAVE, sh->history_path);
		umask(mask);
	}
	if (sh->history != NULL)
		history_end(sh->history);
	if (sh->edit != NULL)
		el_end(sh->edit);
	free(sh->history_path);
}

char *
shell_edit_line(struct shell *sh)
{
	HistEvent event;
	int n = 0;

	for (;;) {
		errno = 0;
		const char *line = el_gets(sh->edit, &n);

		if (line == NULL || n <= 0) {
			if (errno != EINTR)
				return NULL;
			/* Ctrl-C: the line is given up. */
			putchar('\n');
			el_reset(sh->edit);
			continue;
		}
		size_t len = strcspn(line, "\r\n");
		if (len > 0 && sh->history != NULL) {
			char *entry = xstrndup(line, len);

			history(sh->history, &event, H_ENTER, entry);
			free(entry);
		}
		return xstrndup(line, len);
	}
}

void
shell_edit_history(const struct shell *sh)
{
	HistEvent event;

	if (sh->history == NULL)
		return;
	for (int more = history(sh->history, &event, H_LAST); more >= 0;
		more = history(sh->history, &event, H_PREV))
		printf("%5d  %s\n", event.num, event.str);
}
