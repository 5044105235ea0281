/*
 * Links between processes that are killed, stopped and restarted under traffic. Both ends are
 * this program again (fork and exec; after nng has started nothing else is allowed), started as
 *
 *	link_restart_test -end MODE listen|dial PATH FD
 *
 * In mode "flood" an end numbers its messages from 0 after every LINK_UP and puts into each who
 * sent it and for whom (pid). It exits with a status of its own as soon as it receives anything
 * that was meant for another process, comes from another than LINK_UP told, or leaves a gap. It
 * writes 'R' to FD once it has received enough over a connection.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/link.h"
#include "common/log.h"
#include "common/loop.h"
#include "common/rd.h"
#include "common/wr.h"

enum { ENOUGH = 300, ROUNDS = 20, DEADLINE_MS = 8000, BYE_MESSAGES = 1500 };
enum { EXIT_WRONG_RECEIVER = 10, EXIT_WRONG_SENDER, EXIT_GAP, EXIT_NOT_UP, EXIT_INCOMPLETE };

/* --- one end --- */

struct end {
	struct loop *loop;
	struct link *link;
	struct link_peer peer;
	const char *mode;
	int fd;
	uint32_t next_out, next_in;
	bool up;
};

static void
give_up(int status)
{
	_exit(status);
}

static void
tell(struct end *e, char what)
{
	if (write(e->fd, &what, 1) != 1)
		give_up(1);
}

/* Sizes from a few bytes to 20 KiB. */
static bool
send_next(struct end *e)
{
	size_t n = 12 + (e->next_out % 13 == 0 ? 20000 : e->next_out % 700);
	uint8_t *p = link_send_begin(e->link, 1, n);
	struct wr w = wr_init(p, n);

	wr_u32(&w, (uint32_t)getpid());
	wr_u32(&w, e->peer.pid);
	wr_u32(&w, e->next_out++);
	memset(w.p, (int)e->next_out, wr_left(&w));
	return link_send_end(e->link, n);
}

static void
flood(struct end *e)
{
	while (e->up && send_next(e))
		;
}

static void
on_event(void *owner, enum link_event event, const struct link_peer *peer)
{
	struct end *e = owner;

	e->peer = *peer;
	switch (event) {
	case LINK_UP:
		e->up = true;
		e->next_in = e->next_out = 0;
		tell(e, 'U');
		break;
	case LINK_DOWN:
		e->up = false;
		tell(e, 'D');
		break;
	case LINK_WRITABLE:
		break;
	}
	if (strcmp(e->mode, "flood") == 0)
		flood(e);
	if (event == LINK_DOWN && strcmp(e->mode, "count") == 0)
		give_up(e->next_in == BYE_MESSAGES ? 0 : EXIT_INCOMPLETE);
}

static void
on_message(void *owner, uint16_t type, const uint8_t *body, size_t n)
{
	struct end *e = owner;
	struct rd r = rd_init(body, n);
	uint32_t from = rd_u32(&r);
	uint32_t to = rd_u32(&r);
	uint32_t number = rd_u32(&r);

	(void)type;
	if (!e->up)
		give_up(EXIT_NOT_UP);
	if (to != (uint32_t)getpid())
		give_up(EXIT_WRONG_RECEIVER);
	if (from != e->peer.pid)
		give_up(EXIT_WRONG_SENDER);
	if (number != e->next_in++)
		give_up(EXIT_GAP);
	if (e->next_in == ENOUGH)
		tell(e, 'R');
}

static void
open_end(struct end *e, bool listen, const char *path)
{
	e->loop = loop_new();
	e->link = link_new(e->loop, &(struct link_config){ .name = "restart",
					    .role = listen ? "listener" : "dialer",
					    .path = path,
					    .listen = listen,
					    .version_min = 1,
					    .version_max = 1,
					    .message = on_message,
					    .event = on_event,
					    .owner = e });
	if (e->link == NULL)
		give_up(1);
}

static int
run_end(char **argv)
{
	struct end e = { .mode = argv[0], .fd = atoi(argv[3]) };

	log_init("end", LOG_LEVEL_ERROR, LOG_FORMAT_TEXT);
	open_end(&e, strcmp(argv[1], "listen") == 0, argv[2]);
	return loop_run(e.loop);
}

/* --- the tests --- */

struct child {
	pid_t pid;
	int fd; /* what it tells */
	bool listen;
	const char *mode;
};

struct test {
	char dir[40], path[64];
	struct child a, b;
	unsigned stuck;
};

static void
start(struct test *t, struct child *c, const char *mode)
{
	int fds[2];
	char fd[16];

	c->mode = mode;
	assert_int_equal(pipe(fds), 0);
	snprintf(fd, sizeof(fd), "%d", fds[1]);
	c->pid = fork();
	assert_true(c->pid >= 0);
	if (c->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(fds[0]);
		execl("/proc/self/exe", "link_restart_test", "-end", mode,
			c->listen ? "listen" : "dial", t->path, fd, (char *)NULL);
		_exit(127);
	}
	close(fds[1]);
	c->fd = fds[0];
}

/* It has ended by itself. Does what the supervisor does when nng got stuck: start it again. */
static void
start_again(struct test *t, struct child *c)
{
	int status = 0;

	assert_int_equal(waitpid(c->pid, &status, 0), c->pid);
	c->pid = 0;
	close(c->fd);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != LINK_EXIT_STUCK)
		fail_msg("it ended with status %#x", status);
	t->stuck++;
	start(t, c, c->mode);
}

/* Reads what the child tells until it is this; what it told before does not count any more. */
static void
expect(struct test *t, struct child *c, char what)
{
	char got = 0;

	while (got != what) {
		struct pollfd p = { .fd = c->fd, .events = POLLIN };

		assert_int_equal(poll(&p, 1, DEADLINE_MS), 1);
		if (read(c->fd, &got, 1) == 1)
			continue;
		start_again(t, c);
		if (what == 'D')
			return;
	}
}

static void
end_child(struct child *c)
{
	int status = 0;

	if (c->pid <= 0)
		return;
	kill(c->pid, SIGKILL);
	assert_int_equal(waitpid(c->pid, &status, 0), c->pid);
	c->pid = 0;
	close(c->fd);
	/* Else it had found something wrong. */
	assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == LINK_EXIT_STUCK);
}

static int
set_up(void **state)
{
	struct test *t = calloc(1, sizeof(*t));

	strcpy(t->dir, "/tmp/link_restart_test.XXXXXX");
	assert_non_null(mkdtemp(t->dir));
	snprintf(t->path, sizeof(t->path), "%s/x.ipc", t->dir);
	t->a.listen = true;
	*state = t;
	return 0;
}

static int
tear_down(void **state)
{
	struct test *t = *state;
	char lock[80];

	end_child(&t->a);
	end_child(&t->b);
	snprintf(lock, sizeof(lock), "%s.lock", t->path);
	unlink(lock);
	unlink(t->path);
	snprintf(lock, sizeof(lock), "%s.back", t->path);
	unlink(lock);
	if (t->stuck > 0)
		print_message("nng got stuck %u times, its process was started again\n", t->stuck);
	assert_int_equal(rmdir(t->dir), 0);
	free(t);
	return 0;
}

/* A moment that differs from round to round, so that the kill hits different states. */
static void
linger(int round)
{
	poll(NULL, 0, round % 7);
}

static void
restart_rounds(struct test *t, bool first, bool second)
{
	start(t, &t->a, "flood");
	start(t, &t->b, "flood");
	for (int round = 0; round < ROUNDS; round++) {
		expect(t, &t->a, 'R');
		expect(t, &t->b, 'R');
		linger(round);
		if (first) {
			end_child(&t->a);
			start(t, &t->a, "flood");
			if (!second)
				expect(t, &t->b, 'D');
		}
		if (second) {
			end_child(&t->b);
			start(t, &t->b, "flood");
			if (!first)
				expect(t, &t->a, 'D');
		}
	}
	expect(t, &t->a, 'R');
	expect(t, &t->b, 'R');
}

static void
test_listener_restarts(void **state)
{
	restart_rounds(*state, true, false);
}

static void
test_dialer_restarts(void **state)
{
	restart_rounds(*state, false, true);
}

static void
test_both_restart(void **state)
{
	restart_rounds(*state, true, true);
}

/* Killed while shaking hands: no time is given to come up. */
static void
test_killed_early(void **state)
{
	struct test *t = *state;

	start(t, &t->a, "flood");
	for (int round = 0; round < ROUNDS; round++) {
		start(t, &t->b, "flood");
		poll(NULL, 0, round % 10);
		end_child(&t->b);
	}
	start(t, &t->b, "flood");
	expect(t, &t->a, 'R');
	expect(t, &t->b, 'R');
}

static size_t
resident_kb(pid_t pid)
{
	char path[64], line[256];
	unsigned long kb = 0;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL)
		sscanf(line, "VmRSS: %lu", &kb);
	fclose(file);
	return kb;
}

/* A stopped reader costs its writer a bounded amount of memory, and loses nothing. */
static void
test_stopped(void **state)
{
	struct test *t = *state;

	start(t, &t->a, "flood");
	start(t, &t->b, "flood");
	expect(t, &t->a, 'R');
	expect(t, &t->b, 'R');
	for (int round = 0; round < 5; round++) {
		struct child *c = round % 2 == 0 ? &t->a : &t->b;
		struct child *other = round % 2 == 0 ? &t->b : &t->a;

		kill(c->pid, SIGSTOP);
		poll(NULL, 0, 20);
		assert_in_range(resident_kb(other->pid), 1, 64 * 1024);
		kill(c->pid, SIGCONT);
	}
	/* A reader that dies while it is stopped. */
	kill(t->a.pid, SIGSTOP);
	poll(NULL, 0, 20);
	end_child(&t->a);
	expect(t, &t->b, 'D');
	start(t, &t->a, "flood");
	expect(t, &t->b, 'R');
	expect(t, &t->a, 'R');
}

static void
ignore_event(void *owner, enum link_event event, const struct link_peer *peer)
{
	struct end *e = owner;

	e->peer = *peer;
	if (event == LINK_UP)
		loop_stop(e->loop, 0);
	if (event == LINK_WRITABLE)
		e->up = true;
}

/* All that was sent before link_close() arrives, more than a window of it. */
static void
test_bye(void **state)
{
	struct test *t = *state;
	struct end e = { .mode = "bye", .fd = -1 };
	int status;

	e.loop = loop_new();
	e.link = link_new(e.loop, &(struct link_config){ .name = "restart",
					  .role = "dialer",
					  .path = t->path,
					  .version_min = 1,
					  .version_max = 1,
					  .message = on_message,
					  .event = ignore_event,
					  .owner = &e });
	assert_non_null(e.link);
	start(t, &t->a, "count");
	assert_int_equal(loop_run(e.loop), 0);
	for (int i = 0; i < BYE_MESSAGES; i++)
		send_next(&e);
	int64_t before = loop_clock().us;
	link_close(e.link);
	assert_in_range(loop_clock().us - before, 0, 600 * 1000);
	assert_false(link_is_up(e.link));
	assert_false(link_send(e.link, 1, "x", 1));
	link_free(e.link);
	loop_free(e.loop);
	assert_int_equal(waitpid(t->a.pid, &status, 0), t->a.pid);
	t->a.pid = 0;
	close(t->a.fd);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* The peer does not answer BYE: half a second, not more. */
static void
test_bye_unanswered(void **state)
{
	struct test *t = *state;
	struct end e = { .mode = "bye", .fd = -1 };

	e.loop = loop_new();
	e.link = link_new(e.loop, &(struct link_config){ .name = "restart",
					  .role = "dialer",
					  .path = t->path,
					  .version_min = 1,
					  .version_max = 1,
					  .message = on_message,
					  .event = ignore_event,
					  .owner = &e });
	start(t, &t->a, "count");
	assert_int_equal(loop_run(e.loop), 0);
	expect(t, &t->a, 'U');
	kill(t->a.pid, SIGSTOP);
	int64_t before = loop_clock().us;
	link_close(e.link);
	assert_in_range(loop_clock().us - before, 400 * 1000, 2000 * 1000);
	link_free(e.link);
	loop_free(e.loop);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_listener_restarts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_dialer_restarts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_both_restart, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_killed_early, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_stopped, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_bye, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_bye_unanswered, set_up, tear_down),
	};

	if (argc == 6 && strcmp(argv[1], "-end") == 0)
		return run_end(argv + 2);
	log_init("link_restart_test", LOG_LEVEL_ERROR, LOG_FORMAT_TEXT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
