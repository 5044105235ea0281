/*
 * The user that the daemons run as, and what of root's privileges bgpd keeps. Only a supervisor
 * that was started as root changes users.
 */
#ifndef TROUPE_SUPERVISE_ACCOUNT_H
#define TROUPE_SUPERVISE_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct account {
	char name[64];
	uid_t uid;
	gid_t gid;
	bool change; /* we are root and the account is another one */
};

/* Looks the user up (getpwnam). 0, or -1 with a text in err. */
int account_find(struct account *a, const char *user, char *err, size_t err_n);

/*
 * In the child, before exec: becomes the account. net: keeps CAP_NET_BIND_SERVICE, CAP_NET_ADMIN and
 * CAP_NET_RAW across exec, as far as we have them. 0 or -1 with errno.
 */
int account_become(const struct account *a, bool net);

/*
 * Can the account pass through every directory on the way to path? Returns NULL, or the first one
 * that is closed to it (owned).
 */
char *account_blocked(const struct account *a, const char *path);

#endif
