/*
 * Reading /proc. A scan is a snapshot of a moving target: callers repeat it until nothing is found.
 * A signal goes through a pidfd, opened and then checked against the start time of the snapshot.
 */
#include "common/supervise/proc.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/xmalloc.h"

enum { ENVIRON_MAX = 4 << 20 };

void
proc_list_fini(struct proc_list *l)
{
	free(l->items);
	*l = (struct proc_list){ 0 };
}

/* One line of /proc/PID/stat (proc(5)); the name may hold anything, so start after its last ')'. */
static bool
read_stat(pid_t pid, struct proc *out)
{
	char path[48], text[1024];
	char state;
	int parent;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ssize_t n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	const char *rest = strrchr(text, ')');
	if (rest == NULL)
		return false;
	*out = (struct proc){ .pid = pid };
	if (sscanf(rest + 1,
		    " %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d "
		    "%llu",
		    &state, &parent, &out->start) != 3)
		return false;
	out->parent = parent;
	out->zombie = state == 'Z' || state == 'X';
	return true;
}

static void
scan(struct proc_list *l)
{
	const struct dirent *entry;
	DIR *dir = opendir("/proc");

	l->n = 0;
	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		if (l->n == l->cap) {
			l->cap = l->cap == 0 ? 256 : l->cap * 2;
			l->items = xreallocarray(l->items, l->cap, sizeof(l->items[0]));
		}
		if (read_stat((pid_t)strtol(entry->d_name, NULL, 10), &l->items[l->n]))
			l->n++;
	}
	closedir(dir);
}

static struct proc *
find(struct proc_list *l, pid_t pid)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->items[i].pid == pid)
			return &l->items[i];
	return NULL;
}

static void
only_chosen(struct proc_list *l)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->n; i++)
		if (l->items[i].chosen && !l->items[i].zombie)
			l->items[kept++] = l->items[i];
	l->n = kept;
}

static bool
contains(const pid_t *pids, size_t n, pid_t pid)
{
	for (size_t i = 0; i < n; i++)
		if (pids[i] == pid)
			return true;
	return false;
}

void
proc_descendants(struct proc_list *l, pid_t root, const pid_t *keep, size_t n_keep)
{
	bool more = true;

	scan(l);
	while (more) {
		more = false;
		for (size_t i = 0; i < l->n; i++) {
			struct proc *p = &l->items[i];
			const struct proc *parent;

			if (p->chosen || p->pid == root || contains(keep, n_keep, p->pid))
				continue;
			parent = p->parent == root ? NULL : find(l, p->parent);
			if (p->parent != root && (parent == NULL || !parent->chosen))
				continue;
			p->chosen = true;
			more = true;
		}
	}
	only_chosen(l);
}

static bool
has_tag(pid_t pid, const char *entry, struct buf *scratch)
{
	char path[48];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/environ", (int)pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	buf_reset(scratch);
	while (scratch->len < ENVIRON_MAX && (n = read(fd, buf_room(scratch, 4096), 4096)) > 0)
		scratch->len += (size_t)n;
	close(fd);
	const char *p = buf_cstr(scratch);
	const char *end = p + scratch->len;
	for (; p < end; p += strlen(p) + 1)
		if (strcmp(p, entry) == 0)
			return true;
	return false;
}

void
proc_tagged(struct proc_list *l, const char *tag)
{
	struct buf scratch = { 0 };
	char entry[128];

	snprintf(entry, sizeof(entry), "TROUPE_GROUP=%s", tag);
	scan(l);
	for (size_t i = 0; i < l->n; i++)
		l->items[i].chosen = has_tag(l->items[i].pid, entry, &scratch);
	for (struct proc *p = find(l, getpid()); p != NULL; p = find(l, p->parent))
		p->chosen = false;
	buf_fini(&scratch);
	only_chosen(l);
}

/* A pidfd for exactly this process, or -1. */
static int
open_pidfd(const struct proc *p)
{
	struct proc now;
	int fd = (int)syscall(SYS_pidfd_open, p->pid, 0);

	if (fd < 0)
		return -1;
	if (read_stat(p->pid, &now) && now.start == p->start)
		return fd;
	close(fd);
	return -1;
}

size_t
proc_signal(const struct proc_list *l, int signo)
{
	size_t hit = 0;

	for (size_t i = 0; i < l->n; i++) {
		int fd = open_pidfd(&l->items[i]);

		if (fd < 0)
			continue;
		if (syscall(SYS_pidfd_send_signal, fd, signo, NULL, 0) == 0)
			hit++;
		close(fd);
	}
	return hit;
}

static int
clock_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int)(ts.tv_sec % 1000000 * 1000 + ts.tv_nsec / 1000000);
}

void
proc_wait(const struct proc_list *l, int timeout_ms)
{
	int end = clock_ms() + timeout_ms;

	for (size_t i = 0; i < l->n; i++) {
		struct pollfd pfd = { .fd = open_pidfd(&l->items[i]), .events = POLLIN };
		int left = end - clock_ms();

		if (pfd.fd < 0)
			continue;
		(void)poll(&pfd, 1, left > 0 ? left : 0);
		close(pfd.fd);
	}
}

void
proc_print(const struct proc_list *l, char *out, size_t n)
{
	size_t at = 0;

	out[0] = '\0';
	for (size_t i = 0; i < l->n && at < n; i++) {
		char path[48], name[32] = "?";

		snprintf(path, sizeof(path), "/proc/%d/comm", (int)l->items[i].pid);
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		ssize_t got = fd < 0 ? 0 : read(fd, name, sizeof(name) - 1);
		if (fd >= 0)
			close(fd);
		name[got > 0 ? got - 1 : 1] = '\0';
		at += (size_t)snprintf(
			out + at, n - at, "%s%s[%d]", i > 0 ? " " : "", name, (int)l->items[i].pid);
	}
}
