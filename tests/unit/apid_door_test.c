/* Operators' sockets and pipes: lines, several clients, limits, files that are there already. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

#include "apid/door.h"
#include "apid/door_internal.h"
#include "tests/unit/apid_util.h"

static const char conf[] = UTIL_NEIGHBOR("10.0.0.1", "");
static char dir[64];
static const char version_text[] = "{\"version\": \"6.0.0\", \"application\": \"exabgp\"}\ndone\n";

static const char *
path(const char *name)
{
	static char out[2][128];
	static int turn;

	turn = !turn;
	snprintf(out[turn], sizeof(out[turn]), "%s/%s", dir, name);
	return out[turn];
}

static void
give_up(struct loop *loop, void *owner)
{
	(void)owner;
	loop_stop(loop, 1);
}

static void
next_turn(struct loop *loop, void *owner)
{
	(void)owner;
	loop_stop(loop, 0);
}

/* One turn of the loop, at most 2 ms long; what was announced is committed. */
static void
turn(struct apid *a)
{
	struct loop_timer tick = { 0 };

	loop_timer_set(a->loop, &tick, 2000, next_turn, NULL, "tick");
	assert_int_equal(loop_run(a->loop), 0);
	loop_timer_cancel(a->loop, &tick);
	util_commit(a);
}

/* Reads what comes until it is the text; 10 s at most. */
static void
expect(struct apid *a, int fd, const char *text)
{
	struct loop_timer late = { 0 };
	struct buf got = { 0 };

	loop_timer_set(a->loop, &late, 10000000, give_up, NULL, "late");
	while (got.len < strlen(text)) {
		ssize_t n = read(fd, buf_room(&got, 4096), 4096);

		if (n > 0)
			got.len += (size_t)n;
		else
			turn(a);
	}
	loop_timer_cancel(a->loop, &late);
	assert_string_equal(buf_cstr(&got), text);
	buf_fini(&got);
}

static void
expect_end(struct apid *a, int fd)
{
	struct loop_timer late = { 0 };
	char byte;

	loop_timer_set(a->loop, &late, 10000000, give_up, NULL, "late");
	while (read(fd, &byte, 1) != 0)
		turn(a);
	loop_timer_cancel(a->loop, &late);
}

static int
dial(const char *name)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(to.sun_path, sizeof(to.sun_path), "%s", path(name));
	if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0)
		return fd;
	close(fd);
	return -1;
}

static void
say(int fd, const char *text)
{
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static struct apid *
opened(void)
{
	struct apid *a = util_apid(conf, 6);

	a->run_dir = dir;
	a->batch.held = false;
	a->doors = doors_open(a);
	return a;
}

static void
closed(struct apid *a)
{
	doors_free(a->doors);
	util_free(a);
}

static void
lines_and_answers(void **state)
{
	struct apid *a = opened();
	struct stat st;
	int fd = dial("api.sock");

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(stat(path("api.sock"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0660);
	say(fd, "system version\n");
	expect(a, fd, version_text);
	say(fd, "bog");
	turn(a);
	say(fd, "us\nannounce route 10.0.0.0/24 next-hop 192.0.2.1\nsystem version\n#\n");
	expect(a, fd,
		"error\ndone\n{\"version\": \"6.0.0\", \"application\": \"exabgp\"}\ndone\ndone\n");
	close(fd);
	while (doors_visitors(a->doors) > 1)
		turn(a);
	closed(a);
	assert_int_equal(stat(path("api.sock"), &st), -1);
	assert_int_equal(stat(path("exabgp.in"), &st), -1);
}

static void
clients_do_not_share_their_flags(void **state)
{
	struct apid *a = opened();
	int one = dial("api.sock"), two = dial("api.sock");

	(void)state;
	say(one, "session ack disable\n");
	expect(a, one, "done\n");
	say(one, "bogus\nsession ack enable\n");
	say(two, "bogus\n");
	expect(a, two, "error\n");
	expect(a, one, "done\n");
	close(one);
	close(two);
	closed(a);
}

static void
too_many_clients_are_refused(void **state)
{
	int one, two, three;
	struct apid *a;

	(void)state;
	setenv("exabgp_api_max_clients", "2", 1);
	a = opened();
	unsetenv("exabgp_api_max_clients");
	one = dial("api.sock");
	two = dial("api.sock");
	say(one, "system version\n");
	say(two, "system version\n");
	expect(a, one, version_text);
	expect(a, two, version_text);
	three = dial("api.sock");
	expect(a, three, "error: maximum concurrent clients reached\ndone\n");
	expect_end(a, three);
	close(three);
	close(one);
	while (doors_visitors(a->doors) > 2)
		turn(a);
	one = dial("api.sock");
	say(one, "system version\n");
	expect(a, one, version_text);
	close(one);
	close(two);
	closed(a);
}

static void
all_lines_of_a_client_that_leaves_are_executed(void **state)
{
	struct apid *a = opened();
	int fd = dial("api.sock");

	(void)state;
	say(fd, "system version\nsystem api version 4\nsystem api vers");
	assert_int_equal(shutdown(fd, SHUT_WR), 0);
	expect(a, fd,
		"{\"version\": \"6.0.0\", \"application\": \"exabgp\"}\ndone\n"
		"{\"status\": \"API version set\", \"version\": 4, \"note\": \"effective on "
		"next process restart\"}\ndone\n");
	expect_end(a, fd);
	close(fd);
	/* One that does not wait for its answers. */
	fd = dial("api.sock");
	say(fd, "system api version 6\nsystem version\n");
	close(fd);
	while (a->version != 6 || doors_visitors(a->doors) > 1)
		turn(a);
	closed(a);
}

static void
a_line_without_end_is_refused(void **state)
{
	static char much[65536];
	struct apid *a = opened();
	int fd = dial("api.sock");
	size_t sent = 0;

	(void)state;
	memset(much, 'x', sizeof(much));
	while (sent < VISITOR_LINE_MAX + 2 * sizeof(much)) {
		ssize_t n = write(fd, much, sizeof(much));

		if (n > 0)
			sent += (size_t)n;
		turn(a);
	}
	expect(a, fd, "error: a command has at most 1048576 bytes\nerror\n");
	say(fd, "x\nsystem version\n");
	expect(a, fd, version_text);
	close(fd);
	closed(a);
}

static void
one_that_does_not_read_is_not_read_from(void **state)
{
	static const char line[] = "system help\n";
	struct apid *a = opened();
	struct client *c;
	int fd = dial("api.sock");
	int idle = 0;

	(void)state;
	while (idle < 50) {
		idle = write(fd, line, sizeof(line) - 1) == (ssize_t)sizeof(line) - 1 ? 0
										      : idle + 1;
		turn(a);
		c = a->clients;
		assert_true(c->out.text < 2 * VISITOR_OUTPUT_BYTES);
	}
	close(fd);
	while (doors_visitors(a->doors) > 1)
		turn(a);
	closed(a);
}

static void
a_stale_socket_is_replaced(void **state)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct apid *a;

	(void)state;
	snprintf(at.sun_path, sizeof(at.sun_path), "%s", path("api.sock"));
	assert_int_equal(bind(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
	close(fd);
	a = opened();
	fd = dial("api.sock");
	say(fd, "system version\n");
	expect(a, fd, version_text);
	close(fd);
	closed(a);
}

static void
a_living_service_is_left_alone(void **state)
{
	struct apid *first = opened(), *second = util_apid(conf, 6);
	int fd;

	(void)state;
	second->run_dir = dir;
	second->doors = doors_open(second);
	assert_int_equal(doors_visitors(second->doors), 0);
	closed(second);
	fd = dial("api.sock");
	say(fd, "system version\n");
	expect(first, fd, version_text);
	close(fd);
	closed(first);
}

static void
a_file_is_left_alone(void **state)
{
	int fd = open(path("api.sock"), O_WRONLY | O_CREAT | O_EXCL, 0600);
	struct apid *a = opened();
	struct stat st;

	(void)state;
	closed(a);
	close(fd);
	assert_int_equal(lstat(path("api.sock"), &st), 0);
	assert_true(S_ISREG(st.st_mode));
	unlink(path("api.sock"));
}

static void
socket_elsewhere(void **state)
{
	struct apid *a;
	struct stat st;
	int fd;

	(void)state;
	unsetenv("exabgp_cli_socket");
	setenv("exabgp_api_socketpath", path("other.sock"), 1);
	a = opened();
	fd = dial("other.sock");
	say(fd, "system version\n");
	expect(a, fd, version_text);
	close(fd);
	closed(a);
	assert_int_equal(stat(path("other.sock"), &st), -1);
	unsetenv("exabgp_api_socketpath");
	setenv("exabgp_cli_socket", "", 1);
}

static void
no_door_when_switched_off(void **state)
{
	struct apid *a;

	(void)state;
	setenv("exabgp_api_cli", "false", 1);
	a = opened();
	unsetenv("exabgp_api_cli");
	assert_int_equal(dial("api.sock"), -1);
	assert_int_equal(doors_visitors(a->doors), 0);
	closed(a);
}

static void
pipes(void **state)
{
	struct apid *a = opened();
	int in = open(path("exabgp.in"), O_WRONLY | O_NONBLOCK), out;

	(void)state;
	assert_true(in >= 0);
	/* The answer is kept until somebody reads. */
	say(in, "system version\nbogus\n");
	close(in);
	for (int i = 0; i < 10; i++)
		turn(a);
	out = open(path("exabgp.out"), O_RDONLY | O_NONBLOCK);
	expect(a, out, "{\"version\": \"6.0.0\", \"application\": \"exabgp\"}\ndone\nerror\n");
	expect_end(a, out);
	close(out);
	closed(a);
}

static void
the_end_is_told(void **state)
{
	struct apid *a = opened();
	int fd = dial("api.sock"), out;

	(void)state;
	out = open(path("exabgp.out"), O_RDONLY | O_NONBLOCK);
	say(fd, "system version\n");
	expect(a, fd, version_text);
	doors_shut(a->doors);
	expect(a, fd, "shutdown\n");
	expect_end(a, fd);
	/* Nobody asked through the pipes. */
	expect_end(a, out);
	assert_int_equal(dial("api.sock"), -1);
	close(fd);
	close(out);
	closed(a);
}

static int
make_dir(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	setenv("exabgp_cli_socket", "", 1);
	unsetenv("exabgp_api_cli");
	snprintf(dir, sizeof(dir), "/tmp/apid-door-XXXXXX");
	return mkdtemp(dir) == NULL;
}

/* Everything in it is removed by then. */
static int
remove_dir(void **state)
{
	(void)state;
	return rmdir(dir);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_dir, remove_dir)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lines_and_answers),
		TEST(clients_do_not_share_their_flags),
		TEST(too_many_clients_are_refused),
		TEST(all_lines_of_a_client_that_leaves_are_executed),
		TEST(a_line_without_end_is_refused),
		TEST(one_that_does_not_read_is_not_read_from),
		TEST(a_stale_socket_is_replaced),
		TEST(a_living_service_is_left_alone),
		TEST(a_file_is_left_alone),
		TEST(socket_elsewhere),
		TEST(no_door_when_switched_off),
		TEST(pipes),
		TEST(the_end_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
