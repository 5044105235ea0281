/*
 * `troupe migrate conf|api` (reference/api.md 6.9): the command line around migrate.h. As a bridge
 * (--exec) three processes run: the program, one that brings it what we are told, and this one,
 * which passes on what it says and ends with its status.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "apid/migrate.h"
#include "apid/tool.h"

static const char usage[] =
	"usage: troupe migrate conf -f 3.4|4|5 -t 4|5|main [-o FILE | -i | -n] [-v] [-w] FILE\n"
	"       troupe migrate api -f 4|5 -t 5|main [-v] [FILE | -e PROGRAM ARGUMENTS...]\n"
	"  -f, --from VERSION   what it was written for\n"
	"  -t, --to VERSION     what it should be (main: exabgp 6, troupe)\n"
	"  -o, --output FILE    write there, not to standard output\n"
	"  -i, --inplace        rewrite the file; the old one stays as FILE.DATE.bak\n"
	"  -n, --dry-run        only say what would change\n"
	"  -v, --verbose        say what changes\n"
	"  -w, --wrap-api       run programs through troupe migrate api (to main)\n"
	"  -e, --exec PROGRAM   run it and translate both directions\n";

struct options {
	int from, to;
	const char *output;
	bool inplace, dry, verbose, wrap, exec;
};

static const char *note_file;

static void
note(unsigned line, const char *what)
{
	fprintf(stderr, "%s:%u: %s\n", note_file, line, what);
}

static int
parse_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "from", required_argument, NULL, 'f' },
		{ "to", required_argument, NULL, 't' },
		{ "output", required_argument, NULL, 'o' },
		{ "inplace", no_argument, NULL, 'i' },
		{ "in-place", no_argument, NULL, 'i' },
		{ "dry-run", no_argument, NULL, 'n' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "wrap-api", no_argument, NULL, 'w' },
		{ "exec", no_argument, NULL, 'e' },
		{ NULL, 0, NULL, 0 },
	};

	*o = (struct options){ .from = -1, .to = -1 };
	for (int c; !o->exec && (c = getopt_long(argc, argv, "+f:t:o:invwe", longs, NULL)) != -1;) {
		if (c == '?')
			return -1;
		if (c == 'f')
			o->from = migrate_version(optarg);
		if (c == 't')
			o->to = migrate_version(optarg);
		if (c == 'o')
			o->output = optarg;
		o->inplace |= c == 'i';
		o->dry |= c == 'n';
		o->verbose |= c == 'v';
		o->wrap |= c == 'w';
		o->exec |= c == 'e';
	}
	if (o->from < 0 || o->to < 0 || o->to <= o->from) {
		fputs("troupe: expected -f and -t, versions that ascend (3.4, 4, 5, main)\n",
			stderr);
		return -1;
	}
	return 0;
}

static int
complain(const char *path)
{
	fprintf(stderr, "troupe: %s: %s\n", path, strerror(errno));
	return -1;
}

static int
read_stream(FILE *in, struct buf *text)
{
	size_t n;

	do {
		n = fread(buf_room(text, 65536), 1, 65536, in);
		text->len += n;
	} while (n > 0);
	return ferror(in) ? -1 : 0;
}

static int
read_file(const char *path, struct buf *text)
{
	FILE *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	int rc;

	if (in == NULL)
		return complain(path);
	rc = read_stream(in, text);
	if (in != stdin)
		fclose(in);
	return rc < 0 ? complain(path) : 0;
}

static int
write_file(const char *path, const struct buf *text)
{
	FILE *out = fopen(path, "we");
	int rc = 0;

	if (out == NULL)
		return complain(path);
	if (fwrite(text->data, 1, text->len, out) != text->len)
		rc = -1;
	if (fclose(out) != 0)
		rc = -1;
	return rc < 0 ? complain(path) : 0;
}

/* The old file gets another name; the new one its mode. */
static int
replace(const char *path, const struct buf *text)
{
	char backup[4096], date[32];
	time_t now = time(NULL);
	struct stat st;

	strftime(date, sizeof(date), "%Y%m%d-%H%M%S", localtime(&now));
	if ((size_t)snprintf(backup, sizeof(backup), "%s.%s.bak", path, date) >= sizeof(backup)) {
		errno = ENAMETOOLONG;
		return complain(path);
	}
	if (stat(path, &st) < 0 || rename(path, backup) < 0)
		return complain(path);
	if (write_file(path, text) < 0) {
		if (rename(backup, path) < 0)
			complain(backup);
		return -1;
	}
	if (chmod(path, st.st_mode & 07777) < 0)
		return complain(path);
	return 0;
}

static int
migrate_file(const struct options *o, const char *path)
{
	struct buf text = { 0 }, out = { 0 };
	unsigned changes;
	int rc = read_file(path, &text);

	if (rc == 0) {
		note_file = path;
		changes = migrate_conf(&out, buf_cstr(&text), text.len,
			(enum migrate_version)o->from, (enum migrate_version)o->to, o->wrap,
			o->verbose || o->dry ? note : NULL);
		if (o->verbose || o->dry)
			fprintf(stderr, "%s: %u changes\n", path, changes);
		if (o->inplace && !o->dry)
			rc = changes > 0 ? replace(path, &out) : 0;
		else if (o->output != NULL && !o->dry)
			rc = write_file(o->output, &out);
		else if (!o->dry)
			tool_put(&out);
	}
	buf_fini(&text);
	buf_fini(&out);
	return rc;
}

/* --- api --- */

static void
convert(FILE *in, FILE *to, const struct options *o, bool back)
{
	struct buf out = { 0 };
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	while ((n = getline(&line, &size, in)) > 0) {
		bool feed = line[n - 1] == '\n';

		buf_reset(&out);
		migrate_api_line(&out, line, (size_t)n - feed, (enum migrate_version)o->from,
			(enum migrate_version)o->to, back);
		if (o->verbose &&
			(out.len != (size_t)n - feed || memcmp(out.data, line, out.len) != 0))
			fprintf(stderr, "%.*s -> %.*s\n", (int)n - feed, line, (int)out.len,
				out.len > 0 ? (const char *)out.data : "");
		if (feed)
			buf_chr(&out, '\n');
		if (fwrite(out.data, 1, out.len, to) != out.len || fflush(to) != 0)
			break;
	}
	free(line);
	buf_fini(&out);
}

static volatile sig_atomic_t interrupted;

static void
on_interrupt(int signo)
{
	(void)signo;
	interrupted = 1;
}

/* The program with its standard input and output at the pipes. */
static pid_t
start_program(char **argv, const int in[2], const int out[2])
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	if (dup2(in[0], STDIN_FILENO) >= 0 && dup2(out[1], STDOUT_FILENO) >= 0)
		execvp(argv[0], argv);
	fprintf(stderr, "troupe: %s: %s\n", argv[0], strerror(errno));
	_exit(1);
}

/* What we are told, to the program. */
static pid_t
start_feeder(const struct options *o, int fd)
{
	pid_t pid = fork();
	FILE *to;

	if (pid != 0)
		return pid;
	to = fdopen(fd, "w");
	if (to != NULL)
		convert(stdin, to, o, true);
	_exit(0);
}

static int
bridge(const struct options *o, char **argv)
{
	struct sigaction interrupt = { .sa_handler = on_interrupt };
	int in[2], out[2], status = 0;
	FILE *from;

	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0) {
		complain("pipe");
		return 1;
	}
	signal(SIGPIPE, SIG_IGN);
	pid_t program = start_program(argv, in, out);
	close(in[0]);
	close(out[1]);
	pid_t feeder = program > 0 ? start_feeder(o, in[1]) : -1;
	close(in[1]);
	from = fdopen(out[0], "r");
	if (program < 0 || feeder < 0 || from == NULL) {
		complain(argv[0]);
		return 1;
	}
	sigaction(SIGINT, &interrupt, NULL);
	convert(from, stdout, o, false);
	if (interrupted)
		kill(program, SIGTERM);
	kill(feeder, SIGTERM);
	while (waitpid(program, &status, 0) < 0 && errno == EINTR)
		continue;
	fclose(from);
	if (interrupted)
		return 130;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int
migrate_api(const struct options *o, char **rest)
{
	FILE *in = stdin;

	if (o->exec)
		return rest[0] != NULL ? bridge(o, rest) : 2;
	if (rest[0] != NULL && strcmp(rest[0], "-") != 0)
		in = fopen(rest[0], "re");
	if (in == NULL) {
		complain(rest[0]);
		return 1;
	}
	convert(in, stdout, o, false);
	if (in != stdin)
		fclose(in);
	return tool_finish(0);
}

int
tool_migrate(int argc, char **argv)
{
	struct options o;
	bool conf = argc > 1 && strcmp(argv[1], "conf") == 0;

	if (argc > 1 && (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0)) {
		fputs(usage, stdout);
		return tool_finish(0);
	}
	if (argc < 2 || (!conf && strcmp(argv[1], "api") != 0) ||
		parse_options(argc - 1, argv + 1, &o) < 0 || (conf && argc - 1 != optind + 1) ||
		(!conf && o.from == MIGRATE_3_4)) {
		fputs(usage, stderr);
		return 2;
	}
	if (!conf)
		return migrate_api(&o, argv + 1 + optind);
	return tool_finish(migrate_file(&o, argv[1 + optind]) < 0 ? 1 : 0);
}
