/*
 * The pid file: for scripts that want one. What protects a group from a second start is the lock in
 * its run directory, so a race between two starts here does no harm.
 */
#include "common/supervise/pidfile.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The pid in the file, or 0. */
static pid_t
read_pid(const char *path)
{
	char text[32];
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return 0;
	ssize_t n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	long pid = strtol(text, NULL, 10);
	return pid > 0 && pid <= 0x7fffffff ? (pid_t)pid : 0;
}

int
pidfile_write(const char *path, char *err, size_t err_n)
{
	pid_t pid = read_pid(path);

	if (pid != 0 && pid != getpid() && (kill(pid, 0) == 0 || errno == EPERM)) {
		snprintf(err, err_n, "already running: pid file %s names process %d", path,
			(int)pid);
		return -1;
	}
	(void)unlink(path);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0 || dprintf(fd, "%d\n", (int)getpid()) < 0) {
		snprintf(err, err_n, "cannot write the pid file %s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	close(fd);
	return 0;
}

void
pidfile_remove(const char *path)
{
	if (read_pid(path) == getpid())
		(void)unlink(path);
}
