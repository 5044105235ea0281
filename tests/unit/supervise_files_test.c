/* The parts of the supervisor that deal with files, processes and addresses of groups. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/loop.h"
#include "common/runpath.h"
#include "common/settings.h"
#include "common/supervise/account.h"
#include "common/supervise/conffiles.h"
#include "common/supervise/logfile.h"
#include "common/supervise/options.h"
#include "common/supervise/pidfile.h"
#include "common/supervise/proc.h"
#include "common/supervise/rundir.h"
#include "common/supervise/sweep.h"

static char folder[64];

static char *
in_folder(const char *name)
{
	static char paths[4][128];
	static int next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

static void
put_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static size_t
file_size(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (size_t)st.st_size : (size_t)-1;
}

static void
test_absolute(void **state)
{
	static const struct {
		const char *in;
		const char *out;
	} cases[] = {
		{ "/a/b", "/a/b" },
		{ "//a/./b//c/", "/a/b/c" },
		{ "/", "/" },
		{ "/a/../b", "/a/../b" },
	};
	char cwd[4096];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *out = options_absolute(cases[i].in);

		assert_string_equal(out, cases[i].out);
		free(out);
	}
	assert_non_null(getcwd(cwd, sizeof(cwd)));
	char *out = options_absolute("./x");
	assert_int_equal(strncmp(out, cwd, strlen(cwd)), 0);
	assert_string_equal(out + strlen(cwd), "/x");
	free(out);
}

static void
test_run_path(void **state)
{
	char out[RUNPATH_MAX], err[256] = "", expected[128];
	const char *base = geteuid() == 0 ? "/run/troupe" : "/x/troupe";

	(void)state;
	unsetenv("TROUPE_RUN");
	setenv("XDG_RUNTIME_DIR", "/x", 1);
	struct settings *s = settings_load("/dev/null", err, sizeof(err));
	if (s == NULL) { /* not a regular file */
		put_file(in_folder("empty.ini"), "");
		s = settings_load(in_folder("empty.ini"), err, sizeof(err));
	}
	assert_non_null(s);
	assert_int_equal(runpath_find(s, NULL, NULL, false, out, err, sizeof(err)), 0);
	snprintf(expected, sizeof(expected), "%s/default", base);
	assert_string_equal(out, expected);
	assert_int_equal(runpath_find(s, NULL, "blue", false, out, err, sizeof(err)), 0);
	snprintf(expected, sizeof(expected), "%s/blue", base);
	assert_string_equal(out, expected);
	assert_int_equal(runpath_find(s, "/tmp/r/", "blue", false, out, err, sizeof(err)), 0);
	assert_string_equal(out, "/tmp/r");
	setenv("TROUPE_RUN", "/tmp/env", 1);
	assert_int_equal(runpath_find(s, NULL, NULL, false, out, err, sizeof(err)), 0);
	assert_string_equal(out, "/tmp/env");
	assert_int_equal(runpath_find(s, NULL, "blue", false, out, err, sizeof(err)), 0);
	assert_string_equal(out, expected);
	unsetenv("TROUPE_RUN");
	static const char *const bad[] = { ".", "..", ".x", "a/b", "a b", "a\n" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(runpath_find(s, NULL, bad[i], false, out, err, sizeof(err)), -1);
	char longest[200];
	memset(longest, 'a', sizeof(longest));
	longest[0] = '/';
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(runpath_find(s, longest, NULL, false, out, err, sizeof(err)), -1);
	settings_free(s);
}

static void
test_configuration_files(void **state)
{
	struct conffiles c;
	char err[256], text[16] = "";
	char *names[] = { in_folder("a.conf"), in_folder("b.conf") };
	char dash[] = "-", *mixed[] = { names[0], dash };

	(void)state;
	put_file(names[0], "a\n");
	assert_int_equal(conffiles_init(&c, names, 2, err, sizeof(err)), -1);
	assert_non_null(strstr(err, "b.conf is not a troupe config file (file not found)"));
	conffiles_fini(&c);
	put_file(names[1], "b\n");
	assert_int_equal(conffiles_init(&c, names, 2, err, sizeof(err)), 0);
	conffiles_rotate(&c);
	assert_string_equal(conffiles_name(&c), names[1]);
	int fd = conffiles_open(&c);
	assert_int_equal(read(fd, text, sizeof(text)), 2);
	assert_string_equal(text, "b\n");
	close(fd);
	conffiles_rotate(&c);
	assert_string_equal(conffiles_name(&c), names[0]);
	conffiles_keep(&c, 1);
	assert_string_equal(conffiles_name(&c), names[1]);
	unlink(names[1]);
	assert_int_equal(mkfifo(names[1], 0600), 0);
	assert_int_equal(conffiles_open(&c), -1);
	conffiles_fini(&c);
	assert_int_equal(conffiles_init(&c, mixed, 2, err, sizeof(err)), -1);
	conffiles_fini(&c);
	char *directory[] = { folder };
	assert_int_equal(conffiles_init(&c, directory, 1, err, sizeof(err)), -1);
	conffiles_fini(&c);
}

static void
stop_loop(struct loop *loop, void *owner)
{
	(void)owner;
	loop_stop(loop, 0);
}

static void
test_log_file(void **state)
{
	struct logfile l;
	struct loop *loop = loop_new();
	struct loop_timer timer = { 0 };
	int dir = open(folder, O_RDONLY | O_DIRECTORY), early[2];
	int saved[] = { dup(1), dup(2) };
	char text[2000], shown[4096];

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_int_equal(pipe(early), 0);
	assert_int_equal(logfile_open(&l, loop, dir, "log", early[1]), 0);
	l.max = 3000;
	for (int i = 0; i < 4; i++) {
		assert_int_equal(write(l.write_fd, text, sizeof(text)), sizeof(text));
		loop_timer_set(loop, &timer, 0, stop_loop, NULL, "stop");
		loop_run(loop);
	}
	assert_int_equal(write(l.write_fd, "last\n", 5), 5);
	logfile_failed(&l, "why");
	logfile_close(&l);
	dup2(saved[0], 1);
	dup2(saved[1], 2);
	close(saved[0]);
	close(saved[1]);
	assert_int_equal(file_size(in_folder("log.1")), 4000);
	assert_int_equal(file_size(in_folder("log")), 5);
	size_t n = 0;
	ssize_t got;
	while ((got = read(early[0], shown, sizeof(shown))) > 0)
		n += (size_t)got;
	assert_int_equal(n, 4 * sizeof(text) + 5 + 4);
	close(early[0]);
	close(dir);
	loop_free(loop);
}

/* A child of ours with a child of its own that left the session; returns the pid of the latter. */
static pid_t
make_family(const char *tag, pid_t *child)
{
	int ends[2];
	pid_t pid = 0;

	assert_int_equal(pipe(ends), 0);
	*child = fork();
	if (*child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pid = fork();
		if (pid == 0) {
			char entry[128];

			prctl(PR_SET_PDEATHSIG, SIGKILL);
			snprintf(entry, sizeof(entry), "TROUPE_GROUP=%s", tag);
			execle("/bin/sleep", "sleep", "60", NULL, (char *[]){ entry, NULL });
			_exit(1);
		}
		if (write(ends[1], &pid, sizeof(pid)) != sizeof(pid))
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(read(ends[0], &pid, sizeof(pid)), sizeof(pid));
	close(ends[0]);
	close(ends[1]);
	return pid;
}

static bool
has(const struct proc_list *l, pid_t pid)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->items[i].pid == pid)
			return true;
	return false;
}

/* The tag is in the environment once the program was executed. */
static void
wait_tag(struct proc_list *l, const char *tag, pid_t pid)
{
	for (int i = 0; i < 500 && !has(l, pid); i++) {
		usleep(10000);
		proc_tagged(l, tag);
	}
	assert_true(has(l, pid));
}

static void
test_processes(void **state)
{
	struct proc_list l = { 0 };
	char tag[48];
	pid_t child, grandchild;
	int status;

	(void)state;
	snprintf(tag, sizeof(tag), "unit-%d", (int)getpid());
	grandchild = make_family(tag, &child);
	proc_descendants(&l, getpid(), NULL, 0);
	assert_true(has(&l, child) && has(&l, grandchild));
	assert_int_equal(l.n, 2);
	proc_descendants(&l, getpid(), &child, 1);
	assert_int_equal(l.n, 0);
	wait_tag(&l, tag, grandchild);
	assert_int_equal(l.n, 1);
	l.items[0].start++; /* another process with the same number */
	assert_int_equal(proc_signal(&l, SIGKILL), 0);
	assert_int_equal(sweep_tagged(tag), 1);
	proc_tagged(&l, tag);
	assert_int_equal(l.n, 0);
	proc_descendants(&l, getpid(), NULL, 0); /* the grandchild is a zombie of its parent now */
	assert_int_equal(l.n, 1);
	assert_int_equal(proc_signal(&l, SIGKILL), 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(proc_signal(&l, SIGKILL), 0);
	proc_list_fini(&l);
}

static void
test_run_directory(void **state)
{
	struct rundir r, second;
	struct account account = { .uid = geteuid(), .gid = getegid() };
	char err[256] = "";
	struct stat st;
	int status;

	(void)state;
	assert_int_equal(rundir_open(&r, in_folder("deep/er/run"), &account, err, sizeof(err)), 0);
	assert_int_equal(stat(in_folder("deep/er/run"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	pid_t pid = fork();
	if (pid == 0) /* record locks are between processes */
		_exit(rundir_open(&second, r.path, &account, err, sizeof(err)) == -1 &&
					strstr(err, "already running") != NULL
				? 0
				: 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_true(strlen(r.tag) > 24);
	assert_int_equal(access(in_folder("deep/er/run/group"), F_OK), 0);
	rundir_close(&r);
	assert_int_equal(access(in_folder("deep/er/run/group"), F_OK), -1);
	assert_int_equal(symlink(in_folder("deep"), in_folder("link")), 0);
	assert_int_equal(rundir_open(&r, in_folder("link"), &account, err, sizeof(err)), -1);
}

static void
test_pid_file(void **state)
{
	char err[256] = "";
	char *path = in_folder("pid");

	(void)state;
	put_file(path, "1\n");
	assert_int_equal(pidfile_write(path, err, sizeof(err)), -1);
	assert_non_null(strstr(err, "names process 1"));
	put_file(path, "garbage\n");
	assert_int_equal(pidfile_write(path, err, sizeof(err)), 0);
	assert_int_equal(pidfile_write(path, err, sizeof(err)), 0);
	pidfile_remove(path);
	assert_int_equal(access(path, F_OK), -1);
	put_file(path, "1\n");
	pidfile_remove(path);
	assert_int_equal(access(path, F_OK), 0);
}

static void
test_closed_folders(void **state)
{
	struct account other = { .name = "other", .uid = 12345, .gid = 12345, .change = true };

	(void)state;
	assert_int_equal(chmod(folder, 0700), 0);
	char *closed = account_blocked(&other, in_folder("x"));
	assert_string_equal(closed, folder);
	free(closed);
	assert_int_equal(chmod(folder, 0755), 0);
	assert_null(account_blocked(&other, in_folder("x")));
	other.change = false;
	assert_null(account_blocked(&other, "/root/x"));
}

static int
setup(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/troupe-unit-%d", (int)getpid());
	return mkdir(folder, 0755);
}

static int
teardown(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_absolute),
		cmocka_unit_test(test_run_path),
		cmocka_unit_test(test_configuration_files),
		cmocka_unit_test(test_log_file),
		cmocka_unit_test(test_processes),
		cmocka_unit_test(test_run_directory),
		cmocka_unit_test(test_pid_file),
		cmocka_unit_test(test_closed_folders),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
