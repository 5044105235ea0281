/* Processes of helpers: what they start with, starting again, its limit, ending, and strays. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "tests/unit/apid_util.h"

static char dir[] = "/tmp/apid-spawn-XXXXXX";

static void
on_child(struct loop *loop, void *owner, int signo)
{
	int status;
	pid_t pid;

	(void)loop;
	(void)signo;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		helpers_reaped(owner, pid, status);
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

/* Runs the loop until the condition holds, for at most 10 s. */
#define UNTIL(a, condition)                                                               \
	do {                                                                              \
		struct loop_timer late_ = { 0 }, tick_ = { 0 };                           \
		int code_ = 0;                                                            \
		loop_timer_set((a)->loop, &late_, 10000000, give_up, NULL, "late");       \
		while (!(condition) && code_ == 0) {                                      \
			loop_timer_set((a)->loop, &tick_, 2000, next_turn, NULL, "tick"); \
			code_ = loop_run((a)->loop);                                      \
		}                                                                         \
		loop_timer_cancel((a)->loop, &late_);                                     \
		loop_timer_cancel((a)->loop, &tick_);                                     \
		assert_int_equal(code_, 0);                                               \
	} while (0)

/* A daemon with one helper that runs the shell script. */
static struct apid *
with_script(const char *script, const char *more)
{
	static const int signals[] = { SIGCHLD, 0 };
	char path[64], conf[512];
	struct apid *a;
	FILE *f;

	snprintf(path, sizeof(path), "%s/out", dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/h.sh", dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "#!/bin/sh\ncd %s\n%s\n", dir, script);
	fclose(f);
	assert_int_equal(chmod(path, 0700), 0);
	snprintf(conf, sizeof(conf), "process h1 { run %s one 'two three'; encoder json; %s }\n",
		path, more);
	a = util_apid(conf, 6);
	a->self = (char *)(uintptr_t) "apid";
	assert_int_equal(loop_signals(a->loop, signals, on_child, a), 0);
	helpers_start(a);
	return a;
}

static const char *
file(const char *name)
{
	static char text[4096];
	char path[64];
	size_t n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "r");
	if (f != NULL) {
		n = fread(text, 1, sizeof(text) - 1, f);
		fclose(f);
	}
	text[n] = '\0';
	return text;
}

static void
end(struct apid *a)
{
	char command[64];

	a->stopping = true;
	for (struct helper *h = a->helpers; h != NULL; h = h->next)
		helper_stop(h);
	UNTIL(a, helpers_gone(a));
	util_free(a);
	snprintf(command, sizeof(command), "%s/out", dir);
	unlink(command);
}

static void
what_a_helper_starts_with(void **state)
{
	struct apid *a = with_script(
		"cat >/dev/null & pid=$$\n"
		"{ echo \"$#:$1:$2\"; echo \"term=$TERM\"; ls /proc/self/fd | tr '\\n' ' '; echo;"
		"cut -d' ' -f5,6 /proc/$$/stat; readlink /proc/$PPID/exe >/dev/null;"
		"grep SigBlk /proc/self/status; } > out.tmp; echo $$ >> out.tmp; mv out.tmp out\n"
		"sleep 100",
		"");
	int pid = 0, group = 0, session = 0;
	const char *text;

	(void)state;
	UNTIL(a, file("out")[0] != '\0');
	text = file("out");
	assert_ptr_equal(strstr(text, "2:one:two three\nterm=dumb\n0 1 2 3 "), text);
	assert_non_null(strstr(text, "SigBlk:\t0000000000000000\n"));
	/* Its own session and group. */
	assert_int_equal(sscanf(strstr(text, "0 1 2"), "%*[^\n]\n%d %d\n%*[^\n]\n%d", &group,
				 &session, &pid),
		3);
	assert_int_equal(pid, a->helpers->pid);
	assert_int_equal(group, pid);
	assert_int_equal(session, pid);
	end(a);
}

static void
starts_again_five_times(void **state)
{
	struct apid *a = with_script("echo x >> out; exit 3", "");
	size_t lines;

	(void)state;
	UNTIL(a, a->helpers->failed);
	lines = strlen(file("out")) / 2;
	/* The window may have turned over in between. */
	assert_true(lines == 5 || (lines > 5 && lines <= 10));
	assert_int_equal(a->helpers->state, HELPER_DOWN);
	/* A reload gives it another chance. */
	helpers_apply(a, a->config, false);
	assert_false(a->helpers->failed);
	end(a);
}

static void
does_not_start_again(void **state)
{
	struct apid *a = with_script("echo x >> out; exit 0", "respawn false;");

	(void)state;
	UNTIL(a, a->helpers->state == HELPER_DOWN);
	helpers_apply(a, a->config, false);
	helpers_start(a);
	assert_int_equal(a->helpers->state, HELPER_DOWN);
	assert_string_equal(file("out"), "x\n");
	end(a);
}

static void
last_words_are_heard(void **state)
{
	struct apid *a =
		with_script("echo 'session ack disable'; echo 'system api version 4'; exit 0",
			"respawn false;");

	(void)state;
	UNTIL(a, a->helpers->state == HELPER_DOWN);
	assert_int_equal(a->version, 4);
	end(a);
}

static void
closing_its_output_is_death(void **state)
{
	struct apid *a = with_script("echo x >> out; exec >&-; exec sleep 100", "respawn false;");

	(void)state;
	UNTIL(a, a->helpers->state == HELPER_DOWN);
	assert_string_equal(file("out"), "x\n");
	end(a);
}

/* A daemon of its own session, which ignores SIGTERM, ends with the helper that made it. */
static void
strays_are_swept(void **state)
{
	struct apid *a = with_script("setsid sh -c \"trap '' TERM; echo \\$\\$ > out; sleep 100\" "
				     "</dev/null >/dev/null 2>&1 &\nsleep 100",
		"");
	pid_t stray;

	(void)state;
	UNTIL(a, strchr(file("out"), '\n') != NULL);
	stray = (pid_t)strtol(file("out"), NULL, 10);
	assert_int_equal(kill(stray, 0), 0);
	a->helpers->removed = true;
	helper_stop(a->helpers);
	UNTIL(a, a->helpers == NULL);
	UNTIL(a, kill(stray, 0) < 0);
	end(a);
}

static void
cannot_be_started(void **state)
{
	struct apid *a = util_apid("process h1 { run /nonexistent/program; }\n", 6);
	static const int signals[] = { SIGCHLD, 0 };

	(void)state;
	a->self = (char *)(uintptr_t) "apid";
	assert_int_equal(loop_signals(a->loop, signals, on_child, a), 0);
	helpers_start(a);
	UNTIL(a, a->helpers->failed);
	end(a);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_helper_starts_with),
		cmocka_unit_test(starts_again_five_times),
		cmocka_unit_test(does_not_start_again),
		cmocka_unit_test(last_words_are_heard),
		cmocka_unit_test(closing_its_output_is_death),
		cmocka_unit_test(strays_are_swept),
		cmocka_unit_test(cannot_be_started),
	};
	char path[64];
	int failed;

	if (argc > 1 && strcmp(argv[1], "--trampoline") == 0)
		return helper_trampoline(argc, argv);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (mkdtemp(dir) == NULL)
		return 1;
	/* As the daemon does. */
	signal(SIGPIPE, SIG_IGN);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	snprintf(path, sizeof(path), "%s/h.sh", dir);
	unlink(path);
	rmdir(dir);
	return failed;
}
