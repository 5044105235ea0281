/*
 * Starting a helper's process. After nng has made its threads only exec is allowed in a child, so
 * posix_spawn() starts this program again as a trampoline, which asks for a signal at our death,
 * and then becomes the helper. And the sweep: we are a child subreaper, so whatever a helper
 * leaves behind becomes our child; a launch's strays are known by the tag in their environment.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "apid/apid.h"
#include "common/log.h"
#include "common/xmalloc.h"

extern char **environ;

enum { PIPE_BYTES = 1024 * 1024, ENVIRON_BYTES = 64 * 1024 };

#define TAG_NAME "TROUPE_HELPER"

/* Returns owned. */
static char *
tag_of(const struct helper *h)
{
	char text[64];

	snprintf(text, sizeof(text), TAG_NAME "=%d.%llu", (int)getpid(),
		(unsigned long long)h->launch);
	return xstrdup(text);
}

static bool
inherited(const char *entry)
{
	static const char *const hidden[] = { "TERM=", "exabgp_cli_pipe=", TAG_NAME "=" };

	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
		if (strncmp(entry, hidden[i], strlen(hidden[i])) == 0)
			return false;
	}
	return true;
}

/* Ours, TERM=dumb and the tag (owned by the caller, kept in the array). */
static char **
environment(char *tag)
{
	static char term[] = "TERM=dumb";
	size_t n = 0, used = 0;
	char **env;

	while (environ[n] != NULL)
		n++;
	env = xcalloc(n + 3, sizeof(char *));
	for (size_t i = 0; i < n; i++) {
		if (inherited(environ[i]))
			env[used++] = environ[i];
	}
	env[used++] = term;
	env[used++] = tag;
	return env;
}

static int
spawn(struct helper *h, int child_in, int child_out)
{
	static char self[] = "/proc/self/exe", word[] = "--trampoline";
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none, all;
	char parent[16], *tag;
	size_t argc = 0;
	char **argv, **env;
	int error;

	while (h->argv[argc] != NULL)
		argc++;
	argv = xcalloc(argc + 4, sizeof(char *));
	snprintf(parent, sizeof(parent), "%d", (int)getpid());
	argv[0] = h->apid->self;
	argv[1] = word;
	argv[2] = parent;
	memcpy(argv + 3, h->argv, argc * sizeof(char *));
	tag = tag_of(h);
	env = environment(tag);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, child_in, 0);
	posix_spawn_file_actions_adddup2(&actions, child_out, 1);
	posix_spawn_file_actions_addclosefrom_np(&actions, 3);
	posix_spawnattr_init(&attr);
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setflags(
		&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
	error = posix_spawn(&h->pid, self, &actions, &attr, argv, env);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	free(argv);
	free(env);
	free(tag);
	return error;
}

static void
close_pair(int fds[2])
{
	if (fds[0] >= 0)
		close(fds[0]);
	if (fds[1] >= 0)
		close(fds[1]);
}

int
helper_spawn(struct helper *h)
{
	int commands[2] = { -1, -1 }, answers[2] = { -1, -1 };
	int error;

	if (pipe2(commands, O_CLOEXEC) < 0 || pipe2(answers, O_CLOEXEC) < 0) {
		log_errno(h->name, "cannot make pipes");
		close_pair(commands);
		close_pair(answers);
		return -1;
	}
	/* Larger pipes mean fewer wake-ups; not being allowed to is no error. */
	fcntl(commands[0], F_SETPIPE_SZ, PIPE_BYTES);
	fcntl(answers[1], F_SETPIPE_SZ, PIPE_BYTES);
	fcntl(commands[0], F_SETFL, O_NONBLOCK);
	fcntl(answers[1], F_SETFL, O_NONBLOCK);
	h->launch = ++h->apid->launches;
	error = spawn(h, answers[0], commands[1]);
	close(answers[0]);
	close(commands[1]);
	if (error != 0) {
		log_error(h->name, "cannot start %s: %s", h->argv[0], strerror(error));
		close(commands[0]);
		close(answers[1]);
		return -1;
	}
	return helper_io_open(h, commands[0], answers[1]);
}

int
helper_trampoline(int argc, char **argv)
{
	if (argc < 4)
		return 127;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != (pid_t)strtol(argv[2], NULL, 10))
		return 127; /* apid died before the line above */
	if (chdir("/") < 0)
		fprintf(stderr, "%s: cannot change to /: %s\n", argv[3], strerror(errno));
	execv(argv[3], argv + 3);
	fprintf(stderr, "cannot run %s: %s\n", argv[3], strerror(errno));
	return 127;
}

/* Calls fn for every child of this process; returns how many there are. */
static unsigned
each_child(void (*fn)(pid_t pid, void *owner), void *owner)
{
	char path[64];
	unsigned n = 0;
	int pid;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
	f = fopen(path, "re");
	if (f == NULL)
		return 0;
	while (fscanf(f, "%d", &pid) == 1) {
		fn((pid_t)pid, owner);
		n++;
	}
	fclose(f);
	return n;
}

static bool
has_tag(pid_t pid, const char *tag)
{
	char path[64];
	char *text = xmalloc(ENVIRON_BYTES);
	size_t tag_n = strlen(tag) + 1;
	bool found = false;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/environ", (int)pid);
	f = fopen(path, "re");
	if (f != NULL) {
		size_t n = fread(text, 1, ENVIRON_BYTES, f);

		fclose(f);
		for (size_t at = 0; at + tag_n <= n && !found;) {
			const char *end = memchr(text + at, '\0', n - at);

			found = memcmp(text + at, tag, tag_n) == 0;
			at = end != NULL ? (size_t)(end - text) + 1 : n;
		}
	}
	free(text);
	return found;
}

static void
kill_tagged(pid_t pid, void *owner)
{
	if (has_tag(pid, owner)) {
		log_info("helpers", "killed process %d, which a stopped helper left behind",
			(int)pid);
		kill(pid, SIGKILL);
	}
}

void
helper_sweep(struct apid *a, const struct helper *h)
{
	char *tag = tag_of(h);

	(void)a;
	each_child(kill_tagged, tag);
	free(tag);
}

static void
kill_any(pid_t pid, void *owner)
{
	(void)owner;
	kill(pid, SIGKILL);
}

void
helpers_sweep_all(void)
{
	each_child(kill_any, NULL);
}
