/*
 * Talking to the supervisor: one request, its output and errors as they come, an exit status.
 */
#include "common/ctl/client.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/child.h"

enum { REQUEST_MAX = 32768, PIECE_MAX = 65536, GONE_MS = 5000 };

int
client_connect(const char *run)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	if ((size_t)snprintf(to.sun_path, sizeof(to.sun_path), "%s/ctl.sock", run) >=
		sizeof(to.sun_path)) {
		fprintf(stderr, "troupe: %s: the name is too long\n", run);
		return -1;
	}
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
		return fd;
	if (errno == ENOENT || errno == ECONNREFUSED)
		fprintf(stderr, "troupe: nothing is running in %s\n", run);
	else
		fprintf(stderr, "troupe: %s: %s\n", to.sun_path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

int
client_send(int fd, char **words, int n)
{
	struct buf text = { 0 };
	int result = -1;

	for (int i = 0; i < n; i++) {
		if (i > 0)
			buf_chr(&text, CHILD_WORD_END);
		buf_str(&text, words[i]);
		if (strchr(words[i], CHILD_WORD_END) != NULL)
			text.len = REQUEST_MAX + 1;
	}
	if (text.len > REQUEST_MAX)
		fputs("troupe: the command is too long\n", stderr);
	else if (send(fd, text.data, text.len, MSG_NOSIGNAL) < 0)
		fprintf(stderr, "troupe: cannot send the command: %s\n", strerror(errno));
	else
		result = 0;
	buf_fini(&text);
	return result;
}

/* The supervisor closes the connection as its last act; its process ends a moment later. */
static int
wait_process(int pidfd)
{
	struct pollfd pfd = { .fd = pidfd, .events = POLLIN };

	if (pidfd >= 0) {
		(void)poll(&pfd, 1, GONE_MS);
		close(pidfd);
	}
	return 0;
}

static int
open_supervisor(int fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
		return -1;
	return (int)syscall(SYS_pidfd_open, peer.pid, 0);
}

int
client_answer(int fd, bool until_gone)
{
	static char text[PIECE_MAX + 1];
	int pidfd = until_gone ? open_supervisor(fd) : -1;

	for (;;) {
		ssize_t n = recv(fd, text, PIECE_MAX, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 && until_gone)
			return wait_process(pidfd);
		if (n <= 0) {
			fputs("troupe: the supervisor closed the connection\n", stderr);
			return 1;
		}
		text[n] = '\0';
		if (strncmp(text, "END ", 4) == 0)
			return (int)strtol(text + 4, NULL, 10);
		if (n > 4)
			fwrite(text + 4, 1, (size_t)n - 4, text[0] == 'E' ? stderr : stdout);
		fflush(stdout);
	}
}
