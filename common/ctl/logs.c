/*
 * Printing a log that may be renamed and begun anew while it is followed (inotify(7)).
 */
#include "common/ctl/logs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

/* From where fd stands to its end. */
static int
copy(int fd)
{
	char chunk[65536];
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) > 0)
		if (fwrite(chunk, 1, (size_t)n, stdout) != (size_t)n)
			return -1;
	return fflush(stdout) == 0 && n == 0 ? 0 : -1;
}

/* The same file still under its name? */
static bool
is_current(int fd, const char *path)
{
	struct stat open_file, named;

	return fstat(fd, &open_file) == 0 && stat(path, &named) == 0 &&
	       open_file.st_ino == named.st_ino;
}

static int
follow_file(int fd, const char *run, const char *path)
{
	char events[4096] __attribute__((aligned(8)));
	int watch = inotify_init1(IN_CLOEXEC);
	int result = 0;

	if (watch < 0 || inotify_add_watch(watch, run, IN_MODIFY | IN_CREATE | IN_MOVED_TO) < 0) {
		fprintf(stderr, "troupe: %s: %s\n", run, strerror(errno));
		return 1;
	}
	while (result == 0) {
		result = copy(fd);
		if (result == 0 && !is_current(fd, path)) {
			int next = open(path, O_RDONLY | O_CLOEXEC);

			if (next >= 0) {
				result = copy(fd); /* what came before it was renamed */
				dup3(next, fd, O_CLOEXEC);
				close(next);
				continue;
			}
		}
		if (result == 0 && read(watch, events, sizeof(events)) < 0 && errno != EINTR)
			result = -1;
	}
	close(watch);
	return 1;
}

int
logs_print(const char *run, bool follow)
{
	char path[256];
	int result = 0;

	for (int old = 1; old >= 0; old--) {
		snprintf(path, sizeof(path), "%s/log%s", run, old ? ".1" : "");
		int fd = open(path, O_RDONLY | O_CLOEXEC);

		if (fd < 0 && old)
			continue;
		if (fd < 0) {
			fprintf(stderr, "troupe: %s: %s%s\n", path, strerror(errno),
				errno == ENOENT
					? " (a group in the foreground logs to its terminal)"
					: "");
			return 1;
		}
		result = copy(fd) == 0 ? 0 : 1;
		if (!old && follow && result == 0)
			result = follow_file(fd, run, path);
		close(fd);
	}
	return result;
}
