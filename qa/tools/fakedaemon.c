/*
 * A daemon that only speaks descriptor 3, for the tests of the supervisor: started under the names ribd,
 * bgpd and apid. What it does comes from the environment, per name:
 *
 *   FAKE_apid="WORD..."   slow (READY after 0.3 s), never (no READY), hang (ignores STOP and TERM),
 *                         config (exit 78 before READY), fail (exit 3 before READY),
 *                         crash (SIGSEGV right after READY), strays (children that left their
 *                         session, ignore TERM and were orphaned), conf (asks for the configuration
 *                         at the start and at each RELOAD)
 *   FAKE_LOG=FILE         appends a line for each message: NAME PID TEXT
 *
 * CTL words: `finish CODE`, `crash`, `next` (CONF NEXT), `big N` (an answer of N bytes in parts);
 * anything else is answered with its words, one a line.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "common/child.h"
#include "common/log.h"
#include "common/loop.h"

struct fake {
	struct loop *loop;
	struct child *child;
	const char *name;
	const char *words;
	struct loop_timer timer;
};

static bool
told(const struct fake *f, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = f->words; p != NULL && *p != '\0';) {
		size_t len = strcspn(p, " ");

		if (len == n && memcmp(p, word, n) == 0)
			return true;
		p += len + (p[len] == ' ');
	}
	return false;
}

static void
record(const struct fake *f, const char *text)
{
	const char *path = getenv("FAKE_LOG");
	int fd = path == NULL ? -1 : open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);

	if (fd < 0)
		return;
	dprintf(fd, "%s %d %s\n", f->name, (int)getpid(), text);
	close(fd);
}

/* Orphans in sessions of their own that ignore TERM: what a careless helper leaves. */
static void
leave_strays(const struct fake *f)
{
	for (int i = 0; i < 3; i++) {
		if (fork() != 0)
			continue;
		setsid();
		if (fork() != 0)
			_exit(0);
		setsid();
		signal(SIGTERM, SIG_IGN);
		signal(SIGHUP, SIG_IGN);
		prctl(PR_SET_NAME, "stray");
		record(f, "STRAY");
		for (;;)
			pause();
	}
}

static void
ready(struct loop *loop, void *owner)
{
	struct fake *f = owner;

	(void)loop;
	if (told(f, "never"))
		return;
	record(f, "READY");
	child_send(f->child, "STATUS fake %s", f->name);
	child_send(f->child, "READY");
	if (told(f, "crash"))
		raise(SIGSEGV);
}

static void
answer_big(struct fake *f, const char *id, long n)
{
	char part[4096];

	for (; n > 0; n -= (long)sizeof(part) - 1) {
		size_t len = n < (long)sizeof(part) - 1 ? (size_t)n : sizeof(part) - 1;

		memset(part, 'x', len);
		part[len] = '\0';
		child_send(f->child, "ANSWER %s + %s", id, part);
	}
	child_send(f->child, "ANSWER %s 0 end", id);
}

static void
on_command(struct fake *f, char *text)
{
	char *id = strtok(text, " ");
	char *uid = strtok(NULL, " ");
	char *words = uid == NULL ? NULL : strtok(NULL, "");

	if (words == NULL)
		return;
	for (char *p = words; *p != '\0'; p++)
		if (*p == CHILD_WORD_END)
			*p = '\n';
	if (strncmp(words, "api\nfinish\n", 11) == 0) {
		child_send(f->child, "FINISHED %s", words + 11);
	} else if (strcmp(words, "api\ncrash") == 0) {
		raise(SIGKILL);
	} else if (strcmp(words, "api\nnext") == 0) {
		child_send(f->child, "CONF NEXT");
		child_send(f->child, "ANSWER %s 0", id);
	} else if (strncmp(words, "api\nbig\n", 8) == 0) {
		answer_big(f, id, strtol(words + 8, NULL, 10));
	} else if (strcmp(words, "api\nmute") != 0) {
		child_send(f->child, "ANSWER %s %d %s", id, strstr(words, "bad") != NULL ? 3 : 0,
			words);
	}
}

static void
on_conf(struct fake *f, const char *text, const int *fds, int n_fds)
{
	char line[512], body[256] = "";

	if (n_fds == 1) {
		ssize_t n = read(fds[0], body, sizeof(body) - 1);
		body[n > 0 ? n : 0] = '\0';
		body[strcspn(body, "\n")] = '\0';
	}
	snprintf(line, sizeof(line), "%.200s [%s]", text, body);
	record(f, line);
}

static void
on_message(void *owner, char *text, const int *fds, int n_fds)
{
	struct fake *f = owner;
	unsigned signal_number = 0, id = 0;

	if (strncmp(text, "CONF ", 5) == 0)
		on_conf(f, text, fds, n_fds);
	else
		record(f, text);
	for (int i = 0; i < n_fds; i++)
		close(fds[i]);
	if (strcmp(text, "EOF") == 0 || (strcmp(text, "STOP") == 0 && !told(f, "hang")))
		loop_stop(f->loop, 0);
	if (sscanf(text, "RELOAD %u %u", &signal_number, &id) >= 1 && told(f, "conf"))
		child_send(f->child, "CONF");
	if (id != 0)
		child_send(f->child, "ANSWER %u 0 reloaded", id);
	if (strncmp(text, "CTL ", 4) == 0)
		on_command(f, text + 4);
}

int
main(int argc, char **argv)
{
	struct fake f = { .name = argv[0] };
	char variable[64];

	(void)argc;
	const char *slash = strrchr(f.name, '/');
	if (slash != NULL)
		f.name = slash + 1;
	snprintf(variable, sizeof(variable), "FAKE_%s", f.name);
	f.words = getenv(variable);
	log_init(f.name, LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
	if (told(&f, "config")) {
		fprintf(stderr, "%s: the configuration is wrong\n", f.name);
		return 78;
	}
	if (told(&f, "fail"))
		return 3;
	if (told(&f, "hang"))
		signal(SIGTERM, SIG_IGN);
	if (told(&f, "strays"))
		leave_strays(&f);
	f.loop = loop_new();
	if (f.loop == NULL)
		log_fatal("loop: %s", strerror(errno));
	f.child = child_new(f.loop, on_message, &f);
	if (told(&f, "conf"))
		child_send(f.child, "CONF");
	if (told(&f, "slow"))
		loop_timer_set(f.loop, &f.timer, 300000, ready, &f, "ready");
	else
		ready(f.loop, &f);
	int code = loop_run(f.loop);
	child_free(f.child);
	loop_free(f.loop);
	return code;
}
