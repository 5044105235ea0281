/*
 * Connections to a service. The pipe with the answers is opened for writing too, so that it has no
 * end while the service is between two bursts of output. A line has no limit in the protocol; here
 * it has one, far above what a service writes.
 */
#include "common/cli/service.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/runpath.h"
#include "common/settings.h"

enum {
	LINE_MAX_BYTES = 256 * 1024 * 1024,
	READ_BYTES = 64 * 1024,
	SEND_MS = 5000,
	STALE_QUIET_MS = 120, /* the service looks for a reader every 50 ms */
	STALE_ROUNDS = 12
};

/* --- finding --- */

static bool
is_kind(const char *path, mode_t kind)
{
	struct stat st;

	return lstat(path, &st) == 0 && (st.st_mode & S_IFMT) == kind;
}

/* RUN of the user's group; false with a text when there is no such name. */
static bool
run_directory(const struct service_place *p, char run[RUNPATH_MAX], char err[SERVICE_ERROR_MAX])
{
	return runpath_find(p->settings, p->run, p->name, true, run, err, SERVICE_ERROR_MAX) == 0;
}

static int
nothing(const char *run, char err[SERVICE_ERROR_MAX])
{
	char path[CLIPATH_MAX];

	if (clipath_join(path, run, "/ctl.sock") && is_kind(path, S_IFSOCK))
		snprintf(err, SERVICE_ERROR_MAX,
			"the group in %s is not ready, or has no door for operators "
			"(exabgp.api.cli=false: use `troupe api`)",
			run);
	else
		snprintf(err, SERVICE_ERROR_MAX, "nothing is running in %s", run);
	return -1;
}

static int
find_socket(struct service *s, const struct service_place *p, char err[SERVICE_ERROR_MAX])
{
	const char *whole = getenv("exabgp_api_socketpath");
	bool chosen = p->run != NULL || p->name != NULL;
	char run[RUNPATH_MAX];

	if (!chosen && whole != NULL && whole[0] != '\0') {
		if (clipath_join(s->path, whole, ""))
			return 0;
		snprintf(err, SERVICE_ERROR_MAX, "exabgp_api_socketpath is too long");
		return -1;
	}
	if (!run_directory(p, run, err))
		return -1;
	if (clipath_join(s->path, run, "/api.sock") && is_kind(s->path, S_IFSOCK))
		return 0;
	if (!chosen && clipath_socket(settings_str(p->settings, "api.socketname"), s->path))
		return 0;
	return nothing(run, err);
}

static bool
are_pipes(const char *base)
{
	char path[CLIPATH_MAX];

	return clipath_join(path, base, ".in") && is_kind(path, S_IFIFO) &&
	       clipath_join(path, base, ".out") && is_kind(path, S_IFIFO);
}

static int
find_pipes(struct service *s, const struct service_place *p, char err[SERVICE_ERROR_MAX])
{
	const char *name =
		p->pipename != NULL ? p->pipename : settings_str(p->settings, "api.pipename");
	char run[RUNPATH_MAX];

	if (!clipath_name_valid(name)) {
		snprintf(err, SERVICE_ERROR_MAX, "\"%s\" is no name for pipes", name);
		return -1;
	}
	if (!run_directory(p, run, err))
		return -1;
	if (clipath_join(s->path, run, "/") && clipath_join(s->path, s->path, name) &&
		are_pipes(s->path))
		return 0;
	if (p->run == NULL && p->name == NULL && clipath_pipes(name, s->path))
		return 0;
	snprintf(err, SERVICE_ERROR_MAX, "there are no pipes %s.in and %s.out in %s", name, name,
		run);
	return -1;
}

/* --- connecting --- */

static int
connect_socket(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(to.sun_path, path, strlen(path) + 1);
	if (fd < 0)
		return -1;
	if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0 &&
		fcntl(fd, F_SETFL, O_NONBLOCK) == 0)
		return fd;
	int e = errno;
	close(fd);
	errno = e;
	return -1;
}

static int
open_answers(const char *base)
{
	char path[CLIPATH_MAX];

	if (!clipath_join(path, base, ".out")) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
}

int
service_reopen(struct service *s)
{
	service_close(s);
	s->fd = s->pipes ? open_answers(s->path) : connect_socket(s->path);
	return s->fd < 0 ? -1 : 0;
}

int
service_open(struct service *s, const struct service_place *place, char err[SERVICE_ERROR_MAX])
{
	*s = (struct service){ .fd = -1, .pipes = place->pipes };
	if ((s->pipes ? find_pipes(s, place, err) : find_socket(s, place, err)) < 0)
		return -1;
	if (service_reopen(s) == 0)
		return 0;
	if (errno == ECONNREFUSED)
		snprintf(err, SERVICE_ERROR_MAX, "%s: nothing is running there", s->path);
	else
		snprintf(err, SERVICE_ERROR_MAX, "%s: %s", s->path, strerror(errno));
	return -1;
}

void
service_close(struct service *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	buf_fini(&s->in);
	s->off = s->scanned = 0;
}

/* --- sending --- */

static int
send_all(int fd, const struct buf *text)
{
	struct pollfd pfd = { .fd = fd, .events = POLLOUT };
	size_t done = 0;

	while (done < text->len) {
		ssize_t n = write(fd, text->data + done, text->len - done);

		if (n >= 0) {
			done += (size_t)n;
			continue;
		}
		if (errno == EAGAIN) {
			int ready = poll(&pfd, 1, SEND_MS);

			if (ready > 0)
				continue;
			if (ready == 0)
				errno = ETIMEDOUT;
		}
		return -1;
	}
	return 0;
}

/* Answers to whoever was there before and did not wait are thrown away. */
static void
drop_stale(struct service *s)
{
	const char *line;

	for (int i = 0; i < STALE_ROUNDS; i++) {
		enum service_line kind = service_read(s, STALE_QUIET_MS, &line);

		if (kind == SERVICE_TIMEOUT || kind == SERVICE_LOST || kind == SERVICE_INTERRUPTED)
			break;
	}
	buf_reset(&s->in);
	s->off = s->scanned = 0;
}

static int
send_by_pipe(struct service *s, const struct buf *text)
{
	char path[CLIPATH_MAX];
	int fd, result, e;

	drop_stale(s);
	if (!clipath_join(path, s->path, ".in"))
		return -1;
	fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -1;
	result = send_all(fd, text);
	e = errno;
	close(fd);
	errno = e;
	return result;
}

int
service_send(struct service *s, const char *command)
{
	struct buf text = { 0 };
	int result;

	if (s->fd < 0) {
		errno = ENOTCONN;
		return -1;
	}
	buf_str(&text, command);
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '\n' || text.data[i] == '\r')
			text.data[i] = ' ';
	}
	buf_chr(&text, '\n');
	result = s->pipes ? send_by_pipe(s, &text) : send_all(s->fd, &text);
	buf_fini(&text);
	return result;
}

/* --- reading --- */

static const struct {
	const char *word;
	enum service_line kind;
} ends[] = {
	{ "done", SERVICE_DONE },
	{ "error", SERVICE_ERROR },
	{ "shutdown", SERVICE_SHUTDOWN },
};

static enum service_line
kind_of(const char *line)
{
	const char *word = line;
	size_t n = strlen(line);

	/* { "answer": "done", "message": … } */
	if (line[0] == '{') {
		word += 1 + strspn(word + 1, " ");
		if (strncmp(word, "\"answer\"", 8) != 0)
			return SERVICE_DATA;
		word += 8 + strspn(word + 8, " :");
		word += *word == '"';
		n = strcspn(word, "\"");
	}
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (n == strlen(ends[i].word) && strncmp(word, ends[i].word, n) == 0)
			return ends[i].kind;
	}
	return SERVICE_DATA;
}

/* A complete line of what has been read, or NULL. */
static const char *
take_line(struct service *s)
{
	char *line = (char *)s->in.data + s->off;
	size_t left = s->in.len - s->off;
	char *lf = left == 0 ? NULL : memchr(line + s->scanned, '\n', left - s->scanned);

	if (lf == NULL) {
		s->scanned = left;
		return NULL;
	}
	*lf = '\0';
	s->off += (size_t)(lf - line) + 1;
	s->scanned = 0;
	return line;
}

static ssize_t
read_more(struct service *s)
{
	ssize_t n;

	if (s->off > 0) {
		buf_shift(&s->in, s->off);
		s->off = 0;
	}
	if (s->in.len > LINE_MAX_BYTES) {
		errno = EMSGSIZE;
		return -1;
	}
	n = read(s->fd, buf_room(&s->in, READ_BYTES), READ_BYTES);
	if (n > 0)
		s->in.len += (size_t)n;
	return n;
}

enum service_line
service_read(struct service *s, int idle_ms, const char **line)
{
	struct pollfd pfd = { .fd = s->fd, .events = POLLIN };

	for (;;) {
		int ready;
		ssize_t n;

		*line = take_line(s);
		if (*line != NULL)
			return kind_of(*line);
		*line = "";
		ready = s->fd < 0 ? -1 : poll(&pfd, 1, idle_ms);
		if (ready == 0)
			return SERVICE_TIMEOUT;
		if (ready < 0)
			return s->fd >= 0 && errno == EINTR ? SERVICE_INTERRUPTED : SERVICE_LOST;
		n = read_more(s);
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
			return SERVICE_LOST;
	}
}

enum service_line
service_ask(struct service *s, const char *command, int idle_ms, struct buf *out)
{
	const char *line;
	enum service_line kind;

	if (service_send(s, command) < 0)
		return SERVICE_LOST;
	while ((kind = service_read(s, idle_ms, &line)) == SERVICE_DATA) {
		buf_str(out, line);
		buf_chr(out, '\n');
	}
	return kind;
}
