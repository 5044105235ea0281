/*
 * Who the program is. The groups are changed before the user, since afterwards it is not allowed,
 * and the supplementary groups with them.
 */
#include "apid/helpers/healthcheck/account.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

int
account_write_pid(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);

	if (fd < 0)
		return -1;
	int n = dprintf(fd, "%d\n", (int)getpid());
	return close(fd) == 0 && n > 0 ? 0 : -1;
}

int
account_drop(const char *user, const char *group, char *err, size_t err_n)
{
	const struct passwd *pw = user != NULL ? getpwnam(user) : NULL;
	const struct group *gr = group != NULL ? getgrnam(group) : NULL;

	if (user != NULL && pw == NULL) {
		snprintf(err, err_n, "there is no user %s", user);
		return -1;
	}
	if (group != NULL && gr == NULL) {
		snprintf(err, err_n, "there is no group %s", group);
		return -1;
	}
	gid_t gid = gr != NULL ? gr->gr_gid : pw != NULL ? pw->pw_gid : getgid();
	bool same = gid == getegid() && (pw == NULL || pw->pw_uid == geteuid());
	if (same && geteuid() != 0)
		return 0;
	int status = 0;
	if (pw != NULL)
		status = initgroups(pw->pw_name, gid);
	else if (gr != NULL)
		status = setgroups(1, &gid);
	if (status != 0 || setgid(gid) != 0 || (pw != NULL && setuid(pw->pw_uid) != 0)) {
		snprintf(err, err_n, "cannot become %s%s%s: %s", user != NULL ? user : "",
			group != NULL ? ":" : "", group != NULL ? group : "", strerror(errno));
		return -1;
	}
	return 0;
}
