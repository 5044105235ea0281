/*
 * The list of configuration files. A file is opened anew at each request, so that a reload sees what
 * an editor has renamed into place; standard input is read once, into a memfd.
 */
#include "common/supervise/conffiles.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/supervise/options.h"
#include "common/xmalloc.h"

enum { STDIN_MAX = 256 << 20 };

/* Copies standard input; 0 (*blank: nothing but white space), or -1 with errno. */
static int
copy_stdin(int fd, bool *blank)
{
	char chunk[65536];
	size_t total = 0;
	ssize_t n;

	*blank = true;
	while ((n = read(STDIN_FILENO, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		total += (size_t)n;
		if (total > STDIN_MAX) {
			errno = EFBIG;
			return -1;
		}
		for (ssize_t i = 0; *blank && i < n; i++)
			*blank = isspace((unsigned char)chunk[i]) != 0;
		if (write(fd, chunk, (size_t)n) != n)
			return -1;
	}
	return 0;
}

static int
take_stdin(struct conffiles *c, char *err, size_t err_n)
{
	bool blank;

	if (isatty(STDIN_FILENO)) {
		snprintf(err, err_n,
			"error: `-` needs a configuration on standard input, not a terminal");
		return -1;
	}
	c->stdin_fd = memfd_create("configuration", MFD_CLOEXEC);
	if (c->stdin_fd < 0 || copy_stdin(c->stdin_fd, &blank) != 0) {
		snprintf(err, err_n, "error: standard input cannot be read: %s", strerror(errno));
		return -1;
	}
	if (blank) {
		snprintf(err, err_n, "error: the configuration on standard input is empty");
		return -1;
	}
	return 0;
}

int
conffiles_init(struct conffiles *c, char **names, int n, char *err, size_t err_n)
{
	struct stat st;

	*c = (struct conffiles){ .paths = xcalloc((size_t)n, sizeof(char *)), .stdin_fd = -1 };
	for (int i = 0; i < n; i++) {
		if (strcmp(names[i], "-") == 0) {
			if (n > 1) {
				snprintf(err, err_n, "error: `-` cannot be used with other files");
				return -1;
			}
			c->paths[c->n++] = xstrdup("-");
			return take_stdin(c, err, err_n);
		}
		c->paths[c->n++] = options_absolute(names[i]);
		if (stat(c->paths[i], &st) != 0 || !S_ISREG(st.st_mode)) {
			snprintf(err, err_n,
				"error: %s is not a troupe config file (file not found)", names[i]);
			return -1;
		}
	}
	return 0;
}

void
conffiles_fini(struct conffiles *c)
{
	for (int i = 0; i < c->n; i++)
		free(c->paths[i]);
	free(c->paths);
	if (c->stdin_fd >= 0)
		close(c->stdin_fd);
	*c = (struct conffiles){ .stdin_fd = -1 };
}

void
conffiles_keep(struct conffiles *c, int i)
{
	char *path = c->paths[i];

	for (int k = 0; k < c->n; k++)
		if (k != i)
			free(c->paths[k]);
	c->paths[0] = path;
	c->n = 1;
	c->current = 0;
}

void
conffiles_rotate(struct conffiles *c)
{
	c->current = (c->current + 1) % c->n;
}

int
conffiles_open(const struct conffiles *c)
{
	char path[64];
	struct stat st;

	if (c->stdin_fd >= 0) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", c->stdin_fd);
		return open(path, O_RDONLY | O_CLOEXEC);
	}
	/* O_NONBLOCK: a FIFO put in place of the file must not hang us. */
	int fd = open(c->paths[c->current], O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	close(fd);
	errno = EINVAL;
	return -1;
}

const char *
conffiles_name(const struct conffiles *c)
{
	return c->paths[c->current];
}
