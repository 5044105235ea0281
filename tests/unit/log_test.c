/* Log lines: both formats, escaping, levels, cutting, a full pipe, the rate limit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/log.h"

static char text[1 << 17];

struct capture {
	int saved;
	int fd;
};

static struct capture
capture_to(int write_fd, int read_fd)
{
	struct capture c = { .saved = dup(STDERR_FILENO), .fd = read_fd };

	dup2(write_fd, STDERR_FILENO);
	close(write_fd);
	return c;
}

static struct capture
capture(void)
{
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	return capture_to(fds[1], fds[0]);
}

static const char *
release(struct capture *c)
{
	size_t len = 0;

	dup2(c->saved, STDERR_FILENO);
	close(c->saved);
	for (;;) {
		ssize_t n = read(c->fd, text + len, sizeof(text) - 1 - len);

		if (n <= 0)
			break;
		len += (size_t)n;
	}
	close(c->fd);
	text[len] = '\0';
	return text;
}

static void
text_lines(void **state)
{
	char want[512];
	struct capture c = capture();

	(void)state;
	log_init("testd", LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
	log_debug("peer", "not shown");
	log_info("peer", "up %d", 5);
	log_warn(NULL, "no subject");
	errno = ENOENT;
	log_errno("file", "open");
	assert_int_equal(errno, ENOENT);
	log_error("p\033[1m", "a\nb\tc\"d\\e\x7f\x01 \xc3\xa9 \xff \xc2\x9b");
	int pid = (int)getpid();
	snprintf(want, sizeof(want),
		"testd[%d] info peer: up 5\n"
		"testd[%d] warn no subject\n"
		"testd[%d] error file: open: No such file or directory\n"
		"testd[%d] error p\\x1b[1m: a\\nb\\tc\"d\\e\\x7f\\x01 \xc3\xa9 \\xff \\x9b\n",
		pid, pid, pid, pid);
	const char *got = release(&c);
	assert_string_equal(got, want);
}

static void
json_lines(void **state)
{
	char want[256];
	struct capture c = capture();

	(void)state;
	log_init("testd", LOG_LEVEL_INFO, LOG_FORMAT_JSON);
	log_info("peer 1", "a\"b\\c\nd\x01\xff");
	log_info(NULL, "x");
	const char *got = release(&c);
	assert_int_equal(strncmp(got, "{\"time\": 1", 10), 0);
	snprintf(want, sizeof(want),
		", \"daemon\": \"testd\", \"pid\": %d, \"level\": \"info\", \"subject\": "
		"\"peer 1\", \"text\": \"a\\\"b\\\\c\\nd\\u0001\\ufffd\"}\n{",
		(int)getpid());
	assert_non_null(strstr(got, want));
	assert_non_null(strstr(got, "\"level\": \"info\", \"text\": \"x\"}\n"));
}

static void
long_lines_are_cut(void **state)
{
	static char many[9000];
	static const char units[][3] = { "a", "\"", "\n", "\xc3\xa9" };

	(void)state;
	for (int format = LOG_FORMAT_TEXT; format <= LOG_FORMAT_JSON; format++) {
		for (size_t u = 0; u < 4; u++) {
			struct capture c = capture();

			many[0] = '\0';
			for (size_t i = 0; i < 4000; i++)
				memcpy(many + i * strlen(units[u]), units[u], strlen(units[u]) + 1);
			log_init("testd", LOG_LEVEL_INFO, (enum log_format)format);
			log_info(many, "%s", many);
			const char *got = release(&c);
			size_t len = strlen(got);
			assert_true(len > 2000 && len <= 4096);
			assert_int_equal(got[len - 1], '\n');
			assert_ptr_equal(strchr(got, '\n'), got + len - 1);
			if (format == LOG_FORMAT_JSON)
				assert_string_equal(got + len - 3, "\"}\n");
		}
	}
}

static void
full_pipe_loses_and_counts(void **state)
{
	int fds[2];
	char drain[65536];

	(void)state;
	log_init("testd", LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	int reader = dup(fds[0]);
	struct capture c = capture_to(fds[1], fds[0]);
	uint64_t before = log_lost();
	for (int i = 0; i < 5000; i++)
		log_info("full", "line %d ....................................", i);
	uint64_t lost = log_lost() - before;
	int flags = fcntl(STDERR_FILENO, F_GETFL);
	ssize_t n = read(reader, drain, sizeof(drain));
	log_info("full", "after");
	close(reader);
	const char *got = release(&c);
	assert_true(lost > 100);
	assert_int_equal(flags & O_NONBLOCK, 0);
	assert_true(n > 0);
	char want[64];
	snprintf(want, sizeof(want), "warn log: %llu lines lost\n", (unsigned long long)lost);
	assert_non_null(strstr(got, want));
	assert_non_null(strstr(got, "full: after\n"));
}

static void
full_socket_does_not_block(void **state)
{
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	struct capture c = capture_to(fds[1], fds[0]);
	uint64_t before = log_lost();
	for (int i = 0; i < 50000; i++)
		log_info("full", "line %d ....................................", i);
	uint64_t lost = log_lost() - before;
	shutdown(STDERR_FILENO, SHUT_WR);
	shutdown(c.fd, SHUT_RD);
	release(&c);
	assert_true(lost > 0);
}

static void
no_standard_error(void **state)
{
	int saved = dup(STDERR_FILENO);

	(void)state;
	close(STDERR_FILENO);
	uint64_t before = log_lost();
	log_info("gone", "x");
	uint64_t lost = log_lost() - before;
	dup2(saved, STDERR_FILENO);
	close(saved);
	assert_int_equal(lost, 1);
}

static void
levels(void **state)
{
	(void)state;
	log_init("testd", LOG_LEVEL_WARN, LOG_FORMAT_TEXT);
	assert_false(log_enabled(LOG_LEVEL_INFO));
	assert_true(log_enabled(LOG_LEVEL_ERROR));
	log_set_level(LOG_LEVEL_DEBUG);
	assert_true(log_enabled(LOG_LEVEL_DEBUG));
}

static void
rate_limit(void **state)
{
	static const char keys[8192];

	(void)state;
	assert_true(log_ratelimit(keys, 5000000));
	assert_false(log_ratelimit(keys, 5000001));
	assert_false(log_ratelimit(keys, 5999999));
	assert_true(log_ratelimit(keys, 6000000));
	assert_true(log_ratelimit(keys + 4096, 6000000));
}

static void
fatal_exits(void **state)
{
	struct capture c = capture();
	int status;

	(void)state;
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		close(c.saved);
		log_init("child", LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
		log_fatal("no %s", "way");
	}
	waitpid(pid, &status, 0);
	const char *got = release(&c);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
	assert_non_null(strstr(got, "] fatal no way\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_lines),
		cmocka_unit_test(json_lines),
		cmocka_unit_test(long_lines_are_cut),
		cmocka_unit_test(full_pipe_loses_and_counts),
		cmocka_unit_test(full_socket_does_not_block),
		cmocka_unit_test(no_standard_error),
		cmocka_unit_test(levels),
		cmocka_unit_test(rate_limit),
		cmocka_unit_test(fatal_exits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
