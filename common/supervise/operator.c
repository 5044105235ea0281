/*
 * The operator's socket: connections, who may speak, and answers. What the socket does not take waits in
 * a bounded queue; a client that does not read is cut off at its end.
 */
#include "common/supervise/operator.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/child.h"
#include "common/log.h"

enum { PIECE = 32768, GROUPS_MAX = 256 };

static void
drop(struct operator_client *c)
{
	if (c->fd < 0)
		return;
	loop_timer_cancel(c->op->loop, &c->timer);
	loop_io_del(c->op->loop, &c->io);
	close(c->fd);
	buf_fini(&c->out);
	c->fd = -1;
	c->id = 0;
	c->wants_restart = false;
}

/* Sends what waits, up to what the socket takes. */
static void
flush(struct operator_client *c)
{
	size_t at = 0;
	uint32_t n;

	while (c->out.len - at > sizeof(n)) {
		memcpy(&n, c->out.data + at, sizeof(n));
		if (send(c->fd, c->out.data + at + sizeof(n), n, MSG_DONTWAIT | MSG_NOSIGNAL) >=
			0) {
			at += sizeof(n) + n;
			continue;
		}
		if (errno == EAGAIN || errno == ENOBUFS)
			break;
		drop(c);
		return;
	}
	buf_shift(&c->out, at);
	if (loop_io_mod(c->op->loop, &c->io, c->out.len > 0 ? EPOLLIN | EPOLLOUT : EPOLLIN) != 0)
		drop(c);
}

static void
put(struct operator_client *c, const char *word, const char *text, size_t n)
{
	uint32_t size = (uint32_t)(strlen(word) + n);
	bool waiting = c->out.len > 0;

	if (c->fd < 0)
		return;
	if (c->out.len > OPERATOR_OUT_MAX) {
		log_warn("operator", "a client does not read its answer");
		drop(c);
		return;
	}
	buf_add(&c->out, &size, sizeof(size));
	buf_str(&c->out, word);
	buf_add(&c->out, text, n);
	if (!waiting)
		flush(c);
}

static void
put_all(struct operator_client *c, const char *word, const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		size_t n = left < PIECE ? left : PIECE;

		put(c, word, text, n);
		text += n;
		left -= n;
	}
}

void
operator_out(struct operator_client *c, const char *text)
{
	put_all(c, "OUT ", text);
}

void
operator_err(struct operator_client *c, const char *text)
{
	put_all(c, "ERR ", text);
}

void
operator_end(struct operator_client *c, int code)
{
	char text[16];
	int n = snprintf(text, sizeof(text), "%d", code);

	c->id = 0;
	c->wants_restart = false;
	loop_timer_cancel(c->op->loop, &c->timer);
	put(c, "END ", text, (size_t)n);
}

static void
too_late(struct loop *loop, void *owner)
{
	struct operator_client *c = owner;

	(void)loop;
	if (c->late_code == 0)
		operator_out(c, c->late);
	else
		operator_err(c, c->late);
	operator_end(c, c->late_code);
}

uint32_t
operator_wait(struct operator_client *c, int64_t us, const char *late, int code)
{
	struct operator* op = c->op;

	op->next_id = op->next_id == UINT32_MAX ? 1 : op->next_id + 1;
	c->id = op->next_id;
	c->late = late;
	c->late_code = code;
	loop_timer_set(op->loop, &c->timer, us, too_late, c, "operator");
	return c->id;
}

static void
on_answer(void *owner, uint32_t id, bool more, int code, const char *text)
{
	struct operator* op = owner;

	for (int i = 0; i < OPERATOR_CLIENTS_MAX; i++) {
		struct operator_client *c = &op->clients[i];

		if (c->fd < 0 || c->id != id || id == 0)
			continue;
		size_t n = strlen(text);
		if (code == 0)
			operator_out(c, text);
		else
			operator_err(c, text);
		if (n > 0 && text[n - 1] != '\n' && !more)
			put(c, code == 0 ? "OUT " : "ERR ", "\n", 1);
		if (!more)
			operator_end(c, code);
	}
}

static void
on_restarted(void *owner)
{
	struct operator* op = owner;

	for (int i = 0; i < OPERATOR_CLIENTS_MAX; i++)
		if (op->clients[i].fd >= 0 && op->clients[i].wants_restart)
			operator_end(&op->clients[i], 0);
}

static void
on_apid_gone(void *owner)
{
	struct operator* op = owner;

	for (int i = 0; i < OPERATOR_CLIENTS_MAX; i++) {
		struct operator_client *c = &op->clients[i];

		if (c->fd < 0 || c->id == 0 || c->wants_restart)
			continue;
		operator_err(c, "apid ended before it answered\n");
		operator_end(c, 1);
	}
}

static void
on_request(struct loop *loop, void *owner, uint32_t events)
{
	struct operator_client *c = owner;
	char text[OPERATOR_REQUEST_MAX + 1];
	char *words[OPERATOR_WORDS_MAX + 1];
	int n_words = 0;

	(void)loop;
	if ((events & EPOLLOUT) != 0)
		flush(c);
	if (c->fd < 0 || (events & ~(uint32_t)EPOLLOUT) == 0)
		return;
	ssize_t n = recv(c->fd, text, sizeof(text) - 1, MSG_DONTWAIT | MSG_TRUNC);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 || n > OPERATOR_REQUEST_MAX || c->id != 0 ||
		memchr(text, '\0', (size_t)n) != NULL) {
		drop(c);
		return;
	}
	text[n] = '\0';
	for (char *word = text; word != NULL && n_words < OPERATOR_WORDS_MAX;) {
		char *next = strchr(word, CHILD_WORD_END);

		if (next != NULL)
			*next++ = '\0';
		words[n_words++] = word;
		word = next;
	}
	words[n_words] = NULL;
	log_info("operator", "user %u: %s", c->uid, words[0]);
	operator_command(c, words, n_words);
}

static const struct group *
allowed_group(void)
{
	const char *name = getenv("troupe_ctl_group");

	return name == NULL ? NULL : getgrnam(name);
}

static bool
in_group(int fd, gid_t gid)
{
	gid_t groups[GROUPS_MAX];
	socklen_t size = sizeof(groups);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size) != 0)
		return false;
	for (size_t i = 0; i < size / sizeof(gid_t); i++)
		if (groups[i] == gid)
			return true;
	return false;
}

static bool
may_speak(int fd, unsigned *uid)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);
	const struct group *group = allowed_group();

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
		return false;
	*uid = peer.uid;
	if (peer.uid == 0 || peer.uid == geteuid())
		return true;
	return group != NULL && (peer.gid == group->gr_gid || in_group(fd, group->gr_gid));
}

static void
on_connect(struct loop *loop, void *owner, uint32_t events)
{
	struct operator* op = owner;
	struct operator_client *c = NULL;
	unsigned uid = 0;
	int fd = accept4(op->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)events;
	if (fd < 0)
		return;
	for (int i = 0; i < OPERATOR_CLIENTS_MAX && c == NULL; i++)
		if (op->clients[i].fd < 0)
			c = &op->clients[i];
	if (!may_speak(fd, &uid)) {
		log_warn("operator", "user %u is not allowed", uid);
		c = NULL;
	}
	if (c == NULL) {
		close(fd);
		return;
	}
	*c = (struct operator_client){ .op = op, .fd = fd, .uid = uid };
	if (loop_io_add(loop, &c->io, fd, EPOLLIN, on_request, c, "operator") != 0) {
		close(fd);
		c->fd = -1;
	}
}

/* 0660: only our user and the group can connect at all. */
static int
listen_at(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	const struct group *group = allowed_group();
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	memcpy(at.sun_path, path, strlen(path) + 1);
	(void)unlink(path);
	mode_t mask = umask(0117);
	int failed = bind(fd, (const struct sockaddr *)&at, sizeof(at));
	umask(mask);
	if (failed == 0 && group != NULL)
		failed = lchown(path, (uid_t)-1, group->gr_gid);
	if (failed == 0 && listen(fd, OPERATOR_CLIENTS_MAX) == 0)
		return fd;
	close(fd);
	return -1;
}

int
operator_open(struct operator* op, struct loop *loop, struct troupe *troupe)
{
	_Static_assert(sizeof(((struct sockaddr_un *)0)->sun_path) >= sizeof(op->path), "path");
	*op = (struct operator){ .troupe = troupe, .loop = loop, .fd = -1 };
	for (int i = 0; i < OPERATOR_CLIENTS_MAX; i++)
		op->clients[i].fd = -1;
	snprintf(op->path, sizeof(op->path), "%s/ctl.sock", troupe->run.path);
	op->fd = listen_at(op->path);
	if (op->fd < 0)
		return -1;
	troupe->answer = on_answer;
	troupe->restarted = on_restarted;
	troupe->apid_gone = on_apid_gone;
	troupe->owner = op;
	return loop_io_add(loop, &op->io, op->fd, EPOLLIN, on_connect, op, "operator");
}

void operator_close(struct operator* op)
{
	if (op->fd < 0)
		return;
	for (int i = 0; i < OPERATOR_CLIENTS_MAX; i++)
		drop(&op->clients[i]);
	loop_io_del(op->loop, &op->io);
	close(op->fd);
	op->fd = -1;
	(void)unlink(op->path);
}
