/*
 * Users and capabilities, with raw system calls (no libcap). Ambient capabilities are what survives
 * both setresuid() and exec of a plain file: capabilities(7). They are taken from what we have, so
 * that a container with fewer of them still starts.
 */
#include "common/supervise/account.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/xmalloc.h"

static const int net_capabilities[] = { CAP_NET_BIND_SERVICE, CAP_NET_ADMIN, CAP_NET_RAW };

int
account_find(struct account *a, const char *user, char *err, size_t err_n)
{
	*a = (struct account){ .uid = geteuid(), .gid = getegid() };
	if (geteuid() != 0)
		return 0;
	const struct passwd *pw = getpwnam(user);
	if (pw == NULL || strlen(user) >= sizeof(a->name)) {
		snprintf(err, err_n, "invalid value for daemon.user : %s (no such user)", user);
		return -1;
	}
	memcpy(a->name, user, strlen(user) + 1);
	a->uid = pw->pw_uid;
	a->gid = pw->pw_gid;
	a->change = pw->pw_uid != 0;
	return 0;
}

/* The capabilities of the list that are in our permitted set become permitted and inheritable. */
static int
keep_net(uint32_t *kept)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	*kept = 0;
	if (syscall(SYS_capget, &head, data) != 0)
		return -1;
	for (size_t i = 0; i < sizeof(net_capabilities) / sizeof(net_capabilities[0]); i++)
		*kept |= data[0].permitted & UINT32_C(1) << net_capabilities[i];
	data[0] = (struct __user_cap_data_struct){ *kept, *kept, *kept };
	data[1] = (struct __user_cap_data_struct){ 0 };
	return (int)syscall(SYS_capset, &head, data);
}

int
account_become(const struct account *a, bool net)
{
	uint32_t kept;

	if (!a->change)
		return 0;
	if (net && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0)
		return -1;
	if (initgroups(a->name, a->gid) != 0 || setresgid(a->gid, a->gid, a->gid) != 0 ||
		setresuid(a->uid, a->uid, a->uid) != 0)
		return -1;
	if (!net)
		return 0;
	if (keep_net(&kept) != 0)
		return -1;
	for (size_t i = 0; i < sizeof(net_capabilities) / sizeof(net_capabilities[0]); i++) {
		int one = net_capabilities[i];

		if ((kept & UINT32_C(1) << one) != 0 &&
			prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, one, 0, 0) != 0)
			return -1;
	}
	return 0;
}

static bool
may_pass(const struct account *a, const struct stat *st)
{
	if (st->st_uid == a->uid)
		return (st->st_mode & S_IXUSR) != 0;
	if (st->st_gid == a->gid)
		return (st->st_mode & S_IXGRP) != 0;
	return (st->st_mode & S_IXOTH) != 0;
}

char *
account_blocked(const struct account *a, const char *path)
{
	struct stat st;

	if (!a->change)
		return NULL;
	for (const char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		char *dir = xstrndup(path, slash == path ? 1 : (size_t)(slash - path));

		if (stat(dir, &st) == 0 && !may_pass(a, &st))
			return dir;
		free(dir);
	}
	return NULL;
}
