/*
 * Allocation that cannot fail for the caller: exhausted memory ends the process (and only this
 * process; the supervisor starts it again). Sizes that come from outside are checked against
 * named limits before they get here.
 */
#include "common/xmalloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"

void *
xmalloc(size_t n)
{
	void *p = malloc(n > 0 ? n : 1);

	if (p == NULL)
		fatalx("out of memory: %zu bytes", n);
	return p;
}

void *
xcalloc(size_t n, size_t size)
{
	void *p = calloc(n > 0 ? n : 1, size > 0 ? size : 1);

	if (p == NULL)
		fatalx("out of memory: %zu times %zu bytes", n, size);
	return p;
}

void *
xrealloc(void *p, size_t n)
{
	void *moved = realloc(p, n > 0 ? n : 1);

	if (moved == NULL)
		fatalx("out of memory: %zu bytes", n);
	return moved;
}

void *
xreallocarray(void *p, size_t n, size_t size)
{
	if (size != 0 && n > SIZE_MAX / size)
		fatalx("array of %zu times %zu bytes", n, size);
	return xrealloc(p, n * size);
}

char *
xstrdup(const char *s)
{
	return xmemdup(s, strlen(s) + 1);
}

char *
xstrndup(const char *s, size_t n)
{
	size_t len = strnlen(s, n);
	char *copy = xmalloc(len + 1);

	memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}

void *
xmemdup(const void *p, size_t n)
{
	void *copy = xmalloc(n);

	if (n > 0)
		memcpy(copy, p, n);
	return copy;
}
