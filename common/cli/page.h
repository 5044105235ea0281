/* Output to the terminal, through $PAGER once it is longer than the screen. */
#ifndef TROUPE_CLI_PAGE_H
#define TROUPE_CLI_PAGE_H

#include <stdbool.h>
#include <stdio.h>

#include "common/buf.h"

struct page {
	struct buf held; /* not written yet: it may fit the screen */
	unsigned lines;
	unsigned rows; /* 0: never page */
	FILE *pager;   /* NULL: not started */
	bool gone;     /* its user has left it: the rest is thrown away */
};

/* on: page at all; only when standard input and output are a terminal. */
void page_begin(struct page *p, bool on);
/* Whole lines. */
void page_add(struct page *p, const struct buf *text);
/* Returns when the user has left the pager. */
void page_end(struct page *p);

#endif
