/*
 * Readiness. The parent of `start -d` must not return before the group serves, and with the group's
 * failure as its own: it waits for one byte on a pipe, and end of file counts as failure.
 */
#include "common/supervise/notify.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/log.h"
#include "common/xmalloc.h"

void
notify_init(struct notify *n, int pipe_fd)
{
	const char *path = getenv("NOTIFY_SOCKET");

	n->pipe_fd = pipe_fd;
	n->socket = path != NULL && (path[0] == '/' || path[0] == '@') ? xstrdup(path) : NULL;
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

void
notify_fini(struct notify *n)
{
	if (n->pipe_fd >= 0)
		close(n->pipe_fd);
	free(n->socket);
	*n = (struct notify){ .pipe_fd = -1 };
}

static void
send_byte(struct notify *n, int code)
{
	uint8_t byte = (uint8_t)code;

	if (n->pipe_fd < 0)
		return;
	if (write(n->pipe_fd, &byte, 1) != 1)
		log_errno(NULL, "cannot tell the parent process");
	close(n->pipe_fd);
	n->pipe_fd = -1;
}

void
notify_ready(struct notify *n)
{
	notify_systemd(n, "READY=1\nSTATUS=ready");
	send_byte(n, 0);
}

void
notify_failed(struct notify *n, int code)
{
	send_byte(n, code);
}

void
notify_systemd(const struct notify *n, const char *text)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t len = n->socket == NULL ? 0 : strlen(n->socket);

	if (len == 0 || len >= sizeof(to.sun_path))
		return;
	memcpy(to.sun_path, n->socket, len);
	if (to.sun_path[0] == '@')
		to.sun_path[0] = '\0'; /* the abstract name space */
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	if (sendto(fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT, (struct sockaddr *)&to,
		    size) < 0)
		log_errno("systemd", "cannot notify");
	close(fd);
}

int
notify_daemonize(void)
{
	int ends[2];
	uint8_t code;
	ssize_t n;

	if (pipe2(ends, O_CLOEXEC) != 0)
		log_fatal("pipe: %s", strerror(errno));
	pid_t pid = fork();
	if (pid < 0)
		log_fatal("fork: %s", strerror(errno));
	if (pid == 0) {
		close(ends[0]);
		setsid();
		return ends[1];
	}
	close(ends[1]);
	while ((n = read(ends[0], &code, 1)) < 0 && errno == EINTR)
		;
	_exit(n == 1 ? code : 1);
}
