/*
 * Paging. Output is held until it is known whether it fits the screen; then it is written, or the pager
 * gets it and everything after it. SIGPIPE is ignored by the program: leaving the pager early is a
 * failed write.
 */
#include "common/cli/page.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { ROWS = 24 };

void
page_begin(struct page *p, bool on)
{
	struct winsize size;

	*p = (struct page){ 0 };
	if (!on || !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return;
	p->rows = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row
										  : ROWS;
}

static const char *
pager_command(void)
{
	const char *pager = getenv("PAGER");

	if (pager != NULL && pager[0] != '\0')
		return pager;
	return access("/usr/bin/less", X_OK) == 0 ? "less -FRX" : "more";
}

static void
write_held(struct page *p, FILE *to)
{
	if (!p->gone && p->held.len > 0)
		p->gone =
			fwrite(p->held.data, 1, p->held.len, to) != p->held.len || fflush(to) != 0;
	buf_reset(&p->held);
}

void
page_add(struct page *p, const struct buf *text)
{
	if (text->len == 0 || p->gone)
		return;
	buf_add(&p->held, text->data, text->len);
	for (size_t i = 0; i < text->len; i++)
		p->lines += text->data[i] == '\n';
	if (p->rows == 0) {
		write_held(p, stdout);
		return;
	}
	if (p->lines + 1 < p->rows)
		return;
	if (p->pager == NULL) {
		fflush(stdout);
		p->pager = popen(pager_command(), "w"); /* the user's own command */
	}
	write_held(p, p->pager != NULL ? p->pager : stdout);
}

void
page_end(struct page *p)
{
	if (p->pager != NULL) {
		write_held(p, p->pager);
		/* Ctrl-C in the pager is the pager's. */
		void (*before)(int) = signal(SIGINT, SIG_IGN);

		pclose(p->pager);
		signal(SIGINT, before);
	} else {
		write_held(p, stdout);
	}
	fflush(stdout);
	buf_fini(&p->held);
	p->pager = NULL;
}
