/*
 * The daemon's end of the supervisor socket: messages both ways, descriptors, end of file, a
 * full socket, and a daemon started by hand. Descriptor 3 is made a socketpair for each test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/child.h"
#include "common/loop.h"

struct daemon {
	struct loop *loop;
	struct child *child;
	int other; /* the supervisor's end */
	char got[256];
	size_t longest;
	int fds[CHILD_FDS_MAX];
	int n_fds;
	bool free_in_callback;
};

static void
message(void *owner, char *text, const int *fds, int n_fds)
{
	struct daemon *d = owner;
	size_t n = strlen(text);

	d->longest = n > d->longest ? n : d->longest;
	if (n < 32) {
		strcat(d->got, text);
		strcat(d->got, "|");
	}
	for (int i = 0; i < n_fds; i++)
		d->fds[d->n_fds++] = fds[i];
	if (strcmp(text, "EOF") == 0 || strcmp(text, "STOP") == 0) {
		if (d->free_in_callback) {
			child_free(d->child);
			d->child = NULL;
		}
		loop_stop(d->loop, 0);
	}
}

static void
too_late(struct loop *loop, void *owner)
{
	(void)owner;
	loop_stop(loop, 99);
}

static void
run(struct daemon *d)
{
	struct loop_timer deadline = { 0 };

	loop_timer_set(d->loop, &deadline, 10 * 1000000, too_late, NULL, "deadline");
	assert_int_equal(loop_run(d->loop), 0);
	loop_timer_cancel(d->loop, &deadline);
}

static int
set_up(void **state)
{
	struct daemon *d = calloc(1, sizeof(*d));
	int fds[2];

	*state = d;
	close(CHILD_FD);
	unsetenv("TROUPE_SUPERVISOR_PID");
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds) != 0)
		return -1;
	d->other = fcntl(fds[1], F_DUPFD_CLOEXEC, 10);
	close(fds[1]);
	if (fds[0] != CHILD_FD) {
		dup2(fds[0], CHILD_FD);
		close(fds[0]);
	}
	d->loop = loop_new(); /* descriptor 3 is taken, so this is another one */
	return d->loop == NULL ? -1 : 0;
}

static int
tear_down(void **state)
{
	struct daemon *d = *state;

	child_free(d->child);
	loop_free(d->loop);
	close(d->other);
	close(CHILD_FD);
	free(d);
	return 0;
}

static void
say(const struct daemon *d, const char *text)
{
	assert_int_equal(send(d->other, text, strlen(text), 0), strlen(text));
}

static void
messages(void **state)
{
	struct daemon *d = *state;
	char text[64];

	d->child = child_new(d->loop, message, d);
	assert_true(fcntl(CHILD_FD, F_GETFD) & FD_CLOEXEC);
	child_send(d->child, "READY");
	child_send(d->child, "ANSWER %d %d %s", 7, 0, "two\nlines");
	ssize_t n = recv(d->other, text, sizeof(text), 0);
	assert_int_equal(n, 5);
	assert_memory_equal(text, "READY", 5);
	n = recv(d->other, text, sizeof(text), 0);
	assert_int_equal(n, 20);
	assert_memory_equal(text, "ANSWER 7 0 two\nlines", 20);
	say(d, "RELOAD 10");
	say(d, "CTL 1 0 show");
	say(d, "STOP");
	run(d);
	assert_string_equal(d->got, "RELOAD 10|CTL 1 0 show|STOP|");
}

static void
send_fds(const struct daemon *d, const char *text, const int *fds, size_t n)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int) * 32)];
		struct cmsghdr align;
	} control = { 0 };
	char copy[32];
	struct iovec iov = { .iov_base = strcpy(copy, text), .iov_len = strlen(text) };
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = CMSG_SPACE(sizeof(int) * n) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int) * n);
	memcpy(CMSG_DATA(c), fds, sizeof(int) * n);
	assert_int_equal(sendmsg(d->other, &msg, 0), strlen(text));
}

static void
descriptors(void **state)
{
	struct daemon *d = *state;
	int fds[2];
	int many[20];
	char c;

	d->child = child_new(d->loop, message, d);
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	send_fds(d, "CONF 2 a b", fds, 2);
	for (size_t i = 0; i < 20; i++)
		many[i] = fds[0];
	send_fds(d, "TOO MANY", many, 20); /* dropped with its descriptors */
	say(d, "STOP");
	run(d);
	assert_string_equal(d->got, "CONF 2 a b|STOP|");
	assert_int_equal(d->n_fds, 2);
	assert_true(fcntl(d->fds[0], F_GETFD) & FD_CLOEXEC);
	assert_int_equal(write(d->fds[1], "x", 1), 1);
	assert_int_equal(read(fds[0], &c, 1), 1);
	close(d->fds[1]);
	close(fds[1]);
	assert_int_equal(read(fds[0], &c, 1), 0); /* no other copy of the write end is left */
	close(d->fds[0]);
	close(fds[0]);
}

static void
end_of_file(void **state)
{
	struct daemon *d = *state;

	d->child = child_new(d->loop, message, d);
	close(d->other);
	d->other = -1;
	child_send(d->child, "STATUS x"); /* neither signal nor error */
	run(d);
	assert_string_equal(d->got, "EOF|");
	child_send(d->child, "STATUS x");
	assert_int_equal(fcntl(CHILD_FD, F_GETFD), -1);
}

static void
freed_in_its_callback(void **state)
{
	struct daemon *d = *state;

	d->child = child_new(d->loop, message, d);
	d->free_in_callback = true;
	say(d, "STOP");
	say(d, "RELOAD 1");
	run(d);
	assert_string_equal(d->got, "STOP|");
}

static void
long_messages(void **state)
{
	struct daemon *d = *state;
	char *text = calloc(1, CHILD_MESSAGE_MAX + 100);

	d->child = child_new(d->loop, message, d);
	memset(text, 'x', CHILD_MESSAGE_MAX);
	say(d, text);
	memset(text, 'x', CHILD_MESSAGE_MAX + 50);
	say(d, text); /* dropped */
	say(d, "STOP");
	run(d);
	assert_int_equal(d->longest, CHILD_MESSAGE_MAX);
	assert_string_equal(d->got, "STOP|");
	child_send(d->child, "%s", text);
	ssize_t n = recv(d->other, text, CHILD_MESSAGE_MAX + 50, 0);
	assert_int_equal(n, CHILD_MESSAGE_MAX);
	free(text);
}

static void
full_socket_drops(void **state)
{
	struct daemon *d = *state;
	char text[64];
	int count = 0;

	d->child = child_new(d->loop, message, d);
	for (int i = 0; i < 20000; i++)
		child_send(d->child, "STATUS %d", i);
	while (recv(d->other, text, sizeof(text), MSG_DONTWAIT) > 0)
		count++;
	assert_true(count > 0 && count < 20000);
	child_send(d->child, "READY");
	assert_int_equal(recv(d->other, text, sizeof(text), MSG_DONTWAIT), 5);
}

static void
started_by_hand(void **state)
{
	struct daemon *d = *state;

	close(CHILD_FD);
	d->child = child_new(d->loop, message, d);
	child_send(d->child, "READY");
	child_free(d->child);
	assert_int_equal(open("/dev/null", O_RDWR | O_CLOEXEC), CHILD_FD);
	d->child = child_new(d->loop, message, d); /* not a socket: not ours */
	child_send(d->child, "READY");
	assert_int_not_equal(fcntl(CHILD_FD, F_GETFD), -1);
}

static void
orphan_exits(void **state)
{
	int status;

	(void)state;
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		setenv("TROUPE_SUPERVISOR_PID", "1073741824", 1);
		child_die_with_parent();
		_exit(0);
	}
	waitpid(pid, &status, 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
	pid = fork();
	if (pid == 0) {
		char text[16];

		snprintf(text, sizeof(text), "%d", (int)getppid());
		setenv("TROUPE_SUPERVISOR_PID", text, 1);
		child_die_with_parent();
		_exit(0);
	}
	waitpid(pid, &status, 0);
	assert_int_equal(WEXITSTATUS(status), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(messages, set_up, tear_down),
		cmocka_unit_test_setup_teardown(descriptors, set_up, tear_down),
		cmocka_unit_test_setup_teardown(end_of_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(freed_in_its_callback, set_up, tear_down),
		cmocka_unit_test_setup_teardown(long_messages, set_up, tear_down),
		cmocka_unit_test_setup_teardown(full_socket_drops, set_up, tear_down),
		cmocka_unit_test_setup_teardown(started_by_hand, set_up, tear_down),
		cmocka_unit_test_setup_teardown(orphan_exits, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
