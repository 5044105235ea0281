/*
 * Reading a configuration: the file's text, the grammar (proto/text/config.h), api sections that
 * name processes which are not defined, and programs that cannot be run (config.md 3.2).
 * Everything that can be refused is refused here, before anything changes. Used by the daemon and
 * by the tools.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apid/conf.h"
#include "apid/program.h"
#include "common/settings.h"

enum { READ_STEP = 256 * 1024 };

const char *
conf_version(void)
{
	const char *version = getenv("exabgp_version");

	return version != NULL && version[0] != '\0' ? version : "6.0.0";
}

static int
read_all(int fd, struct buf *text, char *err, size_t err_n, const char *path)
{
	for (;;) {
		ssize_t n = read(fd, buf_room(text, READ_STEP), READ_STEP);

		if (n == 0)
			return 0;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			snprintf(err, err_n, "%s: cannot read: %s", path, strerror(errno));
			return -1;
		}
		text->len += (size_t)n;
		if (text->len > CONF_BYTES_MAX) {
			snprintf(err, err_n, "%s: larger than %d MiB", path,
				CONF_BYTES_MAX / 1048576);
			return -1;
		}
	}
}

static bool
defined(const struct config *c, const char *process)
{
	for (unsigned i = 0; i < c->n_processes; i++) {
		if (strcmp(c->processes[i].name, process) == 0)
			return true;
	}
	return false;
}

/* api sections must name processes that exist (config.md D6). */
static int
check_processes(const struct config *c, const char *path, char *err, size_t err_n)
{
	for (unsigned i = 0; i < c->n_neighbors; i++) {
		const struct neighbor_conf *n = &c->neighbors[i];

		for (unsigned j = 0; j < n->n_apis; j++) {
			for (unsigned k = 0; k < n->apis[j].n_processes; k++) {
				if (defined(c, n->apis[j].processes[k]))
					continue;
				snprintf(err, err_n,
					"%s:%u:1: the neighbor uses process \"%s\", which is not "
					"defined",
					path, n->line, n->apis[j].processes[k]);
				return -1;
			}
		}
	}
	return 0;
}

static struct config *
read_conf(const struct settings *settings, const char *path, int fd, bool programs, char *err,
	size_t err_n)
{
	struct config_env env = { .passive = settings_bool(settings, "bgp.passive"),
		.version = conf_version(),
		.find_program = programs ? program_find : NULL,
		.owner = (void *)(uintptr_t)path };
	struct config *c = NULL;
	struct buf text = { 0 };

	if (read_all(fd, &text, err, err_n, path) == 0)
		c = config_parse(path, buf_cstr(&text), text.len, &env, err, err_n);
	buf_fini(&text);
	if (c != NULL && check_processes(c, path, err, err_n) < 0) {
		config_free(c);
		c = NULL;
	}
	return c;
}

struct config *
conf_read(const struct settings *settings, const char *path, int fd, char *err, size_t err_n)
{
	return read_conf(settings, path, fd, true, err, err_n);
}

struct config *
conf_read_file(
	const struct settings *settings, const char *path, bool programs, char *err, size_t err_n)
{
	struct config *c;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		snprintf(err, err_n, "%s: %s", path, strerror(errno));
		return NULL;
	}
	c = read_conf(settings, path, fd, programs, err, err_n);
	close(fd);
	return c;
}
