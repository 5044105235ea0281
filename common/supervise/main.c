/*
 * supervise: starts ribd, bgpd and apid, watches them, starts them again, and ends them without a trace. It
 * reads nothing from the network and does not link with the message bus: one thread, signals through
 * a descriptor, one socketpair per daemon (common/child.h).
 *
 * Here: from the command line to the event loop. What happens there is in troupe.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/log.h"
#include "common/loop.h"
#include "common/runpath.h"
#include "common/settings.h"
#include "common/supervise/account.h"
#include "common/supervise/many.h"
#include "common/supervise/operator.h"
#include "common/supervise/options.h"
#include "common/supervise/pidfile.h"
#include "common/supervise/troupe.h"
#include "common/xmalloc.h"

enum { ERROR_MAX = 1024, SUFFIX_MAX = 8 };

struct supervise {
	struct options options;
	struct settings *settings;
	struct account account;
	struct troupe troupe;
	struct operator operator;
	char libexec[PATH_MAX];
	char run[RUNPATH_MAX];
	char *pid_path;      /* daemon.pid made absolute, owned, or NULL */
	const char *pidfile; /* the same once it is ours to remove */
	int early_fd;        /* the terminal of `start -d`, or -1 */
	bool background;
	char ini_copy[RUNPATH_MAX + sizeof(RUNDIR_SETTINGS)];
};

/* Before anything runs: the text for whoever typed the command. */
static _Noreturn void
refuse(struct supervise *s, const char *text)
{
	int fd = s->early_fd >= 0 ? s->early_fd : STDERR_FILENO;

	dprintf(fd, "%s%s\n", strncmp(text, "error: ", 7) == 0 ? "" : "troupe: ", text);
	if (s->pidfile != NULL)
		pidfile_remove(s->pidfile);
	notify_failed(&s->troupe.notify, 1);
	exit(1);
}

/* The level and format of all logs, as the daemons get it. */
static void
set_log(struct supervise *s)
{
	static const struct {
		const char *setting;
		const char *name;
	} levels[] = { { "NOTSET", "debug" }, { "DEBUG", "debug" }, { "INFO", "info" },
		{ "WARNING", "warn" }, { "ERROR", "error" }, { "CRITICAL", "error" },
		{ "FATAL", "error" } };
	static const char *const names[] = { [LOG_LEVEL_DEBUG] = "debug",
		[LOG_LEVEL_INFO] = "info",
		[LOG_LEVEL_WARN] = "warn",
		[LOG_LEVEL_ERROR] = "error" };
	const char *setting = settings_str(s->settings, "log.level");
	const char *name = settings_bool(s->settings, "log.enable") ? "info" : "error";
	enum log_level level = LOG_LEVEL_INFO;

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (settings_bool(s->settings, "log.enable") &&
			strcasecmp(levels[i].setting, setting) == 0)
			name = levels[i].name;
	if (s->options.log_level != NULL)
		name = s->options.log_level;
	if (s->options.log_format == NULL)
		s->options.log_format = settings_str(s->settings, "log.format");
	for (int i = LOG_LEVEL_DEBUG; i <= LOG_LEVEL_ERROR; i++)
		if (strcmp(names[i], name) == 0)
			level = (enum log_level)i;
	s->options.log_level = name;
	log_init("supervise", level,
		strcasecmp(s->options.log_format, "json") == 0 ? LOG_FORMAT_JSON : LOG_FORMAT_TEXT);
}

static void
find_libexec(struct supervise *s)
{
	const char *given = getenv("TROUPE_LIBEXEC");
	char *absolute = NULL;

	if (given != NULL && given[0] != '\0') {
		absolute = options_absolute(given);
		snprintf(s->libexec, sizeof(s->libexec), "%s", absolute);
		free(absolute);
		return;
	}
	ssize_t n = readlink("/proc/self/exe", s->libexec, sizeof(s->libexec) - 1);
	s->libexec[n > 0 ? n : 0] = '\0';
	char *slash = strrchr(s->libexec, '/');
	if (slash != NULL)
		*slash = '\0';
}

static void
check_reach(struct supervise *s)
{
	char text[ERROR_MAX];
	char path[PATH_MAX + 8];

	for (int i = 0; i < ROLE_COUNT; i++) {
		snprintf(path, sizeof(path), "%s/%s", s->libexec, daemon_name((enum daemon_role)i));
		if (access(path, X_OK) != 0) {
			snprintf(text, sizeof(text), "%.900s: %s", path, strerror(errno));
			refuse(s, text);
		}
	}
}

static void
read_settings(struct supervise *s)
{
	char err[ERROR_MAX] = "";
	struct troupe *t = &s->troupe;

	s->settings = settings_load(s->options.env_file, err, sizeof(err));
	if (s->settings == NULL)
		refuse(s, err);
	set_log(s);
	if (conffiles_init(&t->files, s->options.files, s->options.n_files, err, sizeof(err)) != 0)
		refuse(s, err);
	if (account_find(&s->account, settings_str(s->settings, "daemon.user"), err, sizeof(err)) !=
		0)
		refuse(s, err);
	if (runpath_find(s->settings, s->options.run, s->options.name, false, s->run, err,
		    sizeof(err)) != 0)
		refuse(s, err);
	t->rotate = settings_bool(s->settings, "debug.rotate");
	if (t->files.n > MANY_MAX && !t->rotate)
		refuse(s, "too many configuration files");
	if (settings_str(s->settings, "daemon.pid")[0] != '\0')
		s->pid_path = options_absolute(settings_str(s->settings, "daemon.pid"));
	find_libexec(s);
	check_reach(s);
	const char *env_file = getenv("EXABGP_ENVFILE"); /* the daemons run in another directory */
	if (s->options.env_file == NULL && env_file != NULL && env_file[0] != '\0')
		s->options.env_file = options_absolute(env_file);
}

/* -d, or the setting unless somebody else already looks after us. */
static bool
wants_background(const struct supervise *s)
{
	struct stat st;

	if (s->options.daemonize)
		return true;
	return settings_bool(s->settings, "daemon.daemonize") && getppid() != 1 &&
	       getenv("NOTIFY_SOCKET") == NULL &&
	       !(fstat(STDIN_FILENO, &st) == 0 && S_ISSOCK(st.st_mode));
}

static void
detach(struct supervise *s)
{
	int pipe_fd = -1;

	s->background = wants_background(s);
	if (s->background) {
		s->early_fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
		pipe_fd = notify_daemonize();
	}
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0)
		refuse(s, "cannot open /dev/null");
	if (s->background && (dup2(null, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0))
		refuse(s, "cannot leave the terminal");
	close(null);
	notify_init(&s->troupe.notify, pipe_fd);
	if (chdir("/") != 0)
		refuse(s, "cannot change to /");
	umask(027);
}

/* With several files: in a child, becomes the group of one of them. */
static void
split(struct supervise *s)
{
	struct troupe *t = &s->troupe;
	int pipe_fd, code;

	if (t->files.n == 1 || t->rotate)
		return;
	if (strlen(s->run) + SUFFIX_MAX >= sizeof(s->run))
		refuse(s, "the name of the run directory is too long for several groups");
	int i = many_split(t->files.n, &t->notify, s->early_fd, &pipe_fd, &code);
	if (i < 0) {
		if (s->pidfile != NULL)
			pidfile_remove(s->pidfile);
		exit(code);
	}
	s->pidfile = NULL;
	notify_init(&t->notify, pipe_fd);
	conffiles_keep(&t->files, i);
	if (i > 0)
		snprintf(s->run + strlen(s->run), SUFFIX_MAX, ".%u", (unsigned)(i + 1) % 1000U);
}

/* Where log.destination wants the log: a file's name, or NULL for standard error. */
static const char *
log_destination(const struct supervise *s)
{
	const char *to = settings_str(s->settings, "log.destination");

	if (strncmp(to, "file:", 5) == 0)
		to += 5;
	if (to[0] == '/')
		return to;
	if (strcmp(to, "stdout") != 0 && strcmp(to, "stderr") != 0 && to[0] != '\0')
		log_warn("log",
			"log.destination '%s' is not supported (stdout, stderr or an absolute "
			"path): using %s",
			to, s->background ? "the log of the run directory" : "standard error");
	return s->background ? "log" : NULL;
}

static void
open_log(struct supervise *s, struct loop *loop)
{
	const char *name = log_destination(s);
	char text[ERROR_MAX];

	s->troupe.spec.log_fd = -1;
	if (name == NULL)
		return;
	if (logfile_open(&s->troupe.log, loop, s->troupe.run.fd, name,
		    s->background ? s->early_fd : -1) != 0) {
		snprintf(text, sizeof(text), "cannot write the log %.900s: %s", name,
			strerror(errno));
		if (s->background)
			refuse(s, text);
		log_warn("log", "%s: using standard error", text);
		return;
	}
	s->troupe.spec.log_fd = s->troupe.log.write_fd;
}

static void
fill_spec(struct supervise *s)
{
	struct troupe *t = &s->troupe;

	t->spec.libexec = s->libexec;
	t->spec.run = t->run.path;
	t->spec.tag = t->run.tag;
	t->spec.env_file = s->options.env_file;
	if (settings_ini_path(s->settings) != NULL &&
		rundir_copy(&t->run, &s->account, settings_ini_path(s->settings),
			RUNDIR_SETTINGS) == 0) {
		snprintf(s->ini_copy, sizeof(s->ini_copy), "%s/%s", t->run.path, RUNDIR_SETTINGS);
		t->spec.env_file = s->ini_copy;
	}
	t->spec.log_format = s->options.log_format;
	t->spec.log_level = s->options.log_level;
	t->spec.account = &s->account;
	t->spec.drop_helpers = settings_bool(s->settings, "daemon.drop");
	/* The ark holds two descriptors for each session. */
	if (getrlimit(RLIMIT_NOFILE, &t->spec.descriptors) == 0) {
		struct rlimit all = { t->spec.descriptors.rlim_max, t->spec.descriptors.rlim_max };
		setrlimit(RLIMIT_NOFILE, &all);
	}
	t->spec.umask = (mode_t)settings_int(s->settings, "daemon.umask") & 0777;
}

/* tcp.delay: until the minute of the hour is a multiple of it. */
static int64_t
start_delay(const struct supervise *s)
{
	int64_t every = settings_int(s->settings, "tcp.delay");
	time_t now = time(NULL);
	int64_t minute = now / 60 % 60;

	if (every <= 0 || minute % every == 0)
		return 0;
	int64_t next = (minute / every + 1) * every;
	if (next > 60)
		next = 60;
	return ((next - minute) * 60 - now % 60) * INT64_C(1000000);
}

static void
on_signal(struct loop *loop, void *owner, int signo)
{
	struct supervise *s = owner;

	(void)loop;
	troupe_signal(&s->troupe, signo);
}

static int
run(struct supervise *s)
{
	static const int signals[] = { SIGCHLD, SIGTERM, SIGHUP, SIGINT, SIGUSR1, SIGUSR2, SIGALRM,
		0 };
	char err[ERROR_MAX];
	struct loop *loop = loop_new();

	signal(SIGPIPE, SIG_IGN);
	if (loop == NULL || loop_signals(loop, signals, on_signal, s) != 0 ||
		prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
		refuse(s, strerror(errno));
	if (rundir_open(&s->troupe.run, s->run, &s->account, err, sizeof(err)) != 0)
		refuse(s, err);
	open_log(s, loop);
	fill_spec(s);
	if (operator_open(&s->operator, loop, &s->troupe) != 0) {
		snprintf(err, sizeof(err), "cannot listen in %s: %s", s->run, strerror(errno));
		refuse(s, err);
	}
	int64_t delay = start_delay(s);
	troupe_start(&s->troupe, loop, delay);
	int code = loop_run(loop);
	if (s->pidfile != NULL)
		pidfile_remove(s->pidfile);
	troupe_fini(&s->troupe);
	operator_close(&s->operator); /* last: `stop` waits for it */
	loop_free(loop);
	return code;
}

int
main(int argc, char **argv)
{
	static struct supervise s = { .early_fd = -1, .troupe.notify.pipe_fd = -1 };
	char err[ERROR_MAX];

	prctl(PR_SET_NAME, "supervise");
	log_init("supervise", LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
	options_parse(&s.options, argc, argv);
	read_settings(&s);
	detach(&s);
	if (s.pid_path != NULL) {
		if (pidfile_write(s.pid_path, err, sizeof(err)) != 0)
			refuse(&s, err);
		s.pidfile = s.pid_path;
	}
	split(&s);
	int code = run(&s);
	settings_free(s.settings);
	free(s.pid_path);
	return code;
}
