/*
 * The run directory belongs to the daemons' user, who may be less trusted than we are: files in it are
 * opened relative to its descriptor without following links, and the tag is believed only from a
 * file that is ours. The lock is a record lock: children do not inherit it.
 */
#include "common/supervise/rundir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/supervise/account.h"
#include "common/supervise/sweep.h"

static int __attribute__((format(printf, 3, 4))) fail(char *err, size_t err_n, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err, err_n, fmt, ap);
	va_end(ap);
	return -1;
}

static int
make_parents(const char *path)
{
	char part[RUNPATH_MAX];

	for (const char *slash = strchr(path + 1, '/'); slash != NULL;
		slash = strchr(slash + 1, '/')) {
		memcpy(part, path, (size_t)(slash - path));
		part[slash - path] = '\0';
		if (mkdir(part, geteuid() == 0 ? 0755 : 0700) != 0 && errno != EEXIST)
			return -1;
	}
	return 0;
}

/* With troupe_ctl_group, its members may pass to the operator's socket. */
static int
set_owner(int fd, const struct account *a)
{
	const char *name = getenv("troupe_ctl_group");
	const struct group *group = name == NULL ? NULL : getgrnam(name);
	gid_t gid = group != NULL ? group->gr_gid : a->gid;

	if ((a->change || group != NULL) && fchown(fd, a->change ? a->uid : (uid_t)-1, gid) != 0)
		return -1;
	/* The sockets that apid makes there inherit the group. */
	return fchmod(fd, group != NULL ? 02710 : 0700);
}

/* Where only root may make directories, one of another user is left from a run as that user. */
static bool
ours_by_its_parent(const char *path)
{
	char parent[RUNPATH_MAX];
	struct stat st;
	const char *slash = strrchr(path, '/');

	if (geteuid() != 0 || slash == NULL || slash == path)
		return false;
	snprintf(parent, sizeof(parent), "%.*s", (int)(slash - path), path);
	return lstat(parent, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == 0 &&
	       (st.st_mode & 022) == 0;
}

static int
open_directory(struct rundir *r, const struct account *a, char *err, size_t err_n)
{
	struct stat st;
	mode_t mask = umask(022);
	int made = make_parents(r->path) != 0 || (mkdir(r->path, 0700) != 0 && errno != EEXIST);

	umask(mask);
	if (made != 0)
		return fail(err, err_n, "cannot make the run directory %s: %s", r->path,
			strerror(errno));
	r->fd = open(r->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (r->fd < 0 || fstat(r->fd, &st) != 0)
		return fail(err, err_n, "cannot open the run directory %s: %s", r->path,
			strerror(errno));
	if (st.st_uid != geteuid() && st.st_uid != a->uid && !ours_by_its_parent(r->path))
		return fail(err, err_n, "the run directory %s belongs to another user (%u)",
			r->path, (unsigned)st.st_uid);
	if (set_owner(r->fd, a) != 0)
		return fail(err, err_n, "cannot give the run directory %s to user %u: %s", r->path,
			(unsigned)a->uid, strerror(errno));
	return 0;
}

static int
take_lock(struct rundir *r, char *err, size_t err_n)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char text[16];

	r->lock_fd = openat(r->fd, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (r->lock_fd < 0)
		return fail(err, err_n, "cannot open %s/lock: %s", r->path, strerror(errno));
	if (fcntl(r->lock_fd, F_SETLK, &lock) != 0) {
		(void)fcntl(r->lock_fd, F_GETLK, &lock);
		return fail(err, err_n, "already running in %s (pid %d)", r->path, (int)lock.l_pid);
	}
	int n = snprintf(text, sizeof(text), "%d\n", (int)getpid());
	if (ftruncate(r->lock_fd, 0) != 0 || pwrite(r->lock_fd, text, (size_t)n, 0) != n)
		return fail(err, err_n, "cannot write %s/lock: %s", r->path, strerror(errno));
	return 0;
}

static void
clean_predecessor(struct rundir *r)
{
	char tag[RUNDIR_TAG_MAX];
	struct stat st;
	int fd = openat(r->fd, "group", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return;
	ssize_t n = read(fd, tag, sizeof(tag) - 1);
	if (n > 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid()) {
		tag[n] = '\0';
		tag[strcspn(tag, "\n")] = '\0';
		if (tag[0] != '\0')
			sweep_tagged(tag);
	}
	close(fd);
}

/* What the daemons keep in the run directory is of one life of the group: the journal carries
 * routes over the restart of a daemon, not over `stop` and `start`. */
static bool
is_of_daemons(const char *name)
{
	return strcmp(name, RUNDIR_SETTINGS) == 0 || strncmp(name, "journal.", 8) == 0 ||
	       strncmp(name, "snapshot.", 9) == 0 || strstr(name, ".ipc") != NULL;
}

static void
clean_files(const struct rundir *r)
{
	int fd = openat(r->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (dir == NULL) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(dir)) != NULL)
		if (is_of_daemons(entry->d_name))
			(void)unlinkat(r->fd, entry->d_name, 0);
	closedir(dir);
}

static int
write_tag(struct rundir *r, char *err, size_t err_n)
{
	uint8_t random[12];
	int n = snprintf(r->tag, sizeof(r->tag), "%d-", (int)getpid());

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return fail(err, err_n, "no random numbers: %s", strerror(errno));
	for (size_t i = 0; i < sizeof(random); i++)
		n += snprintf(r->tag + n, sizeof(r->tag) - (size_t)n, "%02x", random[i]);
	(void)unlinkat(r->fd, "group", 0);
	int fd = openat(r->fd, "group", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0 || dprintf(fd, "%s\n", r->tag) < 0) {
		fail(err, err_n, "cannot write %s/group: %s", r->path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	close(fd);
	return 0;
}

int
rundir_open(
	struct rundir *r, const char *path, const struct account *account, char *err, size_t err_n)
{
	*r = (struct rundir){ .fd = -1, .lock_fd = -1 };
	snprintf(r->path, sizeof(r->path), "%s", path);
	if (open_directory(r, account, err, err_n) != 0 || take_lock(r, err, err_n) != 0)
		return -1;
	char *closed = account_blocked(account, path);
	if (closed != NULL) {
		fail(err, err_n,
			"the run directory %s cannot be used by user %s: %s is closed to it", path,
			account->name, closed);
		free(closed);
		return -1;
	}
	clean_predecessor(r);
	clean_files(r);
	return write_tag(r, err, err_n);
}

int
rundir_copy(struct rundir *r, const struct account *a, const char *path, const char *name)
{
	char data[65536];
	int in = open(path, O_RDONLY | O_CLOEXEC), out, result = -1;

	if (in < 0)
		return -1;
	(void)unlinkat(r->fd, name, 0);
	out = openat(r->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (out >= 0) {
		ssize_t n = read(in, data, sizeof(data));

		if (n >= 0 && n < (ssize_t)sizeof(data) && write(out, data, (size_t)n) == n &&
			(!a->change || fchown(out, a->uid, a->gid) == 0))
			result = 0;
		close(out);
	}
	close(in);
	return result;
}

void
rundir_close(struct rundir *r)
{
	clean_files(r);
	(void)unlinkat(r->fd, "group", 0);
	close(r->lock_fd);
	close(r->fd);
	r->fd = r->lock_fd = -1;
}
